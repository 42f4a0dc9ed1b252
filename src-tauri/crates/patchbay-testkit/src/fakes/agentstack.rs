//! Agent Stack: connectors that point at MCP servers, and the relay in front of them.
//!
//! Source: Agent Stack contract, sections 2 to 6.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use url::Url;

use super::{Answer, FakePlatform, FakeResult, NOW, RecordedRequest, bearer, reaches, uuid};

/// Request headers that the relay passes on.
const RELAYED: [&str; 5] = [
    "accept",
    "content-type",
    "mcp-protocol-version",
    "mcp-session-id",
    "last-event-id",
];

/// An Agent Stack with one user.
#[derive(Debug)]
pub struct FakeAgentStack {
    /// Bearer tokens that are accepted; empty when sign-in is off.
    pub tokens: Vec<String>,
    /// Name and password that are accepted in place of tokens.
    pub basic: Option<(String, String)>,
    pub connectors: Vec<Map<String, Value>>,
    /// URLs of MCP servers that require OAuth; a connect answers with `auth_required`.
    pub protected: Vec<String>,
    /// Access tokens that MCP servers reject.
    pub refused: Vec<String>,
    /// Whether the user grants consent.
    pub consents: bool,
    /// Presets: URL and metadata.
    pub presets: Vec<Value>,
    /// Pending logins by `state`.
    logins: BTreeMap<String, Login>,
    /// Access tokens by connector id.
    connector_tokens: BTreeMap<String, String>,
    /// Whether providers issue refresh tokens.
    pub renews: bool,
    /// Ids of connectors whose token has expired.
    expired: BTreeSet<String>,
    /// Ids of connectors whose token could not be renewed; connecting them fails.
    stuck: BTreeSet<String>,
    made: u32,
}

#[derive(Debug)]
struct Login {
    connector: String,
    /// Redirect target; `None` for a page of the platform.
    back: Option<Url>,
}

