//! The Playground as a program: a real MCP server with its own sign-in, on loopback.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{paths, shell::Service};

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
    _server: Service,
    addresses: Value,
}

impl Playground {
    /// Starts the debug build's Playground on a free port.
    pub(crate) fn start(consent: Consent) -> Result<Self> {
        let consent = match consent {
            Consent::Ask => "ask",
            Consent::Allow => "allow",
        };
        let mut server = Command::new(paths::debug_binary("patchbay-playground"));
        server.args(["--port", "0", "--consent", consent, "--until-stdin-closes"]);
        let (server, greeting) = Service::start(&mut server)?;
        let addresses = serde_json::from_str(&greeting).context("the Playground did not greet")?;
        Ok(Self {
            _server: server,
            addresses,
        })
    }

    /// The address of the MCP server that wants a sign-in.
    pub(crate) fn url(&self) -> Result<&str> {
        self.address("url")
    }

    /// The address of the MCP server that anybody may use.
    pub(crate) fn open_url(&self) -> Result<&str> {
        self.address("openUrl")
    }

    /// The address of the MCP server that wants a token, and that token.
    pub(crate) fn bearer(&self) -> Result<(&str, &str)> {
        Ok((self.address("bearerUrl")?, self.address("bearerToken")?))
    }

    fn address(&self, key: &str) -> Result<&str> {
        self.addresses[key]
            .as_str()
            .with_context(|| format!("the Playground named no {key}"))
    }
}
