//! Commands that run in the background.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// Name and value of an environment variable.
pub(crate) type Variable = (OsString, OsString);

/// Builds a command with the given environment only, without standard streams or a window.
pub(crate) fn quiet_command(program: &Path, environment: Vec<Variable>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(windows)]
    {
        /// Prevents a console window.
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command
}
