//! Everything that requires the user's attention, each with one fix.

use std::time::Duration;

use patchbay_model::{
    Account, AccountId, Code, Connector, Status, Timestamp, WalletEntry, WalletKind, count,
    is_loopback,
};
use patchbay_vault::SecretName;
use url::Url;

use crate::abilities::{abilities, platform_abilities};
use crate::accounts::errors::account_error;
use crate::accounts::list_accounts;
use crate::code_rules::{AccountState, account_state};
use crate::context::Context;
use crate::credentials::list_wallet;
use crate::credentials::rotate::is_rotating;
use crate::error::Error;
use crate::need::{Need, NeedFix, NeedKind};
use crate::next_action::next_action;
use crate::stored_connectors::list_connector_rows;

/// How long before its expiry something is listed.
const NOTICE_PERIOD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Checks less than this apart are assumed to have used the same network.
const SAME_TIME: Duration = Duration::from_secs(60);

/// Returns everything that requires the user's attention, the most urgent first. Sends nothing.
pub async fn list_needs(cx: &Context) -> Result<Vec<Need>, Error> {
    let accounts = list_accounts(cx).await?;
    let connectors = list_connector_rows(cx).await?;
    let mut needs = Vec::new();
    for account in &accounts {
        needs.extend(find_account_need(cx, account).await?);
    }
    // Connectors of a signed-out account cannot be fixed.
    let signed_out: Vec<AccountId> = needs
        .iter()
        .filter(|need| need.kind == NeedKind::AccountSignedOut)
        .filter_map(|need| need.account.clone())
        .collect();
    let reached = |connector: &&Connector| !signed_out.contains(&connector.account);
    needs.extend(
        connectors
            .iter()
            .filter(reached)
            .filter_map(|connector| find_connector_need(connector, cx.now())),
    );
    let mut needs = fold_unreachable(needs, &connectors);
    needs.extend(list_tool_change_needs(cx, &connectors).await?);
    let unsaved = cx.vault().unsaved();
    for entry in list_wallet(cx).await? {
        let own = SecretName::wallet(&entry.id);
        let mut unsaved = unsaved.iter();
        let unsaved = unsaved.find(|(name, _)| *name == own);
        needs.extend(unsaved.map(|(_, error)| Need::unsaved(&entry, error, cx.now())));
        needs.extend(lapsing_entry(&entry, &needs, cx.now()));
        needs.extend(find_rotation_need(cx, &entry).await?);
    }
    needs.sort_by(|a, b| (a.kind, a.lapses_at, &a.title).cmp(&(b.kind, b.lapses_at, &b.title)));
    Ok(needs)
}

/// Replaces the needs of several unreachable accounts, or connectors whose hosts do not resolve, by one need: probably
/// the network is down. A host that resolves but does not answer may be down itself, and one that does not resolve
/// while another does may be a mistyped address.
fn fold_unreachable(needs: Vec<Need>, connectors: &[Connector]) -> Vec<Need> {
    let is_unreachable = |need: &Need| match need.kind {
        NeedKind::AccountFailing => {
            matches!(need.code, Some(Code::NetworkUnreachable | Code::NetworkDns))
        }
        NeedKind::Failing => {
            need.code == Some(Code::NetworkDns) && !is_another_reachable(connectors, need)
        }
        _ => false,
    };
    let (unreachable, mut others): (Vec<Need>, Vec<Need>) =
        needs.into_iter().partition(is_unreachable);
    if unreachable.len() < 2 {
        others.extend(unreachable);
        return others;
    }
    let labels: Vec<&str> = unreachable.iter().map(|need| &*need.title).collect();
    let accounts = unreachable
        .iter()
        .filter(|need| need.connector.is_none())
        .count();
    let groups = [
        (accounts, "account"),
        (unreachable.len() - accounts, "connector"),
    ];
    let groups = groups.into_iter().filter(|(number, _)| *number > 0);
    let groups: Vec<String> = groups.map(|(number, what)| count(number, what)).collect();
    let headline = format!("Couldn't reach {}", groups.join(" and "));
    others.push(Need {
        words: Some(format!("check your network: {}", labels.join(", "))),
        code: Some(Code::NetworkUnreachable),
        since: unreachable.iter().filter_map(|need| need.since).min(),
        ..Need::new(
            NeedKind::AccountFailing,
            "network",
            "Network",
            headline,
            NeedFix::Check,
        )
    });
    others
}

