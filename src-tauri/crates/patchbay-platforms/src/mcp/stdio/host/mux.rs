//! Multiplexes several clients on one session: routes requests, responses, progress and questions.
//!
//! Requests are forwarded with our own ids, which also replace their progress tokens. The server is initialized once;
//! later clients get the same response.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use crate::mcp::pending_requests::UNREADABLE;
use crate::mcp::question_router::RELATED_TASK;
use crate::mcp::server_requests::is_valid_id;
use crate::mcp::wire::answer::{is_answer, number_of, result_of};

/// Maximum number of open questions of a server.
const MAX_QUESTIONS: usize = 64;

/// Maximum number of tasks whose progress is routed; beyond it, that of the oldest is lost.
const MAX_TASKS: usize = 64;

/// The requests during which a server may ask the person.
const ASKING: [&str; 4] = [
    "tools/call",
    "prompts/get",
    "resources/read",
    "tasks/result",
];

/// In `_meta`, where the notifications of a subscription, and its final result, name the request that they belong to.
///
/// Source: MCP 2026-07-28, `subscriptions/listen`.
const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

pub(super) type ClientId = u64;

/// A message to forward.
#[derive(Debug, PartialEq)]
pub(super) enum Outgoing {
    Server(Value),
    Client(ClientId, Value),
    AllClients(Value),
}

/// The state of one session.
#[derive(Default)]
pub(super) struct Mux {
    /// The last request id.
    last: u64,
    /// The attached client that sent the last message.
    newest: Option<ClientId>,
    /// The clients that have a person who can answer questions.
    with_person: HashSet<ClientId>,
    pending: BTreeMap<u64, Pending>,
    /// The client of each task and its progress token, by the request that created it: the token outlives the response.
    tasks: BTreeMap<u64, (ClientId, Value)>,
    /// The client of each open question and the question's id, by the text of that id.
    questions: HashMap<String, (ClientId, Value)>,
    /// The clients that are subscribed to each resource, by its URI.
    subscribed: HashMap<String, HashSet<ClientId>>,
    initialization: Initialization,
    is_initialized: bool,
    has_answered: bool,
}

/// A pending request.
struct Pending {
    /// `None` for the initialization, which is shared.
    client: Option<ClientId>,
    id: Value,
    token: Option<Value>,
    /// Whether its person may be asked.
    may_ask: bool,
    /// The task that it is about.
    task: Option<String>,
}

#[derive(Default)]
enum Initialization {
    #[default]
    NotStarted,
    /// The clients that wait for the response, with their request ids.
    Pending(Vec<(ClientId, Value)>),
    Done(Value),
}

impl Mux {
    /// Whether the server has responded to any request with a result.
    pub(super) fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// Whether a client waits for the outcome of a call, which is lost if the server ends.
    pub(super) fn has_calls(&self) -> bool {
        self.pending.values().any(|pending| pending.may_ask)
    }

    /// Notes that a client has a person who can answer questions.
    pub(super) fn note_person(&mut self, client: ClientId) {
        self.with_person.insert(client);
    }

    /// Handles a message of a client.
    pub(super) fn on_client(&mut self, client: ClientId, mut message: Value) -> Option<Outgoing> {
        self.newest = Some(client);
        let id = message.get("id").filter(|id| !id.is_null()).cloned();
        match (message["method"].as_str(), id) {
            (Some("initialize"), Some(id)) => self.initialize(client, id, message),
            (Some("resources/unsubscribe"), Some(id))
                if self.keeps_subscription(client, &message) =>
            {
                let answer = json!({ "jsonrpc": "2.0", "id": id, "result": {} });
                Some(Outgoing::Client(client, answer))
            }
            (Some(method), Some(id)) => {
                if method == "resources/subscribe" {
                    let uri = message["params"]["uri"].as_str().unwrap_or_default();
                    let clients = self.subscribed.entry(uri.to_owned()).or_default();
                    clients.insert(client);
                }
                let token = find_mut(&mut message, ["params", "_meta", "progressToken"]);
                let number = self.last + 1;
                let token = token.map(|token| std::mem::replace(token, number.into()));
                Some(self.send_request(Some(client), id, token, message))
            }
            (Some("notifications/initialized"), None) => {
                let is_first = !std::mem::replace(&mut self.is_initialized, true);
                is_first.then_some(Outgoing::Server(message))
            }
            (Some("notifications/cancelled"), None) => {
                let requested = find_mut(&mut message, ["params", "requestId"])?;
                let is_requested =
                    |pending: &Pending| pending.client == Some(client) && pending.id == *requested;
                let mut all = self.pending.iter();
                let number = *all.find(|(_, pending)| is_requested(pending))?.0;
                self.pending.remove(&number);
                *requested = number.into();
                Some(Outgoing::Server(message))
            }
            (Some(_), None) => Some(Outgoing::Server(message)),
            (None, Some(id)) => {
                let key = id.to_string();
                let is_asked = self
                    .questions
                    .get(&key)
                    .is_some_and(|(who, _)| *who == client);
                is_asked.then(|| {
                    self.questions.remove(&key);
                    Outgoing::Server(message)
                })
            }
            (None, None) => None,
        }
    }

