//! Creating connectors on hosted platforms, from their definitions.

use std::collections::BTreeMap;

use futures::StreamExt;
use patchbay_model::{Account, AccountId, Connector, Definition, Form, Json, SecretHolder};
use patchbay_platforms::{Creation, Platform, RemoteConnector};
use serde::Deserialize;
use specta::Type;

use crate::accounts::platform::{finish_call, options, platform_of};
use crate::accounts::remote::copy_remote;
use crate::accounts::sync::{
    MAX_CONCURRENT_ACCOUNTS, add_connectors, new_connector, sync_account, with_account_timeout,
};
use crate::accounts::{find_account, list_accounts};
use crate::context::Context;
use crate::credentials::locations;
use crate::error::Error;
use crate::events::Event;
use crate::forms::{GivenSecret, fill};
use crate::stored_connectors::status;

/// What one account can create.
#[derive(Debug)]
pub struct AccountDefinitions {
    pub account: Account,
    pub outcome: Result<Vec<Definition>, Error>,
}

/// Request to create a connector on an account.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CreateConnector {
    pub account: AccountId,
    /// Id of one of the account's definitions.
    pub definition: String,
    /// Values of the definition's form, without secrets: a JSON object.
    pub values: Json,
    /// Secrets, by JSON pointer into the values.
    pub secrets: BTreeMap<String, GivenSecret>,
}

/// Lists the connector definitions of an account.
pub async fn list_definitions(cx: &Context, account: &AccountId) -> Result<Vec<Definition>, Error> {
    let account = find_account(cx, account).await?;
    let platform = platform_of(cx, &account).await?;
    let creation = creation(&account, &*platform)?;
    fetch_definitions(cx, &account, &*platform, creation).await
}

/// Lists the definitions of each hosted account, or of `only` one, in the order of the accounts. Accounts are asked
/// concurrently, each with a timeout.
///
/// # Errors
/// [`Error::Store`]. The failure of an account is returned in its outcome.
pub async fn list_account_definitions(
    cx: &Context,
    only: Option<&AccountId>,
) -> Result<Vec<AccountDefinitions>, Error> {
    let accounts = list_accounts(cx).await?.into_iter();
    let hosted = accounts.filter(|account| {
        account.platform != patchbay_model::Platform::Local
            && only.is_none_or(|only| account.id == *only)
    });
    let lists = futures::stream::iter(hosted).map(|account| async move {
        let outcome = with_account_timeout(definitions_of(cx, &account)).await;
        AccountDefinitions { account, outcome }
    });
    Ok(lists.buffered(MAX_CONCURRENT_ACCOUNTS).collect().await)
}

/// Returns an empty list if the platform cannot create connectors.
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

/// Returns the form to create a connector from a definition.
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

/// Creates a connector. Its status tells whether it needs a consent before it works.
///
/// # Errors
/// [`Error::Fields`] and [`Error::Usage`] for invalid values, before anything is sent; [`Error::Platform`] when the
/// platform refuses them; [`Error::Vault`] when no secret could be saved, before anything is sent; [`Error::Uncertain`],
/// after which the connectors of the account were listed anew; [`Error::CreatedUnsaved`].
pub async fn create_connector(cx: &Context, request: CreateConnector) -> Result<Connector, Error> {
    let account = find_account(cx, &request.account).await?;
    let platform = platform_of(cx, &account).await?;
    let creation = creation(&account, &*platform)?;
    let options = options(cx);
    let form = creation.creation_form(&request.definition, &options).await;
    let form = finish_call(cx, &account.id, &*platform, form).await?;
    let filled = fill(cx, &form, request.values.clone(), request.secrets).await?;
    let remote = creation
        .create_connector(
            &request.definition,
            filled.values.clone(),
            &filled.options(&options),
        )
        .await;
    let remote = finish_call(cx, &account.id, &*platform, remote).await;
    let remote = remote.map_err(|error| error.of_change(true));
    if let Err(Error::Uncertain { .. }) = remote {
        drop(sync_account(cx, &account).await);
    }
    let remote = remote?;
    let title = remote.title.as_ref().unwrap_or(&remote.name).clone();
    let saved = async {
        let connector = save_created(cx, &account, remote).await?;
        let entries = filled.save_secrets(cx).await?;
        let holder = SecretHolder::Creation;
        locations::record(cx, &connector, holder, &request.values, entries).await?;
        Ok(connector)
    };
    saved.await.map_err(|source| Error::CreatedUnsaved {
        connector: title,
        source: Box::new(source),
    })
}

/// Saves a connector that was just created on its platform, unless a concurrent sync has saved it.
async fn save_created(
    cx: &Context,
    account: &Account,
    remote: RemoteConnector,
) -> Result<Connector, Error> {
    let new = new_connector(cx, account, remote.clone());
    let id = new.id.clone();
    let saved = add_connectors(cx, account, vec![new]).await?.pop();
    let saved = saved.ok_or_else(|| Error::not_found("connector", &id))?;
    if saved.id == id {
        cx.emit(Event::ConnectorsChanged);
        return Ok(saved);
    }
    let (account, now) = (account.clone(), cx.now());
    let change = move |connector: &mut Connector| copy_remote(connector, &account, remote, now);
    Ok(status::update(cx, &saved.id, change).await?.after)
}

fn creation<'a>(account: &Account, platform: &'a dyn Platform) -> Result<&'a dyn Creation, Error> {
    platform
        .creation()
        .ok_or_else(|| Error::not_supported(format!("creating connectors on {}", account.label)))
}
