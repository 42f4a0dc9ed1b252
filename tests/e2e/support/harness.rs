//! A person's desk: Patchbay with a home of its own, a browser, and a Playground to connect to.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::{
    Authorization, AuthorizationState, Connector, ConnectorId, Content, Json, OauthGrant, Origin,
    Redirect, Secret, ToolRun,
};
use patchbay_ops::{
    AddConnector, AppPaths, AuthenticationChoice, Clock, Context, ContextOptions, Event,
    OAuthClientInput, ProgramConsent, ProgramRequest, RunTool, StartAuthorization, add_connector,
    find_connector, run_tool, start_authorization, wait_for_authorization,
};
use patchbay_playground::{LoopbackPort, Options, Playground, Switches};
use patchbay_vault::{Keychain, MemoryKeychain};
use serde_json::Value;
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::sync::broadcast::Receiver;

use super::Browser;

/// How long a test waits for what has to happen.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// Everything a journey needs; the home goes with it.
pub(crate) struct Harness {
    pub(crate) playground: Playground,
    pub(crate) browser: Browser,
    pub(crate) keychain: MemoryKeychain,
    pub(crate) clock: Arc<LateClock>,
    pub(crate) cx: Context,
    pub(crate) home: TempDir,
}

impl Harness {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A desk whose Playground is turned before it starts.
    pub(crate) async fn with(turn: impl FnOnce(&mut Switches)) -> Self {
        let mut options = Options::default();
        // Tests run side by side and cannot all have the one port that Patchbay prefers.
        options.switches.loopback_port = LoopbackPort::Free;
        turn(&mut options.switches);
        let playground = Playground::start(options).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let (keychain, browser) = (MemoryKeychain::new(), Browser::new());
        let clock = Arc::new(LateClock::default());
        let cx = open(home.path(), keychain.clone(), &browser, &clock).await;
        Self {
            playground,
            browser,
            keychain,
            clock,
            cx,
            home,
        }
    }

    /// Ends Patchbay and starts it again.
    pub(crate) async fn restart(&mut self) {
        self.cx.close().await;
        self.cx = self.open().await;
    }

    /// A second Patchbay over the same files.
    pub(crate) async fn open(&self) -> Context {
        self.open_before(Arc::new(EveryProgram)).await
    }

    /// A second Patchbay over the same files, before a person who decides about programs.
    pub(crate) async fn open_before(&self, person: Arc<dyn ProgramConsent>) -> Context {
        let options = ContextOptions {
            programs: person,
            ..options(
                self.home.path(),
                self.keychain.clone(),
                &self.browser,
                &self.clock,
            )
        };
        Context::open(options).await.unwrap()
    }

    /// Adds the Playground's address behind OAuth, without signing in.
    pub(crate) async fn add(&self) -> Connector {
        self.add_at(self.playground.url().as_str(), oauth(None))
            .await
    }

    pub(crate) async fn add_at(&self, url: &str, choice: AuthenticationChoice) -> Connector {
        let request = AddConnector {
            url: url.to_owned(),
            name: None,
            title: None,
            authentication: Some(choice),
            allow_plain_http: false,
        };
        add_connector(&self.cx, request).await.unwrap()
    }

    /// Adds the Playground and signs in.
    pub(crate) async fn connected(&self) -> Connector {
        let connector = self.add().await;
        let over = self.sign_in(&connector).await;
        assert_eq!(over.state, AuthorizationState::Authorized, "{over:?}");
        self.connector(&connector.id).await
    }

    /// Starts a consent and waits for its end.
    pub(crate) async fn sign_in(&self, connector: &Connector) -> Authorization {
        let begun = self.start(connector, Redirect::Loopback).await;
        self.end_of(&begun).await
    }

    pub(crate) async fn start(&self, connector: &Connector, redirect: Redirect) -> Authorization {
        let request = StartAuthorization {
            connector: connector.id.clone(),
            redirect: Some(redirect),
            timeout_seconds: None,
            choices: Json::default(),
            accept_issuer: None,
        };
        start_authorization(&self.cx, request).await.unwrap()
    }

    pub(crate) async fn end_of(&self, begun: &Authorization) -> Authorization {
        let waiting = wait_for_authorization(&self.cx, &begun.id);
        tokio::time::timeout(TIMEOUT, waiting)
            .await
            .expect("the sign-in has an end")
            .unwrap()
    }

    pub(crate) async fn connector(&self, id: &ConnectorId) -> Connector {
        find_connector(&self.cx, id).await.unwrap()
    }

