//! Sessions over streamable HTTP whose servers ask now and then whether somebody is still there, and end them where
//! nobody answers: kept alive here while no command uses them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_http::{AddressPolicy, FixedHeaders, Network, PlainHttp};
use patchbay_model::{NetworkSettings, Secret};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::servers::Key;
use crate::mcp::{McpLimits, McpSession, McpTarget, ResumableSession, SessionLife, connect};
use crate::{Error, Headers};

/// A session to be kept alive, with what its server is reached by.
#[derive(Clone, Serialize, Deserialize)]
pub struct IdleSession {
    /// The connector whose session it is.
    pub connector: String,
    /// Whether its server was told that it may ask a person.
    pub asks: bool,
    /// Absolute URL of the server.
    pub url: Url,
    /// How it is reached, where that is not as all others are.
    pub network: NetworkSettings,
    /// Whether credentials may go there over plain http.
    pub allows_plain_http: bool,
    /// The credentials, as headers.
    #[serde(serialize_with = "exposed_headers")]
    pub headers: Vec<(String, Secret)>,
    /// Names the session.
    #[serde(serialize_with = "exposed")]
    pub id: Secret,
    /// The result of its handshake.
    pub handshake: Value,
}

/// The stream is to the holder alone, and nothing of it is kept.
fn exposed<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

fn exposed_headers<S: Serializer>(headers: &[(String, Secret)], to: S) -> Result<S::Ok, S::Error> {
    let headers = headers.iter();
    to.collect_seq(headers.map(|(name, secret)| (name, secret.expose())))
}

impl IdleSession {
    /// Connects without a word to the server but that somebody listens, which is when it asks.
    async fn connect(self) -> Result<McpSession, Error> {
        let addresses = AddressPolicy::default();
        // The person gave its address.
        addresses.allow_host(&self.url);
        let network = Network::build(&self.network, None, &addresses)?;
        let headers: Headers = self.headers.into();
        let plain_http = match self.allows_plain_http {
            true => PlainHttp::allowed_to(&self.url),
            false => PlainHttp::Refused,
        };
        let session = ResumableSession {
            id: self.id,
            handshake: self.handshake,
            credentials: None,
            is_checked: true,
        };
        let target = McpTarget {
            tokens: Arc::new(FixedHeaders::of(headers)),
            plain_http,
            session: SessionLife::Resumable(Some(session)),
            ..McpTarget::anonymous(self.url)
        };
        let http = network.client_for(&target.url);
        let never = CancellationToken::new();
        connect(http, target, McpLimits::DEFAULT, &never).await
    }
}

/// All sessions that are kept alive.
#[derive(Default)]
pub(super) struct IdleSessions(Mutex<HashMap<Key, (McpSession, Instant)>>);

impl IdleSessions {
    pub(super) async fn keep(&self, session: IdleSession) -> Result<(), Error> {
        let key = (session.connector.clone(), session.asks);
        let live = session.connect().await?;
        let former = self.0.lock().await.insert(key, (live, Instant::now()));
        if let Some((former, _)) = former {
            former.detach().await;
        }
        Ok(())
    }

    /// Lets go of the sessions that fit: somebody else goes on with them, or has ended them.
    pub(super) async fn release(&self, fits: impl Fn(&Key) -> bool) {
        let mut sessions = self.0.lock().await;
        let released: Vec<_> = sessions.extract_if(|key, _| fits(key)).collect();
        drop(sessions);
        let released = released.iter().map(|(_, (live, _))| live.detach());
        futures::future::join_all(released).await;
    }

    /// Whether none is left, once those are ended that nobody wanted for that long.
    pub(super) async fn are_over(&self, idle: Duration) -> bool {
        let mut sessions = self.0.lock().await;
        let over: Vec<_> = sessions
            .extract_if(|_, (live, since)| live.is_closed() || since.elapsed() >= idle)
            .collect();
        let is_empty = sessions.is_empty();
        drop(sessions);
        let over = over.iter().map(|(_, (live, _))| live.close());
        futures::future::join_all(over).await;
        is_empty
    }
}
