//! Servers that want a sign-in, from the first one to the tokens' end.

use std::{
    fs::{self, File},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Servers,
    browser::{Browser, agent},
    cli_home::CliHome,
    install,
    listening::ServerCommand,
    text,
};
use crate::shell::{self, Killed};

/// How long a token of a sign-in lives at most.
const LIFE: Duration = Duration::from_secs(15);

/// Who signs a person in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// `oidc-provider` with tokens that only it can read, before the official SDK for TypeScript.
    Opaque,
    /// The same with tokens that name their own end, so that they cannot be taken back.
    Jwt,
    /// `FastMCP`, which does both.
    FastMcp,
}

pub(crate) const ALL: [Issuer; 3] = [Issuer::Opaque, Issuer::Jwt, Issuer::FastMcp];

/// One thing that is seen of a server.
pub(crate) type Check = (&'static str, fn(&mut SignInTest) -> Result<()>);

const OF_OPENID: [Check; 5] = [
    ("sign-in without renewal", SignInTest::sign_in),
    ("consent insisted on after it", SignInTest::require_consent),
    ("renewal", SignInTest::renew),
    ("more access", SignInTest::scope_upgrade),
    ("disconnect", SignInTest::disconnect),
];

const OF_FASTMCP: [Check; 3] = [
    ("sign-in", SignInTest::sign_in),
    ("renewal", SignInTest::renew),
    ("disconnect", SignInTest::disconnect),
];

impl Issuer {
    /// What a report calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Opaque => "oidc-provider with opaque tokens",
            Self::Jwt => "oidc-provider with JWT",
            Self::FastMcp => "FastMCP",
        }
    }

    /// What is seen of it, in this order.
    pub(crate) fn checks(self) -> &'static [Check] {
        if self.follows_openid() {
            &OF_OPENID
        } else {
            &OF_FASTMCP
        }
    }

    /// Whether a token can be renewed only after a consent that was insisted on.
    fn follows_openid(self) -> bool {
        self != Self::FastMcp
    }
}

/// A person, and a server that runs as long as this.
pub(crate) struct SignInTest {
    issuer: Issuer,
    cli: CliHome,
    browser: Browser,
    url: String,
    log: PathBuf,
    _folder: TempDir,
    _running: Killed,
}

impl Servers {
    /// Starts a server that wants a sign-in, and adds it.
    pub(crate) fn visit(&self, issuer: Issuer) -> Result<SignInTest> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("told.jsonl");
        let of_openid = |format: &str| ServerCommand {
            program: "node".to_owned(),
            arguments: vec![text(&self.npm.join(install::SIGNED_IN)), format.to_owned()],
        };
        let command = match issuer {
            Issuer::Opaque => of_openid("opaque"),
            Issuer::Jwt => of_openid("jwt"),
            Issuer::FastMcp => ServerCommand {
                program: text(&self.python),
                arguments: vec![text(&install::source("signed_in.py"))],
            },
        };
        let (running, url) = command.start("mcp", File::create(&log)?.into())?;
        let cli = CliHome::new(&self.patchbay)?;
        cli.run_for_text(&["connector", "add", &url, "--name", "play"])?;
        Ok(SignInTest {
            issuer,
            cli,
            browser: Browser::new(),
            url,
            log,
            _folder: folder,
            _running: running,
        })
    }
}

impl SignInTest {
    /// The first sign-in does not insist on consent, so a server that follows OpenID gives no refresh token.
    fn sign_in(&mut self) -> Result<()> {
        let page = self.cli.connect(&mut self.browser)?;
        ensure!(!requires_consent(&page), "it insists on consent: {page}");
        self.look()?;
        let renews = self.renews()?;
        ensure!(
            renews != self.issuer.follows_openid(),
            "a refresh token: {renews}"
        );
        Ok(())
    }

    fn require_consent(&mut self) -> Result<()> {
        self.wait_for_expiry()?;
        let problem = self.cli.problem(&["tool", "run", "play", "look"])?;
        ensure!(problem["code"] == "auth.expired", "{problem}");
        let page = self.cli.connect(&mut self.browser)?;
        ensure!(
            requires_consent(&page),
            "it does not insist on consent: {page}"
        );
        ensure!(self.renews()?, "no refresh token");
        self.look()
    }

    fn renew(&mut self) -> Result<()> {
        self.wait_for_expiry()?;
        self.look()?;
        let token = self.token()?;
        ensure!(token["event"] == "refresh_token", "not renewed");
        Ok(())
    }

