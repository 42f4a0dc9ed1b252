//! The end of process groups that nobody holds any more.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// How long a server may take to end after it was told to, when nobody is left to ask anything of it.
const TERM_TIMEOUT: Duration = Duration::from_millis(500);

/// How often it is looked whether any is left.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Ends groups, with whatever is in them.
pub(super) fn end(groups: impl Iterator<Item = i32>) {
    // The first process is everybody's.
    let groups = groups.filter(|&group| group > 1).filter_map(Pid::from_raw);
    let mut groups: Vec<Pid> = groups.collect();
    for group in &groups {
        // One that has ended meanwhile cannot be told.
        let _ = kill_process_group(*group, Signal::TERM);
    }
    let told = Instant::now();
    loop {
        groups.retain(|group| test_kill_process_group(*group).is_ok());
        if groups.is_empty() || told.elapsed() >= TERM_TIMEOUT {
            break;
        }
        pause();
    }
    for group in groups {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "no system tells when the last of a group of others ends"
)]
fn pause() {
    std::thread::sleep(POLL_INTERVAL);
}
