//! `cargo xtask`: the one entrance to run, test, bundle and measure Patchbay, on every system.
//!
//! A file for each command; what differs between systems lies in [`system`] alone. It knows the
//! project's folders and tools, never its types: the product is reached through its binaries.

mod bench;
mod bindings;
mod bundle;
mod cargo;
mod conformance;
mod contract;
mod dev;
mod headless;
mod paths;
mod playground;
mod run;
mod screenshots;
mod servers;
mod shell;
mod system;
mod test;
mod test_counts;
mod ui;
mod update_manifest;
mod webdriver;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Runs, tests, bundles and measures Patchbay.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, start the Playground and open the app
    Run,
    /// Check everything, or the named parts alone
    Test {
        /// Parts to check; when none is named all but `bundle`, `faults`, `systems` and `updates`, which take long
        parts: Vec<test::Part>,
        /// A part that runs by name only, after all that run without
        #[arg(long, value_name = "PART", conflicts_with = "parts")]
        with: Vec<test::Part>,
        #[command(flatten)]
        options: test::Options,
    },
    /// Replay recorded traces of hosted platforms against the clients
    Contract {
        /// Trace files, named after their platform; those kept with the tests when none is named
        files: Vec<PathBuf>,
    },
    /// Run the official conformance suite of MCP against Patchbay's verbs
    Conformance,
    /// Open the app with hot reload of the window and rebuild on changes
    Dev,
    /// Write the window's typed bindings anew
    Bindings,
    /// Build release packages of this system and report their sizes
    Bundle {
        /// Formats as Tauri names them (deb, rpm, appimage, app, dmg, nsis, msi); this system's usual ones when none is named
        formats: Vec<String>,
    },
    /// Take a picture of every page, light and dark
    Screenshots {
        /// Folder for the pictures
        #[arg(long, default_value = "target/screenshots")]
        out: PathBuf,
    },
    /// Measure, and compare with the goals
    Bench {
        /// Benches to run; all of them when none is named
        names: Vec<bench::Bench>,
        /// Install the official clients of hosted platforms from PyPI, for this once, and compare with them
        #[arg(long)]
        with_sdks: bool,
        /// Print one JSON object a line and nothing else on standard output
        #[arg(long)]
        json: bool,
    },
    /// Write the updater's metadata for a folder of signed bundles
    UpdateManifest {
        /// Folder that holds the bundles and their `.sig` files
        folder: PathBuf,
        /// Address under which the bundles can be downloaded
        #[arg(long)]
        base_url: String,
        /// File with the notes of the release, which the app shows before it installs
        #[arg(long)]
        notes: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match dispatch(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            shell::log(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run => run::run()?,
        Command::Test {
            parts,
            with,
            options,
        } => return test::test(&parts, &with, options),
        Command::Contract { files } => return contract::contract(&files),
        Command::Conformance => {
            return test::test(&[test::Part::Conformance], &[], test::Options::default());
        }
        Command::Dev => dev::dev()?,
        Command::Bindings => bindings::write()?,
        Command::Bundle { formats } => bundle::bundle(&formats)?,
        Command::Screenshots { out } => screenshots::screenshots(&out)?,
        Command::Bench {
            names,
            with_sdks,
            json,
        } => return bench::bench(&names, with_sdks, json),
        Command::UpdateManifest {
            folder,
            base_url,
            notes,
        } => update_manifest::write(&folder, &base_url, notes.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}
