//! Airbyte Agents: tokens that expire, kinds of connectors, and deletions that are jobs.
//!
//! Source: Airbyte contract, sections 2, 3 and 5.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Answer, FakePlatform, FakeResult, NOW, RecordedRequest, bearer, uuid};

/// Id and slug of the kinds that can be created.
pub const KINDS: [(&str, &str); 2] = [
    ("ef69ef6e-aa7f-4af1-a01d-ef775033524e", "GitHub"),
    ("e094cb9a-26de-4645-8761-65c0c425d1de", "Stripe"),
];

/// An organization on Airbyte.
#[derive(Debug)]
pub struct FakeAirbyte {
    /// Client id and secret that are accepted.
    pub credentials: (String, String),
    pub workspaces: Vec<String>,
    pub connectors: Vec<Map<String, Value>>,
    /// The request that created each connector, by id.
    pub given: BTreeMap<String, Value>,
    /// Consent URL and token URL of GitHub.
    pub github: (String, String),
    /// Number of times a connector is still listed after its deletion was accepted.
    pub lingers: u32,
    /// Lifetime of a token in seconds, as announced.
    pub expires_in: u32,
    pub tokens: Vec<String>,
    /// Names of workspaces by the tokens that are limited to them.
    scoped: BTreeMap<String, String>,
    leaving: BTreeMap<String, u32>,
    made: u32,
}

impl FakeAirbyte {
    /// An organization with the workspace `default`, without connectors.
    #[must_use]
    pub fn new(client_id: &str, client_secret: &str) -> Self {
        Self {
            credentials: (client_id.to_owned(), client_secret.to_owned()),
            workspaces: vec!["default".to_owned()],
            connectors: Vec::new(),
            given: BTreeMap::new(),
            github: ["authorize", "access_token"]
                .map(|path| format!("https://github.example/login/oauth/{path}"))
                .into(),
            lingers: 1,
            expires_in: 900,
            tokens: Vec::new(),
            scoped: BTreeMap::new(),
            leaving: BTreeMap::new(),
            made: 0,
        }
    }

    fn exchange(&mut self, recorded: &RecordedRequest) -> FakeResult {
        if recorded.header("authorization").is_some() {
            return Err("credentials beside those of the exchange".to_owned());
        }
        let given = recorded.object("client_id:text! client_secret:text!")?;
        let (id, secret) = &self.credentials;
        if given["client_id"] != **id || given["client_secret"] != **secret {
            return Ok(refusal(401, "Invalid client credentials"));
        }
        self.made += 1;
        let token = format!("application-token-{:08}", self.made);
        self.tokens.push(token.clone());
        Answer::ok(json!({
            "access_token": token, "token_type": "bearer", "expires_in": self.expires_in,
            "organization_id": uuid(900),
        }))
    }

    fn list(&mut self, recorded: &RecordedRequest) -> FakeResult {
        recorded.check_no_body()?;
        recorded.check_query("workspace_name workspace_id definition_id")?;
        let Some(workspace) = recorded.parameter("workspace_name") else {
            return Err("no workspace".to_owned());
        };
        if !self.workspaces.iter().any(|name| name == workspace) {
            return Ok(refusal(404, "Workspace not found"));
        }
        let gone = self.leaving.iter_mut().filter_map(|(id, left)| {
            let is_gone = *left == 0;
            *left = left.saturating_sub(1);
            is_gone.then(|| id.clone())
        });
        let gone: Vec<String> = gone.collect();
        self.connectors
            .retain(|one| !gone.iter().any(|id| one["id"] == **id));
        let items: Vec<Value> = self
            .connectors
            .iter()
            .filter(|one| one["workspace"] == workspace)
            .filter(|one| {
                let wanted = recorded.parameter("definition_id");
                wanted.is_none_or(|id| one["source_template"]["actor_definition_id"] == id)
            })
            .map(|one| {
                json!({
                    "id": one["id"], "name": one["name"], "created_at": NOW, "updated_at": null,
                    "summarized_source_template": one["source_template"],
                })
            })
            .collect();
        Answer::ok(json!({ "data": items }))
    }

