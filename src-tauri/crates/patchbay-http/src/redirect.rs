//! Redirects: how many are followed, where they lead, and what a request may carry there.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use patchbay_model::{Secret, clean_text};
use url::{Origin, Url};

use super::prepare::{Prepared, build_request};
use crate::address::check_address;
use crate::{Error, Redirects};

/// Which redirects a request follows.
#[derive(Clone, Copy, Debug)]
pub enum RedirectRule {
    /// A hosted platform's API, as its official clients do. What leaves the origin is unencrypted or carries a body is
    /// refused, and with `same_origin_only` whatever leaves it.
    Platform {
        /// Whether all redirects stay within the origin.
        same_origin_only: bool,
    },
    /// An MCP server: within its origin, with the same method and body.
    Server,
    /// An authorization server's metadata: within its origin.
    Metadata,
    /// An icon, which is requested without credentials: anywhere. Each address has to be checked before its request.
    Icon,
}

impl RedirectRule {
    /// Maximum number of redirects; that of a platform is the one of its official clients.
    fn max(self) -> usize {
        match self {
            Self::Platform { .. } => 20,
            Self::Server => 5,
            Self::Metadata | Self::Icon => 3,
        }
    }
}

/// A request on its way through redirects.
#[derive(Clone, Debug)]
pub struct RedirectChain {
    /// The method of the next request.
    pub method: Method,
    /// The address of the next request.
    pub url: Url,
    /// Status of the latest redirect, from the first one on that led to another origin.
    pub elsewhere: Option<StatusCode>,
    has_body: bool,
    origin: Origin,
    rule: RedirectRule,
    /// How many more redirects may follow.
    left: usize,
}

impl RedirectChain {
    /// The first request, to be repeated by that rule.
    pub fn start(rule: RedirectRule, method: Method, url: Url) -> Self {
        Self {
            method,
            origin: url.origin(),
            url,
            elsewhere: None,
            has_body: false,
            rule,
            left: rule.max(),
        }
    }

    /// The first request of a platform's API.
    pub(super) fn new(prepared: &Prepared<'_>) -> Self {
        let rule = RedirectRule::Platform {
            same_origin_only: prepared.options.same_origin_only,
        };
        let start = Self::start(rule, prepared.request.method.clone(), prepared.url.clone());
        Self {
            has_body: prepared.body.is_some(),
            left: match prepared.api.redirects {
                Redirects::Refuse => 0,
                Redirects::Follow => start.left,
            },
            ..start
        }
    }

    /// Builds the next request of a platform's API.
    ///
    /// # Errors
    /// [`Error::Usage`] when credentials cannot be used as headers; [`Error::PlainHttp`].
    pub(super) fn request(
        &self,
        prepared: &Prepared<'_>,
        credentials: &[(String, Secret)],
    ) -> Result<reqwest::Request, Error> {
        let mut headers = prepared.headers_with(credentials)?;
        if self.elsewhere.is_some() {
            headers = strip_sensitive(headers);
        }
        if self.method != prepared.request.method {
            headers.remove(CONTENT_TYPE);
            headers.remove(CONTENT_LENGTH);
        }
        let body = prepared.body.clone().filter(|_| self.has_body);
        let has_credentials = headers.values().any(HeaderValue::is_sensitive)
            || (body.is_some() && !prepared.request.secrets.is_empty());
        if has_credentials {
            prepared.api.clients.plain_http.check(&self.url)?;
        }
        let (method, url) = (self.method.clone(), self.url.clone());
        Ok(build_request(method, url, headers, body))
    }

    /// Whether no further redirect is followed.
    pub fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// The target of a redirect; `None` if the response is none, or there were too many.
    fn target(&self, status: StatusCode, headers: &HeaderMap) -> Option<Url> {
        let is_redirect = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
        let is_followed = is_redirect && !self.is_exhausted();
        let to = location(&self.url, headers).filter(|_| is_followed)?;
        match self.rule {
            RedirectRule::Server | RedirectRule::Metadata => self.encrypted(&to).or(Some(to)),
            RedirectRule::Platform { .. } | RedirectRule::Icon => Some(to),
        }
    }

    /// The encrypted form of a target that differs from an encrypted request's address in more than the scheme, but not
    /// in host and port: a server behind a proxy that encrypts for it may not know that its own addresses are.
    fn encrypted(&self, to: &Url) -> Option<Url> {
        let is_same_place = self.url.scheme() == "https"
            && to.scheme() == "http"
            && (to.host(), to.port()) == (self.url.host(), self.url.port());
        let mut encrypted = to.clone();
        let is_set = is_same_place && encrypted.set_scheme("https").is_ok();
        (is_set && encrypted != self.url).then_some(encrypted)
    }

