//! Cohere's connectors.
//!
//! Source: Cohere contract, sections 1 to 5.

use serde_json::{Map, Value, json};

use super::{Answer, FakePlatform, FakeResult, NOW, RecordedRequest, bearer, reaches};

const OAUTH: [&str; 5] = [
    "client_id",
    "client_secret",
    "authorize_url",
    "token_url",
    "scope",
];

/// Members of the request that creates a connector.
const CREATE: &str = "name:text! description:text? url:text! excludes:list? oauth:object? \
     active:bool? continue_on_failure:bool? service_auth:object?";

/// An organization on Cohere.
#[derive(Debug)]
pub struct FakeCohere {
    /// API keys that are accepted.
    pub keys: Vec<String>,
    /// Connectors, newest first.
    pub connectors: Vec<Map<String, Value>>,
    /// Whether the user grants consent.
    pub consents: bool,
    made: u32,
}

impl FakeCohere {
    /// An organization without connectors that accepts this key.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self {
            keys: vec![key.to_owned()],
            connectors: Vec::new(),
            consents: true,
            made: 0,
        }
    }

    fn list(&self, recorded: &RecordedRequest) -> FakeResult {
        recorded.check_query("limit offset")?;
        let number = |name: &str, usual: usize| match recorded.parameter(name) {
            // The official client's numbers are floats.
            Some(text) => match text.parse::<f64>() {
                Ok(number) if number >= 0.0 && number.fract() == 0.0 => Ok(number as usize),
                _ => Err(format!("{name} {text:?}")),
            },
            None => Ok(usual),
        };
        let (limit, offset) = (number("limit", 30)?, number("offset", 0)?);
        if limit > 100 {
            return Err(format!("limit {limit}"));
        }
        let page: Vec<_> = self.connectors.iter().skip(offset).take(limit).collect();
        Answer::ok(json!({ "connectors": page, "total_count": self.connectors.len() }))
    }

    /// Probes the service before the connector is created.
    fn create(&mut self, recorded: &RecordedRequest) -> FakeResult {
        let given = recorded.object(CREATE)?;
        check_authentication(&given)?;
        let url = given["url"].as_str().unwrap_or_default();
        if !url.starts_with("http") {
            return Ok(refusal(422, "invalid url"));
        }
        if reaches(url) {
            let token = given.get("service_auth").map(|auth| &auth["token"]);
            let token = token.and_then(Value::as_str);
            return Ok(Answer::probe(url, token, json!({ "query": "test" })));
        }
        Ok(self.make(given))
    }

    fn make(&mut self, mut given: Map<String, Value>) -> Answer {
        self.made += 1;
        let slug = given["name"].as_str().unwrap_or_default().to_lowercase();
        let id = format!("{}-{:04}", slug.replace(' ', "-"), self.made);
        let more = json!({
            "id": id, "organization_id": "org-1", "created_at": NOW, "updated_at": NOW,
        });
        given.extend(members(more));
        if given.get("active").is_none_or(Value::is_null) {
            given.insert("active".to_owned(), true.into());
        }
        normalize(&mut given);
        self.connectors.insert(0, given.clone());
        Answer::json(200, &json!({ "connector": given }))
    }

    fn update(&mut self, recorded: &RecordedRequest, index: usize) -> FakeResult {
        let given = recorded.object(
            "name:text? url:text? excludes:list? oauth:object? active:bool? \
             continue_on_failure:bool? service_auth:object?",
        )?;
        check_authentication(&given)?;
        let connector = &mut self.connectors[index];
        if given.contains_key("oauth") || given.contains_key("service_auth") {
            connector.remove("auth_type");
        }
        if given.contains_key("oauth") {
            // Another client invalidates the consent.
            connector.remove("auth_status");
        }
        connector.extend(given);
        normalize(connector);
        Answer::ok(json!({ "connector": connector }))
    }

    fn authorize(&self, recorded: &RecordedRequest, base: &str, index: usize) -> FakeResult {
        recorded.check_query("after_token_redirect")?;
        recorded.check_no_body()?;
        let connector = &self.connectors[index];
        if !connector.contains_key("oauth") {
            return Ok(refusal(400, "connector has no oauth"));
        }
        let id = connector["id"].as_str().unwrap_or_default();
        let mut page = format!("{base}/consent/{id}");
        if let Some(back) = recorded.parameter("after_token_redirect") {
            let mut query = url::form_urlencoded::Serializer::new(page + "?");
            page = query.append_pair("back", back).finish();
        }
        Answer::ok(json!({ "redirect_url": page }))
    }

    /// The page on which the user consents.
    fn consent(&mut self, recorded: &RecordedRequest, id: &str) -> FakeResult {
        let connector = self.connectors.iter_mut().find(|one| one["id"] == id);
        let Some(connector) = connector else {
            return Ok(Answer::text(404, "text/plain", "no such consent"));
        };
        if self.consents {
            connector.insert("auth_status".to_owned(), "valid".into());
        }
        Ok(match recorded.parameter("back") {
            Some(back) => Answer::redirect(back),
            None => Answer::page("You may close this window"),
        })
    }

    fn handle_authorized(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let (method, path) = recorded.route();
        match (method, path.as_slice()) {
            ("GET", ["v1", "connectors"]) => {
                recorded.check_no_body()?;
                return self.list(recorded);
            }
            ("POST", ["v1", "connectors"]) => return self.create(recorded),
            _ => {}
        }
        let ["v1", "connectors", id, rest @ ..] = path.as_slice() else {
            return Err("no such operation".to_owned());
        };
        if id.is_empty() {
            return Err("an empty id".to_owned());
        }
        let index = self.connectors.iter().position(|one| one["id"] == *id);
        let Some(index) = index else {
            return Ok(refusal(404, "connector not found"));
        };
        match (method, rest) {
            ("GET", []) => {
                recorded.check_no_body()?;
                Answer::ok(json!({ "connector": self.connectors[index] }))
            }
            ("PATCH", []) => self.update(recorded, index),
            ("DELETE", []) => {
                recorded.check_no_body()?;
                self.connectors.remove(index);
                Answer::ok(json!({}))
            }
            ("POST", ["oauth", "authorize"]) => self.authorize(recorded, base, index),
            _ => Err("no such operation".to_owned()),
        }
    }
}

