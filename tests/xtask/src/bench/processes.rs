//! A program with all processes that it started, and their memory.
//!
//! Source: Linux, proc(5).

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, Result};

/// The processes that belonged together when they were looked at.
pub(super) struct Tree(Vec<u32>);

impl Tree {
    /// The process `root` and everything below it.
    pub(super) fn of(root: u32) -> Result<Self> {
        let parents = parents()?;
        let is_below = |process: u32| {
            let above = |process: &u32| parents.get(process).copied();
            std::iter::successors(Some(process), above).any(|process| process == root)
        };
        let processes = parents.keys().copied().filter(|process| is_below(*process));
        Ok(Self(processes.collect()))
    }

    /// Memory of all of them in bytes, what they share with others counted in part (PSS).
    pub(super) fn proportional_memory(&self) -> Result<u64> {
        let running = self.0.iter().filter(|process| exists(**process));
        running
            .map(|process| {
                let file = format!("/proc/{process}/smaps_rollup");
                let text = fs::read_to_string(&file);
                kibibytes(&text.unwrap_or_default()).map(|memory| memory * 1024)
            })
            .sum()
    }

    /// Whether all of them have ended.
    pub(super) fn is_gone(&self) -> bool {
        !self.0.iter().any(|process| exists(*process))
    }
}

fn exists(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

/// Every process with its parent.
fn parents() -> Result<HashMap<u32, u32>> {
    let mut parents = HashMap::new();
    for entry in fs::read_dir("/proc").context("no /proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // It may have ended since the folder was read.
        let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        if let Some(parent) = parent(&status) {
            parents.insert(process, parent);
        }
    }
    Ok(parents)
}

/// The parent in `/proc/PID/stat`: the second word after the name, which may hold anything.
fn parent(status: &str) -> Option<u32> {
    let (_, after_name) = status.rsplit_once(')')?;
    after_name.split_whitespace().nth(1)?.parse().ok()
}

fn kibibytes(rollup: &str) -> Result<u64> {
    let Some(line) = rollup.lines().find_map(|line| line.strip_prefix("Pss:")) else {
        return Ok(0);
    };
    let number = line.split_whitespace().next().unwrap_or_default();
    number
        .parse()
        .with_context(|| format!("no number in Pss:{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent("7 (a) b) S 3 7 7 0"), Some(3));
        assert_eq!(parent(""), None);
    }

    #[test]
    fn memory_is_read_from_the_sum() {
        let rollup = "5581 ---p 00 [rollup]\nRss:  884 kB\nPss:  385 kB\nPss_Dirty: 68 kB\n";
        assert_eq!(kibibytes(rollup).expect("a number"), 385);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_tree_holds_children_and_weighs_something() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("it starts");
        let tree = Tree::of(std::process::id()).expect("a tree");
        assert!(tree.0.contains(&child.id()));
        assert!(tree.proportional_memory().expect("a number") > 0);
        let only_child = Tree::of(child.id()).expect("a tree");
        assert_eq!(only_child.0, [child.id()]);
        child.kill().expect("it can be ended");
        child.wait().expect("it ends");
        assert!(only_child.is_gone());
    }
}
