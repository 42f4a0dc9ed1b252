//! Details of 10ex's connectors: health, a role, and a switch.
//!
//! Source: 10ex contract, sections 1 and 3 (assumed).

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{Action, Control, ControlGroup, Fact, PlatformDetails, RemoteId, clean_text};
use serde_json::json;

use super::client::Tenex;
use super::forms::{self, EXCLUSIVE_ROLES, role_title};
use super::operations::{Disable, Enable, List, PAGE_SIZE, Refresh, Revoke, Test, Update};
use super::wire::{Connector, Provider};
use crate::actions::{button, call, fact, group, humanize, moment, switch};
use crate::{Details, Operation, Result};

#[async_trait]
impl Details for Tenex {
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails> {
        let connector = self.find(id, options).await?;
        let mut groups = Vec::new();
        if self.offers::<Update>() {
            let (provider, holders) = futures::future::join(
                self.provider_of(&connector.provider, options),
                self.holders(&connector, options),
            )
            .await;
            groups.push(roles(&connector, &provider, &holders));
        }
        groups.extend(self.connection(&connector));
        Ok(PlatformDetails {
            facts: facts(&connector),
            groups,
        })
    }
}

/// Exclusive roles and the names of the connectors that have them; `None` if they are unknown.
type Holders = Option<Vec<(String, String)>>;

impl Tenex {
    async fn holders(&self, connector: &Connector, options: &CallOptions) -> Holders {
        let page = List {
            limit: Some(PAGE_SIZE),
            ..List::default()
        };
        let all = self.list_all(&page, options).await.ok()?.items;
        let others = all.iter().filter(|other| other.id != connector.id);
        let holders = others.filter_map(|other| {
            let role = other
                .text("role")
                .filter(|role| EXCLUSIVE_ROLES.contains(role))?;
            Some((role.to_owned(), display_name(other)))
        });
        Some(holders.collect())
    }

    /// An action on a connector, if the table of routes enables it.
    fn action<O: Operation<Self>>(&self, title: &str, connector: &Connector) -> Option<Action> {
        let fixed = json!({"id": connector.id});
        self.offers::<O>()
            .then(|| call::<O, _>(O::CONTRACT.name, title, fixed))
    }

    fn connection(&self, connector: &Connector) -> Option<ControlGroup> {
        let on = self.action::<Enable>("Enable", connector);
        let turned = on.zip(self.action::<Disable>("Disable", connector));
        let is_on = Some(connector.status != "disabled");
        let switch = turned.map(|(on, off)| switch("Enabled", true, is_on, [on, off]));
        let warning = "Revokes 10ex's access. Anything that uses this connector stops working until you reconnect.";
        let revoke = self
            .action::<Revoke>("Revoke", connector)
            .map(|action| action.with_warning(warning));
        let buttons = [
            self.action::<Test>("Test", connector),
            self.action::<Refresh>("Refresh token", connector),
            revoke,
        ];
        let buttons = buttons.into_iter().flatten().map(button);
        let controls: Vec<Control> = switch.into_iter().chain(buttons).collect();
        let help = Some("Test reads a little data from the provider.");
        (!controls.is_empty()).then(|| group("Connection", help, controls))
    }
}

fn facts(connector: &Connector) -> Vec<Fact> {
    let facts = [
        fact("Health", connector.text("health").map(humanize).as_deref()),
        moment("Last checked", connector.text("last_checked_at")),
        fact("Account", connector.text("account_label")),
        fact("Provider", Some(&connector.provider)),
        fact("Problem", connector.error()),
    ];
    facts.into_iter().flatten().collect()
}

fn roles(connector: &Connector, provider: &Provider, holders: &Holders) -> ControlGroup {
    let current = connector.text("role");
    let offered = forms::roles(provider, current);
    let help = help(current, &offered, holders);
    let actions = offered.into_iter().map(|role| {
        let fixed = json!({"id": connector.id, "role": role});
        let is_changed = current != Some(role.as_str());
        let action = call::<Update, Tenex>(&name(&role), &role_title(&role), fixed);
        match demotion_warning(&role, holders).filter(|_| is_changed) {
            Some(warning) => action.with_warning(warning),
            None => action,
        }
    });
    let choice = Control::Choice {
        label: "Role".to_owned(),
        current: current.map(name),
        actions: actions.collect(),
    };
    group("Role", help.as_deref(), [choice])
}

fn name(role: &str) -> String {
    format!("role-{}", role.replace('_', "-"))
}

fn help(current: Option<&str>, offered: &[String], holders: &Holders) -> Option<String> {
    let sole = offered
        .iter()
        .filter(|role| EXCLUSIVE_ROLES.contains(&role.as_str()));
    let held_roles = sole.filter_map(|role| {
        let title = lowercase_title(role);
        if current == Some(role.as_str()) {
            return Some(format!("This is the {title}."));
        }
        let names = holders_of(holders.as_ref()?, role);
        Some(match names.is_empty() {
            true => format!("No {title} yet."),
            false => format!("Current {title}: {}.", names.join(", ")),
        })
    });
    let sentences: Vec<String> = held_roles.collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn holders_of<'a>(holders: &'a [(String, String)], role: &str) -> Vec<&'a str> {
    let of_role = holders.iter().filter(|(held, _)| held == role);
    of_role.map(|(_, name)| name.as_str()).collect()
}

/// The title of a role within a sentence; `CRM` stays capitalized.
fn lowercase_title(role: &str) -> String {
    let title = role_title(role);
    let mut signs = title.chars();
    match (signs.next(), signs.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(signs).collect()
        }
        _ => title,
    }
}

fn demotion_warning(role: &str, holders: &Holders) -> Option<String> {
    if !EXCLUSIVE_ROLES.contains(&role) {
        return None;
    }
    let title = lowercase_title(role);
    let Some(holders) = holders else {
        return Some(format!("Replaces the current {title}."));
    };
    let names = holders_of(holders, role);
    (!names.is_empty()).then(|| format!("Replaces {} as {title}.", names.join(", ")))
}

fn display_name(connector: &Connector) -> String {
    let name = connector.text("name").or(connector.text("account_label"));
    clean_text(name.unwrap_or(&connector.provider), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promotion_says_who_is_demoted() {
        let holders = Some(vec![("crm_sink".to_owned(), "HubSpot".to_owned())]);
        assert_eq!(
            demotion_warning("crm_sink", &holders).as_deref(),
            Some("Replaces HubSpot as CRM sink.")
        );
        assert_eq!(demotion_warning("primary_source", &holders), None);
        assert_eq!(demotion_warning("sink", &None), None);
        assert!(
            demotion_warning("primary_source", &None)
                .unwrap()
                .contains("the current primary data source")
        );
    }

    #[test]
    fn who_has_a_role_that_only_one_can_have_is_told() {
        let offered = ["source", "primary_source", "crm_sink"].map(str::to_owned);
        let holders = Some(vec![("crm_sink".to_owned(), "HubSpot".to_owned())]);
        assert_eq!(
            help(Some("primary_source"), &offered, &holders).as_deref(),
            Some("This is the primary data source. Current CRM sink: HubSpot.")
        );
        assert_eq!(
            help(None, &offered, &Some(Vec::new())).as_deref(),
            Some("No primary data source yet. No CRM sink yet.")
        );
        assert_eq!(help(None, &offered, &None), None);
    }
}
