//! Ctrl-C, and the signal that asks a program to end.

use std::future::poll_fn;
use std::task::Poll;

#[cfg(unix)]
use tokio::signal::unix::Signal;
#[cfg(windows)]
use tokio::signal::windows::CtrlC as Signal;

/// What the user, or the system, asks of this process from the moment of listening on. Before anybody
/// listens such a signal ends it.
pub(crate) struct Interrupts(Vec<Signal>);

impl Interrupts {
    /// Listens. Signals that cannot be heard here end the process in the system's own way.
    pub(crate) fn listen() -> Self {
        Self(signals().into_iter().flatten().collect())
    }

    /// Waits until this process is asked to stop, once more.
    pub(crate) async fn next(&mut self) {
        poll_fn(|cx| {
            let mut signals = self.0.iter_mut();
            match signals.any(|signal| signal.poll_recv(cx).is_ready()) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }
}

/// Waits until this process is asked to stop.
pub(crate) async fn interrupted() {
    Interrupts::listen().next().await;
}

#[cfg(unix)]
fn signals() -> [Option<Signal>; 2] {
    use tokio::signal::unix::{SignalKind, signal};
    [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok())
}

#[cfg(windows)]
fn signals() -> [Option<Signal>; 1] {
    [tokio::signal::windows::ctrl_c().ok()]
}
