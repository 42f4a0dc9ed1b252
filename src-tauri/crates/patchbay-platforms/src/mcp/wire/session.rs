//! A session that a server of the older era gave, as far as it outlives its connection.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use patchbay_model::Secret;
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, ClientRequest, ServerJsonRpcMessage};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What a session over streamable HTTP is continued with after its connection ended.
#[derive(Clone)]
pub struct ResumableSession {
    /// Names it: whoever has it may use the session.
    pub id: Secret,
    /// The result of its handshake, a JSON object.
    pub handshake: Value,
    /// Tells the credentials that the handshake was made with from others; `None` to continue with any.
    pub credentials: Option<String>,
    /// Whether its server asks now and then whether somebody is still there.
    pub is_checked: bool,
}

/// How long a session over streamable HTTP lasts.
#[derive(Clone, Default)]
pub enum SessionLife {
    /// As long as the connection.
    #[default]
    Connection,
    /// Longer, by [`McpSession::detach`](crate::mcp::McpSession::detach); this one is continued, where there is one.
    Resumable(Option<ResumableSession>),
    /// Until its server gives it up, behind a relay that passes on neither `DELETE` nor the headers of the newer era:
    /// only the handshake is tried.
    Relayed,
}

/// The session of one connection.
pub(super) struct SessionState {
    /// Whether it may outlive the connection.
    is_resumable: bool,
    /// Whether nobody can tell the server that it ends.
    is_relayed: bool,
    /// Added to the ids of requests, so that no two processes use the same in one session.
    first_id: i64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// To be continued in place of a handshake.
    resumed: Option<ResumableSession>,
    /// Whether it was continued and the server has not taken a request of it yet.
    is_untried: bool,
    /// Whether the server heard of its beginning from whoever had it before.
    skips_initialized: bool,
    id: Option<Secret>,
    handshake: Option<Value>,
    credentials: Option<String>,
    is_checked: bool,
    /// Whether the last answer was none that the protocol knows.
    is_broken: bool,
    /// Whether it is left to whoever continues it.
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
        }
    }

    /// The session to be continued in place of a handshake that is about to be sent.
    pub(super) fn take_resumed(&self, message: &ClientJsonRpcMessage) -> Option<ResumableSession> {
        is_initialize(message)
            .then(|| self.lock().resumed.take())
            .flatten()
    }

    /// The answer to a handshake that is not sent, for its session is continued; `None` when what was kept of it is no
    /// such answer.
    pub(super) fn resume(
        &self,
        session: ResumableSession,
        message: &ClientJsonRpcMessage,
    ) -> Option<ServerJsonRpcMessage> {
        let ClientJsonRpcMessage::Request(request) = message else {
            return None;
        };
        let id = request.id.clone().into_json_value();
        let answer = json!({ "jsonrpc": "2.0", "id": id, "result": &session.handshake });
        let answer: ServerJsonRpcMessage = serde_json::from_value(answer).ok()?;
        *self.lock() = State {
            is_untried: true,
            skips_initialized: true,
            id: Some(session.id),
            handshake: Some(session.handshake),
            credentials: session.credentials,
            is_checked: session.is_checked,
            ..State::default()
        };
        Some(answer)
    }

    /// Whether the server was told already what this message says: that the session begins.
    pub(super) fn skips(&self, message: &ClientJsonRpcMessage) -> bool {
        let ClientJsonRpcMessage::Notification(notification) = message else {
            return false;
        };
        let says_it = matches!(
            notification.notification,
            ClientNotification::InitializedNotification(_)
        );
        says_it && std::mem::take(&mut self.lock().skips_initialized)
    }

    /// Notes with what the server began a session, and forgets the one before it.
    pub(super) fn begin(&self, id: Option<&str>, credentials: &[(String, Secret)]) {
        let id = id.filter(|_| self.is_resumable);
        *self.lock() = State {
            id: id.map(Secret::new),
            credentials: id.map(|id| fingerprint(id, credentials)),
            ..State::default()
        };
    }

    /// Notes the result of a handshake, if the message is one.
    pub(super) fn note_handshake(&self, message: &Value) {
        if let Some(result) = message.get("result").filter(|_| self.is_resumable) {
            self.lock().handshake = Some(result.clone());
        }
    }

    /// Notes whether the server answered a request of the session as the protocol has it.
    pub(super) fn note_answer(&self, is_sound: bool) {
        let mut state = self.lock();
        state.is_broken = !is_sound;
        state.is_untried &= !is_sound;
    }

    /// Whether the session was continued, and may be over without this process having heard of it.
    pub(super) fn is_untried(&self) -> bool {
        self.lock().is_untried
    }

    /// Leaves the session to whoever continues it; `None` where there is none, or none that works.
    pub(super) fn detach(&self) -> Option<ResumableSession> {
        let mut state = self.lock();
        if state.is_broken {
            return None;
        }
        let session = ResumableSession {
            id: state.id.clone()?,
            handshake: state.handshake.clone()?,
            credentials: state.credentials.clone(),
            is_checked: state.is_checked,
        };
        state.is_detached = true;
        Some(session)
    }

    /// Whether the server is told when the connection ends.
    pub(super) fn ends_with_connection(&self) -> bool {
        !self.is_relayed && !self.lock().is_detached
    }

    /// Gives what is sent in a session ids that no other process uses there.
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

    /// Gives what is received the ids back that rmcp knows, and notes when the server asks whether somebody is there.
    pub(super) fn number_incoming(&self, message: &mut Value) {
        if !self.is_resumable {
            return;
        }
        if message["method"] == "ping" {
            self.lock().is_checked = true;
        }
        let id = if message.get("result").is_some() || message.get("error").is_some() {
            message.get_mut("id")
        } else if message["method"] == "notifications/progress" {
            message.pointer_mut("/params/progressToken")
        } else {
            None
        };
        // Some servers turn numbers into text.
        let number = |id: &Value| id.as_i64().or_else(|| id.as_str()?.parse().ok());
        if let Some(id) = id
            && let Some(number) = number(id).filter(|number| *number >= self.first_id)
        {
            *id = (number - self.first_id).into();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells credentials from others. It is kept beside the session's id, which salts it.
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

/// Whether a refusal is about the session rather than about what was asked in it.
///
/// Source: TypeScript SDK 1 and Python SDK 1 answer 400 where the protocol wants 404.
pub(super) fn names_session(body: &[u8]) -> bool {
    let words = String::from_utf8_lossy(body).to_ascii_lowercase();
    words.contains("session") || words.contains("not initialized")
}

fn is_initialize(message: &ClientJsonRpcMessage) -> bool {
    matches!(
        message,
        ClientJsonRpcMessage::Request(request)
            if matches!(request.request, ClientRequest::InitializeRequest(_))
    )
}

fn shift(id: &mut Value, by: i64) {
    if let Some(number) = id.as_i64() {
        *id = number.saturating_add(by).into();
    }
}

/// One of some two thousand million, so that two processes hardly ever meet; small enough for servers that keep ids in
/// 32 bits.
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
        assert!(state.detach().is_none(), "there is none");
        let begin = |state: &SessionState| {
            let credentials = [("authorization".to_owned(), Secret::new("Bearer x"))];
            state.begin(Some("s-1"), &credentials);
            state.note_handshake(&json!({ "result": { "protocolVersion": "2025-11-25" } }));
        };
        begin(&state);
        state.note_answer(false);
        assert!(state.detach().is_none() && state.ends_with_connection());
        state.note_answer(true);
        let session = state.detach().unwrap();
        assert_eq!(session.id.expose(), "s-1");
        assert_eq!(session.handshake["protocolVersion"], "2025-11-25");
        assert!(!state.ends_with_connection());
        // One that began without an id has nothing to go on with.
        state.begin(None, &[]);
        assert!(state.detach().is_none());
        let own = SessionState::new(SessionLife::Connection);
        begin(&own);
        assert!(own.detach().is_none());
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

    #[test]
    fn a_refusal_that_names_the_session_is_told_from_others() {
        for words in [
            r#"{"error":{"message":"Bad Request: No valid session ID provided"}}"#,
            "Bad Request: Server not initialized",
            "Session not found",
        ] {
            assert!(names_session(words.as_bytes()), "{words}");
        }
        assert!(!names_session(b"Invalid params: x is missing"));
    }
}
