//! Time that a connection waits for its credentials. It does not count as the server's: an authorization server, and the
//! program of a secret reference, have time limits of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use patchbay_http::CachedToken;
use patchbay_model::Secret;
use tokio::sync::watch;

use crate::{BoxError, Headers, TokenSource};

/// A token source that knows when it is waited for.
pub(super) struct CredentialWait {
    source: Arc<dyn TokenSource>,
    /// Number of callers that wait.
    waiting: watch::Sender<u32>,
}

/// A caller that waits until this is dropped.
struct Waiting<'a>(&'a watch::Sender<u32>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|callers| *callers -= 1);
    }
}

impl CredentialWait {
    pub(super) fn new(source: Arc<dyn TokenSource>) -> Self {
        Self {
            source,
            waiting: watch::Sender::new(0),
        }
    }

    /// Completes once `limit` has passed, not counting the time that credentials took.
    pub(super) async fn limit_reached(&self, limit: Duration) {
        let (mut waiting, mut left) = (self.waiting.subscribe(), limit);
        loop {
            // Never fails, as the sender is ours.
            drop(waiting.wait_for(|callers| *callers == 0).await);
            let began = Instant::now();
            tokio::select! {
                () = tokio::time::sleep(left) => return,
                _ = waiting.wait_for(|callers| *callers > 0) => {
                    left = left.saturating_sub(began.elapsed());
                }
            }
        }
    }

    fn begin(&self) -> Waiting<'_> {
        self.waiting.send_modify(|callers| *callers += 1);
        Waiting(&self.waiting)
    }
}

#[async_trait]
impl TokenSource for CredentialWait {
    fn cached_headers(&self) -> Option<Headers> {
        self.source.cached_headers()
    }

    async fn headers(&self) -> Result<Headers, BoxError> {
        let _waiting = self.begin();
        self.source.headers().await
    }

    fn offer(&self, token: &CachedToken) {
        self.source.offer(token);
    }

    fn header_names(&self) -> Vec<String> {
        self.source.header_names()
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        let _waiting = self.begin();
        self.source.on_unauthorized(sent, challenge).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Duration = Duration::from_millis(200);

    struct SlowSource;

    #[async_trait]
    impl TokenSource for SlowSource {
        async fn headers(&self) -> Result<Headers, BoxError> {
            tokio::time::sleep(SLOW).await;
            Ok(Headers::default())
        }
    }

    #[tokio::test]
    async fn the_time_for_credentials_does_not_count() {
        let wait = CredentialWait::new(Arc::new(SlowSource));
        let (limit, began) = (Duration::from_millis(20), Instant::now());
        let (headers, ()) = tokio::join!(wait.headers(), wait.limit_reached(limit));
        assert!(headers.is_ok());
        assert!(began.elapsed() >= SLOW + limit, "{:?}", began.elapsed());
    }
}
