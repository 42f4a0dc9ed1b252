//! Every documented operation of every platform, by its name.

pub(crate) mod response_meta;
pub(crate) mod stream;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_http::{CallOptions, Retries, SentSecrets};
use patchbay_model::{
    Account, AccountId, Json, OperationEffect, Platform, Secret, redact_user_infos,
};
use patchbay_platforms::{OperationEntry, Platform as Hosted, hosted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::accounts::find_account;
use crate::accounts::platform::{finish_call, options, platform_of};
use crate::address::refuse_user_info;
use crate::context::Context;
use crate::error::Error;
use crate::json_object::members;
use crate::redact::{KnownSecrets, marked_values};

/// One documented operation, as windows and commands show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OperationInfo {
    /// Its name in the platform's contract.
    pub name: String,
    /// What it does, one sentence.
    pub summary: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: Json,
    /// What it does to the platform.
    pub effect: OperationEffect,
    /// Whether a person has to agree before it is called.
    pub needs_confirmation: bool,
    /// Document and operation it comes from.
    pub source: String,
}

/// An operation to be called.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CallOperation {
    /// The account as which it is called.
    pub account: AccountId,
    /// Its name.
    pub operation: String,
    /// Its arguments: a JSON object.
    pub arguments: Json,
    /// Whether the user has confirmed what [needs it](OperationInfo::needs_confirmation).
    pub confirmed: bool,
    /// Longest time of one attempt, in seconds; `None` for the operation's own.
    pub timeout_seconds: Option<u32>,
    /// How often a failure is repeated; `None` for what the contract says.
    pub retries: Option<u32>,
    /// Headers beside the operation's own.
    pub headers: BTreeMap<String, Secret>,
    /// Query parameters beside the operation's own: a JSON object.
    pub query: Json,
    /// Members of the body that override the operation's own: a JSON object.
    pub body: Json,
}

impl std::fmt::Debug for CallOperation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secrets may be among arguments, query and body.
        f.debug_struct("CallOperation")
            .field("account", &self.account)
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

/// Every documented operation of a platform, in the order of its contract; none for this computer. What an
/// account can call of them is told by [`list_account_operations`].
pub fn list_operations(platform: Platform) -> Vec<OperationInfo> {
    let table = hosted(platform).map(|hosted| (hosted.operations)());
    table
        .unwrap_or_default()
        .iter()
        .map(operation_info)
        .collect()
}

/// The operations that an account can call, as they are for it; none for this computer.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn list_account_operations(
    cx: &Context,
    account: &AccountId,
) -> Result<Vec<OperationInfo>, Error> {
    let account = find_account(cx, account).await?;
    Ok(table_of(&account).iter().map(operation_info).collect())
}

/// Calls an operation as an account; the answer is the platform's own JSON, without known secrets.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account or operation; [`Error::ConfirmationNeeded`];
/// [`Error::AddressSecret`]; [`Error::Usage`] when arguments or options do not fit; [`Error::Platform`], [`Error::Vault`].
pub async fn call_operation(cx: &Context, request: CallOperation) -> Result<Json, Error> {
    Call::prepare(cx, request).await?.send(cx).await
}

/// A call that may be made.
pub(crate) struct Call {
    pub(crate) account: Account,
    pub(crate) operation: &'static OperationEntry,
    pub(crate) arguments: Value,
    pub(crate) platform: Arc<dyn Hosted>,
    pub(crate) options: CallOptions,
}

impl Call {
    /// Looks at everything that can be looked at before anything is sent.
    pub(crate) async fn prepare(cx: &Context, request: CallOperation) -> Result<Self, Error> {
        let account = find_account(cx, &request.account).await?;
        let operation = find_operation(&account, &request.operation)?;
        if operation.effect.needs_confirmation() && !request.confirmed {
            return Err(Error::ConfirmationNeeded {
                what: request.operation,
            });
        }
        let platform = platform_of(cx, &account).await?;
        let mut options = CallOptions {
            timeout: request
                .timeout_seconds
                .map(|seconds| Duration::from_secs(seconds.into())),
            retries: request.retries.map(Retries::Times),
            // Who calls by name gets what the contract says.
            max_retry_wait: None,
            headers: request.headers.into_iter().collect(),
            query: members(request.query, "extra query parameters")?
                .into_iter()
                .collect(),
            body: members(request.body, "extra body properties")?,
            sent: SentSecrets::enabled(),
            ..options(cx)
        };
        let schema = operation.parameters().to_value();
        refuse_user_info(&request.arguments, &schema, &Value::Null)?;
        options.secrets = marked_values(&request.arguments, &schema);
        let extra = Value::Object(options.body.clone());
        options.secrets.extend(marked_values(&extra, &schema));
        let account_secrets = cx.sign_ins().secrets(&account.id).unwrap_or_default();
        options.secrets.extend(account_secrets);
        Ok(Self {
            account,
            operation,
            arguments: request.arguments.0,
            platform,
            options,
        })
    }

