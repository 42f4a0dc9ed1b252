//! Fixtures for unit tests.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::{
    Account, AccountId, Authentication, Authorization, AuthorizationId, Connector, Json, Platform,
    Redirect, Secret, ToolRun, WalletEntry, WalletEntryId, WalletKind,
};
use patchbay_oauth::Grant;
use patchbay_vault::{MemoryKeychain, SecretName};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::add_connector;
use crate::app_paths::AppPaths;
use crate::browser::SystemBrowser;
use crate::clock::{Clock, SystemClock};
use crate::connectors::add::{AddConnector, AuthenticationChoice};
use crate::context::{Context, ContextOptions};
use crate::credentials::edit::add_wallet_entry;
use crate::credentials::new_entry;
use crate::credentials::secret::{AddWalletEntry, SecretValue, WalletSecret};
use crate::secrets::programs::{ProgramConsent, ProgramRequest};

/// A URL where nobody listens.
pub(crate) const UNREACHABLE_URL: &str = "http://127.0.0.1:9/mcp";

/// Opens a context in a temporary folder, which is removed when dropped.
pub(crate) async fn open_temporary() -> (TempDir, Context) {
    let home = tempfile::tempdir().unwrap();
    let cx = open(home.path(), Arc::new(SystemClock)).await;
    (home, cx)
}

/// Opens a context in a folder, with a keychain in memory.
pub(crate) async fn open(home: &Path, clock: Arc<dyn Clock>) -> Context {
    let options = ContextOptions {
        paths: AppPaths::under(home),
        keychain: Arc::new(MemoryKeychain::new()),
        browser: Arc::new(SystemBrowser),
        programs: Arc::new(AllowAllPrograms),
        clock,
        client_document: None,
        can_ask: false,
    };
    Context::open(options).await.unwrap()
}

/// Allows every program.
pub(crate) struct AllowAllPrograms;

#[async_trait]
impl ProgramConsent for AllowAllPrograms {
    async fn allows(&self, _request: &ProgramRequest) -> bool {
        true
    }
}

/// Adds a connector without authentication.
pub(crate) async fn add(cx: &Context, url: &str) -> Connector {
    let request = AddConnector::new(url, Some(AuthenticationChoice::None));
    add_connector(cx, request).await.unwrap()
}

/// A sign-in to a connector that waits for the person for this long.
pub(crate) fn authorization(cx: &Context, connector: &Connector, limit: Duration) -> Authorization {
    Authorization::preparing(
        AuthorizationId::new("aut-1"),
        connector.id.clone(),
        connector.title.clone(),
        connector.identity.clone(),
        Redirect::Loopback,
        cx.now(),
        limit,
    )
}

/// An account of a hosted platform, labelled by its id.
pub(crate) fn new_account(cx: &Context, id: &str, platform: Platform, settings: Value) -> Account {
    Account {
        id: AccountId::new(id),
        platform,
        label: id.to_owned(),
        colour: None,
        base_url: None,
        settings: Json(settings),
        is_signed_out: false,
        entries: Vec::new(),
        created_at: cx.now(),
    }
}

/// Saves an account with its secrets in the vault.
pub(crate) async fn save_account(cx: &Context, account: &Account, secrets: &Value) {
    cx.store().save_account(account).await.unwrap();
    let name = SecretName::account(&account.id);
    let secrets = Secret::new(secrets.to_string());
    cx.vault().write(&name, &secrets).await.unwrap();
}

/// Saves an account of a hosted platform with its secrets in the vault.
pub(crate) async fn account(cx: &Context, platform: Platform, secrets: &Value) -> Account {
    let settings = json!({ "base_url": "http://127.0.0.1:9" });
    let account = Account {
        label: "Northlight".to_owned(),
        ..new_account(cx, "acc_1", platform, settings)
    };
    save_account(cx, &account, secrets).await;
    account
}

/// Makes all further use of the vault fail.
pub(crate) async fn block_vault(cx: &Context) {
    cx.vault().probe().await.unwrap();
    let lock = cx.paths().data.join("vault.lock");
    std::fs::remove_file(&lock).unwrap();
    std::fs::create_dir(lock).unwrap();
    std::fs::write(cx.paths().data.join("vault.json"), "damaged").unwrap();
}

/// Adds a credential to the wallet.
pub(crate) async fn add_credential(cx: &Context, name: &str, secret: WalletSecret) -> WalletEntry {
    let name = name.to_owned();
    let added = add_wallet_entry(cx, AddWalletEntry { name, secret });
    added.await.unwrap()
}

/// A run of the tool `search` that has ended.
pub(crate) fn finished_run() -> ToolRun {
    let run = json!({
        "id": "run_1",
        "connector": "con_1",
        "connectorTitle": "GitHub",
        "tool": "search",
        "identity": {
            "platform": "local", "account": "This computer", "credential": "lena", "level": null,
            "expiresAt": null,
        },
        "origin": { "kind": "window" },
        "state": "done",
        "startedAt": "2026-11-20T08:00:00Z",
        "durationMs": 12,
        "resultBytes": 80,
        "problem": null,
        "arguments": { "query": "relay" },
        "result": null,
        "timings": { "prepareMs": 1, "waitMs": 10, "readMs": 1, "connectionReused": true },
        "replayOf": null,
    });
    serde_json::from_value(run).unwrap()
}

