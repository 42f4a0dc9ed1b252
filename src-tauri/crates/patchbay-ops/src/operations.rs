//! Calls of documented platform operations by name.

pub(crate) mod response_meta;
pub(crate) mod stream;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_http::{CallOptions, Retries, SentSecrets};
use patchbay_model::{
    Account, AccountId, Json, OperationEffect, Platform, Secret, debug_fields, redact_user_infos,
};
use patchbay_platforms::{AccountField, OperationEntry, Platform as Hosted, hosted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::accounts::find_account;
use crate::accounts::platform::{finish_call, options, platform_of};
use crate::address::refuse_user_info;
use crate::argument_check::check_arguments;
use crate::context::Context;
use crate::error::Error;
use crate::json_object::members;
use crate::redact::{KnownSecrets, marked_values};

/// A documented operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OperationInfo {
    /// Name in the platform's contract.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// JSON Schema of the arguments, an object.
    pub parameters: Json,
    pub effect: OperationEffect,
    /// Whether a person has to confirm each call.
    pub needs_confirmation: bool,
    /// Document and operation that it is based on.
    pub source: String,
}

/// Request to call an operation.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CallOperation {
    pub account: AccountId,
    /// Name of the operation.
    pub operation: String,
    /// A JSON object.
    pub arguments: Json,
    /// Whether the user confirmed the call, see [`OperationInfo::needs_confirmation`].
    pub confirmed: bool,
    /// Time limit of one attempt in seconds; `None` for the operation's default.
    pub timeout_seconds: Option<u32>,
    /// Maximum number of retries; `None` for the operation's default.
    pub retries: Option<u32>,
    /// Additional headers.
    pub headers: BTreeMap<String, Secret>,
    /// Additional query parameters: a JSON object.
    pub query: Json,
    /// Members that are added to the body or override it: a JSON object.
    pub body: Json,
}

debug_fields! { CallOperation: account, operation }

/// Returns every documented operation of a platform, in the order of its contract. See [`list_account_operations`] for
/// those that an account can call.
pub fn list_operations(platform: Platform) -> Vec<OperationInfo> {
    let table = hosted(platform).map(|hosted| (hosted.operations)());
    table
        .unwrap_or_default()
        .iter()
        .map(operation_info)
        .collect()
}

/// Returns the operations that an account can call.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list_account_operations(
    cx: &Context,
    account: &AccountId,
) -> Result<Vec<OperationInfo>, Error> {
    let account = find_account(cx, account).await?;
    Ok(table_of(&account).iter().map(operation_info).collect())
}

/// Returns the effect of a call with these arguments, on which it depends for some operations whether a person has to
/// confirm it.
///
/// # Errors
/// [`Error::OperationNotFound`].
pub fn effect_of_call(
    account: &Account,
    operation: &str,
    arguments: &Json,
) -> Result<OperationEffect, Error> {
    Ok(find_operation(account, operation)?.effect_of(arguments))
}

/// Calls an operation as an account. Returns the platform's JSON without known secrets.
///
/// # Errors
/// [`Error::NotFound`], [`Error::OperationNotFound`]; [`Error::ConfirmationNeeded`]; [`Error::AddressSecret`];
/// [`Error::Usage`] when arguments or options are invalid; [`Error::Platform`].
pub async fn call_operation(cx: &Context, request: CallOperation) -> Result<Json, Error> {
    Call::prepare(cx, request).await?.send(cx).await
}

/// A validated call.
pub(crate) struct Call {
    pub(crate) account: Account,
    pub(crate) operation: &'static OperationEntry,
    pub(crate) arguments: Value,
    pub(crate) platform: Arc<dyn Hosted>,
    pub(crate) options: CallOptions,
}

