//! The browser's callback from a platform's own page.

use patchbay_oauth::{
    CallbackParams, CallbackRequest, LoopbackListener, LoopbackOptions, PortChoice, RedirectState,
};
use tokio::sync::mpsc;
use url::Url;

use super::await_user::{BrowserRequest, page_of};
use super::client::bind_redirect;
use crate::context::running_authorizations::{ExpectedCallback, RunningAuthorization};
use crate::error::Error;

/// The redirect URL for a platform, and the callbacks that arrive there.
pub(super) struct CallbackReceiver {
    redirect_state: RedirectState,
    listener: Option<LoopbackListener>,
    callbacks: mpsc::Receiver<CallbackParams>,
}

impl CallbackReceiver {
    /// Binds the redirect to any free port, since none is registered.
    pub(super) async fn open(
        running: &RunningAuthorization,
        callbacks: mpsc::Receiver<CallbackParams>,
    ) -> Result<Self, Error> {
        let options = LoopbackOptions {
            port: PortChoice::Any,
            ..LoopbackOptions::default()
        };
        let (redirect, listener) = bind_redirect(running.snapshot().redirect, options).await?;
        let redirect_state = RedirectState::new(&redirect)?;
        // An authorization waits for its user only once.
        let expected = ExpectedCallback::Return(redirect_state.clone());
        drop(running.expected_callback.set(expected));
        Ok(Self {
            redirect_state,
            listener,
            callbacks,
        })
    }

    pub(super) fn address(&self) -> &Url {
        self.redirect_state.address()
    }

    /// Waits for the callback by port, link or paste; forever if there is none. Returns the browser's request to be
    /// answered.
    ///
    /// # Errors
    /// [`Error::Callback`] when the platform reports a refusal; then the browser has been answered.
    pub(super) async fn receive(
        &mut self,
        running: &RunningAuthorization,
        title: &str,
    ) -> Result<Option<BrowserRequest>, Error> {
        tokio::select! {
            request = receive_from_browser(&mut self.listener, &self.redirect_state, running) => {
                let (request, listener) = (request?, self.listener.take());
                if let Err(error) = self.redirect_state.check(request.params()) {
                    request.respond(page_of(title, &error)).await;
                    return Err(error.into());
                }
                Ok(listener.map(|listener| BrowserRequest {
                    request,
                    _listener: listener,
                }))
            }
            params = self.callbacks.recv() => {
                let params = params.ok_or(Error::Cancelled)?;
                self.redirect_state.check(&params)?;
                Ok(None)
            }
        }
    }
}

async fn receive_from_browser(
    listener: &mut Option<LoopbackListener>,
    redirect_state: &RedirectState,
    running: &RunningAuthorization,
) -> Result<CallbackRequest, Error> {
    match listener {
        Some(listener) => Ok(listener
            .wait_for(|it| redirect_state.matches_params(it), &running.cancel)
            .await?),
        None => std::future::pending().await,
    }
}
