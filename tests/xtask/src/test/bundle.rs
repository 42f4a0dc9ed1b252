//! The Debian package: installed, started, opened by a link, removed.
//!
//! It changes this system temporarily, so it runs by name only.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};

use super::Report;
use crate::{bundle, headless::Display, shell, system, webdriver::WebView};

const PACKAGE: &str = "patchbay";

/// Files that the package installs.
const PROGRAMS: [&str; 2] = ["/usr/bin/patchbay-desktop", "/usr/bin/patchbay"];
const DESKTOP_ENTRY: &str = "/usr/share/applications/Patchbay.desktop";
const BASH_COMPLETION: &str = "/usr/share/bash-completion/completions/patchbay";

const SCHEME: &str = "x-scheme-handler/patchbay";

/// The callback of a sign-in that nobody started.
const STRAY_LINK: &str = "patchbay://oauth/callback?code=stray&state=unknown";

pub(super) fn run(report: &mut Report) -> Result<()> {
    if !system::has(Command::new("dpkg").arg("--version")) {
        bail!("only Debian and its relatives can install the package");
    }
    ensure!(
        !system::is_installed(PACKAGE),
        "Patchbay is installed here, and testing the package would remove it"
    );
    let packages = bundle::build_packages(&["deb".to_owned()])?;
    let file = packages.first().map(|(file, _)| file);
    let file = file.context("Tauri built no Debian package")?;
    let installed = Installed::from(file)?;
    report.check("both programs are there", check_programs);
    report.check("shells and man find the command line", what_shells_look_for);
    report.check("the desktop entry is valid", || {
        shell::run(Command::new("desktop-file-validate").arg(DESKTOP_ENTRY))
    });
    report.check("the app starts and takes a link", start_and_link);
    report.check("removing leaves nothing", || installed.remove());
    Ok(())
}

/// The installed package; dropped, it removes what a failed check left behind.
struct Installed {
    files: Vec<PathBuf>,
}

impl Installed {
    fn from(package: &Path) -> Result<Self> {
        shell::run(
            as_root("apt-get")?
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(["install", "--yes", "--no-install-recommends"])
                .arg(package),
        )?;
        let listed = shell::read(Command::new("dpkg").args(["--listfiles", PACKAGE]))?;
        let files = listed.lines().map(PathBuf::from);
        Ok(Self {
            files: files.filter(|file| file.is_file()).collect(),
        })
    }

    /// Removes the package and checks that none of its files nor any file with its name is left.
    fn remove(self) -> Result<()> {
        purge()?;
        let mut left: Vec<_> = self.files.iter().filter(|file| file.exists()).collect();
        let named = ["/usr", "/etc", "/var/lib", "/opt"];
        let named = shell::read(Command::new("find").args(named).args([
            "-ignore_readdir_race",
            "-iname",
            "*patchbay*",
        ]))?;
        let named: Vec<_> = named.lines().map(PathBuf::from).collect();
        left.extend(&named);
        ensure!(left.is_empty(), "these are still there: {left:?}");
        Ok(())
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        if system::is_installed(PACKAGE)
            && let Err(error) = purge()
        {
            shell::log(format_args!("{PACKAGE} is still installed: {error:#}"));
        }
    }
}

fn purge() -> Result<()> {
    shell::run(as_root("dpkg")?.args(["--purge", PACKAGE]))
}

fn as_root(program: &str) -> Result<Command> {
    system::as_root(program).context("only root can install a package, and there is no sudo")
}

fn check_programs() -> Result<()> {
    for program in PROGRAMS {
        ensure!(Path::new(program).is_file(), "there is no {program}");
    }
    let version = shell::read(Command::new(PROGRAMS[1]).arg("--version"))?;
    let expected = concat!("patchbay ", env!("CARGO_PKG_VERSION"));
    ensure!(version == expected, "the command line says {version:?}");
    Ok(())
}

/// Lists the contents of the package, since some systems do not install manual pages.
fn what_shells_look_for() -> Result<()> {
    let listed = shell::read(Command::new("dpkg").args(["--listfiles", PACKAGE]))?;
    for file in [
        "/usr/share/man/man1/patchbay.1",
        "/usr/share/man/man1/patchbay-connector-add.1",
        BASH_COMPLETION,
        "/usr/share/zsh/vendor-completions/_patchbay",
        "/usr/share/fish/vendor_completions.d/patchbay.fish",
    ] {
        ensure!(
            listed.lines().any(|line| line == file),
            "there is no {file}"
        );
    }
    let registers = format!("source {BASH_COMPLETION} && complete -p patchbay");
    shell::run(Command::new("bash").args(["--norc", "-c", &registers]))
}

/// Starts the installed app and opens a link as a browser does: by the desktop entry, which starts the program a
/// second time.
fn start_and_link() -> Result<()> {
    let display = Display::start(1280, 800)?;
    let window = WebView::start(&display, Path::new(PROGRAMS[0]), &[])?;
    window.wait_for_content()?;
    let gio = |arguments: &[&str]| {
        let mut gio = display.command_in_session(window.session(), Path::new("gio"));
        gio.args(arguments);
        gio
    };
    let handler = shell::read(&mut gio(&["mime", SCHEME]))?;
    ensure!(
        handler
            .lines()
            .any(|line| line.ends_with(": Patchbay.desktop")),
        "links go elsewhere: {handler}"
    );
    shell::run(&mut gio(&["open", STRAY_LINK]))?;
    window.wait_for(
        "word of the refused link",
        "return [...document.querySelectorAll('[role=\"alertdialog\"]')]
            .some((dialog) => dialog.innerText.includes('The link was not followed')
                && dialog.innerText.includes('another sign-in'))",
    )
}