    fn create(&mut self, recorded: &RecordedRequest) -> FakeResult {
        let given = recorded.object(
            "name:text workspace_name:text! definition_id:text connector_type:text \
             source_template_id:text credentials:object replication_config:object \
             server_side_oauth_secret_id:text environment:object entities:list \
             selected_connection_template_tags:list \
             selected_connection_template_tags_mode:text",
        )?;
        let named = |name: &str| given.get(name).and_then(Value::as_str);
        let kind = KINDS.iter().find(|(id, title)| {
            named("definition_id") == Some(id)
                || named("connector_type").is_some_and(|slug| slug.eq_ignore_ascii_case(title))
        });
        let Some((definition, title)) = kind else {
            return Ok(refused("definition_id", "Unknown definition"));
        };
        if !self
            .workspaces
            .iter()
            .any(|name| Some(name.as_str()) == named("workspace_name"))
        {
            return Ok(refusal(404, "Workspace not found"));
        }
        if *title == "GitHub"
            && let Some(refusal) = wrong_repositories(given.get("replication_config"))
        {
            return Ok(refusal);
        }
        self.made += 1;
        let id = uuid(self.made);
        let template = json!({
            "id": uuid(800), "name": title, "icon": null, "connector_name": title.to_lowercase(),
            "organization_id": null, "actor_definition_id": definition, "tags": [],
            "customization": null, "mode": "DIRECT", "runtime_mode": null,
            "supports_context_store": false, "created_at": NOW, "updated_at": NOW,
        });
        let connector = json!({
            "id": id, "name": given.get("name"), "workspace": given["workspace_name"],
            "source_template": template, "replication_config": given.get("replication_config"),
            "entities": [{ "entity": "issues", "modes": ["read", "write"] }],
            "created_at": NOW, "updated_at": NOW,
        });
        self.given.insert(id, Value::Object(given));
        let Value::Object(connector) = connector else {
            return Err("unreachable".to_owned());
        };
        self.connectors.push(connector.clone());
        Answer::ok(shown(connector))
    }

    fn execute(&self, recorded: &RecordedRequest) -> FakeResult {
        let given = recorded.object(
            "entity:text! action:text! skip_truncation:bool! params:object select_fields:list \
             exclude_fields:list intent:text",
        )?;
        let entity = given["entity"].as_str().unwrap_or_default();
        let action = given["action"].as_str().unwrap_or_default();
        if action == "download" {
            let name = "attachment; filename=\"report.csv\"";
            let file = Answer::text(200, "text/csv", "a,b\n1,2\n");
            return Ok(file.with("content-disposition", name));
        }
        if entity != "issues" {
            return Ok(refusal(400, &format!("Unknown entity '{entity}'")));
        }
        let cursor = given
            .get("params")
            .and_then(|params| params["cursor"].as_str());
        let (result, next) = match (action, cursor) {
            ("list", None) => (json!([{ "number": 1 }, { "number": 2 }]), Some("page-2")),
            ("list", Some("page-2")) => (json!([{ "number": 3 }]), None),
            ("get", _) => (json!({ "number": 1, "title": "Kettle" }), None),
            ("create", _) => (json!({ "number": 4 }), None),
            _ => return Ok(refusal(400, &format!("Unknown action '{action}'"))),
        };
        Answer::ok(json!({
            "status": "success", "result": result,
            "connector_metadata": { "has_next_page": next.is_some(), "end_cursor": next },
            "execution_metadata": { "connector_instance_id": "i-1", "execution_time_ms": 12 },
        }))
    }

    fn check(&self, connector: &Map<String, Value>) -> Answer {
        let id = connector["id"].as_str().unwrap_or_default();
        let token = self
            .given
            .get(id)
            .map(|given| &given["credentials"]["token"]);
        let is_bad = token.is_some_and(|token| token == "revoked");
        Answer::json(
            200,
            &json!({
                "id": uuid(700), "status": if is_bad { "failed" } else { "succeeded" },
                "error_message": is_bad.then_some("401 Unauthorized: bad credentials"),
                "failure_reason": is_bad.then_some("config_error"), "entity_check_results": null,
            }),
        )
    }

    fn of_connector(&mut self, recorded: &RecordedRequest, id: &str, rest: &[&str]) -> FakeResult {
        let index = self.connectors.iter().position(|one| one["id"] == id);
        let Some(index) = index else {
            return Ok(refusal(404, "Connector not found"));
        };
        match (recorded.method.as_str(), rest) {
            ("GET", []) => {
                recorded.check_no_body()?;
                Answer::ok(shown(self.connectors[index].clone()))
            }
            ("PUT", []) => {
                let given = recorded.object("name:text replication_config:object entities:list")?;
                self.connectors[index].extend(given);
                Answer::ok(shown(self.connectors[index].clone()))
            }
            ("DELETE", []) => {
                recorded.check_no_body()?;
                self.leaving.insert(id.to_owned(), self.lingers);
                Ok(Answer::json(202, &json!({ "job_id": uuid(600) })))
            }
            ("GET", ["inspect"]) => {
                let template = &self.connectors[index]["source_template"];
                Answer::ok(json!({
                    "connector_id": id, "name": self.connectors[index]["name"],
                    "workspace_id": uuid(500), "organization_id": uuid(900),
                    "source_definition_id": template["actor_definition_id"],
                    "source_definition_name": template["name"],
                    "source_config_template_id": uuid(800),
                    "docs_skill_id": template["connector_name"],
                    "context_store_readiness": null, "warnings": [],
                }))
            }
            ("POST", ["check"]) => {
                recorded.check_no_body()?;
                Ok(self.check(&self.connectors[index]))
            }
            ("POST", ["execute"]) => self.execute(recorded),
            _ => Err("no such operation".to_owned()),
        }
    }

