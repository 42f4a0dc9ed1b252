//! Agent Stack: connectors that point at MCP servers, and the relay in front of them.
//!
//! Source: Agent Stack contract, sections 2 to 6.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::{Answer, Hosted, Judged, NOW, Seen, bearer, uuid};

/// What the relay passes on.
const RELAYED: [&str; 5] = [
    "accept",
    "content-type",
    "mcp-protocol-version",
    "mcp-session-id",
    "last-event-id",
];

/// One user's part of an Agent Stack.
#[derive(Debug)]
pub struct FakeAgentStack {
    /// Bearer tokens that are let in; none at all where sign-in is switched off.
    pub tokens: Vec<String>,
    /// Name and password that are let in, in place of tokens.
    pub basic: Option<(String, String)>,
    /// Connectors.
    pub connectors: Vec<Map<String, Value>>,
    /// MCP servers behind OAuth, by their URL: what a connect answers with `auth_required`.
    pub protected: Vec<String>,
    /// Access tokens that no MCP server takes.
    pub refused: Vec<String>,
    /// Whether who stands before the consent page says yes.
    pub consents: bool,
    /// Presets: URL and metadata.
    pub presets: Vec<Value>,
    states: BTreeMap<String, String>,
    made: u32,
}

impl FakeAgentStack {
    /// A platform that lets everybody in.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tokens: Vec::new(),
            basic: None,
            connectors: Vec::new(),
            protected: Vec::new(),
            refused: Vec::new(),
            consents: true,
            presets: Vec::new(),
            states: BTreeMap::new(),
            made: 0,
        }
    }

    fn create(&mut self, seen: &Seen) -> Judged {
        let given = seen.object(
            "url:text! client_id:text!? client_secret:text!? metadata:object!? match_preset:bool!",
        )?;
        if given["client_id"].is_null() && !given["client_secret"].is_null() {
            let words = "client_id must be present when client_secret is specified";
            return Ok(refusal(400, words));
        }
        let url = given["url"].as_str().unwrap_or_default();
        let Ok(url) = url::Url::parse(url) else {
            return Ok(invalid("url", "Input should be a valid URL"));
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Ok(refusal(400, "Connector URL has an unsupported scheme"));
        }
        if self.connectors.iter().any(|one| one["url"] == url.as_str()) {
            let words = format!("Duplicate connector found: url='{url}' already exists");
            return Ok(refusal(409, &words));
        }
        let preset = self.presets.iter().find(|one| one["url"] == url.as_str());
        let metadata = match preset.filter(|_| given["match_preset"] == true) {
            Some(preset) if given["metadata"].is_null() => &preset["metadata"],
            _ => &given["metadata"],
        };
        self.made += 1;
        let connector = json!({
            "id": uuid(self.made), "url": url, "state": "created", "auth_request": null,
            "disconnect_reason": null, "metadata": metadata, "created_at": NOW, "updated_at": NOW,
            "created_by": uuid(900),
        });
        let Value::Object(connector) = connector else {
            return Err("unreachable".to_owned());
        };
        self.connectors.push(connector.clone());
        Ok(Answer::json(201, &Value::Object(connector)))
    }

    /// One page of everything, with the token that leads nowhere.
    fn list(&self, seen: &Seen) -> Judged {
        seen.no_body()?;
        let last = self.connectors.last().map(|one| one["id"].clone());
        let body = json!({
            "items": self.connectors, "total_count": self.connectors.len(), "has_more": false,
            "next_page_token": last,
        });
        Ok(Answer::json(200, &body))
    }

    fn connect(&mut self, seen: &Seen, base: &str, index: usize) -> Judged {
        let given = seen.object("redirect_url:text!? access_token:text!?")?;
        let id = self.connectors[index]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let url = self.connectors[index]["url"].as_str().unwrap_or_default();
        let token = given["access_token"]
            .as_str()
            .filter(|token| !token.is_empty());
        let has_token = token.is_some_and(|token| !self.refused.iter().any(|bad| bad == token));
        let is_open = has_token || !self.protected.iter().any(|other| other == url);
        let connector = &mut self.connectors[index];
        connector.insert("disconnect_reason".to_owned(), Value::Null);
        if is_open {
            connector.insert("state".to_owned(), "connected".into());
            connector.insert("auth_request".to_owned(), Value::Null);
        } else {
            self.made += 1;
            let state = format!("state-{:024}", self.made);
            let page = format!(
                "{base}/authorize?response_type=code&client_id=c-1&state={state}\
                 &code_challenge=xyz&code_challenge_method=S256"
            );
            let request = json!({ "type": "code", "authorization_endpoint": page });
            connector.insert("state".to_owned(), "auth_required".into());
            connector.insert("auth_request".to_owned(), request);
            // A second connect invalidates the state of the first.
            self.states.retain(|_, other| *other != id);
            self.states.insert(state, id);
        }
        let body = Value::Object(self.connectors[index].clone());
        Ok(Answer::json(200, &body))
    }

    fn disconnect(&mut self, seen: &Seen, index: usize) -> Judged {
        seen.no_body()?;
        let connector = &mut self.connectors[index];
        if connector["state"] == "created" {
            let words = "Connector must be in connected, disconnected or auth_required state";
            return Ok(refusal(400, words));
        }
        connector.insert("state".to_owned(), "disconnected".into());
        connector.insert("disconnect_reason".to_owned(), "Client request".into());
        connector.insert("auth_request".to_owned(), Value::Null);
        Ok(Answer::json(200, &Value::Object(connector.clone())))
    }

    /// The provider's page: the browser goes on to the platform's callback.
    fn authorize(&self, seen: &Seen, base: &str) -> Judged {
        let state = seen.parameter("state").unwrap_or_default();
        let outcome = if self.consents {
            "code=c-1"
        } else {
            "error=access_denied"
        };
        let back = format!("{base}/api/v1/connectors/oauth/callback?{outcome}&state={state}");
        Ok(Answer::redirect(&back))
    }

    fn callback(&mut self, seen: &Seen) -> Judged {
        let state = seen.parameter("state").unwrap_or_default();
        let Some(id) = self.states.get(state).cloned() else {
            return Ok(Answer::page("Authorization Failed"));
        };
        if seen.parameter("error").is_some() {
            return Ok(Answer::page("Authorization Failed"));
        }
        self.states.remove(state);
        for connector in &mut self.connectors {
            if connector["id"] == *id {
                connector.insert("state".to_owned(), "connected".into());
                connector.insert("auth_request".to_owned(), Value::Null);
            }
        }
        Ok(Answer::page("Authorization Successful"))
    }

    fn relay(&self, seen: &Seen, index: usize) -> Judged {
        if !matches!(seen.method.as_str(), "GET" | "POST") {
            return Ok(refusal(405, "Method Not Allowed").with("allow", "GET"));
        }
        let url = self.connectors[index]["url"].as_str().unwrap_or_default();
        let is_protected = self.protected.iter().any(|other| other == url);
        if is_protected && self.connectors[index]["state"] != "connected" {
            let words = "Bearer resource_metadata=\"https://mcp.example/meta\"";
            return Ok(refusal(401, "Unauthorized").with("www-authenticate", words));
        }
        let passed = RELAYED.iter().filter_map(|name| {
            let value = seen.header(name)?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        Ok(Answer::relay(url, passed.collect()))
    }

    fn handle_authorized(&mut self, seen: &Seen, base: &str) -> Judged {
        let (method, path) = seen.route();
        let ["api", "v1", "connectors", rest @ ..] = path.as_slice() else {
            return Err("no such operation".to_owned());
        };
        match (method, rest) {
            ("GET", []) => return self.list(seen),
            ("POST", []) => return self.create(seen),
            ("GET", ["presets"]) => {
                let body = json!({
                    "items": self.presets, "total_count": self.presets.len(), "has_more": false,
                    "next_page_token": null,
                });
                return Ok(Answer::json(200, &body));
            }
            _ => {}
        }
        let [id, rest @ ..] = rest else {
            return Err("no such operation".to_owned());
        };
        let Some(index) = self.connectors.iter().position(|one| one["id"] == *id) else {
            return Ok(refusal(404, &format!("connector with id {id} not found")));
        };
        match (method, rest) {
            ("GET", []) => {
                seen.no_body()?;
                let body = Value::Object(self.connectors[index].clone());
                Ok(Answer::json(200, &body))
            }
            ("DELETE", []) => {
                seen.no_body()?;
                self.connectors.remove(index);
                Ok(Answer::empty(204))
            }
            ("POST", ["connect"]) => self.connect(seen, base, index),
            ("POST", ["disconnect"]) => self.disconnect(seen, index),
            (_, ["mcp"]) => self.relay(seen, index),
            _ => Err("no such operation".to_owned()),
        }
    }
}

impl Default for FakeAgentStack {
    fn default() -> Self {
        Self::new()
    }
}

impl Hosted for FakeAgentStack {
    fn answer(&mut self, seen: &Seen, base: &str) -> Judged {
        match seen.route() {
            ("GET", path) if path == ["authorize"] => return self.authorize(seen, base),
            ("GET", path) if path == ["api", "v1", "connectors", "oauth", "callback"] => {
                return self.callback(seen);
            }
            _ => {}
        }
        if let Some((user, password)) = &self.basic {
            let given = seen.header("authorization").unwrap_or_default();
            let encoded = given.strip_prefix("Basic ").unwrap_or_default();
            let decoded = BASE64_STANDARD.decode(encoded).unwrap_or_default();
            return match decoded == format!("{user}:{password}").into_bytes() {
                true => self.handle_authorized(seen, base),
                false => Ok(refusal(401, "Not authenticated").with("www-authenticate", "Basic")),
            };
        }
        if self.tokens.is_empty() {
            return match seen.header("authorization") {
                None => self.handle_authorized(seen, base),
                Some(_) => Err("a credential that nobody gave".to_owned()),
            };
        }
        match bearer(seen) {
            Some(token) if self.tokens.iter().any(|good| good == token) => {
                self.handle_authorized(seen, base)
            }
            _ => {
                let challenge = format!(
                    "Bearer resource_metadata=\"{base}/.well-known/oauth-protected-resource\""
                );
                Ok(refusal(401, "Not authenticated").with("www-authenticate", &challenge))
            }
        }
    }
}

fn refusal(status: u16, detail: &str) -> Answer {
    Answer::json(status, &json!({ "detail": detail }))
}

fn invalid(field: &str, message: &str) -> Answer {
    let problem = json!({
        "type": "value_error", "loc": ["body", field], "msg": message, "input": null,
    });
    Answer::json(422, &json!({ "detail": [problem] }))
}
