//! Details of Airbyte's connectors: workspace, context store, checks and entities.
//!
//! Source: Airbyte contract, section 3, `get`, `inspect` and `check`.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Action, ControlGroup, Fact, PlatformDetails, RemoteId};
use serde_json::json;

use super::client::Airbyte;
use super::forms::EntityChoice;
use super::mapping::CheckRecord;
use super::operations::{Check, Inspect, UpdateConnector};
use super::wire::{Connector, Inspection};
use crate::actions::{button, call, fact, group, humanize, moment};
use crate::{Details, Operation, Result, form};

#[async_trait]
impl Details for Airbyte {
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails> {
        let connector = self.find(id, options).await?.value;
        let connector_id = id.clone();
        // Not every kind can be inspected.
        let inspected = Inspect { connector_id }.run(self, options).await;
        let inspected = inspected
            .map(|inspected| inspected.value)
            .unwrap_or_default();
        let template = connector.template();
        let mode = template.and_then(|template| template.mode.as_deref());
        let runtime = template.and_then(|template| template.runtime_mode.as_deref());
        let facts = [
            fact("Workspace", Some(&self.workspace_of(id))),
            fact("Slug", connector.slug().as_deref()),
            fact("Mode", mode.map(humanize).as_deref()),
            fact("Runtime", runtime.map(humanize).as_deref()),
            fact("Context store", Some(&context_store(&inspected))),
            fact("Entities", Some(&chosen_entities(&connector))),
        ];
        let check = self.observations.of(id.as_str()).check;
        let warnings = inspected.warnings.iter();
        let warnings = warnings.map(|words| fact("Warning", Some(words)));
        let facts = facts.into_iter().chain(last_check(check)).chain(warnings);
        Ok(PlatformDetails {
            facts: facts.flatten().collect(),
            groups: vec![check_group(id), entity_group(id)],
        })
    }
}

/// Outcome and time of the last check from here.
fn last_check(check: Option<CheckRecord>) -> [Option<Fact>; 2] {
    let Some(CheckRecord { state, at }) = check else {
        return [None, None];
    };
    let outcome = state.word.as_deref().unwrap_or("No result");
    // An unknown word is its own reason.
    let reason = state.reason.filter(|reason| reason != outcome);
    let reason = reason.map(|reason| format!("{outcome}: {reason}"));
    let words = reason.unwrap_or_else(|| outcome.to_owned());
    [
        fact("Last check", Some(&words)),
        moment("Last checked", Some(&at.to_string())),
    ]
}

fn context_store(inspected: &Inspection) -> String {
    let readiness = inspected.context_store_readiness.as_ref();
    let entities = readiness.and_then(|readiness| readiness.configured_cache_entities.as_ref());
    let Some(entities) = entities else {
        return "Not used".to_owned();
    };
    let (ready, waiting): (Vec<_>, Vec<_>) = entities
        .iter()
        .partition(|each| each.ready_for_search == Some(true));
    let counted = format!("{} of {} entities ready", ready.len(), entities.len());
    let names = waiting.iter().filter_map(|each| each.entity.as_deref());
    match names.collect::<Vec<_>>().join(", ") {
        names if names.is_empty() => counted,
        names => format!("{counted} · waiting for {names}"),
    }
}

fn chosen_entities(connector: &Connector) -> String {
    let entities = connector.entities.iter();
    let each = entities.map(|each| match each.modes.as_slice() {
        [] => each.entity.clone(),
        modes => format!("{} ({})", each.entity, modes.join(", ")),
    });
    match each.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "All".to_owned(),
        entities => entities,
    }
}

fn check_group(id: &RemoteId) -> ControlGroup {
    let check = call::<Check, Airbyte>("check", "Check", json!({"connector_id": id}));
    let help = "Tests the stored credentials. Airbyte can't replace them: if they are rejected, delete the connector and \
                add it again.";
    group("Check", Some(help), [button(check)])
}

fn entity_group(id: &RemoteId) -> ControlGroup {
    let update = call::<UpdateConnector, Airbyte>;
    let choose = Action {
        input_schema: Some(form::schema_of::<EntityChoice>().into()),
        ..update(
            "choose-entities",
            "Choose entities",
            json!({"connector_id": id}),
        )
    };
    let none = json!({"connector_id": id, "entities": []});
    let clear = update("clear-entities", "Reset", none).with_warning("Resets to all entities.");
    let help = Some("What tools can access");
    group("Entities", help, [button(choose), button(clear)])
}

#[cfg(test)]
mod tests;
