//! Third-party servers, used through the command line.
//!
//! Their versions are pinned by lock files in `tests/servers`; the server in Python uses the official SDK or
//! `FastMCP`. Each server gets its own home.

mod browser;
mod cli_home;
pub(crate) mod install;
mod listening;
pub(crate) mod sign_in;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Result, ensure};

use self::{cli_home::CliHome, listening::ServerCommand};
use crate::{cargo, paths};

/// The installed servers, and the command line.
pub(crate) struct Servers {
    /// The folder of the npm packages.
    npm: PathBuf,
    python: PathBuf,
    patchbay: PathBuf,
}

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Stdio,
    Sse,
    Http,
}

/// A server, and how it is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Server {
    /// `@modelcontextprotocol/server-everything`.
    Everything(Transport),
    /// The official SDK for Python.
    PythonSdk(Transport),
    /// `FastMCP`.
    FastMcp(Transport),
}

pub(crate) const ALL: [Server; 7] = [
    Server::Everything(Transport::Stdio),
    Server::Everything(Transport::Sse),
    Server::Everything(Transport::Http),
    Server::PythonSdk(Transport::Stdio),
    Server::PythonSdk(Transport::Http),
    Server::FastMcp(Transport::Stdio),
    Server::FastMcp(Transport::Http),
];

