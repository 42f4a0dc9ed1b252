//! Syncs the cached connectors with what each account's platform lists.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures::StreamExt;
use patchbay_model::{Account, Connector, ConnectorId, ConnectorStatus, RemoteId, Status};
use patchbay_platforms::{Error as PlatformError, RemoteConnector};

use crate::abilities::platform_abilities;
use crate::accounts::observations::save_observations;
use crate::accounts::platform::{options, platform_of, signed_out_error};
use crate::accounts::remote::copy_remote;
use crate::accounts::{errors, list_accounts};
use crate::address::{free_name, name_of};
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::stored_connectors::blank_connector::blank_connector;

/// Maximum time that listing one account may take.
const ACCOUNT_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum number of accounts that are asked concurrently.
pub(crate) const MAX_CONCURRENT_ACCOUNTS: usize = 16;

/// Result of syncing one account.
#[derive(Debug)]
pub struct SyncOutcome {
    pub account: Account,
    /// Number of connectors, or why they could not be listed.
    pub outcome: Result<usize, Error>,
    /// The cached connectors after the sync; the former ones if it failed.
    pub connectors: Vec<Connector>,
}

/// Syncs every hosted account concurrently, each with a timeout, and calls `each` as soon as one is done.
///
/// # Errors
/// [`Error::Store`]. The failure of an account is returned in its outcome.
pub async fn sync_connectors(cx: &Context, mut each: impl FnMut(SyncOutcome)) -> Result<(), Error> {
    let accounts = list_accounts(cx).await?;
    let hosted = accounts
        .into_iter()
        .filter(|account| platform_abilities(account.platform).has_accounts);
    let mut lists = futures::stream::iter(hosted)
        .map(|account| async move {
            let outcome = sync_account(cx, &account).await;
            // The outcome already reports a database that cannot be read.
            let connectors = cx.store().list_connectors_of(&account.id).await;
            SyncOutcome {
                account,
                outcome,
                connectors: connectors.unwrap_or_default(),
            }
        })
        .buffer_unordered(MAX_CONCURRENT_ACCOUNTS);
    while let Some(synced) = lists.next().await {
        each(synced);
    }
    Ok(())
}

/// Lists the connectors of one account and updates the cache; on failure, and where the platform does not list
/// them, the cache is unchanged. Returns their number.
pub async fn sync_account(cx: &Context, account: &Account) -> Result<usize, Error> {
    let synced = fetch_and_apply(cx, account).await;
    errors::record(cx, account, synced.as_ref().err()).await;
    synced
}

async fn fetch_and_apply(cx: &Context, account: &Account) -> Result<usize, Error> {
    let requested_at = cx.now();
    let before = cx.store().list_connectors_of(&account.id).await?;
    let listed = match with_account_timeout(list(cx, account)).await {
        // Its connectors are known from elsewhere, such as their creation.
        Err(Error::Platform(PlatformError::NotSupported(_))) => return Ok(before.len()),
        listed => listed?,
    };
    prune_missing(cx, &before, &listed).await?;
    let known = cx.store().list_connectors_of(&account.id).await?;
    let ids = |connector: &Connector| Some((connector.remote_id.clone()?, connector.id.clone()));
    let local_ids: HashMap<RemoteId, ConnectorId> = known.iter().filter_map(ids).collect();
    // A connector that was removed during the request must not come back.
    let known_before: HashSet<RemoteId> =
        before.into_iter().filter_map(|it| it.remote_id).collect();
    let count = listed.len();
    let mut new = Vec::new();
    for remote in listed {
        if let Some(id) = local_ids.get(&remote.remote_id) {
            let (account, clock) = (account.clone(), cx.clock());
            let change = move |connector: &mut Connector| {
                let now = clock.now();
                let former = connector.status.clone();
                // A check during the request is newer than this list. One in the future was made by a wrong clock.
                if former
                    .checked_at
                    .is_some_and(|at| at > requested_at && at <= now)
                {
                    return;
                }
                copy_remote(connector, &account, remote, now);
                if is_more_specific(&former, &connector.status) {
                    connector.status = former;
                }
            };
            cx.store().change_connector(id, change).await?;
        } else if !known_before.contains(&remote.remote_id) {
            new.push(new_connector(cx, account, remote));
        }
    }
    if !new.is_empty() {
        add_connectors(cx, account, new).await?;
    }
    cx.emit(Event::ConnectorsChanged);
    Ok(count)
}

/// Removes the connectors that are missing from the list, which frees their names. `before` holds those known when the
/// list was requested; one created since may be missing from it.
async fn prune_missing(
    cx: &Context,
    before: &[Connector],
    listed: &[RemoteConnector],
) -> Result<(), Error> {
    let listed: HashSet<&RemoteId> = listed.iter().map(|remote| &remote.remote_id).collect();
    let open = cx.store().list_open_authorizations().await?;
    for known in before {
        let is_listed = known
            .remote_id
            .as_ref()
            .is_some_and(|id| listed.contains(id));
        // A connector that is being authorized, here or by another process, may not be listed yet.
        let is_authorizing = cx.running_authorizations().of(&known.id).is_some()
            || open.iter().any(|one| one.connector == known.id);
        if !is_listed && !is_authorizing {
            cx.store().remove_connector(&known.id).await?;
        }
    }
    Ok(())
}

pub(crate) async fn with_account_timeout<T>(
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let timed_out = Error::TimedOut {
        seconds: ACCOUNT_TIMEOUT.as_secs(),
    };
    tokio::time::timeout(ACCOUNT_TIMEOUT, work)
        .await
        .unwrap_or(Err(timed_out))
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
    for connector in cx.store().list_connectors_of(&account.id).await? {
        let label = account.label.clone();
        let change = move |connector: &mut Connector| connector.identity.account = label;
        cx.store().change_connector(&connector.id, change).await?;
    }
    cx.emit(Event::ConnectorsChanged);
    Ok(())
}

/// Saves connectors that are not cached yet, under free names. Of one that another process has saved meanwhile, the
/// saved one is returned.
pub(crate) async fn add_connectors(
    cx: &Context,
    account: &Account,
    connectors: Vec<Connector>,
) -> Result<Vec<Connector>, Error> {
    let free =
        |name: &str, taken: &HashSet<String>| free_name(name, "-", |name| taken.contains(name));
    let store = cx.store();
    Ok(store
        .add_remote_connectors(&account.id, connectors, free)
        .await?)
}

/// Builds the cache entry of a connector that is not cached yet. Its name may be taken.
pub(crate) fn new_connector(cx: &Context, account: &Account, remote: RemoteConnector) -> Connector {
    let name = name_of(&remote.name);
    let mut connector = blank_connector(cx, account.id.clone(), name, String::new());
    copy_remote(&mut connector, account, remote, cx.now());
    connector
}

/// Whether a cached status says more than a listed one, as it records that listing the tools worked or failed.
fn is_more_specific(cached: &ConnectorStatus, listed: &ConnectorStatus) -> bool {
    let is_specific = match cached.status {
        Status::Ready => true,
        Status::Failing => cached
            .code
            .is_none_or(|code| !code.as_str().starts_with("network.")),
        _ => false,
    };
    is_specific && listed.status == Status::Unknown && listed.word == cached.word
}
