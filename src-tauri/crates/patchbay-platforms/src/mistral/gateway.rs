//! The gateway to the service behind a connector: MCP over streamable HTTP, or any HTTP request.
//!
//! The answer of the service is handed over as it is; only where the gateway itself failed is it an
//! error.
//!
//! Source: Mistral contract, section 8.

mod proxy_status;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
use http::{HeaderValue, Method};
use patchbay_http::{
    Api, CallOptions, Path, Redirects, Repeat, Request, RetryPolicy, SecretArgument, StreamedAnswer,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{Error, Refusal};

static WHATEVER: HeaderValue = HeaderValue::from_static("*/*");

/// A request to the MCP server behind a connector.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayMcp {
    /// Id or name of the connector.
    connector_id_or_name: String,
    /// HTTP method; `POST` when absent.
    #[serde(default)]
    method: Option<String>,
    /// Headers such as `mcp-session-id`.
    #[serde(default)]
    headers: BTreeMap<String, SecretArgument<Value>>,
    /// JSON-RPC message to send.
    #[serde(default)]
    content: Option<Value>,
    /// Name of the credentials to use.
    #[serde(default)]
    credentials_name: Option<String>,
}

/// A request to the HTTP service behind a connector.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayHttp {
    /// Id or name of the connector.
    connector_id_or_name: String,
    /// HTTP method; `GET` when absent.
    #[serde(default)]
    method: Option<String>,
    /// Path at the service, for example `/users/1`, percent-encoded.
    #[serde(default)]
    path: String,
    /// Query parameters: a list repeats its name, an object gives `name[key]`.
    #[serde(default)]
    query: Map<String, Value>,
    /// Headers for the service.
    #[serde(default)]
    headers: BTreeMap<String, SecretArgument<Value>>,
    /// JSON to send.
    #[serde(default)]
    json: Option<Value>,
    /// Name of the credentials to use.
    #[serde(default)]
    credentials_name: Option<String>,
}

/// Passes an MCP request on; status and headers are there even when the body is empty.
///
/// # Errors
/// Those of [`Api::stream`]; [`Error::Status`] with the gateway's own code where it failed itself.
pub(super) async fn mcp(
    api: &Api,
    given: GatewayMcp,
    options: &CallOptions,
) -> Result<StreamedAnswer, Error> {
    let path = base(&given.connector_id_or_name)?.then("/mcp");
    let request = Request::new(method(given.method.as_deref(), Method::POST)?, path);
    let request = dressed(
        request,
        given.content,
        given.headers,
        given.credentials_name,
    )?;
    pass(api, request, options).await
}

/// Passes an HTTP request on.
///
/// # Errors
/// As [`mcp`]; [`Error::Usage`] when the path would leave the service.
pub(super) async fn http(
    api: &Api,
    given: GatewayHttp,
    options: &CallOptions,
) -> Result<StreamedAnswer, Error> {
    let path = base(&given.connector_id_or_name)?
        .then("/http/")
        .then(inner_path(&given.path)?);
    let request = Request::new(method(given.method.as_deref(), Method::GET)?, path);
    let request = dressed(request, given.json, given.headers, given.credentials_name)?;
    let mut options = options.clone();
    options.query.splice(0..0, given.query);
    pass(api, request, &options).await
}

/// An answer as JSON, for callers that take no streams: `{status, headers, text}`.
///
/// # Errors
/// Those of its pieces; [`Error::TooLarge`].
pub(super) async fn whole(mut answer: StreamedAnswer) -> Result<Value, Error> {
    let body = answer.read(Api::BODY_BYTES).await?;
    let headers: Map<String, Value> = answer
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into(),
            )
        })
        .collect();
    let text = String::from_utf8_lossy(&body);
    Ok(json!({ "status": answer.status, "headers": headers, "text": text }))
}

fn base(id_or_name: &str) -> Result<Path, Error> {
    Path::new("/v1/connectors-gateway").value("connector_id_or_name", id_or_name)
}

fn method(given: Option<&str>, default: Method) -> Result<Method, Error> {
    let Some(given) = given else {
        return Ok(default);
    };
    Method::from_bytes(given.to_ascii_uppercase().as_bytes())
        .map_err(|_| Error::Usage(format!("{given:?} is no HTTP method")))
}

/// The caller's path without its first slash.
fn inner_path(path: &str) -> Result<&str, Error> {
    let leaves = path.split(['/', '\\']).any(|segment| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        matches!(plain.as_str(), "." | "..")
    });
    let is_odd = path.contains(['?', '#']) || path.chars().any(char::is_control);
    if leaves || is_odd {
        return Err(Error::Usage(
            "the path must not leave the service, and takes no query".to_owned(),
        ));
    }
    Ok(path.strip_prefix('/').unwrap_or(path))
}

fn dressed(
    request: Request,
    content: Option<Value>,
    headers: BTreeMap<String, SecretArgument<Value>>,
    credentials_name: Option<String>,
) -> Result<Request, Error> {
    let mut request = request.repeat(Repeat::Never).accept(&WHATEVER);
    if let Some(content) = content {
        request = request.json(&content)?;
    }
    for (name, value) in headers {
        let Value::String(value) = value.expose() else {
            return Err(Error::Usage(format!("the header {name:?} has to be text")));
        };
        request = request.secret_header(&name, value);
    }
    Ok(match credentials_name {
        Some(name) => request.header("x-credentials-name", name),
        None => request,
    })
}

/// Redirects are the service's and not followed, and nothing is repeated.
async fn pass(api: &Api, request: Request, options: &CallOptions) -> Result<StreamedAnswer, Error> {
    let api = Api {
        redirects: Redirects::Refuse,
        retries: RetryPolicy::NEVER,
        ..api.clone()
    };
    let error = match api.stream(request, options).await {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    let Some(refusal) = error.refusal() else {
        return Err(error);
    };
    match proxy_status::own_failure(&refusal.headers) {
        Some(failure) => Err(Error::Status(Box::new(Refusal {
            code: Some(failure.error),
            text: failure.details.or_else(|| refusal.text.clone()),
            ..refusal.clone()
        }))),
        None => Ok(StreamedAnswer {
            status: refusal.status,
            headers: refusal.headers.clone(),
            pieces: stream::iter([Ok(refusal.body.clone())]).boxed(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_at_the_service() {
        for (given, kept) in [("/users/1", "users/1"), ("a%2Fb", "a%2Fb"), ("", "")] {
            assert_eq!(inner_path(given).unwrap(), kept);
        }
        for given in [
            "../x",
            "/a/%2e%2E/b",
            "a\\..\\b",
            "./a",
            "a?b",
            "a#b",
            "a\nb",
        ] {
            assert!(inner_path(given).is_err(), "{given}");
        }
    }
}
