//! How often, and how soon, a stream that ended is reopened.
//!
//! A server may end its streams and name the wait before the next one. It may name a wait of zero, or end each stream
//! as soon as it is opened: waits have a minimum, grow while streams end soon, and are limited in number. A server that
//! names a real wait wants to be polled, and is, as long as its request has time.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::mcp::backoff;

/// A stream that lasted that long resets the count of reconnections.
const STABLE_AFTER: Duration = Duration::from_secs(30);

/// Bounds of the wait that a server may name, in milliseconds.
const NAMED_WAITS: (u64, u64) = (500, 60_000);

pub(super) fn clamp_retry(milliseconds: u64) -> u64 {
    milliseconds.clamp(NAMED_WAITS.0, NAMED_WAITS.1)
}

/// Whether a server that names this wait wants to be polled.
///
/// Source: MCP 2025-11-25, "Streamable HTTP", "Sending Messages to the Server" (SEP-1699).
pub(super) fn asks_for_polling(milliseconds: u64) -> bool {
    milliseconds >= NAMED_WAITS.0
}

/// The limit of consecutive reconnections is reached.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mcp) struct ReconnectLimit;

/// The reconnections of one stream: that of a request, a session or a subscription.
#[derive(Default)]
pub(in crate::mcp) struct Reconnects(Mutex<State>);

#[derive(Default)]
struct State {
    /// Reconnections since the last stream of [`STABLE_AFTER`].
    in_a_row: u32,
    /// When the last stream ended, or failed to open; `None` before the first.
    ended_at: Option<Instant>,
    is_polled: bool,
    is_over: bool,
}

impl Reconnects {
    /// Waits until the stream may be opened; the first time at once.
    ///
    /// # Errors
    /// [`ReconnectLimit`] beyond `most` reconnections in a row, and after [`Reconnects::end`].
    pub(in crate::mcp) async fn pause(
        &self,
        most: u32,
        waits: (Duration, Duration),
    ) -> Result<(), ReconnectLimit> {
        let until = self.0.lock().next(Instant::now(), most, waits)?;
        tokio::time::sleep_until(until).await;
        self.0.lock().ended_at = Some(Instant::now());
        Ok(())
    }

    /// Records that a stream is open, until the guard is dropped.
    pub(in crate::mcp) fn open_stream(self: &Arc<Self>) -> OpenStream {
        OpenStream {
            reconnects: Arc::clone(self),
            since: Instant::now(),
        }
    }

    /// Reopens streams without a limit of their number from now on.
    pub(super) fn allow_polling(&self) {
        self.0.lock().is_polled = true;
    }

    /// Allows no further reconnection.
    pub(super) fn end(&self) {
        self.0.lock().is_over = true;
    }
}

impl State {
    /// When the stream may be opened next.
    fn next(
        &mut self,
        now: Instant,
        most: u32,
        waits: (Duration, Duration),
    ) -> Result<Instant, ReconnectLimit> {
        let Some(ended_at) = self.ended_at else {
            return Ok(now);
        };
        if self.is_over || (!self.is_polled && self.in_a_row >= most) {
            self.is_over = true;
            return Err(ReconnectLimit);
        }
        if self.is_polled {
            // The caller waits as long as the server says.
            return Ok(ended_at + waits.0);
        }
        let next = ended_at + backoff(self.in_a_row, waits);
        self.in_a_row += 1;
        Ok(next)
    }

    fn record_end(&mut self, since: Instant, now: Instant) {
        self.ended_at = Some(now);
        if now.duration_since(since) >= STABLE_AFTER {
            self.in_a_row = 0;
        }
    }
}

/// Guard of an open stream.
pub(in crate::mcp) struct OpenStream {
    reconnects: Arc<Reconnects>,
    since: Instant,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.reconnects
            .0
            .lock()
            .record_end(self.since, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

    #[test]
    fn named_waits_are_neither_short_nor_endless() {
        assert_eq!(clamp_retry(0), 500);
        assert_eq!(clamp_retry(3_000), 3_000);
        assert_eq!(clamp_retry(u64::MAX), 60_000);
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<u128> = (0..8).map(|n| backoff(n, WAITS).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        assert_eq!(backoff(u32::MAX, WAITS), WAITS.1);
    }

    #[test]
    fn streams_that_end_at_once_come_to_an_end() {
        let (mut state, began) = (State::default(), Instant::now());
        let mut now = began;
        let mut opened = 0;
        while let Ok(next) = state.next(now, 5, WAITS) {
            now = next;
            state.record_end(now, now);
            opened += 1;
        }
        assert_eq!(opened, 6, "the first one and five more");
        let waited = now.duration_since(began).as_millis();
        assert_eq!(waited, 500 + 1000 + 2000 + 4000 + 8000);
        assert_eq!(state.next(now, 5, WAITS), Err(ReconnectLimit));
    }

    #[test]
    fn a_server_that_names_a_wait_is_polled_until_its_request_ends() {
        assert!(!asks_for_polling(0) && asks_for_polling(500) && asks_for_polling(u64::MAX));
        let (reconnects, began) = (Reconnects::default(), Instant::now());
        reconnects.allow_polling();
        let mut state = reconnects.0.lock();
        for _ in 0..50 {
            state.record_end(began, began);
            assert_eq!(state.next(began, 5, WAITS), Ok(began + WAITS.0));
        }
        state.is_over = true;
        assert_eq!(state.next(began, 5, WAITS), Err(ReconnectLimit));
    }

    #[test]
    fn streams_that_live_long_are_asked_for_again_and_again() {
        let (mut state, mut now) = (State::default(), Instant::now());
        for _ in 0..50 {
            let opened = state.next(now, 5, WAITS).unwrap();
            now = opened + STABLE_AFTER;
            state.record_end(opened, now);
        }
    }
}
