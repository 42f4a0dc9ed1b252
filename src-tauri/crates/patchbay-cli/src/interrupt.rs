//! Ctrl-C, a terminal that is closed, and the signal that asks a program to end.

use std::future::poll_fn;
use std::task::{Context, Poll};
#[cfg(unix)]
use std::{mem::MaybeUninit, ptr::null};

#[cfg(unix)]
use tokio::signal::unix::SignalKind;

/// Polls for the next signal of one kind.
type Signal = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<()>> + Send>;

/// Signals that ask this process to stop, from [`Interrupts::listen`] on. Before that they end it.
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
fn signals() -> [Option<Signal>; 3] {
    let [interrupt, terminate] =
        [SignalKind::interrupt(), SignalKind::terminate()].map(watch_signal);
    [interrupt, terminate, hangup()]
}

#[cfg(unix)]
fn watch_signal(kind: SignalKind) -> Option<Signal> {
    let mut signal = tokio::signal::unix::signal(kind).ok()?;
    Some(Box::new(move |cx| signal.poll_recv(cx)))
}

/// The terminal was closed. It counts once: the shell and the system may both say so, and nobody is there to insist.
#[cfg(unix)]
fn hangup() -> Option<Signal> {
    if is_hangup_ignored() {
        return None;
    }
    let mut hangup = watch_signal(SignalKind::hangup())?;
    let mut is_over = false;
    Some(Box::new(move |cx| {
        if is_over {
            return Poll::Pending;
        }
        let polled = hangup(cx);
        is_over = polled.is_ready();
        polled
    }))
}

/// Whether whoever started this process, such as `nohup`, wants it to outlive its terminal.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    #[expect(unsafe_code, reason = "no library among our dependencies asks")]
    // SAFETY: without a new action it only fills in the one that holds, which is read where it did.
    unsafe {
        libc::sigaction(libc::SIGHUP, null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Ctrl-C, Ctrl-Break, and what ends the console, the session or the system: Windows waits five seconds
/// for the answer to those, which is time enough to say honestly what became of a run.
#[cfg(windows)]
fn signals() -> [Option<Signal>; 5] {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
    macro_rules! watch_signal {
        ($signal:ident) => {
            $signal().ok().map(|mut signal| {
                Box::new(move |cx: &mut Context<'_>| signal.poll_recv(cx)) as Signal
            })
        };
    }
    [
        watch_signal!(ctrl_c),
        watch_signal!(ctrl_break),
        watch_signal!(ctrl_close),
        watch_signal!(ctrl_logoff),
        watch_signal!(ctrl_shutdown),
    ]
}
