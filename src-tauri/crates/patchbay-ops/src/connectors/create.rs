//! Creating connectors on hosted platforms, from their definitions.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use patchbay_model::{
    Account, AccountId, Connector, Definition, Form, Json, Platform as Place, SecretHolder,
};
use patchbay_platforms::{Creation, Platform};
use serde::Deserialize;
use specta::Type;

use crate::accounts::platform::{finish_call, options, platform_of};
use crate::accounts::{find_account, list_accounts};
use crate::connectors::remote::RemoteSnapshot;
use crate::connectors::{not_found, status, sync};
use crate::context::Context;
use crate::credentials::locations;
use crate::error::Error;
use crate::forms::{GivenSecret, fill};

/// How long one account may take to tell its definitions; the others do not wait for it.
const ACCOUNT_TIMEOUT: Duration = Duration::from_secs(30);

/// How many accounts are asked at once.
const AT_ONCE: usize = 16;

/// What one account can create, or why it could not be asked.
#[derive(Debug)]
pub struct AccountDefinitions {
    /// The account.
    pub account: Account,
    /// Its definitions.
    pub outcome: Result<Vec<Definition>, Error>,
}

/// A connector to be created on an account.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CreateConnector {
    /// The account.
    pub account: AccountId,
    /// Id of one of its definitions.
    pub definition: String,
    /// Values of the definition's form, without secrets: a JSON object.
    pub values: Json,
    /// Secrets, by the JSON pointers of their places in the values.
    pub secrets: BTreeMap<String, GivenSecret>,
}

/// What can be created on an account.
pub async fn list_definitions(cx: &Context, account: &AccountId) -> Result<Vec<Definition>, Error> {
    let account = find_account(cx, account).await?;
    let platform = platform_of(cx, &account).await?;
    let creation = creation(&account, &*platform)?;
    fetch_definitions(cx, &account, &*platform, creation).await
}

/// What can be created on each hosted account, or on `only` one, in the order of the accounts; several are
/// asked at once, each with a deadline of its own.
///
/// # Errors
/// [`Error::Store`]. What ails an account stands in its own outcome.
pub async fn list_account_definitions(
    cx: &Context,
    only: Option<&AccountId>,
) -> Result<Vec<AccountDefinitions>, Error> {
    let accounts = list_accounts(cx).await?.into_iter();
    let asked = accounts.filter(|account| {
        account.platform != Place::Local && only.is_none_or(|only| account.id == *only)
    });
    let turns = futures::stream::iter(asked).map(|account| async move {
        let fetched = tokio::time::timeout(ACCOUNT_TIMEOUT, definitions_of(cx, &account)).await;
        let outcome = fetched.unwrap_or(Err(Error::TimedOut {
            seconds: ACCOUNT_TIMEOUT.as_secs(),
        }));
        AccountDefinitions { account, outcome }
    });
    Ok(turns.buffered(AT_ONCE).collect().await)
}

/// None where the platform creates nothing.
async fn definitions_of(cx: &Context, account: &Account) -> Result<Vec<Definition>, Error> {
    let platform = platform_of(cx, account).await?;
    match platform.creation() {
        Some(creation) => fetch_definitions(cx, account, &*platform, creation).await,
        None => Ok(Vec::new()),
    }
}

async fn fetch_definitions(
    cx: &Context,
    account: &Account,
    platform: &dyn Platform,
    creation: &dyn Creation,
) -> Result<Vec<Definition>, Error> {
    let listed = creation.list_definitions(&options(cx)).await;
    finish_call(cx, &account.id, platform, listed).await
}

/// What one gives to create one of them.
///
/// # Errors
/// As [`list_definitions`].
pub async fn creation_form(
    cx: &Context,
    account: &AccountId,
    definition: &str,
) -> Result<Form, Error> {
    let account = find_account(cx, account).await?;
    let platform = platform_of(cx, &account).await?;
    let form = creation(&account, &*platform)?
        .creation_form(definition, &options(cx))
        .await;
    finish_call(cx, &account.id, &*platform, form).await
}

/// Creates a connector. It may need a consent before it works, as its status says.
///
/// # Errors
/// [`Error::Fields`] and [`Error::Usage`] when the values do not fit, before anything is sent;
/// [`Error::Platform`] with what the platform says of which field; as [`list_definitions`].
pub async fn create_connector(cx: &Context, request: CreateConnector) -> Result<Connector, Error> {
    let account = find_account(cx, &request.account).await?;
    let platform = platform_of(cx, &account).await?;
    let creation = creation(&account, &*platform)?;
    let options = options(cx);
    let form = creation.creation_form(&request.definition, &options).await;
    let form = finish_call(cx, &account.id, &*platform, form).await?;
    let filled = fill(cx, &form, request.values.clone(), request.secrets).await?;
    let remote = creation
        .create_connector(&request.definition, filled.values.clone(), &options)
        .await;
    let remote = finish_call(cx, &account.id, &*platform, remote).await?;
    let connector = save_created(cx, &account, remote).await?;
    let entries = filled.save_secrets(cx).await?;
    let holder = SecretHolder::Creation;
    locations::record(cx, &connector, holder, &request.values, entries).await?;
    Ok(connector)
}

/// Saves a connector that was just created on its platform.
async fn save_created(
    cx: &Context,
    account: &Account,
    remote: patchbay_platforms::RemoteConnector,
) -> Result<Connector, Error> {
    let known = cx.store().list_connectors_of(&account.id).await?;
    // A list that was read meanwhile may have brought it already.
    let is_it = |other: &&Connector| other.remote_id.as_ref() == Some(&remote.remote_id);
    if let Some(known) = known.iter().find(is_it) {
        let fresh = RemoteSnapshot::new(cx, known, remote).await?;
        let change = move |connector: &mut Connector| fresh.apply_to(connector);
        let kept = status::change(cx, &known.id, change).await?;
        let kept = kept.ok_or_else(|| not_found(known.id.as_str()))?;
        return Ok(kept.after);
    }
    let is_taken = |name: &str| known.iter().any(|other| other.name == name);
    let connector = sync::new_connector(cx, account, remote, is_taken);
    status::save(cx, &connector).await?;
    Ok(connector)
}

fn creation<'a>(account: &Account, platform: &'a dyn Platform) -> Result<&'a dyn Creation, Error> {
    platform.creation().ok_or_else(|| {
        let what = format!("creating connectors on {}", account.label);
        patchbay_platforms::Error::NotSupported(what).into()
    })
}
