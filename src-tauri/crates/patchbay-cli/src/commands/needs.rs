//! `patchbay status`: what needs the user's attention.

use std::collections::HashMap;

use patchbay_model::{
    Authentication, Code, Connector, ConnectorId, Timestamp, VaultBackend, VaultState, VaultStatus,
    WalletEntry,
};
use patchbay_ops::{
    Need, NeedFix, NeedKind, list_connector_rows, list_needs, list_wallet, vault_status,
};

use crate::cli::Cli;
use crate::command_hint::{reauth_command, replace_command};
use crate::failure::Failure;
use crate::output::table::{Cell, Tone};
use crate::output::{text, when};

pub(super) async fn run(cli: &Cli) -> Result<(), Failure> {
    let needs = list_needs(&cli.cx).await?;
    let vault = vault_status(&cli.cx).await;
    let if_empty = message_without_needs(&vault);
    if !needs.is_empty() && is_damaged(&vault) {
        cli.say(DAMAGED);
    }
    let listed = match needs.is_empty() || cli.is_json() {
        true => Listed::default(),
        false => Listed {
            connectors: connectors_by_id(cli).await?,
            wallet: list_wallet(&cli.cx).await?,
        },
    };
    let now = cli.now();
    let heads = ["PROBLEM", "REASON", "ACCOUNT", "SINCE", "FIX"];
    cli.print_table(&needs, if_empty, heads, |need| row(need, &listed, now))
}

/// What needs may be about.
#[derive(Default)]
struct Listed {
    connectors: HashMap<ConnectorId, Connector>,
    wallet: Vec<WalletEntry>,
}

/// The connectors by id. A short name that several have is replaced by the id.
async fn connectors_by_id(cli: &Cli) -> Result<HashMap<ConnectorId, Connector>, Failure> {
    let mut connectors = list_connector_rows(&cli.cx).await?;
    let mut counts: HashMap<String, usize> = HashMap::new();
    for connector in &connectors {
        *counts.entry(connector.name.clone()).or_default() += 1;
    }
    for connector in &mut connectors {
        if counts.get(&connector.name) != Some(&1) {
            connector.name = connector.id.to_string();
        }
    }
    let by_id = connectors.into_iter().map(|it| (it.id.clone(), it));
    Ok(by_id.collect())
}

/// The message if nothing needs the user. A vault that is locked by a passphrase is no problem: each command that needs
/// it asks for the passphrase.
fn message_without_needs(vault: &VaultStatus) -> &'static str {
    match (vault.state, vault.backend) {
        _ if is_damaged(vault) => DAMAGED,
        (VaultState::Unavailable, _) => {
            "No problems found, but the keychain isn't available. To see why, run `patchbay doctor`."
        }
        (VaultState::Locked, Some(VaultBackend::Keychain)) => {
            "No problems found, but the keychain is locked. Unlock it before you run a tool."
        }
        _ => "All good.",
    }
}

const DAMAGED: &str = "The vault can't be read. To see why, run `patchbay doctor`.";

/// Whether the vault itself is the problem, not its keychain.
fn is_damaged(vault: &VaultStatus) -> bool {
    let code = vault.problem.as_ref().map(|problem| problem.code);
    matches!(
        code,
        Some(Code::VaultDamaged | Code::VaultRolledBack | Code::VaultKeyLost)
    )
}

fn row(need: &Need, listed: &Listed, now: Timestamp) -> [Cell; 5] {
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
        Cell::from(help_command(need, listed)),
    ]
}

fn tone(kind: NeedKind) -> Tone {
    match kind {
        NeedKind::AccountFailing | NeedKind::Failing | NeedKind::Unsaved => Tone::Bad,
        NeedKind::Draft => Tone::Faint,
        _ => Tone::Warning,
    }
}

