//! Redirects: how many are followed, where they lead, and what a request may carry there.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use patchbay_model::Secret;
use url::Url;

use super::prepare::{Prepared, build_request};
use crate::Error;
use crate::address::check_address;

/// Maximum number of redirects of a hosted platform's API, as many as its official clients follow.
const MAX_REDIRECTS: usize = 20;

/// Maximum number of redirects of an MCP server, all of which stay within its origin.
pub const MAX_SERVER_REDIRECTS: usize = 5;

/// Maximum number of redirects of an authorization server's metadata, all of which stay within its origin.
pub const MAX_METADATA_REDIRECTS: usize = 3;

/// Maximum number of redirects of an icon.
pub(super) const MAX_ICON_REDIRECTS: usize = 3;

/// A request on its way through redirects.
pub(super) struct RedirectChain<'a> {
    prepared: &'a Prepared<'a>,
    method: Method,
    url: Url,
    keeps_body: bool,
    /// Whether a redirect has led to another origin than the account's; stays set afterwards.
    pub(super) is_elsewhere: bool,
    count: usize,
}

impl<'a> RedirectChain<'a> {
    pub(super) fn new(prepared: &'a Prepared<'a>) -> Self {
        Self {
            prepared,
            method: prepared.request.method.clone(),
            url: prepared.url.clone(),
            keeps_body: true,
            is_elsewhere: false,
            count: 0,
        }
    }

    /// The current target.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Builds the request to the current target.
    ///
    /// # Errors
    /// [`Error::Usage`] when credentials cannot be used as headers; [`Error::PlainHttp`].
    pub(super) fn request(
        &self,
        credentials: &[(String, Secret)],
    ) -> Result<reqwest::Request, Error> {
        let mut headers = self.prepared.headers_with(credentials)?;
        if self.is_elsewhere {
            headers = strip_sensitive(headers);
        }
        if !self.keeps_body {
            headers.remove(CONTENT_TYPE);
            headers.remove(CONTENT_LENGTH);
        }
        let body = self.prepared.body.clone().filter(|_| self.keeps_body);
        let has_credentials = headers.values().any(HeaderValue::is_sensitive)
            || (body.is_some() && !self.prepared.request.secrets.is_empty());
        if has_credentials {
            self.prepared.api.clients.plain_http.check(&self.url)?;
        }
        Ok(build_request(
            self.method.clone(),
            self.url.clone(),
            headers,
            body,
        ))
    }

    /// The target of a redirect; `None` if the response is none, or there were too many.
    pub(super) fn target(&self, answer: &reqwest::Response) -> Option<Url> {
        let is_redirect = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
        let is_followed = is_redirect && self.count < MAX_REDIRECTS;
        location(&self.url, answer.headers()).filter(|_| is_followed)
    }

    /// Follows a redirect.
    ///
    /// # Errors
    /// [`Error::RedirectRefused`] if the request would carry something there that must not leave its origin.
    pub(super) fn follow(&mut self, status: StatusCode, to: Url) -> Result<(), Error> {
        // As the official clients do: 301 turns only POST into GET, 302 and 303 any method.
        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY => self.method == Method::POST,
            StatusCode::FOUND | StatusCode::SEE_OTHER => self.method != Method::GET,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.keeps_body = false;
        }
        self.is_elsewhere |= to.origin() != self.prepared.api.base.origin();
        let has_body = self.keeps_body && self.prepared.body.is_some();
        let falls_to_http = self.url.scheme() == "https" && to.scheme() != "https";
        let same_origin_only = self.prepared.options.same_origin_only;
        if self.is_elsewhere
            && (same_origin_only || has_body || falls_to_http || check_address(&to).is_err())
        {
            return Err(Error::RedirectRefused {
                to: to.origin().ascii_serialization(),
                status: status.as_u16(),
            });
        }
        self.url = to;
        self.count += 1;
        Ok(())
    }
}

/// The `Location` of a response, resolved against the address that it came from; `None` if it is missing or invalid.
pub fn location(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let to = headers.get(LOCATION)?.to_str().ok()?;
    from.join(to).ok()
}

fn strip_sensitive(headers: HeaderMap) -> HeaderMap {
    let all = headers.iter().filter(|(_, value)| !value.is_sensitive());
    all.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
