//! `cargo xtask bench`: measures, each beside its goal.

mod installer;

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::shell;

/// A measure that can be taken.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Bench {
    /// Size of the Debian package
    Installer,
}

/// The outcome of one bench.
struct Outcome {
    bench: &'static str,
    /// `value` for an absolute number, `ratio` for one beside something else.
    kind: &'static str,
    number: f64,
    unit: &'static str,
    /// The goal in words, such as `<= 10`.
    goal: &'static str,
    met: bool,
    detail: Value,
}

impl Outcome {
    fn to_json(&self) -> Value {
        json!({
            "bench": self.bench, self.kind: self.number, "unit": self.unit,
            "goal": self.goal, "met": self.met, "detail": self.detail,
        })
    }

    fn to_line(&self) -> String {
        let verdict = if self.met { "met" } else { "MISSED" };
        format!(
            "{}: {:.2} {}, goal {} {verdict}; {}",
            self.bench, self.number, self.unit, self.goal, self.detail
        )
    }
}

/// Takes the named measures, or all; the exit code tells whether every goal was met.
///
/// # Errors
/// When something cannot be measured.
pub(crate) fn bench(names: &[Bench], as_json: bool) -> Result<ExitCode> {
    let names = if names.is_empty() {
        Bench::value_variants()
    } else {
        names
    };
    let mut all_met = true;
    for name in names {
        let outcome = match name {
            Bench::Installer => installer::measure()?,
        };
        all_met &= outcome.met;
        shell::answer(if as_json {
            outcome.to_json().to_string()
        } else {
            outcome.to_line()
        });
    }
    Ok(if all_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_one_line_of_json() {
        let outcome = Outcome {
            bench: "installer",
            kind: "value",
            number: 4.9,
            unit: "MiB",
            goal: "<= 10",
            met: true,
            detail: json!({"package": "patchbay.deb"}),
        };
        assert_eq!(
            outcome.to_json(),
            json!({"bench": "installer", "value": 4.9, "unit": "MiB", "goal": "<= 10",
                "met": true, "detail": {"package": "patchbay.deb"}})
        );
    }
}