fn help_command(need: &Need, Listed { connectors, wallet }: &Listed) -> String {
    let name = |id: Option<&str>| text::quote(id.unwrap_or(&need.title));
    let id = need.connector.as_ref();
    let known = id.and_then(|id| connectors.get(id));
    let saved = wallet
        .iter()
        .find(|entry| Some(&entry.id) == need.entry.as_ref());
    let short = known.map(|connector| connector.name.as_str());
    let connector = name(short.or(id.map(ConnectorId::as_str)));
    let account = name(need.account.as_ref().map(|id| id.as_str()));
    let entry = name(need.entry.as_ref().map(|id| id.as_str()));
    match need.fix {
        // The server asked for no sign-in, so another may not help.
        NeedFix::SignIn
            if need.code == Some(Code::AuthForbidden)
                && known.is_some_and(|it| it.authentication == Authentication::None) =>
        {
            format!("patchbay connector check {connector}")
        }
        NeedFix::SignIn | NeedFix::Show | NeedFix::Connect => {
            format!("patchbay connector connect {connector}")
        }
        // It is connected still.
        NeedFix::Renew => format!("patchbay connector connect {connector} --again"),
        // The network is down, as far as accounts and connectors tell.
        NeedFix::Check if need.connector.is_none() && need.account.is_none() => {
            let mut connectors = connectors.values();
            match connectors.any(|one| one.status.code == Some(Code::NetworkDns)) {
                true => "patchbay doctor".to_owned(),
                false => "patchbay connector list --refresh".to_owned(),
            }
        }
        NeedFix::Check if need.connector.is_none() => format!("patchbay account test {account}"),
        NeedFix::Check => format!("patchbay doctor {connector}"),
        NeedFix::ReviewTools => format!("patchbay tool changes {connector}"),
        NeedFix::ReplaceKey if need.entry.is_some() => match saved {
            Some(saved) => format!("patchbay {}", replace_command(saved)),
            None => format!("patchbay credential replace {entry}"),
        },
        // The platform keeps the key of a connector, if it is not one of its settings.
        NeedFix::ReplaceKey if need.connector.is_some() => {
            let command = known.and_then(reauth_command);
            let command = command
                .unwrap_or_else(|| format!("credential add --connector {connector} --describe"));
            format!("patchbay {command}")
        }
        NeedFix::EditSettings => {
            let saved = known.and_then(|connector| saved_secret(connector, wallet));
            let command = saved.map(replace_command);
            match command.or_else(|| known.and_then(reauth_command)) {
                Some(command) => format!("patchbay {command}"),
                None => format!("patchbay connector edit {connector} --help"),
            }
        }
        NeedFix::ReplaceKey => format!("patchbay account replace-key {account}"),
        // Only the process that has the secret can save it.
        NeedFix::SaveAgain => "free space on the disk".to_owned(),
        NeedFix::RetryRotation => format!("patchbay credential rotate {entry} --retry"),
    }
}

