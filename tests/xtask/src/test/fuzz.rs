//! Bounded fuzzing of every decoder of text from outside.
//!
//! The program is the example `fuzz` of the package `patchbay-tests`; it prints the seed that makes the same
//! inputs again, and the path of each input by which it found something.

use std::process::Command;

use anyhow::Result;

use super::Report;
use crate::{cargo, paths, shell};

/// How long the part runs, and by what it is made to do the same again.
#[derive(Clone, Copy, Default, clap::Args)]
pub(crate) struct Fuzzing {
    /// Seconds that the part `fuzz` takes in all; 90 when left out
    #[arg(long)]
    seconds: Option<u64>,
    /// Seed of the part `fuzz`, to have the inputs of an earlier run
    #[arg(long)]
    seed: Option<u64>,
}

pub(super) fn run(report: &mut Report, fuzzing: Fuzzing) -> Result<()> {
    shell::run(cargo::linted(&["build"]).args(["--example", "fuzz"]))?;
    let mut command = Command::new(paths::debug_example("fuzz"));
    if let Some(seconds) = fuzzing.seconds {
        command.args(["--seconds", &seconds.to_string()]);
    }
    if let Some(seed) = fuzzing.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    report.run_tests("inputs", &mut command);
    Ok(())
}
