//! Prompts at the terminal.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use patchbay_model::Secret;
use tokio::runtime::Handle;

use crate::failure::Failure;
use crate::input::{next_line, next_line_blocking, run_on_thread};
use crate::interrupt::Interrupts;
use crate::output::{self, text};

/// Whether nobody is to be asked.
static IS_DISABLED: AtomicBool = AtomicBool::new(false);

/// The mode of the terminal before a secret, while that is read.
static HIDDEN: Mutex<Option<TerminalMode>> = Mutex::new(None);

/// Makes every read from a terminal fail from now on, as `--no-input` says.
pub(crate) fn disable() {
    IS_DISABLED.store(true, Ordering::SeqCst);
}

/// Whether the user can be prompted.
pub(crate) fn is_interactive() -> bool {
    !IS_DISABLED.load(Ordering::SeqCst) && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Fails where reading would wait for somebody to type who is not to be asked.
fn ensure_enabled() -> Result<(), Failure> {
    match IS_DISABLED.load(Ordering::SeqCst) && io::stdin().is_terminal() {
        true => Err(Failure::usage(
            "nothing is read from a terminal with --no-input",
            "Pipe it in, or use a reference such as env://NAME for a secret.",
        )),
        false => Ok(()),
    }
}

/// Columns of the terminal where questions are shown.
pub(crate) fn columns() -> usize {
    output::columns(io::stderr()).map_or(80, |columns| columns.max(40))
}

/// Asks a yes-or-no question; the default is no.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    ask_yes_no(&text::message(question))
}

/// As [`confirm`], with a question of several lines. Foreign parts of the question must not contain line breaks.
pub(crate) fn confirm_lines(question: &str) -> Result<bool, Failure> {
    ask_yes_no(&text::lines(question))
}

fn ask_yes_no(question: &str) -> Result<bool, Failure> {
    let answer = ask(&format!("{question} [y/N] "))?;
    let answer = answer.as_ref().map_or("", Secret::expose);
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Prints a line that belongs to a question.
pub(crate) fn say(line: &str) {
    // The question that follows fails if the terminal cannot be written.
    drop(print_prompt(&format!("{}\n", text::message(line))));
}

/// Asks for a line; `None` at the end of input.
pub(crate) fn line(question: &str) -> Result<Option<String>, Failure> {
    let answer = ask(&text::message(question))?;
    Ok(answer.map(|answer| answer.expose().to_owned()))
}

/// Asks for a secret without showing it.
pub(crate) fn secret(what: &str) -> Result<Secret, Failure> {
    let prompt = format!("{}: ", text::message(what));
    read_input(what, move || {
        // Before the prompt, which may be answered at once.
        let mode = TerminalMode::of_stdin();
        mode.hide_input();
        *HIDDEN.lock() = Some(mode);
        let secret = rpassword::prompt_password(&prompt).map(Secret::new);
        show_input();
        secret
    })
}

/// Shows again what is typed, also while a secret is still being read that is no longer needed.
pub(crate) fn show_input() {
    if let Some(mode) = HIDDEN.lock().take() {
        mode.restore();
    }
}

/// Reads the next line of standard input, without its end; `None` at the end of input.
pub(crate) fn input_line(what: &str) -> Result<Option<Secret>, Failure> {
    prompt_line("", what)
}

/// Prints a question and reads the line that answers it.
fn ask(question: &str) -> Result<Option<Secret>, Failure> {
    prompt_line(question, "the answer")
}

fn prompt_line(question: &str, what: &str) -> Result<Option<Secret>, Failure> {
    ensure_enabled()?;
    match Handle::try_current() {
        // Printed while waiting, as a signal that answers it at once would be missed otherwise.
        Ok(runtime) => wait(what, &runtime, async {
            print_prompt(question)?;
            next_line().await
        }),
        // The question of a server. The run that it belongs to hears the signal.
        Err(_) => print_prompt(question)
            .and_then(|()| next_line_blocking())
            .map_err(|error| failed_read(what, &error)),
    }
}

/// Reads from the terminal or standard input. A signal ends the reading, as it ends the command.
pub(crate) fn read_input<T: Send + 'static>(
    what: &str,
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    ensure_enabled()?;
    match Handle::try_current() {
        Ok(runtime) => wait(what, &runtime, async {
            let read = run_on_thread(read).await;
            read.unwrap_or_else(|_| Err(ErrorKind::UnexpectedEof.into()))
        }),
        // The question of a server, as above.
        Err(_) => read().map_err(|error| failed_read(what, &error)),
    }
}

