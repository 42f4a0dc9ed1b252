//! Running authorizations of this process.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use patchbay_http::BrowserUrl;
use patchbay_model::{Authorization, AuthorizationId, ConnectorId, Secret};
use patchbay_oauth::{CallbackError, CallbackParams, Pending, RedirectState, check_callback};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::error::Error;

#[derive(Default)]
pub(crate) struct RunningAuthorizations(Mutex<HashMap<AuthorizationId, Arc<RunningAuthorization>>>);

impl RunningAuthorizations {
    pub(crate) fn find(&self, id: &AuthorizationId) -> Option<Arc<RunningAuthorization>> {
        self.0.lock().get(id).cloned()
    }

    /// Returns the running authorization of a connector, which has one at a time.
    pub(crate) fn of(&self, connector: &ConnectorId) -> Option<Arc<RunningAuthorization>> {
        let all = self.0.lock();
        let found = all.values().find(|running| running.is_for(connector));
        found.cloned()
    }

    /// Finds the authorization of a callback by its state.
    pub(crate) fn find_awaiting(
        &self,
        params: &CallbackParams,
    ) -> Option<Arc<RunningAuthorization>> {
        let all = self.0.lock();
        let found = all.values().find(|running| running.awaits(params));
        found.cloned()
    }

    /// Adds an authorization. If its connector has one already, that is the error.
    pub(crate) fn register(
        &self,
        running: Arc<RunningAuthorization>,
    ) -> Result<(), Arc<RunningAuthorization>> {
        let mut all = self.0.lock();
        let snapshot = running.snapshot();
        let mut others = all.values();
        if let Some(other) = others.find(|other| other.is_for(&snapshot.connector)) {
            return Err(Arc::clone(other));
        }
        all.insert(snapshot.id, running);
        Ok(())
    }

    pub(crate) fn remove(&self, id: &AuthorizationId) {
        self.0.lock().remove(id);
    }

    /// Cancels the authorization of a connector, if there is one, and waits until its outcome is saved, so that it
    /// cannot overwrite later changes.
    pub(crate) async fn cancel_and_wait(&self, connector: &ConnectorId) {
        if let Some(running) = self.of(connector) {
            running.cancel.cancel();
            let mut changes = running.watch();
            drop(running);
            // The sender is dropped only after the last change.
            drop(changes.wait_for(|now| now.state.is_over()).await);
        }
    }
}

pub(crate) struct RunningAuthorization {
    pub(crate) state: watch::Sender<Authorization>,
    /// What the callback must contain; set in `awaiting_user` if there can be a callback.
    pub(crate) expected_callback: OnceLock<ExpectedCallback>,
    /// The page that the user was sent to; set in `awaiting_user`.
    pub(crate) page: OnceLock<BrowserUrl>,
    /// The changed authorization server that the user accepted.
    pub(crate) accepted_issuer: Option<String>,
    /// Server and issuer of the saved registration, if one is used.
    pub(crate) registration: OnceLock<(String, String)>,
    /// Sends callbacks that came as a link or were pasted.
    pub(crate) callback_tx: mpsc::Sender<CallbackParams>,
    pub(crate) cancel: CancellationToken,
    /// Held while tokens are saved: a cancellation waits for that, since they cannot be obtained again.
    pub(crate) saving: Arc<tokio::sync::Mutex<()>>,
}

impl RunningAuthorization {
    /// Returns the authorization and the receiver of its callbacks.
    pub(crate) fn new(
        authorization: Authorization,
        accepted_issuer: Option<String>,
        cancel: CancellationToken,
    ) -> (Arc<Self>, mpsc::Receiver<CallbackParams>) {
        let (callback_tx, callbacks) = mpsc::channel(1);
        let running = Self {
            state: watch::Sender::new(authorization),
            expected_callback: OnceLock::new(),
            page: OnceLock::new(),
            accepted_issuer,
            registration: OnceLock::new(),
            callback_tx,
            cancel,
            saving: Arc::default(),
        };
        (Arc::new(running), callbacks)
    }

    /// Takes the steps until it is cancelled and no token is being saved.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; those of the steps.
    pub(crate) async fn run<T>(
        &self,
        steps: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let cancelled = async {
            self.cancel.cancelled().await;
            drop(self.saving.lock().await);
        };
        tokio::select! {
            outcome = steps => outcome,
            () = cancelled => Err(Error::Cancelled),
        }
    }

    pub(crate) fn snapshot(&self) -> Authorization {
        self.state.borrow().clone()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Authorization> {
        self.state.subscribe()
    }

    /// Whether it has ended, though its outcome may not be saved yet.
    pub(crate) fn is_over(&self) -> bool {
        self.state.borrow().state.is_over()
    }

    fn is_for(&self, connector: &ConnectorId) -> bool {
        self.state.borrow().connector == *connector && !self.is_over()
    }

    fn awaits(&self, params: &CallbackParams) -> bool {
        let expected_callback = self.expected_callback.get();
        !self.is_over() && expected_callback.is_some_and(|expected| expected.has_state(params))
    }
}

/// What a callback must contain.
pub(crate) enum ExpectedCallback {
    Code(Box<Pending>),
    /// No code: that goes to the platform.
    Return(RedirectState),
}

impl ExpectedCallback {
    pub(crate) fn has_state(&self, params: &CallbackParams) -> bool {
        match self {
            Self::Code(pending) => params.belongs_to(pending),
            Self::Return(way) => way.matches_params(params),
        }
    }

    /// Returns the code of a callback that is as expected; `None` where it has none.
    pub(crate) fn check(&self, params: &CallbackParams) -> Result<Option<Secret>, CallbackError> {
        match self {
            Self::Code(pending) => check_callback(pending, params).map(Some),
            Self::Return(way) => way.check(params).map(|()| None),
        }
    }

    /// Checks state and issuer of a callback, whose errors do not end the wait. Other errors are left to the
    /// authorization.
    pub(crate) fn ensure_expected(&self, params: &CallbackParams) -> Result<(), CallbackError> {
        match self.check(params) {
            Err(error @ (CallbackError::WrongState | CallbackError::WrongIssuer)) => Err(error),
            _ => Ok(()),
        }
    }
}
