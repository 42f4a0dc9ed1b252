//! Details of Cohere's connectors: whether chats use them, and how chats handle their failures.
//!
//! Source: Cohere contract, sections 3 and 10.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{AuthenticationMethod, Fact, PlatformDetails, RemoteId};
use serde_json::json;

use super::mapping::method;
use super::operations::Update;
use super::platform::Cohere;
use super::wire::Connector;
use crate::actions::{self, call, group, switch};
use crate::{Details, Result};

#[async_trait]
impl Details for Cohere {
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails> {
        let (connector, _) = self.find(id, options).await?;
        let id = &connector.id;
        let update = call::<Update, _>;
        let activate = |name, title, is_on| update(name, title, json!({"id": id, "active": is_on}));
        let active = switch(
            "Active",
            true,
            Some(connector.is_active()),
            [
                activate("activate", "Activate", true),
                activate("deactivate", "Deactivate", false),
            ],
        );
        let go_on = |name, title, is_on| {
            update(name, title, json!({"id": id, "continue_on_failure": is_on}))
        };
        let continues = switch(
            "Continue if it fails",
            false,
            Some(connector.continues_on_failure()),
            [
                go_on("continue-on-failure", "Continue", true),
                go_on("stop-on-failure", "Stop", false),
            ],
        );
        Ok(PlatformDetails {
            facts: facts(&connector),
            groups: vec![group("In chats", None, [active, continues])],
        })
    }
}

fn facts(connector: &Connector) -> Vec<Fact> {
    let method = method(connector);
    let sign_in = match method {
        AuthenticationMethod::Oauth => "OAuth",
        AuthenticationMethod::None => "None",
        _ => "Token",
    };
    let authorization = match (method, connector.auth_status.as_deref()) {
        (AuthenticationMethod::Oauth, None) => "Not signed in".to_owned(),
        (_, None) => "Not needed".to_owned(),
        (_, Some(word)) => actions::humanize(word),
    };
    let facts = [
        actions::fact("Authorization", Some(&authorization)),
        actions::fact("Sign-in", Some(sign_in)),
        actions::fact("Organization", connector.organization_id.as_deref()),
        actions::moment("Created", connector.created_at.as_deref()),
        actions::moment("Updated", connector.updated_at.as_deref()),
    ];
    facts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