/// Features of one kind of server, as words of commands and answers.
struct ServerFixture {
    /// A tool that takes a few seconds, and its arguments for a short and for a long run.
    long: (&'static str, [&'static str; 2], [&'static str; 2]),
    /// A resource template, a value for it, and a part of the content.
    template: (&'static str, &'static str, &'static str),
    /// A prompt with a city.
    prompt: &'static str,
    /// A tool that has to be called as a task, its argument, a status message, and a part of its result.
    task: Option<[&'static str; 4]>,
    /// A tool that asks for a name first, number of further values it asks for, and a part of its result.
    elicitation: (&'static str, usize, &'static str),
}

const EVERYTHING: ServerFixture = ServerFixture {
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
    task: Some([
        "simulate-research-query",
        "topic=ships",
        // The first stage: a busy computer may miss one of the others, which last a second each.
        "Gathering sources...",
        "Research Report: ships",
    ]),
    elicitation: ("trigger-elicitation-request", 12, r#""name": "Ada""#),
};

const PYTHON: ServerFixture = ServerFixture {
    long: (
        "long",
        ["seconds:=1", "steps:=4"],
        ["seconds:=60", "steps:=60"],
    ),
    template: ("note://of/{name}", "name=Ada", "A note for Ada."),
    prompt: "weather",
    task: None,
    elicitation: ("ask", 0, "Hello Ada"),
};

impl Server {
    /// Name in reports.
    pub(crate) fn name(self) -> String {
        let (server, transport) = match self {
            Self::Everything(transport) => ("server-everything", transport),
            Self::PythonSdk(transport) => ("Python SDK", transport),
            Self::FastMcp(transport) => ("FastMCP", transport),
        };
        format!("{server} over {transport:?}").to_lowercase()
    }

    fn transport(self) -> Transport {
        match self {
            Self::Everything(transport) | Self::PythonSdk(transport) | Self::FastMcp(transport) => {
                transport
            }
        }
    }

    fn offer(self) -> &'static ServerFixture {
        match self {
            Self::Everything(_) => &EVERYTHING,
            Self::PythonSdk(_) | Self::FastMcp(_) => &PYTHON,
        }
    }
}

impl Servers {
    /// Installs the pinned packages if necessary, and builds the command line.
    pub(crate) fn prepare() -> Result<Self> {
        // Building one program alone would enable other features of shared dependencies and compile them again.
        cargo::build_everything()?;
        Ok(Self {
            npm: install::npm()?,
            python: install::python()?,
            patchbay: paths::debug_binary("patchbay"),
        })
    }

    /// Uses every feature of a server.
    pub(crate) fn go_through(&self, server: Server) -> Result<()> {
        let cli = CliHome::new(&self.patchbay)?;
        let command = self.command_of(server);
        let _running = match server.transport() {
            Transport::Stdio => {
                let mut add = cli.patchbay(&["connector", "add", "play", "--allow", "--connect"]);
                add.arg("--").arg(&command.program).args(&command.arguments);
                cli.run(add)?;
                None
            }
            Transport::Sse | Transport::Http => {
                let path = if server.transport() == Transport::Sse {
                    "sse"
                } else {
                    "mcp"
                };
                let (running, url) = command.start(path, Stdio::null())?;
                let words = ["connector", "add", &url, "--name", "play", "--connect"];
                cli.run(cli.patchbay(&words))?;
                Some(running)
            }
        };
        self.exercise_command_line(&cli, server)?;
        answer_elicitation(&cli, server)
    }

    fn exercise_command_line(&self, cli: &CliHome, server: Server) -> Result<()> {
        let offer = server.offer();
        let shown = cli.document(&["connector", "show", "play", "--json"])?;
        let transport = match server.transport() {
            Transport::Stdio => "stdio",
            Transport::Sse => "sse",
            Transport::Http => "streamable_http",
        };
        ensure!(
            shown["server"]["transport"] == transport,
            "reached in another way: {shown}"
        );

        let tools = cli.run_for_text(&["tool", "list", "play"])?;
        ensure!(tools.contains("echo"), "no echo in {tools}");
        let said = cli.run_for_text(&["tool", "run", "play", "echo", "message=hello"])?;
        ensure!(said.contains("Echo: hello"), "no echo: {said}");

        let (long, little, much) = offer.long;
        let run = cli.run(cli.patchbay(&[&["tool", "run", "play", long], &little[..]].concat()))?;
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        ensure!(told.contains("4 of 4"), "no progress: {told}");
        cli.stop(&[&["tool", "run", "play", long], &much[..]].concat())?;
        // It still answers.
        cli.run_for_text(&["tool", "run", "play", "echo", "message=again"])?;

        if let Some([tool, argument, meanwhile, expected]) = offer.task {
            let run = cli.run(cli.patchbay(&["tool", "run", "play", tool, argument]))?;
            let told = String::from_utf8_lossy(&run.stderr).into_owned();
            ensure!(told.contains(meanwhile), "no word of the task: {told}");
            let came = String::from_utf8_lossy(&run.stdout).into_owned();
            ensure!(came.contains(expected), "no result of the task: {came}");
        }

        let (template, value, expected) = offer.template;
        let resources = cli.document(&["connector", "resources", "play", "--json"])?;
        let (templates, others): (Vec<_>, Vec<_>) = resources
            .as_array()
            .into_iter()
            .flatten()
            .partition(|one| one["uri"] == template);
        ensure!(templates.len() == 1, "no {template}: {resources}");
        ensure!(!others.is_empty(), "no resources: {resources}");
        let read = cli.run_for_text(&["connector", "resource", "play", template, value])?;
        ensure!(read.contains(expected), "{read}");

        let prompts = cli.run_for_text(&["connector", "prompts", "play"])?;
        ensure!(prompts.contains(offer.prompt), "no prompt: {prompts}");
        let filled =
            cli.run_for_text(&["connector", "prompt", "play", offer.prompt, "city=Paris"])?;
        ensure!(filled.contains("What's weather in Paris?"), "{filled}");
        Ok(())
    }

    fn command_of(&self, server: Server) -> ServerCommand {
        match server {
            Server::Everything(transport) => ServerCommand {
                program: "node".to_owned(),
                arguments: vec![
                    text(&self.npm.join(install::EVERYTHING)),
                    match transport {
                        Transport::Stdio => "stdio",
                        Transport::Sse => "sse",
                        Transport::Http => "streamableHttp",
                    }
                    .to_owned(),
                ],
            },
            Server::PythonSdk(transport) => self.python_command("sdk", transport),
            Server::FastMcp(transport) => self.python_command("fastmcp", transport),
        }
    }

    fn python_command(&self, package: &str, transport: Transport) -> ServerCommand {
        let transport = match transport {
            Transport::Stdio => "stdio",
            Transport::Sse | Transport::Http => "http",
        };
        let script = text(&install::source("server.py"));
        ServerCommand {
            program: text(&self.python),
            arguments: vec![script, package.to_owned(), transport.to_owned()],
        }
    }
}

/// Answers what a tool asks for, in a terminal, with a name and what is preset.
fn answer_elicitation(cli: &CliHome, server: Server) -> Result<()> {
    if !cfg!(target_os = "linux") {
        // Other systems have another `script`, or none.
        return Ok(());
    }
    let (tool, further, expected) = server.offer().elicitation;
    let run = ["tool", "run", "play", tool];
    let typed = format!("Ada\n{}y\n", "\n".repeat(further));
    let asks_in_older_era_only = matches!(
        server,
        Server::PythonSdk(Transport::Http) | Server::FastMcp(Transport::Http)
    );
    if asks_in_older_era_only {
        // Patchbay learns it by the refusal, and repeats no call by itself.
        let (succeeded, shown) = cli.run_in_terminal(&run, &typed)?;
        ensure!(!succeeded && shown.contains("older protocol"), "{shown}");
    }
    let (succeeded, shown) = cli.run_in_terminal(&run, &typed)?;
    ensure!(succeeded && shown.contains(expected), "{shown}");
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
