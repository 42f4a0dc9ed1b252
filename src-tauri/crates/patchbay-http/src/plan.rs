//! Dry runs: builds a request with the code that sends it, and describes it instead.

use patchbay_model::{Secret, SentRequest};

use super::prepare::build_request;
use super::{Api, CallOptions, Request};
use crate::{Error, text};

/// Placeholder for a secret.
const REDACTED: &str = "<redacted>";

/// Describes a request without the values of its sensitive headers and without these secrets.
pub fn describe(request: &reqwest::Request, secrets: &[Secret]) -> SentRequest {
    let shown = |value: &http::HeaderValue| match value.is_sensitive() {
        true => REDACTED.to_owned(),
        false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    let headers = request.headers().iter();
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let body = body.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    SentRequest {
        method: Some(request.method().to_string()),
        url: Some(request.url().to_string()),
        headers: headers
            .map(|(name, value)| (name.to_string(), shown(value)))
            .collect(),
        body: body.map(|text| text::redact(&text, secrets.iter().map(Secret::expose))),
    }
}

/// Headers with placeholders in place of credentials.
pub fn placeholders(names: Vec<String>) -> Vec<(String, Secret)> {
    let names = names.into_iter();
    names.map(|name| (name, Secret::new(REDACTED))).collect()
}

impl Api {
    /// Describes the first request that [`Api::send`] would send. Nothing is sent, and no credentials are obtained.
    ///
    /// # Errors
    /// [`Error::Usage`], as [`Api::send`].
    pub fn plan(&self, request: &Request, options: &CallOptions) -> Result<SentRequest, Error> {
        let prepared = self.prepare(request.clone(), options)?;
        let credentials = match prepared.request.is_anonymous {
            true => Vec::new(),
            false => placeholders(self.tokens.header_names()),
        };
        let headers = prepared.headers_with(&credentials)?;
        let Request {
            method, secrets, ..
        } = prepared.request;
        let request = build_request(method, prepared.url, headers, prepared.body);
        Ok(describe(&request, &secrets))
    }
}
