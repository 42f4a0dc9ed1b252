//! Bounded fuzzing of every decoder of text from outside.
//!
//! Inputs are mutated from seeds (recorded traces, documents of the standards) by structure, dictionary,
//! splice and repetition; nothing is instrumented, so that it runs on a stable compiler and on the build that
//! is there anyway. An input follows from seeds, `--seed` and its number alone. None may panic, grow memory by
//! more than [`MAX_GROWTH`], or take longer than its target's limit.
//!
//! Each target runs in a process of its own, two at a time, so that one that dies takes nothing along: the
//! parent makes the input of that number again and keeps it in `corpus/TARGET`. Kept inputs are tried first.
//!
//! `cargo xtask test fuzz` runs this for 90 seconds; `fuzz replay FILE` tries one kept input alone.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for tests: what cannot be set up ends it, and it talks to the terminal"
)]

mod corpus;
mod memory;
mod mutate;
mod peer;
mod run;
mod targets;

use std::process::ExitCode;
use std::time::Duration;

use targets::{TARGETS, Target};

#[global_allocator]
static ALLOCATOR: memory::CountingAllocator = memory::CountingAllocator;

/// Most bytes that an input may take while it is worked on, besides itself.
const MAX_GROWTH: usize = 100 * 1024 * 1024;

/// How long all targets run together, unless it is said otherwise.
const SECONDS: u64 = 90;

/// What is wanted, from the command line.
#[derive(Clone, Debug)]
struct Options {
    seconds: u64,
    seed: u64,
    only: Option<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["replay", file] => return run::replay(file.as_ref()),
        // The parent's own words; see `run::Child`.
        ["target", name, seconds, seed, notes] => {
            let target = TARGETS.iter().find(|target| target.name == *name).unwrap();
            let seconds = Duration::from_secs_f64(seconds.parse().unwrap());
            return run::target(target, seconds, seed.parse().unwrap(), notes.as_ref());
        }
        _ => {}
    }
    let Some(options) = parse_options(&words) else {
        println!("usage: fuzz [--seconds N] [--seed N] [--only TARGET] | fuzz replay FILE");
        return ExitCode::from(2);
    };
    let chosen: Vec<&Target> = TARGETS
        .iter()
        .filter(|target| options.only.as_ref().is_none_or(|only| target.name == only))
        .collect();
    run::all(&chosen, Duration::from_secs(options.seconds), options.seed)
}

fn parse_options(words: &[&str]) -> Option<Options> {
    let mut options = Options {
        seconds: SECONDS,
        seed: fastrand::u64(..) >> 16,
        only: None,
    };
    for pair in words.chunks(2) {
        match pair {
            ["--seconds", number] => options.seconds = number.parse().ok()?,
            ["--seed", number] => options.seed = number.parse().ok()?,
            ["--only", name] => {
                TARGETS.iter().find(|target| target.name == *name)?;
                options.only = Some((*name).to_owned());
            }
            _ => return None,
        }
    }
    Some(options)
}
