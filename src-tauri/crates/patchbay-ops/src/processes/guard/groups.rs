//! Ending process groups whose parent process is gone.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// Time between SIGTERM and SIGKILL.
pub(super) const TERM_TIMEOUT: Duration = Duration::from_millis(500);

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Ends all processes of the groups.
pub(super) fn end(groups: impl Iterator<Item = i32>) {
    // Never signal init.
    let groups = groups.filter(|&group| group > 1).filter_map(Pid::from_raw);
    let mut groups: Vec<Pid> = groups.collect();
    for group in &groups {
        // Fails if the group has ended meanwhile.
        let _ = kill_process_group(*group, Signal::TERM);
    }
    let signalled = Instant::now();
    loop {
        groups.retain(|group| test_kill_process_group(*group).is_ok());
        if groups.is_empty() || signalled.elapsed() >= TERM_TIMEOUT {
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
    reason = "no system tells when the last of several processes of others ends"
)]
pub(super) fn pause() {
    std::thread::sleep(POLL_INTERVAL);
}