    /// Runs a tool that has to begin.
    pub(crate) async fn run(&self, connector: &Connector, tool: &str, arguments: Value) -> ToolRun {
        run_in(&self.cx, &connector.id, tool, arguments).await
    }

    /// Waits until a consent is in that state.
    pub(crate) async fn reaches(&self, begun: &Authorization, state: AuthorizationState) {
        let mut events = self.cx.events();
        let now = patchbay_ops::find_authorization(&self.cx, &begun.id);
        if now.await.unwrap().state == state {
            return;
        }
        let reached = |event: &Event| {
            matches!(event, Event::AuthorizationChanged { authorization }
                if authorization.id == begun.id && authorization.state == state)
        };
        wait_for(&mut events, reached).await;
    }
}

/// Waits for a piece of news.
pub(crate) async fn wait_for(events: &mut Receiver<Event>, fits: impl Fn(&Event) -> bool) -> Event {
    let waiting = async {
        loop {
            let event = events.recv().await.unwrap();
            if fits(&event) {
                return event;
            }
        }
    };
    tokio::time::timeout(TIMEOUT, waiting)
        .await
        .expect("the news came")
}

async fn open(
    home: &Path,
    keychain: impl Keychain + 'static,
    browser: &Browser,
    clock: &Arc<LateClock>,
) -> Context {
    let options = options(home, keychain, browser, clock);
    Context::open(options).await.unwrap()
}

fn options(
    home: &Path,
    keychain: impl Keychain + 'static,
    browser: &Browser,
    clock: &Arc<LateClock>,
) -> ContextOptions {
    ContextOptions {
        paths: AppPaths::under(home),
        keychain: Arc::new(keychain),
        browser: Arc::new(browser.clone()),
        programs: Arc::new(EveryProgram),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        client_document: None,
        can_ask: false,
    }
}

/// A person who allows whatever a test has started.
struct EveryProgram;

#[async_trait]
impl ProgramConsent for EveryProgram {
    async fn allows(&self, _request: &ProgramRequest) -> bool {
        true
    }
}

/// Click-through consent, with an OAuth app of the user's own or without.
pub(crate) fn oauth(client: Option<OAuthClientInput>) -> AuthenticationChoice {
    AuthenticationChoice::Oauth {
        client,
        callback_port: None,
        callback_host: None,
        redirect: Redirect::Loopback,
        scopes: Vec::new(),
        grant: OauthGrant::AuthorizationCode,
    }
}

/// An OAuth app of the user's own, typed in. Its port is one that tests beside this one leave alone.
pub(crate) fn oauth_app(id: &str, secret: Option<&str>) -> AuthenticationChoice {
    AuthenticationChoice::Oauth {
        client: Some(OAuthClientInput::New {
            client_id: id.to_owned(),
            client_secret: secret.map(|secret| Secret::new(secret).into()),
        }),
        callback_port: Some(free_port()),
        callback_host: None,
        redirect: Redirect::Loopback,
        scopes: Vec::new(),
        grant: OauthGrant::AuthorizationCode,
    }
}

fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

pub(crate) fn request(connector: &ConnectorId, tool: &str, arguments: Value) -> RunTool {
    RunTool {
        connector: connector.clone(),
        tool: tool.to_owned(),
        arguments: Json(arguments),
        timeout_seconds: None,
        confirmed: false,
        replay_of: None,
        credential: None,
        origin: Origin::Window,
    }
}

pub(crate) async fn run_in(
    cx: &Context,
    connector: &ConnectorId,
    tool: &str,
    arguments: Value,
) -> ToolRun {
    let running = run_tool(cx, request(connector, tool, arguments), |_| {});
    running.await.unwrap()
}

/// The text of the first part of a run's answer.
pub(crate) fn text_of(run: &ToolRun) -> &str {
    let result = run.result.as_ref();
    let result = result.unwrap_or_else(|| panic!("no result: {:?}", run.summary.problem));
    match &result.content[0] {
        Content::Text { text } => text,
        other => panic!("no text but {other:?}"),
    }
}

/// The system's clock, which can be put forward.
#[derive(Default)]
pub(crate) struct LateClock(AtomicI64);

impl LateClock {
    pub(crate) fn put_forward(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for LateClock {
    fn now(&self) -> patchbay_model::Timestamp {
        let late = time::Duration::milliseconds(self.0.load(Ordering::SeqCst));
        patchbay_model::Timestamp::new(OffsetDateTime::now_utc() + late)
    }
}
