//! Captures requests and responses of a call for display.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use parking_lot::{Mutex, MutexGuard};
use patchbay_model::{SentRequest, debug_fields};

/// Maximum bytes of a captured body; larger ones are dropped.
const BODY_LIMIT: usize = 1024 * 1024;

/// Captures the last request of a call and its response, if [enabled](Capture::enabled). Clones share them.
#[derive(Clone, Default)]
pub struct Capture {
    inner: Option<Arc<Mutex<Inner>>>,
    /// Whether a request that was captured before is kept.
    keeps_request: bool,
}

#[derive(Default)]
struct Inner {
    success: Option<(u16, HeaderMap)>,
    exchange: Option<Captured>,
}

/// A request and its response. Of the request only the values of sensitive headers are hidden; other secrets aren't.
pub struct Captured {
    /// The request.
    pub request: SentRequest,
    /// The response, if any of it was received.
    pub response: Option<CapturedResponse>,
    sent_at: Instant,
}

/// A response, as far as it was received.
#[derive(Default)]
pub struct CapturedResponse {
    /// HTTP status.
    pub status: Option<u16>,
    /// Headers as received.
    pub headers: HeaderMap,
    /// The body, unless it is too large.
    pub body: Option<Bytes>,
    /// From the request until the latest part of the response.
    pub took: Duration,
}

impl Capture {
    /// Captures requests; the default captures nothing.
    pub fn enabled() -> Self {
        Self {
            inner: Some(Arc::default()),
            keeps_request: false,
        }
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.inner.is_some()
    }

    /// The same capture for follow-up requests that contain a person's answers: the request before them is kept.
    pub fn with_first_request(&self) -> Self {
        Self {
            keeps_request: true,
            ..self.clone()
        }
    }

    /// Takes HTTP status and headers of the last success; `None` if there was none, or nothing is captured.
    pub fn take(&self) -> Option<(u16, HeaderMap)> {
        self.lock()?.success.take()
    }

    /// Takes the last request; `None` if there was none, or nothing is captured.
    pub fn take_exchange(&self) -> Option<Captured> {
        self.lock()?.exchange.take()
    }

    /// Captures a request that is about to be sent, in place of the one before.
    pub fn note_request(&self, request: impl FnOnce() -> SentRequest) {
        let Some(mut inner) = self.lock() else { return };
        let before = inner.exchange.take().filter(|_| self.keeps_request);
        inner.exchange = Some(Captured {
            request: before.map_or_else(request, |before| before.request),
            response: None,
            sent_at: Instant::now(),
        });
    }

    /// Captures status and headers of the response. Its body may have been captured before, from another stream.
    pub fn note_head(&self, status: u16, headers: &HeaderMap) {
        self.note_response(|response| {
            response.status = Some(status);
            response.headers = headers.clone();
        });
    }

    /// Captures the body of the response, or the message on a stream that stands for it.
    pub fn note_body(&self, body: &[u8]) {
        self.note_response(|response| {
            response.body = (body.len() <= BODY_LIMIT).then(|| Bytes::copy_from_slice(body));
        });
    }

    pub(super) fn record_success(&self, status: u16, headers: &HeaderMap) {
        if let Some(mut inner) = self.lock() {
            inner.success = Some((status, headers.clone()));
        }
    }

    fn note_response(&self, change: impl FnOnce(&mut CapturedResponse)) {
        let Some(mut inner) = self.lock() else { return };
        if let Some(exchange) = &mut inner.exchange {
            let response = exchange.response.get_or_insert_default();
            response.took = exchange.sent_at.elapsed();
            change(response);
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, Inner>> {
        Some(self.inner.as_ref()?.lock())
    }
}

// Headers may contain anything.
debug_fields! { Capture: }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_request_is_kept_with_its_answer_alone() {
        let capture = Capture::enabled();
        capture.note_request(|| SentRequest::line("a"));
        capture.note_head(401, &HeaderMap::new());
        capture.note_request(|| SentRequest::line("b"));
        capture.note_body(b"{}");
        capture.note_head(202, &HeaderMap::new());
        let kept = capture.take_exchange().unwrap();
        assert_eq!(kept.request.body.as_deref(), Some("b"));
        let response = kept.response.unwrap();
        assert_eq!(response.status, Some(202));
        assert_eq!(response.body.as_deref(), Some(&b"{}"[..]));
        assert!(capture.take_exchange().is_none());
    }

    #[test]
    fn what_a_person_answered_is_not_kept() {
        let capture = Capture::enabled();
        capture.note_request(|| SentRequest::line("asks"));
        capture.note_body(b"who?");
        let later = capture.with_first_request();
        later.note_request(|| SentRequest::line("Grace"));
        later.note_body(b"hi");
        let kept = capture.take_exchange().unwrap();
        assert_eq!(kept.request.body.as_deref(), Some("asks"));
        assert_eq!(kept.response.unwrap().body.as_deref(), Some(&b"hi"[..]));
    }

    #[test]
    fn large_bodies_and_unwanted_ones_are_not_kept() {
        let capture = Capture::enabled();
        capture.note_request(|| SentRequest::line("a"));
        capture.note_body(&vec![b' '; BODY_LIMIT + 1]);
        assert!(
            capture
                .take_exchange()
                .unwrap()
                .response
                .unwrap()
                .body
                .is_none()
        );
        let unwanted = Capture::default();
        unwanted.note_request(|| unreachable!("nobody looks at it"));
        assert!(unwanted.take_exchange().is_none());
    }
}
