//! The fixture of most tests: Patchbay with its own home, a browser, and a Playground to connect to.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::{
    Authorization, AuthorizationState, Code, Connector, ConnectorId, Content, Json, OauthGrant,
    Origin, Problem, Redirect, RunState, Secret, Status, ToolRun, WalletEntry,
};
use patchbay_ops::{
    AddConnector, AppPaths, AuthenticationChoice, Clock, ConnectorChanges, Context, ContextOptions,
    Disconnected, Error, Event, OAuthClientInput, ProgramConsent, ProgramRequest, RunTool,
    SecretInput, StartAuthorization, add_connector, cancel_authorization, disconnect_connector,
    find_authorization, find_connector, list_wallet, open_authorization_page, run_tool,
    start_authorization, update_connector, wait_for_authorization,
};
use patchbay_playground::{Endpoint, Failure, LoopbackPort, Options, Playground, Switches};
use patchbay_vault::{Keychain, MemoryKeychain};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::sync::broadcast::Receiver;
use tokio::task::JoinHandle;
use url::Url;

use super::{Answer, Browser};

/// Maximum wait for something that has to happen.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// What a test works with; dropped, it removes the home.
pub(crate) struct Harness {
    pub(crate) playground: Playground,
    pub(crate) browser: Browser,
    pub(crate) keychain: MemoryKeychain,
    pub(crate) clock: Arc<OffsetClock>,
    pub(crate) cx: Context,
    pub(crate) home: TempDir,
}

impl Harness {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A harness whose Playground is connected.
    pub(crate) async fn connected() -> (Self, Connector) {
        let harness = Self::new().await;
        let connector = harness.connect().await;
        (harness, connector)
    }

    /// The same with a redirect port that no other test uses: another port takes another registration.
    pub(crate) async fn connected_at_own_port() -> (Self, Connector) {
        let harness = Self::new().await;
        let choice = oauth_with(None, Some(free_port()), &[]);
        let connector = harness.add_at(harness.playground.url(), choice).await;
        harness.authorize(&connector).await;
        let connector = harness.connector(&connector.id).await;
        (harness, connector)
    }

    /// A harness with the Playground added, whose consents nobody answers.
    pub(crate) async fn unanswered() -> (Self, Connector) {
        let harness = Self::new().await;
        harness.browser.set_answer(Answer::Nothing);
        let connector = harness.add().await;
        (harness, connector)
    }

    /// Sets switches of the Playground before it starts.
    pub(crate) async fn with(change: impl FnOnce(&mut Switches)) -> Self {
        let playground = start_playground(change).await;
        let home = tempfile::tempdir().unwrap();
        let (keychain, browser) = (MemoryKeychain::new(), Browser::new());
        let clock = Arc::new(OffsetClock::default());
        let options = options(home.path(), keychain.clone(), &browser, &clock);
        let cx = Context::open(options).await.unwrap();
        Self {
            playground,
            browser,
            keychain,
            clock,
            cx,
            home,
        }
    }

    pub(crate) async fn restart(&mut self) {
        self.cx.close().await;
        self.cx = self.open().await;
    }

    /// Opens a second Patchbay over the same files.
    pub(crate) async fn open(&self) -> Context {
        self.open_before(Arc::new(EveryProgram)).await
    }

    /// Opens a second Patchbay over the same files, with `person` deciding about programs.
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

