//! Running other programs, saying what is run, and waiting with a deadline.

use std::{
    fmt::Display,
    io::Write as _,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Tells the person something; standard output stays free for results.
pub(crate) fn log(text: impl Display) {
    // A closed terminal is no reason to stop half way.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints one line of the command's result.
pub(crate) fn print_result(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Runs `command` to its end, after saying it; what it prints goes to standard error.
///
/// # Errors
/// When it cannot be started, or ends with anything but success.
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

/// Runs `command` quietly and gives its standard output without the last line end.
///
/// # Errors
/// When it cannot be started, fails, or answers with something that is not text.
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

/// The command as a person would type it.
pub(crate) fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Asks `attempt` every 50 ms until it gives something.
///
/// # Errors
/// After `limit`: that `what` did not come, with the last failure of `attempt` if there was one.
pub(crate) fn poll<T>(
    what: &str,
    limit: Duration,
    attempt: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    poll_every(Duration::from_millis(50), what, limit, attempt)
}

/// As [`poll`], asking after each `step`.
///
/// # Errors
/// As [`poll`].
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
