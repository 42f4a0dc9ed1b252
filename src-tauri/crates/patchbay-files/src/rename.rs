//! Renames files.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Number of waits between attempts, each twice as long as the one before: half a second in total.
const WAITS: u32 = 9;

/// Renames a file, replacing the target. Blocks for at most half a second.
///
/// Windows fails while another program has either file open, and virus scanners briefly open what was just written.
///
/// # Errors
/// Those of the system.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    retry_while(is_open_elsewhere, || fs::rename(from, to))
}

/// `ERROR_ACCESS_DENIED` or `ERROR_SHARING_VIOLATION`.
fn is_open_elsewhere(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32))
}

fn retry_while(
    is_temporary: impl Fn(&io::Error) -> bool,
    mut attempt: impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    for exponent in 0..WAITS {
        match attempt() {
            Err(error) if is_temporary(&error) => pause(Duration::from_millis(1 << exponent)),
            outcome => return outcome,
        }
    }
    attempt()
}

#[expect(
    clippy::disallowed_methods,
    reason = "no system reports when another program closes a file"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn is_busy(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::PermissionDenied
    }

    #[test]
    fn what_passes_is_waited_for_and_what_stays_is_told() {
        let mut left = 3;
        let outcome = retry_while(is_busy, || {
            left -= 1;
            if left == 0 { Ok(()) } else { busy() }
        });
        assert!(outcome.is_ok());
        let mut attempts = 0;
        let outcome = retry_while(is_busy, || {
            attempts += 1;
            busy()
        });
        assert!(is_busy(&outcome.unwrap_err()));
        assert_eq!(attempts, WAITS + 1);
    }

    #[test]
    fn another_failure_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut attempts = 0;
        let outcome = retry_while(is_busy, || {
            attempts += 1;
            fs::rename(folder.path().join("none"), folder.path().join("new"))
        });
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(attempts, 1);
    }

    #[cfg(windows)]
    #[test]
    fn a_file_that_somebody_else_has_open_is_replaced_once_it_is_closed() {
        use std::os::windows::fs::OpenOptionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        // Others may read it meanwhile, but neither write nor remove it.
        let mut options = fs::OpenOptions::new();
        let open = options.read(true).share_mode(1).open(&to).unwrap();
        assert!(is_open_elsewhere(&fs::rename(&from, &to).unwrap_err()));
        let closing = std::thread::spawn(move || drop(open));
        rename(&from, &to).unwrap();
        closing.join().unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"new");
    }
}
