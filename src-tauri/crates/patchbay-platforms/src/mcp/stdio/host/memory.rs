//! How much memory process groups take.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// How long a measurement is used: the window asks every second, and measuring starts a program.
const VALID_FOR: Duration = Duration::from_secs(5);

/// The last measurement.
#[derive(Default)]
pub(super) struct GroupMemory(Mutex<Option<(Instant, HashMap<u32, u32>)>>);

impl GroupMemory {
    /// Returns the resident memory of these process groups in KiB, where it is known.
    pub(super) async fn of(&self, groups: &[u32]) -> HashMap<u32, u32> {
        if groups.is_empty() {
            return HashMap::new();
        }
        let mut last = self.0.lock().await;
        let is_usable = |(at, memory): &(Instant, HashMap<u32, u32>)| {
            at.elapsed() < VALID_FOR && groups.iter().all(|group| memory.contains_key(group))
        };
        match &*last {
            Some(measured) if is_usable(measured) => measured.1.clone(),
            _ => {
                let memory = measure().await;
                *last = Some((Instant::now(), memory.clone()));
                memory
            }
        }
    }
}

/// The memory of all groups; nothing on systems that have no groups, and on failure.
async fn measure() -> HashMap<u32, u32> {
    if cfg!(windows) {
        return HashMap::new();
    }
    let listed = tokio::process::Command::new("ps")
        .args(["-A", "-o", "pgid=", "-o", "rss="])
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    match listed {
        Ok(listed) => sum(&String::from_utf8_lossy(&listed.stdout)),
        Err(error) => {
            tracing::debug!(%error, "the memory of servers is unknown");
            HashMap::new()
        }
    }
}

fn sum(list: &str) -> HashMap<u32, u32> {
    let mut groups = HashMap::new();
    for line in list.lines() {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        if let (Some(Ok(group)), Some(Ok(size))) = (numbers.next(), numbers.next()) {
            let memory = groups.entry(group).or_insert(0_u32);
            *memory = memory.saturating_add(size);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[tokio::test]
    async fn a_measurement_is_used_again_for_a_while() {
        let own = rustix::process::getpgrp().as_raw_pid().unsigned_abs();
        let now = Instant::now();
        let measured = |at| GroupMemory(Mutex::new(Some((at, HashMap::from([(own, 1)])))));
        assert_eq!(measured(now).of(&[own]).await[&own], 1);
        let outdated = measured(now.checked_sub(VALID_FOR).unwrap());
        assert_ne!(outdated.of(&[own]).await[&own], 1);
        // A group that was started since isn't in it.
        assert_ne!(measured(now).of(&[own, u32::MAX]).await[&own], 1);
        assert!(measured(now).of(&[]).await.is_empty());
    }

    #[test]
    fn the_processes_of_a_group_are_added_up() {
        let groups = sum("  7  100\n 8 4294967295\n7 20\n8 5\nx 1\n9\n");
        assert_eq!(groups, HashMap::from([(7, 120), (8, u32::MAX)]));
    }
}
