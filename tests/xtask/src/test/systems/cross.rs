//! Cargo for another system: the compiler, its standard libraries, and a C compiler for each target.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::{MAC, WINDOWS, compiler::Compiler, exceptions, folder, standard_library};
use crate::shell;

/// Stands for Apple's C compiler, whose headers nobody else may hand out: nothing is linked for macOS here, so that
/// objects may be empty. A compiler is asked what it is by preprocessing, and by a flag of Microsoft's alone.
const CC_FOR_MACOS: &str = r#"#!/bin/sh
before=
for argument do
  case $argument in
    -E) echo clang ;;
    "-?") exit 1 ;;
  esac
  case $before in -o) : >"$argument" ;; esac
  before=$argument
done
"#;

/// Links with Debian's linker of LLVM, which is several times as fast as the one of mingw; mingw's compiler knows
/// its own only, and says with what it is to be called.
const LINKER_FOR_WINDOWS: &str = r#"#!/bin/sh
case $1 in
  */collect2) shift; exec /usr/lib/llvm-19/bin/ld.lld "$@" ;;
  *) exec x86_64-w64-mingw32-gcc -fno-use-linker-plugin -wrapper "$0" "$@" ;;
esac
"#;

/// What clippy is told for Windows. It takes each `thread_local` for one without `const`, as the sort that
/// mingw gives expands to the same code either way.
const WINDOWS_LINTS: [&str; 4] = [
    "-D",
    "warnings",
    "-A",
    "clippy::missing_const_for_thread_local",
];

/// What compiles for other systems.
pub(super) struct Cross {
    compiler: Compiler,
}

impl Cross {
    /// Compiles what is missing.
    pub(super) fn prepare(compiler: Compiler) -> Result<Self> {
        for target in [MAC, WINDOWS] {
            standard_library::prepare(&compiler, target)?;
        }
        fs::create_dir_all(no_sdk())?;
        write_script(&c_compiler_for_macos(), CC_FOR_MACOS)?;
        write_script(&linker_for_windows(), LINKER_FOR_WINDOWS)?;
        Ok(Self { compiler })
    }

    /// The libraries and programs of every package, compiled for `target` with our lints. Their tests, and what only
    /// those depend on, are half as much again.
    pub(super) fn clippy(&self, target: &str) -> Result<()> {
        let selection = ["--workspace", "--locked"];
        let features = ["--features", "tauri/custom-protocol"];
        shell::run(
            self.cargo("clippy", target)
                .args(selection)
                .args(features)
                .args(["--", "-D", "warnings"]),
        )
    }

    /// `cargo build` for Windows, of programs and tests, with our lints: clippy compiles our packages, so that what they depend on is
    /// compiled once and not checked besides.
    pub(super) fn build_for_windows(&self) -> Command {
        let mut cargo = self.cargo("build", WINDOWS);
        for package in exceptions::UNTESTED {
            cargo.args(["--exclude", package]);
        }
        cargo
            .args(["--workspace", "--locked", "--lib", "--bins", "--tests"])
            .args(["--example", "browser", "--example", "stdio_server"])
            .args(["--features", "tauri/custom-protocol"])
            .env(
                "RUSTC_WORKSPACE_WRAPPER",
                self.compiler.program("clippy-driver").get_program(),
            )
            .env("CLIPPY_ARGS", clippy_arguments());
        cargo
    }

    /// `cargo SUBCOMMAND` for `target`.
    ///
    /// Nothing is debugged here, and nothing compiled twice in a run: what serves that is left out, and the space that
    /// it takes.
    pub(super) fn cargo(&self, subcommand: &str, target: &str) -> Command {
        let mut cargo = self.compiler.program("cargo");
        cargo
            .args([subcommand, "--target", target])
            .env("CARGO_TARGET_DIR", folder().join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_DEV_STRIP", "symbols")
            .env("CARGO_INCREMENTAL", "0");
        if target == WINDOWS {
            return windows(cargo);
        }
        let name = target.replace('-', "_");
        // Asked where the system's headers lie, cc would call a program of Xcode.
        cargo
            .env(format!("CC_{name}"), c_compiler_for_macos())
            .env("SDKROOT", no_sdk());
        cargo
    }
}

fn c_compiler_for_macos() -> PathBuf {
    folder().join("cc-for-macos")
}

fn no_sdk() -> PathBuf {
    folder().join("no-sdk")
}

fn linker_for_windows() -> PathBuf {
    folder().join("linker-for-windows")
}

fn write_script(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text)?;
    shell::read(Command::new("chmod").arg("+x").arg(file)).map(drop)
}

fn windows(mut cargo: Command) -> Command {
    cargo
        .env(
            "CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER",
            linker_for_windows(),
        )
        .env(flags_variable(WINDOWS), "-D warnings");
    cargo
}

/// As `cargo clippy -- ARGUMENTS` says them to its driver.
fn clippy_arguments() -> String {
    WINDOWS_LINTS
        .map(|argument| format!("{argument}__CLIPPY_HACKERY__"))
        .concat()
}

/// Where Cargo looks for the flags of a target's compiler.
pub(super) fn flags_variable(target: &str) -> String {
    let name = target.replace('-', "_").to_uppercase();
    format!("CARGO_TARGET_{name}_RUSTFLAGS")
}
