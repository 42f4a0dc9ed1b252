//! What goes over Airbyte's wire.
//!
//! Answers are kept whole, as JSON, with a reader for each member that Patchbay looks at: the contract
//! requires next to nothing of them, and a member of another type than documented must not cost the
//! rest.

use patchbay_http::text::{filled, read_json};
use patchbay_http::{Answer, SecretArgument};
use patchbay_model::Secret;
use serde::Serialize;
use serde_json::{Map, Value};

use super::arguments::Entity;
use super::spec::Spec;
use crate::Error;

/// The answer of the token exchange.
///
/// Source: Airbyte contract, section 2.
pub(super) struct ExchangedToken {
    pub(super) access_token: Secret,
    /// Seconds that it lives.
    pub(super) expires_in: Option<u64>,
}

impl ExchangedToken {
    /// `None` without an `access_token`, or with an empty one.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let json: Value = read_json(body)?;
        let token = json["access_token"]
            .as_str()
            .filter(|token| !token.is_empty())?;
        Some(Self {
            access_token: Secret::new(token),
            expires_in: seconds(&json["expires_in"]),
        })
    }
}

/// Whole seconds; less than none is none.
fn seconds(value: &Value) -> Option<u64> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    // A cast of a float saturates, and makes zero of what is negative or no number.
    Some(seconds as u64)
}

/// A connector: an item of the list, or the detail.
///
/// Source: Airbyte contract, section 3, `list`, `create`, `get`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Connector(Map<String, Value>);

impl Connector {
    /// `None` without an `id`. A number becomes text.
    pub(super) fn read(json: Value) -> Option<Self> {
        let Value::Object(mut json) = json else {
            return None;
        };
        match json.get_mut("id")? {
            Value::String(_) => {}
            id @ Value::Number(_) => *id = Value::String(id.to_string()),
            _ => return None,
        }
        Some(Self(json))
    }

    pub(super) fn id(&self) -> &str {
        self.0.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn text(&self, member: &str) -> Option<&str> {
        filled(self.0.get(member)?)
    }

    /// Display name of the kind of connector, for example `GitHub`.
    pub(super) fn kind(&self) -> Option<&str> {
        filled(self.template()?.get("name")?)
    }

    /// The slug of the kind: `connector_name`, else the kind's name in lower case with dashes.
    pub(super) fn slug(&self) -> Option<String> {
        let name = self.template()?.get("connector_name").and_then(filled);
        name.map(str::to_lowercase)
            .or_else(|| Some(self.kind()?.to_lowercase().replace(' ', "-")))
    }

    pub(super) fn definition_id(&self) -> Option<&str> {
        let template = self.template()?;
        ["actor_definition_id", "source_definition_id"]
            .into_iter()
            .find_map(|member| filled(template.get(member)?))
    }

    /// Whether its kind is run directly, replicated, or both; the platform's word.
    pub(super) fn mode(&self) -> Option<&str> {
        filled(self.template()?.get("mode")?)
    }

    /// Which of both it uses, likewise.
    pub(super) fn runtime_mode(&self) -> Option<&str> {
        filled(self.template()?.get("runtime_mode")?)
    }

    /// What its template says of its settings.
    pub(super) fn template_spec(&self) -> Spec {
        let template = self.template().cloned().unwrap_or_default();
        Spec::read(&Value::Object(template))
    }

    /// What can be read and written, with the modes of each; empty where nothing is told.
    pub(super) fn entities(&self) -> Vec<(&str, Vec<&str>)> {
        let entities = self.0.get("entities").and_then(Value::as_array);
        entities.into_iter().flatten().filter_map(entity).collect()
    }

    pub(super) fn into_json(self) -> Map<String, Value> {
        self.0
    }

    /// The list and the detail name it differently.
    fn template(&self) -> Option<&Map<String, Value>> {
        ["summarized_source_template", "source_template"]
            .into_iter()
            .find_map(|member| self.0.get(member)?.as_object())
    }
}

/// An entity with its modes.
fn entity(entry: &Value) -> Option<(&str, Vec<&str>)> {
    let modes = entry["modes"].as_array().into_iter().flatten();
    Some((
        filled(&entry["entity"])?,
        modes.filter_map(Value::as_str).collect(),
    ))
}

/// Reads `{"data": [connector]}`.
///
/// # Errors
/// [`Error::UnexpectedAnswer`] when `data` is absent, or an item has no `id`.
pub(super) fn connectors(answer: &Answer) -> Result<Vec<Connector>, Error> {
    data(answer, "the list of connectors")?
        .into_iter()
        .map(|item| {
            Connector::read(item)
                .ok_or_else(|| answer.unexpected("a connector of the list has no id"))
        })
        .collect()
}

/// Reads `{"data": […]}`; null is an empty list.
///
/// # Errors
/// [`Error::UnexpectedAnswer`] when there is no `data`, or it is no list.
pub(super) fn data(answer: &Answer, what: &str) -> Result<Vec<Value>, Error> {
    let mut body: Value = answer.json()?;
    match body.get_mut("data").map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        Some(Value::Null) => Ok(Vec::new()),
        Some(_) => Err(answer.unexpected(format!("data of {what} is no list"))),
        None => Err(answer.unexpected(format!("{what} has no data"))),
    }
}

