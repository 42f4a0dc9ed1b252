//! The requests under way on a connection whose answers all come on one stream: each line of a program, or each
//! event of a server of 2024-11-05, is a message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patchbay_http::json;
use patchbay_model::SentRequest;
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, RequestId, ServerJsonRpcMessage};
use serde_json::Value;

use super::McpLimits;
use super::server_log::ServerLog;
use super::wire::{Asked, Kind, MOST_DEPTH, SMALL_BYTES, answer, classify_request};
use crate::Error;

/// A message could not be handed over; why stands in its exchange.
#[derive(Debug, thiserror::Error)]
#[error("the message couldn't be sent")]
pub(super) struct NotSent;

/// What is awaited on one stream.
pub(super) struct Inbox {
    limits: McpLimits,
    log: Arc<ServerLog>,
    pending: Mutex<Pending>,
    /// The last error of a request that no exchange went with, which is how negotiations fail.
    failure: Mutex<Option<Error>>,
}

#[derive(Default)]
struct Pending {
    asked: HashMap<RequestId, Asked>,
    /// Nothing can be asked any more.
    is_over: bool,
}

/// What a piece of the stream was.
pub(super) enum Read {
    /// The answer to a request, as rmcp needs it.
    Answer(ServerJsonRpcMessage),
    /// What the server says or asks by itself.
    Unasked(ServerJsonRpcMessage),
    /// A message of no use to rmcp.
    Useless,
    /// No message.
    Stray,
}

impl Inbox {
    pub(super) fn new(limits: McpLimits, log: Arc<ServerLog>) -> Self {
        Self {
            limits,
            log,
            pending: Mutex::default(),
            failure: Mutex::default(),
        }
    }

    /// Where messages go that are to be logged.
    pub(super) fn log(&self) -> &ServerLog {
        &self.log
    }

    /// Notes a message that is about to leave, so that its answer is known; gives its text, and the request that it
    /// is. One that is only planned is put where it is looked for instead, as `plan` describes it.
    ///
    /// # Errors
    /// [`NotSent`] once the stream has ended, whose error `over` makes, and for a request that is only planned.
    pub(super) fn note_outgoing(
        &self,
        message: &ClientJsonRpcMessage,
        plan: impl FnOnce(String) -> Result<SentRequest, Error>,
        over: impl FnOnce() -> Error,
    ) -> Result<(String, Option<Asked>), NotSent> {
        let asked = classify_request(message);
        let body = serde_json::to_value(message).map_err(|_| NotSent)?;
        let text = body.to_string();
        if let Some(asked) = &asked {
            if let Some(slot) = asked.exchange.plan() {
                let error = match plan(text) {
                    Ok(planned) => {
                        *lock(slot) = Some(planned);
                        Error::Cancelled
                    }
                    Err(error) => error,
                };
                asked.exchange.fail(error);
                return Err(NotSent);
            }
            let mut pending = lock(&self.pending);
            if pending.is_over {
                drop(pending);
                self.fail(over(), Some(asked));
                return Err(NotSent);
            }
            pending.asked.insert(asked.id.clone(), asked.clone());
        } else if let ClientJsonRpcMessage::Notification(told) = message
            && let ClientNotification::CancelledNotification(cancelled) = &told.notification
            && let Some(id) = &cancelled.params.request_id
        {
            lock(&self.pending).asked.remove(id);
        }
        Ok((text, asked))
    }

    /// Reads one piece of the stream.
    ///
    /// # Errors
    /// The limit, for more than is read: whose answer it was cannot be told.
    pub(super) fn read(&self, piece: &[u8]) -> Result<Read, json::Exceeded> {
        let limits = json::Limits {
            values: self.limits.values,
            depth: MOST_DEPTH,
            text: self.limits.body_bytes,
            items: None,
        };
        let (message, values) = match json::parse_counting(piece, limits) {
            Ok(read) => read,
            Err(json::Error::NotJson) => return Ok(Read::Stray),
            Err(json::Error::Exceeded(limit)) => return Err(limit),
        };
        if message["jsonrpc"] != "2.0" {
            // A log line that is JSON: answering it would begin a dialogue with a log.
            return Ok(Read::Stray);
        }
        if answer::is_answer(&message) {
            let answer = self.answer(message, piece, values);
            return Ok(answer.map_or(Read::Useless, Read::Answer));
        }
        if self.log.take(&message) {
            return Ok(Read::Useless);
        }
        if piece.len() > SMALL_BYTES {
            tracing::debug!(bytes = piece.len(), "dropped a large message");
            return Ok(Read::Useless);
        }
        Ok(serde_json::from_value(message).map_or(Read::Useless, Read::Unasked))
    }

    /// Takes an answer to whoever asked, and gives rmcp what it needs of it.
    fn answer(
        &self,
        mut message: Value,
        piece: &[u8],
        values: usize,
    ) -> Option<ServerJsonRpcMessage> {
        let asked = self.take_asked(&message)?;
        let bytes = piece.len();
        asked.exchange.capture().note_body(piece);
        asked.exchange.note(|facts| {
            facts.bytes += bytes as u64;
            facts.values += values;
        });
        if let Kind::List(what) = asked.kind {
            let most = self.limits.list_items;
            if bytes > self.limits.page_bytes {
                let limit = self.limits.page_bytes as u64;
                self.fail(Error::TooLarge { limit }, Some(&asked));
                return None;
            }
            if message["result"][what].as_array().map_or(0, Vec::len) > most {
                let error = Error::Protocol(format!("more than {most} {what}"));
                self.fail(error, Some(&asked));
                return None;
            }
        }
        message["id"] = asked.id.clone().into_json_value();
        let for_rmcp = answer::for_rmcp(message, &asked);
        if for_rmcp.is_none() {
            let error = Error::Protocol("malformed response".to_owned());
            self.fail(error, Some(&asked));
        }
        for_rmcp
    }

    /// The request that a message answers. An error may leave the id out, where there is no doubt.
    fn take_asked(&self, message: &Value) -> Option<Asked> {
        let mut pending = lock(&self.pending);
        let asked = &mut pending.asked;
        // What is listened to waits for no answer.
        let mut awaited = asked.values().filter(|asked| asked.kind != Kind::Listen);
        let only = match (awaited.next(), awaited.next()) {
            (Some(asked), None) => Some(asked.id.clone()),
            _ => None,
        };
        let id = if message["id"].is_null() && message["error"].is_object() && only.is_some() {
            only
        } else {
            asked.keys().find(|id| answer::is_for(message, id)).cloned()
        };
        asked.remove(&id?)
    }

    /// Ends a request, or the negotiation where nobody follows it.
    pub(super) fn fail(&self, error: Error, asked: Option<&Asked>) {
        match asked {
            Some(asked) if asked.is_followed => asked.exchange.fail(error),
            _ => *lock(&self.failure) = Some(error),
        }
    }

    /// Ends whatever is under way, with the error that `why` makes.
    pub(super) fn end(&self, why: impl Fn() -> Error) {
        let asked = {
            let mut pending = lock(&self.pending);
            pending.is_over = true;
            std::mem::take(&mut pending.asked)
        };
        for asked in asked.values() {
            self.fail(why(), Some(asked));
        }
        lock(&self.failure).get_or_insert_with(why);
    }

    /// Why a request of the negotiation failed, where that is known.
    pub(super) fn take_failure(&self) -> Option<Error> {
        lock(&self.failure).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
