//! Answers of `execute` that are a file, and those that are an envelope after all.
//!
//! Source: Airbyte contract, section 3, `execute`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use patchbay_http::{Answer, StreamedAnswer};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::wire::Envelope;
use crate::Error;

/// The action whose answer is a file.
pub(super) const DOWNLOAD: &str = "download";

/// How much of a JSON answer is read to learn whether it says that the download failed.
const PEEK: usize = 64 * 1024;

/// A file that was downloaded as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct File {
    /// Content type as sent.
    pub(super) content_type: Option<String>,
    /// Its own name, never a path.
    pub(super) filename: Option<String>,
    pub(super) bytes: Bytes,
}

impl File {
    pub(super) fn base64(&self) -> String {
        BASE64_STANDARD.encode(&self.bytes)
    }

    pub(super) fn into_json(self) -> Value {
        json!({
            "bytes_base64": self.base64(),
            "content_type": self.content_type,
            "filename": self.filename,
        })
    }
}

/// The answer of a download: a file, or an envelope where the connector gives one. An answer without
/// bytes is a file too.
pub(super) fn read(answer: &Answer) -> Result<File, Envelope> {
    let envelope = may_be_envelope(&answer.headers).then(|| envelope(&answer.body));
    match envelope.flatten() {
        Some(envelope) => Err(envelope),
        None => Ok(File {
            content_type: text(&answer.headers, CONTENT_TYPE.as_str()),
            filename: filename(&answer.headers),
            bytes: answer.body.clone(),
        }),
    }
}

/// Passes a download on as it comes, unless it is an envelope that says that it failed.
///
/// # Errors
/// [`Error::Status`] then; or what the first pieces failed with.
pub(super) async fn pass(mut answer: StreamedAnswer) -> Result<StreamedAnswer, Error> {
    if !may_be_envelope(&answer.headers) {
        return Ok(answer);
    }
    let mut start = Vec::new();
    while start.len() < PEEK {
        match answer.pieces.next().await {
            Some(piece) => start.extend_from_slice(&piece?),
            None => break,
        }
    }
    if envelope(&start).is_some_and(|envelope| envelope.has_failed()) {
        let whole = Answer {
            status: answer.status,
            headers: answer.headers,
            body: start.into(),
            ..Answer::default()
        };
        return Err(whole.failed());
    }
    let start = (!start.is_empty()).then(|| Ok(Bytes::from(start)));
    Ok(StreamedAnswer {
        pieces: stream::iter(start).chain(answer.pieces).boxed(),
        ..answer
    })
}

/// A JSON answer that is not called an attachment.
fn may_be_envelope(headers: &HeaderMap) -> bool {
    let media_type = text(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
        && !headers.contains_key(CONTENT_DISPOSITION)
}

/// An envelope, told from a file of JSON by its `status`.
fn envelope(body: &[u8]) -> Option<Envelope> {
    Envelope::read(body).filter(Envelope::has_status)
}

/// The name in `Content-Disposition`, without any folder in front.
///
/// Source: RFC 6266, section 4.3; RFC 8187, section 3.2.
pub(super) fn filename(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(CONTENT_DISPOSITION)?;
    let header = String::from_utf8_lossy(header.as_bytes()).into_owned();
    let name = parameter(&header, "filename*")
        .and_then(|value| extended(&value))
        .or_else(|| parameter(&header, "filename"))?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|sign| !sign.is_control()).collect();
    Some(name).filter(|name| !matches!(name.trim(), "" | "." | ".."))
}

/// `UTF-8'en'a%20b`; other character sets are not read.
fn extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let charset = parts.next()?;
    let encoded = parts.nth(1)?;
    let decoded = percent_decode_str(encoded).decode_utf8().ok()?;
    charset
        .eq_ignore_ascii_case("utf-8")
        .then(|| decoded.into_owned())
}

/// The value of a parameter, with or without quotes.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (found, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start());
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.split_once(';')?.1;
    }
}

/// The value at the start of a text, and what comes after it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut signs = quoted.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(signs.next().map(|(_, sign)| sign)),
            sign => value.push(sign),
        }
    }
    (value, "")
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(disposition: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_DISPOSITION, disposition.parse().ok()?);
        filename(&headers)
    }

    fn answer(content_type: &str, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        Answer {
            status: 200,
            headers,
            body: body.to_owned().into(),
            ..Answer::default()
        }
    }

    #[test]
    fn the_name_of_the_file_is_read_in_every_form() {
        for (header, name) in [
            ("attachment; filename=\"a.pdf\"", Some("a.pdf")),
            ("attachment; filename=a.pdf; size=3", Some("a.pdf")),
            (
                "attachment; filename=\"a; \\\"b\\\".pdf\"",
                Some("a; \"b\".pdf"),
            ),
            (
                "attachment; filename=\"x\"; filename*=UTF-8''%C3%A4%20b.pdf",
                Some("ä b.pdf"),
            ),
            (
                "attachment; filename*=latin1''%E4; filename=\"y\"",
                Some("y"),
            ),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename=\"C:\\\\x\\\\y.txt\"", Some("y.txt")),
            ("attachment; filename=\"..\"", None),
            ("attachment", None),
            ("inline; filename", None),
        ] {
            assert_eq!(named(header).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn a_file_of_json_is_a_file_and_an_envelope_is_none() {
        let file = read(&answer("application/json", "{\"rows\": []}")).unwrap();
        assert_eq!(&file.bytes[..], b"{\"rows\": []}");
        let failed = "{\"status\": \"error\", \"result\": null}";
        assert!(read(&answer("application/json; charset=utf-8", failed)).is_err());
        assert!(read(&answer("application/pdf", failed)).is_ok());
        let empty = read(&answer("application/octet-stream", "")).unwrap();
        assert_eq!(empty.into_json()["bytes_base64"], "");
    }

    #[tokio::test]
    async fn a_stream_says_that_the_download_failed_and_otherwise_is_passed_on() {
        let streamed = |content_type: &str, pieces: &[&str]| {
            let pieces: Vec<_> = pieces
                .iter()
                .map(|piece| Ok(Bytes::from((*piece).to_owned())))
                .collect();
            StreamedAnswer {
                status: 200,
                headers: answer(content_type, "").headers,
                pieces: stream::iter(pieces).boxed(),
            }
        };
        let failed = streamed("application/json", &["{\"status\":", "\"failed\"}"]);
        assert_eq!(
            pass(failed).await.err().map(|error| error.kind()),
            Some("platform")
        );
        for (content_type, pieces) in [
            ("application/json", ["{\"a\":", "1}"]),
            ("text/csv", ["{\"status\":", "\"failed\"}"]),
        ] {
            let passed = pass(streamed(content_type, &pieces)).await.unwrap();
            let pieces: Vec<_> = passed.pieces.map(|piece| piece.unwrap()).collect().await;
            let whole: Vec<u8> = pieces.concat();
            let sent = match content_type {
                "text/csv" => &b"{\"status\":\"failed\"}"[..],
                _ => b"{\"a\":1}",
            };
            assert_eq!(whole, sent);
        }
    }

    proptest! {
        #[test]
        fn a_name_is_never_a_path(header in "attachment; filename\\*?=\"?[ -~]{0,40}") {
            if let Some(name) = named(&header) {
                prop_assert!(!name.contains(['/', '\\']) && name != "..");
            }
        }
    }
}
