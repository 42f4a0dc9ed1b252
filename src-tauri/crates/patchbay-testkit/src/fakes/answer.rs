//! What a fake answers.

use serde_json::Value;

/// An answer, or what was wrong with the request by the contract.
pub type FakeResult = Result<Answer, String>;

/// An answer of a fake.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Where the request goes in place of being answered here: an absolute URL.
    pub(super) relay: Option<String>,
    /// Headers of the relayed request.
    pub(super) relayed: Vec<(String, String)>,
    /// A service that is asked before the platform answers.
    pub(super) probe: Option<Probe>,
}

/// A service to be asked.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    /// Its absolute URL.
    pub(super) url: String,
    /// What it is asked with.
    pub(super) token: Option<String>,
    /// What it is asked.
    pub(super) body: Value,
}

impl Answer {
    /// JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// Text of some media type.
    #[must_use]
    pub fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self {
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into().into_bytes(),
            ..Self::empty(status)
        }
    }

    /// A web page.
    #[must_use]
    pub fn page(words: &str) -> Self {
        let page = format!("<!doctype html><title>{words}</title><p>{words}</p>");
        Self::text(200, "text/html; charset=utf-8", page)
    }

    /// No body.
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

    /// The browser goes elsewhere.
    #[must_use]
    pub fn redirect(to: &str) -> Self {
        Self::empty(307).with("location", to)
    }

    /// Passes the request on, with these headers in place of its own.
    #[must_use]
    pub(super) fn relay(to: &str, headers: Vec<(String, String)>) -> Self {
        Self {
            relay: Some(to.to_owned()),
            relayed: headers,
            ..Self::empty(200)
        }
    }

    /// What [`FakePlatform::probed`](super::FakePlatform::probed) says once a service was asked.
    #[must_use]
    pub(super) fn probe(url: &str, token: Option<&str>, body: Value) -> Self {
        let (url, token) = (url.to_owned(), token.map(str::to_owned));
        Self {
            probe: Some(Probe { url, token, body }),
            ..Self::empty(500)
        }
    }

    /// The same with a header more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}
