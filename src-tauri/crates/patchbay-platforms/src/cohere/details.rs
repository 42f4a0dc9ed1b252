//! Details of Cohere's connectors: whether chats use them, and how chats handle their failures.
//!
//! Source: Cohere contract, sections 3 and 10.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{AuthenticationMethod, ControlGroup, Fact, PlatformDetails, RemoteId};
use serde_json::json;

use super::mapping::method;
use super::operations::Update;
use super::platform::Cohere;
use super::wire::Connector;
use crate::{Details, Result, actions};

#[async_trait]
impl Details for Cohere {
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails> {
        let (connector, _) = self.find(id, options).await?;
        let id = &connector.id;
        let active = actions::switch::<Update, _>(
            "Active",
            true,
            connector.is_active(),
            [("activate", "Activate"), ("deactivate", "Deactivate")],
            |is_on| json!({ "id": id, "active": is_on }),
        );
        let continues = actions::switch::<Update, _>(
            "Continue if it fails",
            false,
            connector.continues_on_failure(),
            [
                ("continue-on-failure", "Continue"),
                ("stop-on-failure", "Stop"),
            ],
            |is_on| json!({ "id": id, "continue_on_failure": is_on }),
        );
        Ok(PlatformDetails {
            facts: facts(&connector),
            groups: vec![ControlGroup {
                title: "In chats".to_owned(),
                help: None,
                controls: vec![active, continues],
            }],
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