    /// Unsubscribes a client from a resource; returns whether others remain, for which the server's single subscription
    /// is kept.
    fn keeps_subscription(&mut self, client: ClientId, message: &Value) -> bool {
        let uri = message["params"]["uri"].as_str().unwrap_or_default();
        let clients = self.subscribed.get_mut(uri);
        clients.is_some_and(|clients| {
            clients.remove(&client);
            !clients.is_empty()
        })
    }

    fn initialize(&mut self, client: ClientId, id: Value, message: Value) -> Option<Outgoing> {
        match &mut self.initialization {
            Initialization::Done(result) => {
                let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
                Some(Outgoing::Client(client, answer))
            }
            Initialization::Pending(waiting) => {
                waiting.push((client, id));
                None
            }
            Initialization::NotStarted => {
                self.initialization = Initialization::Pending(vec![(client, id)]);
                Some(self.send_request(None, Value::Null, None, message))
            }
        }
    }

    fn send_request(
        &mut self,
        client: Option<ClientId>,
        id: Value,
        token: Option<Value>,
        mut message: Value,
    ) -> Outgoing {
        self.last += 1;
        message["id"] = self.last.into();
        let pending = Pending {
            client,
            id,
            token,
            may_ask: ASKING.iter().any(|method| message["method"] == *method),
            task: message["params"]["taskId"].as_str().map(str::to_owned),
        };
        self.pending.insert(self.last, pending);
        Outgoing::Server(message)
    }

    /// Handles a message of the server.
    pub(super) fn on_server(&mut self, mut message: Value) -> Vec<Outgoing> {
        if is_answer(&message) {
            return self.route_response(message);
        }
        let id = message.get("id").filter(|id| !id.is_null()).cloned();
        let out = match (message["method"].as_str(), id) {
            (Some(_), Some(id)) if !is_valid_id(&id) => None,
            (Some("ping"), Some(id)) => Some(Outgoing::Server(
                json!({ "jsonrpc": "2.0", "id": id, "result": {} }),
            )),
            (Some(_), Some(id)) => Some(self.route_question(id, message)),
            (Some("notifications/progress"), None) => {
                let token = find_mut(&mut message, ["params", "progressToken"]);
                token
                    .and_then(|token| {
                        let (client, own) = self.progress_of(request_number(token)?)?;
                        *token = own;
                        Some(client)
                    })
                    .map(|client| Outgoing::Client(client, message))
            }
            (Some(_), None) if message["params"]["_meta"].get(SUBSCRIPTION).is_some() => {
                let subscription = find_mut(&mut message, ["params", "_meta", SUBSCRIPTION]);
                let client = subscription.and_then(|subscription| {
                    let pending = self.pending.get(&request_number(subscription)?)?;
                    *subscription = pending.id.clone();
                    pending.client
                });
                client.map(|client| Outgoing::Client(client, message))
            }
            (Some("notifications/cancelled"), None) => {
                let key = message["params"]["requestId"].to_string();
                let asked = self.questions.remove(&key);
                asked.map(|(client, _)| Outgoing::Client(client, message))
            }
            (Some(_), None) => Some(Outgoing::AllClients(message)),
            (None, _) => None,
        };
        out.into_iter().collect()
    }

    /// The client of a request or task that reports progress, with its own token.
    fn progress_of(&self, request: u64) -> Option<(ClientId, Value)> {
        match self.pending.get(&request) {
            Some(pending) => Some((pending.client?, pending.token.clone()?)),
            None => self.tasks.get(&request).cloned(),
        }
    }

