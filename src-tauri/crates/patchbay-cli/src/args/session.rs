//! `patchbay session …`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum SessionVerb {
    /// List sessions kept between commands
    ///
    /// A connector's local program, or its session at a server on the web, stays for ten minutes after the last command
    /// that used it.
    #[command(visible_alias = "ls")]
    List,
    /// End a connector's session, or all of them
    End {
        /// Connector (name, ACCOUNT/NAME or id)
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        connector: Option<String>,
        /// End all sessions
        #[arg(long)]
        all: bool,
    },
}
