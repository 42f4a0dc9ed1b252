//! What was on the wire of a call.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The last request of a call and what came back, without their secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// What was sent.
    pub request: SentRequest,
    /// What came back; `None` when nothing did.
    pub response: Option<ReceivedResponse>,
}

/// A request as it is sent: over HTTP, or as one line to a program, which has a body only. Host, length and what
/// the connection adds are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SentRequest {
    /// HTTP method; `None` for a line to a program.
    pub method: Option<String>,
    /// Absolute URL with its query; `None` for a line to a program.
    pub url: Option<String>,
    /// Header name and value; a secret value is `<redacted>`.
    pub headers: Vec<(String, String)>,
    /// The body as text, byte for byte but for hidden secrets; `None` without a body.
    pub body: Option<String>,
}

/// A response as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedResponse {
    /// HTTP status; `None` for a line of a program.
    pub status: Option<u16>,
    /// Header name and value; a secret value is `<redacted>`.
    pub headers: Vec<(String, String)>,
    /// The body, or the event or line of a stream that answered, byte for byte but for hidden secrets; `None` of one
    /// over 1 MiB, of one that is no text, and where none came.
    pub body: Option<String>,
    /// From the request until all of it was there, in milliseconds.
    pub took_ms: u32,
}

impl SentRequest {
    /// A line to a program.
    pub fn line(text: impl Into<String>) -> Self {
        Self {
            body: Some(text.into()),
            ..Self::default()
        }
    }
}
