//! Bringing the cache of connectors up to what each account's platform says.

use std::time::Duration;

use futures::StreamExt;
use patchbay_model::{
    Account, AccountId, Authentication, Connector, ConnectorId, ConnectorStatus, IdentityLine,
    Platform, Status, Timestamp,
};
use patchbay_platforms::RemoteConnector;

use crate::accounts::list_accounts;
use crate::address::{free_name, name_of};
use crate::hosted::{keep, options, platform_of, signed_out};
use crate::{Context, Error, Event, troubles};

/// How long one account may take; the others do not wait for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many accounts are asked at once.
const AT_ONCE: usize = 16;

/// What became of one account's turn.
#[derive(Debug)]
pub struct Synced {
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
pub async fn sync_connectors(cx: &Context, mut each: impl FnMut(Synced)) -> Result<(), Error> {
    let accounts = list_accounts(cx).await?;
    let hosted = accounts
        .into_iter()
        .filter(|account| account.platform != Platform::Local);
    let mut turns = futures::stream::iter(hosted)
        .map(|account| async move {
            let outcome = sync_account(cx, &account).await;
            // A database that cannot be read has its say in the outcome already.
            let connectors = of_account(cx, &account.id).await.unwrap_or_default();
            Synced {
                account,
                outcome,
                connectors,
            }
        })
        .buffer_unordered(AT_ONCE);
    while let Some(synced) = turns.next().await {
        each(synced);
    }
    Ok(())
}

/// Asks one account for its connectors and keeps them; those that are gone go.
///
/// # Errors
/// [`Error::TimedOut`]; [`Error::Platform`]; [`Error::Vault`], [`Error::Store`]. The cache stays then.
pub async fn sync_account(cx: &Context, account: &Account) -> Result<usize, Error> {
    let synced = bring_up_to_date(cx, account).await;
    troubles::note(cx, account, synced.as_ref().err()).await;
    synced
}

async fn bring_up_to_date(cx: &Context, account: &Account) -> Result<usize, Error> {
    let listed = tokio::time::timeout(PATIENCE, list(cx, account)).await;
    let listed = listed.map_err(|_| Error::TimedOut {
        seconds: PATIENCE.as_secs(),
    })??;
    let known = of_account(cx, &account.id).await?;
    // Those that are gone go first, for their names may be wanted again.
    for gone in &known {
        let is_gone = !listed.iter().any(|remote| is_same(gone, remote));
        // What is being connected may not be in the list yet.
        if is_gone && cx.consents().of(&gone.id).is_none() {
            cx.store().remove_connector(&gone.id).await?;
        }
    }
    let mut kept: Vec<Connector> = Vec::with_capacity(listed.len());
    for remote in listed {
        let before = known.iter().find(|connector| is_same(connector, &remote));
        let others: Vec<&Connector> = known.iter().chain(&kept).collect();
        let mut connector = merge(cx, account, before, remote, &others);
        if let Some(status) = what_holds(before, &connector.status) {
            connector.status = status;
        }
        if before != Some(&connector) {
            cx.store().save_connector(&connector).await?;
        }
        kept.push(connector);
    }
    cx.tell(Event::ConnectorsChanged);
    Ok(kept.len())
}

fn is_same(connector: &Connector, remote: &RemoteConnector) -> bool {
    connector.remote_id.as_ref() == Some(&remote.remote_id)
}

async fn list(cx: &Context, account: &Account) -> Result<Vec<RemoteConnector>, Error> {
    let platform = platform_of(cx, account).await?;
    match platform.connectors() {
        Some(connectors) => {
            let listed = connectors.list_connectors(&options(cx)).await;
            keep(cx, &account.id, &*platform).await;
            listed.map_err(|error| signed_out(account, error))
        }
        None => Ok(Vec::new()),
    }
}

/// Writes a new label into the identity lines of an account's connectors.
pub(crate) async fn relabel(cx: &Context, account: &Account) -> Result<(), Error> {
    for mut connector in of_account(cx, &account.id).await? {
        connector.identity.account.clone_from(&account.label);
        cx.store().save_connector(&connector).await?;
    }
    cx.tell(Event::ConnectorsChanged);
    Ok(())
}

async fn of_account(cx: &Context, id: &AccountId) -> Result<Vec<Connector>, Error> {
    Ok(cx.store().list_connectors_of(id).await?)
}

/// The connector as the platform has it now, with what is the user's own kept from before.
pub(crate) fn merge(
    cx: &Context,
    account: &Account,
    before: Option<&Connector>,
    remote: RemoteConnector,
    others: &[&Connector],
) -> Connector {
    let now = cx.now();
    let status = status_of(before, &remote, now);
    let title = remote.title.unwrap_or_else(|| remote.name.clone());
    // Scripts know it by the name that it has; only its title follows the platform.
    let name = before.map_or_else(
        || {
            let is_taken = |name: &str| others.iter().any(|other| other.name == name);
            free_name(&name_of(&remote.name), "-", is_taken)
        },
        |before| before.name.clone(),
    );
    Connector {
        id: before.map_or_else(
            || ConnectorId::new(cx.new_id("con")),
            |before| before.id.clone(),
        ),
        account: account.id.clone(),
        remote_id: Some(remote.remote_id),
        name,
        title,
        description: remote.description,
        icon: before.and_then(|before| before.icon.clone()),
        endpoint: remote.endpoint,
        visibility: remote.visibility,
        status,
        identity: IdentityLine {
            platform: account.platform,
            account: account.label.clone(),
            credential: remote.credential,
            level: remote.level,
            expires_at: remote.expires_at,
        },
        authentication: Authentication::None,
        authentication_methods: remote.methods,
        server: None,
        tool_count: before.and_then(|before| before.tool_count),
        created_at: remote.created_at.unwrap_or(now),
        updated_at: remote.updated_at.unwrap_or(now),
        tags: before.map(|before| before.tags.clone()).unwrap_or_default(),
        favourite: before.is_some_and(|before| before.favourite),
        draft: false,
        native: remote.native,
    }
}

/// How a connector is by a list of its platform. Where that knows no more than before, what was found out
/// here since holds: that its tools were listed, or that its platform could not list them.
fn what_holds(before: Option<&Connector>, listed: &ConnectorStatus) -> Option<ConnectorStatus> {
    let before = &before?.status;
    let is_found_out = match before.status {
        Status::Ready => true,
        Status::Failing => before
            .code
            .is_none_or(|code| !code.as_str().starts_with("network.")),
        _ => false,
    };
    let knows_no_more = listed.status == Status::Unknown && listed.word == before.word;
    (is_found_out && knows_no_more).then(|| before.clone())
}

fn status_of(
    before: Option<&Connector>,
    remote: &RemoteConnector,
    now: Timestamp,
) -> ConnectorStatus {
    ConnectorStatus {
        status: remote.status,
        word: remote.word.clone(),
        reason: remote.reason.clone(),
        code: None,
        checked_at: Some(now),
        last_ok_at: if remote.status == Status::Ready {
            Some(now)
        } else {
            before.and_then(|before| before.status.last_ok_at)
        },
    }
}
