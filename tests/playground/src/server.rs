//! Starting and stopping, and what a test can ask and turn.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::authorization::clients::{Client, Clients};
use crate::authorization::{self, paths};
use crate::log::{self, Log, LoggedRequest};
use crate::options::Options;
use crate::protection::{require_access_token, require_static_token};
use crate::shared::{Shared, lock};
use crate::switches::Switches;
use crate::tamper::{self, Reply, Tamper};
use crate::{faults, hostile, mcp};

/// How long [`Playground::stop`] waits for open connections.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// A running Playground, on 127.0.0.1 only; it stops when dropped.
///
/// | path | what |
/// |---|---|
/// | `/mcp` | MCP, wants an access token of the authorization server |
/// | `/open/mcp` | the same tools for everybody |
/// | `/bearer/mcp` | the same tools for the static token |
/// | `/sessions/mcp` | MCP of the older era alone, which counts the calls of each session |
/// | `/.well-known/oauth-protected-resource/mcp` | protected-resource metadata |
/// | `/.well-known/oauth-authorization-server/auth` | authorization server metadata |
/// | `/auth/authorize`, `/auth/token`, `/auth/register`, `/auth/revoke` | its endpoints |
/// | `/html`, `/notfound`, `/error500`, `/redirect-elsewhere`, `/slow`, `/json-not-rpc` | no MCP server at all |
#[derive(Debug)]
pub struct Playground {
    shared: Arc<Shared>,
    serving: Option<JoinHandle<()>>,
}

