//! Mistral's connectors, on both surfaces.
//!
//! Source: Mistral contract, sections 1 to 6 and 9.

mod credentials;
mod methods;

use serde_json::{Map, Value, json};

use super::{Answer, FakePlatform, FakeResult, NOW, RecordedRequest, bearer, uuid};

/// The three levels in paths and bodies.
const SCOPES: [&str; 3] = ["organization", "workspace", "user"];

/// Members of the request that creates a connector on the current surface.
const CREATE: &str = "name:text! description:text! server:text! headers:object? \
     global_headers:object oauth2_server_metadata:object? oauth2_server_metadata_url:text? \
     title:text? icon_url:text? visibility:text auth_methods:list? system_prompt:text? \
     protocol:text!";

/// The same on the older one.
const SEED_CREATE: &str = "name:text! description:text! server:text! protocol:text! title:text? \
     icon_url:text? visibility:text headers:object? auth_data:object? \
     oauth2_server_metadata:object? oauth2_server_metadata_url:text? system_prompt:text?";

const UPDATE: &str = "title:text? name:text? description:text? icon_url:text? server:text? \
     auth_methods:list? protocol:text! system_prompt:text?";

const SEED_UPDATE: &str = "title:text? name:text? description:text? icon_url:text? \
     system_prompt:text? connection_config:object? connection_secrets:object? protocol:text! \
     server:text? headers:object? auth_data:object?";

/// An organization on Mistral.
#[derive(Debug)]
pub struct FakeMistral {
    /// API keys that are accepted.
    pub keys: Vec<String>,
    /// Whether the older surface is served.
    pub seed: bool,
    /// Connectors, oldest first.
    pub connectors: Vec<Connector>,
    /// Whether the user grants consent.
    pub consents: bool,
    made: u32,
}

/// A connector and its state for the user.
#[derive(Clone, Debug)]
pub struct Connector {
    /// Members that answers show.
    pub shown: Map<String, Value>,
    /// Credentials as sent, each with its level.
    pub credentials: Vec<(String, Map<String, Value>)>,
    /// Levels at which it is active.
    pub active: Vec<String>,
    /// Levels with which it is shared.
    pub shared: Vec<String>,
}

impl Connector {
    /// Saves the tool configuration of a level; an empty one removes it.
    fn prefer(&mut self, scope: &str, configuration: Map<String, Value>) {
        let level = credentials::word_of(scope);
        let kept = self.shown.get("connection_preferences");
        let kept = kept.and_then(Value::as_array).into_iter().flatten();
        let others = kept.filter(|one| one["consumer_type"] != level).cloned();
        let new = (!configuration.is_empty()).then(|| {
            json!({
                "consumer_type": level, "name": "default", "tool_configuration": configuration,
            })
        });
        let all: Vec<Value> = others.chain(new).collect();
        self.shown
            .insert("connection_preferences".to_owned(), all.into());
    }

    fn is_active(&self) -> bool {
        self.active.iter().any(|level| level == "user")
    }

    /// The members that lists show: those that do not depend on the user.
    fn in_list(&self) -> Map<String, Value> {
        let mut shown = self.shown.clone();
        for name in [
            "connection_credentials",
            "is_authenticated",
            "supported_auth_methods",
        ] {
            shown.remove(name);
        }
        shown
    }
}