    /// Routes a question to the client that waits for the task that it names, or else to that of the latest request that
    /// may cause one, before others to one with a person. Roots may be requested at any time, and are the same for all
    /// clients.
    fn route_question(&mut self, id: Value, message: Value) -> Outgoing {
        let asks_for_roots = message["method"] == "roots/list";
        let task = message["params"]["_meta"][RELATED_TASK]["taskId"].as_str();
        let newest = self.pending.values().rev();
        let waits = |pending: &&Pending| task.is_some() && pending.task.as_deref() == task;
        let waiting = newest.clone().find(waits);
        let mut asking = newest
            .filter_map(|pending| pending.client.filter(|_| pending.may_ask || asks_for_roots));
        let client = waiting
            .and_then(|pending| pending.client)
            .or_else(|| {
                asking
                    .clone()
                    .find(|client| self.with_person.contains(client))
            })
            .or_else(|| asking.next())
            .or(self.newest.filter(|_| asks_for_roots));
        match client.filter(|_| self.questions.len() < MAX_QUESTIONS) {
            Some(client) => {
                self.questions.insert(id.to_string(), (client, id));
                Outgoing::Client(client, message)
            }
            None => no_client(&id),
        }
    }

    fn route_response(&mut self, mut message: Value) -> Vec<Outgoing> {
        let known = match message["id"].is_null() {
            // An error may lack the id if only one request is pending.
            true if self.pending.len() == 1 => self.pending.pop_first(),
            true => None,
            false => request_number(&message["id"]).and_then(|id| self.pending.remove_entry(&id)),
        };
        let Some((number, pending)) = known else {
            return Vec::new();
        };
        self.has_answered |= result_of(&message).is_some();
        if let Some(client) = pending.client {
            if let Some(token) = pending.token
                && message["result"]["task"].is_object()
            {
                self.tasks.insert(number, (client, token));
                if self.tasks.len() > MAX_TASKS {
                    self.tasks.pop_first();
                }
            }
            if let Some(subscription) = find_mut(&mut message, ["result", "_meta", SUBSCRIPTION]) {
                subscription.clone_from(&pending.id);
            }
            message["id"] = pending.id;
            return vec![Outgoing::Client(client, message)];
        }
        let next = match result_of(&message) {
            Some(result) if *result != UNREADABLE => Initialization::Done(result.clone()),
            // Refused, or malformed.
            _ => Initialization::NotStarted,
        };
        let Initialization::Pending(waiting) = std::mem::replace(&mut self.initialization, next)
        else {
            return Vec::new();
        };
        let given = |(client, id): (ClientId, Value)| {
            let mut answer = message.clone();
            answer["id"] = id;
            Outgoing::Client(client, answer)
        };
        waiting.into_iter().map(given).collect()
    }

    /// Removes a client, and cancels its requests and open questions.
    pub(super) fn detach(&mut self, client: ClientId) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        self.newest = self.newest.filter(|newest| *newest != client);
        self.with_person.remove(&client);
        self.pending.retain(|number, pending| {
            let is_theirs = pending.client == Some(client);
            if is_theirs {
                outgoing.push(Outgoing::Server(json!({
                    "jsonrpc": "2.0",
                    "method": "notifications/cancelled",
                    "params": { "requestId": number },
                })));
            }
            !is_theirs
        });
        self.tasks.retain(|_, (who, _)| *who != client);
        self.questions.retain(|_, (who, id)| {
            if *who == client {
                outgoing.push(no_client(id));
            }
            *who != client
        });
        if let Initialization::Pending(waiting) = &mut self.initialization {
            waiting.retain(|(who, _)| *who != client);
        }
        self.subscribed.retain(|_, clients| {
            clients.remove(&client);
            !clients.is_empty()
        });
        outgoing
    }
}

/// The response to a question for which there is no client.
fn no_client(id: &Value) -> Outgoing {
    let error = json!({ "code": -32601, "message": "nobody is there to be asked" });
    Outgoing::Server(json!({ "jsonrpc": "2.0", "id": id, "error": error }))
}

fn find_mut<'a, const N: usize>(message: &'a mut Value, path: [&str; N]) -> Option<&'a mut Value> {
    let mut names = path.iter();
    names.try_fold(message, |value, name| value.get_mut(*name))
}

/// One of our request ids.
fn request_number(id: &Value) -> Option<u64> {
    u64::try_from(number_of(id)?).ok()
}