    /// Makes the call.
    ///
    /// # Errors
    /// [`Error::Usage`] when the arguments do not fit; [`Error::Platform`].
    pub(crate) async fn send(self, cx: &Context) -> Result<Json, Error> {
        let known = self.known_secrets();
        let called = self
            .platform
            .call(self.operation.name, self.arguments, &self.options);
        let answer = called.await;
        let answer = finish_call(cx, &self.account.id, &*self.platform, answer).await?;
        Ok(Json(redact_user_infos(known().redact(answer))))
    }

    /// What nobody is to see of what comes back: what the account is signed in with, what was given as a
    /// secret, and what was sent until it is asked for.
    pub(crate) fn known_secrets(&self) -> impl Fn() -> KnownSecrets + use<> {
        let options = &self.options;
        let headers = options.headers.iter().map(|(_, value)| value.clone());
        let given: Vec<Secret> = headers.chain(options.secrets.iter().cloned()).collect();
        let sent = options.sent.clone();
        move || KnownSecrets::new(given.iter().cloned().chain(sent.all()))
    }
}

/// An operation of one name may differ from account to account: what one form of an API takes back is
/// there for good in another.
fn table_of(account: &Account) -> &'static [OperationEntry] {
    let none = Map::new();
    let settings = account.settings.0.as_object().unwrap_or(&none);
    hosted(account.platform).map_or(&[], |hosted| hosted.operations_of(settings))
}

fn find_operation(account: &Account, name: &str) -> Result<&'static OperationEntry, Error> {
    let mut table = table_of(account).iter();
    let found = table.find(|operation| operation.name == name);
    found.ok_or_else(|| Error::OperationNotFound {
        name: name.to_owned(),
        account: account.label.clone(),
        setting: operations_setting(account.platform).map(|setting| setting.title),
    })
}

/// A setting of accounts on which it depends what they can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationsSetting {
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
}

/// The setting on which it depends what an account of a platform can call; `None` where all can call the same.
pub fn operations_setting(platform: Platform) -> Option<OperationsSetting> {
    let field = hosted(platform)?.operations_field()?;
    Some(OperationsSetting {
        name: field.name,
        title: field.title,
    })
}

fn operation_info(operation: &OperationEntry) -> OperationInfo {
    OperationInfo {
        name: operation.name.to_owned(),
        summary: operation.summary(),
        parameters: Json(operation.parameters().to_value()),
        effect: operation.effect,
        needs_confirmation: operation.effect.needs_confirmation(),
        source: operation.source(),
    }
}

#[cfg(test)]
mod every_secret;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::SystemClock;
    use crate::testing;

    async fn account(cx: &Context, surface: &str) -> AccountId {
        let id = AccountId::new(cx.new_id("acc"));
        let account = Account {
            label: id.to_string(),
            id,
            platform: Platform::Mistral,
            colour: None,
            base_url: None,
            settings: Json(json!({ "surface": surface })),
            is_signed_out: false,
            entries: Vec::new(),
            created_at: cx.now(),
        };
        cx.store().save_account(&account).await.unwrap();
        account.id
    }

    #[tokio::test]
    async fn what_takes_something_away_asks_first_on_each_account_by_its_own_table() {
        let home = tempfile::tempdir().unwrap();
        let cx = testing::open(home.path(), Arc::new(SystemClock)).await;
        for (surface, operation) in [
            ("seed", "share"),
            ("current", "unshare"),
            ("current", "delete"),
        ] {
            let request = CallOperation {
                account: account(&cx, surface).await,
                operation: operation.to_owned(),
                arguments: Json(json!({ "connector_id": "1" })),
                confirmed: false,
                timeout_seconds: None,
                retries: None,
                headers: BTreeMap::new(),
                query: Json::default(),
                body: Json::default(),
            };
            let refused = call_operation(&cx, request).await;
            assert!(
                matches!(refused, Err(Error::ConfirmationNeeded { .. })),
                "{operation} on {surface}"
            );
        }
        cx.close().await;
    }

    #[tokio::test]
    async fn an_account_has_the_operations_of_its_own_surface() {
        let home = tempfile::tempdir().unwrap();
        let cx = testing::open(home.path(), Arc::new(SystemClock)).await;
        for (surface, share, unshare) in [
            ("seed", OperationEffect::Irreversible, None),
            (
                "current",
                OperationEffect::Write,
                Some(OperationEffect::Destructive),
            ),
        ] {
            let account = account(&cx, surface).await;
            let operations = list_account_operations(&cx, &account).await.unwrap();
            let effect = |name: &str| {
                let mut operations = operations.iter();
                let found = operations.find(|operation| operation.name == name);
                found.map(|operation| operation.effect)
            };
            assert_eq!(effect("share"), Some(share));
            assert_eq!(effect("unshare"), unshare);
        }
        cx.close().await;
    }
}
