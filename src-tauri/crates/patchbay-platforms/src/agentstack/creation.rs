//! Making connectors: from the presets of the platform, or for any other MCP server.
//!
//! Source: Agent Stack contract, sections 2 and 3, `create` and `presets`.

use async_trait::async_trait;
use patchbay_http::{CallOptions, SecretArgument, text};
use patchbay_model::{Definition, Form, Json, clean_text};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::AgentStack;
use super::operations::{Connect, Create, List, Presets, Which};
use super::wire::{Connector, Preset};
use crate::form::{self, Members};
use crate::{Creation, Error, Operation, RemoteConnector, operations};

/// The definition that takes any address.
const CUSTOM: &str = "custom";

const NAME_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 2000;

/// What the form gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    url: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretArgument>,
    metadata: Option<Map<String, Value>>,
    match_preset: Option<bool>,
    access_token: Option<SecretArgument>,
}

#[async_trait]
impl Creation for AgentStack {
    async fn list_definitions(&self, options: &CallOptions) -> Result<Vec<Definition>, Error> {
        let presets = Presets {}.run(self, options).await?;
        let mut definitions: Vec<Definition> = presets.items.iter().map(definition).collect();
        definitions.push(Definition {
            id: CUSTOM.to_owned(),
            title: "Another MCP server".to_owned(),
            description: Some("Any MCP server that the platform can reach by its address".into()),
            category: None,
            endpoint: None,
            endpoint_field: Some("/url".to_owned()),
            has_consent: None,
        });
        Ok(definitions)
    }

    async fn creation_form(&self, definition: &str, options: &CallOptions) -> Result<Form, Error> {
        if definition == CUSTOM {
            return Ok(custom_form());
        }
        let presets = Presets {}.run(self, options).await?;
        let mut presets = presets.items.iter();
        presets
            .find(|preset| preset.url() == definition)
            .map(preset_form)
            .ok_or_else(|| no_preset(definition))
    }

    /// Connects at once when a token was given. That a connector could not be connected is its state, not
    /// a failure: it is there all the same, and a second of its URL is refused.
    async fn create_connector(
        &self,
        definition: &str,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<RemoteConnector, Error> {
        let given: Given = operations::arguments(Value::Object(values))?;
        let access_token = given.access_token.filter(|secret| !secret.is_empty());
        let url = match (definition, given.url) {
            (CUSTOM, Some(url)) => url,
            (CUSTOM, None) => return Err(Error::Usage("url is missing".to_owned())),
            (preset, _) => preset.to_owned(),
        };
        let new = Create {
            url,
            client_id: filled(given.client_id),
            client_secret: given.client_secret.filter(|secret| !secret.is_empty()),
            metadata: given.metadata.filter(|metadata| !metadata.is_empty()),
            match_preset: given.match_preset.unwrap_or(true),
        };
        let created = match new.run(self, options).await {
            Ok(created) => created,
            Err(error) => return Err(self.naming(error, &new.url, options).await),
        };
        let connector = match access_token {
            Some(token) => self.with_token(created, token, options).await,
            None => created,
        };
        Ok(self.mapped(connector))
    }
}

impl AgentStack {
    /// The connector after the platform tried the token, else as it was, with what went wrong noted.
    async fn with_token(
        &self,
        created: Connector,
        token: SecretArgument,
        options: &CallOptions,
    ) -> Connector {
        let connect = Connect {
            connector: Which::by_id(created.id()),
            redirect_url: None,
            access_token: Some(token),
        };
        let tried = connect.run(self, &bare(options)).await;
        // Nobody stands before a page.
        self.remembered
            .note(created.id(), |known| known.consent_until = None);
        if let Err(error) = &tried {
            self.remembered.note_failure(created.id(), error.words());
        }
        tried.unwrap_or(created)
    }

