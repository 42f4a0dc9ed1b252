//! The consent page in a real browser: headless Chromium under chromedriver.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::harness::{Harness, TIMEOUT};
use super::webdriver::{Element, Session};
use super::window::FIND;

/// A running Chromium; it ends when dropped.
pub(crate) struct Browser {
    session: Session,
    _profile: TempDir,
}

impl Browser {
    pub(super) fn start(harness: &Harness) -> Self {
        let profile = tempfile::Builder::new()
            .prefix("chromium-")
            .tempdir()
            .expect("a profile");
        let folder = format!("--user-data-dir={}", profile.path().display());
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", folder,
                ],
            },
            // Only the log shows redirects to schemes that Chromium cannot open.
            "goog:loggingPrefs": { "performance": "ALL" },
        });
        let prepare = |driver: &mut std::process::Command| {
            driver
                .env_remove("DISPLAY")
                .env("HOME", profile.path())
                .stderr(std::process::Stdio::null());
        };
        let session = Session::open(
            &harness.runtime,
            Path::new("chromedriver"),
            prepare,
            &capabilities,
        );
        Self {
            session,
            _profile: profile,
        }
    }

    pub(crate) fn open(&self, page: &Url) {
        self.session
            .call("url", Some(&json!({ "url": page.as_str() })))
            .unwrap_or_else(|refusal| panic!("the page does not open: {refusal}"));
    }

    /// Presses the button with this name.
    pub(crate) fn press(&self, name: &str) {
        let arguments = [json!("button"), json!(name), Value::Null];
        let found = self.session.execute(FIND, &arguments);
        let button = found.ok().as_ref().and_then(Element::from_value);
        let button = button.unwrap_or_else(|| panic!("no button {name} in\n{}", self.text()));
        self.session
            .click(&button)
            .unwrap_or_else(|refusal| panic!("{name} cannot be pressed: {refusal}"));
    }

    /// Opens a consent page and presses Allow.
    pub(crate) fn allow(&self, page: &Url) {
        self.open(page);
        self.press("Allow");
    }

    /// Opens a consent page and presses Deny.
    pub(crate) fn deny(&self, page: &Url) {
        self.open(page);
        self.press("Deny");
    }

    /// Waits until the page shows `words`.
    pub(crate) fn see(&self, words: &str) {
        let started = Instant::now();
        while !self.text().contains(words) {
            let text = self.text();
            assert!(started.elapsed() < TIMEOUT, "no {words:?} in\n{text}");
            self.session.pause();
        }
    }

    /// The words of the page.
    pub(crate) fn text(&self) -> String {
        let text = self.session.execute("return document.body.innerText", &[]);
        text.ok()
            .and_then(|text| Some(text.as_str()?.to_owned()))
            .unwrap_or_default()
    }

    /// The redirect to the app's own scheme, which headless Chromium does not follow.
    pub(crate) fn deep_link(&self) -> String {
        let started = Instant::now();
        loop {
            let entries = self
                .session
                .call("se/log", Some(&json!({ "type": "performance" })))
                .unwrap_or_else(|refusal| panic!("no log: {refusal}"));
            let link = entries.as_array().into_iter().flatten().find_map(location);
            if let Some(link) = link {
                return link;
            }
            assert!(started.elapsed() < TIMEOUT, "no redirect to patchbay://");
            self.session.pause();
        }
    }
}

/// The `Location` of a redirect to the app in an entry of the log.
fn location(entry: &Value) -> Option<String> {
    let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
    let headers = message["message"]["params"]["headers"].as_object()?;
    let (_, value) = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
    let location = value.as_str()?;
    location
        .starts_with("patchbay://")
        .then(|| location.to_owned())
}
