//! `patchbay session …`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum SessionVerb {
    /// List local programs that run between commands
    ///
    /// A connector's local program stays for ten minutes after the last command that used it.
    #[command(visible_alias = "ls")]
    List,
    /// End a connector's program, or all of them
    End {
        /// Connector
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        connector: Option<String>,
        /// End all programs
        #[arg(long)]
        all: bool,
    },
}
