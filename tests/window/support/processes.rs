//! The processes that a harness started, as the kernel lists them.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use super::harness::binary;

#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) id: u32,
    /// Command line, arguments separated by spaces.
    pub(crate) command_line: String,
}

/// Processes whose environment sets `variable` to `path`, without drivers.
pub(crate) fn with_variable(variable: &str, path: &Path) -> Vec<Process> {
    let wanted = format!("{variable}={}", path.display());
    let app = binary("PATCHBAY_DESKTOP_BIN").display().to_string();
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|id: u32| {
            // A process may end meanwhile.
            let environment = match fs::read(format!("/proc/{id}/environ")) {
                Ok(environment) => environment,
                // The environment of the app cannot be read; no other harness runs one, for journeys take turns.
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    let words = fs::read(format!("/proc/{id}/cmdline")).ok()?;
                    return words.starts_with(app.as_bytes()).then_some(id);
                }
                Err(_) => return None,
            };
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

pub(crate) fn kill(processes: &[Process]) {
    for process in processes {
        // A process may have ended by itself.
        Command::new("kill")
            .args(["-9", &process.id.to_string()])
            .status()
            .expect("kill runs");
    }
}