    /// Names the connector that has the URL of a refused one, as far as the platform tells.
    async fn naming(&self, error: Error, url: &str, options: &CallOptions) -> Error {
        let Error::AlreadyThere { refusal, .. } = error else {
            return error;
        };
        // The platform normalises URLs before it compares them.
        let place = |url: &str| Url::parse(url).map_or_else(|_| url.to_owned(), String::from);
        let page = List {}.run(self, &bare(options)).await;
        let mut connectors = page.into_iter().flat_map(|page| page.items);
        let found = connectors.find(|one| one.text("url").map(place) == Some(place(url)));
        let name = found.map(|connector| self.mapped(connector).name);
        Error::AlreadyThere { name, refusal }
    }
}

/// The options for another request: members put in place of those of the creation are none of its.
fn bare(options: &CallOptions) -> CallOptions {
    CallOptions {
        body: Map::new(),
        query: Vec::new(),
        ..options.clone()
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn no_preset(definition: &str) -> Error {
    Error::Usage(format!(
        "there is no preset of the URL {}",
        clean_text(definition, NAME_LIMIT)
    ))
}

fn definition(preset: &Preset) -> Definition {
    let parsed = Url::parse(preset.url()).ok();
    let host = parsed.as_ref().and_then(Url::host_str);
    let title = preset
        .metadata("name")
        .or(host)
        .unwrap_or_else(|| preset.url());
    let description = preset.metadata("description");
    let is_web = parsed
        .as_ref()
        .is_some_and(|url| matches!(url.scheme(), "http" | "https"));
    Definition {
        id: preset.url().to_owned(),
        title: clean_text(title, NAME_LIMIT),
        description: description.map(|words| text::clean_lines(words, DESCRIPTION_LIMIT)),
        category: None,
        endpoint: is_web.then(|| preset.url().to_owned()),
        endpoint_field: None,
        // Whether the server wants one shows when it is connected to.
        has_consent: None,
    }
}

fn custom_form() -> Form {
    let url = json!({
        "type": "string", "title": "URL", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://",
        "minLength": 1, "maxLength": 256,
        "description": "Address of the MCP server as the platform reaches it, http or https.",
    });
    let members = Members::default()
        .needs("url", url)
        .with("metadata", metadata())
        .with("access_token", access_token());
    Form {
        values: Json(json!({"match_preset": true})),
        ..form::empty(with_client(members, true))
    }
}

fn preset_form(preset: &Preset) -> Form {
    // A server that the platform itself starts is nothing without its preset.
    let has_choice = !preset.url().starts_with("mcp+stdio:");
    let members = Members::default()
        .with("metadata", metadata())
        .with("access_token", access_token());
    let mut values = json!({});
    if has_choice {
        values["match_preset"] = true.into();
    }
    if let Some(texts) = preset.texts() {
        values["metadata"] = texts;
    }
    Form {
        values: Json(values),
        ..form::empty(with_client(members, has_choice))
    }
}

fn with_client(members: Members, has_match: bool) -> Value {
    let members = members
        .folds(
            "client_id",
            form::text(
                "Client ID",
                "Id of an OAuth app of yours. Left out: the preset's, or one that the platform registers.",
            ),
        )
        .folds(
            "client_secret",
            form::secret("Client secret", "Of that app; only together with its id."),
        );
    let members = match has_match {
        true => members.folds("match_preset", match_preset()),
        false => members,
    };
    let mut schema = members.closed();
    schema["dependentRequired"] = json!({"client_secret": ["client_id"]});
    schema
}

/// Source: Agent Stack contract, section 2, `metadata`.
fn metadata() -> Value {
    let limited = |title: &str| json!({"type": "string", "title": title, "maxLength": 512});
    json!({
        "type": "object", "title": "Metadata",
        "description": "Texts to keep with it, 16 at most. Left out: the preset's.",
        "properties": {"name": limited("Name"), "description": limited("Description")},
        "additionalProperties": {"type": "string", "maxLength": 512},
        "propertyNames": {"maxLength": 64},
        "maxProperties": 16,
    })
}

fn match_preset() -> Value {
    json!({
        "type": "boolean", "title": "Match a preset", "default": true,
        "description": "Whether a preset of the same URL fills in what is left out.",
    })
}

fn access_token() -> Value {
    form::secret(
        "Access token",
        "A token for the MCP server, with which the platform connects at once. Left out: connect later, \
         by a consent where the server asks for one.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agentstack::wire::Item;

    fn preset(json: Value) -> Preset {
        Preset::read(json).unwrap()
    }

    #[test]
    fn a_preset_is_called_by_its_name_its_host_or_its_url() {
        for (wire, title, endpoint) in [
            (
                json!({"url": "https://mcp.stripe.example/", "metadata": {"name": "Stripe"}}),
                "Stripe",
                Some("https://mcp.stripe.example/"),
            ),
            (
                json!({"url": "https://mcp.stripe.example/", "metadata": null}),
                "mcp.stripe.example",
                Some("https://mcp.stripe.example/"),
            ),
            (json!({"url": "mcp+stdio://github"}), "github", None),
            (json!({"url": "odd"}), "odd", None),
        ] {
            let definition = definition(&preset(wire.clone()));
            assert_eq!(definition.title, title, "{wire}");
            assert_eq!(definition.endpoint.as_deref(), endpoint, "{wire}");
            assert_eq!(definition.endpoint_field, None);
        }
    }

    #[test]
    fn a_presets_form_starts_with_its_texts_and_asks_for_no_address() {
        let form = preset_form(&preset(
            json!({"url": "https://a.example/", "metadata": {"name": "A", "n": 1}}),
        ));
        assert_eq!(
            form.values.0,
            json!({"match_preset": true, "metadata": {"name": "A"}})
        );
        assert!(form.schema["properties"].get("url").is_none());
        let managed = preset_form(&preset(json!({"url": "mcp+stdio://github"})));
        assert!(managed.schema["properties"].get("match_preset").is_none());
        assert_eq!(managed.values.0, json!({}));
    }

    #[test]
    fn the_limits_of_the_contract_stand_in_the_schema() {
        let form = custom_form();
        let validator = jsonschema::validator_for(&form.schema).unwrap();
        let url = "https://mcp.example/";
        let many: Map<String, Value> = (0..17).map(|n| (n.to_string(), json!("x"))).collect();
        for (values, fits) in [
            (json!({"url": url}), true),
            (json!({"url": "HTTP://h"}), true),
            (json!({"url": "mcp+stdio://x"}), false),
            (json!({"url": format!("{url}{}", "a".repeat(256))}), false),
            (json!({}), false),
            (json!({"url": url, "client_secret": "s"}), false),
            (
                json!({"url": url, "client_secret": "s", "client_id": "i"}),
                true,
            ),
            (json!({"url": url, "metadata": many}), false),
            (
                json!({"url": url, "metadata": {"k".repeat(65): "x"}}),
                false,
            ),
            (
                json!({"url": url, "metadata": {"k": "x".repeat(513)}}),
                false,
            ),
            (
                json!({"url": url, "metadata": {"name": "x".repeat(513)}}),
                false,
            ),
            (json!({"url": url, "metadata": {"k": 1}}), false),
            (json!({"url": url, "other": 1}), false),
        ] {
            assert_eq!(validator.is_valid(&values), fits, "{values}");
        }
    }
}
