//! Signals that ask the process to stop: Ctrl-C, a closed terminal, `SIGTERM`.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::task::{Context, Poll};
#[cfg(unix)]
use std::{mem::MaybeUninit, ptr::null};

#[cfg(unix)]
use tokio::signal::unix::SignalKind;

/// Polls for the next signal of one kind.
type Signal = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<()>> + Send>;

/// Number of the last signal that was received; 0 for none.
static RECEIVED: AtomicU8 = AtomicU8::new(0);

/// Number of [`Interrupts`].
static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// Number of signals that [`Interrupts::next`] returned.
static HANDLED: AtomicUsize = AtomicUsize::new(0);

/// The exit code of a process that a signal ended, if one was received.
pub(crate) fn exit_code() -> Option<u8> {
    match RECEIVED.load(Ordering::SeqCst) {
        0 => None,
        number => Some(128 + number),
    }
}

/// Receives these signals from [`Interrupts::listen`] on; before that they end the process.
pub(crate) struct Interrupts(Vec<(u8, Signal)>);

impl Interrupts {
    /// Starts listening. Signals that cannot be handled keep their default action.
    pub(crate) fn listen() -> Self {
        LISTENERS.fetch_add(1, Ordering::SeqCst);
        Self(signals().into_iter().flatten().collect())
    }

    /// Waits for the next signal, to handle it.
    pub(crate) async fn next(&mut self) {
        self.receive().await;
        HANDLED.fetch_add(1, Ordering::SeqCst);
    }

    async fn receive(&mut self) {
        poll_fn(|cx| {
            let mut signals = self.0.iter_mut();
            let received =
                signals.find_map(|(number, poll)| poll(cx).is_ready().then_some(*number));
            let Some(number) = received else {
                return Poll::Pending;
            };
            RECEIVED.store(number, Ordering::SeqCst);
            Poll::Ready(())
        })
        .await;
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits for a signal that nothing else handles.
pub(crate) fn unhandled() -> impl Future<Output = ()> {
    let mut interrupts = Interrupts::listen();
    async move {
        for received in 1.. {
            interrupts.receive().await;
            // Who handled it may have stopped listening.
            let is_handled = HANDLED.load(Ordering::SeqCst) >= received;
            if !is_handled && LISTENERS.load(Ordering::SeqCst) == 1 {
                return;
            }
        }
    }
}

/// Waits for a signal, also for one that comes before the first poll.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    let mut interrupts = Interrupts::listen();
    async move { interrupts.next().await }
}

#[cfg(unix)]
fn signals() -> [Option<(u8, Signal)>; 3] {
    let [interrupt, terminate] =
        [SignalKind::interrupt(), SignalKind::terminate()].map(watch_signal);
    [
        interrupt.map(|signal| (2, signal)),
        terminate.map(|signal| (15, signal)),
        hangup().map(|signal| (1, signal)),
    ]
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
fn signals() -> [Option<(u8, Signal)>; 5] {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
    macro_rules! watch_signal {
        ($signal:ident) => {
            $signal().ok().map(|mut signal| {
                let poll = move |cx: &mut Context<'_>| signal.poll_recv(cx);
                (2, Box::new(poll) as Signal)
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