/// Reads a connector's detail.
///
/// # Errors
/// [`Error::UnexpectedAnswer`] when it has no `id`.
pub(super) fn detail(answer: &Answer) -> Result<Connector, Error> {
    Connector::read(answer.json()?).ok_or_else(|| answer.unexpected("the connector has no id"))
}

/// The body of `execute`.
///
/// Source: Airbyte contract, section 3, `execute`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Execute {
    pub(super) entity: String,
    pub(super) action: String,
    pub(super) skip_truncation: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) params: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) select_fields: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exclude_fields: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) intent: Option<String>,
}

impl Execute {
    /// Goes on where the page before ended.
    pub(super) fn go_on(&mut self, cursor: String) {
        let params = self.params.get_or_insert_default();
        params.insert("cursor".to_owned(), cursor.into());
    }
}

/// The body of `create`; what is `None` is left out.
///
/// Source: Airbyte contract, section 3, `create`.
#[derive(Serialize)]
pub(super) struct Create {
    pub(super) name: String,
    pub(super) workspace_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) definition_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connector_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source_template_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credentials: Option<SecretArgument<Map<String, Value>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replication_config: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) server_side_oauth_secret_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entities: Option<Vec<Entity>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) selected_connection_template_tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) selected_connection_template_tags_mode: Option<String>,
}

/// The body of `update`; what is `None` is left out and stays as it is.
///
/// Source: Airbyte contract, section 3, `get`.
#[derive(Serialize)]
pub(super) struct Update {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replication_config: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entities: Option<Vec<Entity>>,
}

/// What `execute` answers, but for a download.
///
/// Source: Airbyte contract, section 3, `execute`.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    result: Option<Value>,
    connector_metadata: Value,
    /// All other members, `status` among them, in their order.
    members: Map<String, Value>,
}

impl Envelope {
    /// `None` when it is none, or has neither a `result` nor the word that it failed.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut members: Map<String, Value> = read_json(body)?;
        let envelope = Self {
            result: members.shift_remove("result"),
            connector_metadata: members
                .shift_remove("connector_metadata")
                .unwrap_or_default(),
            members,
        };
        (envelope.has_failed() || envelope.result.is_some()).then_some(envelope)
    }

    pub(super) fn has_status(&self) -> bool {
        self.status().is_some()
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.status(), Some("error" | "failed"))
    }

    fn status(&self) -> Option<&str> {
        self.members.get("status")?.as_str()
    }

    pub(super) fn result(&self) -> &Value {
        self.result.as_ref().unwrap_or(&Value::Null)
    }

    /// The cursor of the next page; `None` at the end.
    pub(super) fn next_cursor(&self) -> Option<&str> {
        next_cursor(&self.connector_metadata)
    }

    /// What a caller gets: `success`, `data`, `error`, `meta`, and whatever else the envelope held.
    pub(super) fn into_outcome(self) -> Map<String, Value> {
        let success = !self.has_failed();
        let mut outcome = self.members;
        for (member, value) in [
            ("success", Value::Bool(success)),
            ("data", self.result.unwrap_or_default()),
            ("error", Value::Null),
            ("meta", self.connector_metadata),
        ] {
            outcome.insert(member.to_owned(), value);
        }
        outcome
    }
}

