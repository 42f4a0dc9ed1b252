//! Replays recorded traces against Patchbay's clients, a case for each line.
//!
//! Without arguments it runs the traces beside this file; arguments that end in `.jsonl` name other
//! files, and other words choose lines by a part of their name. It prints its own differences and closes
//! with `N passed, N failed`, so it runs without the test harness.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "differences are what it is run for"
)]

mod agentstack;
mod airbyte;
mod cohere;
mod mistral;
mod tenex;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use patchbay_tests::{Adapter, replay};

const ADAPTERS: &[&dyn Adapter] = &[
    &mistral::Mistral,
    &cohere::Cohere,
    &agentstack::AgentStack,
    &airbyte::Airbyte,
    &tenex::Tenex,
];

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Test runners ask for the names of the tests inside; the lines are no tests of theirs.
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let words = arguments
        .into_iter()
        .filter(|argument| !argument.starts_with('-'));
    let (files, filters): (Vec<String>, Vec<String>) =
        words.partition(|word| word.ends_with(".jsonl"));
    let files: Vec<PathBuf> = match files.as_slice() {
        [] => kept(),
        files => files.iter().map(PathBuf::from).collect(),
    };
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for file in files {
        match replay(&file, &filters, ADAPTERS).await {
            Ok(verdicts) => {
                for verdict in verdicts {
                    for difference in &verdict.differences {
                        println!("{}: {difference}", verdict.name);
                    }
                    match (verdict.differences.is_empty(), verdict.is_skipped) {
                        (true, true) => skipped += 1,
                        (true, false) => passed += 1,
                        (false, _) => failed += 1,
                    }
                }
            }
            Err(error) => {
                eprintln!("{error}");
                failed += 1;
            }
        }
    }
    if skipped > 0 {
        println!("{skipped} skipped: background that is not for replaying");
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The traces beside this file, in the order of their names: `PLATFORM.wire.jsonl` as recorded,
/// `PLATFORM.more.wire.jsonl` written from the words of the contract.
fn kept() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/traces");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".wire.jsonl"))
        .collect();
    files.sort();
    files
}
