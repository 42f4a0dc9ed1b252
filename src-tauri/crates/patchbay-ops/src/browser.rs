//! Opening the user's browser: only ever because the user asked for it.

use std::process::{Command, Stdio};

use url::Url;

/// Opens pages in a browser.
pub trait OpenBrowser: Send + Sync {
    /// Opens the page and returns at once.
    ///
    /// # Errors
    /// When no browser could be started.
    fn open(&self, page: &Url) -> std::io::Result<()>;
}

/// The browser that the user has chosen for the system, or in `BROWSER`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBrowser;

impl OpenBrowser for SystemBrowser {
    fn open(&self, page: &Url) -> std::io::Result<()> {
        match std::env::var_os("BROWSER").filter(|name| !name.is_empty()) {
            // No shell, and the address is one argument: nothing in it can become a command.
            Some(browser) => {
                let mut child = Command::new(browser)
                    .arg(page.as_str())
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()?;
                std::thread::spawn(move || child.wait());
                Ok(())
            }
            None => open::that_detached(page.as_str()),
        }
    }
}
