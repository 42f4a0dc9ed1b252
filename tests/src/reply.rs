//! What the server answers to one request.

use std::io::Read as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::Value;

use crate::exact;

/// One recorded answer, ready to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    /// `None` closes the connection without an answer.
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(String, String)>,
    /// Waited before the answer, in real time.
    pub(crate) delay: Duration,
    /// The body and how long to wait before each piece of it.
    pub(crate) pieces: Vec<(Duration, Vec<u8>)>,
    pub(crate) is_chunked: bool,
    /// Whether the connection is closed before the announced end.
    pub(crate) is_cut: bool,
    /// The body as JSON, where it is.
    pub(crate) json: Option<Value>,
}

impl Reply {
    /// Reads the `response` of a line; nothing at all drops the connection.
    pub(crate) fn read(response: &Value) -> Result<Self, String> {
        let seconds = |name: &str| {
            let seconds = exact::number(&response[name]).and_then(|text| text.parse().ok());
            Duration::try_from_secs_f64(seconds.unwrap_or(0.0)).unwrap_or_default()
        };
        let mut reply = Self {
            delay: seconds("delay_s"),
            is_cut: response["cut_short"] == Value::Bool(true),
            ..Self::default()
        };
        if response.is_null() || response["dropped"] == Value::Bool(true) {
            return Ok(reply);
        }
        let status = exact::number(&response["status"]).and_then(|text| text.parse().ok());
        reply.status = Some(status.ok_or("the answer has no status")?);
        for (name, value) in response["headers"].as_object().into_iter().flatten() {
            let value = exact::text(value).ok_or("a header of the answer is no text")?;
            reply.headers.push((name.to_lowercase(), value.to_owned()));
        }
        let chunked = |(name, value): &(String, String)| {
            name == "transfer-encoding" && value.contains("chunked")
        };
        reply.is_chunked = reply.headers.iter().any(chunked)
            || ["chunks", "chunks_base64", "parts"]
                .iter()
                .any(|form| response[*form].is_array());
        reply.pieces = pieces(response, seconds("chunk_gap_s"))?;
        let body: Vec<u8> = reply
            .pieces
            .iter()
            .flat_map(|(_, bytes)| bytes.clone())
            .collect();
        let body = decoded(body, &reply.headers);
        reply.json = std::str::from_utf8(&body).ok().and_then(exact::read);
        Ok(reply)
    }
}

/// The body as its reader has it after decompression; as it came where it cannot be decoded.
fn decoded(body: Vec<u8>, headers: &[(String, String)]) -> Vec<u8> {
    let coding = headers.iter().find(|(name, _)| name == "content-encoding");
    let mut decoded = Vec::new();
    let read = match coding.map(|(_, coding)| coding.as_str()) {
        Some("gzip") => GzDecoder::new(&*body).read_to_end(&mut decoded),
        Some("deflate") => ZlibDecoder::new(&*body).read_to_end(&mut decoded),
        _ => return body,
    };
    match read {
        Ok(_) => decoded,
        Err(_) => body,
    }
}

fn pieces(response: &Value, gap: Duration) -> Result<Vec<(Duration, Vec<u8>)>, String> {
    let unbase64 = |value: &Value| {
        let text = exact::text(value).ok_or("base64 has to be text")?;
        STANDARD.decode(text).map_err(|error| error.to_string())
    };
    let spaced = |pieces: Vec<Vec<u8>>| {
        let waits = std::iter::once(Duration::ZERO).chain(std::iter::repeat(gap));
        waits.zip(pieces).collect()
    };
    if let Some(chunks) = response["chunks_base64"].as_array() {
        let chunks: Result<_, String> = chunks.iter().map(unbase64).collect();
        return Ok(spaced(chunks?));
    }
    if let Some(chunks) = response["chunks"].as_array() {
        let is_base64 = response["chunks_base64"] == Value::Bool(true);
        let read = |chunk: &Value| match (is_base64, exact::text(chunk)) {
            (true, _) => unbase64(chunk),
            (false, Some(text)) => Ok(text.as_bytes().to_vec()),
            (false, None) => Err("a chunk has to be text".to_owned()),
        };
        let chunks: Result<_, String> = chunks.iter().map(read).collect();
        return Ok(spaced(chunks?));
    }
    let body = if let Some(text) = exact::text(&response["body_text"]) {
        text.as_bytes().to_vec()
    } else if response["body_base64"].is_string() {
        unbase64(&response["body_base64"])?
    } else if response["body"].is_null() {
        return Ok(Vec::new());
    } else {
        exact::write(&response["body"]).into_bytes()
    };
    match response["parts"].as_array() {
        Some(parts) => in_parts(&body, parts),
        None => Ok(vec![(Duration::ZERO, body)]),
    }
}

/// Cuts the body as it passed: `[seconds since headers, bytes]` each.
fn in_parts(body: &[u8], parts: &[Value]) -> Result<Vec<(Duration, Vec<u8>)>, String> {
    let (mut rest, mut before) = (body, 0.0);
    let mut pieces = Vec::new();
    for part in parts {
        let at: Option<f64> = exact::number(&part[0]).and_then(|text| text.parse().ok());
        let size: Option<usize> = exact::number(&part[1]).and_then(|text| text.parse().ok());
        let (Some(at), Some(size)) = (at, size) else {
            return Err("a part has to be seconds and bytes".to_owned());
        };
        let (piece, after) = rest.split_at_checked(size).ok_or("parts exceed the body")?;
        let wait = Duration::try_from_secs_f64(at - before).unwrap_or_default();
        pieces.push((wait, piece.to_vec()));
        (rest, before) = (after, at);
    }
    if !rest.is_empty() {
        pieces.push((Duration::ZERO, rest.to_vec()));
    }
    Ok(pieces)
}
