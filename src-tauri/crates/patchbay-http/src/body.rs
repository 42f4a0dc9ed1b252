//! Reads the body of a response within a size limit.

use std::time::Duration;

use url::Url;
use zeroize::Zeroizing;

use crate::address::host_of;
use crate::{Error, from_reqwest};

/// Why a body was not read to its end.
#[derive(Debug)]
pub enum BodyError {
    /// It exceeds the limit.
    TooLarge,
    /// No further piece came in time.
    Silent,
    /// The connection was lost.
    Lost(reqwest::Error),
}

impl BodyError {
    /// Converts the error of a request to `url`, by the limits that were in force.
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

/// Reads a body to its end, or not at all if its headers announce more than `limit` bytes.
/// `idle` is the longest wait between two pieces. The bytes are wiped on drop.
///
/// # Errors
/// [`BodyError`].
pub async fn read_body(
    answer: &mut reqwest::Response,
    limit: usize,
    idle: Option<Duration>,
) -> Result<Zeroizing<Vec<u8>>, BodyError> {
    if answer
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(BodyError::TooLarge);
    }
    let mut body = Zeroizing::new(Vec::new());
    while let Some(piece) = next_piece(answer, idle).await? {
        if body.len() + piece.len() > limit {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The next piece of a body; `None` at its end.
pub(crate) async fn next_piece(
    answer: &mut reqwest::Response,
    idle: Option<Duration>,
) -> Result<Option<bytes::Bytes>, BodyError> {
    let piece = match idle {
        None => answer.chunk().await,
        Some(idle) => tokio::time::timeout(idle, answer.chunk())
            .await
            .map_err(|_| BodyError::Silent)?,
    };
    piece.map_err(BodyError::Lost)
}

/// Maximum time between two pieces of the body of an error response.
const ERROR_IDLE: Duration = Duration::from_secs(5);

/// Reads up to `limit` bytes of the body of an error response. Ends early if the connection is lost or stalls, since
/// the status says enough.
pub async fn read_start(answer: reqwest::Response, limit: usize) -> Vec<u8> {
    read_start_within(answer, limit, ERROR_IDLE).await
}

async fn read_start_within(mut answer: reqwest::Response, limit: usize, idle: Duration) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < limit
        && let Ok(Some(piece)) = next_piece(&mut answer, Some(idle)).await
    {
        body.extend_from_slice(&piece[..piece.len().min(limit - body.len())]);
    }
    body
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt as _, stream};

    use super::*;

    #[tokio::test]
    async fn an_error_body_that_stalls_is_used_as_far_as_it_came() {
        let pieces = stream::iter([Ok::<_, std::io::Error>("down")]).chain(stream::pending());
        let answer = http::Response::new(reqwest::Body::wrap_stream(pieces));
        let idle = Duration::from_millis(10);
        assert_eq!(read_start_within(answer.into(), 100, idle).await, b"down");
    }
}
