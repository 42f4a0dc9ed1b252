//! Sessions of servers of the older era, which may outlive their connection.

use std::hash::{BuildHasher as _, RandomState};

use parking_lot::Mutex;
use patchbay_model::Secret;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, RequestId, ServerJsonRpcMessage,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::answer::{fit_rmcp, number_of};

/// What is needed to resume a session over streamable HTTP on another connection.
#[derive(Clone)]
pub struct ResumableSession {
    /// Session id. It is a secret: whoever knows it may use the session.
    pub id: Secret,
    /// The result of the handshake, a JSON object; null until it is received.
    pub handshake: Value,
    /// Fingerprint of the credentials of the handshake; `None` to resume with any credentials.
    pub credentials: Option<String>,
    /// Whether the server sends pings, and thus may end the session if nobody responds.
    pub is_checked: bool,
}

/// How long a session over streamable HTTP lasts.
#[derive(Clone, Default)]
pub enum SessionLife {
    /// As long as the connection.
    #[default]
    Connection,
    /// It can be [detached](crate::mcp::McpSession::detach) from its connection. The given one is resumed.
    Resumable(Option<ResumableSession>),
    /// Until the server ends it, behind a relay that passes on neither `DELETE` nor the headers of the newer era:
    /// only the handshake is tried.
    Relayed,
}

/// The session of one connection.
pub(super) struct SessionState {
    /// Whether it may outlive the connection.
    is_resumable: bool,
    /// Whether the server can't be told that it ends.
    is_relayed: bool,
    /// Added to the ids of requests, so that no two processes use the same ids in one session.
    first_id: i64,
    state: Mutex<State>,
    /// Number of sessions that began; also marked as changed when the server may have forgotten the current one.
    pub(super) begun: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// The session to resume in place of a handshake.
    resumed: Option<ResumableSession>,
    /// Whether it was resumed and the server has not accepted a request yet.
    is_untried: bool,
    /// Whether `notifications/initialized` was sent on an earlier connection.
    skips_initialized: bool,
    /// Whether the server gave the current session an id.
    has_id: bool,
    /// The current session, if it may outlive the connection.
    current: Option<ResumableSession>,
    /// Whether the last response violated the protocol.
    is_broken: bool,
    /// Whether it is left open to be resumed.
    is_detached: bool,
}

impl SessionState {
    pub(super) fn new(life: SessionLife) -> Self {
        let is_relayed = matches!(life, SessionLife::Relayed);
        let (is_resumable, resumed) = match life {
            SessionLife::Connection | SessionLife::Relayed => (false, None),
            SessionLife::Resumable(resumed) => (true, resumed),
        };
        Self {
            is_resumable,
            is_relayed,
            first_id: if is_resumable { random_id() } else { 0 },
            state: Mutex::new(State {
                resumed,
                ..State::default()
            }),
            begun: watch::Sender::new(0),
        }
    }

    /// Takes the session to resume, if the message is a handshake; returns it with the id of that request.
    pub(super) fn take_resumed(
        &self,
        message: &ClientJsonRpcMessage,
    ) -> Option<(RequestId, ResumableSession)> {
        match message {
            ClientJsonRpcMessage::Request(request)
                if matches!(request.request, ClientRequest::InitializeRequest(_)) =>
            {
                Some((request.id.clone(), self.state.lock().resumed.take()?))
            }
            _ => None,
        }
    }

    /// Resumes a session: returns the stored response to a handshake that is not sent; `None` if that is invalid.
    pub(super) fn resume(
        &self,
        session: ResumableSession,
        id: RequestId,
    ) -> Option<ServerJsonRpcMessage> {
        let answer = json!({ "jsonrpc": "2.0", "id": id, "result": &session.handshake });
        let answer: ServerJsonRpcMessage = serde_json::from_value(fit_rmcp(answer)).ok()?;
        *self.state.lock() = State {
            is_untried: true,
            skips_initialized: true,
            has_id: true,
            current: Some(session),
            ..State::default()
        };
        Some(answer)
    }

