//! Processes that announce themselves: if only we reported them, one would be left running when we are killed just
//! after starting it.

use std::io::{self, Cursor, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use tokio::process::Command;

/// Maximum bytes of a line; small enough for an atomic write to a pipe.
const LINE_BYTES: usize = 64;

/// Announces one process to the watcher that ends it when we are gone. The process writes `?NUMBER GROUP` to a pipe
/// before it executes its program. Dropping this writes `!NUMBER`: by then we have reported its group, or nothing was
/// started.
pub struct Announcement {
    pipe: OwnedFd,
    number: u64,
}

impl Announcement {
    pub fn new(pipe: OwnedFd, number: u64) -> Self {
        Self { pipe, number }
    }

    /// Makes the process of `command` announce itself; it has to lead a group of its own.
    ///
    /// # Errors
    /// If the pipe cannot be cloned.
    #[expect(unsafe_code, reason = "only the new process itself can write this")]
    pub(super) fn install_on(&self, command: &mut Command) -> io::Result<()> {
        let (pipe, number) = (self.pipe.try_clone()?, self.number);
        let announce = move || {
            let mut line = [0; LINE_BYTES];
            let mut cursor = Cursor::new(line.as_mut_slice());
            writeln!(cursor, "?{number} {}", std::process::id())?;
            let length = cursor.position() as usize;
            rustix::io::write(pipe.as_fd(), &line[..length])?;
            Ok(())
        };
        // SAFETY: between fork and exec only async-signal-safe functions may be called. This gets the process id and
        // writes bytes from its stack; it neither allocates nor locks.
        unsafe { command.pre_exec(announce) };
        Ok(())
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // If the pipe is closed, the watcher is gone.
        let line = format!("!{}\n", self.number);
        let _ = rustix::io::write(&self.pipe, line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[tokio::test]
    async fn a_process_says_that_it_is_there_and_nothing_says_what_did_not_start() {
        let (mut pipe, announced) = io::pipe().unwrap();
        let mut expected = String::new();
        for (number, program) in [(7, "true"), (8, "/there/is/no/such/program")] {
            let pipe = announced.try_clone().unwrap();
            let announcement = Announcement::new(pipe.into(), number);
            let mut command = Command::new(program);
            announcement.install_on(&mut command).unwrap();
            let started = command.spawn();
            assert_eq!(started.is_ok(), number == 7);
            if let Ok(process) = started {
                expected += &format!("?{number} {}\n", process.id().unwrap());
            }
            drop(announcement);
            expected += &format!("!{number}\n");
        }
        drop(announced);
        let mut heard = String::new();
        pipe.read_to_string(&mut heard).unwrap();
        // Which id had the one that was no program is known to nobody else.
        let heard = heard.lines().filter(|line| !line.starts_with("?8 "));
        assert_eq!(
            heard.collect::<Vec<_>>(),
            expected.lines().collect::<Vec<_>>()
        );
    }
}
