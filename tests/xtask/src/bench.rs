//! `cargo xtask bench`: measures, each beside its goal.

mod cli_cold;
mod first_paint;
mod hosted;
mod idle;
mod installer;
mod list;
mod processes;
mod program;
mod runs;
mod tool_run;
mod tools_filter;
mod window_latency;

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::shell;

/// A measure that can be taken.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Bench {
    /// Time and memory of the app's start, beside a blank window
    FirstPaint,
    /// Tools run in a second, beside a bare MCP client
    ToolRun,
    /// Calls of a program's tools in a second, beside a bare MCP client
    StdioCall,
    /// A tool run from the command line in a new process, beside the official MCP Inspector
    CliCold,
    /// Processor time and memory of 50 connections that nobody uses
    Idle,
    /// Size of the Debian package
    Installer,
    /// Calls per second of each hosted platform's client, beside bare reqwest
    HostedCalls,
    /// Processor time per call of those clients, beside the official ones (--with-sdks)
    HostedCpu,
    /// Processor time of connecting to an Airbyte connector by its slug in a new process
    AirbyteConnect,
    /// Memory of listing 10,000 connectors over 100 pages
    HostedMany,
    /// First rows of 10,000 connectors, beside an empty list
    ListFirstRows,
    /// A key typed into the filter of 10,000 connectors
    ListFilter,
    /// Scrolling 10,000 connectors, beside plain text
    ListScroll,
    /// A key typed into the filter of 5,000 tools
    ToolsFilter,
    /// First pages of a history of 1,000,000 runs, opened and searched
    RunsSearch,
    /// Pages of the window with 1,000 connectors, 100 of which need attention
    WindowLatency,
}

/// The outcome of one bench.
struct Outcome {
    bench: &'static str,
    /// `value` for an absolute number, `ratio` for one beside something else.
    kind: &'static str,
    number: f64,
    unit: &'static str,
    goal: Goal,
    detail: Value,
}

#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, ">= {least}"),
            Self::AtMost(most) => write!(f, "<= {most}"),
            Self::Below(limit) => write!(f, "< {limit}"),
        }
    }
}

impl Outcome {
    fn is_met(&self) -> bool {
        match self.goal {
            Goal::AtLeast(least) => self.number >= least,
            Goal::AtMost(most) => self.number <= most,
            Goal::Below(limit) => self.number < limit,
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "bench": self.bench, self.kind: self.number, "unit": self.unit,
            "goal": self.goal.to_string(), "met": self.is_met(), "detail": self.detail,
        })
    }

    fn to_line(&self) -> String {
        let verdict = if self.is_met() { "met" } else { "MISSED" };
        format!(
            "{}: {:.2} {}, goal {} {verdict}; {}",
            self.bench, self.number, self.unit, self.goal, self.detail
        )
    }
}

/// Takes the named measures, or all; the exit code tells whether every goal was met. `with_sdks` allows
/// to install the official clients of the platforms to compare with.
pub(crate) fn bench(names: &[Bench], with_sdks: bool, as_json: bool) -> Result<ExitCode> {
    let names = if names.is_empty() {
        Bench::value_variants()
    } else {
        names
    };
    let mut all_met = true;
    for name in names {
        let outcomes = match name {
            Bench::FirstPaint => first_paint::measure()?,
            Bench::ToolRun => vec![tool_run::over_http()?],
            Bench::StdioCall => vec![tool_run::over_stdio()?],
            Bench::CliCold => vec![cli_cold::measure()?],
            Bench::Idle => idle::measure()?,
            Bench::Installer => vec![installer::measure()?],
            Bench::HostedCalls => hosted::calls()?,
            Bench::HostedCpu => hosted::cpu(with_sdks)?,
            Bench::AirbyteConnect => hosted::connect()?,
            Bench::HostedMany => hosted::many()?,
            Bench::ListFirstRows => list::first_rows()?,
            Bench::ListFilter => list::filter()?,
            Bench::ListScroll => list::scroll()?,
            Bench::ToolsFilter => vec![tools_filter::measure()?],
            Bench::RunsSearch => runs::search()?,
            Bench::WindowLatency => window_latency::measure()?,
        };
        for outcome in outcomes {
            all_met &= outcome.is_met();
            shell::print_result(if as_json {
                outcome.to_json().to_string()
            } else {
                outcome.to_line()
            });
        }
    }
    Ok(if all_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The number in the middle of an odd count of numbers.
fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let numbers = [9.0, 1.0, 2.0];
        assert!((median(numbers.into_iter()) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn an_outcome_is_one_line_of_json() {
        let outcome = Outcome {
            bench: "installer",
            kind: "value",
            number: 4.9,
            unit: "MiB",
            goal: Goal::AtMost(10.0),
            detail: json!({"package": "patchbay.deb"}),
        };
        assert_eq!(
            outcome.to_json(),
            json!({"bench": "installer", "value": 4.9, "unit": "MiB", "goal": "<= 10",
                "met": true, "detail": {"package": "patchbay.deb"}})
        );
    }
}
