//! Opening the user's browser: only ever because the user asked for it.

use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use patchbay_http::BrowserUrl;

/// How long a browser may take to fail; one that runs longer has started.
const START_LIMIT: Duration = Duration::from_millis(500);

/// Opens pages in a browser.
pub trait OpenBrowser: Send + Sync {
    /// Opens the page and returns soon.
    ///
    /// # Errors
    /// When no browser could be started.
    fn open(&self, page: &BrowserUrl) -> io::Result<()>;
}

/// The browser that the user has chosen for the system, or in `BROWSER`.
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

/// Starts a program with the page as its one argument; without a shell, so that nothing in the page can
/// become a command.
fn start(browser: OsString, page: &BrowserUrl) -> io::Result<()> {
    let mut child = Command::new(browser)
        .arg(page.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (ended, end) = mpsc::channel();
    // Waited for on a thread of its own, which reaps it whenever it ends.
    std::thread::spawn(move || ended.send(child.wait()));
    match end.recv_timeout(START_LIMIT) {
        Ok(Ok(status)) if !status.success() => {
            Err(io::Error::other(format!("the browser ended with {status}")))
        }
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}
