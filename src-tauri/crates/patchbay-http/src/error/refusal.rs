//! An answer that is not what was asked for.

use bytes::Bytes;
use http::HeaderMap;
use patchbay_model::FieldProblem;

/// How many characters of a server's own words are kept.
pub const TEXT_LIMIT: usize = 2000;

/// What the server said when it refused, or failed.
///
/// `Debug` leaves headers and body out: nobody knows what is in them.
#[derive(Clone, Default, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Host and port that answered, where that is known.
    pub host: Option<String>,
    /// What was asked, such as `GET /v1/wikis`, without its query and the secrets that were sent.
    pub request: Option<String>,
    /// The platform's own code of the failure.
    pub code: Option<String>,
    /// The server's own words, cleaned of control characters and of the secrets that were sent.
    pub text: Option<String>,
    /// What is wrong with which field.
    pub fields: Vec<FieldProblem>,
    /// The platform's own number for the request, for its support.
    pub request_id: Option<String>,
    /// Headers as sent; only a relay needs them.
    pub headers: HeaderMap,
    /// Body as sent, perhaps cut; only a relay needs it.
    pub body: Bytes,
}

impl Refusal {
    /// Who answered, in words.
    pub(super) fn by(&self) -> &str {
        self.host.as_deref().unwrap_or("the server")
    }
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("host", &self.host)
            .field("request", &self.request)
            .field("code", &self.code)
            .field("text", &self.text)
            .field("fields", &self.fields)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
