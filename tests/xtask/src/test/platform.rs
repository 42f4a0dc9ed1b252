//! A build with the example platform: its folder, a line of the registry and its word are enough to support it in the
//! command line and the window.
//!
//! The build shares all dependencies with the ordinary one. Its programs have a separate folder, and the tests that
//! start them are those of the ordinary build.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result, bail};

use super::{Report, rust::with_programs};
use crate::{cargo, headless::Display, paths, shell, system, ui};

/// The flag that enables the platform. A release build with it does not compile.
const FEATURE: &str = "patchbay-desktop/example-platform";

/// The tests that are ignored without it.
const TESTS: &str = "::example::";

pub(super) fn run(report: &mut Report) -> Result<()> {
    if !system::has_web_view_driver() {
        bail!("the journey needs WebKitWebDriver, which only Linux has");
    }
    ui::install()?;
    report.set_up("command line", || {
        build(&["--bin", "patchbay", "--example", "platform_types"])
    })?;
    report.set_up("types of the page", || {
        copy_page()?;
        shell::run(&mut tool("typescript/bin/tsc", &["--noEmit"]))
    })?;
    report.set_up("window", || {
        shell::run(&mut tool(
            "vite/bin/vite.js",
            &["build", "--logLevel", "warn"],
        ))?;
        build(&["--bin", "patchbay-desktop", "--example", "platform_types"])
    })?;
    let display = Display::start(1280, 900)?;
    let mut tests = cargo::linted(&["test"]);
    tests.args([
        "--no-fail-fast",
        "--test",
        "e2e",
        "--test",
        "window",
        "--",
        "--ignored",
        TESTS,
    ]);
    report.run_tests(
        "command line and journey",
        with_programs(&mut display.wrap(&tests), program),
    );
    Ok(())
}

/// Where all of it lies.
fn folder() -> PathBuf {
    paths::target().join("example-platform")
}

/// A program of this build.
fn program(name: &str) -> PathBuf {
    match name {
        // It knows no platform.
        "patchbay-playground" => paths::debug_binary(name),
        name => folder().join("debug").join(name),
    }
}

/// Builds some of the workspace with the platform. The example among them makes Cargo choose the same features of
/// dependencies as for tests, so that none of them is compiled again.
fn build(what: &[&str]) -> Result<()> {
    let page = serde_json::json!({ "build": { "frontendDist": page().join("dist") } });
    shell::run(
        cargo::linted(&["build"])
            .args(["--features", FEATURE])
            .args(what)
            .arg("--target-dir")
            .arg(folder())
            .env("CARGO_BUILD_BUILD_DIR", paths::target())
            .env("TAURI_CONFIG", page.to_string()),
    )
}

/// The window's page of this build.
fn page() -> PathBuf {
    folder().join("ui")
}

/// Copies the window's sources as they are and puts into the generated bindings what this build says of platforms.
fn copy_page() -> Result<()> {
    drop(fs::remove_dir_all(page()));
    fs::create_dir_all(page())?;
    let mut copy = Command::new("cp");
    copy.current_dir(paths::ui()).arg("-R");
    copy.args([
        "src",
        "public",
        "index.html",
        "package.json",
        "tsconfig.json",
    ]);
    copy.args(["vite.config.ts", "vitest.config.ts"]);
    shell::run(copy.arg(page()))?;
    shell::run(
        Command::new("ln")
            .arg("-s")
            .arg(paths::ui().join("node_modules"))
            .arg(page()),
    )?;
    let types = folder().join("debug/examples/platform_types");
    let types = shell::read(&mut Command::new(types))?;
    let bindings = page().join("src/host/bindings.ts");
    let mut text = fs::read_to_string(&bindings)?;
    for line in types.lines() {
        text = replace_declaration(&text, line).context("other bindings than expected")?;
    }
    fs::write(&bindings, text)?;
    Ok(())
}

/// `text` with another declaration of the name that `line` declares; `None` where it has none.
fn replace_declaration(text: &str, line: &str) -> Option<String> {
    let (start, _) = line.split_once('=')?;
    let at = text.find(&format!("\n{start}="))? + 1;
    let length = text[at..].find(";\n")? + 1;
    Some(format!("{}{line}{}", &text[..at], &text[at + length..]))
}

/// A tool of the window's, run on the page of this build.
fn tool(script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command
        .current_dir(page())
        .arg(paths::ui().join("node_modules").join(script))
        .args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_replaced_over_all_its_lines() {
        let text = "a;\nexport type Platform = \n/** One. */\n\"one\" | \n\"two\";\nb;\n";
        let line = "export type Platform = \"one\" | \"three\";";
        let replaced = replace_declaration(text, line);
        assert_eq!(replaced, Some(format!("a;\n{line}\nb;\n")));
        assert_eq!(replace_declaration(text, "export type Other = 1;"), None);
    }
}
