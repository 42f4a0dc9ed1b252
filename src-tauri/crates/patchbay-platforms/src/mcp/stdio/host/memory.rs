//! How much memory process groups take.

use std::collections::HashMap;

/// Returns the resident memory of each process group in KiB; nothing on systems that have no groups, and on failure.
pub(super) async fn of_groups() -> HashMap<u32, u32> {
    if cfg!(windows) {
        return HashMap::new();
    }
    let listed = tokio::process::Command::new("ps")
        .args(["-A", "-o", "pgid=", "-o", "rss="])
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

    #[test]
    fn the_processes_of_a_group_are_added_up() {
        let groups = sum("  7  100\n 8 4294967295\n7 20\n8 5\nx 1\n9\n");
        assert_eq!(groups, HashMap::from([(7, 120), (8, u32::MAX)]));
    }
}
