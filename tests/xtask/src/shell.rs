//! Runs programs, logs what is run, and waits with a deadline.

use std::{
    fmt::Display,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Prints to standard error; standard output is for results.
pub(crate) fn log(text: impl Display) {
    // A closed terminal must not stop the run.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints one line of the command's result.
pub(crate) fn print_result(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Logs and runs `command`; its output goes to standard error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = describe(command);
    log(format_args!("$ {line}"));
    let status = command
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("could not start {line}"))?;
    if !status.success() {
        bail!("{line} ended with {status}");
    }
    Ok(())
}

/// Runs `command` quietly and returns its standard output without the final newline.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command
        .output()
        .with_context(|| format!("could not start {line}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{line} ended with {}: {}", output.status, complaint.trim());
    }
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// A program that ends when its standard input is closed, which dropping this does.
pub(crate) struct Service(Child);

impl Service {
    /// Starts `command` and returns the first line of its output too.
    pub(crate) fn start(command: &mut Command) -> Result<(Self, String)> {
        let line = describe(command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {line}"))?;
        let stdout = child.stdout.take();
        let service = Self(child);
        let mut greeting = String::new();
        BufReader::new(stdout.context("it has no output")?).read_line(&mut greeting)?;
        Ok((service, greeting))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A program that is killed when this is dropped.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The command as typed in a shell.
pub(crate) fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Calls `attempt` every 50 ms until it returns a value.
pub(crate) fn poll<T>(
    what: &str,
    limit: Duration,
    attempt: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    poll_every(Duration::from_millis(50), what, limit, attempt)
}

/// Like [`poll`], with `step` between calls.
pub(crate) fn poll_every<T>(
    step: Duration,
    what: &str,
    limit: Duration,
    mut attempt: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let started = Instant::now();
    loop {
        let outcome = attempt();
        if let Ok(Some(value)) = outcome {
            return Ok(value);
        }
        if started.elapsed() > limit {
            let missing = format!("{what} did not come within {} s", limit.as_secs());
            return match outcome {
                Err(error) => Err(error.context(missing)),
                Ok(_) => bail!(missing),
            };
        }
        pause(step);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "another program's window or port offers no event to wait for; every caller has a deadline"
)]
fn pause(step: Duration) {
    std::thread::sleep(step);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poll_ends_with_the_last_failure() {
        let error = poll("the page", Duration::ZERO, || -> Result<Option<()>> {
            bail!("no driver")
        })
        .expect_err("nothing ever comes");
        assert_eq!(
            format!("{error:#}"),
            "the page did not come within 0 s: no driver"
        );
    }

    #[test]
    fn poll_gives_the_first_value() {
        let mut left = 2;
        let value = poll("the value", Duration::from_secs(5), || {
            left -= 1;
            Ok((left == 0).then_some("here"))
        });
        assert_eq!(value.expect("it comes at the second attempt"), "here");
    }
}
