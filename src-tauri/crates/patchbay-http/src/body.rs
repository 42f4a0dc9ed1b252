//! Reads the body of an answer, never more of it than is wanted.

use std::time::Duration;

use url::Url;
use zeroize::Zeroizing;

use crate::address::host_of;
use crate::{Error, from_reqwest};

/// Why a body was not read to its end.
#[derive(Debug)]
pub enum BodyError {
    /// It is larger than is accepted.
    TooLarge,
    /// Nothing more of it came for as long as is waited.
    Silent,
    /// The connection was lost.
    Lost(reqwest::Error),
}

impl BodyError {
    /// What this is for whoever asked `url`, took `limit` bytes at most and has `waited` so long.
    pub fn into_error(self, url: &Url, limit: usize, waited: Duration) -> Error {
        match self {
            Self::TooLarge => Error::TooLarge {
                limit: limit as u64,
            },
            Self::Silent => Error::TimedOut { after: waited },
            Self::Lost(error) => from_reqwest(error, &host_of(url), waited),
        }
    }
}

/// Reads a body to its end, or not at all where its headers say already that it has more than `limit` bytes.
/// `silence` is the longest wait between two pieces. The bytes are wiped when they are dropped.
///
/// # Errors
/// [`BodyError`].
pub async fn read_body(
    answer: &mut reqwest::Response,
    limit: usize,
    silence: Option<Duration>,
) -> Result<Zeroizing<Vec<u8>>, BodyError> {
    if answer
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(BodyError::TooLarge);
    }
    let mut body = Zeroizing::new(Vec::new());
    while let Some(piece) = next_piece(answer, silence).await? {
        if body.len() + piece.len() > limit {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// What comes next of a body; `None` at its end.
pub(crate) async fn next_piece(
    answer: &mut reqwest::Response,
    silence: Option<Duration>,
) -> Result<Option<bytes::Bytes>, BodyError> {
    let piece = match silence {
        None => answer.chunk().await,
        Some(silence) => tokio::time::timeout(silence, answer.chunk())
            .await
            .map_err(|_| BodyError::Silent)?,
    };
    piece.map_err(BodyError::Lost)
}

/// The start of an error's body, `limit` bytes at most. What cannot be read is left out: the status says
/// enough.
pub async fn read_start(mut answer: reqwest::Response, limit: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < limit
        && let Ok(Some(piece)) = answer.chunk().await
    {
        body.extend_from_slice(&piece[..piece.len().min(limit - body.len())]);
    }
    body
}
