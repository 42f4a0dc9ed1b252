//! Files that whoever started this process left open for it, such as the lock of `flock` or the pipe of a shell. A child
//! that runs on after this process must not keep them open.

use std::fs;
use std::io;
use std::os::fd::{BorrowedFd, RawFd};

use rustix::io::{FdFlags, fcntl_setfd};

/// The last of the standard streams, which every child is given anew.
const STDERR: RawFd = 2;

/// Withholds all files from the processes that are started from now on, except their standard streams. Those that this
/// process opened itself are withheld anyway.
pub(crate) fn withhold() {
    if let Err(error) = try_withhold() {
        tracing::warn!(%error, "a background process may keep files open");
    }
}

#[expect(
    unsafe_code,
    reason = "the numbers of inherited files are all that is known of them"
)]
fn try_withhold() -> io::Result<()> {
    let names = fs::read_dir("/dev/fd")?.flatten();
    let numbers = names.filter_map(|entry| entry.file_name().to_str()?.parse::<RawFd>().ok());
    for number in numbers.filter(|number| *number > STDERR) {
        // SAFETY: nothing is read, written or closed. If another thread closes the file meanwhile, the call fails, or
        // sets the flag of a newer file, which has it already.
        let file = unsafe { BorrowedFd::borrow_raw(number) };
        let _ = fcntl_setfd(file, FdFlags::CLOEXEC);
    }
    Ok(())
}