impl Call {
    /// Validates the request, before anything is sent.
    pub(crate) async fn prepare(cx: &Context, request: CallOperation) -> Result<Self, Error> {
        let account = find_account(cx, &request.account).await?;
        let operation = find_operation(&account, &request.operation)?;
        let effect = operation.effect_of(&request.arguments);
        if effect.needs_confirmation() && !request.confirmed {
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
            // Calls by name retry as the contract says.
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
        check(operation, &request.arguments, &schema)?;
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

    pub(crate) async fn send(self, cx: &Context) -> Result<Json, Error> {
        let known = self.known_secrets();
        let is_repeatable = self.operation.is_repeatable(&self.arguments);
        let called = self
            .platform
            .call(self.operation.name, self.arguments, &self.options);
        let answer = called.await;
        let answer = finish_call(cx, &self.account.id, &*self.platform, answer).await;
        let answer = answer.map_err(|error| match is_repeatable {
            true => error,
            false => error.of_change(false),
        })?;
        Ok(Json(redact_user_infos(known().redact(answer))))
    }

    /// Returns the secrets to redact in a response: those of the account and the request, and whatever was sent as a
    /// secret when the returned closure is called.
    pub(crate) fn known_secrets(&self) -> impl Fn() -> KnownSecrets + use<> {
        let options = &self.options;
        let headers = options.headers.iter().map(|(_, value)| value.clone());
        let given: Vec<Secret> = headers.chain(options.secrets.iter().cloned()).collect();
        let sent = options.sent.clone();
        move || KnownSecrets::new(given.iter().cloned().chain(sent.all()))
    }
}

/// Fails if a call can't have these arguments, with what is wrong with each as far as the schema tells.
fn check(operation: &OperationEntry, arguments: &Value, schema: &Value) -> Result<(), Error> {
    operation
        .check(arguments)
        .map_err(|error| match check_arguments(schema, arguments) {
            none if none.is_empty() => error.into(),
            fields => Error::Fields { fields },
        })
}

/// The operations depend on the settings of an account: one version of an API can undo what another cannot.
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

/// Returns the account field that decides which operations an account can call; `None` if all accounts of the platform
/// can call the same.
pub fn operations_setting(platform: Platform) -> Option<&'static AccountField> {
    hosted(platform)?.operations_field()
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
    use crate::testing;

    async fn account(cx: &Context, surface: &str) -> AccountId {
        let settings = json!({ "surface": surface });
        let id = cx.new_id("acc");
        let account = testing::new_account(cx, &id, Platform::Mistral, settings);
        cx.store().save_account(&account).await.unwrap();
        account.id
    }

    fn unconfirmed(account: AccountId, operation: &str, arguments: Value) -> CallOperation {
        CallOperation {
            account,
            operation: operation.to_owned(),
            arguments: Json(arguments),
            confirmed: false,
            timeout_seconds: None,
            retries: None,
            headers: BTreeMap::new(),
            query: Json::default(),
            body: Json::default(),
        }
    }

    #[tokio::test]
    async fn what_takes_something_away_asks_first_on_each_account_by_its_own_table() {
        let (_home, cx) = testing::open_temporary().await;
        for (surface, operation) in [
            ("seed", "share"),
            ("current", "unshare"),
            ("current", "delete"),
        ] {
            let account = account(&cx, surface).await;
            let request = unconfirmed(account, operation, json!({ "connector_id": "1" }));
            let refused = call_operation(&cx, request).await;
            assert!(
                matches!(refused, Err(Error::ConfirmationNeeded { .. })),
                "{operation} on {surface}"
            );
        }
        cx.close().await;
    }

    #[tokio::test]
    async fn what_a_call_removes_by_its_arguments_asks_first() {
        let (_home, cx) = testing::open_temporary().await;
        let call = |method: &str| json!({ "connector_id_or_name": "a", "method": method });
        let account = account(&cx, "current").await;
        let stored = find_account(&cx, &account).await.unwrap();
        let effect = effect_of_call(&stored, "gateway_http", &Json(call("POST"))).unwrap();
        assert!(!effect.needs_confirmation());
        let request = unconfirmed(account, "gateway_http", call("delete"));
        let refused = call_operation(&cx, request).await;
        assert!(matches!(refused, Err(Error::ConfirmationNeeded { .. })));
        cx.close().await;
    }

    #[tokio::test]
    async fn each_wrong_argument_is_named() {
        let (_home, cx) = testing::open_temporary().await;
        let account = account(&cx, "current").await;
        for (arguments, path, message) in [
            (json!({}), "/connector_id_or_name", "required"),
            (
                json!({ "connector_id_or_name": 7 }),
                "/connector_id_or_name",
                "must be text",
            ),
            (
                json!({ "connector_id_or_name": "a", "fetch_user_data": "maybe" }),
                "/fetch_user_data",
                "must be true or false",
            ),
            (
                json!({ "connector_id_or_name": "a", "fetch_user": true }),
                "/fetch_user",
                "unknown argument, similar to fetch_user_data",
            ),
        ] {
            let request = unconfirmed(account.clone(), "get", arguments);
            let Err(Error::Fields { fields }) = call_operation(&cx, request).await else {
                panic!("{path} {message}");
            };
            let fields: Vec<_> = fields.iter().map(|it| (&*it.path, &*it.message)).collect();
            assert_eq!(fields, [(path, message)]);
        }
        cx.close().await;
    }

    #[tokio::test]
    async fn an_account_has_the_operations_of_its_own_surface() {
        let (_home, cx) = testing::open_temporary().await;
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
