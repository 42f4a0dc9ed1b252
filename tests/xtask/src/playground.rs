//! The Playground as a program: a real MCP server with its own sign-in, on loopback.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::places;

/// A running Playground; it ends when dropped.
pub(crate) struct Playground {
    server: Child,
    url: String,
}

impl Playground {
    /// Starts the debug build's Playground on a free port.
    ///
    /// # Errors
    /// When it cannot be started or does not say where it listens.
    pub(crate) fn start() -> Result<Self> {
        let mut server = Command::new(places::debug_binary("patchbay-playground"))
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the Playground")?;
        let mut line = String::new();
        let stdout = server
            .stdout
            .take()
            .context("the Playground has no output")?;
        let read = BufReader::new(stdout).read_line(&mut line);
        // From here on an early return ends the server too.
        let mut playground = Self {
            server,
            url: String::new(),
        };
        read?;
        let greeting: Value =
            serde_json::from_str(&line).context("the Playground did not greet")?;
        greeting["url"]
            .as_str()
            .context("the Playground named no address")?
            .clone_into(&mut playground.url);
        Ok(playground)
    }

    /// The address of its MCP server that wants a sign-in.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Scheme, host and port of all its servers.
    pub(crate) fn origin(&self) -> &str {
        self.url.strip_suffix("/mcp").unwrap_or(&self.url)
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
