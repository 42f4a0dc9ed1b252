//! `patchbay tool …`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum ToolVerb {
    /// List the tools of one connector, or of all
    #[command(visible_alias = "ls")]
    List {
        /// Id, ACCOUNT/NAME or name
        connector: Option<String>,
        /// Ask the servers again
        #[arg(long)]
        refresh: bool,
    },
    /// Show what a tool does and which arguments it takes
    Show {
        /// Id, ACCOUNT/NAME or name
        connector: String,
        /// Name of the tool
        tool: String,
    },
    /// Show which tools changed since you agreed to them, and how
    Changes {
        /// Id, ACCOUNT/NAME or name
        connector: Option<String>,
    },
    /// Agree to the tools of a connector as they are now
    Accept {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// Run a tool
    Run(RunArgs),
}

#[derive(Args)]
pub(crate) struct RunArgs {
    /// Id, ACCOUNT/NAME or name
    pub(crate) connector: String,
    /// Name of the tool
    pub(crate) tool: String,
    /// key=value for text, key:=json for anything else, - for a JSON object on standard input
    #[arg(value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<String>,
    /// All arguments as a JSON object, or - for standard input; each ARGUMENT is laid over it
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) args: Option<String>,
    /// How long it may take without a sign of life, in seconds [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) timeout: Option<u32>,
    /// Run it with this credential of those that the platform keeps for the connector; see
    /// `patchbay credential list --connector CONNECTOR`
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) credential: Option<String>,
    /// Show exactly what would be sent, as whom, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl std::fmt::Debug for RunArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A secret may be among the arguments.
        f.debug_struct("RunArgs").finish_non_exhaustive()
    }
}
