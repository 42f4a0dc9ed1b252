//! Details of Mistral's connectors: activation and sharing at levels, and a gateway.
//!
//! Source: Mistral contract, sections 2, 4, 8 and 9.

mod tools;

use async_trait::async_trait;
use futures::future::join;
use patchbay_http::CallOptions;
use patchbay_model::{
    Action, Control, ControlGroup, Fact, Json, PlatformDetails, RemoteId, Timestamp,
};
use serde_json::{Value, json};

use super::Mistral;
use super::operations::credentials::DeleteAllUserCredentials;
use super::operations::levels::AtLevel;
use super::operations::seed::activation::{Activation, Deactivation};
use super::operations::sharing::{Share, ShareToOrganization, Unshare, UnshareFromOrganization};
use super::operations::{Scope, seed};
use super::quirks::surface::Surface;
use super::wire::Connector;
use crate::actions::{self, button, call, call_by, fact, group, switch};
use crate::{Details, Operation, Result, Tools};

const SCOPES: [(Scope, &str, &str); 3] = [
    (
        Scope::Organization,
        "Your organization",
        "Turns it off for everyone in the organization.",
    ),
    (
        Scope::Workspace,
        "Your workspace",
        "Turns it off for everyone in the workspace.",
    ),
    (Scope::User, "You", "Turns it off for you."),
];

#[async_trait]
impl Details for Mistral {
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails> {
        let (found, tools) = join(self.find_known(id, options), self.tool_names(id, options)).await;
        let connector = found?.value;
        let mut groups = vec![
            self.activation_group(&connector, &tools),
            self.sharing_group(&connector),
        ];
        if self.surface == Surface::Current {
            groups.push(credentials_group(&connector));
        }
        groups.retain(|group| !group.controls.is_empty());
        Ok(PlatformDetails {
            facts: self.facts(&connector),
            groups,
        })
    }
}

impl Mistral {
    /// Names of the tools that an activation may choose from; empty if it can choose none, and if they are unknown: the
    /// user types them then.
    async fn tool_names(&self, id: &RemoteId, options: &CallOptions) -> Vec<String> {
        if self.surface == Surface::Current {
            return Vec::new();
        }
        let listed = self.list_tools(id, options).await.unwrap_or_default();
        listed.into_iter().map(|tool| tool.name).collect()
    }

    fn facts(&self, connector: &Connector) -> Vec<Fact> {
        let signed_in = match connector.is_authenticated {
            Some(true) => "Yes",
            Some(false) => "No",
            None => "Unknown",
        };
        let levels: Vec<&str> = connector.blocked_by.iter().map(|it| level(it)).collect();
        let is_own = connector.mistral == Some(true);
        let is_private = connector.private_tool_execution == Some(true);
        let moment = |label, at: Timestamp| actions::moment(label, Some(&at.to_string()));
        let facts = [
            fact("Protocol", Some(protocol(connector))),
            fact("Owner", owner(connector).as_deref()),
            fact("Visibility", Some(visibility(connector))),
            fact("Signed in", Some(signed_in)),
            fact("Blocked by", Some(&levels.join(", "))),
            fact("Created by", is_own.then_some("Mistral")),
            fact("Tools run", is_private.then_some("Privately")),
        ];
        let facts = facts
            .into_iter()
            .chain(tools::facts(&connector.preferences));
        let facts = facts.chain([
            fact("Gateway", self.gateway(connector).as_deref()),
            moment("Created", connector.created_at),
            moment("Updated", connector.modified_at),
        ]);
        facts.flatten().collect()
    }

    /// Address under which programs reach the service through Mistral; only on the current surface.
    fn gateway(&self, connector: &Connector) -> Option<String> {
        let part = match connector.protocol.as_deref()? {
            "mcp" => "mcp",
            "http" => "http/",
            _ => return None,
        };
        let base = self.api.base.as_str().trim_end_matches('/');
        let address = format!("{base}/v1/connectors-gateway/{}/{part}", connector.id);
        (self.surface == Surface::Current).then_some(address)
    }

    fn activation_group(&self, connector: &Connector, tools: &[String]) -> ControlGroup {
        let controls = SCOPES.map(|(scope, label, warning)| {
            let turn_on = self.turn_on_action(connector, scope, tools);
            let turn_off = turn_off_action(connector, scope, warning);
            let is_on = self.is_active(connector, scope);
            switch(label, true, is_on, [turn_on, turn_off])
        });
        let help = match self.surface {
            Surface::Current => {
                "Mistral doesn't show where it's currently on. To choose its tools, set the account's \
                 API version to seed."
            }
            Surface::Seed => "Mistral doesn't show where it's currently on.",
        };
        group("Turn on for", Some(help), controls)
    }

