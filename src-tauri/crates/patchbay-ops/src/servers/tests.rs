//! Tests with shell scripts as servers.
#![cfg(unix)]

mod changes;
mod outdated;
mod waiting;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Mutex;

use async_trait::async_trait;
use patchbay_model::{Code, Explain as _, Secret, Status};

use super::*;
use crate::app_paths::AppPaths;
use crate::clock::SystemClock;
use crate::connectors::add_program::{AddProgram, add_program, allow_connector_program};
use crate::connectors::check::{cancel_check, check_connector};
use crate::connectors::disconnect::disconnect_connector;
use crate::connectors::tools::refresh_tools;
use crate::context::ContextOptions;
use crate::credentials::secret::SecretValue;
use crate::runs::run_tool::count_active_runs;
use crate::secrets::programs::{ProgramConsent, ProgramRequest};
use crate::servers::log::read_server_log;
use crate::servers::sessions::{end_session, end_sessions, list_sessions};

mod containers;

/// A minimal server with one tool, which is named after environment variables and never responds.
const SERVER: &str = r#"#!/bin/sh
echo "$$" >> starts
[ -e broken ] && { echo "no key in $API_KEY" >&2; exit 3; }
[ -e slow ] && { echo "downloading" >&2; sleep 600; }
while read -r line; do
  id=${line##*'"id":'}; id=${id%%[,\}]*}
  case "$line" in
    *'"initialize"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"files","version":"1"}}}' ;;
    *'"tools/list"'*)
      echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"tools":[{"name":"'"$TOOL-$API_KEY-${GITHUB_TOKEN:-none}"'","inputSchema":{"type":"object"}}]}}' ;;
    *'"tools/call"'*) touch called ;;
    *'"resources/'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"resources":[],"resourceTemplates":[]}}' ;;
  esac
done
"#;

/// A user who allows programs or refuses them, and records the requests.
#[derive(Default)]
struct MockConsent {
    requests: Mutex<Vec<Program>>,
    refuses: Mutex<bool>,
}

#[async_trait]
impl ProgramConsent for MockConsent {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        assert_eq!(request.purpose, Purpose::Server("Files".to_owned()));
        let mut requests = self.requests.lock().unwrap();
        requests.push(request.program.clone());
        !*self.refuses.lock().unwrap()
    }
}

struct Fixture {
    home: tempfile::TempDir,
    consent: Arc<MockConsent>,
    options: ContextOptions,
    cx: Context,
}

impl Fixture {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let consent = Arc::new(MockConsent::default());
        let options = ContextOptions {
            keychain: Arc::new(patchbay_vault::MemoryKeychain::new()),
            programs: Arc::clone(&consent) as Arc<dyn ProgramConsent>,
            clock: Arc::new(SystemClock),
            ..ContextOptions::of_system(AppPaths::under(home.path()))
        };
        let cx = Context::open(options.clone()).await.unwrap();
        Self {
            home,
            consent,
            options,
            cx,
        }
    }

    fn server(&self) -> PathBuf {
        self.script("server", SERVER)
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        let file = self.home.path().join(name);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        file
    }

    async fn add(&self) -> Connector {
        let variables = BTreeMap::from([("TOOL".to_owned(), "list".to_owned())]);
        let secret = SecretValue::from(Secret::new("hunter2-hunter2"));
        let request = AddProgram {
            command: ServerCommand {
                program: self.server().to_str().unwrap().to_owned(),
                arguments: vec!["--root".to_owned()],
                folder: None,
                variables,
            },
            secrets: BTreeMap::from([("API_KEY".to_owned(), secret)]),
            name: Some("files".to_owned()),
            title: Some("Files".to_owned()),
            ..AddProgram::default()
        };
        add_program(&self.cx, request).await.unwrap()
    }

    fn starts(&self, connector: &Connector) -> usize {
        let folder = self.cx.paths().server_folder(&connector.id);
        let starts = fs::read_to_string(folder.join("starts"));
        starts.map_or(0, |starts| starts.lines().count())
    }

    async fn disconnect(&self, connector: &Connector) {
        let disconnected = disconnect_connector(&self.cx, &connector.id).await;
        disconnected.unwrap();
    }

    /// Returns the requests for consent.
    fn requests(&self) -> Vec<Program> {
        self.consent.requests.lock().unwrap().clone()
    }

    /// Returns the numbers of requests for consent and of starts.
    fn counts(&self, connector: &Connector) -> (usize, usize) {
        (self.requests().len(), self.starts(connector))
    }
}