impl FakePlatform for FakeCohere {
    /// Source: Cohere contract, section 8.
    fn probed(&mut self, recorded: &RecordedRequest, status: Option<u16>) -> Answer {
        match (status, recorded.object(CREATE)) {
            (Some(200..300), Ok(given)) => self.make(given),
            _ => refusal(400, "the connector's URL could not be called"),
        }
    }

    fn answer(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        match recorded.route() {
            ("GET", path) if path.first() == Some(&"consent") && path.len() == 2 => {
                return self.consent(recorded, path[1]);
            }
            ("POST", path) if path == ["search"] => {
                recorded.object("query:text!")?;
                if bearer(recorded).is_some_and(|token| self.keys.iter().any(|key| key == token)) {
                    return Err("the account's key went to a connector".to_owned());
                }
                let found = json!({ "results": [{ "id": "1", "text": "found" }] });
                return Ok(Answer::json(200, &found));
            }
            _ => {}
        }
        match bearer(recorded) {
            None => Err("no bearer token".to_owned()),
            Some(key) if self.keys.iter().any(|known| known == key) => {
                self.handle_authorized(recorded, base)
            }
            Some(_) => Ok(refusal(401, "invalid api token")),
        }
    }
}

fn refusal(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message, "id": "req-1" }))
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn check_authentication(given: &Map<String, Value>) -> Result<(), String> {
    let is_there = |name: &str| given.get(name).is_some_and(|value| !value.is_null());
    if is_there("oauth") && is_there("service_auth") {
        return Err("oauth and service_auth together".to_owned());
    }
    let oauth = given.get("oauth").and_then(Value::as_object);
    let odd = oauth.and_then(|oauth| oauth.keys().find(|name| !OAUTH.contains(&name.as_str())));
    if let Some(odd) = odd {
        return Err(format!("oauth has no {odd}"));
    }
    if let Some(auth) = given.get("service_auth").and_then(Value::as_object) {
        let mut names: Vec<_> = auth.keys().map(String::as_str).collect();
        names.sort_unstable();
        if names != ["token", "type"] {
            return Err(format!("service_auth has {names:?}"));
        }
    }
    Ok(())
}

/// A connector as answers show it: without secrets, and with the kind of sign-in that follows from them.
fn normalize(connector: &mut Map<String, Value>) {
    let has_oauth = connector.get("oauth").is_some_and(Value::is_object);
    let has_service = connector.get("service_auth").is_some_and(Value::is_object);
    if has_service {
        connector.insert("auth_type".to_owned(), "service_auth".into());
        connector.remove("oauth");
        connector.remove("auth_status");
    } else if has_oauth {
        connector.insert("auth_type".to_owned(), "oauth".into());
    }
    if let Some(oauth) = connector.get_mut("oauth").and_then(Value::as_object_mut) {
        oauth.remove("client_secret");
    }
    connector.remove("service_auth");
    connector.retain(|_, value| !value.is_null());
}
