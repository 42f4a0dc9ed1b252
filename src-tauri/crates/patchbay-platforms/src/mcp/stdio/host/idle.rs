//! Keeps unused sessions over streamable HTTP alive by answering pings, without which their servers would end them.

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

use crate::mcp::{McpLimits, McpSession, McpTarget, ResumableSession, SessionLife, connect};
use crate::{Error, Headers};

/// A session to keep alive, and how to connect to its server.
#[derive(Clone, Serialize, Deserialize)]
pub struct IdleSession {
    /// Connector id.
    pub connector: String,
    /// Absolute URL of the server.
    pub url: Url,
    /// Network settings of the connector.
    pub network: NetworkSettings,
    /// Whether credentials may be sent over plain http.
    pub allows_plain_http: bool,
    /// Credentials.
    #[serde(serialize_with = "serialize_headers")]
    pub headers: Vec<(String, Secret)>,
    /// Session id.
    #[serde(serialize_with = "serialize_exposed")]
    pub id: Secret,
    /// The result of the handshake.
    pub handshake: Value,
}

/// Exposes a secret to the host only, over the private stream.
fn serialize_exposed<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

fn serialize_headers<S: Serializer>(
    headers: &[(String, Secret)],
    to: S,
) -> Result<S::Ok, S::Error> {
    let headers = headers.iter();
    to.collect_seq(headers.map(|(name, secret)| (name, secret.expose())))
}

impl IdleSession {
    /// Resumes the session, which only opens its stream of unsolicited messages: that is where pings arrive.
    async fn connect(self) -> Result<McpSession, Error> {
        let addresses = AddressPolicy::default();
        // The person entered its address.
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

/// The sessions that are kept alive, by connector id, with the time since when.
#[derive(Default)]
pub(super) struct IdleSessions(Mutex<HashMap<String, (McpSession, Instant)>>);

impl IdleSessions {
    pub(super) async fn keep(&self, session: IdleSession) -> Result<(), Error> {
        let connector = session.connector.clone();
        let live = session.connect().await?;
        let kept = (live, Instant::now());
        let former = self.0.lock().await.insert(connector, kept);
        if let Some((former, _)) = former {
            former.detach().await;
        }
        Ok(())
    }

    /// Detaches from the matching sessions, which are resumed or were ended elsewhere.
    pub(super) async fn release(&self, fits: impl Fn(&str) -> bool) {
        let mut sessions = self.0.lock().await;
        let released: Vec<_> = sessions
            .extract_if(|connector, _| fits(connector))
            .collect();
        drop(sessions);
        let released = released.iter().map(|(_, (live, _))| live.detach());
        futures::future::join_all(released).await;
    }

    /// Ends the sessions that were kept alive for `idle`; returns whether none is left.
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
