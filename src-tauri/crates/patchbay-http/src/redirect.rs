//! What becomes of a request when the platform points elsewhere.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use patchbay_model::Secret;
use url::Url;

use super::prepare::{Prepared, build_request};
use crate::Error;
use crate::address::{PlainHttp, check_address};

const MAX_REDIRECTS: usize = 20;

/// Where redirects have led, and what has become of the request on the way.
pub(super) struct RedirectChain<'a> {
    prepared: &'a Prepared<'a>,
    plain_http: &'a PlainHttp,
    method: Method,
    /// Where it has moved; `None` while that is nowhere.
    moved: Option<Box<Url>>,
    keeps_body: bool,
    /// Whether another origin than the account's has been on the way.
    pub(super) is_elsewhere: bool,
    count: usize,
}

impl<'a> RedirectChain<'a> {
    pub(super) fn new(prepared: &'a Prepared<'a>, plain_http: &'a PlainHttp) -> Self {
        Self {
            prepared,
            plain_http,
            method: prepared.method.clone(),
            moved: None,
            keeps_body: true,
            is_elsewhere: false,
            count: 0,
        }
    }

    /// Where it goes now.
    pub(super) fn url(&self) -> &Url {
        self.moved.as_deref().unwrap_or(&self.prepared.url)
    }

    /// The request as it is now.
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
            || (body.is_some() && !self.prepared.secrets.is_empty());
        if has_credentials {
            self.plain_http.check(self.url())?;
        }
        Ok(build_request(
            self.method.clone(),
            self.url().clone(),
            headers,
            body,
        ))
    }

    /// Where the answer points to; `None` when it does not, or there were too many redirects.
    pub(super) fn target(&self, answer: &reqwest::Response) -> Option<Url> {
        let points = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
        let is_followed = points && self.count < MAX_REDIRECTS;
        location(self.url(), answer.headers()).filter(|_| is_followed)
    }

    /// Follows a redirect; `base` is the account's address.
    ///
    /// # Errors
    /// [`Error::RedirectRefused`] when something would get where it does not belong.
    pub(super) fn follow(&mut self, base: &Url, status: StatusCode, to: Url) -> Result<(), Error> {
        // As the official clients do: 301 turns only POST into GET, 302 and 303 every method.
        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY => self.method == Method::POST,
            StatusCode::FOUND | StatusCode::SEE_OTHER => self.method != Method::GET,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.keeps_body = false;
        }
        self.is_elsewhere |= to.origin() != base.origin();
        let has_body = self.keeps_body && self.prepared.body.is_some();
        let falls_to_http = self.url().scheme() == "https" && to.scheme() != "https";
        let same_origin_only = self.prepared.options.same_origin_only;
        if self.is_elsewhere
            && (same_origin_only || has_body || falls_to_http || check_address(&to).is_err())
        {
            return Err(Error::RedirectRefused {
                to: to.origin().ascii_serialization(),
                status: status.as_u16(),
            });
        }
        self.moved = Some(Box::new(to));
        self.count += 1;
        Ok(())
    }
}

/// Where the `Location` of an answer points to, seen from the address that gave it; `None` where there is none
/// that can be read.
pub fn location(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let to = headers.get(LOCATION)?.to_str().ok()?;
    from.join(to).ok()
}

/// What may go to another origin than the account's.
fn strip_sensitive(headers: HeaderMap) -> HeaderMap {
    let all = headers.iter().filter(|(_, value)| !value.is_sensitive());
    all.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
