//! What every verb works with.

mod generations;
pub(crate) mod networks;
pub(crate) mod open_questions;
pub(crate) mod running;
pub(crate) mod running_authorizations;
pub(crate) mod session_host;
pub(crate) mod sessions;
pub(crate) mod sign_ins;
pub(crate) mod tool_cache;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use patchbay_http::{AddressPolicy, Network};
use patchbay_model::{Connector, ConnectorId, InspectionId, RunId, WalletEntryId, WatchId};
use patchbay_oauth::OAuthClient;
use patchbay_store::Store;
use patchbay_vault::{Keychain, SystemKeychain, Vault};
use tokio::sync::{Mutex, MutexGuard, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use self::generations::SettingsGenerations;
use self::networks::Networks;
use self::open_questions::Questions;
use self::running::CancelRegistry;
use self::running_authorizations::RunningAuthorizations;
use self::session_host::SessionHost;
use self::sessions::Sessions;
use self::sign_ins::SignIns;
use self::tool_cache::ToolCache;
use crate::app_paths::{AppPaths, DataExposure};
use crate::browser::{OpenBrowser, SystemBrowser};
use crate::clock::{Clock, SystemClock, new_id};
use crate::error::Error;
use crate::events::Event;
use crate::secrets::programs::{NoProgramConsent, ProgramConsent};
use crate::secrets::reference::References;
use crate::secrets::tokens::Tokens;
use crate::servers::guard::Guard;
use crate::servers::restarts::Restarts;

/// Capacity of the event channel; a window that lags further behind reads its lists again.
const EVENT_CAPACITY: usize = 256;

/// The open store, the vault, the HTTP client, the clock and everything that is under way.
///
/// Clones share it. A process opens one and calls [`Context::close`] before it ends.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

/// A [`Context`] as long as somebody else has it open.
pub(crate) struct WeakContext(Weak<Inner>);

impl WeakContext {
    pub(crate) fn upgrade(&self) -> Option<Context> {
        let inner = self.0.upgrade()?;
        Some(Context { inner })
    }
}

struct Inner {
    paths: AppPaths,
    store: Store,
    vault: Vault,
    addresses: AddressPolicy,
    networks: Networks,
    oauth: OAuthClient,
    clock: Arc<dyn Clock>,
    browser: Arc<dyn OpenBrowser>,
    references: References,
    events: broadcast::Sender<Event>,
    connector_turn: Mutex<()>,
    tokens: Tokens,
    sign_ins: SignIns,
    sessions: Sessions,
    guard: Arc<Guard>,
    session_host: OnceLock<SessionHost>,
    restarts: Restarts,
    authorizations: RunningAuthorizations,
    questions: Questions,
    can_ask: bool,
    running: CancelRegistry<RunId>,
    inspections: CancelRegistry<InspectionId>,
    watches: CancelRegistry<WatchId>,
    checks: CancelRegistry<ConnectorId>,
    rotations: CancelRegistry<WalletEntryId>,
    client_document: Option<Url>,
    tool_cache: ToolCache,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    exposure: Option<DataExposure>,
}

/// The parts of a [`Context`] that differ between programs and tests.
#[derive(Clone)]
pub struct ContextOptions {
    /// Where everything lies.
    pub paths: AppPaths,
    /// Where the key of the vault lies.
    pub keychain: Arc<dyn Keychain>,
    /// What opens consent pages.
    pub browser: Arc<dyn OpenBrowser>,
    /// Who is asked before a program is started for a secret.
    pub programs: Arc<dyn ProgramConsent>,
    /// Whether somebody is there who answers what servers ask while their tools run, by
    /// [`list_questions`](crate::list_questions) and [`answer_question`](crate::answer_question). Else servers are
    /// not told that they may ask.
    pub can_ask: bool,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Absolute URL of our client-id metadata document; `None` where there is none.
    pub client_document: Option<Url>,
}

/// Address of our client-id metadata document, where this build has one.
const CLIENT_DOCUMENT: Option<&str> = option_env!("PATCHBAY_CLIENT_ID_URL");

impl ContextOptions {
    /// Those of a program that a person runs.
    pub fn of_system(paths: AppPaths) -> Self {
        Self {
            paths,
            keychain: Arc::new(SystemKeychain),
            browser: Arc::new(SystemBrowser),
            programs: Arc::new(NoProgramConsent),
            can_ask: false,
            clock: Arc::new(SystemClock),
            client_document: CLIENT_DOCUMENT.and_then(|url| Url::parse(url).ok()),
        }
    }
}

impl Context {
    /// Opens the store and puts everything together; see [`Context::open`].
    pub(crate) async fn connect(options: ContextOptions) -> Result<Self, Error> {
        let exposure = options.paths.secure_data();
        let store = Store::open(&options.paths.database()).await?;
        let vault = Vault::new(options.paths.data.clone(), options.keychain);
        let addresses = AddressPolicy::default();
        let networks = Networks::new(addresses.clone(), vault.clone())?;
        let oauth = OAuthClient::with_network(networks.shared().clone());
        vault.set_generation_store(Arc::new(SettingsGenerations(store.clone())));
        let (events, _) = broadcast::channel(EVENT_CAPACITY);
        let tasks = TaskTracker::new();
        let references =
            References::new(store.clone(), Arc::clone(&options.clock), options.programs);
        let shutdown = CancellationToken::new();
        let tokens = Tokens::new(crate::secrets::tokens::Dependencies {
            store: store.clone(),
            vault: vault.clone(),
            references: references.clone(),
            networks: networks.clone(),
            clock: Arc::clone(&options.clock),
            locks: options.paths.locks(),
            events: events.clone(),
            tasks: tasks.clone(),
            shutdown: shutdown.clone(),
        });
        let sign_ins = SignIns::new(Arc::clone(&options.clock), addresses.clone());
        let guard = Arc::new(Guard::new(&options.paths));
        let cx = Self {
            inner: Arc::new(Inner {
                paths: options.paths,
                store,
                vault,
                addresses,
                networks,
                oauth,
                clock: options.clock,
                browser: options.browser,
                references,
                events,
                connector_turn: Mutex::default(),
                tokens,
                sign_ins,
                sessions: Sessions::default(),
                guard,
                session_host: OnceLock::new(),
                restarts: Restarts::default(),
                authorizations: RunningAuthorizations::default(),
                questions: Questions::default(),
                can_ask: options.can_ask,
                running: CancelRegistry::default(),
                inspections: CancelRegistry::default(),
                watches: CancelRegistry::default(),
                checks: CancelRegistry::default(),
                rotations: CancelRegistry::default(),
                client_document: options.client_document,
                tool_cache: ToolCache::default(),
                tasks,
                shutdown,
                exposure,
            }),
        };
        Ok(cx)
    }

    /// Cancels what is running, closes server connections and waits for both, a few seconds at most; then the history
    /// is on disk.
    pub async fn close(&self) {
        const PATIENCE: Duration = Duration::from_secs(3);
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        let farewell = async {
            self.inner.tasks.wait().await;
            let sessions = self.inner.sessions.close_all();
            futures::future::join(sessions, self.inner.sign_ins.close_all_platforms()).await;
        };
        if tokio::time::timeout(PATIENCE, farewell).await.is_err() {
            tracing::warn!("work was still under way when Patchbay ended");
        }
        // Longer than servers are given to end.
        self.inner.guard.wait_until_empty(PATIENCE * 2).await;
        // The last moment in which a renewed token that was not saved exists.
        let saving = self.inner.vault.save_unsaved();
        match tokio::time::timeout(PATIENCE, saving).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "a renewed sign-in is lost"),
            Err(_) => tracing::error!("a renewed sign-in is lost: saving it took too long"),
        }
        if let Err(error) = self.inner.store.flush_runs().await {
            tracing::error!(%error, "the history is not complete");
        }
    }

    /// Subscribes to events from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Where everything lies.
    pub fn paths(&self) -> &AppPaths {
        &self.inner.paths
    }

    /// Who else could get at the data folder when this process opened it; `None` when nobody could.
    pub fn data_exposure(&self) -> Option<&DataExposure> {
        self.inner.exposure.as_ref()
    }

    pub(crate) fn emit(&self, event: Event) {
        // Nobody may be listening, as on the command line.
        drop(self.inner.events.send(event));
    }

    /// Whether anybody hears of events: on the command line nobody does.
    pub(crate) fn is_listened_to(&self) -> bool {
        self.inner.events.receiver_count() > 0
    }

    /// Waits until nobody else reads a connector to tell how it is.
    pub(crate) async fn connector_turn(&self) -> MutexGuard<'_, ()> {
        self.inner.connector_turn.lock().await
    }

    /// A weak handle, for tasks that must not keep the context open.
    pub(crate) fn downgrade(&self) -> WeakContext {
        WeakContext(Arc::downgrade(&self.inner))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// Where requests may lead, and browsers.
    pub(crate) fn addresses(&self) -> &AddressPolicy {
        &self.inner.addresses
    }

    /// The HTTP clients for requests that belong to no connector.
    pub(crate) fn network(&self) -> &Network {
        self.inner.networks.shared()
    }

    pub(crate) fn networks(&self) -> &Networks {
        &self.inner.networks
    }

    /// What asks the server of a connector, and where that has it sign in.
    ///
    /// # Errors
    /// [`Error::Platform`] when its settings cannot be used.
    pub(crate) async fn network_of(&self, connector: &Connector) -> Result<Network, Error> {
        // A person gave its address.
        let server = connector.endpoint.as_deref();
        if let Some(server) = server.and_then(|server| Url::parse(server).ok()) {
            self.inner.addresses.allow_host(&server);
        }
        self.inner.networks.of(connector).await
    }

    /// The OAuth client for requests that belong to no connector.
    pub(crate) fn oauth(&self) -> &OAuthClient {
        &self.inner.oauth
    }

    /// What asks the authorization server of a connector.
    pub(crate) async fn oauth_of(&self, connector: &Connector) -> Result<OAuthClient, Error> {
        Ok(OAuthClient::with_network(self.network_of(connector).await?))
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.inner.clock)
    }

    pub(crate) fn now(&self) -> patchbay_model::Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn new_id(&self, prefix: &str) -> String {
        new_id(prefix, self.now())
    }

    pub(crate) fn browser(&self) -> &dyn OpenBrowser {
        self.inner.browser.as_ref()
    }

    pub(crate) fn references(&self) -> &References {
        &self.inner.references
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.inner.tokens
    }

    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.inner.sign_ins
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    /// Has servers that are programs ended, should this process end without a word, by `program`: one of ours that
    /// understands [`WATCH_PROGRAMS`](crate::WATCH_PROGRAMS).
    pub fn set_server_watcher(&self, program: PathBuf) {
        self.inner.guard.set_watcher(program);
    }

    /// Has servers that are programs outlive this process, held by `program`: one of ours that understands
    /// [`HOST_SESSIONS`](crate::HOST_SESSIONS). Without it they end with us.
    pub fn set_session_host(&self, program: PathBuf) {
        // The first one stays: both are this program.
        drop(self.inner.session_host.set(SessionHost::Program(program)));
    }

    /// Has servers that are programs held by this process for commands too, as long as it runs, unless another one
    /// holds them.
    pub fn host_sessions_here(&self) {
        drop(
            self.inner
                .session_host
                .set(SessionHost::ThisProcess(std::sync::Mutex::default())),
        );
    }

    /// Who holds sessions, where they are held for others too.
    pub(crate) fn session_host(&self) -> Option<&SessionHost> {
        self.inner.session_host.get()
    }

    /// Who sees to it that no server outlives us.
    pub(crate) fn guard(&self) -> Arc<Guard> {
        Arc::clone(&self.inner.guard)
    }

    pub(crate) fn restarts(&self) -> &Restarts {
        &self.inner.restarts
    }

    pub(crate) fn running_authorizations(&self) -> &RunningAuthorizations {
        &self.inner.authorizations
    }

    pub(crate) fn questions(&self) -> &Questions {
        &self.inner.questions
    }

    /// Whether somebody is there who answers what servers ask.
    pub(crate) fn can_ask(&self) -> bool {
        self.inner.can_ask
    }

    pub(crate) fn running(&self) -> &CancelRegistry<RunId> {
        &self.inner.running
    }

    /// Checks of connectors that are under way here.
    pub(crate) fn checks(&self) -> &CancelRegistry<ConnectorId> {
        &self.inner.checks
    }

    pub(crate) fn inspections(&self) -> &CancelRegistry<InspectionId> {
        &self.inner.inspections
    }

    pub(crate) fn watches(&self) -> &CancelRegistry<WatchId> {
        &self.inner.watches
    }

    pub(crate) fn rotations(&self) -> &CancelRegistry<WalletEntryId> {
        &self.inner.rotations
    }

    pub(crate) fn client_document(&self) -> Option<&Url> {
        self.inner.client_document.as_ref()
    }

    pub(crate) fn tool_cache(&self) -> &ToolCache {
        &self.inner.tool_cache
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }

    /// Cancelled when the process is about to end.
    pub(crate) fn shutdown(&self) -> &CancellationToken {
        &self.inner.shutdown
    }
}
