//! Requests to authorization servers, with address checks, limits, timeouts and a trace.

use http::{HeaderMap, StatusCode, header};
use patchbay_http::{
    BodyError, Head, Reach, RedirectChain, RedirectRule, causes, find_address_error,
    find_untrusted, follow_redirects, host_of, json, read_body,
};
use reqwest::{Method, Request};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::trace::PendingStep;
use crate::{Error, OAuthClient, Trace};

/// Maximum bytes of a body.
const BODY_LIMIT: usize = 1024 * 1024;

/// Limits of a document; none in use comes near.
pub(crate) const JSON_LIMITS: json::Limits = json::Limits {
    values: 20_000,
    depth: 32,
    text: 256 * 1024,
    items: None,
};

/// A request that accepts JSON.
pub(crate) fn json_request(method: Method, url: &Url) -> Request {
    let mut request = Request::new(method, url.clone());
    let json = header::HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::ACCEPT, json);
    request
}

/// A response with its whole body, which is wiped on drop.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Host and port that sent it.
    host: String,
}

impl Head for Answer {
    fn head(&self) -> (StatusCode, &HeaderMap) {
        (self.status, &self.headers)
    }
}

impl Answer {
    /// Fails unless the response is the endpoint's own decision.
    ///
    /// # Errors
    /// [`Error::Redirect`]; [`Error::Failed`] for a status that may be another at the next attempt.
    pub(crate) fn ensure_decided(&self) -> Result<(), Error> {
        let (host, status) = (self.host.clone(), self.status.as_u16());
        match status {
            300..400 => Err(Error::Redirect { host }),
            408 | 425 | 429 | 500.. => Err(Error::Failed { host, status }),
            _ => Ok(()),
        }
    }

    /// The body as JSON; `None` if it isn't JSON.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it exceeds a limit.
    pub(crate) fn json(&self) -> Result<Option<Value>, Error> {
        match json::parse(&self.body, JSON_LIMITS) {
            Ok(document) => Ok(Some(document)),
            Err(json::Error::NotJson) => Ok(None),
            Err(json::Error::Exceeded(limit)) => Err(Error::TooLarge {
                host: self.host.clone(),
                limit: limit.to_string(),
            }),
        }
    }
}

impl OAuthClient {
    /// Checks the address of a request and sends it. Redirects are not followed.
    ///
    /// `note` is shown in the trace and must not contain a secret.
    pub(crate) async fn send(
        &self,
        what: &'static str,
        request: Request,
        note: Option<String>,
        reach: &Reach,
        trace: &dyn Trace,
    ) -> Result<Answer, Error> {
        reach.check_url(what, request.url())?;
        let step = PendingStep::new(request.method().as_str(), request.url(), note);
        let host = host_of(request.url());
        let attempt = self.send_untimed(what, request, reach);
        let result = tokio::time::timeout(self.time_limit, attempt)
            .await
            .unwrap_or(Err(Error::TimedOut { host }));
        match &result {
            Ok(answer) => step.end(trace, Some(answer.status.as_u16()), None),
            Err(error) => step.end(trace, None, Some(error.to_string())),
        }
        result
    }

    async fn send_untimed(
        &self,
        what: &'static str,
        request: Request,
        reach: &Reach,
    ) -> Result<Answer, Error> {
        let url = request.url();
        self.network.addresses().check(what, reach, url).await?;
        let host = host_of(url);
        let mut response = self
            .network
            .client_for(url)
            .execute(request)
            .await
            .map_err(|error| failure(&host, error))?;
        let body = read_body(&mut response, BODY_LIMIT, None).await;
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: body.map_err(|error| body_error(&host, error))?,
            host,
        })
    }

    /// Fetches a metadata document; `None` if there is none at that address.
    ///
    /// Follows redirects within the origin. A page in place of JSON counts as none, since many web sites respond to
    /// every address with a page of their own. JSON of another content type counts, since many web servers send files
    /// without an extension, as these are, as `application/octet-stream`.
    pub(crate) async fn document(
        &self,
        what: &'static str,
        url: &Url,
        reach: &Reach,
        trace: &dyn Trace,
    ) -> Result<Option<Value>, Error> {
        let get = |chain: RedirectChain| async move {
            let request = json_request(Method::GET, &chain.url);
            self.send(what, request, None, reach, trace).await
        };
        let start = RedirectChain::start(RedirectRule::Metadata, Method::GET, url.clone());
        let answer = follow_redirects(start, get).await?.answer;
        let host = answer.host.clone();
        match answer.status {
            StatusCode::OK => match answer.json()?.filter(Value::is_object) {
                None if is_json(&answer.headers) => Err(Error::Metadata {
                    what,
                    host,
                    status: None,
                }),
                document => Ok(document),
            },
            status if status.is_redirection() => Err(Error::Redirect { host }),
            status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                Ok(None)
            }
            status => Err(Error::Metadata {
                what,
                host,
                status: Some(status.as_u16()),
            }),
        }
    }
}

/// Whether the content type may be JSON; a missing one may be.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.ends_with("/json") || kind.ends_with("+json") || kind.is_empty() || kind == "text/plain"
}

fn body_error(host: &str, error: BodyError) -> Error {
    let host = host.to_owned();
    match error {
        BodyError::TooLarge => Error::TooLarge {
            host,
            limit: format!("more than {BODY_LIMIT} bytes"),
        },
        BodyError::Silent => Error::TimedOut { host },
        BodyError::Lost(error) => failure(&host, error),
    }
}

/// Converts the error of a request; the result does not contain the URL.
fn failure(host: &str, error: reqwest::Error) -> Error {
    let host = host.to_owned();
    let source = error.without_url();
    if source.is_timeout() {
        return Error::TimedOut { host };
    }
    if let Some(refused) = find_address_error(&source) {
        return refused.into();
    }
    if let Some(certificate) = find_untrusted(&source, &host) {
        return Error::Untrusted(Box::new(certificate));
    }
    if causes(&source).any(|cause| cause.is::<rustls::Error>()) {
        return Error::Tls { host, source };
    }
    Error::Unreachable { host, source }
}
