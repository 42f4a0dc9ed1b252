//! Hosted platforms as a program: one of each kind on loopback, with accounts and connectors on them.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Patchbay, id_of};
use crate::{
    cargo, paths,
    shell::{self, Service},
};

/// The example that plays the platforms.
const PROGRAM: &str = "platforms";

/// What each of them takes for a key.
const KEY: &str = "demo-key-1234";

/// Running platforms; they end when dropped.
pub(super) struct Platforms {
    _program: Service,
    addresses: Value,
}

/// What pictures are taken of.
pub(super) struct Hosted {
    pub(super) account: String,
    /// The id of a connector on it, which another account has as well.
    pub(super) connector: String,
}

impl Platforms {
    /// Builds and starts them.
    pub(super) fn start() -> Result<Self> {
        let mut build = cargo::linted(&["build"]);
        shell::run(build.args(["--example", PROGRAM]))?;
        let program = paths::debug_binary(&format!("examples/{PROGRAM}"));
        let (program, greeting) = Service::start(&mut Command::new(program))?;
        let addresses = serde_json::from_str(&greeting).context("the platforms did not greet")?;
        Ok(Self {
            _program: program,
            addresses,
        })
    }

    /// Adds an account on each, and a few connectors; a token of the wallet lies in two places,
    /// and the rotation of another one is not finished.
    pub(super) fn fill(&self, patchbay: &Patchbay<'_>) -> Result<Hosted> {
        let account = self.add(patchbay, "mistral", "Mistral · Northlight")?;
        self.add(patchbay, "cohere", "Cohere · Northlight")?;
        self.add(patchbay, "agentstack", "Agent Stack")?;
        self.add(patchbay, "tenex", "10ex · Lena")?;
        let save = ["credential", "add", "Search token", "--kind", "bearer"];
        patchbay.call_with(&save, "demo-token-1234")?;
        let mut connector = String::new();
        for (name, server) in [("notes", "notes.example"), ("github", "github.example")] {
            let words = [
                &format!("name={name}"),
                &format!("server=https://{server}/mcp"),
                "description=For the assistants of the team",
                r#"auth_methods:=[{"kind":"bearer"}]"#,
            ];
            connector = create(patchbay, "Mistral · Northlight", "mcp", &words)?;
        }
        patchbay.call_with(
            &["credential", "add", "Ticket token", "--kind", "bearer"],
            "demo-token-5678",
        )?;
        for (name, token) in [("intranet", "Search token"), ("tickets", "Ticket token")] {
            let words = [
                &format!("name={name}"),
                &format!("url=https://{name}.example/search"),
                "/authentication/kind=service_auth",
                "/authentication/type=bearer",
                "--secret",
                &format!("/authentication/token=wallet:{token}"),
            ];
            create(patchbay, "Cohere · Northlight", "search", &words)?;
        }
        // Not finished: the old token is still kept, to go back to.
        patchbay.call_with(&["credential", "rotate", "Ticket token"], "demo-token-9012")?;
        let copy = ["url=https://github.example/mcp"];
        create(patchbay, "Agent Stack", "custom", &copy)?;
        let apollo = ["name=Apollo", "--secret", "api_key=wallet:Search token"];
        create(patchbay, "10ex · Lena", "apollo", &apollo)?;
        Ok(Hosted { account, connector })
    }

    /// Adds an account and gives its id.
    fn add(&self, patchbay: &Patchbay<'_>, platform: &str, label: &str) -> Result<String> {
        let address = self.addresses[platform].as_str();
        let address = address.with_context(|| format!("no address of {platform}"))?;
        let words = [
            "account",
            "add",
            platform,
            "--name",
            label,
            "--base-url",
            address,
        ];
        let added = if platform == "agentstack" {
            patchbay.call(&words)?
        } else {
            patchbay.call_with(&[&words[..], &["--from", "-"]].concat(), KEY)?
        };
        id_of(&added)
    }
}

fn create(patchbay: &Patchbay<'_>, account: &str, kind: &str, words: &[&str]) -> Result<String> {
    let first = ["connector", "create", account, kind];
    id_of(&patchbay.call(&[&first[..], words].concat())?)
}
