//! The web view of a running app, driven over the W3C WebDriver protocol.
//!
//! Source: <https://www.w3.org/TR/webdriver2/>; WebKitGTK's own browser options.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{
    headless::{Display, GuardedChild},
    shell, system,
};

/// How long the driver, the app and a page may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// An app under control; it ends when dropped.
pub(crate) struct WebView {
    session: String,
    driver: GuardedChild,
}

impl WebView {
    /// Starts `app` on `display` with `variables` in its environment, under a driver of its own.
    pub(crate) fn start(display: &Display, app: &Path, variables: &[(&str, &str)]) -> Result<Self> {
        let port = system::free_port()?;
        let driver = display.start_program(Path::new("WebKitWebDriver"), |command| {
            command
                .arg(format!("--port={port}"))
                .arg("--host=127.0.0.1")
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .envs(variables.iter().copied());
        })?;
        let base = format!("http://127.0.0.1:{port}");
        shell::poll("WebKitWebDriver", TIMEOUT, || {
            Ok(Some(get(&format!("{base}/status"))?))
        })?;
        let wish = json!({"capabilities": {"alwaysMatch": {
            // Whoever wants a page to be there waits for what is in it, and a bench watches it come.
            "pageLoadStrategy": "none",
            "webkitgtk:browserOptions": {"binary": app, "args": []}
        }}});
        let opened = post(&format!("{base}/session"), &wish).context("could not start the app")?;
        let id = opened["sessionId"]
            .as_str()
            .context("the driver named no session")?;
        Ok(Self {
            session: format!("{base}/session/{id}"),
            driver,
        })
    }

    /// The session that the app runs in.
    pub(crate) fn session(&self) -> &GuardedChild {
        &self.driver
    }

    /// Runs the body of a function in the page with `arguments` and gives what it returns.
    pub(crate) fn execute(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let call = json!({"script": script, "args": arguments});
        post(&format!("{}/execute/sync", self.session), &call)
    }

    /// The same for a body that hands what it found to the function in its last argument.
    pub(crate) fn execute_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let call = json!({"script": script, "args": arguments});
        post(&format!("{}/execute/async", self.session), &call)
    }

    /// Begins to load the page anew and does not wait for it.
    pub(crate) fn reload(&self) -> Result<()> {
        post(&format!("{}/refresh", self.session), &json!({})).map(drop)
    }

    /// Waits until what was changed in the page is drawn.
    pub(crate) fn settle(&self) -> Result<()> {
        const TWO_FRAMES: &str = "const done = arguments[0];
            requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        self.execute_async(TWO_FRAMES, &[]).map(drop)
    }

    /// Waits until `script` returns `true`.
    pub(crate) fn wait_for(&self, what: &str, script: &str) -> Result<()> {
        shell::poll(what, TIMEOUT, || {
            Ok((self.execute(script, &[])? == Value::Bool(true)).then_some(()))
        })
    }

    /// Waits until the page shows more than its outline, is loading nothing and has come to rest.
    pub(crate) fn wait_for_content(&self) -> Result<()> {
        // A status of shapes without a word stands where content is still to come.
        self.wait_for(
            "content in the window",
            "const loading = [...document.querySelectorAll('[role=\"status\"]')]
                .some((status) => status.childElementCount > 0 && status.innerText.trim() === '');
            return document.readyState === 'complete'
                && !document.querySelector('#root > .still')
                && document.body.innerText.trim() !== ''
                && !document.querySelector('[aria-busy=\"true\"]')
                && !loading
                && document.getAnimations().every((animation) => animation.playState !== 'running')",
        )?;
        self.settle()
    }
}

impl Drop for WebView {
    fn drop(&mut self) {
        // Ending the session closes the app; the driver ends after it.
        let _ = agent().delete(&self.session).call();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}

fn get(address: &str) -> Result<Value> {
    value(agent().get(address).call()?.body_mut().read_json()?)
}

fn post(address: &str, body: &Value) -> Result<Value> {
    value(
        agent()
            .post(address)
            .send_json(body)?
            .body_mut()
            .read_json()?,
    )
}

/// Takes the value out of the driver's envelope.
fn value(mut answer: Value) -> Result<Value> {
    let value = answer["value"].take();
    if let Some(error) = value["error"].as_str() {
        anyhow::bail!("{error}: {}", value["message"].as_str().unwrap_or_default());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_driver_is_an_error_with_its_words() {
        let refusal = json!({"value": {"error": "no such window", "message": "closed"}});
        let error = value(refusal).expect_err("a refusal");
        assert_eq!(error.to_string(), "no such window: closed");
    }
}
