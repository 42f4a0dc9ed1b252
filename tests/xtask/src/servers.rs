//! Servers that nobody here wrote, spoken to by the command line.
//!
//! What is installed is pinned in `tests/servers`: packages by their lock files, the server in Python over the
//! official SDK. Each server gets a home of its own, and each check is one command as a person types it.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    cargo::{WORKSPACE, cargo},
    places, shell, system,
};

/// How long a server may take to listen.
const START: Duration = Duration::from_secs(30);

/// How long one command may take.
const COMMAND: Duration = Duration::from_secs(40);

/// How soon a command that is told to stop has to be gone.
const STOP: Duration = Duration::from_secs(10);

/// The installed servers, and the command line.
pub(crate) struct Servers {
    everything: PathBuf,
    python: PathBuf,
    patchbay: PathBuf,
}

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Stdio,
    Sse,
    Http,
}

/// A server, and how it is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Server {
    /// `@modelcontextprotocol/server-everything`.
    Everything(Reach),
    /// The official SDK for Python.
    Python(Reach),
}

/// All of them.
pub(crate) const ALL: [Server; 5] = [
    Server::Everything(Reach::Stdio),
    Server::Everything(Reach::Sse),
    Server::Everything(Reach::Http),
    Server::Python(Reach::Stdio),
    Server::Python(Reach::Http),
];

/// What one kind of server offers, by the words of its commands and answers.
struct Offer {
    /// A tool that takes a few seconds, and its arguments for a little and for a long while.
    long: (&'static str, [&'static str; 2], [&'static str; 2]),
    /// A template, one of its values, and a part of what is read then.
    template: (&'static str, &'static str, &'static str),
    /// A prompt with a city.
    prompt: &'static str,
}

const EVERYTHING: Offer = Offer {
    long: (
        "trigger-long-running-operation",
        ["duration:=1", "steps:=4"],
        ["duration:=60", "steps:=60"],
    ),
    template: (
        "demo://resource/dynamic/text/{resourceId}",
        "resourceId=7",
        "Resource 7",
    ),
    prompt: "args-prompt",
};

const PYTHON: Offer = Offer {
    long: (
        "long",
        ["seconds:=1", "steps:=4"],
        ["seconds:=60", "steps:=60"],
    ),
    template: ("note://of/{name}", "name=Ada", "A note for Ada."),
    prompt: "weather",
};

impl Server {
    /// What a report calls it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Everything(reach) => format!("server-everything over {reach:?}").to_lowercase(),
            Self::Python(reach) => format!("Python SDK over {reach:?}").to_lowercase(),
        }
    }

    fn reach(self) -> Reach {
        match self {
            Self::Everything(reach) | Self::Python(reach) => reach,
        }
    }

    fn offer(self) -> &'static Offer {
        match self {
            Self::Everything(_) => &EVERYTHING,
            Self::Python(_) => &PYTHON,
        }
    }
}

impl Servers {
    /// Installs what is pinned, unless it is there, and builds the command line.
    ///
    /// # Errors
    /// When a package cannot be downloaded, or the command line does not compile.
    pub(crate) fn prepare() -> Result<Self> {
        shell::run(cargo("build").args(WORKSPACE).args(["--bin", "patchbay"]))?;
        let folder = places::target().join("servers");
        fs::create_dir_all(&folder)?;
        Ok(Self {
            everything: install_everything(&folder)?,
            python: install_python(&folder)?,
            patchbay: places::debug_binary("patchbay"),
        })
    }

    /// Goes through everything that a server offers, by the command line.
    ///
    /// # Errors
    /// What went wrong, with the words of the command.
    pub(crate) fn go_through(&self, server: Server) -> Result<()> {
        let desk = Desk::new(&self.patchbay)?;
        let command = self.command_of(server);
        let _running = match server.reach() {
            Reach::Stdio => {
                let mut add = desk.patchbay(&["connector", "add", "play", "--allow", "--connect"]);
                add.arg("--").arg(&command.program).args(&command.arguments);
                desk.run(add)?;
                None
            }
            Reach::Sse | Reach::Http => {
                let (running, url) = command.start(server.reach())?;
                let words = ["connector", "add", &url, "--name", "play", "--connect"];
                desk.run(desk.patchbay(&words))?;
                Some(running)
            }
        };
        self.look_at(&desk, server)
    }

