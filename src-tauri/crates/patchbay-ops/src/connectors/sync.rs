//! Syncs the cached connectors with what each account's platform lists.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use patchbay_model::{
    Account, AccountId, Connector, ConnectorId, ConnectorStatus, RemoteId, Status, Timestamp,
};
use patchbay_platforms::RemoteConnector;

use crate::abilities::platform_abilities;
use crate::accounts::observations::save_observations;
use crate::accounts::platform::{options, platform_of, signed_out_error};
use crate::accounts::{errors, list_accounts};
use crate::address::{free_name, name_of};
use crate::connectors::blank_connector::blank_connector;
use crate::connectors::remote::copy_remote;
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

/// How long one account may take; the others do not wait for it.
const ACCOUNT_TIMEOUT: Duration = Duration::from_secs(30);

/// How many accounts are asked at once.
const AT_ONCE: usize = 16;

/// What became of one account's turn.
#[derive(Debug)]
pub struct SyncOutcome {
    /// The account.
    pub account: Account,
    /// Number of its connectors, or why they could not be listed.
    pub outcome: Result<usize, Error>,
    /// Its connectors as they are known now, from before where they could not be listed.
    pub connectors: Vec<Connector>,
}

/// Asks every hosted account for its connectors, several at once, each with a deadline of its own;
/// `each` hears of an account as soon as its turn is over.
///
/// # Errors
/// [`Error::Store`]. What ails an account stands in its own outcome.
pub async fn sync_connectors(cx: &Context, mut each: impl FnMut(SyncOutcome)) -> Result<(), Error> {
    let accounts = list_accounts(cx).await?;
    let hosted = accounts
        .into_iter()
        .filter(|account| platform_abilities(account.platform).has_accounts);
    let mut lists = futures::stream::iter(hosted)
        .map(|account| async move {
            let outcome = sync_account(cx, &account).await;
            // A database that cannot be read has its say in the outcome already.
            let connectors = list_account_connectors(cx, &account.id)
                .await
                .unwrap_or_default();
            SyncOutcome {
                account,
                outcome,
                connectors,
            }
        })
        .buffer_unordered(AT_ONCE);
    while let Some(synced) = lists.next().await {
        each(synced);
    }
    Ok(())
}

/// Asks one account for its connectors and keeps them; those that are gone go.
///
/// # Errors
/// [`Error::TimedOut`]; [`Error::Platform`]; [`Error::Vault`], [`Error::Store`]. The cache stays then.
pub async fn sync_account(cx: &Context, account: &Account) -> Result<usize, Error> {
    let synced = fetch_and_apply(cx, account).await;
    errors::record(cx, account, synced.as_ref().err()).await;
    synced
}

async fn fetch_and_apply(cx: &Context, account: &Account) -> Result<usize, Error> {
    let asked = cx.now();
    let before = list_account_connectors(cx, &account.id).await?;
    let listed = tokio::time::timeout(ACCOUNT_TIMEOUT, list(cx, account)).await;
    let listed = listed.map_err(|_| Error::TimedOut {
        seconds: ACCOUNT_TIMEOUT.as_secs(),
    })??;
    prune_missing(cx, &before, &listed).await?;
    let known = list_account_connectors(cx, &account.id).await?;
    let place = |connector: &Connector| Some((connector.remote_id.clone()?, connector.id.clone()));
    let here: HashMap<RemoteId, ConnectorId> = known.iter().filter_map(place).collect();
    let mut names: HashSet<String> = known.into_iter().map(|connector| connector.name).collect();
    // What was removed here meanwhile does not come back by a list that was asked for before.
    let were_here: HashSet<RemoteId> = before.into_iter().filter_map(|it| it.remote_id).collect();
    let (count, now, account) = (listed.len(), cx.now(), Arc::new(account.clone()));
    for remote in listed {
        if let Some(id) = here.get(&remote.remote_id) {
            let account = Arc::clone(&account);
            let change = move |connector: &mut Connector| {
                // What was found out since is newer than this list.
                if connector.status.checked_at.is_none_or(|at| at <= asked) {
                    apply_remote(connector, &account, remote, now);
                }
            };
            cx.store().change_connector(id, change).await?;
        } else if !were_here.contains(&remote.remote_id) {
            let connector = new_connector(cx, &account, remote, |name| names.contains(name));
            cx.store().save_connector(&connector).await?;
            names.insert(connector.name);
        }
    }
    cx.emit(Event::ConnectorsChanged);
    Ok(count)
}

/// Removes the connectors that the list lacks, which frees their names. `before` are those known when the list was
/// requested: one created since need not be in it.
async fn prune_missing(
    cx: &Context,
    before: &[Connector],
    listed: &[RemoteConnector],
) -> Result<(), Error> {
    let listed: HashSet<&RemoteId> = listed.iter().map(|remote| &remote.remote_id).collect();
    for known in before {
        let is_listed = known
            .remote_id
            .as_ref()
            .is_some_and(|id| listed.contains(id));
        // What is being connected may not be in the list yet.
        if !is_listed && cx.running_authorizations().of(&known.id).is_none() {
            cx.store().remove_connector(&known.id).await?;
        }
    }
    Ok(())
}

/// Brings a connector up to a list of its platform.
fn apply_remote(
    connector: &mut Connector,
    account: &Account,
    remote: RemoteConnector,
    now: Timestamp,
) {
    let before = connector.status.clone();
    copy_remote(connector, account, remote, now);
    if keeps_known_status(&connector.status, &before) {
        connector.status = before;
    }
}

async fn list(cx: &Context, account: &Account) -> Result<Vec<RemoteConnector>, Error> {
    let platform = platform_of(cx, account).await?;
    match platform.connectors() {
        Some(connectors) => {
            let listed = connectors.list_connectors(&options(cx)).await;
            save_observations(cx, &account.id, &*platform).await;
            listed.map_err(|error| signed_out_error(account, error))
        }
        None => Ok(Vec::new()),
    }
}

/// Writes a new label into the identity lines of an account's connectors.
pub(crate) async fn update_account_label(cx: &Context, account: &Account) -> Result<(), Error> {
    for connector in list_account_connectors(cx, &account.id).await? {
        let label = account.label.clone();
        let change = move |connector: &mut Connector| connector.identity.account = label;
        cx.store().change_connector(&connector.id, change).await?;
    }
    cx.emit(Event::ConnectorsChanged);
    Ok(())
}

async fn list_account_connectors(cx: &Context, id: &AccountId) -> Result<Vec<Connector>, Error> {
    Ok(cx.store().list_connectors_of(id).await?)
}

/// A connector that is new on this computer.
pub(crate) fn new_connector(
    cx: &Context,
    account: &Account,
    remote: RemoteConnector,
    is_taken: impl Fn(&str) -> bool,
) -> Connector {
    let name = free_name(&name_of(&remote.name), "-", is_taken);
    let mut connector = blank_connector(cx, account.id.clone(), name, String::new());
    copy_remote(&mut connector, account, remote, cx.now());
    connector
}

/// Whether the listed status says less than the known one: that tools were listed here, or could not be, stays.
fn keeps_known_status(listed: &ConnectorStatus, before: &ConnectorStatus) -> bool {
    let is_found_out = match before.status {
        Status::Ready => true,
        Status::Failing => before
            .code
            .is_none_or(|code| !code.as_str().starts_with("network.")),
        _ => false,
    };
    is_found_out && listed.status == Status::Unknown && listed.word == before.word
}
