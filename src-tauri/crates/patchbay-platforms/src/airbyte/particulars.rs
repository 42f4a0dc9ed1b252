//! What only connectors of this platform have: a workspace, a context store, checks and entities.
//!
//! Source: Airbyte contract, section 3, `get`, `inspect` and `check`.

use async_trait::async_trait;
use patchbay_http::{CallOptions, text};
use patchbay_model::{Act, ControlGroup, Fact, Particulars, RemoteId, Status};
use serde_json::{Value, json};

use super::creation::entities;
use super::operations::OPERATIONS;
use super::wire::Connector;
use super::{Airbyte, mapping};
use crate::acts::{act, button, fact, moment, plain};
use crate::form::Members;
use crate::{Error, Peculiar};

#[async_trait]
impl Peculiar for Airbyte {
    async fn particulars(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Particulars, Error> {
        let client = self.client()?;
        let detail = client.get_connector_detail(id.as_str(), options).await?;
        // Not every kind can be looked into; the rest is shown all the same.
        let inspected = client
            .inspect(id.as_str(), options)
            .await
            .unwrap_or_default();
        let facts = [
            fact("Workspace", Some(&self.workspace)),
            fact("Slug", detail.slug().as_deref()),
            fact("Mode", detail.mode().map(plain).as_deref()),
            fact("Runs", detail.runtime_mode().map(plain).as_deref()),
            fact("Context store", Some(&context_store(&inspected))),
            fact("Entities", Some(&chosen(&detail))),
        ];
        let mut facts: Vec<Fact> = facts.into_iter().flatten().collect();
        facts.extend(self.last_check(id.as_str()));
        let warnings = inspected["warnings"].as_array().into_iter().flatten();
        facts.extend(warnings.filter_map(|each| fact("Warning", text::filled(each))));
        Ok(Particulars {
            facts,
            groups: vec![check(id), choice(id)],
        })
    }
}

impl Airbyte {
    /// How the last check from here ended, and when that was.
    fn last_check(&self, id: &str) -> Vec<Fact> {
        let Some(at) = self.remembered.checked_at(id) else {
            return Vec::new();
        };
        let mapping::State { status, reason, .. } = self.remembered.state(id);
        let outcome = match status {
            Status::Ready => "succeeded",
            Status::Failing | Status::NeedsAuthorization => "failed",
            _ => "no result",
        };
        let words = reason.map_or_else(|| outcome.to_owned(), |why| format!("{outcome}: {why}"));
        let checked = moment("Last checked", Some(&at.to_string()));
        [fact("Last check", Some(&words)), checked]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// How much of it can be searched.
fn context_store(inspected: &Value) -> String {
    let readiness = &inspected["context_store_readiness"];
    let Some(entities) = readiness["configured_cache_entities"].as_array() else {
        return "not in use".to_owned();
    };
    let (ready, waiting): (Vec<&Value>, Vec<&Value>) = entities
        .iter()
        .partition(|each| each["ready_for_search"] == true);
    let counted = format!("{} of {} entities ready", ready.len(), entities.len());
    let names = waiting
        .iter()
        .filter_map(|each| text::filled(&each["entity"]));
    match names.collect::<Vec<_>>().join(", ") {
        names if names.is_empty() => counted,
        names => format!("{counted}; waiting for {names}"),
    }
}

fn chosen(detail: &Connector) -> String {
    let entities = detail.entities();
    let each = entities
        .iter()
        .map(|(entity, modes)| match modes.as_slice() {
            [] => (*entity).to_owned(),
            modes => format!("{entity} ({})", modes.join(", ")),
        });
    match each.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "what this kind of connector offers".to_owned(),
        entities => entities,
    }
}

fn check(id: &RemoteId) -> ControlGroup {
    ControlGroup {
        title: "Check".to_owned(),
        help: Some(
            "Credentials are not verified when they are given: a check tries them.".to_owned(),
        ),
        controls: vec![button(act(
            OPERATIONS,
            "check",
            "check",
            "Check",
            json!({"connector_id": id.as_str()}),
        ))],
    }
}

fn choice(id: &RemoteId) -> ControlGroup {
    let asks = Members::default().needs("entities", entities()).closed();
    let choose = Act {
        asks: Some(asks.into()),
        ..act(
            OPERATIONS,
            "update_connector",
            "choose-entities",
            "Choose entities",
            json!({"connector_id": id.as_str()}),
        )
    };
    let clear = Act {
        consequence: Some("What was chosen is gone, and the kind of connector decides.".to_owned()),
        ..act(
            OPERATIONS,
            "update_connector",
            "clear-entities",
            "Clear the choice",
            json!({"connector_id": id.as_str(), "entities": []}),
        )
    };
    ControlGroup {
        title: "Entities".to_owned(),
        help: Some("What tools may read and write.".to_owned()),
        controls: vec![button(choose), button(clear)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_store_says_what_is_waited_for() {
        let told = |readiness: Value| context_store(&json!({"context_store_readiness": readiness}));
        assert_eq!(told(json!(null)), "not in use");
        assert_eq!(
            told(json!({"configured_cache_entities": [
                {"entity": "issues", "ready_for_search": true},
                {"entity": "users", "ready_for_search": false}
            ]})),
            "1 of 2 entities ready; waiting for users"
        );
        assert_eq!(
            told(json!({"configured_cache_entities": [{"entity": "a", "ready_for_search": true}]})),
            "1 of 1 entities ready"
        );
    }
}