    /// Whether a message is `notifications/initialized` of a resumed session, which the server has received before.
    pub(super) fn skips(&self, message: &ClientJsonRpcMessage) -> bool {
        let ClientJsonRpcMessage::Notification(notification) = message else {
            return false;
        };
        let is_initialized = matches!(
            notification.notification,
            ClientNotification::InitializedNotification(_)
        );
        is_initialized && std::mem::take(&mut self.state.lock().skips_initialized)
    }

    /// Records a new session in place of the previous one.
    pub(super) fn begin(&self, id: Option<&str>, credentials: &[(String, Secret)]) {
        let current = id.filter(|_| self.is_resumable).map(|id| ResumableSession {
            id: Secret::new(id),
            handshake: Value::Null,
            credentials: Some(fingerprint(id, credentials)),
            is_checked: false,
        });
        *self.state.lock() = State {
            has_id: id.is_some(),
            current,
            ..State::default()
        };
        self.begun.send_modify(|number| *number += 1);
    }

    /// Records the result of the handshake, if the message contains one.
    pub(super) fn note_handshake(&self, message: &Value) {
        if let Some(current) = &mut self.state.lock().current
            && let Some(result) = message.get("result")
        {
            current.handshake = result.clone();
        }
    }

    /// Records whether the response to a request of the session conformed to the protocol.
    pub(super) fn note_answer(&self, is_sound: bool) {
        let mut state = self.state.lock();
        state.is_broken = !is_sound;
        state.is_untried &= !is_sound;
    }

    /// Whether the session was resumed, and may be over already.
    pub(super) fn is_untried(&self) -> bool {
        self.state.lock().is_untried
    }

    /// Whether the server knows this session from others.
    pub(super) fn has_id(&self) -> bool {
        self.state.lock().has_id
    }

    /// Leaves the session open to be resumed later; `false` if there is none that works.
    pub(super) fn detach(&self) -> bool {
        let mut state = self.state.lock();
        let has_handshake = |session: &ResumableSession| !session.handshake.is_null();
        state.is_detached = !state.is_broken && state.current.as_ref().is_some_and(has_handshake);
        state.is_detached
    }

    /// Returns the session that was left open.
    pub(super) fn detached(&self) -> Option<ResumableSession> {
        let state = self.state.lock();
        state.current.clone().filter(|_| state.is_detached)
    }

    /// Whether the session is ended with the connection.
    pub(super) fn ends_with_connection(&self) -> bool {
        !self.is_relayed && !self.state.lock().is_detached
    }

    /// Shifts the ids in a message to the server, so that no other process uses the same in the session.
    pub(super) fn number_outgoing(&self, message: &mut Value) {
        let shift = |id: &mut Value| shift(id, self.first_id);
        if message["method"] == "notifications/cancelled" {
            message["params"].get_mut("requestId").map(shift);
            return;
        }
        if message.get("method").is_some() && message.get("id").is_some() {
            message.get_mut("id").map(shift);
            let token = message.pointer_mut("/params/_meta/progressToken");
            token.map(shift);
        }
    }

    /// Shifts the ids in a message of the server back to those that rmcp knows. Records whether the server sends pings.
    pub(super) fn number_incoming(&self, message: &mut Value) {
        if !self.is_resumable {
            return;
        }
        if message["method"] == "ping"
            && let Some(current) = &mut self.state.lock().current
        {
            current.is_checked = true;
        }
        let id = if message.get("result").is_some() || message.get("error").is_some() {
            message.get_mut("id")
        } else if message["method"] == "notifications/progress" {
            message.pointer_mut("/params/progressToken")
        } else {
            None
        };
        if let Some(id) = id
            && let Some(number) = number_of(id).filter(|number| *number >= self.first_id)
        {
            *id = (number - self.first_id).into();
        }
    }
}

