//! The processes of a desk, as the kernel shows them.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A running process.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) id: u32,
    /// Its command line, arguments parted by spaces.
    pub(crate) command_line: String,
}

/// Processes whose environment holds `variable` with the value `path`, drivers left out.
pub(crate) fn with_variable(variable: &str, path: &Path) -> Vec<Process> {
    let wanted = format!("{variable}={}", path.display());
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|id: u32| {
            // A process may end between two looks at it.
            let environment = fs::read(format!("/proc/{id}/environ")).ok()?;
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == wanted.as_bytes())
                .then_some(id)
        })
        .filter_map(|id| {
            let words = fs::read(format!("/proc/{id}/cmdline")).ok()?;
            let command_line = String::from_utf8_lossy(&words).replace('\0', " ");
            Some(Process { id, command_line })
        })
        .filter(|process| {
            !process.command_line.contains("Driver --port") && !process.command_line.is_empty()
        })
        .collect()
}

/// Ends processes at once, as a power failure would.
pub(crate) fn kill(processes: &[Process]) {
    for process in processes {
        // One that ended by itself meanwhile needs no killing.
        Command::new("kill")
            .args(["-9", &process.id.to_string()])
            .status()
            .expect("kill runs");
    }
}