    /// Changes the Playground while it runs.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Switches)) {
        self.playground.configure(change);
    }

    /// Lets an endpoint of the Playground fail from now on.
    pub(crate) fn fail(&self, endpoint: Endpoint, failure: Failure) {
        self.configure(|switches| switches.failures.extend([(endpoint, failure)]));
    }

    pub(crate) async fn wait_for_playground(&self, fits: impl Fn(&Playground) -> bool) {
        assert!(self.playground.wait_until(fits, TIMEOUT).await);
    }

    /// Adds the endpoint behind OAuth, without signing in.
    pub(crate) async fn add(&self) -> Connector {
        self.add_at(self.playground.url(), oauth()).await
    }

    /// Adds the endpoint without authentication.
    pub(crate) async fn add_open(&self) -> Connector {
        self.add_open_at(self.playground.open_url()).await
    }

    /// Adds an address without authentication.
    pub(crate) async fn add_open_at(&self, url: impl AsRef<str>) -> Connector {
        self.add_at(url, AuthenticationChoice::None).await
    }

    /// Adds the endpoint that requires a token.
    pub(crate) async fn add_guarded(&self, choice: AuthenticationChoice) -> Connector {
        self.add_at(self.playground.bearer_url(), choice).await
    }

    pub(crate) async fn add_at(
        &self,
        url: impl AsRef<str>,
        choice: AuthenticationChoice,
    ) -> Connector {
        let request = add_request(url, choice);
        add_connector(&self.cx, request).await.unwrap()
    }

    /// Adds the Playground and signs in.
    pub(crate) async fn connect(&self) -> Connector {
        let connector = self.add().await;
        self.authorize(&connector).await;
        self.connector(&connector.id).await
    }

    /// Signs in, which has to succeed.
    pub(crate) async fn authorize(&self, connector: &Connector) -> Authorization {
        let outcome = self.sign_in(connector).await;
        assert_eq!(outcome.state, AuthorizationState::Authorized, "{outcome:?}");
        outcome
    }

    /// Starts a consent and waits for its end.
    pub(crate) async fn sign_in(&self, connector: &Connector) -> Authorization {
        let pending = self.start(connector, Redirect::Loopback).await;
        self.wait_for_end(&pending).await
    }

    pub(crate) async fn start(&self, connector: &Connector, redirect: Redirect) -> Authorization {
        let request = StartAuthorization {
            redirect: Some(redirect),
            ..sign_in_request(&connector.id)
        };
        start_authorization(&self.cx, request).await.unwrap()
    }

    /// Starts a consent and waits until the user has to act.
    pub(crate) async fn start_waiting(
        &self,
        connector: &Connector,
        redirect: Redirect,
    ) -> Authorization {
        let pending = self.start(connector, redirect).await;
        self.wait_for_state(&pending, AuthorizationState::AwaitingUser)
            .await;
        pending
    }

    pub(crate) async fn open_page(&self, pending: &Authorization) {
        let opened = open_authorization_page(&self.cx, &pending.id).await;
        opened.unwrap();
    }

    /// Cancels a consent and waits for its end.
    pub(crate) async fn cancel(&self, pending: &Authorization) -> Authorization {
        cancel_authorization(&self.cx, &pending.id).await.unwrap();
        self.wait_for_end(pending).await
    }

    pub(crate) async fn state(&self, pending: &Authorization) -> AuthorizationState {
        let found = find_authorization(&self.cx, &pending.id).await;
        found.unwrap().state
    }

    pub(crate) async fn assert_awaits_user(&self, pending: &Authorization) {
        let state = self.state(pending).await;
        assert_eq!(state, AuthorizationState::AwaitingUser);
    }

    pub(crate) async fn assert_authorized(&self, pending: &Authorization) {
        self.assert_ends(pending, AuthorizationState::Authorized)
            .await;
    }

    pub(crate) async fn assert_ends(&self, pending: &Authorization, state: AuthorizationState) {
        let outcome = self.wait_for_end(pending).await;
        assert_eq!(outcome.state, state, "{outcome:?}");
    }

    pub(crate) async fn wait_for_end(&self, pending: &Authorization) -> Authorization {
        let waiting = wait_for_authorization(&self.cx, &pending.id);
        tokio::time::timeout(TIMEOUT, waiting)
            .await
            .expect("the sign-in has an end")
            .unwrap()
    }

    pub(crate) async fn wallet(&self) -> Vec<WalletEntry> {
        list_wallet(&self.cx).await.unwrap()
    }

    pub(crate) async fn connector(&self, id: &ConnectorId) -> Connector {
        find_connector(&self.cx, id).await.unwrap()
    }

    pub(crate) async fn status(&self, connector: &Connector) -> Status {
        self.connector(&connector.id).await.status.status
    }

    pub(crate) async fn echo(&self, connector: &Connector) -> ToolRun {
        echo(&self.cx, &connector.id).await
    }

    /// Runs `echo`, which has to fail, and returns the code of its problem.
    pub(crate) async fn echo_code(&self, connector: &Connector) -> Code {
        self.echo_problem(connector).await.code
    }

    /// Runs `echo`, which has to fail, and returns its problem.
    pub(crate) async fn echo_problem(&self, connector: &Connector) -> Problem {
        self.echo(connector).await.summary.problem.unwrap()
    }

    /// Starts a run of the tool that waits until it is cancelled.
    pub(crate) fn spawn_wait(&self, connector: &Connector) -> JoinHandle<Result<ToolRun, Error>> {
        let wait = request(&connector.id, "wait", json!({}));
        let cx = self.cx.clone();
        tokio::spawn(async move { run_tool(&cx, wait, |_| {}).await })
    }

    pub(crate) async fn tool_waits(&self) {
        self.wait_for_playground(|it| it.waits_begun() == 1).await;
    }

    pub(crate) async fn tool_is_cancelled(&self) {
        self.wait_for_playground(|it| it.waits_cancelled() == 1)
            .await;
    }

    pub(crate) async fn disconnect(&self, connector: &Connector) -> Disconnected {
        let gone = disconnect_connector(&self.cx, &connector.id).await;
        gone.unwrap()
    }

    pub(crate) async fn update(&self, connector: &Connector, to: ConnectorChanges) -> Connector {
        let updated = update_connector(&self.cx, &connector.id, to).await;
        updated.unwrap()
    }

    /// Runs a tool; the run has to start.
    pub(crate) async fn run(&self, connector: &Connector, tool: &str, arguments: Value) -> ToolRun {
        run_in(&self.cx, &connector.id, tool, arguments).await
    }

    /// Waits until a consent is in that state.
    pub(crate) async fn wait_for_state(&self, pending: &Authorization, state: AuthorizationState) {
        let mut events = self.cx.events();
        if self.state(pending).await == state {
            return;
        }
        let reached = |event: &Event| {
            matches!(event, Event::AuthorizationChanged { authorization }
                if authorization.id == pending.id && authorization.state == state)
        };
        wait_for_event(&mut events, reached).await;
    }
}

