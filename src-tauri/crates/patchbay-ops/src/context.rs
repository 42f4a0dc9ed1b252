//! The context of all verbs.

mod generations;
pub(crate) mod open_questions;
pub(crate) mod restarts;
pub(crate) mod running;
pub(crate) mod running_authorizations;
pub(crate) mod session_host;
pub(crate) mod sessions;
pub(crate) mod sign_ins;
pub(crate) mod tool_cache;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use patchbay_http::{AddressPolicy, Network};
use patchbay_model::{Connector, ConnectorId, InspectionId, RunId, WalletEntryId, WatchId};
use patchbay_oauth::{OAuthClient, REQUEST_LIMIT};
use patchbay_store::Store;
use patchbay_vault::{Keychain, SystemKeychain, Vault};
use tokio::sync::{Mutex, MutexGuard, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use self::generations::SettingsGenerations;
use self::open_questions::Questions;
use self::restarts::Restarts;
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
use crate::networks::Networks;
use crate::processes::guard::Guard;
use crate::secrets::programs::{NoProgramConsent, ProgramConsent};
use crate::secrets::reference::References;
use crate::secrets::tokens::Tokens;

/// Capacity of the event channel; a receiver that lags further behind reloads its lists.
const EVENT_CAPACITY: usize = 256;

/// The open store, the vault, the HTTP clients, the clock and everything in progress.
///
/// Clones share one state. A process opens one and calls [`Context::close`] before it ends.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

/// A weak reference to a [`Context`].
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
    running_authorizations: RunningAuthorizations,
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
    exchanges: TaskTracker,
    shutdown: CancellationToken,
    exposure: Option<DataExposure>,
    /// Why the end of a run is not in the history.
    unsaved_run: OnceLock<Error>,
    met_older_host: AtomicBool,
}

/// The parts of a [`Context`] that differ between programs and tests.
#[derive(Clone)]
pub struct ContextOptions {
    pub paths: AppPaths,
    /// Holds the key of the vault.
    pub keychain: Arc<dyn Keychain>,
    pub browser: Arc<dyn OpenBrowser>,
    /// Asked before a program is started for a secret.
    pub programs: Arc<dyn ProgramConsent>,
    /// Whether questions of servers are answered, by [`list_questions`](crate::list_questions) and
    /// [`answer_question`](crate::answer_question). Otherwise servers are told that they cannot ask.
    pub can_ask: bool,
    pub clock: Arc<dyn Clock>,
    /// Absolute URL of our client-id metadata document, if there is one.
    pub client_document: Option<Url>,
}

/// URL of our client-id metadata document, set at build time.
const CLIENT_DOCUMENT: Option<&str> = option_env!("PATCHBAY_CLIENT_ID_URL");