    fn look_at(&self, desk: &Desk, server: Server) -> Result<()> {
        let offer = server.offer();
        let shown = desk.document(&["connector", "show", "play", "--json"])?;
        let transport = match server.reach() {
            Reach::Stdio => "stdio",
            Reach::Sse => "sse",
            Reach::Http => "streamable_http",
        };
        ensure!(
            shown["server"]["transport"] == transport,
            "reached in another way: {shown}"
        );

        let tools = desk.say(&["tool", "list", "play"])?;
        ensure!(tools.contains("echo"), "no echo in {tools}");
        let said = desk.say(&["tool", "run", "play", "echo", "message=hello"])?;
        ensure!(said.contains("Echo: hello"), "no echo: {said}");

        let (long, little, much) = offer.long;
        let run =
            desk.run(desk.patchbay(&[&["tool", "run", "play", long], &little[..]].concat()))?;
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        ensure!(told.contains("4 of 4"), "no progress: {told}");
        desk.stop(&[&["tool", "run", "play", long], &much[..]].concat())?;
        // It still answers.
        desk.say(&["tool", "run", "play", "echo", "message=again"])?;

        let (template, value, expected) = offer.template;
        let resources = desk.document(&["connector", "resources", "play", "--json"])?;
        let (templates, others): (Vec<_>, Vec<_>) = resources
            .as_array()
            .into_iter()
            .flatten()
            .partition(|one| one["uri"] == template);
        ensure!(templates.len() == 1, "no {template}: {resources}");
        ensure!(!others.is_empty(), "no resources: {resources}");
        let read = desk.say(&["connector", "resource", "play", template, value])?;
        ensure!(read.contains(expected), "{read}");

        let prompts = desk.say(&["connector", "prompts", "play"])?;
        ensure!(prompts.contains(offer.prompt), "no prompt: {prompts}");
        let filled = desk.say(&["connector", "prompt", "play", offer.prompt, "city=Paris"])?;
        ensure!(filled.contains("What's weather in Paris?"), "{filled}");
        Ok(())
    }

    fn command_of(&self, server: Server) -> ServerCommand {
        let text = |path: &Path| path.display().to_string();
        match server {
            Server::Everything(reach) => ServerCommand {
                program: "node".to_owned(),
                arguments: vec![
                    text(&self.everything),
                    match reach {
                        Reach::Stdio => "stdio",
                        Reach::Sse => "sse",
                        Reach::Http => "streamableHttp",
                    }
                    .to_owned(),
                ],
            },
            Server::Python(reach) => ServerCommand {
                program: text(&self.python),
                arguments: vec![
                    text(&places::root().join("tests/servers/server.py")),
                    match reach {
                        Reach::Stdio => "stdio",
                        Reach::Sse | Reach::Http => "http",
                    }
                    .to_owned(),
                ],
            },
        }
    }
}

/// How a server is started.
struct ServerCommand {
    program: String,
    arguments: Vec<String>,
}

impl ServerCommand {
    /// Starts a server that listens, and gives its address.
    fn start(&self, reach: Reach) -> Result<(Running, String)> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Command::new(&self.program)
            .args(&self.arguments)
            .arg(port.to_string())
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start {}", self.program))?;
        let running = Running(server);
        shell::poll("the server", START, || {
            Ok(TcpStream::connect(("127.0.0.1", port)).ok())
        })?;
        let path = match reach {
            Reach::Sse => "sse",
            Reach::Stdio | Reach::Http => "mcp",
        };
        Ok((running, format!("http://127.0.0.1:{port}/{path}")))
    }
}

/// A process that ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A home of its own for the command line.
struct Desk {
    home: TempDir,
    patchbay: PathBuf,
}

impl Desk {
    fn new(patchbay: &Path) -> Result<Self> {
        let desk = Self {
            home: tempfile::tempdir()?,
            patchbay: patchbay.to_owned(),
        };
        desk.run(desk.patchbay(&["vault", "passphrase"]))?;
        Ok(desk)
    }

