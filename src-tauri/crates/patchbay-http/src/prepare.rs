//! Checks a request and completes it with everything but its credentials.

use std::mem;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use patchbay_model::Secret;
use serde_json::Value;
use url::Url;

use super::options::query_pairs;
use super::request::Body;
use super::{Api, CallOptions, Request};
use crate::{Error, text};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A checked request with everything but its credentials.
pub(super) struct Prepared<'a> {
    pub(super) api: &'a Api,
    pub(super) request: Request,
    pub(super) url: Url,
    content_type: Option<HeaderValue>,
    pub(super) body: Option<Bytes>,
    pub(super) options: &'a CallOptions,
    pub(super) limit: Duration,
}

impl Prepared<'_> {
    /// All headers, in the order of precedence: a later one replaces an earlier one of the same name.
    pub(super) fn headers_with(
        &self,
        credentials: &[(String, Secret)],
    ) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        for (name, secret) in credentials {
            set(&mut headers, name, secret.expose(), true)?;
        }
        let request = &self.request;
        headers.insert(ACCEPT, request.accept.clone());
        if let Some(content_type) = &self.content_type {
            headers.insert(CONTENT_TYPE, content_type.clone());
        }
        let is_body_expected = matches!(request.method, Method::POST | Method::PUT | Method::PATCH);
        if self.body.is_none() && is_body_expected {
            // Some servers refuse such a request without this header, and the official clients send it.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        for (name, value) in self.api.headers.iter().chain(&request.headers) {
            set(&mut headers, name, value, false)?;
        }
        for (name, value) in request.secret_headers.iter().chain(&self.options.headers) {
            set(&mut headers, name, value.expose(), true)?;
        }
        Ok(headers)
    }

    /// Captures a response body without the secrets of the request.
    pub(super) fn note_body(&self, body: &[u8]) {
        let (capture, secrets) = (&self.options.capture, &self.request.secrets);
        match std::str::from_utf8(body) {
            Ok(text) if capture.is_enabled() && !secrets.is_empty() => {
                let shown = text::redact(text, secrets.iter().map(Secret::expose));
                capture.note_body(shown.as_bytes());
            }
            _ => capture.note_body(body),
        }
    }
}

impl Api {
    /// Checks a request and adds what applies to every request of the account.
    ///
    /// # Errors
    /// [`Error::Usage`] for a body or a header that cannot be sent.
    pub(super) fn prepare<'a>(
        &'a self,
        mut request: Request,
        options: &'a CallOptions,
    ) -> Result<Prepared<'a>, Error> {
        if let Some(cached) = &options.cached_token {
            self.tokens.offer(cached);
        }
        let mut url = request.path.under(&self.base);
        let extra = options.query.iter();
        let extra = extra.flat_map(|(name, value)| query_pairs(name, value));
        let extra: Vec<_> = extra.collect();
        if !(request.query.is_empty() && extra.is_empty()) {
            let mut pairs = url.query_pairs_mut();
            pairs.extend_pairs(&request.query).extend_pairs(extra);
        }
        let (body, content_type) = body(mem::replace(&mut request.body, Body::None), options)?;
        let mut prepared = Prepared {
            api: self,
            url,
            content_type,
            body,
            options,
            limit: options.timeout.or(request.timeout).unwrap_or(self.timeout),
            request,
        };
        let headers = prepared.headers_with(&[])?;
        prepared.request.is_anonymous |= headers.contains_key(AUTHORIZATION);
        Ok(prepared)
    }
}

pub(super) fn build_request(
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Bytes>,
) -> reqwest::Request {
    let mut request = reqwest::Request::new(method, url);
    *request.headers_mut() = headers;
    *request.body_mut() = body.map(reqwest::Body::from);
    request
}

/// The body to send, with the properties that the call adds, and its content type.
fn body(body: Body, options: &CallOptions) -> Result<(Option<Bytes>, Option<HeaderValue>), Error> {
    let extra = &options.body;
    let json = match body {
        Body::None if extra.is_empty() => return Ok((None, None)),
        Body::Bytes {
            content_type,
            bytes,
        } if extra.is_empty() => {
            let content_type = content_type.as_deref().map(HeaderValue::from_str);
            let content_type = content_type
                .transpose()
                .map_err(|_| Error::Usage("invalid content type".to_owned()))?;
            return Ok((Some(bytes), content_type));
        }
        Body::Json(json) if extra.is_empty() => json,
        Body::None => Value::Object(extra.clone()).to_string().into(),
        Body::Json(json) => {
            let Ok(Value::Object(mut members)) = serde_json::from_slice(&json) else {
                return Err(extra_not_supported());
            };
            members.extend(extra.clone());
            Value::Object(members).to_string().into()
        }
        Body::Bytes { .. } => return Err(extra_not_supported()),
    };
    Ok((Some(json), Some(JSON)))
}

fn extra_not_supported() -> Error {
    Error::Usage("extra body properties aren't supported here".to_owned())
}

/// Sets a header, replacing any of that name; a sensitive one is kept out of logs.
fn set(headers: &mut HeaderMap, name: &str, value: &str, is_sensitive: bool) -> Result<(), Error> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::Usage(format!("{name:?} isn't a valid header")))?;
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::Usage(format!("invalid value for header {name:?}")))?;
    value.set_sensitive(is_sensitive);
    headers.insert(parsed, value);
    Ok(())
}
