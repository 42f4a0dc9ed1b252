//! `patchbay status`: what needs the user's attention.

use std::collections::HashMap;

use patchbay_model::{ConnectorId, Timestamp, VaultBackend, VaultState};
use patchbay_ops::{Need, NeedFix, NeedKind, list_connector_rows, list_needs, vault_status};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::{Cell, Tone};
use crate::output::{text, when};

pub(super) async fn run(cli: &Cli) -> Result<(), Failure> {
    let needs = list_needs(&cli.cx).await?;
    let if_empty = match needs.is_empty() {
        true => {
            let vault = vault_status(&cli.cx).await;
            message_without_needs(vault.state, vault.backend)
        }
        false => "",
    };
    let names = match needs.is_empty() || cli.is_json() {
        true => HashMap::new(),
        false => unique_names(cli).await?,
    };
    let now = cli.now();
    let heads = ["PROBLEM", "REASON", "ACCOUNT", "SINCE", "FIX"];
    cli.print_table(&needs, if_empty, heads, |need| row(need, &names, now))
}

/// Short names that select one connector, by its id.
async fn unique_names(cli: &Cli) -> Result<HashMap<ConnectorId, String>, Failure> {
    let mut ids: HashMap<String, Vec<ConnectorId>> = HashMap::new();
    for connector in list_connector_rows(&cli.cx).await? {
        ids.entry(connector.name).or_default().push(connector.id);
    }
    let unique = |(name, ids): (String, Vec<ConnectorId>)| match <[_; 1]>::try_from(ids) {
        Ok([id]) => Some((id, name)),
        Err(_) => None,
    };
    Ok(ids.into_iter().filter_map(unique).collect())
}

/// The message if nothing needs the user. A vault that is locked by a passphrase is no problem: each command that needs
/// it asks for the passphrase.
fn message_without_needs(vault: VaultState, backend: Option<VaultBackend>) -> &'static str {
    match (vault, backend) {
        (VaultState::Unavailable, _) => {
            "No problems found, but the keychain isn't available. To see why, run `patchbay doctor`."
        }
        (VaultState::Locked, Some(VaultBackend::Keychain)) => {
            "No problems found, but the keychain is locked. Unlock it before you run a tool."
        }
        _ => "All good.",
    }
}

fn row(need: &Need, names: &HashMap<ConnectorId, String>, now: Timestamp) -> [Cell; 5] {
    let who = need.identity.as_ref();
    let who = who.map(|identity| match &identity.credential {
        Some(credential) => format!("{} · {credential}", identity.account),
        None => identity.account.clone(),
    });
    let time = need
        .lapses_at
        .or(need.since)
        .map(|at| when::relative(at, now));
    [
        Cell::toned(&need.headline, tone(need.kind)),
        Cell::from(need.words.as_deref().unwrap_or_default()),
        Cell::from(who.unwrap_or_default()),
        Cell::from(time.unwrap_or_default()),
        Cell::from(help_command(need, names)),
    ]
}

fn tone(kind: NeedKind) -> Tone {
    match kind {
        NeedKind::AccountFailing | NeedKind::Failing | NeedKind::Unsaved => Tone::Bad,
        NeedKind::Draft => Tone::Faint,
        _ => Tone::Warning,
    }
}

fn help_command(need: &Need, names: &HashMap<ConnectorId, String>) -> String {
    let name = |id: Option<&str>| text::quote(id.unwrap_or(&need.title));
    let connector = need.connector.as_ref();
    let connector = connector.map(|id| names.get(id).map_or(id.as_str(), |name| name));
    let connector = name(connector);
    let account = name(need.account.as_ref().map(|id| id.as_str()));
    let entry = name(need.entry.as_ref().map(|id| id.as_str()));
    match need.fix {
        NeedFix::SignIn | NeedFix::Show | NeedFix::Connect | NeedFix::Renew => {
            format!("patchbay connector connect {connector}")
        }
        NeedFix::Check if need.connector.is_none() && need.account.is_none() => {
            "patchbay connector list --refresh".to_owned()
        }
        NeedFix::Check if need.connector.is_none() => format!("patchbay account test {account}"),
        NeedFix::Check => format!("patchbay doctor {connector}"),
        NeedFix::ReviewTools => format!("patchbay tool changes {connector}"),
        NeedFix::ReplaceKey if need.entry.is_some() => {
            format!("patchbay credential replace {entry}")
        }
        // The platform keeps the key of a connector, if it is not one of its settings.
        NeedFix::ReplaceKey if need.connector.is_some() => {
            format!("patchbay credential add --connector {connector}")
        }
        NeedFix::EditSettings => format!("patchbay connector edit {connector}"),
        NeedFix::ReplaceKey => format!("patchbay account replace-key {account}"),
        // Only the process that has the secret can save it.
        NeedFix::SaveAgain => "free space on the disk".to_owned(),
        NeedFix::RetryRotation => format!("patchbay credential rotate {entry} --retry"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn helped(fix: &str, about: &[(&str, &str)]) -> String {
        let mut need = json!({
            "id": "n", "kind": "failing", "connector": null, "account": null, "entry": null,
            "title": "Wiki", "identity": null, "headline": "Wiki isn't working", "words": null,
            "code": null, "since": null, "lapsesAt": null, "fix": fix,
        });
        for (name, id) in about {
            need[name] = json!(id);
        }
        let names = [(ConnectorId::new("con_2"), "wiki".to_owned())].into();
        help_command(&serde_json::from_value(need).unwrap(), &names)
    }

    #[test]
    fn a_connector_is_named_as_a_person_names_it() {
        let command = helped("sign_in", &[("connector", "con_2")]);
        assert_eq!(command, "patchbay connector connect wiki");
    }

    #[test]
    fn each_fix_is_a_command_of_its_own() {
        let connector = ("connector", "con_1");
        let account = ("account", "acc_1");
        let entry = ("entry", "wal_1");
        let commands = [
            helped("sign_in", &[connector, account]),
            helped("check", &[connector, account]),
            helped("check", &[account]),
            helped("review_tools", &[connector, account]),
            helped("replace_key", &[account]),
            helped("replace_key", &[connector, account]),
            helped("edit_settings", &[connector, account]),
            helped("replace_key", &[entry]),
            helped("retry_rotation", &[entry]),
        ];
        let expected = [
            "patchbay connector connect con_1",
            "patchbay doctor con_1",
            "patchbay account test acc_1",
            "patchbay tool changes con_1",
            "patchbay account replace-key acc_1",
            "patchbay credential add --connector con_1",
            "patchbay connector edit con_1",
            "patchbay credential replace wal_1",
            "patchbay credential rotate wal_1 --retry",
        ];
        assert_eq!(commands, expected);
    }
}
