//! Lines of standard input, one reader at a time for the whole process.
//!
//! A read can't be cancelled, such as that of an address which may be pasted during a sign-in. If nobody waits for its
//! line any more, the line goes to whoever asks next.

use std::io::{self, BufRead as _, ErrorKind};

use patchbay_model::Secret;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, oneshot};

use crate::interrupt::Interrupts;
use crate::text_file::BYTE_ORDER_MARK;

/// A line without its end; `None` at the end of input.
type Line = io::Result<Option<Secret>>;

static STDIN: Lines = Lines::new(read_line);

/// The next line. If the future is dropped before, the next caller gets the line.
pub(crate) async fn next_line() -> Line {
    STDIN.next().await
}

/// As [`next_line`], for a thread that may block.
pub(crate) fn next_line_blocking() -> Line {
    STDIN.next_blocking()
}

/// Works on a thread of its own and waits for it; `None` after a signal, or if it panics. The thread ends with the
/// process.
pub(crate) fn run_until_interrupted<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let Ok(runtime) = Handle::try_current() else {
        return Some(work());
    };
    let working = async {
        let mut interrupts = Interrupts::listen();
        tokio::select! {
            biased;
            done = run_on_thread(work) => done.ok(),
            () = interrupts.next() => None,
        }
    };
    tokio::task::block_in_place(|| runtime.block_on(working))
}

/// Works on a thread of its own, which ends with the process: a read can't be cancelled.
pub(crate) fn run_on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    // The receiver is gone after a signal.
    std::thread::spawn(move || drop(sender.send(work())));
    receiver
}

fn read_line() -> Line {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    let line = Secret::new(line);
    let text = line.expose().trim_start_matches(BYTE_ORDER_MARK);
    Ok((read? > 0).then(|| Secret::new(text.trim_end_matches(['\r', '\n']))))
}

struct Lines {
    read: fn() -> Line,
    /// The read that has started and whose line nobody has taken yet.
    started: Mutex<Option<oneshot::Receiver<Line>>>,
}

impl Lines {
    const fn new(read: fn() -> Line) -> Self {
        Self {
            read,
            started: Mutex::const_new(None),
        }
    }

    async fn next(&self) -> Line {
        let mut started = self.started.lock().await;
        let line = started.get_or_insert_with(|| run_on_thread(self.read));
        let line = line.await;
        *started = None;
        line.unwrap_or_else(|_| Err(ErrorKind::UnexpectedEof.into()))
    }

    fn next_blocking(&self) -> Line {
        let mut started = self.started.blocking_lock();
        match started.take() {
            Some(line) => line
                .blocking_recv()
                .unwrap_or_else(|_| Err(ErrorKind::UnexpectedEof.into())),
            None => (self.read)(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, mpsc};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_line_that_nobody_waits_for_any_more_goes_to_the_next_reader() {
        static TYPED: Barrier = Barrier::new(2);
        static READS: AtomicUsize = AtomicUsize::new(0);
        static LINES: Lines = Lines::new(|| {
            if READS.fetch_add(1, Ordering::SeqCst) == 0 {
                TYPED.wait();
            }
            Ok(Some(Secret::new("y")))
        });
        let given_up = tokio::time::timeout(Duration::from_millis(20), LINES.next()).await;
        assert!(given_up.is_err());
        TYPED.wait();
        let answer = LINES.next().await.unwrap().unwrap();
        assert_eq!(answer.expose(), "y");
        assert_eq!(READS.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_thread_that_blocks_takes_a_line_that_was_given_up() {
        static TYPED: Barrier = Barrier::new(2);
        static READS: AtomicUsize = AtomicUsize::new(0);
        static LINES: Lines = Lines::new(|| {
            let read = READS.fetch_add(1, Ordering::SeqCst);
            if read == 0 {
                TYPED.wait();
            }
            Ok(Some(Secret::new(read.to_string())))
        });
        let given_up = tokio::time::timeout(Duration::from_millis(20), LINES.next()).await;
        assert!(given_up.is_err());
        TYPED.wait();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for _ in 0..2 {
                drop(sender.send(LINES.next_blocking().unwrap().unwrap()));
            }
        });
        let lines: Vec<_> = receiver.iter().collect();
        let lines: Vec<_> = lines.iter().map(Secret::expose).collect();
        assert_eq!(lines, ["0", "1"]);
    }
}
