//! Servers that listen on this computer.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result};

use crate::shell;

/// How long a server may take to listen.
const START: Duration = Duration::from_secs(30);

/// How a server is started.
pub(super) struct ServerCommand {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
}

impl ServerCommand {
    /// Starts a server that listens, writing to `output`, and gives the address of `path` there.
    ///
    /// # Errors
    /// When it cannot be started, or does not listen in time.
    pub(super) fn start(&self, path: &str, output: Stdio) -> Result<(Running, String)> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Command::new(&self.program)
            .args(&self.arguments)
            .arg(port.to_string())
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start {}", self.program))?;
        let running = Running(server);
        shell::poll("the server", START, || {
            Ok(TcpStream::connect(("127.0.0.1", port)).ok())
        })?;
        Ok((running, format!("http://127.0.0.1:{port}/{path}")))
    }
}

/// A process that ends with this.
pub(super) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
