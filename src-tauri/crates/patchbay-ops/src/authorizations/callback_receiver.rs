//! The browser's callback from a platform's own consent page.

use patchbay_model::Redirect;
use patchbay_oauth::{
    CallbackParams, CallbackRequest, LoopbackListener, LoopbackOptions, PortChoice, RedirectState,
};
use tokio::sync::mpsc;
use url::Url;

use super::await_user::{BrowserRequest, page_of};
use super::client::deep_link;
use crate::context::running_authorizations::{ExpectedCallback, RunningAuthorization};
use crate::error::Error;

/// The address to which a platform redirects the browser, and the callbacks that arrive there.
pub(super) struct CallbackReceiver {
    redirect_state: RedirectState,
    listener: Option<LoopbackListener>,
    callbacks: mpsc::Receiver<CallbackParams>,
}

impl CallbackReceiver {
    /// Binds the redirect to any free port: none is registered anywhere.
    ///
    /// # Errors
    /// [`Error::OAuth`] when no port can be had.
    pub(super) async fn open(
        running: &RunningAuthorization,
        callbacks: mpsc::Receiver<CallbackParams>,
    ) -> Result<Self, Error> {
        let (redirect, listener) = match running.snapshot().redirect {
            Redirect::DeepLink => (deep_link(), None),
            Redirect::Loopback => {
                let options = LoopbackOptions {
                    port: PortChoice::Any,
                    ..LoopbackOptions::default()
                };
                let listener = LoopbackListener::bind(options).await?;
                (listener.redirect_uri().clone(), Some(listener))
            }
        };
        let redirect_state = RedirectState::new(&redirect)?;
        // Set once: a consent awaits its user once.
        drop(
            running
                .expected_callback
                .set(ExpectedCallback::Return(redirect_state.clone())),
        );
        Ok(Self {
            redirect_state,
            listener,
            callbacks,
        })
    }

    /// What the platform is to be told.
    pub(super) fn address(&self) -> &Url {
        self.redirect_state.address()
    }

    /// Waits until the browser is back, by the port, by a link or pasted; for ever when it never comes.
    /// The browser waits for its page then.
    ///
    /// # Errors
    /// [`Error::Callback`] when the platform says that it was refused; the browser has its page then.
    pub(super) async fn receive(
        &mut self,
        running: &RunningAuthorization,
        title: &str,
    ) -> Result<Option<BrowserRequest>, Error> {
        tokio::select! {
            request = receive_from_browser(&mut self.listener, &self.redirect_state, running) => {
                let request = request?;
                let checked = self.redirect_state.check(request.params());
                match (checked, self.listener.take()) {
                    (Ok(()), Some(listener)) => Ok(Some(BrowserRequest {
                        request,
                        _listener: listener,
                    })),
                    (Ok(()), None) => Ok(None),
                    (Err(error), listener) => {
                        request.respond(page_of(title, &error)).await;
                        drop(listener);
                        Err(error.into())
                    }
                }
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
            .wait_for_redirect(redirect_state, &running.cancel)
            .await?),
        None => std::future::pending().await,
    }
}
