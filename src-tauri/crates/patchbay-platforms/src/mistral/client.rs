//! One function for each documented operation, named as in the contract.
//!
//! All of them can fail as [`Api::send`] does, with [`Error::Usage`] when a value cannot be a segment of
//! the path, and with [`Error::UnexpectedAnswer`] when a success does not hold what is documented. An
//! empty success of what only acknowledges is `None`.
//!
//! Source: Mistral contract, sections 1, 2 and 9.

pub(super) mod seed;

use std::time::Duration;

use http::Method;
use patchbay_http::{
    Answer, Api, Backoff, CallOptions, Jitter, Path, Reading, Repeat, Request, RetryPolicy,
};
use serde_json::Value;

use super::arguments::parts::Scope;
use super::arguments::{
    AuthUrl, ById, ByRef, CallTool, Create, Credentials, DeleteCredentials, ForConsumer, Get, List,
    ListCredentials, ListTools, Update,
};
use super::wire::{self, Message};
use crate::{Error, Field};

/// Nothing is repeated unless the call asks for it; then these statuses, with the official client's
/// usual waits. What a server asks to wait is heeded up to a minute.
///
/// Source: Mistral contract, section 7.
pub(super) fn retries() -> RetryPolicy {
    RetryPolicy {
        most: 0,
        statuses: vec![429..=429, 500..=500, 502..=504],
        backoff: Backoff {
            first: Duration::from_millis(500),
            factor: 1.5,
            longest: Duration::from_secs(60),
            jitter: Jitter::Added(Duration::from_secs(1)),
        },
        longest_asked: Duration::from_secs(60),
        reading: Reading {
            zero_millis_count: true,
            ..Reading::default()
        },
        elapsed: Some(Duration::from_secs(3600)),
        ..RetryPolicy::NEVER
    }
}

/// Registers a connector.
///
/// Source: Mistral contract, section 2, `create`; traces `create-*`.
pub(super) async fn create(
    api: &Api,
    connector: &Create,
    options: &CallOptions,
) -> Result<wire::OneConnector, Error> {
    connector.check()?;
    let request = Request::new(Method::POST, all()).repeat(Repeat::Never);
    read(
        "create",
        &api.send(request.json(connector)?, options).await?,
    )
}

/// One page of connectors.
///
/// Source: Mistral contract, sections 2 and 6, `list`; traces `list-*`.
pub(super) async fn list(
    api: &Api,
    page: &List,
    options: &CallOptions,
) -> Result<wire::PaginatedConnectors, Error> {
    let filter = page.query_filters.as_ref();
    let request = Request::new(Method::GET, all())
        .query_if(
            "supports_mcp",
            filter.and_then(|filter| filter.supports_mcp),
        )
        .query_if("cursor", page.cursor.as_ref())
        .query_if("page_size", or(&page.page_size, 100));
    read("list", &api.send(request, options).await?)
}

/// One connector.
///
/// Source: Mistral contract, section 2, `get`; traces `get-*`.
pub(super) async fn get(
    api: &Api,
    which: &Get,
    options: &CallOptions,
) -> Result<wire::OneConnector, Error> {
    let request = Request::new(Method::GET, by_ref(&which.connector_id_or_name)?)
        .query_if("fetch_user_data", or(&which.fetch_user_data, false));
    read("get", &api.send(request, options).await?)
}

/// Changes what is given of a connector.
///
/// Source: Mistral contract, section 2, `update`; traces `update-*`.
pub(super) async fn update(
    api: &Api,
    change: &Update,
    options: &CallOptions,
) -> Result<wire::OneConnector, Error> {
    change.check()?;
    let request = Request::new(Method::PATCH, by_id(&change.connector_id)?).repeat(Repeat::Freely);
    read("update", &api.send(request.json(change)?, options).await?)
}

/// Deletes a connector.
///
/// Source: Mistral contract, section 2, `delete`; traces `delete*`.
pub(super) async fn delete(
    api: &Api,
    which: &ById,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = by_id(&which.connector_id)?;
    acknowledged("delete", api, Method::DELETE, path, options).await
}

/// Asks for the page on which a person signs in.
///
/// Source: Mistral contract, section 2, `get_auth_url`; traces `auth-url-*`.
pub(super) async fn get_auth_url(
    api: &Api,
    which: &AuthUrl,
    options: &CallOptions,
) -> Result<wire::AuthUrl, Error> {
    let path = by_ref(&which.connector_id_or_name)?.then("/auth_url");
    let request = Request::new(Method::GET, path)
        .query_if("app_return_url", which.app_return_url.as_ref())
        .query_if("method_type", which.method_type.as_ref())
        .query_if("credentials_name", which.credentials_name.as_ref())
        .query_if("credentials_title", which.credentials_title.as_ref())
        .query_if(
            "github_installation_link",
            or(&which.github_installation_link, false),
        );
    read("get_auth_url", &api.send(request, options).await?)
}