fn wait<T>(
    what: &str,
    runtime: &Handle,
    read: impl Future<Output = io::Result<T>>,
) -> Result<T, Failure> {
    let read = tokio::task::block_in_place(|| runtime.block_on(until_interrupted(read)));
    read.ok_or_else(Failure::cancelled)?
        .map_err(|error| failed_read(what, &error))
}

/// The failure of a read. Ctrl-C and Ctrl-D in place of a secret cancel the command.
fn failed_read(what: &str, error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::Interrupted | ErrorKind::UnexpectedEof => Failure::cancelled(),
        ErrorKind::InvalidData => {
            Failure::usage(format!("{what} isn't text in UTF-8"), "Pass it as UTF-8.")
        }
        _ => Failure::internal(format!("couldn't read {what}: {error}")),
    }
}

/// How long the signal of a reader that Ctrl-C has ended may take.
const SIGNAL_DELAY: Duration = Duration::from_secs(1);

/// How long a reader that Ctrl-C has ended may take; another one still waits for somebody to type.
const READER_DELAY: Duration = Duration::from_millis(50);

/// Waits for what is read; `None` after a signal.
async fn until_interrupted<T>(read: impl Future<Output = io::Result<T>>) -> Option<io::Result<T>> {
    // Before anything is read: without its echo, a terminal sends no signal, but its reader does.
    let mut interrupts = Interrupts::listen();
    let mode = TerminalMode::of_stdin();
    tokio::pin!(read);
    tokio::select! {
        biased;
        () = interrupts.next() => {
            // A reader that Ctrl-C has ended restores the mode that it found.
            drop(tokio::time::timeout(READER_DELAY, &mut read).await);
            mode.restore();
            // The message that follows begins a line, also after the echo of Ctrl-C.
            if io::stdin().is_terminal() {
                drop(print_prompt("\n"));
            }
            None
        }
        read = &mut read => {
            if matches!(&read, Err(error) if error.kind() == ErrorKind::Interrupted) {
                // The signal of the reader may come after what it returns.
                drop(tokio::time::timeout(SIGNAL_DELAY, interrupts.next()).await);
                return None;
            }
            Some(read)
        }
    }
}

/// How a terminal treats what is typed, such as whether it echoes it.
#[cfg(unix)]
struct TerminalMode(Option<libc::termios>);

#[cfg(unix)]
impl TerminalMode {
    fn of_stdin() -> Self {
        let mut mode = std::mem::MaybeUninit::<libc::termios>::uninit();
        #[expect(unsafe_code, reason = "no dependency offers this call")]
        // SAFETY: the call only fills in the mode, which is read only on success.
        let mode = unsafe {
            (libc::tcgetattr(libc::STDIN_FILENO, mode.as_mut_ptr()) == 0)
                .then(|| mode.assume_init())
        };
        Self(mode)
    }

    fn hide_input(&self) {
        if let Some(mode) = &self.0 {
            let mut hidden = *mode;
            hidden.c_lflag &= !(libc::ECHO | libc::ECHONL);
            set_mode(&hidden);
        }
    }

    fn restore(&self) {
        if let Some(mode) = &self.0 {
            set_mode(mode);
        }
    }
}

#[cfg(unix)]
fn set_mode(mode: &libc::termios) {
    #[expect(unsafe_code, reason = "no dependency offers this call")]
    // SAFETY: the call only reads the mode.
    unsafe {
        libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, mode);
    }
}

/// On Windows the reader hides what is typed and restores the console itself: no other signal than the typed one leaves
/// the process running.
#[cfg(windows)]
struct TerminalMode;

#[cfg(windows)]
impl TerminalMode {
    fn of_stdin() -> Self {
        Self
    }

    fn hide_input(&self) {}

    fn restore(&self) {}
}

fn print_prompt(question: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(question.as_bytes())?;
    stderr.flush()
}

#[cfg(test)]
mod tests {
    use patchbay_model::Code;

    use super::*;

    #[test]
    fn the_end_of_input_cancels_and_no_text_is_a_wrong_input() {
        let code = |kind: ErrorKind| failed_read("token", &kind.into()).code();
        assert_eq!(code(ErrorKind::Interrupted), Code::Cancelled);
        assert_eq!(code(ErrorKind::UnexpectedEof), Code::Cancelled);
        assert_eq!(code(ErrorKind::InvalidData), Code::UsageInvalid);
        assert_eq!(code(ErrorKind::Other), Code::Internal);
    }
}
