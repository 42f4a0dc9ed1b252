//! Faults of the machine: processes that are killed, two at once, a disk that is full, a folder that cannot be
//! written. Whatever was acknowledged is there afterwards, and nothing is stuck.
//!
//! Each fault happens to a process of its own: the test binary starts itself again in a role.

mod disk;
mod kills;
mod process;

pub(crate) use process::arguments;

use std::path::Path;
use std::sync::Arc;

use patchbay_model::{
    Authorization, AuthorizationState, Connector, ConnectorId, Json, RunState, Secret, Status,
    ToolRun,
};
use patchbay_ops::{
    AddConnector, AppPaths, AuthenticationChoice, Context, ContextOptions, NoProgramConsent,
    SecretInput, StartAuthorization, SystemClock, add_connector, find_connector,
    list_authorizations, start_authorization, vault_status, wait_for_authorization,
};
use patchbay_playground::{LoopbackPort, Options, Playground};
use patchbay_testkit::FolderKeychain;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Browser, oauth, run_in};

/// A server that any port may come back to.
async fn playground() -> Playground {
    let mut options = Options::default();
    options.switches.loopback_port = LoopbackPort::Free;
    Playground::start(options).await.unwrap()
}

/// A home that processes share, and the connector in it.
struct Home {
    folder: TempDir,
    connector: ConnectorId,
}

impl Home {
    /// One whose connector signs in at that Playground, and has not done so.
    async fn new(playground: &Playground) -> Self {
        Self::with(playground.url().as_str(), oauth(None)).await
    }

    /// One whose connector is signed in.
    async fn signed_in(playground: &Playground) -> Self {
        let home = Self::new(playground).await;
        let cx = home.open().await;
        sign_in(&cx, &home.connector).await;
        cx.close().await;
        home
    }

    /// One whose connector sends that token.
    async fn with_bearer(playground: &Playground, token: &str) -> Self {
        let token = SecretInput::New {
            secret: Secret::new(token),
        };
        let choice = AuthenticationChoice::Bearer { token };
        Self::with(playground.bearer_url().as_str(), choice).await
    }

    async fn with(url: &str, choice: AuthenticationChoice) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cx = open(folder.path()).await;
        let connector = add(&cx, url, choice).await.id;
        cx.close().await;
        Self { folder, connector }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn open(&self) -> Context {
        open(self.path()).await
    }
}

async fn open(folder: &Path) -> Context {
    let options = ContextOptions {
        paths: AppPaths::under(&folder.join("home")),
        keychain: Arc::new(FolderKeychain::new(folder.join("keychain"))),
        browser: Arc::new(Browser::new()),
        clock: Arc::new(SystemClock),
        client_document: None,
        can_ask: false,
        programs: Arc::new(NoProgramConsent),
    };
    Context::open(options).await.unwrap()
}

async fn add(cx: &Context, url: &str, choice: AuthenticationChoice) -> Connector {
    let request = AddConnector {
        url: url.to_owned(),
        name: None,
        title: None,
        authentication: Some(choice),
        allow_plain_http: false,
    };
    add_connector(cx, request).await.unwrap()
}

/// Signs in, which has to succeed.
async fn sign_in(cx: &Context, connector: &ConnectorId) {
    let over = try_sign_in(cx, connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized, "{over:?}");
}

async fn try_sign_in(cx: &Context, connector: &ConnectorId) -> Authorization {
    let request = StartAuthorization {
        connector: connector.clone(),
        redirect: None,
        timeout_seconds: None,
        choices: Json::default(),
        accept_issuer: None,
    };
    let begun = start_authorization(cx, request).await.unwrap();
    wait_for_authorization(cx, &begun.id).await.unwrap()
}

async fn echo(cx: &Context, connector: &ConnectorId) -> ToolRun {
    run_in(cx, connector, "echo", json!({ "message": "hi" })).await
}

fn assert_done(run: &ToolRun) {
    let summary = &run.summary;
    assert_eq!(summary.state, RunState::Done, "{:?}", summary.problem);
}

/// What holds at every start, whatever happened before: no sign-in is under way, nothing waits for one that is
/// not, and the secrets are as they should be.
async fn assert_nothing_is_stuck(cx: &Context, connector: &ConnectorId) {
    for authorization in list_authorizations(cx).await.unwrap() {
        assert!(authorization.state.is_over(), "{authorization:?}");
    }
    let connector = find_connector(cx, connector).await.unwrap();
    assert_ne!(connector.status.status, Status::Authorizing);
    let vault = vault_status(cx).await;
    assert_eq!(vault.problem, None, "{vault:?}");
}
