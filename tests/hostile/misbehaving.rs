//! Servers that misbehave, as programs and over HTTP: each affects its own connector only.
//!
//! Each transport is tested in a process of its own, so that its memory can be measured, programs also where a background
//! process holds them. While one server misbehaves, two others are called continuously.

mod cases;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use patchbay_model::{Code, Connector, ConnectorId, Explain as _, RunState, TimeLimits};
use patchbay_ops::{
    AddProgram, ConnectorChanges, Context, HOST_SESSIONS, RunTool, add_program,
    disconnect_connector, read_server_log, refresh_tools, remove_connector, run_tool,
    update_connector,
};
use serde_json::json;

use self::cases::{Case, Expected, Framing, HOSTILE, MAX_TOOLS, Misbehavior, Stage};
use crate::sample::some_of;
use crate::support::{Harness, arguments, request};
use crate::traps::active_characters;

/// The address before the names of the cases, for the process that plays them.
const ADDRESS: &str = "PATCHBAY_MISBEHAVING_ADDRESS";

/// Maximum growth of the process, in bytes.
const GROWTH: u64 = 100 * 1024 * 1024;

/// Maximum duration of a case on a busy computer, and of a call of the others meanwhile.
const TIMEOUT: Duration = Duration::from_secs(60);
const OTHERS: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_misbehaving_program_costs_its_own_connector_only() {
    play("misbehaving::plays_programs", "").await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_misbehaving_program_costs_its_own_connector_only_where_the_background_process_holds_it()
{
    play("misbehaving::plays_held_programs", "").await;
}

#[tokio::test]
async fn a_misbehaving_server_of_the_web_costs_its_own_connector_only() {
    let address = server::start().await;
    play("misbehaving::plays_the_web", &address).await;
}

/// Runs a role in a process of its own.
async fn play(role: &str, address: &str) {
    let mut process = tokio::process::Command::new(std::env::current_exe().unwrap());
    let process = process
        .args(arguments(role))
        .env(ADDRESS, address)
        .kill_on_drop(true);
    assert!(process.status().await.unwrap().success(), "{role} failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a role for another test's process"]
async fn plays_programs() {
    if std::env::var_os(ADDRESS).is_some() {
        Play::set(None).await.play(Framing::Lines).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a role for another test's process"]
async fn plays_held_programs() {
    if std::env::var_os(ADDRESS).is_some() {
        let host = crate::terminal::binary();
        Play::set(Some(host)).await.play(Framing::Lines).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a role for another test's process"]
async fn plays_the_web() {
    if std::env::var_os(ADDRESS).is_some() {
        Play::set(None).await.play(Framing::Events).await;
    }
}

/// Patchbay with two connectors that are called continuously.
struct Play {
    harness: Harness,
    others: Vec<ConnectorId>,
}

impl Play {
    /// With programs in this process, or in another one that this program starts.
    async fn set(host: Option<PathBuf>) -> Arc<Self> {
        let harness = Harness::new().await;
        if let Some(program) = host {
            harness.cx.set_session_host(program);
        }
        let web = harness.add_open().await;
        refresh_tools(&harness.cx, &web.id).await.unwrap();
        let mut play = Self {
            harness,
            others: vec![web.id],
        };
        let program = play.add_program(WELL).await;
        refresh_tools(&play.harness.cx, &program.id).await.unwrap();
        play.others.push(program.id);
        Arc::new(play)
    }

    async fn play(self: Arc<Self>, framing: Framing) {
        let fits = |case: &Case| case.fits(framing);
        let mut cases: Vec<_> = Case::all().into_iter().filter(fits).collect();
        // What the first one takes is taken once.
        self.beside_the_others(WELL, framing).await;
        let memory = Memory::of_patchbay();
        if memory.host.is_some() {
            // The same code judges them there, twice as slowly.
            cases = some_of(cases);
        }
        let before = memory.peak_from_now_on();
        let mut wrong = Vec::new();
        for case in cases {
            memory.peak_from_now_on();
            let (came, slowest) = self.beside_the_others(case, framing).await;
            let growth = memory.peak().saturating_sub(before);
            let (name, mib) = (case.name(), growth / 1024 / 1024);
            println!("{framing:?} {name}: {came:?}, {mib} MiB more, the others took {slowest:?}");
            if !came.fits(case) || growth > GROWTH || slowest > OTHERS {
                wrong.push(name);
            }
        }
        memory.end_host();
        assert!(wrong.is_empty(), "{wrong:?}");
        self.harness.cx.close().await;
    }

    /// Uses the server of a case while the others are called; returns the duration of their longest call.
    async fn beside_the_others(
        self: &Arc<Self>,
        case: Case,
        framing: Framing,
    ) -> (Outcome, Duration) {
        let is_over = Arc::new(AtomicBool::new(false));
        let (play, over) = (Arc::clone(self), Arc::clone(&is_over));
        let others = tokio::spawn(async move { play.use_the_others(&over).await });
        let play = Arc::clone(self);
        let journey = tokio::spawn(async move { play.run_journey(case, framing).await });
        let came = tokio::time::timeout(TIMEOUT, journey).await;
        let came = came.unwrap_or_else(|_| panic!("{} has no end", case.name()));
        is_over.store(true, Ordering::SeqCst);
        (came.unwrap(), others.await.unwrap())
    }

    async fn use_the_others(&self, is_over: &AtomicBool) -> Duration {
        let mut slowest = Duration::ZERO;
        loop {
            for connector in &self.others {
                let began = Instant::now();
                let asked = request(connector, "echo", json!({ "message": "m", "text": "m" }));
                let run = run_tool(&self.harness.cx, asked, |_| {}).await.unwrap();
                let summary = &run.summary;
                assert_eq!(summary.state, RunState::Done, "{:?}", summary.problem);
                slowest = slowest.max(began.elapsed());
            }
            if is_over.load(Ordering::SeqCst) {
                return slowest;
            }
        }
    }

    /// Adds the server of a case, uses it, and removes it.
    async fn run_journey(&self, case: Case, framing: Framing) -> Outcome {
        let cx = &self.harness.cx;
        let connector = match framing {
            Framing::Lines => self.add_program(case).await,
            Framing::Events => {
                let url = std::env::var(ADDRESS).unwrap() + &case.name();
                self.harness.add_open_at(&url).await
            }
        };
        let limits = TimeLimits {
            connect_seconds: case.patience(),
            run_seconds: case.patience(),
        };
        let changes = ConnectorChanges {
            time_limits: Some(limits),
            ..ConnectorChanges::default()
        };
        update_connector(cx, &connector.id, changes).await.unwrap();
        let came = use_all(cx, case, &connector).await;
        if case.misbehavior == Misbehavior::Unasked {
            self.assert_log_is_small(&connector.id).await;
        }
        disconnect_connector(cx, &connector.id).await.unwrap();
        if case.misbehavior == Misbehavior::Deaf {
            assert_gone(&self.pid_file()).await;
        }
        remove_connector(cx, &connector.id).await.unwrap();
        came
    }

    async fn add_program(&self, case: Case) -> Connector {
        let request = AddProgram {
            command: server::command(case, &self.pid_file()),
            secrets: Default::default(),
            ..AddProgram::default()
        };
        add_program(&self.harness.cx, request).await.unwrap()
    }

    /// Of a flood of messages the beginning is written down.
    async fn assert_log_is_small(&self, connector: &ConnectorId) {
        let log = read_server_log(&self.harness.cx, connector).await.unwrap();
        let messages = log.iter().filter(|line| line.text.starts_with("[info] x"));
        let count = messages.count();
        assert!((1..1000).contains(&count), "{count} of {}", log.len());
    }

    fn pid_file(&self) -> PathBuf {
        self.harness.home.path().join("pid")
    }
}

/// A well-behaved server.
const WELL: Case = Case {
    misbehavior: Misbehavior::Well,
    stage: Stage::Call,
};

/// The outcome of using a server.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Well,
    Failed(Code),
}

impl Outcome {
    fn of(code: Option<Code>) -> Self {
        code.map_or(Self::Well, Self::Failed)
    }

    fn fits(&self, case: Case) -> bool {
        let Self::Failed(code) = self else {
            return case.expected() == Expected::Works;
        };
        match case.expected() {
            Expected::Works => false,
            // Whoever is no server may be told so without a limit.
            Expected::TooMuch => *code == Code::NetworkTooLarge || case.stage == Stage::Handshake,
            Expected::Protocol => *code == Code::McpProtocol,
            Expected::NoAnswer => true,
        }
    }
}

/// Lists the tools of a server and runs one.
async fn use_all(cx: &Context, case: Case, connector: &Connector) -> Outcome {
    let listed = match refresh_tools(cx, &connector.id).await {
        Ok(listed) => listed,
        Err(error) => return Outcome::of(Some(error.code())),
    };
    match case.misbehavior {
        Misbehavior::ManyTools => assert_eq!(listed.len(), MAX_TOOLS),
        Misbehavior::Names => assert_eq!(listed.len(), 2),
        _ => assert_eq!(listed.len(), 1, "{listed:?}"),
    }
    for tool in listed {
        assert!(
            ["echo", HOSTILE].contains(&&*tool.name) || case.misbehavior == Misbehavior::ManyTools
        );
        for words in [tool.title, tool.description].into_iter().flatten() {
            assert!(active_characters(&words).is_empty(), "{words:?}");
        }
    }
    let run = RunTool {
        timeout_seconds: case.patience(),
        ..request(&connector.id, "echo", json!({ "text": "m" }))
    };
    match run_tool(cx, run, |_| {}).await {
        Ok(run) => Outcome::of(run.summary.problem.map(|problem| problem.code)),
        Err(error) => Outcome::of(Some(error.code())),
    }
}

/// Waits until the process whose id stands in a file is gone.
async fn assert_gone(pid_file: &Path) {
    let pid = fs::read_to_string(pid_file).unwrap();
    let began = Instant::now();
    let is_there = || {
        let listed = std::process::Command::new("ps")
            .args(["-o", "stat=", "-p", &pid])
            .output();
        let state = String::from_utf8(listed.unwrap().stdout).unwrap();
        !state.trim().is_empty() && !state.starts_with('Z')
    };
    while is_there() {
        assert!(began.elapsed() < TIMEOUT, "{pid} is left");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The memory of this process and of the one that holds programs for it, where the system tells it.
struct Memory {
    host: Option<String>,
}

impl Memory {
    fn of_patchbay() -> Self {
        let own = format!("PPid:\t{}\n", std::process::id());
        let is_host = |process: &Path| {
            let read = |file: &str| fs::read_to_string(process.join(file)).unwrap_or_default();
            read("status").contains(&own) && read("cmdline").contains(HOST_SESSIONS)
        };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let host = processes.map(|it| it.path()).find(|path| is_host(path));
        let host = host.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        Self { host }
    }

    fn processes(&self) -> impl Iterator<Item = &str> {
        ["self"].into_iter().chain(self.host.as_deref())
    }

    /// Resets the peak and returns the current size in bytes. Only root may do so for another process.
    fn peak_from_now_on(&self) -> u64 {
        for process in self.processes() {
            let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
        }
        self.peak()
    }

    /// The peak since the last reset.
    fn peak(&self) -> u64 {
        let of_process = |process: &str| {
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = peak.and_then(|rest| rest.trim().strip_suffix(" kB"));
            kib.map_or(0, |kib| kib.parse::<u64>().unwrap() * 1024)
        };
        self.processes().map(of_process).sum()
    }

    fn end_host(&self) {
        if let Some(host) = &self.host {
            let ended = std::process::Command::new("kill").arg(host).status();
            assert!(ended.unwrap().success(), "the background process is gone");
        }
    }
}
