//! `patchbay run …`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use patchbay_model::RunState;
use patchbay_ops::ExportFormat;

use super::choice::{one_of, whole_number};

#[derive(Debug, Subcommand)]
pub(crate) enum RunVerb {
    /// List runs, newest first
    #[command(visible_alias = "ls")]
    List(RunListArgs),
    /// Show a run with its arguments and result
    Show {
        /// Run id, or latest
        #[arg(required_unless_present = "file")]
        run: Option<String>,
        /// Show what is in an exported file instead
        #[arg(
            long,
            value_name = "FILE",
            long_help = "Show what is in an exported file (JSON Lines) instead: its runs, or the one with that id. Nothing of it \
                         gets into your history"
        )]
        file: Option<PathBuf>,
    },
    /// Run again
    Again {
        /// Run id, or latest
        run: String,
        /// Connector to run on
        #[arg(long, value_name = "CONNECTOR")]
        connector: Option<String>,
        /// Credential to run with (hosted)
        #[arg(long, value_name = "NAME")]
        credential: Option<String>,
        /// Timeout in seconds without a response [default: the connector's, else 60, or 300 for a hosted one]
        #[arg(long, value_name = "SECONDS", value_parser = whole_number(1..=86_400))]
        timeout: Option<u32>,
        /// Show the difference to the earlier run instead
        #[arg(long)]
        compare: bool,
    },
    /// Name, note or pin a run
    Edit(RunEditArgs),
    /// Wait for a run, also one started before Patchbay quit
    Follow {
        /// Run id, or latest
        run: String,
    },
    /// Load the next page of results
    Next {
        /// Run id, or latest
        run: String,
        /// Timeout in seconds without a response [default: the connector's, else 60, or 300 for a hosted one]
        #[arg(long, value_name = "SECONDS", value_parser = whole_number(1..=86_400))]
        timeout: Option<u32>,
    },
    /// Save a file from the result
    Save {
        /// Run id, or latest
        run: String,
        /// Part number [default: first file]
        #[arg(long, value_name = "NUMBER", value_parser = whole_number(1..=u32::MAX))]
        part: Option<u32>,
        /// Folder
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        folder: PathBuf,
    },
    /// Compare two runs
    Compare(RunCompareArgs),
    /// Export runs
    Export(RunExportArgs),
    /// Show or set the history limits
    Limits {
        /// Days to keep, or forever
        #[arg(long, value_name = "DAYS|forever", value_parser = limit)]
        days: Option<Limit>,
        /// Runs to keep, or all
        #[arg(long, value_name = "NUMBER|all", value_parser = limit)]
        runs: Option<Limit>,
    },
    /// Delete runs past the limits
    Prune,
    /// Delete a run, or all of them
    #[command(visible_alias = "rm", alias = "remove")]
    Delete {
        /// Run id, or latest
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        run: Option<String>,
        /// Delete all runs
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunListArgs {
    #[command(flatten)]
    pub(crate) filter: RunFilterArgs,
    /// Show them again whenever they change
    #[arg(long)]
    pub(crate) watch: bool,
    /// Maximum number of runs
    #[arg(long, default_value_t = 50, value_parser = whole_number(1..=500))]
    pub(crate) limit: u32,
}

/// Which runs are meant.
#[derive(Debug, Args)]
pub(crate) struct RunFilterArgs {
    /// Search words and filters, such as status:failed is:pinned since:7d
    pub(crate) query: Vec<String>,
    /// Status
    #[arg(long = "status", value_name = "STATUS", value_parser = state())]
    pub(crate) states: Vec<RunState>,
    /// Only runs before this one
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<String>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(crate) struct RunEditArgs {
    /// Run id, or latest
    pub(crate) run: String,
    /// Name; empty to remove it
    #[arg(long, group = "change")]
    pub(crate) name: Option<String>,
    /// Note; empty to remove it
    #[arg(long, value_name = "TEXT", group = "change")]
    pub(crate) note: Option<String>,
    /// Keep it past the history limits
    #[arg(long, group = "change", conflicts_with = "unpin")]
    pub(crate) pin: bool,
    /// Stop keeping it past the limits
    #[arg(long, group = "change")]
    pub(crate) unpin: bool,
}

#[derive(Debug, Default, Args)]
pub(crate) struct RunCompareArgs {
    /// Run id, or latest; the earlier of two
    #[arg(value_name = "RUN")]
    pub(crate) first: String,
    /// Later run
    #[arg(value_name = "LATER")]
    pub(crate) second: Option<String>,
    /// Path to ignore, such as requestId or /outcome/result/items/*/updatedAt
    #[arg(long = "ignore", value_name = "PATH")]
    pub(crate) ignored: Vec<String>,
    /// Don't use saved ignored paths
    #[arg(long)]
    pub(crate) all: bool,
    /// Save ignored paths for this tool
    #[arg(long)]
    pub(crate) remember: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunExportArgs {
    #[command(flatten)]
    pub(crate) filter: RunFilterArgs,
    /// Only this run (id, or latest)
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["query", "states", "before", "limit", "format"]
    )]
    pub(crate) run: Option<String>,
    /// Maximum number of runs, latest first [default: all]
    #[arg(long, value_parser = whole_number(1..=u32::MAX))]
    pub(crate) limit: Option<u32>,
    /// Format
    #[arg(long, value_parser = format(), default_value = "jsonl")]
    pub(crate) format: ExportFormat,
    /// File, or - for stdout
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: String,
}

fn format() -> impl TypedValueParser<Value = ExportFormat> {
    one_of([
        ("jsonl", "JSON Lines", ExportFormat::Jsonl),
        ("csv", "CSV", ExportFormat::Csv),
    ])
}

fn state() -> impl TypedValueParser<Value = RunState> {
    let words = PossibleValuesParser::new(RunState::ALL.map(RunState::as_str));
    words.try_map(|word| RunState::from_word(&word).ok_or("unknown state"))
}

/// A limit; `None` for no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<u32>);

fn limit(word: &str) -> Result<Limit, String> {
    match word {
        "forever" | "all" => Ok(Limit(None)),
        word => match word.parse() {
            Ok(0) => Err("must be at least 1".to_owned()),
            Ok(number) => Ok(Limit(Some(number))),
            Err(_) => Err("must be a number, `forever` or `all`".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_or_none() {
        assert_eq!(limit("90"), Ok(Limit(Some(90))));
        assert_eq!(limit("forever"), Ok(Limit(None)));
        assert_eq!(limit("all"), Ok(Limit(None)));
        assert!(limit("0").is_err());
        assert!(limit("soon").is_err());
    }
}