/// An expired grant for [`UNREACHABLE_URL`], renewed at `token_endpoint`.
pub(crate) fn lapsed_grant(access_token: &str, token_endpoint: &str) -> Grant {
    let written = json!({
        "server": UNREACHABLE_URL,
        "issuer": "http://127.0.0.1:9",
        "resource": UNREACHABLE_URL,
        "token_endpoint": token_endpoint,
        "revocation_endpoint": null,
        "client_id": "me",
        "client_secret": null,
        "auth_method": "none",
        "redirect_uri": "http://127.0.0.1:27218/callback",
        "access_token": access_token,
        "refresh_token": "refresh-token-1",
        "scopes": [],
        "expires_at": "2020-01-01T01:00:00Z",
        "obtained_at": "2020-01-01T00:00:00Z",
    });
    Grant::from_secret(&Secret::new(written.to_string())).unwrap()
}

/// A grant with its revocation endpoint.
pub(crate) async fn revocable_grant() -> (Grant, TcpListener) {
    let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/revoke", provider.local_addr().unwrap());
    let mut grant = lapsed_grant("first-token-1", UNREACHABLE_URL);
    grant.revocation_endpoint = Some(Url::parse(&endpoint).unwrap());
    (grant, provider)
}

/// Returns the next request to revoke that token.
pub(crate) async fn receive_revocation(provider: &TcpListener, token: &str) -> String {
    let (mut stream, _) = provider.accept().await.unwrap();
    let mut request = Vec::new();
    let is_whole = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).to_lowercase();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let (_, length) = head.split_once("content-length: ")?;
        let length = length.lines().next()?.parse::<usize>().ok()?;
        Some(body.len() >= length)
    };
    while is_whole(&request) != Some(true) {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
    }
    let request = String::from_utf8(request).unwrap();
    assert!(request.contains(&format!("token={token}&")), "{request}");
    request
}

/// A server of the older era with sessions; returns its address, and the HTTP and MCP methods of the requests that it
/// receives.
pub(crate) async fn session_server() -> (String, Arc<parking_lot::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let received: Arc<parking_lot::Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (method, message) = receive_message(&mut stream).await;
            let method = message["method"].as_str().unwrap_or(&method);
            log.lock().push(method.to_owned());
            let server = json!({ "name": "remembers", "version": "1" });
            let result = match method {
                "initialize" => json!({
                    "protocolVersion": "2025-11-25", "capabilities": { "tools": {} }, "serverInfo": server,
                }),
                "tools/list" => json!({ "tools": [] }),
                _ => Value::Null,
            };
            let status = match method {
                "server/discover" | "GET" => "405 Method Not Allowed",
                _ if result.is_null() => "202 Accepted",
                _ => "200 OK",
            };
            let body = match result {
                Value::Null => String::new(),
                result => {
                    json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }).to_string()
                }
            };
            let response = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nmcp-session-id: s-1\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(response.as_bytes()).await);
        }
    });
    (url, received)
}

/// Returns the HTTP method of a request, and its JSON.
pub(crate) async fn receive_message(stream: &mut TcpStream) -> (String, Value) {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head
                .split_once("content-length: ")
                .map_or("0", |(_, rest)| rest);
            let length = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                let method = head.split(' ').next().unwrap().to_uppercase();
                return (method, serde_json::from_str(body).unwrap_or_default());
            }
        }
        if stream.read_buf(&mut request).await.unwrap() == 0 {
            return Default::default();
        }
    }
}

/// A sign-in in the browser with those tokens.
pub(crate) fn oauth(
    client: Option<&WalletEntryId>,
    entry: Option<&WalletEntryId>,
) -> Authentication {
    Authentication::oauth(client.cloned(), entry.cloned())
}

/// Adds a connector that is signed in by a grant, as the user's own app if there is one.
pub(crate) async fn add_signed_in(
    cx: &Context,
    grant: &Grant,
    app: Option<&WalletEntryId>,
) -> Connector {
    let entry = WalletEntry {
        issuer: Some(grant.issuer.clone()),
        resource: Some(grant.resource.clone()),
        ..new_entry(
            WalletEntryId::new("cred_own"),
            "Sign-in".to_owned(),
            WalletKind::Oauth,
            cx.now(),
        )
    };
    cx.store().save_wallet_entry(&entry).await.unwrap();
    let name = SecretName::wallet(&entry.id);
    cx.vault().write(&name, &grant.to_secret()).await.unwrap();
    let connector = Connector {
        authentication: oauth(app, Some(&entry.id)),
        ..add(cx, UNREACHABLE_URL).await
    };
    cx.store().save_connector(&connector).await.unwrap();
    connector
}

/// Adds an OAuth app of that provider with the client id of [`lapsed_grant`].
pub(crate) async fn add_app(cx: &Context, issuer: &str, secret: SecretValue) -> WalletEntryId {
    let secret = WalletSecret::OauthClient {
        client_id: "me".to_owned(),
        client_secret: Some(secret),
    };
    let app = add_credential(cx, "App", secret).await.id;
    let issuer = issuer.to_owned();
    let bind = move |known: &mut WalletEntry| known.issuer = Some(issuer);
    cx.store().change_wallet_entry(&app, bind).await.unwrap();
    app
}