impl FakeAgentStack {
    /// A platform without sign-in.
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
            logins: BTreeMap::new(),
            connector_tokens: BTreeMap::new(),
            renews: false,
            expired: BTreeSet::new(),
            stuck: BTreeSet::new(),
            made: 0,
        }
    }

    /// Expires the token of a connector: the MCP server answers 401 from now on.
    pub fn expire(&mut self, index: usize) {
        self.expired.insert(id_of(&self.connectors[index]));
    }

    /// The job that the platform runs every 30 seconds: it renews expired tokens. A connector whose token cannot be
    /// renewed fails to connect until the token is deleted.
    ///
    /// Source: Agent Stack contract, section 5; live findings against Agent Stack 0.7.1.
    pub fn run_renewal_job(&mut self) {
        for id in std::mem::take(&mut self.expired) {
            if self.renews {
                self.save_token(&id, format!("renewed-token-of-{id}"));
                continue;
            }
            for connector in self.connectors.iter_mut().filter(|one| one["id"] == *id) {
                connector.insert("state".to_owned(), "disconnected".into());
                connector.insert("disconnect_reason".to_owned(), "token_invalid: ".into());
            }
            self.stuck.insert(id);
        }
    }

    fn save_token(&mut self, id: &str, token: String) {
        self.expired.remove(id);
        self.connector_tokens.insert(id.to_owned(), token);
    }

    fn drop_token(&mut self, id: &str) {
        self.expired.remove(id);
        self.connector_tokens.remove(id);
    }

    /// Moves an updated connector to the end of the list and answers with it.
    fn move_to_end(&mut self, index: usize) -> Answer {
        let connector = self.connectors.remove(index);
        let body = Value::Object(connector.clone());
        self.connectors.push(connector);
        Answer::json(200, &body)
    }

    fn create(&mut self, recorded: &RecordedRequest) -> FakeResult {
        let given = recorded.known_members(
            "url:text! client_id:text? client_secret:text? metadata:object? match_preset:bool",
        )?;
        if given["client_id"].is_null() && !given["client_secret"].is_null() {
            let words = "client_id must be present when client_secret is specified";
            return Ok(refusal(400, words));
        }
        let Ok(url) = Url::parse(given["url"].as_str().unwrap_or_default()) else {
            return Ok(no_url("url", &given["url"]));
        };
        let has_preset = self.presets.iter().any(|one| one["url"] == url.as_str());
        match url.scheme() {
            "http" | "https" => {}
            "mcp+stdio" if has_preset => {}
            "mcp+stdio" => return Ok(refusal(400, "No preset found for this mcp+stdio URL")),
            _ => return Ok(refusal(400, "Connector URL has an unsupported scheme")),
        }
        if self.connectors.iter().any(|one| one["url"] == url.as_str()) {
            let words = format!("Duplicate connector found: url='{url}' already exists");
            return Ok(refusal(409, &words));
        }
        let preset = self.presets.iter().find(|one| one["url"] == url.as_str());
        let metadata = match preset.filter(|_| given["match_preset"] != false) {
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

    /// All connectors on one page; its `next_page_token` leads nowhere.
    fn list(&self, recorded: &RecordedRequest) -> FakeResult {
        recorded.check_no_body()?;
        let last = self.connectors.last().map(|one| one["id"].clone());
        Answer::ok(json!({
            "items": self.connectors, "total_count": self.connectors.len(), "has_more": false,
            "next_page_token": last,
        }))
    }

    fn connect(&mut self, recorded: &RecordedRequest, base: &str, index: usize) -> FakeResult {
        let given = recorded.object("redirect_url:text!? access_token:text!?")?;
        let back = match given["redirect_url"].as_str().map(Url::parse) {
            None => None,
            Some(Ok(back)) => Some(back),
            Some(Err(_)) => return Ok(no_url("redirect_url", &given["redirect_url"])),
        };
        let id = id_of(&self.connectors[index]);
        if self.stuck.contains(&id) {
            return Ok(refusal(500, "Connection has failed"));
        }
        let token = given["access_token"].as_str();
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            self.save_token(&id, token.to_owned());
        }
        let url = self.connectors[index]["url"].as_str().unwrap_or_default();
        let token = self.connector_tokens.get(&id);
        let is_good = token.is_some_and(|token| !self.refused.contains(token));
        let is_good = is_good && !self.expired.contains(&id);
        let is_protected = self.protected.iter().any(|other| other == url);
        if !is_protected && reaches(url) {
            // The server is probed before the state changes.
            return Ok(Answer::probe(url, token.map(String::as_str), beginning()));
        }
        let asks = is_protected && !is_good;
        if asks {
            self.drop_token(&id);
        }
        let connector = &mut self.connectors[index];
        connector.insert("disconnect_reason".to_owned(), Value::Null);
        if !asks {
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
            self.logins.retain(|_, login| login.connector != id);
            let login = Login {
                connector: id,
                back,
            };
            self.logins.insert(state, login);
        }
        Ok(self.move_to_end(index))
    }

    fn disconnect(&mut self, recorded: &RecordedRequest, index: usize) -> FakeResult {
        recorded.check_no_body()?;
        let connector = &mut self.connectors[index];
        if connector["state"] == "created" {
            let words = "Connector must be in connected, disconnected or auth_required state";
            return Ok(refusal(400, words));
        }
        connector.insert("state".to_owned(), "disconnected".into());
        connector.insert("disconnect_reason".to_owned(), "Client request".into());
        connector.insert("auth_request".to_owned(), Value::Null);
        let id = id_of(connector);
        self.logins.retain(|_, login| login.connector != id);
        self.drop_token(&id);
        self.stuck.remove(&id);
        Ok(self.move_to_end(index))
    }

    /// The page of the provider, which redirects to the callback of the platform.
    fn authorize(&self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let state = recorded.parameter("state").unwrap_or_default();
        let outcome = if self.consents {
            "code=c-1"
        } else {
            "error=access_denied"
        };
        let back = format!("{base}/api/v1/connectors/oauth/callback?{outcome}&state={state}");
        Ok(Answer::redirect(&back))
    }

    fn callback(&mut self, recorded: &RecordedRequest) -> FakeResult {
        const FAILED: &str = "Authorization Failed";
        let Some(state) = recorded.parameter("state") else {
            let problem = json!({
                "type": "missing", "loc": ["query", "state"], "msg": "Field required", "input": null,
            });
            return Ok(Answer::json(422, &json!({ "detail": [problem] })));
        };
        let Some(login) = self.logins.get(state) else {
            return Ok(Answer::page(FAILED));
        };
        if let Some(error) = recorded.parameter("error") {
            let Some(mut back) = login.back.clone() else {
                return Ok(Answer::page(FAILED));
            };
            back.query_pairs_mut()
                .append_pair("error", error)
                .append_pair("error_description", FAILED);
            return Ok(Answer::redirect(back.as_str()));
        }
        let back = login.back.as_ref().map(Url::to_string);
        let id = login.connector.clone();
        self.logins.remove(state);
        self.save_token(&id, format!("token-of-{state}"));
        for connector in &mut self.connectors {
            if connector["id"] == *id {
                connector.insert("state".to_owned(), "connected".into());
                connector.insert("auth_request".to_owned(), Value::Null);
            }
        }
        Ok(match back {
            Some(back) => Answer::redirect(&back),
            None => Answer::page("Authorization Successful"),
        })
    }

    fn relay(&self, recorded: &RecordedRequest, index: usize) -> FakeResult {
        if !matches!(recorded.method.as_str(), "GET" | "POST") {
            return Ok(refusal(405, "Method Not Allowed").with("allow", "GET"));
        }
        let connector = &self.connectors[index];
        let url = connector["url"].as_str().unwrap_or_default();
        let is_protected = self.protected.iter().any(|other| other == url);
        let is_connected = connector["state"] == "connected";
        let has_expired = self.expired.contains(&id_of(connector));
        if is_protected && (!is_connected || has_expired) {
            let words = "Bearer resource_metadata=\"https://mcp.example/meta\"";
            return Ok(refusal(401, "Unauthorized").with("www-authenticate", words));
        }
        let passed = RELAYED.iter().filter_map(|name| {
            let value = recorded.header(name)?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        let token = self
            .connector_tokens
            .get(&id_of(connector))
            .filter(|_| is_connected);
        let token = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
        Ok(Answer::relay(url, passed.chain(token).collect()))
    }

    fn handle_authorized(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let (method, path) = recorded.route();
        let ["api", "v1", "connectors", rest @ ..] = path.as_slice() else {
            return Err("no such operation".to_owned());
        };
        match (method, rest) {
            ("GET", []) => return self.list(recorded),
            ("POST", []) => return self.create(recorded),
            ("GET", ["presets"]) => {
                return Answer::ok(json!({
                    "items": self.presets, "total_count": self.presets.len(), "has_more": false,
                    "next_page_token": null,
                }));
            }
            _ => {}
        }
        let (method, rest) = match (method, rest) {
            // The route with a trailing slash is another one.
            ("GET", [""]) => return Ok(Answer::redirect(&format!("{base}/api/v1/connectors"))),
            other => other,
        };
        let [id, rest @ ..] = rest else {
            return Err("no such operation".to_owned());
        };
        let Some(id) = plain_uuid(id) else {
            let problem = json!({
                "type": "uuid_parsing", "loc": ["path", "connector_id"],
                "msg": "Input should be a valid UUID", "input": id,
                "ctx": { "error": "invalid character" },
            });
            return Ok(Answer::json(422, &json!({ "detail": [problem] })));
        };
        let Some(index) = self.connectors.iter().position(|one| one["id"] == *id) else {
            return Ok(refusal(404, &format!("connector with id {id} not found")));
        };
        match (method, rest) {
            ("GET", []) => {
                recorded.check_no_body()?;
                let body = Value::Object(self.connectors[index].clone());
                Ok(Answer::json(200, &body))
            }
            ("DELETE", []) => {
                recorded.check_no_body()?;
                self.connectors.remove(index);
                Ok(Answer::empty(204))
            }
            ("POST", ["connect"]) => self.connect(recorded, base, index),
            ("POST", ["disconnect"]) => self.disconnect(recorded, index),
            (_, ["mcp"]) => self.relay(recorded, index),
            _ => Err("no such operation".to_owned()),
        }
    }
}

impl Default for FakeAgentStack {
    fn default() -> Self {
        Self::new()
    }
}

impl FakePlatform for FakeAgentStack {
    /// Handles the status of the MCP server on `initialize`.
    ///
    /// Source: Agent Stack contract, section 3, `connect`, "probe result".
    fn probed(&mut self, recorded: &RecordedRequest, status: Option<u16>) -> Answer {
        let id = recorded.path.get(3).and_then(|id| plain_uuid(id));
        let index = self
            .connectors
            .iter()
            .position(|one| Some(id_of(one)) == id);
        let Some(index) = index else {
            return refusal(404, "connector not found");
        };
        match status {
            Some(200..300) => {}
            Some(401) => return refusal(500, "[('RuntimeError', 'No metadata found')]"),
            Some(_) => return refusal(502, "Connector has returned an error"),
            None => return refusal(504, "Unable to establish connection with the connector"),
        }
        let connector = &mut self.connectors[index];
        connector.insert("state".to_owned(), "connected".into());
        connector.insert("auth_request".to_owned(), Value::Null);
        connector.insert("disconnect_reason".to_owned(), Value::Null);
        self.move_to_end(index)
    }

    fn answer(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        match recorded.route() {
            ("GET", path) if path == ["authorize"] => return self.authorize(recorded, base),
            ("GET", path) if path == ["api", "v1", "connectors", "oauth", "callback"] => {
                return self.callback(recorded);
            }
            _ => {}
        }
        if let Some((user, password)) = &self.basic {
            let given = recorded.header("authorization").unwrap_or_default();
            let encoded = given.strip_prefix("Basic ").unwrap_or_default();
            let decoded = BASE64_STANDARD.decode(encoded).unwrap_or_default();
            return match decoded == format!("{user}:{password}").into_bytes() {
                true => self.handle_authorized(recorded, base),
                false => Ok(refusal(401, "Not authenticated").with("www-authenticate", "Basic")),
            };
        }
        if self.tokens.is_empty() {
            return match recorded.header("authorization") {
                None => self.handle_authorized(recorded, base),
                Some(_) => Err("a credential that nobody gave".to_owned()),
            };
        }
        match bearer(recorded) {
            Some(token) if self.tokens.iter().any(|good| good == token) => {
                self.handle_authorized(recorded, base)
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

/// The `initialize` request.
fn beginning() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "Agent Stack", "version": "0" },
        },
    })
}

fn id_of(connector: &Map<String, Value>) -> String {
    connector["id"].as_str().unwrap_or_default().to_owned()
}

/// A UUID in the spelling of the platform; `None` when it is invalid.
fn plain_uuid(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|sign| !"-{}".contains(*sign)).collect();
    let digits = digits.trim_start_matches("urn:uuid:").to_lowercase();
    if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    Some(parts.join("-"))
}

fn no_url(field: &str, input: &Value) -> Answer {
    let problem = json!({
        "type": "url_parsing", "loc": ["body", field],
        "msg": "Input should be a valid URL, relative URL without a base", "input": input,
        "ctx": { "error": "relative URL without a base" },
    });
    Answer::json(422, &json!({ "detail": [problem] }))
}
