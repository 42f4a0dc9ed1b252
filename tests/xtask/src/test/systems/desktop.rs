//! The app under wine, which has no web view: its message, and what works without a window.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};

use super::{
    Report, folder,
    windows::Build,
    wine::{self, Wine},
};
use crate::{headless::Display, shell};

/// The title of the dialog in which the app says why it cannot start.
const TITLE: &str = "Patchbay can't start";

/// The callback of a sign-in that nobody started.
const STRAY_LINK: &str = "patchbay://oauth/callback?code=stray&state=unknown";

/// The registry key of the program that opens links.
const OPENS_LINKS: &str = r"HKCU\Software\Classes\patchbay\shell\open\command";

/// Maximum duration of a start, a link or an end.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Runs the checks, each of which depends on those before it.
pub(super) fn test(report: &mut Report, build: &Build, wine: &Wine) {
    let Ok(mut app) = report.set_up("the app starts under wine", || App::start(build, wine)) else {
        return;
    };
    report.check("it says that the web view is missing", || app.says_why());
    report.check("patchbay:// is registered", || app.is_registered());
    report.check("a second start hands over its link", || app.takes_a_link());
    report.check("it ends with its dialog, in order", || app.ends());
}

/// A running app on a private display.
struct App<'a> {
    wine: &'a Wine,
    display: Display,
    program: PathBuf,
    command_line: PathBuf,
    dialog: PathBuf,
    log: PathBuf,
    child: Child,
}

impl<'a> App<'a> {
    fn start(build: &Build, wine: &'a Wine) -> Result<Self> {
        // A program that still ends was started without a display, and would leave the app without one.
        wine.restart()?;
        let dialog = folder().join("dialog.exe");
        wine::compile(include_str!("dialog.c"), &dialog, &[])?;
        let display = Display::start(1280, 800)?;
        let program = build.program("patchbay-desktop");
        let log = folder().join("desktop.log");
        let child = wine
            .command(&program)
            .env("DISPLAY", display.name())
            .env("PATCHBAY_LOG", "warn,patchbay_desktop=info")
            .stderr(File::create(&log)?)
            .spawn()
            .context("could not start wine")?;
        Ok(Self {
            wine,
            display,
            program,
            command_line: build.program("patchbay"),
            dialog,
            log,
            child,
        })
    }

    /// A command that runs a program of this Windows on the display of the app.
    fn beside(&self, program: &Path) -> Command {
        let mut command = self.wine.command(program);
        command.env("DISPLAY", self.display.name());
        command
    }

    fn says_why(&self) -> Result<()> {
        let words = shell::read(self.beside(&self.dialog).arg(TITLE))?;
        let logged = fs::read_to_string(&self.log)?;
        for (place, text) in [("dialog", &words), ("log", &logged)] {
            ensure!(
                text.contains("WebView2 Runtime") && text.contains("is missing on this computer"),
                "the {place} says: {text}"
            );
        }
        ensure!(
            words.contains("https://developer.microsoft.com/microsoft-edge/webview2"),
            "the dialog does not say what to do: {words}"
        );
        Ok(())
    }

    fn is_registered(&self) -> Result<()> {
        let wanted = format!("\"{}\" \"%1\"", self.wine.path(&self.program));
        let what = "the entry for patchbay:// links";
        shell::poll_every(Duration::from_secs(1), what, TIMEOUT, || {
            let mut query = self.beside(Path::new("reg"));
            let entry = shell::read(query.args(["query", OPENS_LINKS, "/ve"]))?;
            ensure!(entry.contains(&wanted), "{OPENS_LINKS} holds {entry}");
            Ok(Some(()))
        })
    }

    /// Opens a link as Windows does: by a second start of the program in the registry entry. Wine itself ignores
    /// entries of a single user.
    fn takes_a_link(&self) -> Result<()> {
        shell::run(self.beside(&self.program).arg(STRAY_LINK))?;
        let log = shell::poll("word of the link", TIMEOUT, || {
            let log = fs::read_to_string(&self.log)?;
            Ok(log.contains("a link was not followed").then_some(log))
        })?;
        ensure!(log.contains("auth.callback"), "the log says: {log}");
        ensure!(!log.contains("stray"), "the log holds the link: {log}");
        Ok(())
    }

    fn ends(&mut self) -> Result<()> {
        shell::run(self.beside(&self.dialog).args([TITLE, "press"]))?;
        let ended = shell::poll("the app's end", TIMEOUT, || Ok(self.child.try_wait()?))?;
        ensure!(ended.code() == Some(1), "it ended with {ended}");
        // Its lock is free, and the next process removes the stale mark.
        let list = ["run", "list", "--json"];
        shell::read(self.beside(&self.command_line).args(list))?;
        let left = process_marks(&self.wine.disk().join("users"))?;
        ensure!(left.is_empty(), "it left its marks: {left:?}");
        Ok(())
    }
}

impl Drop for App<'_> {
    fn drop(&mut self) {
        // It still runs only when a check failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Files that exist beside the database while a process has it open.
fn process_marks(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut find = Command::new("find");
    find.arg(folder)
        .args(["-path", "*/Local/patchbay/data/patchbay.db.processes/*"]);
    let found = shell::read(find.args(["-not", "-name", "opening"]))?;
    Ok(found.lines().map(PathBuf::from).collect())
}