/// The credential with the secret that a connector sends.
fn saved_secret<'a>(connector: &Connector, wallet: &'a [WalletEntry]) -> Option<&'a WalletEntry> {
    let (Authentication::Bearer { entry }
    | Authentication::Headers { entry }
    | Authentication::Variables { entry }) = &connector.authentication
    else {
        return None;
    };
    wallet.iter().find(|saved| saved.id == *entry)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::command_hint::tests::named_commands::assert_runnable;
    use crate::command_hint::tests::wiki;

    fn need(fix: &str) -> Need {
        let need = json!({
            "id": "n", "kind": "failing", "connector": null, "account": null, "entry": null,
            "title": "Wiki", "identity": null, "headline": "Wiki isn't working", "words": null,
            "code": null, "since": null, "lapsesAt": null, "fix": fix,
        });
        serde_json::from_value(need).unwrap()
    }

    fn helped(fix: &str, about: &[(&str, &str)]) -> String {
        let mut need = serde_json::to_value(need(fix)).unwrap();
        for (name, id) in about {
            need[name] = json!(id);
        }
        let id = ConnectorId::new("con_2");
        let mut known = wiki();
        known.id = id.clone();
        known.authentication_methods.clear();
        known.authentication = Authentication::None;
        let wallet: [(&str, &str, &[&str]); 4] = [
            ("wal_2", "headers", &["X-Key", "X-Org"]),
            ("wal_3", "variables", &["API_KEY"]),
            ("wal_4", "oauth_client", &[]),
            ("wal_5", "bearer", &[]),
        ];
        let listed = Listed {
            connectors: [(id, known)].into(),
            wallet: wallet
                .map(|(id, kind, names)| saved(id, kind, names))
                .into(),
        };
        let command = help_command(&serde_json::from_value(need).unwrap(), &listed);
        assert_runnable(&format!("`{command}`"));
        command
    }

    fn saved(id: &str, kind: &str, names: &[&str]) -> WalletEntry {
        let at = "2026-11-27T12:00:00Z";
        let entry = json!({
            "id": id, "name": "Key", "kind": kind, "reference": null, "headerNames": names,
            "issuer": null, "scopes": [], "createdAt": at, "replacedAt": at, "expiresAt": at,
            "lastUsedAt": null, "usedBy": [], "needsAuthorization": false, "renews": false,
        });
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn a_credential_is_replaced_with_the_options_that_its_kind_takes() {
        for (id, options) in [
            ("wal_2", " --header X-Key --header X-Org"),
            ("wal_3", " --env-secret API_KEY"),
            ("wal_4", " --client-id ID --client-secret-from -"),
            ("wal_5", ""),
        ] {
            let command = helped("replace_key", &[("entry", id)]);
            assert_eq!(command, format!("patchbay credential replace Key{options}"));
        }
    }

    #[test]
    fn a_connector_is_named_as_a_person_names_it() {
        let command = helped("sign_in", &[("connector", "con_2")]);
        assert_eq!(command, "patchbay connector connect wiki");
        let command = helped("edit_settings", &[("connector", "con_2")]);
        assert_eq!(command, "patchbay connector edit wiki --token-from -");
    }

    #[test]
    fn a_secret_that_a_connector_sends_is_replaced_where_it_is_saved() {
        let mut connector = wiki();
        let wallet = [saved("wal_2", "headers", &["X-Key"])];
        assert_eq!(saved_secret(&connector, &wallet), None);
        let entry = wallet[0].id.clone();
        connector.authentication = Authentication::Headers { entry };
        assert_eq!(saved_secret(&connector, &wallet), wallet.first());
        assert_eq!(saved_secret(&connector, &[]), None);
    }

    #[test]
    fn a_network_that_is_down_is_checked_by_what_uses_it() {
        assert_eq!(helped("check", &[]), "patchbay connector list --refresh");
        let mut unreachable = wiki();
        unreachable.status.code = Some(Code::NetworkDns);
        let listed = Listed {
            connectors: [(unreachable.id.clone(), unreachable)].into(),
            ..Listed::default()
        };
        let mut need = need("check");
        assert_eq!(help_command(&need, &listed), "patchbay doctor");
        let mut refused = wiki();
        refused.authentication = Authentication::None;
        need.connector = Some(refused.id.clone());
        need.code = Some(Code::AuthForbidden);
        need.fix = NeedFix::SignIn;
        let listed = Listed {
            connectors: [(refused.id.clone(), refused)].into(),
            ..Listed::default()
        };
        assert_eq!(
            help_command(&need, &listed),
            "patchbay connector check wiki"
        );
    }

    #[test]
    fn a_damaged_vault_is_told_of() {
        let status = |code| VaultStatus {
            backend: None,
            state: VaultState::Unavailable,
            problem: Some(patchbay_model::Problem::new(code, "it failed")),
        };
        assert_eq!(message_without_needs(&status(Code::VaultDamaged)), DAMAGED);
        assert!(!is_damaged(&status(Code::VaultNoKeychain)));
    }

    #[test]
    fn each_fix_is_a_command_of_its_own() {
        let connector = ("connector", "con_1");
        let account = ("account", "acc_1");
        let entry = ("entry", "wal_1");
        let commands = [
            helped("sign_in", &[connector, account]),
            helped("renew", &[connector, account]),
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
            "patchbay connector connect con_1 --again",
            "patchbay doctor con_1",
            "patchbay account test acc_1",
            "patchbay tool changes con_1",
            "patchbay account replace-key acc_1",
            "patchbay credential add --connector con_1 --describe",
            "patchbay connector edit con_1 --help",
            "patchbay credential replace wal_1",
            "patchbay credential rotate wal_1 --retry",
        ];
        assert_eq!(commands, expected);
    }
}
