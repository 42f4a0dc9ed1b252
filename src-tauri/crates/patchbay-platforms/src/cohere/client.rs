//! One function for each documented operation.
//!
//! Source: Cohere contract, sections 1, 2 and 6.

use std::time::Duration;

use http::Method;
use patchbay_http::{Answer, Api, CallOptions, Path, Reading, Repeat, Request, RetryPolicy};
use serde_json::{Map, Value};
use url::Url;

use super::arguments::{Authorize, Create, List, One, Update};
use super::wire::{Envelope, Page};
use crate::{Error, Field};

/// What is repeated: three attempts, with the official client's waits.
///
/// Source: Cohere contract, section 6.
pub(super) fn retries() -> RetryPolicy {
    RetryPolicy {
        most: 2,
        statuses: vec![408..=408, 429..=429, 500..=u16::MAX],
        longest_asked: Duration::from_secs(60),
        reading: Reading {
            whole_seconds: true,
            ..Reading::default()
        },
        heeds_reset: true,
        on_connect: true,
        ..RetryPolicy::NEVER
    }
}

/// One page of connectors, newest first.
///
/// # Errors
/// Those of [`Api::send`]; [`Error::UnexpectedAnswer`] when the body is no list of connectors.
///
/// Source: Cohere contract, section 2, `list`; traces `list-*`.
pub(super) async fn list(api: &Api, page: &List, options: &CallOptions) -> Result<Page, Error> {
    let request = Request::new(Method::GET, all())
        .query_if("limit", page.limit)
        .query_if("offset", page.offset);
    Page::read(&api.send(request, options).await?)
}

/// Registers a connector. Cohere asks its URL once, so that this can be slow.
///
/// # Errors
/// [`Error::Usage`] with both `oauth` and `service_auth`; those of [`Api::send`];
/// [`Error::UnexpectedAnswer`] when the body holds no connector.
///
/// Source: Cohere contract, section 2, `create`; traces `create-*`.
pub(super) async fn create(
    api: &Api,
    connector: &Create,
    options: &CallOptions,
) -> Result<Envelope, Error> {
    refuse_both(&connector.oauth, &connector.service_auth)?;
    let request = Request::new(Method::POST, all())
        .json(connector)?
        .repeat(Repeat::WhenRateLimited);
    Envelope::read(&api.send(request, options).await?)
}

/// One connector.
///
/// # Errors
/// As [`list`]; [`Error::Usage`] when the id cannot be a path segment.
///
/// Source: Cohere contract, section 2, `get`; traces `get*`.
pub(super) async fn get(api: &Api, one: &One, options: &CallOptions) -> Result<Envelope, Error> {
    let request = Request::new(Method::GET, path(&one.id)?);
    Envelope::read(&api.send(request, options).await?)
}

/// Changes what is given of a connector.
///
/// # Errors
/// As [`create`].
///
/// Source: Cohere contract, section 2, `update`; traces `update-*`.
pub(super) async fn update(
    api: &Api,
    changes: &Update,
    options: &CallOptions,
) -> Result<Envelope, Error> {
    refuse_both(&changes.oauth, &changes.service_auth)?;
    let request = Request::new(Method::PATCH, path(&changes.id)?)
        .json(changes)?
        .repeat(Repeat::Freely);
    Envelope::read(&api.send(request, options).await?)
}

/// Removes a connector; the answer is whatever JSON came, null for none.
///
/// # Errors
/// As [`get`].
///
/// Source: Cohere contract, section 2, `delete`; traces `delete*`.
pub(super) async fn delete(api: &Api, one: &One, options: &CallOptions) -> Result<Value, Error> {
    let request = Request::new(Method::DELETE, path(&one.id)?).repeat(Repeat::Freely);
    api.send(request, options).await?.json_or_null()
}

/// Asks for the page on which the user consents to a connector: `redirect_url` of the answer, which may
/// be missing.
///
/// # Errors
/// As [`get`].
///
/// Source: Cohere contract, section 2, `o_auth_authorize`; traces `oauth-authorize-*`.
pub(super) async fn o_auth_authorize(
    api: &Api,
    which: &Authorize,
    options: &CallOptions,
) -> Result<(Map<String, Value>, Answer), Error> {
    let request = Request::new(Method::POST, path(&which.id)?.then("/oauth/authorize"))
        .query_if(
            "after_token_redirect",
            which.after_token_redirect.as_deref(),
        )
        .repeat(Repeat::WhenRateLimited);
    let answer = api.send(request, options).await?;
    Ok((answer.object()?, answer))
}

/// The page to open, out of what [`o_auth_authorize`] answered.
///
/// # Errors
/// [`Error::UnsafeUrl`] when it is no web address.
pub(super) fn consent_page(
    authorize: &Map<String, Value>,
    answer: &Answer,
) -> Result<Option<Url>, Error> {
    let Some(page) = authorize.get("redirect_url").and_then(Value::as_str) else {
        return Ok(None);
    };
    let is_web = |page: &Url| matches!(page.scheme(), "http" | "https");
    match Url::parse(page) {
        Ok(page) if is_web(&page) => Ok(Some(page)),
        _ => Err(Error::UnsafeUrl {
            status: answer.status,
        }),
    }
}

fn all() -> Path {
    Path::new("/v1/connectors")
}

fn path(id: &str) -> Result<Path, Error> {
    all().value("id", id)
}

fn refuse_both<A, B>(oauth: &Field<A>, service_auth: &Field<B>) -> Result<(), Error> {
    match (oauth, service_auth) {
        (Field::Value(_), Field::Value(_)) => Err(Error::Usage(
            "oauth and service_auth exclude each other".to_owned(),
        )),
        _ => Ok(()),
    }
}