#[tokio::test]
async fn a_program_is_confirmed_once_and_gets_only_its_variables() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    assert_eq!(fixture.requests().len(), 0, "nothing is started by adding");
    let tools = refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(tools[0].name, "list-hunter2-hunter2-none");
    let shown = fixture.requests().remove(0);
    assert_eq!(shown.arguments, ["--root"]);
    assert_eq!(shown.server.unwrap().variables, ["API_KEY", "TOOL=list"]);
    // The same process, without another request.
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.counts(&connector), (1, 1));
    fixture.disconnect(&connector).await;
    let guard = fixture.cx.guard();
    guard.wait_until_empty(Duration::from_secs(5)).await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.counts(&connector), (1, 2));
    fixture.cx.close().await;
    assert!(fixture.cx.guard().is_empty());
}

#[tokio::test]
async fn a_server_of_the_app_serves_commands_while_the_app_runs() {
    let fixture = Fixture::new().await;
    fixture.cx.host_sessions_here();
    let connector = fixture.add().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let command = Context::open(fixture.options.clone()).await.unwrap();
    command.set_session_host(PathBuf::from("/nowhere/patchbay"));
    refresh_tools(&command, &connector.id).await.unwrap();
    assert_eq!(fixture.starts(&connector), 1, "the same process");
    let held = list_sessions(&command).await.unwrap();
    assert_eq!((held.len(), held[0].clients), (1, 2), "{held:?}");
    command.close().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.starts(&connector), 1, "the command left it there");
    fixture.cx.close().await;
    assert!(fixture.cx.guard().is_empty());
    assert!(list_sessions(&fixture.cx).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_command_that_uses_a_server_of_the_app_would_end_with_the_app() {
    let fixture = Fixture::new().await;
    fixture.cx.host_sessions_here();
    let connector = fixture.add().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(count_active_runs(&fixture.cx), 0);
    let command = Context::open(fixture.options.clone()).await.unwrap();
    command.set_session_host(PathBuf::from("/nowhere/patchbay"));
    refresh_tools(&command, &connector.id).await.unwrap();
    assert_eq!(count_active_runs(&fixture.cx), 1);
    command.close().await;
    let left = async {
        while count_active_runs(&fixture.cx) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let left = tokio::time::timeout(Duration::from_secs(20), left).await;
    assert!(left.is_ok(), "it is still counted");
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_program_that_was_replaced_is_started_again_for_the_next_command() {
    let fixture = Fixture::new().await;
    fixture.cx.host_sessions_here();
    let connector = fixture.add().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    fixture.script("server", &SERVER.replace("$TOOL", "new"));
    let command = Context::open(fixture.options.clone()).await.unwrap();
    command.set_session_host(PathBuf::from("/nowhere/patchbay"));
    let tools = refresh_tools(&command, &connector.id).await.unwrap();
    assert_eq!(tools[0].name, "new-hunter2-hunter2-none");
    command.close().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.starts(&connector), 2);
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_server_that_patchbay_ended_is_started_again_at_once() {
    let fixture = Fixture::new().await;
    fixture.cx.host_sessions_here();
    let connector = fixture.add().await;
    let starting = async {
        for _ in 0..4 {
            refresh_tools(&fixture.cx, &connector.id).await.unwrap();
            // As another process does, to which this session does not belong.
            let ended = end_sessions(&fixture.cx, Some(&connector.id)).await;
            assert_eq!(ended.unwrap(), 1);
            let session = fixture.cx.sessions().open(&connector.id).await;
            if let Some(session) = session {
                while !session.is_closed() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
    };
    let started = tokio::time::timeout(Duration::from_secs(20), starting).await;
    assert!(started.is_ok(), "it was taken for a failure of the program");
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_refused_program_is_not_started_and_needs_another_confirmation() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    *fixture.consent.refuses.lock().unwrap() = true;
    let refused = refresh_tools(&fixture.cx, &connector.id).await.unwrap_err();
    assert_eq!(refused.code(), Code::ProgramNotAllowed);
    assert_eq!(fixture.starts(&connector), 0);
    *fixture.consent.refuses.lock().unwrap() = false;
    let allowed = allow_connector_program(&fixture.cx, &connector.id).await;
    assert_eq!(allowed.unwrap().status.status, Status::Unknown);
    assert_eq!(fixture.starts(&connector), 0);
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    // Other arguments or variables have to be allowed again.
    let changes: [fn(&mut ServerCommand); 2] = [
        |command| command.arguments.push("--all".to_owned()),
        |command| *command.variables.get_mut("TOOL").unwrap() = "other".to_owned(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let other = move |connector: &mut Connector| {
            connector.command.as_mut().map(change);
        };
        let store = fixture.cx.store();
        store.change_connector(&connector.id, other).await.unwrap();
        check_connector(&fixture.cx, &connector.id).await.unwrap();
        assert_eq!(fixture.counts(&connector), (number + 3, number + 2));
    }
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_working_folder_that_is_gone_is_named_and_not_created() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    let folder = fixture.home.path().join("gone");
    for why in ["there is no such folder", "it isn't a folder"] {
        let chosen = folder.to_str().unwrap().to_owned();
        let place = chosen.clone();
        let change = move |connector: &mut Connector| {
            connector.command.as_mut().unwrap().folder = Some(chosen);
        };
        let store = fixture.cx.store();
        store.change_connector(&connector.id, change).await.unwrap();
        let failed = refresh_tools(&fixture.cx, &connector.id).await.unwrap_err();
        assert_eq!(failed.code(), Code::ProgramNotStarted);
        let message = failed.to_string();
        assert!(
            message.ends_with(&format!("in {place}: {why}")),
            "{message}"
        );
        assert!(!folder.is_dir());
        fs::write(&folder, "").unwrap();
    }
    fixture.cx.close().await;
}

#[tokio::test]
async fn only_the_own_folder_of_a_server_is_deleted() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let folder = fixture.cx.paths().server_folder(&connector.id);
    assert!(folder.exists());
    for id in ["..", "../patchbay.db", "", "/", "."] {
        let id = ConnectorId::new(id);
        remove_own_files(&fixture.cx, &id).await.unwrap();
    }
    assert!(fixture.cx.paths().database().exists() && folder.exists());
    fixture.disconnect(&connector).await;
    for _ in 0..2 {
        remove_own_files(&fixture.cx, &connector.id).await.unwrap();
        assert!(!folder.exists());
    }
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_failed_start_is_not_repeated_automatically() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    let folder = fixture.cx.paths().server_folder(&connector.id);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("broken"), "").unwrap();
    let check = check_connector(&fixture.cx, &connector.id).await.unwrap();
    let failed = check
        .steps
        .iter()
        .find(|step| step.problem.is_some())
        .unwrap();
    assert_eq!(failed.name, "spoke");
    let problem = failed.problem.clone().unwrap();
    assert_eq!(problem.code, Code::ProgramEnded);
    assert_eq!(problem.detail.as_deref(), Some("no key in <redacted>"));
    let backend = crate::backend::for_connector(&fixture.cx, &check.connector);
    let refused = backend.list_resources().await.unwrap_err();
    assert!(matches!(refused, Error::ServerStopped { .. }), "{refused}");
    assert_eq!(fixture.starts(&connector), 1);
    fs::remove_file(folder.join("broken")).unwrap();
    // It says nothing of the settings that replace those it failed with.
    end_session(&fixture.cx, &connector.id).await;
    backend.list_resources().await.unwrap();
    assert_eq!(fixture.starts(&connector), 2);
    let check = check_connector(&fixture.cx, &connector.id).await.unwrap();
    assert!(
        check.steps.iter().all(|step| step.problem.is_none()),
        "{:?}",
        check.steps
    );
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_slow_first_start_can_be_cancelled() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    let folder = fixture.cx.paths().server_folder(&connector.id);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("slow"), "").unwrap();
    let (cx, id) = (fixture.cx.clone(), connector.id.clone());
    let check = tokio::spawn(async move { check_connector(&cx, &id).await });
    let written = async || {
        let log = read_server_log(&fixture.cx, &connector.id).await.unwrap();
        log.iter().any(|line| line.text.contains("downloading"))
    };
    while !written().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cancel_check(&fixture.cx, &connector.id);
    let stopped = check.await.unwrap().unwrap_err();
    assert!(matches!(stopped, Error::Cancelled), "{stopped}");
    let starts = fs::read_to_string(folder.join("starts")).unwrap();
    let process = Path::new("/proc").join(starts.trim());
    let gone = async {
        while process.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone)
        .await
        .unwrap();

    fs::remove_file(folder.join("slow")).unwrap();
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.starts(&connector), 2);
    fixture.cx.close().await;
}

#[tokio::test]
async fn an_outdated_node_is_named_with_another_one() {
    let fixture = Fixture::new().await;
    let mut connector = fixture.add().await;
    let node = |name: &str, text: &str| {
        let folder = fixture.home.path().join(name);
        fs::create_dir(&folder).unwrap();
        fixture.script(&format!("{name}/node"), text);
        folder
    };
    let old = node(
        "old",
        "#!/bin/sh\n[ \"$1\" = --version ] && { echo v10.24.1; exit; }\nexit 1\n",
    );
    let new = node("new", "#!/bin/sh\nexit 1\n");
    let path = std::env::join_paths([&old, &new]).unwrap();
    let command = connector.command.as_mut().unwrap();
    command.program = "node".to_owned();
    let path = path.into_string().unwrap();
    command.variables.insert("PATH".to_owned(), path);
    fixture.cx.store().save_connector(&connector).await.unwrap();
    let check = check_connector(&fixture.cx, &connector.id).await.unwrap();
    let problem = check.steps.iter().find_map(|step| step.problem.clone());
    let problem = problem.unwrap();
    assert_eq!(
        problem.message,
        format!(
            "the program node ended (exit code 1). It was run by Node.js v10.24.1, {}/node",
            old.display()
        )
    );
    let hint = problem.hint.unwrap();
    // The command line makes a command of these words.
    assert!(hint.starts_with("Add the variable PATH="), "{hint}");
    assert!(hint.contains(" to the connector, or"), "{hint}");
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_missing_program_fails_the_found_step() {
    let fixture = Fixture::new().await;
    let mut connector = fixture.add().await;
    connector.command.as_mut().unwrap().program = "npx-is-not-there".to_owned();
    fixture.cx.store().save_connector(&connector).await.unwrap();
    let check = check_connector(&fixture.cx, &connector.id).await.unwrap();
    let problem = check.steps[0].problem.clone().unwrap();
    assert_eq!(
        (check.steps[0].name.as_str(), problem.code),
        ("found", Code::ProgramNotFound)
    );
    // The folders are no part of the status in a list.
    let message = "the program npx-is-not-there wasn't found";
    assert_eq!(problem.message, message);
    assert_eq!(check.connector.status.reason.as_deref(), Some(message));
    let detail = problem.detail.unwrap();
    assert!(detail.starts_with("it isn't in PATH"), "{detail}");
    let missing = fixture.home.path().join("gone").display().to_string();
    let problem = find_program(&missing, None).await.unwrap_err().problem();
    assert_eq!(problem.detail.as_deref(), Some("it doesn't exist"));
    assert_eq!(problem.hint.as_deref(), Some("Check the path."));
    assert_eq!(fixture.requests().len(), 0);
    fixture.cx.close().await;
}
