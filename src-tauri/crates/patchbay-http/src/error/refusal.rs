//! An error response.

use bytes::Bytes;
use http::HeaderMap;
use patchbay_model::{FieldProblem, debug_fields};

/// Maximum length of a server's own message, in characters.
pub const TEXT_LIMIT: usize = 2000;

/// A response with which the server refused, or failed, a request.
///
/// `Debug` leaves headers and body out, since they may hold anything.
#[derive(Clone, Default, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Host and port that responded, if known.
    pub host: Option<String>,
    /// The request line, such as `GET /v1/wikis`, without its query and the secrets that were sent.
    pub request: Option<String>,
    /// The platform's own error code.
    pub code: Option<String>,
    /// The server's own message, cleaned of control characters and of the secrets that were sent.
    pub text: Option<String>,
    /// Problems of single fields of the request.
    pub fields: Vec<FieldProblem>,
    /// The platform's own id of the request, for its support.
    pub request_id: Option<String>,
    /// Headers as received; only a relay needs them.
    pub headers: HeaderMap,
    /// Body as received, perhaps truncated; only a relay needs it.
    pub body: Bytes,
}

impl Refusal {
    /// Who responded, as the subject of a message.
    pub(super) fn by(&self) -> &str {
        self.host.as_deref().unwrap_or("the server")
    }
}

debug_fields! { Refusal: status, host, request, code, text, fields, request_id }
