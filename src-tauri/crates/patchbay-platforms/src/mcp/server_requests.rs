//! Requests of a server that are not answered yet.
//!
//! Their number is limited, as rmcp starts a task for each: a server may send requests without reading the answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rmcp::model::{ClientJsonRpcMessage, RequestId, ServerJsonRpcMessage, ServerNotification};
use serde::Deserialize as _;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::Error;

/// Maximum number of unanswered requests of one session.
const MAX_UNANSWERED: usize = 64;

/// How long the next request may wait for an answer to another one.
const ROOM_TIMEOUT: Duration = Duration::from_secs(3);

/// Maximum bytes of the id of a request, which its answer repeats.
const ID_BYTES: usize = 256;

/// A message was not sent; its exchange holds the reason.
#[derive(Debug, thiserror::Error)]
#[error("the message couldn't be sent")]
pub(super) struct SendError;

/// The server sends requests faster than it takes answers.
#[derive(Debug)]
pub(super) struct TooManyRequests;

impl TooManyRequests {
    pub(super) fn into_error(self) -> Error {
        Error::Protocol(format!("more than {MAX_UNANSWERED} unanswered requests"))
    }
}

/// The unanswered requests of one session.
pub(super) struct ServerRequests {
    room: Arc<Semaphore>,
    /// Those whose answer is not being sent yet.
    unanswered: Mutex<HashMap<RequestId, OwnedSemaphorePermit>>,
}

impl Default for ServerRequests {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(MAX_UNANSWERED)),
            unanswered: Mutex::default(),
        }
    }
}

impl ServerRequests {
    /// Until when a request that arrives now may wait for room.
    pub(super) fn deadline() -> Instant {
        Instant::now() + ROOM_TIMEOUT
    }

    /// Registers a request, or its cancellation; `false` if rmcp must not see the message. Waits for room.
    ///
    /// # Errors
    /// [`TooManyRequests`] if no other request is answered meanwhile.
    pub(super) async fn admit(
        &self,
        message: &ServerJsonRpcMessage,
    ) -> Result<bool, TooManyRequests> {
        self.admit_until(Self::deadline(), message).await
    }

    /// As [`ServerRequests::admit`], waiting until `deadline`. Cancel safe.
    pub(super) async fn admit_until(
        &self,
        deadline: Instant,
        message: &ServerJsonRpcMessage,
    ) -> Result<bool, TooManyRequests> {
        match message {
            ServerJsonRpcMessage::Request(request) => {
                self.admit_request(&request.id, deadline).await
            }
            ServerJsonRpcMessage::Notification(sent) => {
                if let ServerNotification::CancelledNotification(cancelled) = &sent.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.unanswered.lock().remove(id);
                }
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    async fn admit_request(
        &self,
        id: &RequestId,
        deadline: Instant,
    ) -> Result<bool, TooManyRequests> {
        if !is_short(id) || self.unanswered.lock().contains_key(id) {
            tracing::debug!("dropped a request whose id is too long or in use");
            return Ok(false);
        }
        let room = Arc::clone(&self.room).acquire_owned();
        match tokio::time::timeout_at(deadline, room).await {
            Ok(Ok(permit)) => {
                self.unanswered.lock().insert(id.clone(), permit);
                Ok(true)
            }
            _ => Err(TooManyRequests),
        }
    }

    /// Begins to answer a request, which counts until the returned permit is dropped; `None` for any other message.
    ///
    /// # Errors
    /// [`SendError`] if the server has cancelled the request.
    pub(super) fn begin_answer(
        &self,
        message: &ClientJsonRpcMessage,
    ) -> Result<Option<OwnedSemaphorePermit>, SendError> {
        let id = match message {
            ClientJsonRpcMessage::Response(response) => Some(&response.id),
            ClientJsonRpcMessage::Error(error) => error.id.as_ref(),
            _ => return Ok(None),
        };
        let permit = id.and_then(|id| self.unanswered.lock().remove(id));
        permit.map(Some).ok_or(SendError)
    }

    /// Forgets all requests: those before a negotiation stay unanswered.
    pub(super) fn clear(&self) {
        self.unanswered.lock().clear();
    }
}

/// Whether an answer can repeat that id.
pub(super) fn is_valid_id(id: &Value) -> bool {
    RequestId::deserialize(id).is_ok_and(|id| is_short(&id))
}

fn is_short(id: &RequestId) -> bool {
    match id {
        RequestId::Number(_) => true,
        RequestId::String(text) => text.len() <= ID_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(message: Value) -> ServerJsonRpcMessage {
        serde_json::from_value(message).unwrap()
    }

    fn ping(id: impl Into<Value>) -> ServerJsonRpcMessage {
        sent(json!({ "jsonrpc": "2.0", "id": id.into(), "method": "ping" }))
    }

    fn answer(id: i64) -> ClientJsonRpcMessage {
        let answer = json!({ "jsonrpc": "2.0", "id": id, "result": {} });
        serde_json::from_value(answer).unwrap()
    }

    #[tokio::test]
    async fn the_next_request_waits_for_an_answer_but_not_for_ever() {
        let requests = ServerRequests::default();
        for id in 0..MAX_UNANSWERED {
            assert!(requests.admit(&ping(id)).await.unwrap());
        }
        assert!(requests.admit(&ping("next")).await.is_err());
        let sending = requests.begin_answer(&answer(7)).unwrap();
        assert_eq!(requests.room.available_permits(), 0, "not sent yet");
        drop(sending);
        assert!(requests.admit(&ping("next")).await.unwrap());
        requests.clear();
        assert!(requests.admit(&ping(7)).await.unwrap());
    }

    #[tokio::test]
    async fn a_request_whose_wait_is_interrupted_waits_no_longer_for_that() {
        let requests = ServerRequests::default();
        for id in 0..MAX_UNANSWERED {
            assert!(requests.admit(&ping(id)).await.unwrap());
        }
        let (deadline, next) = (ServerRequests::deadline(), ping("next"));
        let wait = async |limit| {
            let admitted = requests.admit_until(deadline, &next);
            tokio::time::timeout(limit, admitted).await
        };
        assert!(wait(ROOM_TIMEOUT * 2 / 3).await.is_err());
        assert!(wait(ROOM_TIMEOUT * 2 / 3).await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_cancelled_request_is_not_answered() {
        let requests = ServerRequests::default();
        assert!(requests.admit(&ping(7)).await.unwrap());
        let params = json!({ "requestId": 7 });
        let cancelled =
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
        assert!(requests.admit(&sent(cancelled)).await.unwrap());
        assert!(requests.begin_answer(&answer(7)).is_err());
        assert_eq!(requests.room.available_permits(), MAX_UNANSWERED);
    }

    #[tokio::test]
    async fn an_id_is_short_and_not_in_use() {
        let requests = ServerRequests::default();
        let long = "x".repeat(ID_BYTES + 1);
        assert!(!requests.admit(&ping(long.clone())).await.unwrap());
        assert!(requests.admit(&ping(7)).await.unwrap());
        assert!(!requests.admit(&ping(7)).await.unwrap());
        assert!(!is_valid_id(&json!(long)));
        assert!(!is_valid_id(&json!([7])));
        assert!(is_valid_id(&json!("7")));
    }
}