pub(crate) async fn wait_for_event(
    events: &mut Receiver<Event>,
    fits: impl Fn(&Event) -> bool,
) -> Event {
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
        .expect("the event came")
}

/// Starts a Playground that accepts any redirect port: tests run in parallel and cannot all have the one that
/// Patchbay prefers.
pub(crate) async fn start_playground(change: impl FnOnce(&mut Switches)) -> Playground {
    let mut options = Options::default();
    options.switches.loopback_port = LoopbackPort::Free;
    change(&mut options.switches);
    Playground::start(options).await.unwrap()
}

fn options(
    home: &Path,
    keychain: impl Keychain + 'static,
    browser: &Browser,
    clock: &Arc<OffsetClock>,
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

struct EveryProgram;

#[async_trait]
impl ProgramConsent for EveryProgram {
    async fn allows(&self, _request: &ProgramRequest) -> bool {
        true
    }
}

pub(crate) fn add_request(url: impl AsRef<str>, choice: AuthenticationChoice) -> AddConnector {
    AddConnector::new(url.as_ref(), Some(choice))
}

/// A request to sign in with the settings of the connector.
pub(crate) fn sign_in_request(connector: &ConnectorId) -> StartAuthorization {
    StartAuthorization {
        connector: connector.clone(),
        redirect: None,
        timeout_seconds: None,
        choices: Json::default(),
        accept_issuer: None,
    }
}

/// A bearer token that the user typed in.
pub(crate) fn bearer(token: &str) -> AuthenticationChoice {
    AuthenticationChoice::Bearer {
        token: SecretInput::New {
            secret: Secret::new(token),
        },
    }
}

/// OAuth with a client that registers itself.
pub(crate) fn oauth() -> AuthenticationChoice {
    oauth_for(&[])
}

pub(crate) fn oauth_for(scopes: &[&str]) -> AuthenticationChoice {
    oauth_with(None, None, scopes)
}

fn oauth_with(
    client: Option<OAuthClientInput>,
    callback_port: Option<u16>,
    scopes: &[&str],
) -> AuthenticationChoice {
    AuthenticationChoice::Oauth {
        client,
        callback_port,
        callback_host: None,
        redirect: Redirect::Loopback,
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        grant: OauthGrant::AuthorizationCode,
    }
}

/// OAuth with an app that the user typed in. No other test uses its redirect port.
pub(crate) fn oauth_app(id: &str, secret: Option<&str>) -> AuthenticationChoice {
    let client = OAuthClientInput::New {
        client_id: id.to_owned(),
        client_secret: secret.map(|secret| Secret::new(secret).into()),
    };
    oauth_with(Some(client), Some(free_port()), &[])
}

fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

pub(crate) fn request(connector: &ConnectorId, tool: &str, arguments: Value) -> RunTool {
    RunTool::new(connector.clone(), tool, Json(arguments), Origin::Window)
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

/// A parameter in the query of a page.
pub(crate) fn parameter(page: &Url, name: &str) -> String {
    let mut pairs = page.query_pairs();
    let pair = pairs.find(|(key, _)| key == name);
    pair.unwrap().1.into_owned()
}

pub(crate) async fn echo(cx: &Context, connector: &ConnectorId) -> ToolRun {
    run_in(cx, connector, "echo", json!({ "message": "hi" })).await
}

pub(crate) fn assert_done(run: &ToolRun) {
    let summary = &run.summary;
    assert_eq!(summary.state, RunState::Done, "{:?}", summary.problem);
}

/// The first text in the result of a run.
pub(crate) fn text_of(run: &ToolRun) -> &str {
    let result = run.result.as_ref();
    let result = result.unwrap_or_else(|| panic!("no result: {:?}", run.summary.problem));
    match &result.content[0] {
        Content::Text { text, .. } => text,
        other => panic!("no text but {other:?}"),
    }
}

/// The system's clock plus an offset.
#[derive(Default)]
pub(crate) struct OffsetClock(AtomicI64);

impl OffsetClock {
    pub(crate) fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> patchbay_model::Timestamp {
        let late = time::Duration::milliseconds(self.0.load(Ordering::SeqCst));
        patchbay_model::Timestamp::new(OffsetDateTime::now_utc() + late)
    }
}

/// Waits until something is so, and fails with `what` if that takes too long.
pub(crate) async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(TIMEOUT, wait).await.expect(what);
}
