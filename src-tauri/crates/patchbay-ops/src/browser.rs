//! Opening the user's browser, only ever at the user's request.

use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use patchbay_http::BrowserUrl;

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
            Some(browser) => start(browser, page),
            None => open::that_detached(page.as_str()),
        }
    }
}

/// Starts a program with the URL as its only argument, without a shell, so that the URL cannot contain commands.
fn start(browser: OsString, page: &BrowserUrl) -> io::Result<()> {
    let mut child = Command::new(browser)
        .arg(page.as_str())
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
