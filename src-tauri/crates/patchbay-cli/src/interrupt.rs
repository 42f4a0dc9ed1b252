//! Signals that ask the process to stop: Ctrl-C, a closed terminal, `SIGTERM`.

use std::future::poll_fn;
use std::task::{Context, Poll};
#[cfg(unix)]
use std::{mem::MaybeUninit, ptr::null};

#[cfg(unix)]
use tokio::signal::unix::SignalKind;

/// Polls for the next signal of one kind.
type Signal = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<()>> + Send>;

/// Receives these signals from [`Interrupts::listen`] on; before that they end the process.
pub(crate) struct Interrupts(Vec<Signal>);

impl Interrupts {
    /// Starts listening. Signals that cannot be handled keep their default action.
    pub(crate) fn listen() -> Self {
        Self(signals().into_iter().flatten().collect())
    }

    /// Waits for the next signal.
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

/// Waits for a signal.
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

/// A closed terminal. It counts once: the shell and the system may both send the signal.
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

/// Whether the parent process, such as `nohup`, ignores the signal so that the process outlives its terminal.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    #[expect(unsafe_code, reason = "no dependency offers this call")]
    // SAFETY: without a new action the call only fills in the current one, which is read only on success.
    unsafe {
        libc::sigaction(libc::SIGHUP, null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Ctrl-C, Ctrl-Break, and the end of the console, the session or the system. Windows waits five seconds for the
/// latter, which is enough to cancel a run properly.
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
