//! Operations that only the older surface has, or has otherwise.
//!
//! Source: Mistral contract, section 9.

use http::Method;
use patchbay_http::{Api, CallOptions, Repeat, Request};
use serde::Serialize;

use super::super::arguments::parts::Scope;
use super::super::arguments::seed::{
    Activate, AuthUrl, Create, Credentials, DeleteCredentials, Get, List, ListTools, Update,
};
use super::super::wire::{self, Message};
use super::{by_id, by_ref, credentials, for_scope, message, or, read};
use crate::Error;

/// Registers a connector; `protocol` is no argument, and always sent.
///
/// Source: traces `seed-create-*`.
pub(in crate::mistral) async fn create(
    api: &Api,
    connector: &Create,
    options: &CallOptions,
) -> Result<wire::OneConnector, Error> {
    connector.check()?;
    let request = Request::new(Method::POST, super::all()).repeat(Repeat::Never);
    let request = request.json(&WithProtocol::of(connector))?;
    read("create", &api.send(request, options).await?)
}

/// One page of connectors.
///
/// Source: trace `seed-list-full`.
pub(in crate::mistral) async fn list(
    api: &Api,
    page: &List,
    options: &CallOptions,
) -> Result<wire::PaginatedConnectors, Error> {
    let filter = page.query_filters.as_ref();
    let request = Request::new(Method::GET, super::all())
        .query_if("active", filter.and_then(|filter| filter.active))
        .query_if("cursor", page.cursor.as_ref())
        .query_if("page_size", or(&page.page_size, 100));
    read("list", &api.send(request, options).await?)
}

/// One connector.
///
/// Source: traces `seed-get-*`.
pub(in crate::mistral) async fn get(
    api: &Api,
    which: &Get,
    options: &CallOptions,
) -> Result<wire::OneConnector, Error> {
    let request = Request::new(Method::GET, by_ref(&which.connector_id_or_name)?)
        .query_if("fetch_user_data", or(&which.fetch_user_data, false))
        .query_if("fetch_customer_data", or(&which.fetch_customer_data, false));
    read("get", &api.send(request, options).await?)
}

/// Changes what is given of a connector; `protocol` is no argument, and always sent.
///
/// Source: traces `seed-update-*`.
pub(in crate::mistral) async fn update(
    api: &Api,
    change: &Update,
    options: &CallOptions,
) -> Result<wire::OneConnector, Error> {
    let request = Request::new(Method::PATCH, by_id(&change.connector_id)?).repeat(Repeat::Freely);
    let request = request.json(&WithProtocol::of(change))?;
    read("update", &api.send(request, options).await?)
}

/// Asks for the page on which a person signs in.
///
/// Source: trace `seed-auth-url`.
pub(in crate::mistral) async fn get_auth_url(
    api: &Api,
    which: &AuthUrl,
    options: &CallOptions,
) -> Result<wire::AuthUrl, Error> {
    let path = by_ref(&which.connector_id_or_name)?.then("/auth_url");
    let request = Request::new(Method::GET, path)
        .query_if("app_return_url", which.app_return_url.as_ref())
        .query_if("method_type", which.method_type.as_ref())
        .query_if("credentials_name", which.credentials_name.as_ref())
        .query_if(
            "github_installation_link",
            or(&which.github_installation_link, false),
        );
    read("get_auth_url", &api.send(request, options).await?)
}

/// Switches a connector on: `activate_for_organization`, `activate_for_workspace`,
/// `activate_for_user`. Its body is `{}` at least.
///
/// Source: traces `seed-activate-*`.
pub(in crate::mistral) async fn activate(
    api: &Api,
    scope: Scope,
    which: &Activate,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = for_scope(&which.connector_id, scope, "/activate")?;
    let request = Request::new(Method::POST, path).repeat(Repeat::Freely);
    message("activate", &api.send(request.json(which)?, options).await?)
}

/// The tools of a connector, page by page.
///
/// Source: traces `seed-list-tools-*`.
pub(in crate::mistral) async fn list_tools(
    api: &Api,
    which: &ListTools,
    options: &CallOptions,
) -> Result<wire::ToolList, Error> {
    let path = by_ref(&which.connector_id_or_name)?.then("/tools");
    let request = Request::new(Method::GET, path)
        .query_if("page", or(&which.page, 1))
        .query_if("page_size", or(&which.page_size, 100))
        .query_if("refresh", or(&which.refresh, false))
        .query_if("pretty", or(&which.pretty, false))
        .query_if("credentials_name", which.credentials_name.as_ref());
    read("list_tools", &api.send(request, options).await?)
}

/// Keeps credentials in place of those of the same name: `create_or_update_organization_credentials`,
/// `create_or_update_workspace_credentials`, `create_or_update_user_credentials`.
///
/// Source: traces `seed-create-or-update-*`.
pub(in crate::mistral) async fn create_or_update_credentials(
    api: &Api,
    scope: Scope,
    given: &Credentials,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = credentials(&given.connector_id_or_name, scope)?;
    let request = Request::new(Method::POST, path).repeat(Repeat::Never);
    message(
        "create_or_update_credentials",
        &api.send(request.json(given)?, options).await?,
    )
}

/// Deletes credentials: `delete_organization_credentials`, `delete_workspace_credentials`,
/// `delete_user_credentials`.
///
/// Source: traces `seed-delete-*`.
pub(in crate::mistral) async fn delete_credentials(
    api: &Api,
    scope: Scope,
    which: &DeleteCredentials,
    options: &CallOptions,
) -> Result<Option<Message>, Error> {
    let path = credentials(&which.connector_id_or_name, scope)?
        .value("credentials_name", &which.credentials_name)?;
    super::acknowledged("delete_credentials", api, Method::DELETE, path, options).await
}

/// A body with the member that is no argument.
#[derive(Serialize)]
struct WithProtocol<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    protocol: &'static str,
}

impl<'a, T> WithProtocol<'a, T> {
    fn of(body: &'a T) -> Self {
        Self {
            body,
            protocol: "mcp",
        }
    }
}