/// A hash of credentials, salted with the session id that it is stored with.
pub(super) fn fingerprint(id: &str, credentials: &[(String, Secret)]) -> String {
    let mut hash = Sha256::new();
    let pairs = credentials
        .iter()
        .flat_map(|(name, secret)| [name.as_str(), secret.expose()]);
    for part in std::iter::once(id).chain(pairs) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shift(id: &mut Value, by: i64) {
    if let Some(number) = id.as_i64() {
        *id = number.saturating_add(by).into();
    }
}

/// One of about two billion, so that two processes rarely use the same; small enough for servers that store ids in 32
/// bits.
fn random_id() -> i64 {
    const LEAST: u64 = 1 << 20;
    const MOST: u64 = 1 << 31;
    let random = RandomState::new().hash_one(());
    i64::try_from(LEAST + random % (MOST - 2 * LEAST)).unwrap_or(i64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resumable() -> SessionState {
        SessionState::new(SessionLife::Resumable(None))
    }

    #[test]
    fn ids_are_numbered_apart_and_back() {
        let state = resumable();
        let first = state.first_id;
        assert_ne!(first, resumable().first_id);
        let mut request = json!({
            "id": 3, "method": "tools/call", "params": { "_meta": { "progressToken": 2 } },
        });
        state.number_outgoing(&mut request);
        assert_eq!(request["id"], first + 3);
        assert_eq!(request["params"]["_meta"]["progressToken"], first + 2);
        let mut cancelled =
            json!({ "method": "notifications/cancelled", "params": { "requestId": 3 } });
        state.number_outgoing(&mut cancelled);
        assert_eq!(cancelled["params"]["requestId"], first + 3);
        // The server's own ids are its own.
        let mut reply = json!({ "id": 3, "result": {} });
        state.number_outgoing(&mut reply);
        assert_eq!(reply["id"], 3);

        let received = |state: &SessionState, mut message: Value| {
            state.number_incoming(&mut message);
            message
        };
        for id in [json!(first + 3), json!((first + 3).to_string())] {
            let answer = received(&state, json!({ "id": id, "result": {} }));
            assert_eq!(answer["id"], 3);
        }
        let progress = |token: i64| json!({ "method": "notifications/progress", "params": { "progressToken": token } });
        assert_eq!(received(&state, progress(first + 2)), progress(2));
        // Neither is what the server asks, nor the answer to a handshake.
        for message in [
            json!({ "id": first + 3, "method": "ping" }),
            json!({ "id": 0, "result": {} }),
        ] {
            assert_eq!(received(&state, message.clone()), message);
        }
        let own = SessionState::new(SessionLife::Connection);
        let mut request = json!({ "id": 3, "method": "ping" });
        own.number_outgoing(&mut request);
        assert_eq!(request["id"], 3);
        let text = json!({ "id": "3", "result": {} });
        assert_eq!(received(&own, text.clone()), text);
    }

    #[test]
    fn only_a_session_that_works_outlives_its_connection() {
        let state = resumable();
        assert!(!state.detach(), "there is none");
        let begin = |state: &SessionState| {
            let credentials = [("authorization".to_owned(), Secret::new("Bearer x"))];
            state.begin(Some("s-1"), &credentials);
            state.note_handshake(&json!({ "result": { "protocolVersion": "2025-11-25" } }));
        };
        begin(&state);
        state.note_answer(false);
        assert!(!state.detach() && state.ends_with_connection());
        state.note_answer(true);
        assert!(state.detach());
        state.number_incoming(&mut json!({ "id": 1, "method": "ping" }));
        let session = state.detached().unwrap();
        assert!(session.is_checked, "the ping came after");
        assert_eq!(session.id.expose(), "s-1");
        assert_eq!(session.handshake["protocolVersion"], "2025-11-25");
        assert!(!state.ends_with_connection());
        // One that began without an id has nothing to go on with.
        state.begin(None, &[]);
        assert!(!state.detach());
        let own = SessionState::new(SessionLife::Connection);
        begin(&own);
        assert!(!own.detach() && own.detached().is_none());
    }

    #[test]
    fn a_fingerprint_tells_credentials_and_sessions_apart() {
        let of =
            |id, name: &str, value: &str| fingerprint(id, &[(name.to_owned(), Secret::new(value))]);
        let one = of("s", "a", "bc");
        assert_eq!(one, of("s", "a", "bc"));
        assert_ne!(one, of("s", "ab", "c"));
        assert_ne!(one, of("t", "a", "bc"));
        assert_ne!(one, fingerprint("s", &[]));
        assert!(!one.contains("bc") || one.len() == 64);
    }
}