    fn patchbay(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.patchbay);
        command
            .args(words)
            .env("PATCHBAY_HOME", self.home.path().join("patchbay"))
            .env("PATCHBAY_PASSPHRASE", "env://TEST_PASSPHRASE")
            .env("TEST_PASSPHRASE", "four words of test")
            // No keychain of this computer is touched.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What a command that succeeds prints.
    fn say(&self, words: &[&str]) -> Result<String> {
        let output = self.run(self.patchbay(words))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn document(&self, words: &[&str]) -> Result<Value> {
        let text = self.say(words)?;
        serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))
    }

    fn run(&self, mut command: Command) -> Result<Output> {
        let words = shell::describe(&command);
        let output = wait(command.spawn()?, COMMAND).with_context(|| words.clone())?;
        ensure!(
            output.status.success(),
            "{words}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(output)
    }

    /// Starts a command, interrupts it after its first progress as Ctrl-C does, and sees it end.
    #[cfg(unix)]
    fn stop(&self, words: &[&str]) -> Result<()> {
        let mut child = self.patchbay(words).spawn()?;
        let errors = child.stderr.take().context("it has no standard error")?;
        // Kept to the end: a command whose standard error is closed would end by that.
        let mut lines = BufReader::new(errors).lines().map_while(Result::ok);
        let progress = lines.by_ref().find(|line| line.starts_with("1 of "));
        shell::run(Command::new("kill").args(["-INT", &child.id().to_string()]))?;
        let output = wait(child, STOP).context("it goes on after Ctrl-C")?;
        ensure!(progress.is_some(), "no progress came before the end");
        ensure!(!output.status.success(), "it was not stopped");
        Ok(())
    }

    /// Windows has no signal for one process.
    #[cfg(not(unix))]
    fn stop(&self, _words: &[&str]) -> Result<()> {
        Ok(())
    }
}

/// Waits for the end of a command, a while at most, and ends it then.
fn wait(child: Child, most: Duration) -> Result<Output> {
    let id = child.id();
    let reading = thread::spawn(move || child.wait_with_output());
    let ended = shell::poll("its end", most, || Ok(reading.is_finished().then_some(())));
    if ended.is_err() {
        end(id);
    }
    let output = reading.join().ok().context("its output was not read")?;
    ended.and(Ok(output?))
}

fn end(id: u32) {
    let mut kill = if cfg!(windows) {
        let mut kill = Command::new("taskkill");
        kill.args(["/F", "/T", "/PID", &id.to_string()]);
        kill
    } else {
        let mut kill = Command::new("kill");
        kill.args(["-KILL", &id.to_string()]);
        kill
    };
    // It may have ended meanwhile.
    drop(kill.output());
}

/// Installs the packages of npm by their lock file; gives the program.
fn install_everything(folder: &Path) -> Result<PathBuf> {
    let program = "node_modules/@modelcontextprotocol/server-everything/dist/index.js";
    let folder = folder.join("npm");
    let locks = ["package.json", "package-lock.json"];
    if !is_installed(&folder, &locks)? {
        let mut npm = system::npm();
        npm.current_dir(&folder)
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        shell::run(&mut npm).context("the servers of npm cannot be installed")?;
        keep_installed(&folder, &locks)?;
    }
    Ok(folder.join(program))
}

/// Installs the packages of PyPI by their hashes; gives the interpreter.
fn install_python(folder: &Path) -> Result<PathBuf> {
    let (programs, python) = system::python_tools();
    let folder = folder.join("python");
    let locks = ["requirements.txt"];
    let own = folder.join(programs).join("python");
    if !is_installed(&folder, &locks)? {
        shell::run(
            Command::new(python)
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )?;
        let file = places::root().join("tests/servers/requirements.txt");
        shell::run(
            Command::new(&own)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .args(["--require-hashes", "--requirement"])
                .arg(file),
        )
        .context("the SDK for Python cannot be installed")?;
        keep_installed(&folder, &locks)?;
    }
    Ok(own.with_extension(env::consts::EXE_EXTENSION))
}

/// Whether exactly what these lock files name was installed whole; puts them into the folder where it was not.
fn is_installed(folder: &Path, locks: &[&str]) -> Result<bool> {
    fs::create_dir_all(folder)?;
    let is_same = |lock: &&str| {
        let kept = fs::read(folder.join(format!("{lock}.installed"))).ok();
        kept.is_some() && kept == fs::read(source(lock)).ok()
    };
    if locks.iter().all(is_same) {
        return Ok(true);
    }
    for lock in locks {
        fs::copy(source(lock), folder.join(lock))?;
    }
    Ok(false)
}

fn keep_installed(folder: &Path, locks: &[&str]) -> Result<()> {
    for lock in locks {
        fs::copy(source(lock), folder.join(format!("{lock}.installed")))?;
    }
    Ok(())
}

fn source(lock: &str) -> PathBuf {
    places::root().join("tests/servers").join(lock)
}
