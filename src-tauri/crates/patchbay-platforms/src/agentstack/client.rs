//! One function for each documented operation, named as in the contract.
//!
//! Source: Agent Stack contract, sections 1 and 3.

use std::time::Duration;

use http::Method;
use patchbay_http::{Api, CallOptions, Path, Request, SecretArgument};
use serde::Serialize;

use super::arguments::{Connect, Create, Which};
use super::wire::{Connector, Page, Preset};
use crate::Error;

/// The platform waits so long for a server that accepts and never answers, and then says so; a little
/// more lets it be heard.
///
/// Source: Agent Stack contract, section 3, `connect`.
const CONNECT_LIMIT: Duration = Duration::from_secs(330);

/// What is sent to connect: both members, absent ones as null.
#[derive(Serialize)]
struct ConnectBody<'a> {
    redirect_url: Option<&'a str>,
    access_token: Option<&'a SecretArgument>,
}

/// Registers a connector.
///
/// # Errors
/// Those of [`Api::send`]; [`Error::AlreadyThere`] when the user has one of that URL;
/// [`Error::UnexpectedAnswer`] when the body is no connector.
///
/// Source: Agent Stack contract, section 3, `create`; traces `create-*`.
pub(super) async fn create(
    api: &Api,
    connector: &Create,
    options: &CallOptions,
) -> Result<Connector, Error> {
    let request = Request::new(Method::POST, all()).json(connector)?;
    let answer = api.send(request, options).await;
    let answer = answer.map_err(|error| match error {
        Error::Conflict(refusal) => Error::AlreadyThere {
            name: None,
            refusal,
        },
        error => error,
    })?;
    Connector::answered(&answer, "create")
}

/// All connectors of the user, in no order. There is no second page, whatever `next_page_token` says.
///
/// # Errors
/// Those of [`Api::send`]; [`Error::UnexpectedAnswer`] when the body is no page of connectors.
///
/// Source: Agent Stack contract, section 3, `list`; traces `list-*`.
pub(super) async fn list(api: &Api, options: &CallOptions) -> Result<Page<Connector>, Error> {
    let answer = api.send(Request::new(Method::GET, all()), options).await?;
    Page::answered(&answer, "list")
}

/// One connector, as it is now.
///
/// # Errors
/// Those of [`Api::send`]: [`Error::NotFound`], also for somebody else's; [`Error::Usage`] when the id
/// cannot be a path segment; [`Error::UnexpectedAnswer`] when the body is no connector.
///
/// Source: Agent Stack contract, section 3, `get / refresh`; traces `get-*`.
pub(super) async fn get(
    api: &Api,
    connector: &Which,
    options: &CallOptions,
) -> Result<Connector, Error> {
    let request = Request::new(Method::GET, path(connector)?);
    let answer = api.send(request, options).await?;
    Connector::answered(&answer, "get")
}

/// Removes a connector in whatever state; the platform gives its tokens back as well as it can.
///
/// # Errors
/// As [`get`]; the body of a success is not looked at.
///
/// Source: Agent Stack contract, section 3, `delete`; traces `delete-*`.
pub(super) async fn delete(
    api: &Api,
    connector: &Which,
    options: &CallOptions,
) -> Result<(), Error> {
    let request = Request::new(Method::DELETE, path(connector)?);
    api.send(request, options).await.map(drop)
}

/// Has the platform try the server, with the token given or with the one it has. The answer is connected,
/// or names the page on which the user consents.
///
/// # Errors
/// As [`get`]; [`Error::Status`] with 502 or 504 when the server fails or cannot be reached.
///
/// Source: Agent Stack contract, section 3, `connect`; traces `connect-*`.
pub(super) async fn connect(
    api: &Api,
    connect: &Connect,
    options: &CallOptions,
) -> Result<Connector, Error> {
    let redirect = connect
        .redirect_url
        .as_deref()
        .filter(|url| !url.is_empty());
    let body = ConnectBody {
        redirect_url: redirect,
        access_token: connect.access_token.as_ref(),
    };
    let request = Request::new(Method::POST, path(&connect.connector)?.then("/connect"))
        .json(&body)?
        .timeout(CONNECT_LIMIT);
    let answer = api.send(request, options).await?;
    Connector::answered(&answer, "connect")
}

/// Leaves the server; the platform gives the token back and forgets it.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] when it was never connected.
///
/// Source: Agent Stack contract, section 3, `disconnect`; traces `disconnect-*`.
pub(super) async fn disconnect(
    api: &Api,
    connector: &Which,
    options: &CallOptions,
) -> Result<Connector, Error> {
    let request = Request::new(Method::POST, path(connector)?.then("/disconnect"));
    let answer = api.send(request, options).await?;
    Connector::answered(&answer, "disconnect")
}

/// The servers that the platform's keepers have prepared.
///
/// # Errors
/// Those of [`Api::send`]; [`Error::UnexpectedAnswer`] when the body is no page of presets.
///
/// Source: Agent Stack contract, section 3, `presets`; traces `presets-*`.
pub(super) async fn presets(api: &Api, options: &CallOptions) -> Result<Page<Preset>, Error> {
    let request = Request::new(Method::GET, all().then("/presets"));
    Page::answered(&api.send(request, options).await?, "presets")
}

/// The path of a connector.
///
/// # Errors
/// [`Error::Usage`] when its id cannot be a path segment.
pub(super) fn path(connector: &Which) -> Result<Path, Error> {
    all().value("connector", connector.id()?)
}

fn all() -> Path {
    Path::new("/api/v1/connectors")
}