    /// Follows a redirect.
    ///
    /// # Errors
    /// [`Error::RedirectRefused`] if the rule forbids it.
    pub(super) fn follow(&mut self, status: StatusCode, to: Url) -> Result<(), Error> {
        // As the official clients do: 301 turns only POST into GET, 302 and 303 any method.
        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY => self.method == Method::POST,
            StatusCode::FOUND | StatusCode::SEE_OTHER => self.method != Method::GET,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.has_body = false;
        }
        if self.elsewhere.is_some() || to.origin() != self.origin {
            self.elsewhere = Some(status);
        }
        let is_elsewhere = self.elsewhere.is_some();
        let falls_to_http = self.url.scheme() == "https" && to.scheme() != "https";
        let is_refused = match self.rule {
            RedirectRule::Platform { same_origin_only } => {
                is_elsewhere
                    && (same_origin_only
                        || self.has_body
                        || falls_to_http
                        || check_address(&to).is_err())
            }
            RedirectRule::Server => is_elsewhere || !matches!(status.as_u16(), 307 | 308),
            RedirectRule::Metadata => is_elsewhere,
            RedirectRule::Icon => false,
        };
        if is_refused {
            return Err(Error::RedirectRefused {
                to: self.refused_target(&to),
                status: status.as_u16(),
            });
        }
        self.url = to;
        self.left -= 1;
        Ok(())
    }

    /// Names the target of a redirect: its origin, and within the own origin its path too.
    fn refused_target(&self, to: &Url) -> String {
        let origin = to.origin().ascii_serialization();
        match to.origin() == self.origin {
            true => origin + &clean_text(to.path(), 200),
            false => origin,
        }
    }
}

/// A response, as far as redirects need it.
pub trait Head {
    /// Status and headers.
    fn head(&self) -> (StatusCode, &HeaderMap);
}

impl Head for reqwest::Response {
    fn head(&self) -> (StatusCode, &HeaderMap) {
        (self.status(), self.headers())
    }
}

/// The response at the end of a chain of redirects.
pub struct Redirected<A> {
    /// The response; itself a redirect if that one couldn't be followed.
    pub answer: A,
    /// The request that it answers.
    pub chain: RedirectChain,
    /// [`Error::RedirectRefused`] if the rule forbade the last redirect.
    pub refused: Option<Error>,
}

/// Sends a request by `attempt`, and again at each address that a redirect leads to.
///
/// # Errors
/// Those of `attempt`.
pub async fn follow_redirects<A: Head, E, F>(
    mut chain: RedirectChain,
    mut attempt: impl FnMut(RedirectChain) -> F,
) -> Result<Redirected<A>, E>
where
    F: Future<Output = Result<A, E>>,
{
    loop {
        let answer = attempt(chain.clone()).await?;
        let (status, headers) = answer.head();
        let target = chain.target(status, headers);
        let refused = match target.map(|to| chain.follow(status, to)) {
            Some(Ok(())) => continue,
            refused => refused.and_then(Result::err),
        };
        return Ok(Redirected {
            answer,
            chain,
            refused,
        });
    }
}

/// The `Location` of a response, resolved against the address that it came from; `None` if it is missing or invalid.
fn location(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let to = headers.get(LOCATION)?.to_str().ok()?;
    from.join(to).ok()
}

fn strip_sensitive(headers: HeaderMap) -> HeaderMap {
    let all = headers.iter().filter(|(_, value)| !value.is_sensitive());
    all.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_takes_its_address_for_unencrypted_keeps_the_connection_encrypted() {
        let status = StatusCode::TEMPORARY_REDIRECT;
        for (from, location, to) in [
            (
                "https://a.example/mcp",
                "http://a.example/mcp/",
                "https://a.example/mcp/",
            ),
            (
                "https://a.example:8443/mcp",
                "http://a.example:8443/mcp/",
                "https://a.example:8443/mcp/",
            ),
            (
                "https://a.example/mcp",
                "http://a.example/mcp",
                "http://a.example/mcp",
            ),
            (
                "https://a.example/mcp",
                "http://a.example:8080/mcp/",
                "http://a.example:8080/mcp/",
            ),
            (
                "https://a.example/mcp",
                "http://b.example/mcp/",
                "http://b.example/mcp/",
            ),
            (
                "http://a.example/mcp",
                "http://a.example/mcp/",
                "http://a.example/mcp/",
            ),
        ] {
            let url = Url::parse(from).unwrap();
            let chain = RedirectChain::start(RedirectRule::Server, Method::POST, url);
            let headers = HeaderMap::from_iter([(LOCATION, location.parse().unwrap())]);
            let target = chain.target(status, &headers).unwrap();
            assert_eq!(target.as_str(), to);
        }
    }
}
