//! Sends a request: credentials, redirects, time limits, retries.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::{HeaderMap, Method, StatusCode};
use patchbay_model::{Secret, Timestamp};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::prepare::Prepared;
use super::redirect::{RedirectChain, Redirected, follow_redirects};
use super::{
    Answer, Api, CallOptions, Request, Retries, RetryPolicy, StreamedAnswer, error_response,
};
use crate::address::host_of;
use crate::body::{next_piece, read_body, read_start};
use crate::error::from_reqwest;
use crate::plan::describe;
use crate::token_source::with_reauthentication;
use crate::{AddressError, Error, Headers, Reach};

/// Maximum bytes that are kept of the body of an error response.
const ERROR_BYTES: usize = 1024 * 1024;

/// How much of the body is read before the response is returned.
#[derive(Clone, Copy)]
enum BodyMode {
    /// All of it, decompressed.
    Whole,
    /// None of it; the rest is streamed without decompression.
    Start,
}

impl Api {
    /// Sends a request and reads the whole response, within the size limit.
    ///
    /// The time limit applies to the headers, and then to each wait between two pieces of the body.
    ///
    /// # Errors
    /// [`Error::Usage`] before anything is sent; by status [`Error::Unauthorized`],
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Conflict`], [`Error::Invalid`],
    /// [`Error::RateLimited`], [`Error::Status`]; [`Error::RedirectRefused`];
    /// [`Error::Unreachable`]; [`Error::TimedOut`]; [`Error::TooLarge`]; [`Error::Cancelled`];
    /// [`Error::Credential`] from the token source.
    pub async fn send(&self, request: Request, options: &CallOptions) -> Result<Answer, Error> {
        let prepared = self.prepare(request, options)?;
        let (mut answer, body) = self.with_retries(&prepared, BodyMode::Whole).await?;
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: std::mem::take(answer.headers_mut()),
            body,
            given: prepared.request.secrets,
            secret_names: self.secret_names,
        })
    }

    /// Sends a request and streams the body, without decompression.
    ///
    /// The time limit applies to the headers, and then to each wait between two pieces.
    ///
    /// # Errors
    /// Those of [`Api::send`]; each piece can be [`Error::Unreachable`], [`Error::TimedOut`] or
    /// [`Error::Cancelled`].
    pub async fn stream(
        &self,
        request: Request,
        options: &CallOptions,
    ) -> Result<StreamedAnswer, Error> {
        let prepared = self.prepare(request, options)?;
        let (answer, _) = self.with_retries(&prepared, BodyMode::Start).await?;
        Ok(StreamedAnswer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            pieces: pieces(answer, prepared.limit, prepared.options.stop()).boxed(),
        })
    }

    /// Repeats an attempt as far as the policy and the request allow. Returns a success with the body as far as
    /// `mode` reads it.
    async fn with_retries(
        &self,
        prepared: &Prepared<'_>,
        mode: BodyMode,
    ) -> Result<(reqwest::Response, Bytes), Error> {
        let started = self.clock.now();
        let mut repeats = 0;
        let mut may_be_done = false;
        loop {
            let outcome = tokio::select! {
                biased;
                () = prepared.options.cancelled() => return Err(Error::Cancelled),
                // Boxed, because every future that awaits this one would grow by its size.
                outcome = Box::pin(self.send_once(prepared, mode)) => outcome,
            };
            let wait = match outcome {
                Ok((answer, body)) => {
                    let capture = &prepared.options.capture;
                    capture.record_success(answer.status().as_u16(), answer.headers());
                    return Ok((answer, body));
                }
                // An earlier attempt deleted it.
                Err(Error::NotFound(_))
                    if may_be_done && prepared.request.method == Method::DELETE =>
                {
                    return Ok((deleted(), Bytes::new()));
                }
                Err(error) => {
                    // 429 means that the platform did nothing.
                    may_be_done |= !matches!(error, Error::RateLimited { .. });
                    self.retry_wait(error, prepared, repeats, started)?
                }
            };
            repeats += 1;
            tokio::select! {
                biased;
                () = prepared.options.cancelled() => return Err(Error::Cancelled),
                () = self.clock.sleep(wait) => {}
            }
        }
    }

    async fn send_once(
        &self,
        prepared: &Prepared<'_>,
        mode: BodyMode,
    ) -> Result<(reqwest::Response, Bytes), Error> {
        let client = match mode {
            BodyMode::Whole => &self.clients.usual,
            BodyMode::Start => &self.clients.raw,
        };
        let mut answer = self.with_timeout(client, prepared).await?;
        let body = match mode {
            BodyMode::Whole => {
                let body = self.read_whole(&mut answer, prepared.limit).await?;
                prepared.note_body(&body);
                body
            }
            BodyMode::Start => Bytes::new(),
        };
        Ok((answer, body))
    }

    /// How long to wait before the next attempt, after so many `repeats` since `started`.
    ///
    /// # Errors
    /// `error`, that of the last attempt, if there is no next one.
    fn retry_wait(
        &self,
        error: Error,
        prepared: &Prepared<'_>,
        repeats: u32,
        started: Timestamp,
    ) -> Result<Duration, Error> {
        let options = prepared.options;
        let (policy, max_retries) = self.policy(options);
        let now = self.clock.now();
        let elapsed = Duration::try_from(now.instant() - started.instant()).unwrap_or_default();
        let is_over =
            repeats >= max_retries || policy.max_elapsed.is_some_and(|longest| elapsed >= longest);
        if is_over || !policy.should_retry(&error, prepared.request.repeat) {
            return Err(error);
        }
        let none = HeaderMap::new();
        let answer = error.refusal();
        let answer = answer.filter(|answer| policy.retry_after_rules.apply_to(answer.status));
        let answer = answer.map_or(&none, |refusal| &refusal.headers);
        let wait = policy.wait(repeats, answer, now, self.clock.chance());
        if options.max_retry_wait.is_some_and(|longest| wait > longest) {
            return Err(error);
        }
        tracing::debug!(kind = error.kind(), ?wait, repeats, "repeating a request");
        Ok(wait)
    }

    /// The retry policy of a call, and its maximum number of retries.
    fn policy<'a>(&'a self, options: &'a CallOptions) -> (&'a RetryPolicy, u32) {
        match &options.retries {
            None => (&self.retries, self.retries.max_retries),
            Some(Retries::Times(max_retries)) => (&self.retries, *max_retries),
            Some(Retries::Policy(policy)) => (policy, policy.max_retries),
        }
    }

    /// Makes one attempt; the time limit applies until the response begins.
    async fn with_timeout(
        &self,
        client: &reqwest::Client,
        prepared: &Prepared<'_>,
    ) -> Result<reqwest::Response, Error> {
        let after = prepared.limit;
        let outcome = tokio::time::timeout(after, self.with_reauth(client, prepared)).await;
        outcome.unwrap_or(Err(Error::TimedOut { after }))
    }

    /// Sends a request, and once more after a 401 if the token source can renew the credentials.
    async fn with_reauth(
        &self,
        client: &reqwest::Client,
        prepared: &Prepared<'_>,
    ) -> Result<reqwest::Response, Error> {
        let attempt = |credentials| self.attempt(client, prepared, credentials);
        if prepared.request.is_anonymous {
            return attempt(Headers::default()).await?;
        }
        let outcome = with_reauthentication(&*self.tokens, attempt, |outcome| match outcome {
            Err(Error::Unauthorized { challenge, .. }) => Some(challenge.clone()),
            _ => None,
        });
        outcome.await?
    }

    /// Sends a request through redirects; the inner error is that of the response.
    async fn attempt(
        &self,
        client: &reqwest::Client,
        prepared: &Prepared<'_>,
        credentials: Headers,
    ) -> Result<Result<reqwest::Response, Error>, Error> {
        prepared.options.sent.record(&credentials);
        let send = |chain| self.send_hop(client, prepared, &credentials, chain);
        let Redirected {
            answer,
            chain,
            refused,
        } = follow_redirects(RedirectChain::new(prepared), send).await?;
        if let Some(refused) = refused {
            return Err(refused);
        }
        if answer.status().is_success() {
            return Ok(Ok(answer));
        }
        let error = self.read_refusal(prepared, answer, &credentials).await;
        match chain.elsewhere {
            None => Ok(Err(error)),
            // Renewed credentials would not be sent there either.
            Some(_) => Err(error),
        }
    }

    /// Reads an error response.
    async fn read_refusal(
        &self,
        prepared: &Prepared<'_>,
        answer: reqwest::Response,
        credentials: &[(String, Secret)],
    ) -> Error {
        let status = answer.status();
        let headers = answer.headers().clone();
        let url = answer.url().clone();
        let body = read_start(answer, ERROR_BYTES).await;
        prepared.note_body(&body);
        let options = prepared.options;
        let headers_sent = options.headers.iter().chain(credentials);
        let known = [&prepared.request.secrets, &self.secrets, &options.secrets];
        let known = known.into_iter().flatten();
        let known = known.chain(headers_sent.map(|(_, secret)| secret));
        let secrets: Vec<Secret> = known.cloned().collect();
        let request = (&prepared.request.method, &url);
        let now = self.clock.now();
        error_response::error(request, status, headers, body.into(), &secrets, now)
    }

    async fn send_hop(
        &self,
        client: &reqwest::Client,
        prepared: &Prepared<'_>,
        credentials: &[(String, Secret)],
        chain: RedirectChain,
    ) -> Result<reqwest::Response, Error> {
        if let Some(status) = chain.elsewhere {
            self.check_elsewhere(&chain.url, status).await?;
        }
        let started = Instant::now();
        // Built before the await, or the headers would be kept across it.
        let request = chain.request(prepared, credentials)?;
        let capture = &prepared.options.capture;
        capture.note_request(|| describe(&request, &prepared.request.secrets));
        let sent = client.execute(request);
        let answer = sent
            .await
            .map_err(|error| from_reqwest(error, &host_of(&chain.url), started.elapsed()))?;
        capture.note_head(answer.status().as_u16(), answer.headers());
        Ok(answer)
    }

    /// Resolves the target of a redirect to another origin: it must not lead into the local network.
    async fn check_elsewhere(&self, to: &Url, status: StatusCode) -> Result<(), Error> {
        let mut plain = to.clone();
        plain.set_fragment(None);
        let reach = Reach::of(&self.base);
        let addresses = &self.clients.addresses;
        let checked = addresses.check("redirect", &reach, &plain).await;
        checked.map_err(|error| match error {
            AddressError::Unknown { host } => Error::unreachable(host, crate::Unreachable::Dns),
            _ => Error::RedirectRefused {
                to: to.origin().ascii_serialization(),
                status: status.as_u16(),
            },
        })
    }

    /// Reads a body to its end; `idle` is the longest wait between two pieces.
    async fn read_whole(
        &self,
        answer: &mut reqwest::Response,
        idle: Duration,
    ) -> Result<Bytes, Error> {
        let limit = self.body_bytes;
        let body = read_body(answer, limit, Some(idle)).await;
        let mut body = body.map_err(|error| error.into_error(answer.url(), limit, idle))?;
        Ok(std::mem::take(&mut *body).into())
    }
}

/// The response of a deletion whose own one was lost.
fn deleted() -> reqwest::Response {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.into()
}

fn pieces(
    answer: reqwest::Response,
    idle: Duration,
    cancel: CancellationToken,
) -> impl futures::Stream<Item = Result<Bytes, Error>> + Send {
    stream::unfold(Some((answer, cancel)), move |left| async move {
        let (mut answer, cancel) = left?;
        let piece = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Error::Cancelled),
            piece = next_piece(&mut answer, Some(idle)) => {
                piece.map_err(|error| error.into_error(answer.url(), 0, idle))
            }
        };
        match piece.transpose()? {
            Ok(piece) => Some((Ok(piece), Some((answer, cancel)))),
            Err(error) => Some((Err(error), None)),
        }
    })
}
