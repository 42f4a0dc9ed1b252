//! One request: credentials, redirects, and the second try after a 401.

use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use patchbay_http::{
    Capture, challenge, credentials, describe, from_reqwest, host_of, location, placeholders,
};
use patchbay_model::{Secret, SentRequest};
use url::Url;

use super::Wire;
use super::refusal::{ReceivedResponse, short_text};
use crate::{Error, Refusal};

/// How often an address may point to another one of the same origin.
const MAX_REDIRECTS: usize = 5;

/// Headers that belong to the connection, not to whoever supplies credentials.
const CONNECTION_HEADERS: [HeaderName; 5] = [
    header::HOST,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl Wire {
    /// Sends a request with the credentials of the moment, and once more after a 401 when new ones
    /// can be had.
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
        let mut again = false;
        loop {
            let sent = self
                .send_once(url, method.clone(), headers, body.clone(), capture)
                .await?;
            if sent.answer.status() != StatusCode::UNAUTHORIZED {
                return Ok(sent);
            }
            let challenge = challenge(sent.answer.headers());
            if again
                || !self
                    .renew_credentials(&sent.credentials, challenge.clone())
                    .await?
            {
                let refusal = Refusal {
                    status: StatusCode::UNAUTHORIZED.as_u16(),
                    host: Some(host_of(url)),
                    text: short_text(sent, capture).await,
                    ..Refusal::default()
                };
                return Err(Error::Unauthorized {
                    challenge,
                    refusal: Box::new(refusal),
                });
            }
            again = true;
        }
    }

    async fn renew_credentials(
        &self,
        sent: &[(String, Secret)],
        challenge: Option<String>,
    ) -> Result<bool, Error> {
        self.0
            .tokens
            .on_unauthorized(sent, challenge)
            .await
            .map_err(Error::credential)
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
        for _ in 0..=MAX_REDIRECTS {
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
                let secrets = credentials.iter().map(|(_, secret)| secret.clone());
                return Ok(ReceivedResponse {
                    answer,
                    secrets: secrets.collect(),
                    credentials,
                });
            }
            url = self.next_url(&url, &answer)?;
        }
        Err(Error::Protocol("too many redirects".to_owned()))
    }

    /// What [`Wire::send_to`] would post first; no credentials are asked for.
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

    /// Where a redirect leads: only within the origin, and only where method and body stay.
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

/// Credentials and the protocol's own headers, which win over those that a user typed.
fn all_headers(credentials: &[(String, Secret)], protocol: &HeaderMap) -> Result<HeaderMap, Error> {
    let mut all = credential_headers(credentials)?;
    all.extend(protocol.clone());
    Ok(all)
}

fn credential_headers(credentials: &[(String, Secret)]) -> Result<HeaderMap, Error> {
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
    Ok(headers)
}
