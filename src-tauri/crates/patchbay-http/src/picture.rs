//! Small pictures at untrusted addresses, such as the icon of a connector.
//!
//! They are fetched without credentials, and only a small raster picture is accepted, whose type is detected from its
//! first bytes rather than from its name or headers. SVG is markup and never accepted.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use http::header::ACCEPT;
use reqwest::{Method, Request};
use url::Url;

use crate::redirect::{RedirectChain, RedirectRule, follow_redirects};
use crate::{AddressError, AddressPolicy, BodyError, Reach, read_body};

/// Maximum bytes of a picture.
const BYTES: usize = 64 * 1024;

/// Maximum width and height: a few bytes can stand for more pixels than there is memory.
const SIDE: u32 = 1024;

/// From the first request to the end of the body.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Purpose of the address, in messages.
const WHAT: &str = "icon";

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The address must not be requested.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The response is not a success.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// There are too many redirects.
    #[error("too many redirects")]
    Redirects,
    /// The body exceeds the size limit.
    #[error("the picture is too large")]
    TooLarge,
    /// The body did not end within the time limit.
    #[error("the picture didn't come in time")]
    TimedOut,
    /// No connection, or it was lost.
    #[error("couldn't get the picture")]
    Lost,
    /// The body isn't a picture of an accepted type and size.
    #[error("not a small picture")]
    NoPicture,
}

/// A small raster picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl Picture {
    /// Reads a picture; `None` if type or size is not accepted.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let (media_type, width, height) = detect_format(&bytes)?;
        let is_small = bytes.len() <= BYTES && width.max(height) <= SIDE;
        is_small.then_some(Self { media_type, bytes })
    }

    /// Reads a `data:` URL in base64; the media type that it names is ignored.
    pub fn from_data_url(url: &str) -> Option<Self> {
        let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
        head.ends_with(";base64")
            .then(|| BASE64_STANDARD.decode(data).ok())?
            .and_then(Self::read)
    }

    /// The bytes of the picture.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Formats the picture as a `data:` URL.
    pub fn to_data_url(&self) -> String {
        let data = BASE64_STANDARD.encode(&self.bytes);
        format!("data:{};base64,{data}", self.media_type)
    }
}

/// Fetches a picture without credentials, on behalf of the server that `reach` belongs to. `http` must follow no
/// redirects by itself and connect by `policy`.
///
/// # Errors
/// Each [`PictureError`].
pub async fn fetch_picture(
    http: &reqwest::Client,
    policy: &AddressPolicy,
    reach: &Reach,
    url: Url,
) -> Result<Picture, PictureError> {
    with_time_limit(TIME_LIMIT, fetch(http, policy, reach, url)).await
}

async fn with_time_limit(
    limit: Duration,
    fetched: impl Future<Output = Result<Picture, PictureError>>,
) -> Result<Picture, PictureError> {
    let fetched = tokio::time::timeout(limit, fetched).await;
    fetched.unwrap_or(Err(PictureError::TimedOut))
}

async fn fetch(
    http: &reqwest::Client,
    policy: &AddressPolicy,
    reach: &Reach,
    url: Url,
) -> Result<Picture, PictureError> {
    let get = |chain: RedirectChain| async move {
        policy.check(WHAT, reach, &chain.url).await?;
        let mut request = Request::new(Method::GET, chain.url);
        let types = HeaderValue::from_static("image/png, image/jpeg, image/webp, image/gif");
        request.headers_mut().insert(ACCEPT, types);
        http.execute(request).await.map_err(|_| PictureError::Lost)
    };
    let start = RedirectChain::start(RedirectRule::Icon, Method::GET, url);
    let mut sent = follow_redirects(start, get).await?;
    let status = sent.answer.status();
    if status.is_redirection() && sent.chain.is_exhausted() {
        return Err(PictureError::Redirects);
    }
    if !status.is_success() {
        return Err(PictureError::Status(status.as_u16()));
    }
    let body = read_body(&mut sent.answer, BYTES, None).await;
    let body = body.map_err(|error| match error {
        BodyError::TooLarge => PictureError::TooLarge,
        BodyError::Silent | BodyError::Lost(_) => PictureError::Lost,
    })?;
    Picture::read(body.to_vec()).ok_or(PictureError::NoPicture)
}

/// Media type, width and height, detected from the first bytes.
fn detect_format(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR" {
        return Some((
            "image/png",
            read_big_endian(bytes, 16, 4)?,
            read_big_endian(bytes, 20, 4)?,
        ));
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Some((
            "image/gif",
            read_little_endian(bytes, 6, 2)?,
            read_little_endian(bytes, 8, 2)?,
        ));
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        let (width, height) = jpeg_size(bytes)?;
        return Some(("image/jpeg", width, height));
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        let (width, height) = webp_size(bytes)?;
        return Some(("image/webp", width, height));
    }
    None
}

/// Width and height, from the first segment that starts a frame.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let &[0xff, marker] = bytes.get(at..at + 2)? else {
            return None;
        };
        match marker {
            // Padding before a marker.
            0xff => at += 1,
            // Tables whose markers are in the range of frames.
            0xc4 | 0xc8 | 0xcc => at += 2 + read_big_endian(bytes, at + 2, 2)? as usize,
            0xc0..=0xcf => {
                return Some((
                    read_big_endian(bytes, at + 7, 2)?,
                    read_big_endian(bytes, at + 5, 2)?,
                ));
            }
            _ => at += 2 + read_big_endian(bytes, at + 2, 2)? as usize,
        }
    }
}

/// Width and height, from the three forms of the first chunk: extended, lossless, lossy.
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    const FOURTEEN: u32 = 0x3fff;
    match bytes.get(12..16)? {
        b"VP8X" => Some((
            read_little_endian(bytes, 24, 3)? + 1,
            read_little_endian(bytes, 27, 3)? + 1,
        )),
        b"VP8L" => {
            let packed = read_little_endian(bytes, 21, 4)?;
            Some(((packed & FOURTEEN) + 1, ((packed >> 14) & FOURTEEN) + 1))
        }
        b"VP8 " => Some((
            read_little_endian(bytes, 26, 2)? & FOURTEEN,
            read_little_endian(bytes, 28, 2)? & FOURTEEN,
        )),
        _ => None,
    }
}

fn read_big_endian(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let read = bytes.get(at..at + count)?.iter();
    Some(read.fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

fn read_little_endian(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let read = bytes.get(at..at + count)?.iter().rev();
    Some(read.fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests;
