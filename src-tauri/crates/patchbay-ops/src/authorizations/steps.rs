//! How an authorization moves on: windows hear of it, and it is saved.

use patchbay_model::{Authorization, AuthorizationState, Explain};

use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;
use crate::events::Event;

/// How long the user may take, unless it is said otherwise.
pub(super) const TIMEOUT_SECONDS: u32 = 300;

impl RunningAuthorization {
    /// Changes it and says so.
    pub(crate) fn change(&self, cx: &Context, change: impl FnOnce(&mut Authorization)) {
        self.state.send_modify(change);
        cx.emit(Event::AuthorizationChanged {
            authorization: Box::new(self.snapshot()),
        });
    }

    /// Changes it, says so and keeps it.
    pub(crate) async fn advance(
        &self,
        cx: &Context,
        change: impl FnOnce(&mut Authorization),
    ) -> Result<(), Error> {
        self.change(cx, change);
        let kept = Authorization {
            // Of no use to anybody once this process is gone, and not ours to leave lying about.
            page_host: None,
            ..self.snapshot()
        };
        Ok(cx.store().save_authorization(&kept).await?)
    }
}

/// The state in which an authorization ends by a failure.
pub(super) fn state_after(error: &Error) -> AuthorizationState {
    use patchbay_model::Code;
    match error.code() {
        Code::AuthDenied => AuthorizationState::Denied,
        Code::AuthTimedOut => AuthorizationState::Expired,
        Code::Cancelled => AuthorizationState::Cancelled,
        _ => AuthorizationState::Failed,
    }
}