/// Shares a connector with the workspace.
///
/// Source: Mistral contract, section 2, `share`; trace `share`.
pub(super) async fn share(
    api: &Api,
    which: &ById,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = by_id(&which.connector_id)?.then("/share");
    acknowledged("share", api, Method::PUT, path, options).await
}

/// Takes it back from the workspace.
///
/// Source: Mistral contract, section 2, `unshare`; trace `unshare`.
pub(super) async fn unshare(
    api: &Api,
    which: &ById,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = by_id(&which.connector_id)?.then("/share");
    acknowledged("unshare", api, Method::DELETE, path, options).await
}

/// Shares a connector with the organization.
///
/// Source: Mistral contract, section 2, `share_to_organization`; trace `share-to-organization`.
pub(super) async fn share_to_organization(
    api: &Api,
    which: &ById,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = by_id(&which.connector_id)?.then("/organization/share");
    acknowledged("share_to_organization", api, Method::PUT, path, options).await
}

/// Takes it back from the organization.
///
/// Source: Mistral contract, section 2, `unshare_from_organization`; trace
/// `unshare-from-organization`.
pub(super) async fn unshare_from_organization(
    api: &Api,
    which: &ById,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = by_id(&which.connector_id)?.then("/organization/share");
    let operation = "unshare_from_organization";
    acknowledged(operation, api, Method::DELETE, path, options).await
}

/// Switches a connector on.
///
/// Source: Mistral contract, section 2, `activate_for_consumer`; traces `activate-*`.
pub(super) async fn activate_for_consumer(
    api: &Api,
    which: &ForConsumer,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = for_scope(&which.connector_id, which.consumer_scope, "/activate")?;
    acknowledged("activate_for_consumer", api, Method::POST, path, options).await
}

/// Switches a connector off.
///
/// Source: Mistral contract, section 2, `deactivate_for_consumer`; traces `deactivate-*`.
pub(super) async fn deactivate_for_consumer(
    api: &Api,
    which: &ForConsumer,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = for_scope(&which.connector_id, which.consumer_scope, "/deactivate")?;
    acknowledged("deactivate_for_consumer", api, Method::POST, path, options).await
}

/// The tools of a connector.
///
/// Source: Mistral contract, section 2, `list_tools`; traces `list-tools-*`.
pub(super) async fn list_tools(
    api: &Api,
    which: &ListTools,
    options: &CallOptions,
) -> Result<wire::ToolList, Error> {
    let path = by_ref(&which.connector_id_or_name)?.then("/tools");
    let request = Request::new(Method::GET, path)
        .query_if("page_size", or(&which.page_size, 100))
        .query_if("refresh", or(&which.refresh, false))
        .query_if("pretty", or(&which.pretty, false))
        .query_if("credentials_name", which.credentials_name.as_ref());
    read("list_tools", &api.send(request, options).await?)
}

/// Runs a tool; the answer as it came stands beside what was read. Its body is `{}` at least.
///
/// Source: Mistral contract, section 2, `call_tool`; traces `call-tool-*`.
pub(super) async fn call_tool(
    api: &Api,
    call: &CallTool,
    options: &CallOptions,
) -> Result<(wire::ToolResult, Answer), Error> {
    let answer = api.send(call_tool_request(call)?, options).await?;
    Ok((read("call_tool", &answer)?, answer))
}

/// The request of [`call_tool`].
pub(super) fn call_tool_request(call: &CallTool) -> Result<Request, Error> {
    let path = by_ref(&call.connector_id_or_name)?
        .then("/tools")
        .value("tool_name", &call.tool_name)?
        .then("/call");
    Ok(Request::new(Method::POST, path)
        .query_if("credentials_name", call.credentials_name.as_ref())
        .json(call)?
        .repeat(Repeat::Never))
}

/// How one can sign in to a connector.
///
/// Source: Mistral contract, section 2, `get_authentication_methods`; trace `auth-methods`.
pub(super) async fn get_authentication_methods(
    api: &Api,
    which: &ByRef,
    options: &CallOptions,
) -> Result<wire::AuthMethods, Error> {
    let path = by_ref(&which.connector_id_or_name)?.then("/authentication_methods");
    let request = Request::new(Method::GET, path);
    read(
        "get_authentication_methods",
        &api.send(request, options).await?,
    )
}