/// The cursor of the page after the one that a `connector_metadata` is of; `None` at the end.
pub(super) fn next_cursor(page: &Value) -> Option<&str> {
    let goes_on = ["has_next_page", "hasNextPage", "has_more", "hasMore"]
        .into_iter()
        .find_map(|member| page[member].as_bool())
        .unwrap_or(true);
    let cursor = ["end_cursor", "endCursor", "next_cursor", "nextCursor"]
        .into_iter()
        .find_map(|member| filled(&page[member]));
    cursor.filter(|_| goes_on)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::airbyte::tests::any_json;

    fn answer(body: impl Into<Bytes>) -> Answer {
        Answer {
            status: 200,
            headers: HeaderMap::new(),
            body: body.into(),
            ..Answer::default()
        }
    }

    #[test]
    fn a_token_lives_as_long_as_the_platform_says() {
        let lives = |expires_in: Value| {
            let body = json!({"access_token": "t", "expires_in": expires_in}).to_string();
            ExchangedToken::read(body.as_bytes()).unwrap().expires_in
        };
        assert_eq!(lives(json!(900)), Some(900));
        assert_eq!(lives(json!(5.9)), Some(5));
        assert_eq!(lives(json!("900")), Some(900));
        assert_eq!(lives(json!(-3)), Some(0));
        assert_eq!(lives(json!(null)), None);
        assert_eq!(lives(json!("soon")), None);
    }

    #[test]
    fn a_list_without_data_or_ids_cannot_be_read() {
        let kind =
            |body: Value| connectors(&answer(body.to_string())).map_err(|error| error.kind());
        assert_eq!(kind(json!({"data": null})), Ok(Vec::new()));
        assert_eq!(kind(json!({"items": []})), Err("decode"));
        assert_eq!(kind(json!({"data": {}})), Err("decode"));
        assert_eq!(kind(json!({"data": [{"name": "a"}]})), Err("decode"));
        assert_eq!(kind(json!([])), Err("decode"));
    }

    #[test]
    fn the_next_page_is_found_in_every_spelling() {
        let next = |metadata: Value| {
            let envelope = json!({"result": [], "connector_metadata": metadata});
            let envelope = Envelope::read(envelope.to_string().as_bytes()).unwrap();
            envelope.next_cursor().map(str::to_owned)
        };
        for (metadata, cursor) in [
            (json!({"has_next_page": true, "end_cursor": "a"}), Some("a")),
            (json!({"hasNextPage": true, "endCursor": "b"}), Some("b")),
            (json!({"has_more": true, "next_cursor": "c"}), Some("c")),
            (json!({"end_cursor": "d"}), Some("d")),
            (json!({"has_next_page": false, "end_cursor": "e"}), None),
            (json!({"has_next_page": true, "end_cursor": ""}), None),
            (json!({"has_next_page": true}), None),
            (json!(null), None),
        ] {
            assert_eq!(next(metadata.clone()).as_deref(), cursor, "{metadata}");
        }
    }

    proptest! {
        #[test]
        fn a_connector_comes_back_as_it_was(mut json in any_json()) {
            let Some(members) = json.as_object_mut() else {
                prop_assert!(Connector::read(json).is_none());
                return Ok(());
            };
            members.insert("id".to_owned(), json!("a"));
            let connector = Connector::read(json.clone()).unwrap();
            let _ = (connector.slug(), connector.definition_id(), connector.entities());
            prop_assert_eq!(Value::Object(connector.into_json()), json);
        }

        #[test]
        fn any_json_is_read_or_refused(json in any_json()) {
            let text = json.to_string();
            let _ = ExchangedToken::read(text.as_bytes());
            let envelope = Envelope::read(text.as_bytes());
            let answer = answer(text);
            let _ = (connectors(&answer), detail(&answer));
            if let Some(envelope) = envelope {
                let _ = envelope.next_cursor();
                let outcome = envelope.into_outcome();
                prop_assert!(outcome.contains_key("data") && outcome.contains_key("meta"));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = ExchangedToken::read(&bytes);
            let answer = answer(bytes);
            let _ = (connectors(&answer), detail(&answer));
        }

        #[test]
        fn a_body_of_execute_holds_what_was_given_and_no_null(
            entity in "\\PC{0,8}", intent in prop::option::of("\\PC{0,8}"), skip in any::<bool>(),
        ) {
            let body = json!(Execute {
                entity: entity.clone(),
                action: "list".to_owned(),
                skip_truncation: skip,
                params: None,
                select_fields: None,
                exclude_fields: None,
                intent: intent.clone(),
            });
            prop_assert_eq!(&body["skip_truncation"], &json!(skip));
            prop_assert_eq!(&body["entity"], &json!(entity));
            prop_assert_eq!(body["intent"].as_str(), intent.as_deref());
            prop_assert!(body.as_object().unwrap().values().all(|value| !value.is_null()));
        }
    }
}