impl FakeMistral {
    /// An organization without connectors that accepts this key.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self {
            keys: vec![key.to_owned()],
            seed: false,
            connectors: Vec::new(),
            consents: true,
            made: 0,
        }
    }

    fn create(&mut self, recorded: &RecordedRequest) -> FakeResult {
        let given = recorded.object(if self.seed { SEED_CREATE } else { CREATE })?;
        let closed = [
            ("protocol", &["mcp", "http"][..]),
            (
                "visibility",
                &["shared_org", "shared_workspace", "private"][..],
            ),
        ];
        for (name, words) in closed {
            let word = given.get(name).and_then(Value::as_str);
            if !self.seed && word.is_some_and(|word| !words.contains(&word)) {
                return Err(format!("{name} {word:?}"));
            }
        }
        let name = given["name"].as_str().unwrap_or_default();
        let protocol = given["protocol"].as_str().unwrap_or_default();
        if name.is_empty() || name.contains(' ') {
            return Ok(self.invalid(protocol, &["name"], "String should match pattern"));
        }
        let server = given["server"].as_str().unwrap_or_default();
        if !server.starts_with("http") {
            return Ok(self.invalid(protocol, &["server"], "Input should be a valid URL"));
        }
        if let Some(path) = methods::find_invalid_method(&given)? {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            return Ok(self.invalid(protocol, &path, "String should have at least 3 characters"));
        }
        if self.connectors.iter().any(|one| one.shown["name"] == name) {
            return Ok(refusal(409, "a connector of that name exists"));
        }
        self.made += 1;
        let methods = methods::shown(&given);
        let is_open = methods.iter().all(|method| method["method_type"] == "none");
        let owner = if self.seed { json!(2) } else { json!("user") };
        let mut shown = json!({
            "id": uuid(self.made), "name": name, "description": given["description"],
            "created_at": NOW, "modified_at": NOW, "owner_type": owner, "visibility": given.get("visibility").unwrap_or(&json!("private")),
            "private_tool_execution": false, "supports_mcp": protocol == "mcp", "server": given["server"],
            "protocol": given["protocol"], "is_authenticated": is_open,
            "supported_auth_methods": methods, "mistral": false, "blocked_by": [],
            "creator_id": uuid(900), "locale": null, "server_card": null,
            "connection_preferences": null,
        });
        for name in ["title", "icon_url", "system_prompt"] {
            if let Some(text) = given.get(name) {
                shown[name] = text.clone();
            }
        }
        let Value::Object(shown) = shown else {
            return Err("unreachable".to_owned());
        };
        self.connectors.push(Connector {
            shown: shown.clone(),
            credentials: Vec::new(),
            active: vec!["user".to_owned()],
            shared: Vec::new(),
        });
        Ok(Answer::json(201, &Value::Object(shown)))
    }

    /// A refusal of one member of the body. The current surface also names the variant of the body.
    fn invalid(&self, protocol: &str, path: &[&str], message: &str) -> Answer {
        let mut loc = vec!["body"];
        if !self.seed {
            loc.push(protocol);
        }
        loc.extend(path);
        let problem = json!({ "type": "value_error", "loc": loc, "msg": message });
        Answer::json(422, &json!({ "detail": [problem] }))
    }

    /// Keyset pages; an empty page may have a successor.
    fn list(&self, recorded: &RecordedRequest) -> FakeResult {
        recorded.check_no_body()?;
        let filter = if self.seed { "active" } else { "supports_mcp" };
        recorded.check_query(&format!("{filter} cursor page_size"))?;
        let size = recorded
            .parameter("page_size")
            .and_then(|size| size.parse().ok());
        let size: usize = size.ok_or("page_size is missing")?;
        let from = match recorded.parameter("cursor") {
            Some(cursor) => cursor
                .strip_prefix("after/")
                .and_then(|from| from.parse().ok())
                .ok_or_else(|| format!("cursor {cursor:?} is not one of ours"))?,
            None => 0,
        };
        let wanted = recorded.parameter(filter).map(|word| word == "true");
        let of_kind = |one: &&Connector| {
            let fits = match self.seed {
                true => one.is_active(),
                false => one.shown["supports_mcp"] == true,
            };
            wanted.is_none_or(|wanted| fits == wanted)
        };
        let found: Vec<&Connector> = self.connectors.iter().filter(of_kind).collect();
        // A page has at most ten connectors, and the first of several pages is empty.
        let (items, next) = match recorded.parameter("cursor") {
            None if found.len() > 10 => (Vec::new(), Some("after/0".to_owned())),
            _ => {
                let until = found.len().min(from + size.min(10));
                let page = found.get(from..until).unwrap_or_default();
                let items = page.iter().map(|one| one.in_list()).collect();
                let more = until < found.len();
                (items, more.then(|| format!("after/{until}")))
            }
        };
        Answer::ok(json!({
            "items": items, "pagination": { "page_size": size, "next_cursor": next },
        }))
    }

    fn get(&self, recorded: &RecordedRequest, index: usize) -> FakeResult {
        recorded.check_no_body()?;
        // Both are in the published specification of either surface.
        recorded.check_query("fetch_user_data fetch_customer_data")?;
        let one = &self.connectors[index];
        let mut shown = Value::Object(one.shown.clone());
        if recorded.parameter("fetch_user_data") == Some("true") {
            let credentials = one.credentials.iter();
            let credentials: Vec<_> = credentials.map(credentials::shown).collect();
            shown["connection_credentials"] = credentials.into();
        }
        Ok(Answer::json(200, &shown))
    }

    fn update(&mut self, recorded: &RecordedRequest, index: usize) -> FakeResult {
        let mut given = recorded.object(if self.seed { SEED_UPDATE } else { UPDATE })?;
        let shown = &mut self.connectors[index].shown;
        if given.contains_key("auth_methods") {
            let before = shown["supported_auth_methods"].clone();
            shown.insert(
                "supported_auth_methods".to_owned(),
                methods::changed(&given, &before).into(),
            );
        }
        for secret in ["auth_methods", "auth_data", "headers", "connection_secrets"] {
            given.remove(secret);
        }
        shown.extend(given);
        Answer::ok(Value::Object(shown.clone()))
    }

    fn auth_url(&self, recorded: &RecordedRequest, base: &str, index: usize) -> FakeResult {
        recorded.check_no_body()?;
        let title = if self.seed { "" } else { "credentials_title " };
        recorded.check_query(&format!(
            "app_return_url method_type credentials_name {title}github_installation_link"
        ))?;
        let id = self.connectors[index].shown["id"]
            .as_str()
            .unwrap_or_default();
        let methods = self.connectors[index].shown["supported_auth_methods"].as_array();
        let on_page = methods
            .into_iter()
            .flatten()
            .filter(|method| !matches!(method["method_type"].as_str(), Some("none" | "bearer")));
        if recorded.parameter("method_type").is_none() && on_page.count() > 1 {
            return Ok(refusal(400, "method_type is required"));
        }
        let mut page = url::form_urlencoded::Serializer::new(format!("{base}/consent/{id}?"));
        for name in [
            "app_return_url",
            "method_type",
            "credentials_name",
            "credentials_title",
        ] {
            if let Some(value) = recorded.parameter(name) {
                page.append_pair(name, value);
            }
        }
        let page = page.finish().trim_end_matches('?').to_owned();
        Answer::ok(json!({ "auth_url": page, "ttl": 300 }))
    }

    fn consent(&mut self, recorded: &RecordedRequest, id: &str) -> FakeResult {
        let consents = self.consents;
        let connector = self.connectors.iter_mut().find(|one| one.shown["id"] == id);
        let Some(connector) = connector else {
            return Ok(Answer::text(404, "text/plain", "no such consent"));
        };
        if consents {
            let method = recorded.parameter("method_type").unwrap_or("oauth2");
            let name = recorded.parameter("credentials_name").unwrap_or("default");
            connector.consented(name, method, recorded.parameter("credentials_title"));
        }
        Ok(match recorded.parameter("app_return_url") {
            Some(back) => Answer::redirect(back),
            None => Answer::page("You can go back to Le Chat"),
        })
    }

    fn list_tools(&self, recorded: &RecordedRequest, index: usize) -> FakeResult {
        recorded.check_no_body()?;
        recorded.check_query("page page_size refresh pretty credentials_name")?;
        if let Some(refused) = self.closed(index) {
            return Ok(refused);
        }
        let text = json!({ "type": "object", "required": ["text"], "properties": {
            "text": { "type": "string" },
        }});
        let number = |name: &str, usual: usize| match recorded.parameter(name) {
            Some(text) => text.parse().map_err(|_| format!("{name} {text:?}")),
            None => Ok(usual),
        };
        let (page, size) = (number("page", 1)?, number("page_size", 100)?);
        let tools = json!([
            { "name": "echo", "description": "Says it again", "inputSchema": text,
              "annotations": { "readOnlyHint": true } },
            { "name": "erase", "description": "Erases it", "inputSchema": text,
              "annotations": { "destructiveHint": true } },
            { "name": "fail", "inputSchema": { "type": "object" } },
            { "name": "whoami", "inputSchema": { "type": "object" } },
        ]);
        let tools = tools.as_array().into_iter().flatten();
        let before = page.saturating_sub(1).saturating_mul(size);
        let tools: Vec<&Value> = tools.skip(before).take(size).collect();
        Answer::ok(json!(tools))
    }

    fn call_tool(&self, recorded: &RecordedRequest, index: usize, tool: &str) -> FakeResult {
        recorded.check_query("credentials_name")?;
        let given = recorded.object("arguments:object")?;
        if let Some(refused) = self.closed(index) {
            return Ok(refused);
        }
        let text = given.get("arguments").map(|given| given["text"].clone());
        let (text, is_error) = match tool {
            "echo" | "erase" => (text.unwrap_or_default(), false),
            "fail" => (json!("it went wrong"), true),
            // As real services do that repeat the token.
            "whoami" => (json!(bearer(recorded)), false),
            _ => return Ok(refusal(404, "no such tool")),
        };
        Answer::ok(json!({
            "content": [{ "type": "text", "text": text }],
            "metadata": { "mcp_meta": { "isError": is_error } },
        }))
    }

    /// The refusal of a connector that is not authenticated.
    fn closed(&self, index: usize) -> Option<Answer> {
        let is_in = self.connectors[index].shown["is_authenticated"] == true;
        (!is_in).then(|| refusal(401, "you need to authenticate with this connector"))
    }

    fn share(&mut self, recorded: &RecordedRequest, index: usize, level: &str) -> FakeResult {
        recorded.check_no_body()?;
        let shared = &mut self.connectors[index].shared;
        shared.retain(|other| other != level);
        if recorded.method == "PUT" {
            shared.push(level.to_owned());
        }
        let visibility = match shared.as_slice() {
            [] => "private",
            all if all.iter().any(|level| level == "organization") => "shared_org",
            _ => "shared_workspace",
        };
        let shown = &mut self.connectors[index].shown;
        shown.insert("visibility".to_owned(), visibility.into());
        Ok(message("done"))
    }

    fn activate(
        &mut self,
        recorded: &RecordedRequest,
        index: usize,
        scope: &str,
        on: bool,
    ) -> FakeResult {
        if self.seed && on {
            let shape =
                "requires_confirmation:any? skip_confirmation:any? include:list? exclude:list?";
            let configuration = recorded.object(shape)?;
            self.connectors[index].prefer(scope, configuration);
        } else {
            recorded.check_no_body()?;
        }
        let active = &mut self.connectors[index].active;
        active.retain(|other| other != scope);
        if on {
            active.push(scope.to_owned());
        }
        Ok(message("done"))
    }

    fn of_connector(
        &mut self,
        recorded: &RecordedRequest,
        base: &str,
        index: usize,
        rest: &[&str],
    ) -> FakeResult {
        match (recorded.method.as_str(), rest) {
            ("GET", []) => self.get(recorded, index),
            ("PATCH", []) => self.update(recorded, index),
            ("DELETE", []) => {
                recorded.check_no_body()?;
                self.connectors.remove(index);
                Ok(message("deleted"))
            }
            ("GET", ["auth_url"]) => self.auth_url(recorded, base, index),
            ("PUT" | "DELETE", ["share"]) => self.share(recorded, index, "workspace"),
            ("PUT" | "DELETE", ["organization", "share"]) if !self.seed => {
                self.share(recorded, index, "organization")
            }
            ("POST", [scope, verb @ ("activate" | "deactivate")]) if SCOPES.contains(scope) => {
                self.activate(recorded, index, scope, *verb == "activate")
            }
            ("GET", ["tools"]) => self.list_tools(recorded, index),
            ("POST", ["tools", tool, "call"]) => self.call_tool(recorded, index, tool),
            ("GET", ["authentication_methods"]) => {
                recorded.check_no_body()?;
                let methods = &self.connectors[index].shown["supported_auth_methods"];
                Ok(Answer::json(200, methods))
            }
            (_, [scope, "credentials", rest @ ..]) if SCOPES.contains(scope) => {
                let seed = self.seed;
                self.connectors[index].credentials(recorded, scope, rest, seed)
            }
            _ => Err("no such operation".to_owned()),
        }
    }

    /// The service behind a connector echoes the request; the path `down` does not reach it.
    fn gateway(&self, recorded: &RecordedRequest, id: &str, rest: &[&str]) -> FakeResult {
        let is_it = |one: &&Connector| one.shown["id"] == *id || one.shown["name"] == *id;
        if self.connectors.iter().find(is_it).is_none() {
            let status = "connectors-gateway; error=connector_not_found; status-code=404";
            return Ok(Answer::empty(404).with("proxy-status", status));
        }
        let sent: Value = serde_json::from_slice(&recorded.body).unwrap_or_default();
        match rest {
            ["mcp"] => Ok(behind_the_gateway(&sent)),
            ["http", "down"] => {
                let status = "connectors-gateway; error=connection_refused; status-code=502";
                Ok(Answer::empty(502).with("proxy-status", status))
            }
            ["http", path @ ..] => {
                let body = json!({
                    "method": recorded.method, "path": path, "query": recorded.query, "body": sent,
                    "credentials": recorded.header("x-credentials-name"),
                });
                // Refusals of the service are passed on unchanged.
                let status = if path == ["teapot"] { 418 } else { 200 };
                Ok(Answer::json(status, &body))
            }
            _ => Err("no such operation".to_owned()),
        }
    }

    fn handle_authorized(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let (method, path) = recorded.route();
        match (method, path.as_slice()) {
            ("GET", ["v1", "connectors"]) => return self.list(recorded),
            ("POST", ["v1", "connectors"]) => return self.create(recorded),
            _ => {}
        }
        if let ["v1", "connectors-gateway", id, rest @ ..] = path.as_slice() {
            return self.gateway(recorded, id, rest);
        }
        let ["v1", "connectors", id, rest @ ..] = path.as_slice() else {
            return Err("no such operation".to_owned());
        };
        let is_it = |one: &Connector| one.shown["id"] == *id || one.shown["name"] == *id;
        match self.connectors.iter().position(is_it) {
            Some(index) => self.of_connector(recorded, base, index, rest),
            None => Ok(refusal(404, "connector not found")),
        }
    }
}

