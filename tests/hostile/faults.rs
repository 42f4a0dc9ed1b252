//! Faults of the machine: processes that are killed, two at once, a disk that is full, a folder that cannot be
//! written. Whatever was acknowledged is there afterwards, and nothing is stuck.
//!
//! Each fault happens to a process of its own: the test binary starts itself again in a role.

mod disk;
mod kills;
mod process;

use std::path::Path;
use std::time::Duration;

use patchbay_model::{Authorization, AuthorizationState, Connector, ConnectorId, Status};
use patchbay_ops::{
    AuthenticationChoice, Context, add_connector, find_connector, list_authorizations,
    start_authorization, vault_status, wait_for_authorization,
};
use patchbay_playground::Playground;
use tempfile::TempDir;

use crate::support::{
    Browser, add_request, bearer, oauth, open_shared, sign_in_request, start_playground,
};

/// A server that any port may come back to.
async fn playground() -> Playground {
    start_playground(|_| {}).await
}

/// A home that processes share, and the connector in it.
struct Home {
    folder: TempDir,
    connector: ConnectorId,
}

impl Home {
    /// One whose connector signs in at that Playground, and has not done so.
    async fn new(playground: &Playground) -> Self {
        Self::with(playground.url().as_str(), oauth()).await
    }

    async fn signed_in(playground: &Playground) -> Self {
        let home = Self::new(playground).await;
        let cx = home.open().await;
        sign_in(&cx, &home.connector).await;
        cx.close().await;
        home
    }

    /// One whose connector sends that token.
    async fn with_bearer(playground: &Playground, token: &str) -> Self {
        Self::with(playground.bearer_url().as_str(), bearer(token)).await
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
    open_shared(folder, &Browser::new(), Duration::ZERO).await
}

async fn add(cx: &Context, url: &str, choice: AuthenticationChoice) -> Connector {
    add_connector(cx, add_request(url, choice)).await.unwrap()
}

/// Signs in, which has to succeed.
async fn sign_in(cx: &Context, connector: &ConnectorId) {
    let outcome = try_sign_in(cx, connector).await;
    assert_eq!(outcome.state, AuthorizationState::Authorized, "{outcome:?}");
}

async fn try_sign_in(cx: &Context, connector: &ConnectorId) -> Authorization {
    let pending = start_authorization(cx, sign_in_request(connector))
        .await
        .unwrap();
    wait_for_authorization(cx, &pending.id).await.unwrap()
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
