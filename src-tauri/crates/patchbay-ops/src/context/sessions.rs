//! Open connections to MCP servers, one per connector, shared by all runs.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use parking_lot::Mutex;
use patchbay_model::{Connector, ConnectorId, Timestamp};
use patchbay_platforms::mcp::McpSession;
use tokio::sync::MutexGuard;
use tokio_util::sync::CancellationToken;

/// A slot for each connector that was connected since the process started.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<ConnectorId, Arc<Slot>>>);

/// The place of a connector's connection.
#[derive(Default)]
pub(crate) struct Slot {
    connection: tokio::sync::Mutex<Option<Connection>>,
    latest: Mutex<Attempt>,
    /// Cancelled when the connection is closed.
    closing: Mutex<CancellationToken>,
}

/// The latest attempt to connect.
#[derive(Default)]
struct Attempt {
    cancel: CancellationToken,
    /// `None` until they are read.
    settings: Option<Arc<SessionSettings>>,
}

/// An open connection.
pub(crate) struct Connection {
    pub(crate) session: McpSession,
    pub(crate) settings: Arc<SessionSettings>,
    /// For a session that outlives this process.
    pub(crate) handover: Option<Handover>,
}

/// How a session is left to other processes.
pub(crate) struct Handover {
    /// When the session began.
    pub(crate) since: Timestamp,
    /// Called instead of closing the session when this process ends.
    pub(crate) leave: Box<dyn FnOnce(McpSession) -> BoxFuture<'static, ()> + Send>,
}

/// What a connection is made with.
pub(crate) struct SessionSettings {
    pub(crate) connector: Connector,
    /// When the secret of its credential was last replaced by the user; `None` for tokens, which are renewed.
    pub(crate) secret_replaced_at: Option<Timestamp>,
    /// The id of its program, once a person allowed that.
    pub(crate) program: OnceLock<String>,
}

impl Slot {
    /// Waits for the connection. It stays locked while somebody connects, so that concurrent callers share one.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Option<Connection>> {
        self.connection.lock().await
    }

    /// The token that is cancelled when the connection is closed next, also for those who still wait for it.
    pub(crate) fn closing(&self) -> CancellationToken {
        self.closing.lock().clone()
    }

    /// The connection, without waiting; `None` while somebody else uses its place, as to connect.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, Option<Connection>>> {
        self.connection.try_lock().ok()
    }

    /// Starts an attempt to connect; returns the token that cancels it, a child of `cancel`. The settings must be read
    /// afterwards: then whoever changes them and closes the connection either cancels the attempt or is seen by it.
    pub(crate) fn begin(&self, cancel: &CancellationToken) -> CancellationToken {
        let cancel = cancel.child_token();
        *self.latest.lock() = Attempt {
            cancel: cancel.clone(),
            settings: None,
        };
        cancel
    }

    /// Sets the settings that the attempt uses.
    pub(crate) fn use_settings(&self, settings: &Arc<SessionSettings>) {
        self.latest.lock().settings = Some(Arc::clone(settings));
    }

    /// Cancels the latest attempt if it uses these settings, or whatever it uses if `None`. Returns whether it does.
    fn cancel_attempt(&self, settings: Option<&Arc<SessionSettings>>) -> bool {
        let latest = self.latest.lock();
        let used = latest.settings.as_ref();
        let is_meant = settings.is_none_or(|it| used.is_some_and(|used| Arc::ptr_eq(used, it)));
        if is_meant {
            latest.cancel.cancel();
        }
        is_meant
    }
}

impl Sessions {
    pub(crate) fn slot(&self, connector: &ConnectorId) -> Arc<Slot> {
        let mut slots = self.0.lock();
        Arc::clone(slots.entry(connector.clone()).or_default())
    }

    pub(crate) async fn open(&self, connector: &ConnectorId) -> Option<McpSession> {
        let slot = self.slot(connector);
        let connection = slot.lock().await;
        let session = connection.as_ref().map(|it| it.session.clone());
        session.filter(|session| !session.is_closed())
    }

    /// Whether the server may remember what it was told in the open session; `None` without one, and while somebody
    /// connects.
    pub(crate) fn is_remembered(&self, connector: &ConnectorId) -> Option<bool> {
        let slot = self.slot(connector);
        let connection = slot.try_lock()?;
        Some(connection.as_ref()?.session.is_remembered())
    }

    /// Returns the settings of each open session that outlives this process, and when it began.
    pub(crate) fn lasting(&self) -> Vec<(Arc<SessionSettings>, Timestamp)> {
        let slots: Vec<_> = self.0.lock().values().cloned().collect();
        let lasting = slots.iter().filter_map(|slot| {
            let connection = slot.try_lock()?;
            let open = connection.as_ref()?;
            let since = open.handover.as_ref()?.since;
            let lasts = open.session.is_remembered() && !open.session.is_closed();
            lasts.then(|| (Arc::clone(&open.settings), since))
        });
        lasting.collect()
    }

    /// Closes a connection that must not be used any more, or cancels the attempt to connect. Running calls on it fail.
    pub(crate) async fn close(&self, connector: &ConnectorId) {
        let slot = self.slot(connector);
        // Those who wait would connect anew first, and lose that connection.
        std::mem::take(&mut *slot.closing.lock()).cancel();
        slot.cancel_attempt(None);
        let taken = slot.lock().await.take();
        if let Some(connection) = taken {
            connection.session.close().await;
        }
    }

    /// Like [`Sessions::close`], if the connection is made with these settings.
    pub(crate) async fn close_made_with(
        &self,
        connector: &ConnectorId,
        settings: &Arc<SessionSettings>,
    ) {
        let slot = self.slot(connector);
        if !slot.cancel_attempt(Some(settings)) {
            return;
        }
        let is_meant = |it: &mut Connection| Arc::ptr_eq(&it.settings, settings);
        let taken = slot.lock().await.take_if(is_meant);
        if let Some(connection) = taken {
            connection.session.close().await;
        }
    }

    /// Makes the next caller connect again. Running calls finish on the old connection.
    pub(crate) async fn drain(&self, connector: &ConnectorId) {
        let taken = self.slot(connector).lock().await.take();
        if let Some(connection) = taken {
            connection.session.drain().await;
        }
    }

    /// Returns the settings of each connection, and of each attempt to connect.
    pub(crate) fn settings(&self) -> Vec<Arc<SessionSettings>> {
        let slots = self.0.lock();
        let settings = slots
            .values()
            .map(|slot| slot.latest.lock().settings.clone());
        settings.flatten().collect()
    }

    /// Closes all connections or hands them over.
    pub(crate) async fn close_all(&self) {
        let slots = std::mem::take(&mut *self.0.lock());
        let closing = slots.into_values().map(async |slot| {
            let taken = slot.lock().await.take();
            match taken {
                Some(Connection {
                    session,
                    handover: Some(handover),
                    ..
                }) => (handover.leave)(session).await,
                Some(Connection { session, .. }) => session.close().await,
                None => {}
            }
        });
        futures::future::join_all(closing).await;
    }
}
