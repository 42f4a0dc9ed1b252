//! What only Cohere's connectors have: whether chats ask them, and what comes of a failure. The test search
//! is one of their tools.
//!
//! Source: Cohere contract, sections 3 and 10.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Act, Control, ControlGroup, Fact, Particulars, RemoteId};
use serde_json::{Value, json};

use super::operations::OPERATIONS;
use super::wire::Connector;
use super::{Cohere, forms};
use crate::{Error, Peculiar, acts};

#[async_trait]
impl Peculiar for Cohere {
    async fn particulars(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Particulars, Error> {
        let connector = self.known(id, options).await?;
        Ok(Particulars {
            facts: facts(&connector),
            groups: vec![ControlGroup {
                title: "In chats".to_owned(),
                help: Some("Whether chats ask it, and what comes of a failure.".to_owned()),
                controls: vec![active(&connector), goes_on(&connector)],
            }],
        })
    }
}

fn facts(connector: &Connector) -> Vec<Fact> {
    let kind = forms::kind(connector);
    let sign_in = match kind {
        "oauth" => "OAuth",
        "service_auth" => "Token",
        _ => "None",
    };
    let authorization = match (kind, connector.text("auth_status")) {
        ("oauth", None) => "Not authorized yet".to_owned(),
        (_, None) => "Not needed".to_owned(),
        (_, Some(word)) => acts::plain(word),
    };
    let facts = [
        acts::fact("Authorization", Some(&authorization)),
        acts::fact("Sign-in", Some(sign_in)),
        acts::fact("Organization", connector.text("organization_id")),
        acts::moment("Created", connector.text("created_at")),
        acts::moment("Changed", connector.text("updated_at")),
    ];
    facts.into_iter().flatten().collect()
}

fn active(connector: &Connector) -> Control {
    let act = |is_on: bool, name: &str, title: &str| {
        let fixed = json!({"id": connector.id(), "active": is_on});
        update(name, title, fixed)
    };
    Control::Switch {
        label: "Active".to_owned(),
        is_main: true,
        is_on: Some(connector.is_active()),
        turn_on: Box::new(act(true, "activate", "Activate")),
        turn_off: Box::new(act(false, "deactivate", "Deactivate")),
    }
}

fn goes_on(connector: &Connector) -> Control {
    let act = |is_on: bool, name: &str, title: &str| {
        let fixed = json!({"id": connector.id(), "continue_on_failure": is_on});
        update(name, title, fixed)
    };
    Control::Switch {
        label: "Continue on failure".to_owned(),
        is_main: false,
        is_on: Some(connector.goes_on()),
        turn_on: Box::new(act(true, "continue-on-failure", "Go on without it")),
        turn_off: Box::new(act(false, "stop-on-failure", "Fail with it")),
    }
}

fn update(name: &str, title: &str, fixed: Value) -> Act {
    acts::act(OPERATIONS, "update", name, title, fixed)
}

#[cfg(test)]
mod tests;
