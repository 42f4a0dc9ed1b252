//! A process that announces itself: if only we reported it, a kill of ours just after its start would leave it
//! running.

use std::io::{self, Cursor, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use tokio::process::Command;

/// Most bytes of what is written at once: below what a pipe takes without parting it.
const LINE_BYTES: usize = 64;

/// Announces one process to the watcher that ends it if we are gone. The process writes `?NUMBER GROUP` to a pipe
/// before it executes its program, and dropping this writes `!NUMBER`: by then we reported its group, or nothing was
/// started.
pub struct Announcement {
    pipe: OwnedFd,
    number: u64,
}

impl Announcement {
    /// By that number, to that pipe.
    pub fn new(pipe: OwnedFd, number: u64) -> Self {
        Self { pipe, number }
    }

    /// Has the process announced that `command` starts, which leads a group of its own.
    ///
    /// # Errors
    /// When the pipe cannot be given to it.
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
        // SAFETY: between fork and exec only what is safe in a signal handler may be called. This asks for the
        // process's id and writes bytes of its own stack; it takes no memory and no lock.
        unsafe { command.pre_exec(announce) };
        Ok(())
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // A closed pipe means that the watcher is gone, and what it knew with it.
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
