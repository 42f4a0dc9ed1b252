//! The test search: a connector's own URL, asked as Cohere would ask it.
//!
//! Source: Cohere's guides "Creating and Deploying a Connector" and "How to Authenticate a Connector":
//! `POST` with `{"query": text}` and the connector's token, answered with `{"results": [object]}`.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use patchbay_http::{
    Answer, Api, CallOptions, FixedHeaders, Path, Redirects, Request, RetryPolicy, without_secrets,
};
use patchbay_model::Secret;
use serde_json::{Value, json};

use super::SECRET_NAMES;
use super::arguments::{ServiceAuth, TestSearch};
use super::wire::Connector;
use crate::{Error, NoToken, TokenSource};

/// Longest time for the connector's own service; Cohere itself waits for less.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Asks the connector's own service; the answer is its whole JSON object. The account's key is not sent.
///
/// # Errors
/// [`Error::Usage`] when the connector has no URL that can be asked; those of [`Api::send`];
/// [`Error::UnexpectedAnswer`] when there is no list of `results`.
pub(super) async fn test_search(
    account: &Api,
    connector: &Connector,
    search: &TestSearch,
    options: &CallOptions,
) -> Result<(Value, Answer), Error> {
    let (service, request) = request(account, connector, search)?;
    let answer = service.send(request, options).await?;
    let mut body = answer.json()?;
    if !body["results"].is_array() {
        return Err(answer.unexpected("there is no list of results"));
    }
    without_secrets(&mut body, &SECRET_NAMES);
    Ok((body, answer))
}

/// The way to the connector's own service, and what it is asked.
///
/// # Errors
/// [`Error::Usage`] when the connector has no URL that can be asked.
pub(super) fn request(
    account: &Api,
    connector: &Connector,
    search: &TestSearch,
) -> Result<(Api, Request), Error> {
    let url = connector
        .text("url")
        .ok_or_else(|| Error::Usage("the connector has no URL".to_owned()))?;
    let tokens: Arc<dyn TokenSource> = match &search.service_auth {
        Some(auth) => Arc::new(FixedHeaders::new("authorization", authorization(auth))),
        None => Arc::new(NoToken),
    };
    let service = Api {
        redirects: Redirects::Refuse,
        retries: RetryPolicy::NEVER,
        timeout: TIMEOUT,
        secrets: account.secrets.clone(),
        ..Api::new(
            account.clients.clone(),
            Arc::clone(&account.clock),
            url,
            tokens,
        )?
    };
    // The URL is asked as it stands, also with a slash at its end.
    let path = if service.base.path().ends_with('/') {
        "/"
    } else {
        ""
    };
    let mut request =
        Request::new(Method::POST, Path::new(path)).json(&json!({ "query": search.query }))?;
    if let Some(auth) = &search.service_auth {
        request = auth
            .token
            .texts()
            .into_iter()
            .fold(request, Request::secret);
    }
    for (name, value) in service.base.query_pairs() {
        request = request.query(&name, value);
    }
    Ok((service, request))
}

fn authorization(auth: &ServiceAuth) -> Secret {
    let token = auth.token.expose();
    Secret::new(match auth.kind.as_str() {
        "noscheme" => token.to_owned(),
        "basic" if token.contains(':') => format!("Basic {}", BASE64_STANDARD.encode(token)),
        "basic" => format!("Basic {token}"),
        _ => format!("Bearer {token}"),
    })
}
