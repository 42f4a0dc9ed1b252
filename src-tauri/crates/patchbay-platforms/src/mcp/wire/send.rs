//! Sends one request: credentials, redirects, and a second attempt after a 401.

use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use patchbay_http::{
    Capture, MAX_SERVER_REDIRECTS, challenge, credentials, describe, from_reqwest, host_of,
    location, placeholders,
};
use patchbay_model::{Secret, SentRequest};
use url::Url;

use super::Wire;
use super::refusal::{ReceivedResponse, refusal};
use crate::Error;

/// Headers of the connection, which credentials must not set.
const CONNECTION_HEADERS: [HeaderName; 5] = [
    header::HOST,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl Wire {
    /// Sends a request with the current credentials, and once more after a 401 if they can be renewed.
    ///
    /// Source: MCP requirements R8, R20.
    pub(super) async fn send(
        &self,
        method: Method,
        headers: &HeaderMap,
        body: Option<Bytes>,
        capture: &Capture,
    ) -> Result<ReceivedResponse, Error> {
        self.send_to(&self.0.url, method, headers, body, capture)
            .await
    }

    /// As [`Wire::send`], to another address of the same origin.
    pub(in crate::mcp) async fn send_to(
        &self,
        url: &Url,
        method: Method,
        headers: &HeaderMap,
        body: Option<Bytes>,
        capture: &Capture,
    ) -> Result<ReceivedResponse, Error> {
        let mut is_second = false;
        loop {
            let sent = self
                .send_once(url, method.clone(), headers, body.clone(), capture)
                .await?;
            if sent.answer.status() != StatusCode::UNAUTHORIZED {
                return Ok(sent);
            }
            let is_renewed = !is_second && {
                let challenge = challenge(sent.answer.headers());
                let renewed = self.0.tokens.on_unauthorized(&sent.credentials, challenge);
                renewed.await.map_err(Error::credential)?
            };
            if !is_renewed {
                let (error, body) = refusal(sent).await;
                capture.note_body(&body);
                return Err(error);
            }
            is_second = true;
        }
    }

    async fn send_once(
        &self,
        url: &Url,
        method: Method,
        headers: &HeaderMap,
        body: Option<Bytes>,
        capture: &Capture,
    ) -> Result<ReceivedResponse, Error> {
        let credentials = credentials(&*self.0.tokens).await?;
        self.0.log.redact_values(&credentials);
        let all = all_headers(&credentials, headers)?;
        let mut url = url.clone();
        for _ in 0..=MAX_SERVER_REDIRECTS {
            if !credentials.is_empty() {
                self.0.plain_http.check(&url)?;
            }
            let started = Instant::now();
            let request = self.build_request(&method, &url, &all, body.clone())?;
            capture.note_request(|| describe(&request, &[]));
            let answer = self
                .0
                .http
                .execute(request)
                .await
                .map_err(|error| from_reqwest(error, &host_of(&url), started.elapsed()))?;
            capture.note_head(answer.status().as_u16(), answer.headers());
            if !answer.status().is_redirection() {
                return Ok(ReceivedResponse {
                    answer,
                    credentials,
                });
            }
            url = self.next_url(&url, &answer)?;
        }
        Err(Error::Protocol("too many redirects".to_owned()))
    }

    /// Describes the first request that [`Wire::send_to`] would post; no credentials are obtained.
    pub(in crate::mcp) fn plan(
        &self,
        url: &Url,
        headers: &HeaderMap,
        body: String,
    ) -> Result<SentRequest, Error> {
        let credentials = placeholders(self.0.tokens.header_names());
        let all = all_headers(&credentials, headers)?;
        let request = self.build_request(&Method::POST, url, &all, Some(body.into()))?;
        Ok(describe(&request, &[]))
    }

    fn build_request(
        &self,
        method: &Method,
        url: &Url,
        headers: &HeaderMap,
        body: Option<Bytes>,
    ) -> Result<reqwest::Request, Error> {
        let request = self.0.http.request(method.clone(), url.clone());
        let request = request.headers(headers.clone());
        let request = match body {
            Some(body) => request.body(body),
            None => request,
        };
        request
            .build()
            .map_err(|_| Error::Usage("couldn't build the request".to_owned()))
    }

    /// The target of a redirect, which has to stay within the origin and keep method and body.
    fn next_url(&self, from: &Url, answer: &reqwest::Response) -> Result<Url, Error> {
        let to = location(from, answer.headers())
            .ok_or_else(|| Error::Protocol("unreadable redirect address".to_owned()))?;
        let keeps_body = matches!(
            answer.status(),
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
        );
        if to.origin() == self.0.url.origin() && keeps_body {
            return Ok(to);
        }
        Err(Error::RedirectRefused {
            to: to.origin().ascii_serialization(),
            status: answer.status().as_u16(),
        })
    }
}

/// Credentials and the protocol's own headers, which replace those that a user typed.
fn all_headers(credentials: &[(String, Secret)], protocol: &HeaderMap) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, secret) in credentials {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .filter(|name| !CONNECTION_HEADERS.contains(name))
            .ok_or_else(|| Error::Usage(format!("{name:?} isn't a valid header")))?;
        let mut value = HeaderValue::from_str(secret.expose())
            .map_err(|_| Error::Usage(format!("invalid value for header {name:?}")))?;
        value.set_sensitive(true);
        headers.append(parsed, value);
    }
    headers.extend(protocol.clone());
    Ok(headers)
}