    /// The tool of another scope is refused until that scope was asked for beside those of before.
    fn scope_upgrade(&mut self) -> Result<()> {
        let problem = self.cli.problem(&["tool", "run", "play", "govern"])?;
        ensure!(problem["code"] == "auth.forbidden", "{problem}");
        let message = member(&problem, "message")?;
        ensure!(message.contains("admin"), "no scope is named: {message}");
        let page = self.cli.connect(&mut self.browser)?;
        for scope in ["readable", "admin", "offline_access"] {
            ensure!(page.contains(scope), "{scope} is not asked for: {page}");
        }
        let governed = self.cli.run_for_text(&["tool", "run", "play", "govern"])?;
        ensure!(governed.contains("Governed"), "{governed}");
        ensure!(self.renews()?, "it cannot be renewed any longer");
        self.wait_for_expiry()?;
        self.look()
    }

    /// What was given is taken back, so that nobody can use it again.
    fn disconnect(&mut self) -> Result<()> {
        self.look()?;
        let token = self.token()?;
        ensure!(!self.is_refused(&token)?, "refused while connected");
        self.cli
            .run_for_text(&["connector", "disconnect", "play"])?;
        let server_events = self.server_events()?;
        ensure!(
            server_events.iter().any(|line| line["event"] == "revoked"),
            "nothing was revoked"
        );
        ensure!(
            self.issuer == Issuer::Jwt || self.is_refused(&token)?,
            "the token still works"
        );
        let refusal = self.renew_again(&token)?;
        ensure!(refusal["error"] == "invalid_grant", "{refusal}");
        let problem = self.cli.problem(&["tool", "run", "play", "look"])?;
        ensure!(problem["code"] == "auth.needed", "{problem}");
        Ok(())
    }

    fn look(&self) -> Result<()> {
        let seen = self.cli.run_for_text(&["tool", "run", "play", "look"])?;
        ensure!(seen.contains("Seen"), "{seen}");
        Ok(())
    }

    /// Waits until the token that the server gave last has lapsed by any clock. It is not tried: FastMCP takes the
    /// refresh token back when it is shown one that lapsed.
    fn wait_for_expiry(&self) -> Result<()> {
        let lasts = self.token()?["expires_in"].as_u64();
        let lasts = Duration::from_secs(lasts.context("a token without end")? + 1);
        ensure!(lasts <= LIFE, "it lasts {lasts:?}");
        let since = Instant::now();
        shell::poll("the end of the token", LIFE, || {
            Ok((since.elapsed() >= lasts).then_some(()))
        })
    }

    fn is_refused(&self, token: &Value) -> Result<bool> {
        let bearer = format!("Bearer {}", member(token, "access_token")?);
        let asked = agent().post(&self.url).header("authorization", bearer);
        let answer = asked.send_json(json!({}))?;
        Ok(answer.status() == 401)
    }

    /// What the server answers to somebody who kept the refresh token.
    fn renew_again(&self, token: &Value) -> Result<Value> {
        let origin = self.url.trim_end_matches("/mcp");
        let address = format!("{origin}/.well-known/oauth-authorization-server");
        let metadata: Value = agent().get(&address).call()?.body_mut().read_json()?;
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", member(token, "refresh_token")?),
            ("client_id", member(token, "client_id")?),
            // A program without one has none to send.
            (
                "client_secret",
                token["client_secret"].as_str().unwrap_or_default(),
            ),
        ];
        let form = form.into_iter().filter(|(_, value)| !value.is_empty());
        let asked = agent().post(member(&metadata, "token_endpoint")?);
        Ok(asked.send_form(form)?.body_mut().read_json()?)
    }

    fn renews(&self) -> Result<bool> {
        Ok(self.token()?["refresh_token"].is_string())
    }

    /// What the server gave last.
    fn token(&self) -> Result<Value> {
        let server_events = self.server_events()?;
        let given = server_events
            .into_iter()
            .rfind(|line| line["access_token"].is_string());
        given.context("no token was given")
    }

    /// What the server tells of tokens, among lines of its packages.
    fn server_events(&self) -> Result<Vec<Value>> {
        let lines = fs::read_to_string(&self.log)?;
        let server_events = lines.lines().map(serde_json::from_str);
        Ok(server_events.filter_map(Result::ok).collect())
    }
}

fn requires_consent(page: &str) -> bool {
    page.contains("prompt=consent")
}

fn member<'a>(of: &'a Value, name: &str) -> Result<&'a str> {
    of[name].as_str().with_context(|| format!("no {name}"))
}