/// Whether another remote server was reachable at about the time when this one was not.
fn is_another_reachable(connectors: &[Connector], need: &Need) -> bool {
    let own = connectors
        .iter()
        .find(|one| Some(&one.id) == need.connector.as_ref());
    let Some(missed_at) = own.and_then(|own| own.status.checked_at) else {
        return false;
    };
    let is_far = |connector: &Connector| {
        let address = connector.endpoint.as_deref().map(Url::parse);
        matches!(address, Some(Ok(address)) if !is_loopback(&address))
    };
    connectors.iter().any(|other| {
        let found_at = other.status.last_ok_at;
        other.status.status == Status::Ready
            && abilities(other).signs_in_here
            && is_far(other)
            && found_at.is_some_and(|at| missed_at.instant() - at.instant() < SAME_TIME)
    })
}

async fn find_account_need(cx: &Context, account: &Account) -> Result<Option<Need>, Error> {
    if !platform_abilities(account.platform).has_accounts {
        return Ok(None);
    }
    let blank = |kind, headline: String, fix| Need {
        account: Some(account.id.clone()),
        ..Need::new(kind, account.id.as_str(), &account.label, headline, fix)
    };
    let label = &account.label;
    if account.is_signed_out {
        let headline = format!("{label} is signed out");
        return Ok(Some(Need {
            words: Some("enter a key to sign in".to_owned()),
            ..blank(NeedKind::AccountSignedOut, headline, NeedFix::ReplaceKey)
        }));
    }
    let Some(failure) = account_error(cx, &account.id).await? else {
        return Ok(None);
    };
    let (kind, headline, fix) = if account_state(failure.problem.code) == AccountState::SignedOut {
        let headline = format!("{label} is signed out");
        (NeedKind::AccountSignedOut, headline, NeedFix::ReplaceKey)
    } else {
        let headline = format!("Couldn't load {label}");
        (NeedKind::AccountFailing, headline, NeedFix::Check)
    };
    Ok(Some(Need {
        words: strip_headline(&headline, &failure.problem.message),
        code: Some(failure.problem.code),
        since: Some(failure.since),
        ..blank(kind, headline, fix)
    }))
}

/// Removes the headline from the start of a message that repeats it.
fn strip_headline(headline: &str, message: &str) -> Option<String> {
    let named = message.strip_prefix("account ").unwrap_or(message);
    let rest = named.strip_prefix(headline).unwrap_or(message);
    let rest = rest.trim_start_matches(": ");
    (!rest.is_empty()).then(|| rest.to_owned())
}

fn find_connector_need(connector: &Connector, now: Timestamp) -> Option<Need> {
    let title = &connector.title;
    let status = &connector.status;
    let Some(kind) = NeedKind::of(connector) else {
        let works = matches!(status.status, Status::Ready | Status::Unknown);
        return works.then(|| lapsing_connector(connector, now)).flatten();
    };
    let headline = match kind {
        NeedKind::SignIn if status.code == Some(Code::AuthRefused) => {
            format!("{title} needs a new key")
        }
        NeedKind::SignIn => format!("{title} needs sign-in"),
        NeedKind::Authorizing => format!("Finish signing in to {title}"),
        NeedKind::PlatformMessage => format!("{title} is disconnected"),
        NeedKind::Draft => format!("Finish connecting {title}"),
        _ if status.code == Some(Code::AuthForbidden) => format!("{title} needs more access"),
        _ => format!("{title} isn't working"),
    };
    let fix = next_action(connector, 0).and_then(NeedFix::of)?;
    Some(Need {
        words: status.reason.clone(),
        code: status.code,
        // `None` for a connector that never worked.
        since: status.last_ok_at,
        ..connector_need(kind, connector, headline, fix)
    })
}

