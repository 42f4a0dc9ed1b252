//! 10ex, as its contract assumes it.
//!
//! Source: 10ex contract, section 3.

use serde_json::{Map, Value, json};

use super::{Answer, FakePlatform, FakeResult, NOW, RecordedRequest, bearer, uuid};

const LATER: &str = "2099-01-01T00:00:00Z";

/// A workspace on 10ex.
#[derive(Debug)]
pub struct FakeTenex {
    /// API keys that are accepted.
    pub keys: Vec<String>,
    /// E-mail and password that are exchanged for a token.
    pub login: (String, String),
    pub connectors: Vec<Map<String, Value>>,
    /// Whether the user grants consent.
    pub consents: bool,
    /// Whether a pending consent prevents the start of another.
    pub one_at_a_time: bool,
    /// Maximum number of items on a page, whatever the request says.
    pub page: usize,
    made: u32,
}

impl FakeTenex {
    /// A workspace without connectors that accepts this key.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self {
            keys: vec![key.to_owned()],
            login: ("ada@example.com".to_owned(), "tulips-3d51".to_owned()),
            connectors: Vec::new(),
            consents: true,
            one_at_a_time: false,
            page: 200,
            made: 0,
        }
    }

    fn page(&self, recorded: &RecordedRequest, items: &[&Value]) -> FakeResult {
        let limit = match recorded.parameter("limit") {
            Some(text) => text
                .parse::<usize>()
                .map_err(|_| format!("limit {text:?}"))?,
            None => 50,
        };
        if limit > 200 {
            return Err(format!("limit {limit}"));
        }
        let from = match recorded.parameter("cursor") {
            Some(cursor) => cursor
                .strip_prefix("at+")
                .and_then(|at| at.parse::<usize>().ok())
                .ok_or_else(|| format!("cursor {cursor:?} is not one of ours"))?,
            None => 0,
        };
        let until = items.len().min(from + limit.min(self.page));
        let next = (until < items.len()).then(|| format!("at+{until}"));
        let page = items.get(from..until).unwrap_or_default();
        Answer::ok(json!({ "items": page, "next_cursor": next, "total": items.len() }))
    }

    fn list(&self, recorded: &RecordedRequest) -> FakeResult {
        recorded.check_query("provider role status limit cursor")?;
        recorded.check_no_body()?;
        let all: Vec<Value> = self.connectors.iter().cloned().map(Value::Object).collect();
        let fits = |one: &&Value| {
            ["provider", "role", "status"].iter().all(|name| {
                let wanted = recorded.parameter(name);
                wanted.is_none_or(|wanted| one[*name] == wanted)
            })
        };
        let items: Vec<&Value> = all.iter().filter(fits).collect();
        self.page(recorded, &items)
    }

    fn providers(&self, recorded: &RecordedRequest) -> FakeResult {
        recorded.check_query("limit cursor category")?;
        let provider =
            |slug: &str, category: &str, auth: &[&str], roles: &[&str], fields: Value| {
                json!({
                    "provider": slug, "name": slug.to_uppercase(), "category": category,
                    "auth_types": auth, "roles": roles, "byok_fields": fields, "connected_count": 0,
                })
            };
        let field = |name: &str, label: &str, is_secret: bool| json!({ "name": name, "label": label, "secret": is_secret, "required": true });
        let key = || field("api_key", "API key", true);
        let sanity = json!([
            field("token", "Token", true),
            field("dataset", "Dataset", false)
        ]);
        let crm = ["source", "both", "primary_source", "crm_sink"];
        let all = [
            provider("gmail", "email", &["oauth"], &["source"], json!([])),
            provider(
                "apollo",
                "prospecting",
                &["byok"],
                &["source"],
                json!([key()]),
            ),
            provider("sanity", "cms", &["byok"], &["source", "sink"], sanity),
            provider("hubspot", "crm", &["oauth", "byok"], &crm, json!([key()])),
        ];
        let fits = |one: &&Value| {
            let category = recorded.parameter("category");
            category.is_none_or(|category| one["category"] == category)
        };
        let items: Vec<&Value> = all.iter().filter(fits).collect();
        self.page(recorded, &items)
    }

    fn add(&mut self, provider: &Value, status: &str, auth: &str) -> &mut Map<String, Value> {
        self.made += 1;
        let connector = json!({
            "id": uuid(self.made), "provider": provider, "status": status, "name": null,
            "auth_type": auth, "role": null, "is_primary": false, "health": "unknown",
            "last_checked_at": null, "created_at": NOW, "updated_at": NOW, "settings": {},
            "error": null, "account_label": null,
        });
        if let Value::Object(connector) = connector {
            self.connectors.push(connector);
        }
        let last = self.connectors.len() - 1;
        &mut self.connectors[last]
    }

    fn start_oauth(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let given =
            recorded.object("provider:text! role:text connector_id:text return_url:text")?;
        let id = match given.get("connector_id").and_then(Value::as_str) {
            Some(id) => match self.index(id) {
                Some(index) => {
                    if self.one_at_a_time && self.connectors[index]["status"] == "pending" {
                        return Ok(refusal(409, "grant_in_progress"));
                    }
                    self.connectors[index].insert("status".to_owned(), "pending".into());
                    id.to_owned()
                }
                None => return Ok(refusal(404, "not_found")),
            },
            None => {
                let connector = self.add(&given["provider"], "pending", "oauth");
                if let Some(role) = given.get("role") {
                    connector.insert("role".to_owned(), role.clone());
                }
                connector["id"].as_str().unwrap_or_default().to_owned()
            }
        };
        let body = json!({
            "connector_id": id, "redirect_url": format!("{base}/consent/{id}"),
            "state": "st-1", "expires_at": LATER,
        });
        Ok(Answer::json(201, &body))
    }

    fn submit(&mut self, recorded: &RecordedRequest) -> FakeResult {
        let given = recorded.object(
            "provider:text! api_key:text! name:text role:text settings:object connector_id:text",
        )?;
        if given["provider"] == "gmail" {
            return Ok(refusal(400, "oauth_only"));
        }
        let index = given.get("connector_id").and_then(Value::as_str);
        let connector = match index.map(|id| self.index(id)) {
            Some(Some(index)) => &mut self.connectors[index],
            Some(None) => return Ok(refusal(404, "not_found")),
            None => self.add(&given["provider"], "connected", "byok"),
        };
        connector.insert("status".to_owned(), "connected".into());
        for name in ["name", "role", "settings"] {
            if let Some(value) = given.get(name) {
                connector.insert(name.to_owned(), value.clone());
            }
        }
        Ok(Answer::json(201, &Value::Object(connector.clone())))
    }

    fn update(&mut self, recorded: &RecordedRequest, index: usize) -> FakeResult {
        let given = recorded
            .object("name:text? role:text? is_primary:bool settings:object enabled:bool")?;
        if given.is_empty() {
            return Err("an update of nothing".to_owned());
        }
        if given.get("is_primary") == Some(&true.into()) {
            for other in &mut self.connectors {
                other.insert("is_primary".to_owned(), false.into());
            }
        }
        // A workspace has at most one of these.
        if let Some(role @ ("primary_source" | "crm_sink")) =
            given.get("role").and_then(Value::as_str)
        {
            for other in self.connectors.iter_mut().filter(|one| one["role"] == role) {
                other.insert("role".to_owned(), "source".into());
            }
        }
        let connector = &mut self.connectors[index];
        for (name, value) in given {
            match (name.as_str(), &value) {
                ("enabled", Value::Bool(enabled)) => {
                    let word = if *enabled { "connected" } else { "disabled" };
                    connector.insert("status".to_owned(), word.into());
                }
                _ => drop(connector.insert(name, value)),
            }
        }
        Answer::ok(Value::Object(connector.clone()))
    }

    /// `refresh`, `revoke` and `test`.
    fn act(&mut self, recorded: &RecordedRequest, index: usize, verb: &str) -> FakeResult {
        recorded.check_no_body()?;
        let connector = &mut self.connectors[index];
        match verb {
            "refresh" => {}
            "revoke" => drop(connector.insert("status".to_owned(), "revoked".into())),
            "test" => {
                let is_ok = connector["status"] == "connected";
                let health = if is_ok { "ok" } else { "failing" };
                connector.insert("health".to_owned(), health.into());
                connector.insert("last_checked_at".to_owned(), NOW.into());
                return Answer::ok(json!({
                    "ok": is_ok, "latency_ms": 42, "message": null, "checked_at": NOW,
                }));
            }
            _ => return Err("no such operation".to_owned()),
        }
        Answer::ok(Value::Object(connector.clone()))
    }

    fn index(&self, id: &str) -> Option<usize> {
        self.connectors.iter().position(|one| one["id"] == id)
    }

    /// The decision of the user on the consent page.
    pub fn decide(&mut self, id: &str) {
        let consents = self.consents;
        let Some(index) = self.index(id) else {
            return;
        };
        let connector = &mut self.connectors[index];
        if consents {
            connector.insert("status".to_owned(), "connected".into());
            connector.insert("health".to_owned(), "ok".into());
        } else {
            let error = json!({ "code": "access_denied", "message": "the user said no" });
            connector.insert("status".to_owned(), "error".into());
            connector.insert("error".to_owned(), error);
        }
    }

    fn consent(&mut self, id: &str) -> FakeResult {
        if self.index(id).is_none() {
            return Ok(Answer::text(404, "text/plain", "no such consent"));
        }
        self.decide(id);
        Ok(Answer::page("Back to 10ex"))
    }

    fn log_in(&mut self, recorded: &RecordedRequest) -> FakeResult {
        let given = recorded.object("email:text! password:text!")?;
        let (email, password) = &self.login;
        if given["email"] != **email || given["password"] != **password {
            return Ok(refusal(401, "unauthorized"));
        }
        let token = "jwt-5d0c9aa1b7e2".to_owned();
        self.keys.push(token.clone());
        Answer::ok(json!({ "access_token": token, "token_type": "bearer", "expires_in": 3600 }))
    }

    fn handle_authorized(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let (method, path) = recorded.route();
        let ["api", "v1", "connectors", rest @ ..] = path.as_slice() else {
            return Err("no such operation".to_owned());
        };
        match (method, rest) {
            ("GET", []) => return self.list(recorded),
            ("GET", ["providers"]) => return self.providers(recorded),
            ("POST", ["oauth", "start"]) => return self.start_oauth(recorded, base),
            ("POST", ["byok"]) => return self.submit(recorded),
            _ => {}
        }
        let [id, rest @ ..] = rest else {
            return Err("no such operation".to_owned());
        };
        let Some(index) = self.index(id) else {
            return Ok(refusal(404, "not_found"));
        };
        match (method, rest) {
            ("GET", []) => {
                recorded.check_no_body()?;
                Ok(Answer::json(
                    200,
                    &Value::Object(self.connectors[index].clone()),
                ))
            }
            ("GET", ["status"]) => {
                recorded.check_no_body()?;
                let one = &self.connectors[index];
                Answer::ok(json!({
                    "connector_id": one["id"], "status": one["status"], "error": one["error"],
                    "last_checked_at": one["last_checked_at"],
                }))
            }
            ("PATCH", []) => self.update(recorded, index),
            ("DELETE", []) => {
                recorded.check_no_body()?;
                self.connectors.remove(index);
                Ok(Answer::empty(204))
            }
            ("POST", [verb]) => self.act(recorded, index, verb),
            _ => Err("no such operation".to_owned()),
        }
    }
}

impl FakePlatform for FakeTenex {
    fn answer(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        match recorded.route() {
            ("GET", path) if path.first() == Some(&"consent") && path.len() == 2 => {
                return self.consent(path[1]);
            }
            ("POST", path) if path == ["api", "v1", "users", "login"] => {
                return self.log_in(recorded);
            }
            _ => {}
        }
        match bearer(recorded) {
            None => Err("no bearer token".to_owned()),
            Some(key) if self.keys.iter().any(|known| known == key) => {
                self.handle_authorized(recorded, base)
            }
            Some(_) => Ok(refusal(401, "unauthorized")),
        }
    }
}

fn refusal(status: u16, code: &str) -> Answer {
    let body = json!({ "detail": code.replace('_', " "), "code": code });
    Answer::json(status, &body)
}
