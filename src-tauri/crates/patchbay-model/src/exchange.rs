//! The request and response of a call.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The last request of a call and its response, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// The request.
    pub request: SentRequest,
    /// The response; `None` if there was none.
    pub response: Option<ReceivedResponse>,
}

/// A request over HTTP, or one line to a program, which has only a body. Headers that the connection adds, such as host
/// and length, are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SentRequest {
    /// HTTP method; `None` for a line to a program.
    pub method: Option<String>,
    /// Absolute URL with its query; `None` for a line to a program.
    pub url: Option<String>,
    /// Header name and value; a secret value is `<redacted>`.
    pub headers: Vec<(String, String)>,
    /// The body as text, unchanged except for redacted secrets; `None` without a body.
    pub body: Option<String>,
}

/// A response as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedResponse {
    /// HTTP status; `None` for a line from a program.
    pub status: Option<u16>,
    /// Header name and value; a secret value is `<redacted>`.
    pub headers: Vec<(String, String)>,
    /// The body, or the event or line of a stream that answered, unchanged except for redacted secrets; `None` if it
    /// exceeds 1 MiB, is not text, or is missing.
    pub body: Option<String>,
    /// Milliseconds from the request until the whole response was received.
    pub took_ms: u32,
}

impl SentRequest {
    /// A line that is sent to a program.
    pub fn line(text: impl Into<String>) -> Self {
        Self {
            body: Some(text.into()),
            ..Self::default()
        }
    }
}