/// The credentials of a level: `list_organization_credentials`, `list_workspace_credentials`,
/// `list_user_credentials`.
///
/// Source: Mistral contract, section 2; traces `list-*-credentials*`.
pub(super) async fn list_credentials(
    api: &Api,
    scope: Scope,
    which: &ListCredentials,
    options: &CallOptions,
) -> Result<wire::Credentials, Error> {
    let request = Request::new(
        Method::GET,
        credentials(&which.connector_id_or_name, scope)?,
    )
    .query_if("auth_type", which.auth_type.as_ref())
    .query_if("fetch_default", or(&which.fetch_default, false));
    read("list_credentials", &api.send(request, options).await?)
}

/// Keeps credentials.
///
/// Source: Mistral contract, section 2, `create_credentials`; traces `create-credentials-*`.
pub(super) async fn create_credentials(
    api: &Api,
    given: &Credentials,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = credentials(&given.connector_id_or_name, given.consumer_scope)?;
    let request = Request::new(Method::POST, path).repeat(Repeat::Never);
    message(
        "create_credentials",
        &api.send(request.json(given)?, options).await?,
    )
}

/// Changes credentials.
///
/// Source: Mistral contract, section 2, `update_credentials`; traces `update-credentials-*`.
pub(super) async fn update_credentials(
    api: &Api,
    given: &Credentials,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = credentials(&given.connector_id_or_name, given.consumer_scope)?;
    let request = Request::new(Method::PATCH, path).repeat(Repeat::Freely);
    message(
        "update_credentials",
        &api.send(request.json(given)?, options).await?,
    )
}

/// Deletes credentials.
///
/// Source: Mistral contract, section 2, `delete_credentials`; traces `delete-credentials-*`.
pub(super) async fn delete_credentials(
    api: &Api,
    which: &DeleteCredentials,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = credentials(&which.connector_id_or_name, which.consumer_scope)?
        .value("credentials_name", &which.credentials_name)?;
    acknowledged("delete_credentials", api, Method::DELETE, path, options).await
}

/// Deletes everything that the user keeps for a connector.
///
/// Source: Mistral contract, section 2, `delete_all_user_credentials`; trace of the same name.
pub(super) async fn delete_all_user_credentials(
    api: &Api,
    which: &ByRef,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = credentials(&which.connector_id_or_name, Scope::User)?;
    let operation = "delete_all_user_credentials";
    acknowledged(operation, api, Method::DELETE, path, options).await
}

fn all() -> Path {
    Path::new("/v1/connectors")
}

fn by_id(id: &str) -> Result<Path, Error> {
    all().value("connector_id", id)
}

fn by_ref(id_or_name: &str) -> Result<Path, Error> {
    all().value("connector_id_or_name", id_or_name)
}

fn for_scope(id: &str, scope: Scope, verb: &str) -> Result<Path, Error> {
    Ok(by_id(id)?.then("/").then(scope.as_str()).then(verb))
}

fn credentials(id_or_name: &str, scope: Scope) -> Result<Path, Error> {
    let path = by_ref(id_or_name)?.then("/").then(scope.as_str());
    Ok(path.then("/credentials"))
}

/// A parameter with a default is sent with it when it is absent, and not at all when it is null.
///
/// Source: Mistral contract, section 1, "Omitted, null, empty"; trace `list-nulls`.
fn or<T: Copy>(given: &Field<T>, default: T) -> Option<T> {
    match given {
        Field::Absent => Some(default),
        Field::Null => None,
        Field::Value(value) => Some(*value),
    }
}

/// Sends what has no body and is only acknowledged; a second time changes nothing more.
async fn acknowledged(
    operation: &str,
    api: &Api,
    method: Method,
    path: Path,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let request = Request::new(method, path).repeat(Repeat::Freely);
    message(operation, &api.send(request, options).await?)
}

fn message(operation: &str, answer: &Answer) -> Result<Option<Message>, Error> {
    if answer.body.trim_ascii().is_empty() {
        return Ok(None);
    }
    read(operation, answer).map(Some)
}

/// Reads an answer; what is missing or odd is named with the operation, and no value is repeated.
fn read<T>(operation: &str, answer: &Answer) -> Result<T, Error>
where
    T: TryFrom<Value, Error = String>,
{
    shaped(operation, answer, answer.json()?)
}

fn shaped<T>(operation: &str, answer: &Answer, value: Value) -> Result<T, Error>
where
    T: TryFrom<Value, Error = String>,
{
    T::try_from(value).map_err(|what| answer.unexpected(format!("{operation}: {what}")))
}
