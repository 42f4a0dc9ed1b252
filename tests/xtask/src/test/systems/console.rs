//! The command line in a console of Windows: keys that are pressed, and a secret that is typed.

use std::{
    fs,
    io::{Read, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{
    Report, folder,
    windows::Build,
    wine::{self, Wine},
};
use crate::{
    shell::{self, Service},
    test_counts::strip_escapes,
};

/// How long a run may take to begin.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What is typed where nobody may read it.
const SECRET: &str = "typed-5c1e07b2";

pub(super) fn test(report: &mut Report, build: &Build, wine: &Wine) {
    let Ok(console) = report.set_up("a Playground beside the command line", || {
        ConsoleTest::prepare(build, wine)
    }) else {
        return;
    };
    report.check("Ctrl-C ends a run and the history says so", || {
        console.interrupts_a_run()
    });
    report.check("a secret is typed without being shown", || {
        console.types_a_secret()
    });
    report.check("the key of the secrets stays on this computer", || {
        console.key_is_local()
    });
    let server = build.program("examples/stdio_server");
    report.check(
        "a local server runs a tool, and ends with what it started",
        || console.runs_a_local_server(&server),
    );
    report.check("a local server outlives its command", || {
        console.keeps_a_local_server(&server)
    });
    report.check("folders may have names of any length", || {
        console.takes_long_paths()
    });
}

/// A command line with files of its own, and a server to connect to.
struct ConsoleTest<'a> {
    wine: &'a Wine,
    program: PathBuf,
    _playground: Service,
}

impl<'a> ConsoleTest<'a> {
    fn prepare(build: &Build, wine: &'a Wine) -> Result<Self> {
        let mut playground = wine.command(&build.program("patchbay-playground"));
        playground.args(["--port", "0", "--until-stdin-closes"]);
        let (playground, greeting) = Service::start(&mut playground)?;
        let console = Self {
            wine,
            program: build.program("patchbay"),
            _playground: playground,
        };
        let addresses: Value = serde_json::from_str(&greeting)?;
        let url = addresses["openUrl"].as_str().context("no address")?;
        let add = ["connector", "add", url, "--name", "play", "--connect"];
        shell::run(&mut console.command(&add))?;
        Ok(console)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.wine.command(&self.program);
        command.args(words).env("PATCHBAY_HOME", r"C:\console");
        command
    }

    /// The same in a console: one that wine makes of a terminal, which `script` makes of nothing.
    fn in_console(&self, before: &[String], words: &[&str]) -> Command {
        let program = self.wine.path(&self.program);
        let mut line = vec!["/usr/lib/wine/wine64".to_owned()];
        line.extend_from_slice(before);
        line.push(program);
        line.extend(words.iter().map(|word| (*word).to_owned()));
        let line: Vec<_> = line.iter().map(|word| format!("'{word}'")).collect();
        // Until a program reads, the terminal would show what is typed, whatever the program asks of Windows.
        let line = format!("stty -echo; exec {}", line.join(" "));
        let mut script = Command::new("timeout");
        script
            .args(["--kill-after=10", "180", "script"])
            .args(["--quiet", "--return", "--flush", "--command"])
            .args([&line, "/dev/null"])
            .env("PATCHBAY_HOME", r"C:\console");
        self.wine.set_environment(&mut script);
        script
    }

    fn interrupts_a_run(&self) -> Result<()> {
        let helper = folder().join("interrupt.exe");
        wine::compile(include_str!("interrupt.c"), &helper, &[])?;
        let mark = self.wine.disk().join("interrupt-now");
        let before = [self.wine.path(&helper), r"C:\interrupt-now".to_owned()];
        let wait = ["tool", "run", "play", "wait", "seconds:=100"];
        let mut run = self
            .in_console(&before, &wait)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("could not start script")?;
        let begun = shell::poll_every(Duration::from_secs(1), "the run", TIMEOUT, || {
            Ok((self.runs("running")? == 1).then_some(()))
        });
        fs::write(mark, "")?;
        let status = run.wait()?;
        begun?;
        // As on Unix: 128, and the number of the signal.
        ensure!(status.code() == Some(130), "it ended with {status}");
        ensure!(self.runs("cancelled")? == 1, "no run was cancelled");
        ensure!(self.runs("running")? == 0, "a run still runs");
        Ok(())
    }

    /// How many runs of the history are in that state.
    fn runs(&self, state: &str) -> Result<u64> {
        let list = ["run", "list", "--status", state, "--json"];
        let page: Value = serde_json::from_str(&shell::read(&mut self.command(&list))?)?;
        page["total"].as_u64().context("the list has no total")
    }

    fn types_a_secret(&self) -> Result<()> {
        let add = ["credential", "add", "Typed", "--kind", "bearer"];
        let mut typing = self
            .in_console(&[], &add)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start script")?;
        let mut stdout = typing.stdout.take().context("script has no output")?;
        let mut shown = read_until(&mut stdout, ":")?;
        let mut keys = typing.stdin.take().context("script has no input")?;
        write!(keys, "{SECRET}\r")?;
        keys.flush()?;
        let mut rest = Vec::new();
        stdout.read_to_end(&mut rest)?;
        shown.push_str(&plain(&rest));
        drop(keys);
        let status = typing.wait()?;
        ensure!(status.success(), "it ended with {status}: {shown}");
        ensure!(!shown.contains("typed-"), "it shows what is typed: {shown}");
        let listed = shell::read(&mut self.command(&["credential", "list", "--json"]))?;
        ensure!(listed.contains("Typed"), "nothing was saved: {listed}");
        Ok(())
    }

    fn runs_a_local_server(&self, server: &Path) -> Result<()> {
        self.add_local_server("least", server, &["--own-session"])?;
        let run = ["tool", "run", "least", "echo", "text=hello"];
        let said = shell::read(self.command(&run).arg("--own-session"))?;
        ensure!(said.contains("hello"), "{said}");
        let living = self.living("least", 4)?;
        ensure!(living.is_empty(), "some still run: {living:?}");
        Ok(())
    }

    fn keeps_a_local_server(&self, server: &Path) -> Result<()> {
        self.add_local_server("kept", server, &[])?;
        self.uses_kept_server(2)?;
        let list = shell::read(&mut self.command(&["session", "list", "--json"]))?;
        let list: Value = serde_json::from_str(&list)?;
        ensure!(list[0]["name"] == "kept", "{list}");
        // However the process that holds it ends, it ends too, and the next command begins anew.
        let kill = ["/F", "/IM", "patchbay.exe"];
        shell::read(self.wine.command(Path::new("taskkill")).args(kill))?;
        shell::poll("its end", TIMEOUT, || {
            Ok(self.living("kept", 2)?.is_empty().then_some(()))
        })?;
        self.uses_kept_server(4)?;
        shell::run(&mut self.command(&["session", "end", "--all"]))?;
        let living = self.living("kept", 4)?;
        ensure!(living.is_empty(), "some still run: {living:?}");
        Ok(())
    }

    /// Runs two tools at the server that is kept, of which so many programs were started by then.
    fn uses_kept_server(&self, started: usize) -> Result<()> {
        for text in ["one", "two"] {
            let run = ["tool", "run", "kept", "echo", &format!("text={text}")];
            // Read to its end, for which nobody may be waited for. Wine itself passes standard error on.
            let said = shell::read(self.command(&run).stderr(Stdio::null()))?;
            ensure!(said.contains(text), "{said}");
        }
        // The second of them is started by the first.
        shell::poll("the start of both programs", TIMEOUT, || {
            Ok((self.living("kept", started)?.len() == 2).then_some(()))
        })
    }

    fn add_local_server(&self, name: &str, server: &Path, more: &[&str]) -> Result<()> {
        let ports = format!(r"PORTS=C:\{name}");
        let add = ["connector", "add", name, "--env", &ports];
        let options = ["--allow", "--connect"];
        let server = self.wine.path(server);
        let add = [&add[..], &options, more, &["--", &server]].concat();
        shell::run(&mut self.command(&add))
    }

    /// On which of so many ports the programs of a local server listen still.
    fn living(&self, server: &str, started: usize) -> Result<Vec<u16>> {
        let ports = fs::read_to_string(self.wine.disk().join(server))?;
        let mut ports: Vec<u16> = ports.lines().map(str::parse).collect::<Result<_, _>>()?;
        ensure!(ports.len() == started, "{started} were to start: {ports:?}");
        ports.retain(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok());
        Ok(ports)
    }

    fn takes_long_paths(&self) -> Result<()> {
        let part = "a".repeat(120);
        let home = format!(r"C:\{part}\{part}\{part}");
        let add = [
            "credential",
            "add",
            "Long",
            "--kind",
            "bearer",
            "--from",
            "-",
        ];
        let mut adding = self.command(&add);
        let mut adding = adding
            .env("PATCHBAY_HOME", &home)
            .stdin(Stdio::piped())
            .spawn()?;
        let mut input = adding.stdin.take().context("it has no input")?;
        writeln!(input, "{SECRET}")?;
        drop(input);
        let status = adding.wait()?;
        ensure!(status.success(), "it ended with {status}");
        let mut list = self.command(&["credential", "list"]);
        let listed = shell::read(list.env("PATCHBAY_HOME", &home))?;
        ensure!(listed.contains("Long"), "{listed}");
        Ok(())
    }

    /// The Credential Manager takes an entry to other computers unless it is told not to; wine writes down
    /// which.
    fn key_is_local(&self) -> Result<()> {
        let place = r"HKCU\Software\Wine\Credential Manager";
        let query = ["query", place, "/s"];
        let entries = shell::read(self.wine.command(Path::new("reg")).args(query))?;
        ensure!(entries.contains("io.patchbay.desktop"), "{entries}");
        let kept: Vec<_> = entries
            .lines()
            .filter(|line| line.trim_start().starts_with("Persist "))
            .collect();
        let local = |line: &&str| line.trim_end().ends_with("0x2");
        ensure!(!kept.is_empty() && kept.iter().all(local), "{kept:?}");
        Ok(())
    }
}

/// Reads what a console shows up to these words.
fn read_until(stream: &mut impl Read, words: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let mut byte = [0_u8];
    while !plain(&bytes).contains(words) {
        let read = stream.read(&mut byte)?;
        ensure!(read > 0, "it ended before {words:?}: {}", plain(&bytes));
        bytes.extend_from_slice(&byte);
    }
    Ok(plain(&bytes))
}

/// The letters of what a console draws: wine moves the cursor, and hides it, for each of them.
fn plain(drawn: &[u8]) -> String {
    let text = strip_escapes(&String::from_utf8_lossy(drawn));
    text.chars().filter(|letter| !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_told_from_what_draws_them() {
        let drawn = b"\x1b[?25lT\x1b[?25h\x1b[?25lo\x1b[?25h\x1b[?25lk\x1b[?25h\r\n";
        assert_eq!(plain(drawn), "Tok");
    }
}
