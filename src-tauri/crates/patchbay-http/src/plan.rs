//! What a request would be, without sending it: made by the code that sends.

use patchbay_model::Secret;
use serde_json::Value;
use url::Url;

use super::{Api, CallOptions, Request};
use crate::{Error, redact};

/// What stands where a secret would be sent.
const REDACTED: &str = "<redacted>";

/// A request as it would be sent, its credentials replaced. Host, length and what the connection adds are
/// left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRequest {
    /// HTTP method.
    pub method: String,
    /// Absolute URL with its query.
    pub url: Url,
    /// Header name and value; a secret value is `<redacted>`.
    pub headers: Vec<(String, String)>,
    /// The JSON body, or the text of another one, without its secrets; `None` without a body.
    pub body: Option<Value>,
}

impl PlannedRequest {
    /// Reads a request that is ready to be sent.
    pub fn of(request: &reqwest::Request) -> Self {
        let shown = |value: &http::HeaderValue| match value.is_sensitive() {
            true => REDACTED.to_owned(),
            false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        let headers = request.headers().iter();
        let body = request.body().and_then(reqwest::Body::as_bytes);
        Self {
            method: request.method().to_string(),
            url: request.url().clone(),
            headers: headers
                .map(|(name, value)| (name.to_string(), shown(value)))
                .collect(),
            body: body.map(|bytes| {
                serde_json::from_slice(bytes)
                    .unwrap_or_else(|_| String::from_utf8_lossy(bytes).into())
            }),
        }
    }
}

/// Stands for credentials that nobody asked for.
pub fn placeholders(names: Vec<String>) -> Vec<(String, Secret)> {
    let names = names.into_iter();
    names.map(|name| (name, Secret::new(REDACTED))).collect()
}

impl Api {
    /// What [`Api::send`] would send first. Nothing is sent, and no credentials are asked for.
    ///
    /// # Errors
    /// [`Error::Usage`], as [`Api::send`].
    pub fn plan(&self, request: &Request, options: &CallOptions) -> Result<PlannedRequest, Error> {
        let prepared = self.prepare(request.clone(), options)?;
        let credentials = match prepared.is_anonymous {
            true => Vec::new(),
            false => placeholders(self.tokens.header_names()),
        };
        let headers = prepared.headers_with(&credentials)?;
        let (method, url, body) = (prepared.method, prepared.url, prepared.body);
        let secrets = prepared.secrets;
        let request = super::send::build_request(method, url, headers, body);
        let mut planned = PlannedRequest::of(&request);
        if let Some(body) = &mut planned.body {
            redact::redact_secrets(body, &secrets);
        }
        Ok(planned)
    }
}
