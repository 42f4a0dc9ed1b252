//! State changes of an authorization: emitted as events and saved.

use std::sync::Arc;

use patchbay_model::{Authorization, AuthorizationState, Code, Explain, TraceStep};

use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;
use crate::events::Event;

/// Default time limit for the user.
pub(crate) const TIMEOUT_SECONDS: u32 = 300;

impl RunningAuthorization {
    /// Changes the authorization and emits the change.
    pub(crate) fn change(&self, cx: &Context, change: impl FnOnce(&mut Authorization)) {
        self.state.send_modify(change);
        cx.emit(Event::AuthorizationChanged {
            authorization: Box::new(self.snapshot()),
        });
    }

    /// Changes the authorization, emits the change and saves it.
    pub(crate) async fn advance(
        &self,
        cx: &Context,
        change: impl FnOnce(&mut Authorization),
    ) -> Result<(), Error> {
        self.change(cx, change);
        let saved = Authorization {
            // Useless after this process has ended.
            page_host: None,
            ..self.snapshot()
        };
        Ok(cx.store().save_authorization(&saved).await?)
    }

    /// Moves on to the final state and saves it.
    pub(crate) async fn end(&self, cx: &Context, error: Option<&Error>) -> Result<(), Error> {
        let state = error.map_or(AuthorizationState::Authorized, state_after);
        self.advance(cx, |now| {
            now.state = state;
            now.page_host = None;
            now.problem = error.map(Explain::problem);
        })
        .await
    }

    /// Returns a trace that adds its steps to the authorization.
    pub(super) fn trace(
        self: &Arc<Self>,
        cx: &Context,
    ) -> impl Fn(TraceStep) + Send + Sync + use<> {
        let (cx, running) = (cx.clone(), Arc::clone(self));
        move |step| running.change(&cx, |now| now.trace.push(step))
    }
}

/// Returns the final state of an authorization that failed.
fn state_after(error: &Error) -> AuthorizationState {
    match error.code() {
        Code::AuthDenied => AuthorizationState::Denied,
        Code::AuthTimedOut => AuthorizationState::Expired,
        Code::Cancelled => AuthorizationState::Cancelled,
        _ => AuthorizationState::Failed,
    }
}
