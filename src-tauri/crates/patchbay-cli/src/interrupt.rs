//! Ctrl-C, a console that is closed, and the signal that asks a program to end.

use std::future::poll_fn;
use std::task::{Context, Poll};

/// Tells whether one kind of signal has come, once more.
type Signal = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<()>> + Send>;

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
            match signals.any(|poll| poll(cx).is_ready()) {
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
    [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
        let mut signal = signal(kind).ok()?;
        Some(Box::new(move |cx: &mut Context<'_>| signal.poll_recv(cx)) as Signal)
    })
}

/// Ctrl-C, Ctrl-Break, and what ends the console, the session or the system: Windows waits five seconds
/// for the answer to those, which is time enough to say honestly what became of a run.
#[cfg(windows)]
fn signals() -> [Option<Signal>; 5] {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
    macro_rules! heard {
        ($signal:ident) => {
            $signal().ok().map(|mut signal| {
                Box::new(move |cx: &mut Context<'_>| signal.poll_recv(cx)) as Signal
            })
        };
    }
    [
        heard!(ctrl_c),
        heard!(ctrl_break),
        heard!(ctrl_close),
        heard!(ctrl_logoff),
        heard!(ctrl_shutdown),
    ]
}
