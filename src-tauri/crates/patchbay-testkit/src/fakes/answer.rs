//! Answers of a fake.

use serde_json::Value;

/// An answer, or the violation of the contract by the request.
pub type FakeResult = Result<Answer, String>;

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Absolute URL to which the request is relayed in place of an answer.
    pub(super) relay: Option<String>,
    /// Headers of the relayed request.
    pub(super) relayed: Vec<(String, String)>,
    /// A service that is probed before the platform answers.
    pub(super) probe: Option<Probe>,
}

/// A request to a service.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) url: String,
    pub(super) token: Option<String>,
    pub(super) body: Value,
}

impl Answer {
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// A successful answer.
    pub(super) fn ok(body: Value) -> FakeResult {
        Ok(Self::json(200, &body))
    }

    /// An answer with text of the given media type.
    #[must_use]
    pub fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self {
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into().into_bytes(),
            ..Self::empty(status)
        }
    }

    #[must_use]
    pub fn page(words: &str) -> Self {
        let page = format!("<!doctype html><title>{words}</title><p>{words}</p>");
        Self::text(200, "text/html; charset=utf-8", page)
    }

    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            relay: None,
            relayed: Vec::new(),
            probe: None,
        }
    }

    /// Redirects the browser.
    #[must_use]
    pub fn redirect(to: &str) -> Self {
        Self::empty(307).with("location", to)
    }

    /// Relays the request with these headers in place of its own.
    #[must_use]
    pub(super) fn relay(to: &str, headers: Vec<(String, String)>) -> Self {
        Self {
            relay: Some(to.to_owned()),
            relayed: headers,
            ..Self::empty(200)
        }
    }

    /// The answer of [`FakePlatform::probed`](super::FakePlatform::probed) after a service was probed.
    #[must_use]
    pub(super) fn probe(url: &str, token: Option<&str>, body: Value) -> Self {
        let (url, token) = (url.to_owned(), token.map(str::to_owned));
        Self {
            probe: Some(Probe { url, token, body }),
            ..Self::empty(500)
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}