    /// One kind, with the schema of its credentials.
    fn definition(&self, recorded: &RecordedRequest, id: &str) -> FakeResult {
        recorded.check_no_body()?;
        let Some((id, title)) = KINDS.iter().find(|(known, _)| *known == id) else {
            return Ok(refusal(404, "Definition not found"));
        };
        let specification = match *title {
            "GitHub" => github_specification(&self.github),
            _ => json!({
                "type": "object", "required": ["account_id", "client_secret"],
                "properties": {
                    "account_id": { "type": "string", "title": "Account ID", "order": 0 },
                    "client_secret": { "type": "string", "airbyte_secret": true, "order": 1 },
                },
            }),
        };
        Answer::ok(json!({
            "id": id,
            "definition": {
                "sourceDefinitionId": id, "destinationDefinitionId": null, "name": title,
                "dockerRepository": null, "iconUrl": null, "custom": false,
                "supportLevel": "certified", "spec": specification,
            },
            "example_questions": { "direct": [], "search": [] },
        }))
    }

    fn definitions(&self, recorded: &RecordedRequest) -> FakeResult {
        recorded.check_query("name")?;
        let wanted = recorded
            .parameter("name")
            .unwrap_or_default()
            .to_lowercase();
        let fits = |(_, title): &&(&str, &str)| title.to_lowercase().contains(&wanted);
        let found = KINDS.iter().filter(fits).map(|(id, title)| {
            json!({
                "sourceDefinitionId": id, "destinationDefinitionId": null, "name": title,
                "dockerRepository": null, "iconUrl": null, "custom": false,
                "supportLevel": "certified",
            })
        });
        let found: Vec<Value> = found.collect();
        Answer::ok(json!({ "definitions": found }))
    }

    /// Pages of one workspace each; `next` is an absolute URL.
    fn list_workspaces(&self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let from = recorded.parameter("offset").and_then(|at| at.parse().ok());
        let from: usize = from.unwrap_or(0);
        let item = |(index, name): (usize, &String)| {
            json!({
                "id": workspace_id(index), "name": name, "organization_id": uuid(900), "status": "active",
                "cache_enabled": null, "tombstone": false, "visibility": "shared", "color": null,
                "created_at": NOW, "updated_at": NOW,
            })
        };
        let items: Vec<Value> = self
            .workspaces
            .iter()
            .enumerate()
            .skip(from)
            .take(1)
            .map(item)
            .collect();
        let more = from + 1 < self.workspaces.len();
        let next = more.then(|| format!("{base}/api/v1/workspaces?offset={}", from + 1));
        Answer::ok(json!({ "data": items, "next": next }))
    }

    /// Updates and deletes a workspace.
    fn of_workspace(&mut self, recorded: &RecordedRequest, id: &str) -> FakeResult {
        let mut places = 0..self.workspaces.len();
        let Some(index) = places.find(|index| workspace_id(*index) == id) else {
            return Ok(refusal(404, "Workspace not found"));
        };
        match recorded.method.as_str() {
            "PUT" => {
                let given = recorded.object("name:text status:text visibility:text color:text?")?;
                if let Some(name) = given.get("name").and_then(Value::as_str) {
                    name.clone_into(&mut self.workspaces[index]);
                }
                Answer::ok(json!({ "id": id, "name": self.workspaces[index] }))
            }
            "DELETE" => {
                recorded.check_no_body()?;
                self.workspaces.remove(index);
                Ok(Answer::empty(204))
            }
            _ => Err("no such operation".to_owned()),
        }
    }

    /// Tokens for one workspace, and for the widget.
    fn other_tokens(&mut self, recorded: &RecordedRequest, kind: &[&str]) -> FakeResult {
        match (recorded.method.as_str(), kind) {
            ("POST", ["scoped-token"]) => {
                let given = recorded.object("workspace_name:text! region_id:text")?;
                let name = given["workspace_name"].as_str().unwrap_or_default();
                if !self.workspaces.iter().any(|known| known == name) {
                    self.workspaces.push(name.to_owned());
                }
                self.made += 1;
                let token = format!("scoped-token-{:08}", self.made);
                self.scoped.insert(token.clone(), name.to_owned());
                Answer::ok(json!({ "token": token }))
            }
            ("GET", ["scoped-token", "info"]) => {
                recorded.check_no_body()?;
                let name = bearer(recorded).and_then(|token| self.scoped.get(token));
                let Some(name) = name else {
                    return Ok(refusal(403, "Not a scoped token"));
                };
                let index = self.workspaces.iter().position(|known| known == name);
                Answer::ok(json!({
                    "organization_id": uuid(900), "workspace_name": name,
                    "workspace_id": index.map(workspace_id),
                }))
            }
            ("POST", ["widget-token"]) => {
                if recorded.body.is_empty() {
                    recorded.check_no_body()?;
                } else {
                    recorded.object("workspace_name:text allowed_origin:text")?;
                }
                Answer::ok(json!({ "token": "widget-token-00000001" }))
            }
            _ => Err("no such operation".to_owned()),
        }
    }

