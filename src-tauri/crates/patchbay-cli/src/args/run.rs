//! `patchbay run …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use patchbay_model::RunState;
use patchbay_ops::ExportFormat;

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
        /// Run it on another connector that offers the tool: a copy, or another identity
        #[arg(long, value_name = "CONNECTOR")]
        connector: Option<String>,
    },
    /// Run the same for the next page, as far as its answer names one
    Next {
        /// Its id
        id: String,
    },
    /// Write a part of its answer that is a file into a folder; prints the file
    Save {
        /// Its id
        id: String,
        /// Which part, counted from 1 [default: the first that is a file]
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
        part: Option<u32>,
        /// The folder
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        folder: PathBuf,
    },
    /// Show what differs between two runs
    Compare(RunCompareArgs),
    /// Write runs for other programs, without secrets
    Export(RunExportArgs),
    /// Show how long runs are kept, or change it
    Keep {
        /// Days that a run is kept, or `ever`
        #[arg(long, value_name = "DAYS|ever", value_parser = limit)]
        days: Option<Limit>,
        /// Number of the newest runs that are kept, or `all`
        #[arg(long, value_name = "NUMBER|all", value_parser = limit)]
        runs: Option<Limit>,
    },
    /// Remove the runs that are too old now; the app does so every hour
    Trim,
    /// Remove every run
    Clear,
    /// Take one out of the history
    #[command(visible_alias = "rm")]
    Remove {
        /// Its id
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunListArgs {
    #[command(flatten)]
    pub(crate) filter: RunFilterArgs,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
}

/// Which runs are meant.
#[derive(Debug, Args)]
pub(crate) struct RunFilterArgs {
    /// Words to look for, and filters such as status:error connector:github tool:search source:cli since:7d
    pub(crate) query: Vec<String>,
    /// Only runs that stand like this
    #[arg(long = "state", value_enum)]
    pub(crate) states: Vec<State>,
    /// Only runs older than this one
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunCompareArgs {
    /// The run to compare with, or the only one: then it is compared with the one before it
    #[arg(value_name = "RUN")]
    pub(crate) first: String,
    /// The later run
    #[arg(value_name = "LATER")]
    pub(crate) second: Option<String>,
    /// Leave out what lies at this path, such as /outcome/result/items/*/updatedAt or requestId
    #[arg(long = "ignore", value_name = "PATH")]
    pub(crate) ignored: Vec<String>,
    /// Leave out nothing that was remembered for the tool
    #[arg(long)]
    pub(crate) all: bool,
    /// Remember what is left out for this tool
    #[arg(long)]
    pub(crate) remember: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunExportArgs {
    #[command(flatten)]
    pub(crate) filter: RunFilterArgs,
    /// How many at most, the newest first [default: all]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub(crate) format: Format,
    /// The file, or - for standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: String,
}

/// How runs are written, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON document a line
    Jsonl,
    /// A table for spreadsheets
    Csv,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl,
            Format::Csv => Self::Csv,
        }
    }
}

/// A number, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<u32>);

fn limit(word: &str) -> Result<Limit, String> {
    match word {
        "ever" | "all" => Ok(Limit(None)),
        word => match word.parse() {
            Ok(0) => Err("it must be 1 at least".to_owned()),
            Ok(number) => Ok(Limit(Some(number))),
            Err(_) => Err("it is neither a number nor `ever` or `all`".to_owned()),
        },
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_or_none() {
        assert_eq!(limit("90"), Ok(Limit(Some(90))));
        assert_eq!(limit("ever"), Ok(Limit(None)));
        assert_eq!(limit("all"), Ok(Limit(None)));
        assert!(limit("0").is_err());
        assert!(limit("soon").is_err());
    }
}
