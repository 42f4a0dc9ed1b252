//! Several clients on one session: whose request, answer, progress or question a message is.
//!
//! Requests go on under numbers of our own, which stand for their tokens of progress too. The server is greeted once;
//! whoever comes later is given what it answered.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::super::super::wire::answer::is_answer;

/// Most questions of a server that are open.
const MOST_QUESTIONS: usize = 64;

/// Who sent a message.
pub(super) type ClientId = u64;

/// A message on its way.
#[derive(Debug, PartialEq)]
pub(super) enum Out {
    Server(Value),
    Client(ClientId, Value),
    All(Value),
}

/// What is under way on one session.
#[derive(Default)]
pub(super) struct Mux {
    last: u64,
    pending: BTreeMap<u64, Pending>,
    /// Who answers what the server asked, by the text of its id.
    questions: HashMap<String, (ClientId, Value)>,
    greeting: Greeting,
    is_initialized: bool,
    has_answered: bool,
}

/// A request that waits for its answer.
struct Pending {
    /// `None` for the greeting, which is everybody's.
    client: Option<ClientId>,
    id: Value,
    token: Option<Value>,
}

#[derive(Default)]
enum Greeting {
    #[default]
    Missing,
    /// Who waits for the answer, and under which id.
    Asked(Vec<(ClientId, Value)>),
    Known(Value),
}

impl Mux {
    /// Whether the server has given a client what it asked for.
    pub(super) fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// What becomes of a message of a client.
    pub(super) fn client_says(&mut self, client: ClientId, mut message: Value) -> Option<Out> {
        let id = message.get("id").filter(|id| !id.is_null()).cloned();
        match (message["method"].as_str(), id) {
            (Some("initialize"), Some(id)) => self.greet(client, id, message),
            (Some(_), Some(id)) => {
                let token = message.pointer_mut("/params/_meta/progressToken");
                let number = self.last + 1;
                let token = token.map(|token| std::mem::replace(token, number.into()));
                Some(self.ask(Some(client), id, token, message))
            }
            (Some("notifications/initialized"), None) => {
                let is_first = !std::mem::replace(&mut self.is_initialized, true);
                is_first.then_some(Out::Server(message))
            }
            (Some("notifications/cancelled"), None) => {
                let told = message.pointer_mut("/params/requestId")?;
                let is_it =
                    |pending: &Pending| pending.client == Some(client) && pending.id == *told;
                let mut all = self.pending.iter();
                let number = *all.find(|(_, pending)| is_it(pending))?.0;
                self.pending.remove(&number);
                *told = number.into();
                Some(Out::Server(message))
            }
            (Some(_), None) => Some(Out::Server(message)),
            (None, Some(id)) => {
                let key = id.to_string();
                let is_asked = self
                    .questions
                    .get(&key)
                    .is_some_and(|(who, _)| *who == client);
                is_asked.then(|| {
                    self.questions.remove(&key);
                    Out::Server(message)
                })
            }
            (None, None) => None,
        }
    }

    fn greet(&mut self, client: ClientId, id: Value, message: Value) -> Option<Out> {
        match &mut self.greeting {
            Greeting::Known(result) => {
                let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
                Some(Out::Client(client, answer))
            }
            Greeting::Asked(waiting) => {
                waiting.push((client, id));
                None
            }
            Greeting::Missing => {
                self.greeting = Greeting::Asked(vec![(client, id)]);
                Some(self.ask(None, Value::Null, None, message))
            }
        }
    }

    fn ask(
        &mut self,
        client: Option<ClientId>,
        id: Value,
        token: Option<Value>,
        mut message: Value,
    ) -> Out {
        self.last += 1;
        message["id"] = self.last.into();
        self.pending
            .insert(self.last, Pending { client, id, token });
        Out::Server(message)
    }

    /// What becomes of a message of the server.
    pub(super) fn server_says(&mut self, mut message: Value) -> Vec<Out> {
        if is_answer(&message) {
            return self.answer(message);
        }
        let id = message.get("id").filter(|id| !id.is_null()).cloned();
        let out = match (message["method"].as_str(), id) {
            (Some("ping"), Some(id)) => Some(Out::Server(
                json!({ "jsonrpc": "2.0", "id": id, "result": {} }),
            )),
            (Some(_), Some(id)) => Some(self.question(id, message)),
            (Some("notifications/progress"), None) => {
                let token = message.pointer_mut("/params/progressToken");
                token
                    .and_then(|told| {
                        let pending = self.pending.get(&number(told)?)?;
                        *told = pending.token.clone()?;
                        pending.client
                    })
                    .map(|client| Out::Client(client, message))
            }
            (Some("notifications/cancelled"), None) => {
                let key = message["params"]["requestId"].to_string();
                let asked = self.questions.remove(&key);
                asked.map(|(client, _)| Out::Client(client, message))
            }
            (Some(_), None) => Some(Out::All(message)),
            (None, _) => None,
        };
        out.into_iter().collect()
    }

    /// A question is taken for one about the call that began last.
    fn question(&mut self, id: Value, message: Value) -> Out {
        let mut newest = self.pending.values().rev();
        let client = newest.find_map(|pending| pending.client);
        match client.filter(|_| self.questions.len() < MOST_QUESTIONS) {
            Some(client) => {
                self.questions.insert(id.to_string(), (client, id));
                Out::Client(client, message)
            }
            None => nobody(&id),
        }
    }

    fn answer(&mut self, mut message: Value) -> Vec<Out> {
        let known = match message["id"].is_null() {
            // An error may leave the id out, where there is no doubt.
            true if self.pending.len() == 1 => self.pending.pop_first(),
            true => None,
            false => number(&message["id"]).and_then(|id| self.pending.remove_entry(&id)),
        };
        let Some((_, pending)) = known else {
            return Vec::new();
        };
        self.has_answered |= message.get("result").is_some();
        if let Some(client) = pending.client {
            message["id"] = pending.id;
            return vec![Out::Client(client, message)];
        }
        let next = match message.get("result") {
            Some(result) => Greeting::Known(result.clone()),
            None => Greeting::Missing,
        };
        let Greeting::Asked(waiting) = std::mem::replace(&mut self.greeting, next) else {
            return Vec::new();
        };
        let given = |(client, id): (ClientId, Value)| {
            let mut answer = message.clone();
            answer["id"] = id;
            Out::Client(client, answer)
        };
        waiting.into_iter().map(given).collect()
    }

    /// Ends what a client has under way.
    pub(super) fn leave(&mut self, client: ClientId) -> Vec<Out> {
        let mut told = Vec::new();
        self.pending.retain(|number, pending| {
            let is_theirs = pending.client == Some(client);
            if is_theirs {
                told.push(Out::Server(json!({
                    "jsonrpc": "2.0",
                    "method": "notifications/cancelled",
                    "params": { "requestId": number },
                })));
            }
            !is_theirs
        });
        self.questions.retain(|_, (who, id)| {
            if *who == client {
                told.push(nobody(id));
            }
            *who != client
        });
        if let Greeting::Asked(waiting) = &mut self.greeting {
            waiting.retain(|(who, _)| *who != client);
        }
        told
    }
}

/// That nobody is there to be asked.
fn nobody(id: &Value) -> Out {
    let error = json!({ "code": -32601, "message": "nobody is there to be asked" });
    Out::Server(json!({ "jsonrpc": "2.0", "id": id, "error": error }))
}

/// A number of ours; some servers turn it into text.
fn number(id: &Value) -> Option<u64> {
    match id {
        Value::String(text) => text.parse().ok(),
        id => id.as_u64(),
    }
}
