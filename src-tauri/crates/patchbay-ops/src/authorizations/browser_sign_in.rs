//! A sign-in in the browser, whose code Patchbay exchanges itself.

use std::sync::Arc;

use patchbay_model::{AuthorizationState, Secret};
use patchbay_oauth::{
    CallbackParams, ClientIdentity, Discovery, Grant, LoopbackListener, OAuthClient, Pending,
    Tokens,
};
use tokio::sync::{OwnedMutexGuard, mpsc};

use super::await_user::{deadline, show_page};
use super::callback_receiver::{CallbackReceiver, answer_browser};
use super::save_grant::revoke_unsaved;
use crate::context::Context;
use crate::context::running_authorizations::{ExpectedCallback, RunningAuthorization};
use crate::error::Error;
use crate::events::Event;

/// A sign-in whose page can be opened.
pub(super) struct BrowserSignIn {
    pub(super) oauth: OAuthClient,
    pub(super) discovery: Discovery,
    pub(super) client: ClientIdentity,
    pub(super) pending: Pending,
    /// Where the browser comes back; `None` when the redirect is a link.
    pub(super) listener: Option<LoopbackListener>,
    pub(super) callbacks: mpsc::Receiver<CallbackParams>,
}

impl BrowserSignIn {
    /// Opens the page, waits for its code, a link, a pasted address or the deadline, and exchanges the code. `save` keeps
    /// the tokens; the browser shows its outcome.
    ///
    /// # Errors
    /// [`Error::Callback`] when the user or the provider refused or the callback is invalid; [`Error::ConsentTimedOut`];
    /// [`Error::OAuth`]; those of `save`.
    pub(super) async fn run<F>(
        self,
        cx: &Context,
        running: &Arc<RunningAuthorization>,
        save: impl FnOnce(Tokens) -> F + Send,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<(), Error>> + Send,
    {
        let page = self
            .oauth
            .consent_page(&self.discovery, &self.pending)
            .await?;
        let expected = ExpectedCallback::Code(Box::new(self.pending.clone()));
        let mut receiver = CallbackReceiver::new(running, expected, self.listener, self.callbacks);
        show_page(cx, running, page, |now| {
            now.scopes.clone_from(&self.pending.scopes);
        })
        .await?;
        let callback = tokio::select! {
            () = deadline(cx, running) => return Err(Error::ConsentTimedOut),
            callback = receiver.receive(cx, running) => callback?,
        };
        // A code that comes once more is refused.
        drop(receiver);
        cx.emit(Event::Raise);
        running
            .advance(cx, |now| now.state = AuthorizationState::Exchanging)
            .await?;
        let exchange = Exchange {
            oauth: self.oauth,
            discovery: self.discovery,
            client: self.client,
            pending: self.pending,
            code: callback.code.ok_or(Error::AuthorizationOver)?,
        };
        let saved = async {
            let (tokens, _saving) = exchange.run(cx, running).await?;
            save(tokens).await
        };
        let saved = saved.await;
        let title = running.snapshot().connector_title;
        answer_browser(callback.browser, &title, saved.as_ref().err()).await;
        saved
    }
}

/// The exchange of an authorization code.
struct Exchange {
    oauth: OAuthClient,
    discovery: Discovery,
    client: ClientIdentity,
    pending: Pending,
    code: Secret,
}

impl Exchange {
    /// Exchanges the code, to the end even if the authorization is cancelled or the process ends: tokens that nobody
    /// waits for any more are revoked. With the tokens comes the lock that makes a cancellation wait until they are
    /// saved.
    async fn run(
        self,
        cx: &Context,
        running: &Arc<RunningAuthorization>,
    ) -> Result<(Tokens, OwnedMutexGuard<()>), Error> {
        let (background, running) = (cx.clone(), Arc::clone(running));
        let exchanging = async move {
            let cx = &background;
            let (client, discovery, pending) = (&self.client, &self.discovery, &self.pending);
            let trace = running.trace(cx);
            let tokens = self
                .oauth
                .exchange(pending, &self.code, client, discovery, &trace)
                .await?;
            let saving = Arc::clone(&running.saving).lock_owned().await;
            if running.cancel.is_cancelled() {
                drop(saving);
                let grant = Grant::new(discovery, client, pending, tokens, cx.now());
                revoke_unsaved(cx, self.oauth, &grant).await;
                return Err(Error::Cancelled);
            }
            Ok((tokens, saving))
        };
        let task = cx.exchanges().spawn(exchanging);
        task.await.unwrap_or(Err(Error::Cancelled))
    }
}