impl Playground {
    /// Binds the port and serves from then on, until it is stopped or dropped.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("could not bind {address}"))?;
        let port = listener.local_addr().context("no local address")?.port();
        let shared = Arc::new(Shared {
            base: Url::parse(&format!("http://127.0.0.1:{port}/"))?,
            bearer_token: options.bearer_token,
            switches: Mutex::new(options.switches),
            tamper: Mutex::default(),
            log: Log::default(),
            clients: Clients::new(options.clients, options.client_documents),
            store: Mutex::default(),
            notes: Mutex::default(),
            waits: Mutex::default(),
            sessions: Arc::default(),
            stopping: CancellationToken::new(),
        });
        let stopping = shared.stopping.clone();
        // Answers come as small packets; held back for the client's ACK each would take 40 ms more.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "no TCP_NODELAY");
            }
        });
        let app = app(&shared);
        let serving = tokio::spawn(async move {
            let served = axum::serve(listener, app)
                .with_graceful_shutdown(stopping.cancelled_owned())
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "the server ended");
            }
        });
        Ok(Self {
            shared,
            serving: Some(serving),
        })
    }

    /// The MCP endpoint that wants an access token.
    #[must_use]
    pub fn url(&self) -> Url {
        self.at("mcp")
    }

    /// The MCP endpoint for everybody.
    #[must_use]
    pub fn open_url(&self) -> Url {
        self.at("open/mcp")
    }

    /// The MCP endpoint for the static token.
    #[must_use]
    pub fn bearer_url(&self) -> Url {
        self.at("bearer/mcp")
    }

    /// The token `/bearer/mcp` wants.
    #[must_use]
    pub fn bearer_token(&self) -> &str {
        &self.shared.bearer_token
    }

    /// The issuer, exactly as metadata has it.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.shared.issuer()
    }

    /// The absolute URL of `path`, given with or without a leading slash.
    #[must_use]
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.shared.base.clone();
        url.set_path(path);
        url
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.shared.base.port().unwrap_or_default()
    }

    /// Changes some switches: `playground.configure(|switches| switches.registration = false)`.
    pub fn configure(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut lock(&self.shared.switches));
    }

    /// Has `change` look at every answer from now on, and change it on its way out.
    pub fn tamper(&self, change: impl Fn(&LoggedRequest, &mut Reply) + Send + Sync + 'static) {
        *lock(&self.shared.tamper) = Some(Tamper(Arc::new(change)));
    }

    /// Lets answers pass as they are again.
    pub fn clear_tamper(&self) {
        *lock(&self.shared.tamper) = None;
    }

    /// Adds a client, or replaces the one with its id.
    pub fn add_client(&self, client: Client) {
        self.shared.clients.put(client);
    }

    /// Forgets a client; `false` when it was not known.
    #[must_use]
    pub fn remove_client(&self, id: &str) -> bool {
        self.shared.clients.remove(id)
    }

    /// Makes every access token worthless; refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        lock(&self.shared.store).expire_access_tokens();
    }

    /// Makes every token and code worthless; clients stay known.
    pub fn revoke_everything(&self) {
        lock(&self.shared.store).revoke_everything();
    }

    /// Every secret that this Playground ever handed out or was shown: codes, tokens, verifiers, client
    /// secrets, the static token.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = lock(&self.shared.store).issued().to_vec();
        secrets.push(self.shared.bearer_token.clone());
        secrets.extend(self.shared.clients.secrets());
        let log = self.log();
        secrets.extend(
            log.iter()
                .filter_map(|request| request.parameter("code_verifier")),
        );
        secrets
    }

    /// What arrived so far, oldest first; at most the last 10 000 requests.
    #[must_use]
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.shared.log.all()
    }

    /// Forgets what arrived so far, and with it the counts below.
    pub fn clear_log(&self) {
        self.shared.log.clear();
    }

    /// How many requests fit.
    #[must_use]
    pub fn count(&self, fits: impl Fn(&LoggedRequest) -> bool) -> usize {
        self.shared.log.count(fits)
    }

    /// Refresh requests, whatever the answer was.
    #[must_use]
    pub fn refreshes(&self) -> usize {
        self.count(|request| {
            request.path == paths::TOKEN
                && request.parameter("grant_type").as_deref() == Some("refresh_token")
        })
    }

    /// Requests to the token endpoint, refreshes included.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        self.count(|request| request.path == paths::TOKEN)
    }

    #[must_use]
    pub fn consents_shown(&self) -> usize {
        self.count(|request| request.path == paths::AUTHORIZE && request.status == Some(200))
    }

    /// Clients that registered themselves.
    #[must_use]
    pub fn registrations(&self) -> usize {
        self.count(|request| request.path == paths::REGISTER && request.status == Some(201))
    }

    /// Calls of the tool `wait` that began.
    #[must_use]
    pub fn waits_begun(&self) -> usize {
        lock(&self.shared.waits).begun
    }

    /// Calls of the tool `wait` that were cancelled before their time.
    #[must_use]
    pub fn waits_cancelled(&self) -> usize {
        lock(&self.shared.waits).cancelled
    }

    /// Waits until `fits` holds for this Playground, looking again whenever a request arrives or is
    /// answered and whenever a `wait` begins or is cancelled; `false` when `limit` passed first.
    pub async fn wait_until(&self, fits: impl Fn(&Self) -> bool, limit: Duration) -> bool {
        self.shared.log.wait_until(|| fits(self), limit).await
    }

    /// Forgets the sessions of `/sessions/mcp` without a word, as a server that was started again.
    pub async fn forget_sessions(&self) {
        self.shared.sessions.sessions.write().await.clear();
    }

    /// How many sessions of `/sessions/mcp` there are.
    pub async fn sessions(&self) -> usize {
        self.shared.sessions.sessions.read().await.len()
    }

    /// Ends everything that is open and gives the port back, within 5 s.
    pub async fn stop(mut self) {
        self.shared.stopping.cancel();
        if let Some(mut serving) = self.serving.take()
            && tokio::time::timeout(STOP_LIMIT, &mut serving)
                .await
                .is_err()
        {
            serving.abort();
        }
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        self.shared.stopping.cancel();
    }
}

fn app(shared: &Arc<Shared>) -> Router {
    let with = || Arc::clone(shared);
    let protected = Router::new()
        .route_service("/mcp", mcp::service(shared))
        .layer(from_fn_with_state(with(), require_access_token));
    let bearer = Router::new()
        .route_service("/bearer/mcp", mcp::service(shared))
        .layer(from_fn_with_state(with(), require_static_token));
    Router::new()
        .route_service("/open/mcp", mcp::service(shared))
        .route_service("/sessions/mcp", mcp::sessions::service(shared))
        .merge(protected)
        .merge(bearer)
        .merge(authorization::routes())
        .merge(hostile::routes())
        .layer(from_fn_with_state(with(), faults::inject))
        .layer(from_fn_with_state(with(), tamper::apply_tamper))
        .layer(from_fn_with_state(with(), log::record))
        .with_state(with())
}