impl FakePlatform for FakeMistral {
    fn answer(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        if let ("GET", ["consent", id]) = (recorded.method.as_str(), recorded.route().1.as_slice())
        {
            return self.consent(recorded, id);
        }
        match bearer(recorded) {
            None => Err("no bearer token".to_owned()),
            Some(key) if self.keys.iter().any(|known| known == key) => {
                self.handle_authorized(recorded, base)
            }
            Some(_) => Ok(refusal(401, "Unauthorized")),
        }
    }
}

/// What an MCP server behind the gateway answers.
///
/// Source: MCP 2025-06-18, "Lifecycle".
fn behind_the_gateway(sent: &Value) -> Answer {
    if sent["id"].is_null() {
        return Answer::empty(202);
    }
    let result = match sent["method"].as_str().unwrap_or_default() {
        "initialize" => json!({
            "protocolVersion": "2025-06-18", "capabilities": { "tools": {} },
            "serverInfo": { "name": "behind the gateway", "version": "1" },
        }),
        "tools/list" => json!({ "tools": [] }),
        "ping" => json!({}),
        _ => {
            let error = json!({ "code": -32601, "message": "Method not found" });
            let answer = json!({ "jsonrpc": "2.0", "id": sent["id"], "error": error });
            return Answer::json(200, &answer);
        }
    };
    let answer = json!({ "jsonrpc": "2.0", "id": sent["id"], "result": result });
    Answer::json(200, &answer)
}

fn message(words: &str) -> Answer {
    Answer::json(200, &json!({ "message": words }))
}

fn refusal(status: u16, detail: &str) -> Answer {
    Answer::json(status, &json!({ "detail": detail })).with("x-request-id", "req-77")
}
