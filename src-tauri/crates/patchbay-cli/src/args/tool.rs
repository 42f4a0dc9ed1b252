//! `patchbay tool …` and `patchbay run …`.

use clap::{Args, Subcommand, ValueEnum};
use patchbay_model::RunState;

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
    /// Run a tool
    Run(RunArgs),
}

#[derive(Debug, Args)]
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
    /// Show exactly what would be sent, as whom, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunVerb {
    /// List runs, newest first
    #[command(visible_alias = "ls")]
    List(RunListArgs),
    /// Show one with its arguments and its answer
    Show {
        /// Its id
        id: String,
    },
    /// Run the same again
    Replay {
        /// Its id
        id: String,
    },
    /// Take one out of the history
    #[command(visible_alias = "rm")]
    Remove {
        /// Its id
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunListArgs {
    /// Words to look for, and filters such as status:error connector:github tool:search source:cli
    pub(crate) query: Vec<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    /// Only runs that stand like this
    #[arg(long = "state", value_enum)]
    pub(crate) states: Vec<State>,
    /// Only runs older than this one
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<String>,
}

/// How a run stands, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    Running,
    Done,
    Failed,
    Cancelled,
    Denied,
}

impl From<State> for RunState {
    fn from(state: State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Done => Self::Done,
            State::Failed => Self::Failed,
            State::Cancelled => Self::Cancelled,
            State::Denied => Self::Denied,
        }
    }
}
