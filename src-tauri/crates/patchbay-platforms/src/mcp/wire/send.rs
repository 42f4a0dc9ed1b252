//! Sends one request: credentials, redirects, and a second attempt after a 401.

use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use patchbay_http::{
    Capture, Headers, RedirectChain, RedirectRule, challenge, describe, follow_redirects,
    from_reqwest, host_of, placeholders, with_reauthentication,
};
use patchbay_model::{Secret, SentRequest};
use url::Url;

use super::Wire;
use super::refusal::{ReceivedResponse, refusal};
use crate::Error;

/// Whether credentials may be sent in a header of this name. Those of the connection they must not set.
pub fn is_credential_header(name: &str) -> bool {
    parse_header_name(name).is_some()
}

fn parse_header_name(name: &str) -> Option<HeaderName> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    (!CONNECTION_HEADERS.contains(&name)).then_some(name)
}

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
        let attempt = |credentials| {
            let method = method.clone();
            self.send_once(url, method, headers, body.clone(), capture, credentials)
        };
        let sent = with_reauthentication(&*self.0.tokens, attempt, |sent| {
            let answer = &sent.answer;
            (answer.status() == StatusCode::UNAUTHORIZED).then(|| challenge(answer.headers()))
        });
        let sent = sent.await?;
        if sent.answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(sent);
        }
        let (error, body) = refusal(sent).await;
        capture.note_body(&body);
        Err(error)
    }

    async fn send_once(
        &self,
        url: &Url,
        method: Method,
        headers: &HeaderMap,
        body: Option<Bytes>,
        capture: &Capture,
        credentials: Headers,
    ) -> Result<ReceivedResponse, Error> {
        self.0
            .log
            .redact(credentials.iter().map(|(_, value)| value));
        let all = &all_headers(&credentials, headers)?;
        let (body, has_credentials) = (&body, !credentials.is_empty());
        let send = |RedirectChain { method, url, .. }| async move {
            if has_credentials {
                self.0.plain_http.check(&url)?;
            }
            let started = Instant::now();
            let request = self.build_request(&method, &url, all, body.clone())?;
            capture.note_request(|| describe(&request, &[]));
            let sent = self.0.http.execute(request).await;
            let answer =
                sent.map_err(|error| from_reqwest(error, &host_of(&url), started.elapsed()))?;
            capture.note_head(answer.status().as_u16(), answer.headers());
            Ok(answer)
        };
        let start = RedirectChain::start(RedirectRule::Server, method, url.clone());
        let sent = follow_redirects(start, send).await?;
        match sent.refused {
            Some(refused) => Err(refused),
            None if sent.answer.status().is_redirection() => Err(Error::Protocol(
                match sent.chain.is_exhausted() {
                    true => "too many redirects",
                    false => "unreadable redirect address",
                }
                .to_owned(),
            )),
            None => Ok(ReceivedResponse {
                answer: sent.answer,
                credentials,
            }),
        }
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
}

/// Credentials and the protocol's own headers, which replace those that a user typed.
fn all_headers(credentials: &[(String, Secret)], protocol: &HeaderMap) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, secret) in credentials {
        let parsed = parse_header_name(name)
            .ok_or_else(|| Error::Usage(format!("{name:?} isn't a valid header")))?;
        let mut value = HeaderValue::from_str(secret.expose())
            .map_err(|_| Error::Usage(format!("invalid value for header {name:?}")))?;
        value.set_sensitive(true);
        headers.append(parsed, value);
    }
    headers.extend(protocol.clone());
    Ok(headers)
}
