//! Calls of operations with status and headers of the response.

use std::collections::BTreeMap;

use patchbay_http::Capture;
use patchbay_model::Json;
use reqwest::header::HeaderMap;
use serde::Serialize;
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::operations::{Call, CallOperation};
use crate::redact::KnownSecrets;
use crate::redact::exchange::redact_header;

/// Status and headers of a response, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResponseMeta {
    /// HTTP status; `None` when nothing was sent.
    pub status: Option<u16>,
    /// Headers by lower-case name; values of repeated headers are joined by commas.
    pub headers: BTreeMap<String, String>,
}

/// The response of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
pub struct OperationResponse {
    /// Status and headers of the operation's last request.
    #[serde(flatten)]
    pub head: ResponseMeta,
    /// The platform's JSON.
    pub data: Json,
}

/// As [`call_operation`](crate::operations::call_operation), with status and headers of the response.
pub async fn call_operation_with_meta(
    cx: &Context,
    request: CallOperation,
) -> Result<OperationResponse, Error> {
    let mut call = Call::prepare(cx, request).await?;
    let capture = Capture::enabled();
    call.options.capture = capture.clone();
    let known = call.known_secrets();
    let data = call.send(cx).await?;
    let head = capture.take();
    let head = head.map(|(status, headers)| ResponseMeta::redacted(status, &headers, &known()));
    Ok(OperationResponse {
        head: head.unwrap_or_default(),
        data,
    })
}

impl ResponseMeta {
    pub(crate) fn redacted(status: u16, sent: &HeaderMap, secrets: &KnownSecrets) -> Self {
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in sent {
            let value = redact_header(name, value, secrets);
            headers
                .entry(name.to_string())
                .and_modify(|before| *before = format!("{before}, {value}"))
                .or_insert(value);
        }
        Self {
            status: Some(status),
            headers,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use patchbay_model::Secret;

    use super::*;
    use crate::redact::REDACTED;

    #[test]
    fn no_secret_is_among_the_headers() {
        let secrets = KnownSecrets::new([Secret::new("key-123456")]);
        let mut sent = HeaderMap::new();
        for (name, value) in [
            ("link", "<a>"),
            ("link", "<b>"),
            ("set-cookie", "session=abcdef"),
            ("x-echo", "Bearer key-123456"),
        ] {
            sent.append(name, value.parse().unwrap());
        }
        let answered = OperationResponse {
            head: ResponseMeta::redacted(201, &sent, &secrets),
            data: Json(json!([1])),
        };
        assert_eq!(
            serde_json::to_value(answered).unwrap(),
            json!({
                "status": 201,
                "headers": {
                    "link": "<a>, <b>", "set-cookie": REDACTED, "x-echo": "Bearer <redacted>",
                },
                "data": [1],
            })
        );
    }
}
