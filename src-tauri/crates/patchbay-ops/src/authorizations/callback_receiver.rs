//! The browser's callback: on the loopback port, as a link, or pasted.

use patchbay_model::Secret;
use patchbay_oauth::{CallbackError, CallbackParams, CallbackRequest, LoopbackListener, Page};
use tokio::sync::mpsc;

use super::await_user::ensure_expected;
use crate::context::Context;
use crate::context::running_authorizations::{ExpectedCallback, RunningAuthorization};
use crate::error::Error;

/// Receives the callback of one authorization.
pub(super) struct CallbackReceiver {
    /// `None` when the redirect is a link.
    listener: Option<LoopbackListener>,
    /// Callbacks that came as a link or were pasted.
    callbacks: mpsc::Receiver<CallbackParams>,
}

/// A callback as it was expected.
pub(super) struct Callback {
    /// The authorization code, if there is to be one.
    pub(super) code: Option<Secret>,
    /// The browser's pending request; `None` when the callback came another way.
    pub(super) browser: Option<BrowserRequest>,
}

/// A pending request of the browser. The port stays open until it is answered.
pub(super) struct BrowserRequest {
    request: CallbackRequest,
    _listener: LoopbackListener,
}

impl CallbackReceiver {
    pub(super) fn new(
        running: &RunningAuthorization,
        expected: ExpectedCallback,
        listener: Option<LoopbackListener>,
        callbacks: mpsc::Receiver<CallbackParams>,
    ) -> Self {
        // An authorization waits for its user only once.
        drop(running.expected_callback.set(expected));
        Self {
            listener,
            callbacks,
        }
    }

    /// Waits for the callback by port, link or paste; forever if there is none.
    ///
    /// # Errors
    /// [`Error::Callback`] when a refusal is reported or the callback is invalid; then the browser has been answered.
    pub(super) async fn receive(
        &mut self,
        cx: &Context,
        running: &RunningAuthorization,
    ) -> Result<Callback, Error> {
        let expected = running.expected_callback.get();
        let expected = expected.ok_or(Error::AuthorizationOver)?;
        tokio::select! {
            received = receive_from_browser(cx, &mut self.listener, expected, running) => received,
            params = self.callbacks.recv() => {
                let code = expected.check(&params.ok_or(Error::Cancelled)?)?;
                Ok(Callback { code, browser: None })
            }
        }
    }
}

/// Waits for the browser on the loopback port; forever when the redirect is a link. A callback with another state or
/// issuer gets an error page, and the wait goes on.
async fn receive_from_browser(
    cx: &Context,
    listener: &mut Option<LoopbackListener>,
    expected: &ExpectedCallback,
    running: &RunningAuthorization,
) -> Result<Callback, Error> {
    let title = running.snapshot().connector_title;
    loop {
        let Some(listening) = listener else {
            return std::future::pending().await;
        };
        let request = listening
            .wait_for(|it| expected.has_state(it), &running.cancel)
            .await?;
        if let Err(Error::Callback(error)) = ensure_expected(cx, running, request.params()) {
            request.respond(page_of(&title, &error)).await;
            continue;
        }
        match expected.check(request.params()) {
            Ok(code) => {
                let browser = listener
                    .take()
                    .map(|_listener| BrowserRequest { request, _listener });
                return Ok(Callback { code, browser });
            }
            Err(error) => {
                request.respond(page_of(&title, &error)).await;
                return Err(error.into());
            }
        }
    }
}

/// Shows the outcome in the browser.
pub(super) async fn answer_browser(
    browser: Option<BrowserRequest>,
    title: &str,
    error: Option<&Error>,
) {
    let Some(browser) = browser else {
        return;
    };
    let page = match error {
        None => Page::connected(title),
        Some(error) => Page::failed(title, &error.to_string()),
    };
    browser.request.respond(page).await;
}

fn page_of(title: &str, error: &CallbackError) -> Page {
    match error {
        CallbackError::Denied { .. } => Page::declined(title),
        error => Page::failed(title, &error.to_string()),
    }
}