    fn handle_authorized(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let (method, path) = recorded.route();
        let ["api", "v1", path @ ..] = path.as_slice() else {
            return Err("no such operation".to_owned());
        };
        match (method, path) {
            ("GET", ["integrations", "connectors"]) => self.list(recorded),
            ("POST", ["integrations", "connectors"]) => self.create(recorded),
            (_, ["integrations", "connectors", id, rest @ ..]) => {
                self.of_connector(recorded, id, rest)
            }
            ("GET", ["integrations", "definitions", "sources"]) => self.definitions(recorded),
            ("GET", ["integrations", "definitions", "sources", id]) => {
                self.definition(recorded, id)
            }
            ("GET", ["workspaces"]) => self.list_workspaces(recorded, base),
            (_, ["workspaces", id]) => self.of_workspace(recorded, id),
            (_, ["account", "applications", kind @ ..]) => self.other_tokens(recorded, kind),
            _ => Err("no such operation".to_owned()),
        }
    }
}

impl FakePlatform for FakeAirbyte {
    fn answer(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult {
        let exchange = ["api", "v1", "account", "applications", "token"];
        if recorded.method == "POST" && recorded.path == exchange {
            return self.exchange(recorded);
        }
        match bearer(recorded) {
            None => Err("no bearer token".to_owned()),
            Some(token)
                if self.tokens.iter().any(|good| good == token)
                    || self.scoped.contains_key(token) =>
            {
                self.handle_authorized(recorded, base)
            }
            Some(_) => Ok(refusal(401, "Invalid or expired token")),
        }
    }
}

fn workspace_id(index: usize) -> String {
    uuid(500 + u32::try_from(index).unwrap_or_default())
}

/// Two ways to sign in, the second with the user's own OAuth app.
fn github_specification((consent_url, token_url): &(String, String)) -> Value {
    let secret = |title: &str| json!({ "type": "string", "title": title, "airbyte_secret": true });
    let way = |word: &str| json!({ "type": "string", "const": word, "order": 0 });
    let token = json!({
        "type": "object", "title": "Token", "required": ["token"],
        "properties": { "option_title": way("PAT Credentials"), "token": secret("Token") },
    });
    let app = json!({
        "type": "object", "title": "OAuth",
        "required": ["client_id", "client_secret", "refresh_token"],
        "properties": {
            "option_title": way("OAuth Credentials"), "client_id": secret("Client ID"),
            "client_secret": secret("Client secret"), "refresh_token": secret("Refresh token"),
        },
    });
    let repositories = json!({
        "type": "array", "title": "Repositories", "items": { "type": "string" }, "order": 1,
    });
    json!({
        "connectionSpecification": {
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "required": ["credentials", "repositories"],
            "properties": {
                "credentials": { "type": "object", "oneOf": [token, app], "order": 0 },
                "repositories": repositories,
            },
        },
        "advanced_auth": { "oauth_config_specification": {
            "oauth_connector_input_specification": {
                "consent_url": format!("{consent_url}?{{{{client_id_param}}}}"),
                "access_token_url": token_url,
                "scope": "repo read:org",
            },
        } },
    })
}

/// A refusal of repository names that are not `OWNER/NAME`.
fn wrong_repositories(config: Option<&Value>) -> Option<Answer> {
    let Some(names) = config.and_then(|config| config["repositories"].as_array()) else {
        let words = "required property 'repositories' not found";
        return Some(refused("replication_config", words));
    };
    let mut names = names.iter().map(|name| name.as_str().unwrap_or_default());
    let odd = names.find(|name| !name.contains('/'))?;
    let words = format!("'{odd}' does not match '^[^/]+/[^/]+$'");
    Some(refused("replication_config.repositories", &words))
}

/// A connector as detail answers show it, which is without its workspace.
fn shown(mut connector: Map<String, Value>) -> Value {
    connector.remove("workspace");
    Value::Object(connector)
}

fn refusal(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message, "errors": [] }))
}

fn refused(field: &str, message: &str) -> Answer {
    let error = json!({ "field": field, "message": message, "error_code": null, "details": null });
    let body = json!({ "message": "Validation failed", "errors": [error] });
    Answer::json(422, &body)
}
