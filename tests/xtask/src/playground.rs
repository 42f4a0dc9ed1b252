//! The Playground as a program: a real MCP server with its own sign-in, on loopback.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::paths;

/// Who answers the Playground's consent page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The person at the browser.
    Ask,
    /// Nobody: every sign-in is allowed.
    Allow,
}

/// A running Playground; it ends when dropped.
pub(crate) struct Playground {
    server: Child,
    addresses: Value,
}

impl Playground {
    /// Starts the debug build's Playground on a free port.
    ///
    /// # Errors
    /// When it cannot be started or does not say where it listens.
    pub(crate) fn start(consent: Consent) -> Result<Self> {
        let consent = match consent {
            Consent::Ask => "ask",
            Consent::Allow => "allow",
        };
        let mut server = Command::new(paths::debug_binary("patchbay-playground"))
            .args(["--port", "0", "--consent", consent, "--until-stdin-closes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the Playground")?;
        let mut line = String::new();
        let stdout = server
            .stdout
            .take()
            .context("the Playground has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let addresses = serde_json::from_str(&line).context("the Playground did not greet")?;
        Ok(Self { server, addresses })
    }

    /// The address of the MCP server that wants a sign-in.
    ///
    /// # Errors
    /// When the Playground named none.
    pub(crate) fn url(&self) -> Result<&str> {
        self.address("url")
    }

    /// The address of the MCP server that anybody may use.
    ///
    /// # Errors
    /// When the Playground named none.
    pub(crate) fn open_url(&self) -> Result<&str> {
        self.address("openUrl")
    }

    /// The address of the MCP server that wants a token, and that token.
    ///
    /// # Errors
    /// When the Playground named none.
    pub(crate) fn bearer(&self) -> Result<(&str, &str)> {
        Ok((self.address("bearerUrl")?, self.address("bearerToken")?))
    }

    fn address(&self, key: &str) -> Result<&str> {
        self.addresses[key]
            .as_str()
            .with_context(|| format!("the Playground named no {key}"))
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}
