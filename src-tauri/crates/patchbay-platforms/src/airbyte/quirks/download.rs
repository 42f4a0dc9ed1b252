//! Downloads: responses of `execute` that may be a file or an envelope.
//!
//! Source: Airbyte contract, section 3, `execute`.

use futures::stream::{self, StreamExt};
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use patchbay_http::{Answer, StreamedAnswer, split_quoted};
use percent_encoding::percent_decode_str;

use crate::Result;
use crate::airbyte::wire::{Envelope, Executed, File, Reply};

/// The action that returns a file.
pub(crate) const DOWNLOAD: &str = "download";

/// Bytes of a JSON response that are read to find out whether the download failed.
const PEEK_BYTES: usize = 64 * 1024;

/// Reads a file, or an envelope if the connector returns one. An empty response is a file too.
pub(crate) fn read(answer: &Answer) -> Executed {
    let envelope = may_be_envelope(&answer.headers).then(|| envelope(answer));
    let reply = match envelope.flatten() {
        Some(envelope) => Reply::Envelope(envelope),
        None => Reply::File(File {
            content_type: text(&answer.headers, CONTENT_TYPE.as_str()),
            filename: filename(&answer.headers),
            bytes: answer.body.clone(),
        }),
    };
    Executed::of(answer, reply)
}

/// Passes a download on as it arrives, unless it is an envelope that reports a failure, which is returned as error.
pub(crate) async fn forward_unless_failed(mut answer: StreamedAnswer) -> Result<StreamedAnswer> {
    if !may_be_envelope(&answer.headers) {
        return Ok(answer);
    }
    let mut start = Vec::new();
    while start.len() < PEEK_BYTES {
        match answer.pieces.next().await {
            Some(piece) => start.extend_from_slice(&piece?),
            None => break,
        }
    }
    let peeked = Answer {
        status: answer.status,
        headers: answer.headers.clone(),
        body: start.into(),
        ..Answer::default()
    };
    if let Some(failure) = envelope(&peeked).and_then(|envelope| envelope.failure) {
        return Err(*failure);
    }
    let start = (!peeked.body.is_empty()).then_some(Ok(peeked.body));
    Ok(StreamedAnswer {
        pieces: stream::iter(start).chain(answer.pieces).boxed(),
        ..answer
    })
}

/// Whether it is JSON and not an attachment.
fn may_be_envelope(headers: &HeaderMap) -> bool {
    let media_type = text(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
        && !headers.contains_key(CONTENT_DISPOSITION)
}

/// Reads an envelope, which differs from a JSON file by its `status`.
fn envelope(answer: &Answer) -> Option<Envelope> {
    Envelope::read(answer).filter(Envelope::has_status)
}

/// The filename in `Content-Disposition`, without folders.
///
/// Source: RFC 6266, section 4.3; RFC 8187, section 3.2.
pub(crate) fn filename(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(CONTENT_DISPOSITION)?;
    let header = String::from_utf8_lossy(header.as_bytes()).into_owned();
    let name = parameter(&header, "filename*")
        .and_then(|value| decode_extended(&value))
        .or_else(|| parameter(&header, "filename"))?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|sign| !sign.is_control()).collect();
    Some(name).filter(|name| !matches!(name.trim(), "" | "." | ".."))
}

/// Decodes `UTF-8'en'a%20b`; other character sets are not supported.
fn decode_extended(value: &str) -> Option<String> {
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

/// Splits off the value at the start of a text.
fn value(text: &str) -> (String, &str) {
    split_quoted(text).unwrap_or_else(|| {
        let end = text.find(';').unwrap_or(text.len());
        (text[..end].trim().to_owned(), &text[end..])
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

#[cfg(test)]
mod tests;
