//! The gateway to the service behind a connector: MCP over streamable HTTP, or any HTTP request.
//!
//! Responses of the service are passed on unchanged, whatever their status; only a failure of the gateway itself is an
//! error.
//!
//! Source: Mistral contract, section 8.

mod proxy_status;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
use http::{HeaderValue, Method};
use patchbay_http::{
    Api, CallOptions, Path, Redirects, Request, RetryClass, RetryPolicy, SecretArgument,
    StreamedAnswer,
};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::mistral::Mistral;
use crate::operations::Effect;
use crate::{Contract, Error, Operation, Refusal, Result};

static ACCEPT_ANY: HeaderValue = HeaderValue::from_static("*/*");

/// Proxy a request to the MCP server.
///
/// Source: Mistral contract, section 8.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayMcp {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// HTTP method; `POST` when absent.
    pub method: Option<String>,
    /// Headers such as `mcp-session-id`.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretArgument<Value>>,
    /// JSON-RPC message to send.
    pub content: Option<Value>,
    /// Name of the credentials to use.
    pub credentials_name: Option<String>,
}

impl Operation<Mistral> for GatewayMcp {
    const CONTRACT: Contract = Contract::write("gateway_mcp");
    type Output = Value;
    const IS_STREAMED: bool = true;

    fn request(&self, _: &Mistral) -> Result<Request> {
        let path = gateway(&self.connector_id_or_name)?.then("/mcp");
        let request = Request::new(method(self.method.as_deref(), Method::POST)?, path);
        let request = with_body(request, self.content.as_ref())?;
        with_headers(request, &self.headers, self.credentials_name.as_deref())
    }

    async fn send(&self, client: &Mistral, options: &CallOptions) -> Result<Value> {
        read_to_json(self.stream(client, options).await?).await
    }

    async fn stream(&self, client: &Mistral, options: &CallOptions) -> Result<StreamedAnswer> {
        stream_once(&client.api, self.request(client)?, options).await
    }
}

/// Proxy a request to the HTTP service.
///
/// Source: Mistral contract, section 8.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayHttp {
    /// Id or name of the connector.
    pub connector_id_or_name: RemoteId,
    /// HTTP method; `GET` when absent.
    pub method: Option<String>,
    /// Path at the service, for example `/users/1`, percent-encoded.
    #[serde(default)]
    pub path: String,
    /// Query parameters: a list repeats its name, an object gives `name[key]`.
    #[serde(default)]
    pub query: Map<String, Value>,
    /// Headers for the service.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretArgument<Value>>,
    /// JSON to send.
    pub json: Option<Value>,
    /// Name of the credentials to use.
    pub credentials_name: Option<String>,
}

impl Operation<Mistral> for GatewayHttp {
    const CONTRACT: Contract = Contract::write("gateway_http");
    type Output = Value;
    const IS_STREAMED: bool = true;

    fn effect(&self) -> Effect {
        match method(self.method.as_deref(), Method::GET) {
            Ok(Method::GET) => Effect::Read,
            Ok(Method::DELETE) => Effect::Irreversible,
            _ => Self::CONTRACT.effect,
        }
    }

    fn request(&self, _: &Mistral) -> Result<Request> {
        let path = gateway(&self.connector_id_or_name)?.then("/http/");
        let path = path.then(inner_path(&self.path)?);
        let request = Request::new(method(self.method.as_deref(), Method::GET)?, path);
        let query = self.query.iter();
        let request = query.fold(request, |request, (name, value)| {
            request.query_json(name, value)
        });
        let request = with_body(request, self.json.as_ref())?;
        with_headers(request, &self.headers, self.credentials_name.as_deref())
    }

    async fn send(&self, client: &Mistral, options: &CallOptions) -> Result<Value> {
        read_to_json(self.stream(client, options).await?).await
    }

    async fn stream(&self, client: &Mistral, options: &CallOptions) -> Result<StreamedAnswer> {
        stream_once(&client.api, self.request(client)?, options).await
    }
}

/// Reads a response as JSON for callers without streams: `{status, headers, text}`.
async fn read_to_json(mut answer: StreamedAnswer) -> Result<Value> {
    let body = answer.read(Api::BODY_BYTES).await?;
    let headers: Map<String, Value> = answer
        .headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), text.into())
        })
        .collect();
    let text = String::from_utf8_lossy(&body);
    Ok(json!({ "status": answer.status, "headers": headers, "text": text }))
}

fn gateway(id_or_name: &RemoteId) -> Result<Path> {
    Path::new("/v1/connectors-gateway").value("connector_id_or_name", id_or_name.as_str())
}

fn method(given: Option<&str>, default: Method) -> Result<Method> {
    let Some(given) = given else {
        return Ok(default);
    };
    Method::from_bytes(given.to_ascii_uppercase().as_bytes())
        .map_err(|_| Error::Usage(format!("{given:?} isn't an HTTP method")))
}

/// The caller's path without the leading slash.
fn inner_path(path: &str) -> Result<&str> {
    let escapes = path.split(['/', '\\']).any(|segment| {
        let decoded = segment.replace("%2e", ".").replace("%2E", ".");
        matches!(decoded.as_str(), "." | "..")
    });
    let is_odd = path.contains(['?', '#']) || path.chars().any(char::is_control);
    if escapes || is_odd {
        return Err(Error::Usage(
            "path must stay within the service and have no query".to_owned(),
        ));
    }
    Ok(path.strip_prefix('/').unwrap_or(path))
}

fn with_body(request: Request, body: Option<&Value>) -> Result<Request> {
    match body {
        Some(body) => request.json(body),
        None => Ok(request),
    }
}

fn with_headers(
    request: Request,
    headers: &BTreeMap<String, SecretArgument<Value>>,
    credentials_name: Option<&str>,
) -> Result<Request> {
    let mut request = request.accept(&ACCEPT_ANY);
    for (name, value) in headers {
        let Value::String(value) = value.expose() else {
            return Err(Error::Usage(format!("header {name:?} must be text")));
        };
        request = request.secret_header(name, value);
    }
    Ok(match credentials_name {
        Some(name) => request.header("x-credentials-name", name),
        None => request,
    })
}

/// Redirects are the service's and not followed, and nothing is retried.
async fn stream_once(api: &Api, request: Request, options: &CallOptions) -> Result<StreamedAnswer> {
    let api = Api {
        redirects: Redirects::Refuse,
        retries: RetryPolicy::NEVER,
        ..api.clone()
    };
    let request = request.repeat(RetryClass::Never);
    let error = match api.stream(request, options).await {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    let Some(refusal) = error.refusal() else {
        return Err(error);
    };
    match proxy_status::gateway_failure(&refusal.headers) {
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
