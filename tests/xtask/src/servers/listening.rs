//! Servers that listen on this computer.

use std::{
    net::TcpStream,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result};

use crate::{
    shell::{self, Killed},
    system,
};

/// How long a server may take to listen.
const START: Duration = Duration::from_secs(30);

pub(super) struct ServerCommand {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
}

impl ServerCommand {
    /// Starts a server that listens, writing to `output`, and gives the address of `path` there.
    pub(super) fn start(&self, path: &str, output: Stdio) -> Result<(Killed, String)> {
        let port = system::free_port()?;
        let server = Command::new(&self.program)
            .args(&self.arguments)
            .arg(port.to_string())
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start {}", self.program))?;
        let running = Killed(server);
        shell::poll("the server", START, || {
            Ok(TcpStream::connect(("127.0.0.1", port)).ok())
        })?;
        Ok((running, format!("http://127.0.0.1:{port}/{path}")))
    }
}