impl ContextOptions {
    /// Options for a program that a person runs.
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
    /// Opens the store and builds everything else; see [`Context::open`].
    pub(crate) async fn connect(options: ContextOptions) -> Result<Self, Error> {
        let exposure = options.paths.secure_data();
        let store = Store::open(&options.paths.database()).await?;
        let vault = Vault::new(options.paths.data.clone(), options.keychain);
        let addresses = AddressPolicy::default();
        let networks = Networks::new(addresses.clone(), vault.clone())?;
        let oauth = OAuthClient::new(networks.shared().clone());
        vault.set_generation_store(Arc::new(SettingsGenerations(store.clone())));
        let (events, _) = broadcast::channel(EVENT_CAPACITY);
        let (tasks, exchanges) = (TaskTracker::new(), TaskTracker::new());
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
            exchanges: exchanges.clone(),
            shutdown: shutdown.clone(),
        });
        Ok(Self {
            inner: Arc::new(Inner {
                guard: Arc::new(Guard::new(&options.paths)),
                paths: options.paths,
                store,
                vault,
                networks,
                oauth,
                clock: options.clock,
                browser: options.browser,
                references,
                events,
                connector_turn: Mutex::default(),
                tokens,
                sign_ins: SignIns::new(addresses.clone()),
                addresses,
                sessions: Sessions::default(),
                session_host: OnceLock::new(),
                restarts: Restarts::default(),
                running_authorizations: RunningAuthorizations::default(),
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
                exchanges,
                shutdown,
                exposure,
                unsaved_run: OnceLock::new(),
                met_older_host: AtomicBool::new(false),
            }),
        })
    }

    /// Cancels running work, closes server connections and waits for both a few seconds at most, then writes the
    /// history to disk. Waits longer for tokens that a provider is about to send, since their former ones are used up.
    pub async fn close(&self) {
        const PATIENCE: Duration = Duration::from_secs(3);
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        self.inner.exchanges.close();
        let ending = tokio::time::timeout(PATIENCE, self.inner.tasks.wait());
        let closing = async {
            // Most work ends at once and frees what it uses; the rest must not keep a session from being closed.
            let working = tokio::time::timeout(PATIENCE / 3, self.inner.tasks.wait());
            drop(working.await);
            let sessions = self.inner.sessions.close_all();
            futures::future::join(sessions, self.inner.sign_ins.close_all_platforms()).await;
        };
        let closing = tokio::time::timeout(PATIENCE + PATIENCE / 3, closing);
        let exchanges = self.inner.exchanges.wait();
        let exchanges = tokio::time::timeout(REQUEST_LIMIT + PATIENCE, exchanges);
        let (ended, closed, exchanged) = futures::future::join3(ending, closing, exchanges).await;
        if ended.is_err() || closed.is_err() {
            tracing::warn!("work was still under way when Patchbay ended");
        }
        if exchanged.is_err() {
            tracing::error!("a sign-in was still being renewed when Patchbay ended");
        }
        // Longer than the time that servers get to end.
        self.inner.guard.wait_until_empty(PATIENCE * 2).await;
        // The last chance to save renewed tokens that are only in memory.
        let saving = self.inner.vault.save_unsaved();
        match tokio::time::timeout(PATIENCE, saving).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "a renewed sign-in is lost"),
            Err(_) => tracing::error!("a renewed sign-in is lost: saving it took too long"),
        }
        if let Err(error) = self.inner.store.flush_runs().await {
            tracing::error!(%error, "the history is not complete");
            self.note_unsaved_run(error.into());
        }
    }

    /// Returns why the end of a run is not in the history, complete once the context is closed.
    pub fn unsaved_run(&self) -> Option<&Error> {
        self.inner.unsaved_run.get()
    }

    pub(crate) fn note_unsaved_run(&self, error: Error) {
        // The first one says it.
        drop(self.inner.unsaved_run.set(error));
    }

    /// Whether an older Patchbay still runs, which holds servers that this one starts a second time.
    pub fn met_older_host(&self) -> bool {
        self.inner.met_older_host.load(Ordering::Relaxed)
    }

    pub(crate) fn note_older_host(&self) {
        tracing::warn!("an older Patchbay still uses its servers");
        self.inner.met_older_host.store(true, Ordering::Relaxed);
    }

    /// Subscribes to events from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    pub fn paths(&self) -> &AppPaths {
        &self.inner.paths
    }

    /// Returns who else had access to the data folder when this process opened it.
    pub fn data_exposure(&self) -> Option<&DataExposure> {
        self.inner.exposure.as_ref()
    }

    /// Sets the program that ends server programs when this process dies. It must be one of ours that implements
    /// [`WATCH_PROGRAMS`](crate::WATCH_PROGRAMS).
    pub fn set_server_watcher(&self, program: PathBuf) {
        self.inner.guard.set_watcher(program);
    }

    /// Sets the program that keeps server programs running after this process. It must be one of ours that implements
    /// [`HOST_SESSIONS`](crate::HOST_SESSIONS). Without it they end with this process.
    pub fn set_session_host(&self, program: PathBuf) {
        // The first one stays; all are the same program.
        drop(self.inner.session_host.set(SessionHost::Program(program)));
    }

    /// Makes this process host server programs for commands too, unless another process does.
    pub fn host_sessions_here(&self) {
        let here = SessionHost::ThisProcess(parking_lot::Mutex::default());
        drop(self.inner.session_host.set(here));
    }

    pub(crate) fn emit(&self, event: Event) {
        // There may be no receiver, as on the command line.
        drop(self.inner.events.send(event));
    }

    /// Whether events have a receiver; on the command line they have none.
    pub(crate) fn is_listened_to(&self) -> bool {
        self.inner.events.receiver_count() > 0
    }

    /// Locks the reading of connectors for events, so that later events have later states.
    pub(crate) async fn connector_turn(&self) -> MutexGuard<'_, ()> {
        self.inner.connector_turn.lock().await
    }

    /// A weak handle, for tasks that must not keep the context open.
    pub(crate) fn downgrade(&self) -> WeakContext {
        WeakContext(Arc::downgrade(&self.inner))
    }

    /// The HTTP clients for requests that do not belong to a connector.
    pub(crate) fn network(&self) -> &Network {
        self.inner.networks.shared()
    }

    /// Returns the HTTP clients for the server and authorization server of a connector. Fails when its network settings
    /// are invalid.
    pub(crate) async fn network_of(&self, connector: &Connector) -> Result<Network, Error> {
        // The user entered its address.
        let server = connector.endpoint.as_deref();
        if let Some(server) = server.and_then(|server| Url::parse(server).ok()) {
            self.inner.addresses.allow_host(&server);
        }
        self.inner.networks.of(connector).await
    }

    pub(crate) async fn oauth_of(&self, connector: &Connector) -> Result<OAuthClient, Error> {
        Ok(OAuthClient::new(self.network_of(connector).await?))
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

    pub(crate) fn session_host(&self) -> Option<&SessionHost> {
        self.inner.session_host.get()
    }

    /// Ensures that no server program outlives this process.
    pub(crate) fn guard(&self) -> Arc<Guard> {
        Arc::clone(&self.inner.guard)
    }

    /// Whether questions of servers are answered.
    pub(crate) fn can_ask(&self) -> bool {
        self.inner.can_ask
    }

    pub(crate) fn client_document(&self) -> Option<&Url> {
        self.inner.client_document.as_ref()
    }
}

/// Declares methods of [`Context`] that return a reference to the field of the same name.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        impl Context {
            $($(#[$doc])* pub(crate) fn $name(&self) -> &$type {
                &self.inner.$name
            })*
        }
    };
}

fields! {
    store: Store,
    vault: Vault,
    /// Which addresses may be requested or opened in a browser.
    addresses: AddressPolicy,
    networks: Networks,
    /// The OAuth client for requests that do not belong to a connector.
    oauth: OAuthClient,
    references: References,
    tokens: Tokens,
    sign_ins: SignIns,
    sessions: Sessions,
    restarts: Restarts,
    running_authorizations: RunningAuthorizations,
    questions: Questions,
    running: CancelRegistry<RunId>,
    /// Running checks of connectors.
    checks: CancelRegistry<ConnectorId>,
    inspections: CancelRegistry<InspectionId>,
    watches: CancelRegistry<WatchId>,
    rotations: CancelRegistry<WalletEntryId>,
    tool_cache: ToolCache,
    tasks: TaskTracker,
    /// Requests whose response holds the only copy of tokens; the end of the process waits for them.
    exchanges: TaskTracker,
    /// Cancelled when the process ends.
    shutdown: CancellationToken,
}
