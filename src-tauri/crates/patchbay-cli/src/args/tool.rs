//! `patchbay tool …`.

use clap::{Args, Subcommand};
use patchbay_model::debug_fields;

use super::choice::whole_number;

/// The help of arguments that the schema of a tool or an operation reads.
pub(super) const ARGUMENTS_HELP: &str = "KEY=TEXT, KEY:=JSON, or - to read a JSON object from stdin. TEXT is read as JSON where no text is \
                              taken, such as count=3 for a number";

#[derive(Debug, Subcommand)]
pub(crate) enum ToolVerb {
    /// List tools
    #[command(visible_alias = "ls")]
    List {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: Option<String>,
        /// Refresh from servers
        #[arg(long)]
        refresh: bool,
    },
    /// Show a tool and its arguments
    Show {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
        /// Tool name
        tool: String,
    },
    /// Show changed tools
    Changes {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: Option<String>,
    },
    /// Accept changed tools
    Accept {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// Run a tool
    Run(RunArgs),
}

#[derive(Args)]
pub(crate) struct RunArgs {
    /// Connector (name, ACCOUNT/NAME or id)
    pub(crate) connector: String,
    /// Tool name
    pub(crate) tool: String,
    /// KEY=TEXT, KEY:=JSON, or - to read a JSON object from stdin
    #[arg(
        value_name = "ARGUMENT",
        long_help = ARGUMENTS_HELP
    )]
    pub(crate) arguments: Vec<String>,
    /// Arguments as a JSON object, or - for stdin; KEY=TEXT and KEY:=JSON override it
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) args: Option<String>,
    /// Timeout in seconds without a response [default: the connector's, else 60, or 300 for a hosted one]
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(1..=86_400))]
    pub(crate) timeout: Option<u32>,
    /// Credential to run with (hosted)
    #[arg(long, value_name = "NAME")]
    pub(crate) credential: Option<String>,
    /// Run as a task, if the tool offers that: the result stays at the server until it is fetched
    #[arg(long)]
    pub(crate) as_task: bool,
    /// Show the request without sending it
    #[arg(long)]
    pub(crate) dry_run: bool,
}

// The arguments may contain secrets.
debug_fields! { RunArgs: }