/// Reports the expiry that the platform states for a connector. Local sign-ins expire with their wallet entry.
fn lapsing_connector(connector: &Connector, now: Timestamp) -> Option<Need> {
    if abilities(connector).signs_in_here {
        return None;
    }
    let lapses_at = connector
        .identity
        .expires_at
        .filter(|at| *at < now + NOTICE_PERIOD)?;
    let headline = format!("{}: sign-in expires soon", connector.title);
    Some(Need {
        lapses_at: Some(lapses_at),
        ..connector_need(NeedKind::Lapsing, connector, headline, NeedFix::Renew)
    })
}

async fn list_tool_change_needs(
    cx: &Context,
    connectors: &[Connector],
) -> Result<Vec<Need>, Error> {
    let changes = cx.store().list_changed_tools().await?;
    let needs = connectors.iter().filter_map(|connector| {
        let mut changes = changes.iter().filter(|one| one.connector == connector.id);
        let first = changes.next()?;
        let mut names = vec![first.name.as_str()];
        names.extend(changes.map(|one| one.name.as_str()));
        let headline = format!("{} changed {}", connector.title, count(names.len(), "tool"));
        Some(Need {
            words: Some(names.join(", ")),
            since: Some(first.noticed_at),
            ..connector_need(
                NeedKind::ToolsChanged,
                connector,
                headline,
                NeedFix::ReviewTools,
            )
        })
    });
    Ok(needs.collect())
}

/// Reports an entry that expires and is not renewed automatically, unless its connector has another need already. OAuth
/// tokens that no connector uses do not matter.
fn lapsing_entry(entry: &WalletEntry, needs: &[Need], now: Timestamp) -> Option<Need> {
    let lapses_at = entry.expires_at.filter(|at| *at < now + NOTICE_PERIOD)?;
    let user = entry.used_by.first();
    let is_listed = user.is_some_and(|user| {
        let mut needs = needs.iter();
        needs.any(|need| need.connector.as_ref() == Some(&user.connector))
    });
    let is_consent = entry.kind == WalletKind::Oauth;
    if entry.renews || is_listed || (is_consent && user.is_none()) {
        return None;
    }
    let fix = if is_consent {
        NeedFix::Renew
    } else {
        NeedFix::ReplaceKey
    };
    let headline = if lapses_at <= now {
        format!("{} expired", entry.name)
    } else {
        format!("{} expires soon", entry.name)
    };
    let users: Vec<&str> = entry.used_by.iter().map(|user| &*user.title).collect();
    Some(Need {
        connector: user.map(|user| user.connector.clone()),
        entry: Some(entry.id.clone()),
        words: (!users.is_empty()).then(|| format!("used by {}", users.join(", "))),
        lapses_at: Some(lapses_at),
        ..Need::new(
            NeedKind::Lapsing,
            entry.id.as_str(),
            &entry.name,
            headline,
            fix,
        )
    })
}

async fn find_rotation_need(cx: &Context, entry: &WalletEntry) -> Result<Option<Need>, Error> {
    let secret_locations = cx.store().list_secret_locations(&entry.id).await?;
    let mut open = secret_locations
        .iter()
        .filter_map(|one| one.problem.as_ref());
    let Some(first) = open.next() else {
        return Ok(None);
    };
    // Pending locations do not require the user while a rotation runs.
    if cx.rotations().has(&entry.id) || is_rotating(cx, &entry.id).await {
        return Ok(None);
    }
    let number = 1 + open.count();
    let places = if number == 1 {
        "1 place still uses the old credential".to_owned()
    } else {
        format!("{number} places still use the old credential")
    };
    let headline = format!("Finish rotating {}", entry.name);
    Ok(Some(Need {
        entry: Some(entry.id.clone()),
        words: Some(format!("{places}: {}", first.message)),
        code: Some(first.code),
        since: Some(entry.replaced_at),
        ..Need::new(
            NeedKind::Rotation,
            entry.id.as_str(),
            &entry.name,
            headline,
            NeedFix::RetryRotation,
        )
    }))
}

fn connector_need(kind: NeedKind, connector: &Connector, headline: String, fix: NeedFix) -> Need {
    Need {
        connector: Some(connector.id.clone()),
        account: Some(connector.account.clone()),
        identity: Some(connector.identity.clone()),
        ..Need::new(kind, connector.id.as_str(), &connector.title, headline, fix)
    }
}

#[cfg(test)]
mod tests;