    /// Known for the user only. The older surface reports it; on the current one, only switching off from here is known.
    fn is_active(&self, connector: &Connector, scope: Scope) -> Option<bool> {
        if scope != Scope::User {
            return None;
        }
        let observed = self.observed(connector);
        let was_switched_off = observed.is_switched_off.then_some(false);
        connector.active.or(was_switched_off)
    }

    fn turn_on_action(&self, connector: &Connector, scope: Scope, tools: &[String]) -> Action {
        let contract = Activation::CONTRACTS[scope as usize];
        let name = format!("activate-for-{}", scope.as_str());
        let action = call_by(contract, &name, "Turn on", by_id(connector));
        if self.surface == Surface::Current {
            return action;
        }
        let set = tools::configuration_at(&connector.preferences, scope);
        Action {
            input_schema: Some(Json(tools::configuration(tools, &set))),
            values: Json(json!(set)),
            ..action
        }
    }

    fn sharing_group(&self, connector: &Connector) -> ControlGroup {
        let word = connector.visibility.as_deref();
        let controls = match (self.surface, word) {
            (Surface::Current, _) => {
                let is = |level: &str| word.map(|word| word == level);
                vec![
                    sharing_switch::<Share, Unshare>(
                        connector,
                        "workspace",
                        is("shared_workspace"),
                    ),
                    sharing_switch::<ShareToOrganization, UnshareFromOrganization>(
                        connector,
                        "organization",
                        is("shared_org"),
                    ),
                ]
            }
            (Surface::Seed, Some("private") | None) => {
                vec![button(share_irreversibly(connector))]
            }
            (Surface::Seed, Some(_)) => Vec::new(),
        };
        group("Sharing", None, controls)
    }
}

fn turn_off_action(connector: &Connector, scope: Scope, warning: &str) -> Action {
    let contract = Deactivation::CONTRACTS[scope as usize];
    let name = format!("deactivate-for-{}", scope.as_str());
    call_by(contract, &name, "Turn off", by_id(connector)).with_warning(warning)
}

fn by_id(connector: &Connector) -> Value {
    json!({"connector_id": connector.id})
}

fn sharing_switch<On: Operation<Mistral>, Off: Operation<Mistral>>(
    connector: &Connector,
    level: &str,
    is_on: Option<bool>,
) -> Control {
    let (on, off) = (
        format!("share-with-{level}"),
        format!("unshare-from-{level}"),
    );
    let turn_on = call::<On, _>(&on, "Share", by_id(connector)).with_warning(format!(
        "The {level} becomes the owner and every member can use it. Sign-ins that depend on you must be set up again. Only its creator can undo this."
    ));
    let turn_off = call::<Off, _>(&off, "Stop sharing", by_id(connector)).with_warning(
        "It becomes private to its creator. Other members' sign-ins are deleted and don't come back.",
    );
    let label = format!("Share with the {level}");
    switch(&label, false, is_on, [turn_on, turn_off])
}

fn share_irreversibly(connector: &Connector) -> Action {
    let title = "Share with the workspace";
    let share = call::<seed::Share, _>;
    share("share-with-workspace", title, by_id(connector)).with_warning(
        "The workspace becomes the owner and every member can use it. Sign-ins that depend on you must be set up again. You can't undo this.",
    )
}

fn credentials_group(connector: &Connector) -> ControlGroup {
    let fixed = json!({"connector_id_or_name": connector.id});
    let (name, title) = ("delete-all-user-credentials", "Delete my credentials");
    let action = call::<DeleteAllUserCredentials, _>(name, title, fixed).with_warning(
        "Deletes all your credentials for this connector. Workspace and organization credentials stay.",
    );
    group("Credentials", None, [button(action)])
}

fn protocol(connector: &Connector) -> &str {
    match connector.protocol.as_deref() {
        Some("mcp") => "MCP",
        Some("http") => "HTTP",
        other => other.unwrap_or("Unknown"),
    }
}

/// The owner's type is a word on the current surface, and an undocumented number on the older one.
fn owner(connector: &Connector) -> Option<String> {
    let kind = match &connector.owner_type {
        Value::String(word) => level(word).to_owned(),
        Value::Number(number) => format!("type {number}"),
        _ => return None,
    };
    Some(match &connector.owner_id {
        Some(id) => format!("{kind} ({id})"),
        None => kind,
    })
}

fn level(word: &str) -> &str {
    match word {
        "org" => "organization",
        other => other,
    }
}

fn visibility(connector: &Connector) -> &str {
    match connector.visibility.as_deref() {
        Some("private") => "Private",
        Some("shared_workspace") => "Workspace",
        Some("shared_org") => "Organization",
        Some("shared_global") => "Everyone",
        other => other.unwrap_or("Unknown"),
    }
}

#[cfg(test)]
mod tests;
