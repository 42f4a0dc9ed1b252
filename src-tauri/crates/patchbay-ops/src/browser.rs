//! Opening the user's browser, only ever at the user's request.

use std::io;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use patchbay_http::BrowserUrl;

use crate::secrets::programs::withhold_own_variables;

/// A browser process that runs longer than this has started successfully.
const START_LIMIT: Duration = Duration::from_millis(500);

/// Opens pages in a browser.
pub trait OpenBrowser: Send + Sync {
    /// Opens the page and returns soon. Fails when no browser could be started.
    fn open(&self, page: &BrowserUrl) -> io::Result<()>;
}

/// The browser in `BROWSER`, else the system's default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBrowser;

impl OpenBrowser for SystemBrowser {
    fn open(&self, page: &BrowserUrl) -> io::Result<()> {
        match std::env::var_os("BROWSER").filter(|name| !name.is_empty()) {
            Some(browser) => {
                let mut command = Command::new(browser);
                start(command.arg(page.as_str()))
            }
            None => start_first(open::commands(page.as_str())),
        }
    }
}

/// Starts the first of these programs that can be.
fn start_first(mut commands: Vec<Command>) -> io::Result<()> {
    let mut failure = io::ErrorKind::NotFound.into();
    for command in &mut commands {
        match start(command) {
            Err(error) => failure = error,
            started => return started,
        }
    }
    Err(failure)
}

/// Starts a program, which has the URL as an argument: without a shell, so that the URL cannot contain commands.
fn start(command: &mut Command) -> io::Result<()> {
    withhold_own_variables(command);
    // What stops a command at the terminal does not stop the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (ended, end) = mpsc::channel();
    // On a separate thread, which reaps the process whenever it ends.
    std::thread::spawn(move || ended.send(child.wait()));
    match end.recv_timeout(START_LIMIT) {
        Ok(Ok(status)) if !status.success() => {
            Err(io::Error::other(format!("the browser ended with {status}")))
        }
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}
