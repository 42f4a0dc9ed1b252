//! Servers that a host holds, which is this process.

use patchbay_model::Code;
use serde_json::{Map, Value};
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream,
};

use super::*;
use crate::mcp::{
    AttachError, Attached, Host, Launch, LineSink, ToolCall, attach, connect_attached, drain,
    end_held, list_held,
};

const IDLE: Duration = Duration::from_millis(300);

struct TestHost {
    host: Arc<Host>,
    groups: Arc<Groups>,
}

impl TestHost {
    fn new() -> Self {
        Self::with_log(Arc::new(|_| {}))
    }

    fn with_log(log: LineSink) -> Self {
        let groups = Arc::new(Groups::default());
        let guard = Arc::clone(&groups) as Arc<dyn ProcessGuard>;
        let host = Host::new(guard, Box::new(move |_| Arc::clone(&log)), IDLE);
        Self {
            host: Arc::new(host),
            groups,
        }
    }

    /// A stream that the host serves.
    fn stream(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let host = Arc::clone(&self.host);
        tokio::spawn(async move { host.serve(theirs).await });
        ours
    }

    async fn session(&self, behavior: &str, digest: &str) -> Result<McpSession, Error> {
        let attached = attach(self.stream(), self.launch(behavior, digest)).await;
        connect_held(attached.unwrap(), ClientFeatures::default()).await
    }

    /// A session within the host process.
    async fn own_session(&self, behavior: &str, digest: &str) -> Result<McpSession, Error> {
        let attached = self.host.attach(self.launch(behavior, digest)).await;
        connect_held(attached.unwrap(), ClientFeatures::default()).await
    }

    fn launch(&self, behavior: &str, digest: &str) -> Launch {
        let program = program(behavior, &self.groups);
        Launch::new(&program, "con_1", digest.to_owned(), false).unwrap()
    }

    /// Waits until the single server has that many clients.
    async fn wait_for_clients(&self, count: u32) {
        while list_held(self.stream()).await.unwrap()[0].clients != count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn left(&self) -> u32 {
        self.groups.left.load(Ordering::SeqCst)
    }
}

async fn connect_held(
    attached: Attached,
    client_features: ClientFeatures,
) -> Result<McpSession, Error> {
    let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
    connect_attached(attached, client_features, limits, &cancel).await
}

/// Number of messages that the server has received.
async fn received(session: &McpSession) -> u32 {
    let outcome = run_tool(session, call("heard")).await.unwrap();
    text_of(&outcome).parse().unwrap()
}

#[tokio::test]
async fn a_response_that_is_not_utf_8_fails_its_request_alone() {
    let host = TestHost::new();
    let session = host.session("bytes", "a").await.unwrap();
    assert_only_bytes_that_are_no_text_fail(&session).await;
    session.close().await;
}

#[tokio::test]
async fn one_that_closes_its_input_gives_way_to_a_new_one() {
    let host = TestHost::new();
    for _ in 0..2 {
        let session = host.session("closes", "a").await.unwrap();
        assert_closed_input_ends_it(&session).await;
        session.close().await;
    }
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn the_memory_and_the_last_line_of_a_server_are_listed() {
    let host = TestHost::new();
    let session = host.session("floods", "a").await.unwrap();
    let held = list_held(host.stream()).await.unwrap().remove(0);
    assert_eq!(held.last_line, None);
    assert!(held.memory_kib.unwrap() > 1000, "{held:?}");
    run_tool(&session, call("echo")).await.unwrap();
    let held = list_held(host.stream()).await.unwrap().remove(0);
    assert!(held.last_line.unwrap().starts_with("line "));
    session.close().await;
}

#[tokio::test]
async fn a_server_remembers_from_one_client_to_the_next() {
    let host = TestHost::new();
    let first = host.session("well", "a").await.unwrap();
    // The handshake has two messages.
    assert_eq!(received(&first).await, 3);
    let second = host.session("well", "a").await.unwrap();
    assert_eq!(second.facts(), first.facts());
    assert_eq!(received(&second).await, 4, "and greeted once");
    let (one, other) = tokio::join!(received(&first), received(&second));
    assert_eq!(one + other, 5 + 6);
    let held = list_held(host.stream()).await.unwrap();
    assert_eq!((held.len(), held[0].clients), (1, 2), "{held:?}");
    assert_eq!(
        (held[0].connector.as_str(), held[0].program.as_str()),
        ("con_1", "server")
    );
    first.close().await;
    second.close().await;
    let third = host.session("well", "a").await.unwrap();
    assert_eq!(received(&third).await, 7);
    assert_eq!(host.left(), 1);
    third.close().await;
    assert!(!host.host.is_empty().await);
    host.groups.wait_until_gone().await;
    assert!(host.host.is_empty().await, "nobody used it for a while");
}

#[tokio::test]
async fn what_it_has_logged_is_written_down_once_however_many_clients_there_are() {
    let (log, logged) = recorded_log();
    let host = TestHost::with_log(log);
    let first = host.session("logs", "a").await.unwrap();
    let second = host.session("logs", "a").await.unwrap();
    run_tool(&first, call("echo")).await.unwrap();
    let lines = logged.lock().unwrap().clone();
    assert_eq!(lines.len(), 1 + 3, "{lines:?}");
    assert_eq!(lines[3], "[notice] files: 2 from info on <redacted>");
    first.close().await;
    second.close().await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_secret_among_the_arguments_is_redacted_in_what_a_server_logs_for_all_its_clients() {
    let (log, logged) = recorded_log();
    let host = TestHost::with_log(log);
    let first = host.session("repeats", "a").await.unwrap();
    let own = host.own_session("repeats", "a").await.unwrap();
    let other = host.session("repeats", "a").await.unwrap();
    for (session, secret) in [(&first, "pass \"1\" word"), (&own, "pass \"2\" word")] {
        let outcome = run_tool(session, call_with_secret(secret)).await;
        assert_eq!(text_of(&outcome.unwrap()), secret);
    }
    while logged.lock().unwrap().len() < 1 + 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let held = list_held(host.stream()).await.unwrap().remove(0);
    assert_eq!(held.last_line.as_deref(), Some("got <redacted>"));
    let error = run_tool(&other, call("echo")).await.unwrap_err();
    let said = "got <redacted>\ngot <redacted>";
    assert_eq!(error.problem().detail.as_deref(), Some(said));
    let mut lines = logged.lock().unwrap().split_off(1);
    lines.sort_unstable();
    let noted = [r#"[info] {"got":["<redacted>"]}"#, "got <redacted>"];
    assert_eq!(lines, [noted[0], noted[0], noted[1], noted[1]]);
    for session in [first, own, other] {
        session.close().await;
    }
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_secret_in_an_answer_is_redacted_in_what_a_server_logs() {
    let (log, logged) = recorded_log();
    let host = TestHost::with_log(log);
    let launch = || host.launch("asks secret and repeats", "a");
    let relayed = attach(host.stream(), launch()).await.unwrap();
    let own = host.host.attach(launch()).await.unwrap();
    for (attached, secret) in [(relayed, "pass \"1\" word"), (own, "pass \"2\" word")] {
        let session = connect_held(attached, client_features(false)).await;
        let asker = ScriptedAsker::accepting(json!({ "password": secret }));
        run_tool(&session.unwrap(), call_with(&asker))
            .await
            .unwrap();
    }
    while logged.lock().unwrap().len() < 1 + 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(logged.lock().unwrap()[1..], ["got <redacted>"; 2]);
    host.groups.wait_until_gone().await;
}

/// Features with one root.
fn with_root() -> ClientFeatures {
    ClientFeatures {
        roots: vec!["/srv/notes".into()],
        ..ClientFeatures::default()
    }
}

/// Asserts that the server has its root, and closes the session.
async fn assert_has_root(session: Result<McpSession, Error>) {
    let session = session.unwrap();
    let outcome = run_tool(&session, call("echo")).await.unwrap();
    let roots = json_of(text_of(&outcome));
    assert_eq!(roots["roots"][0]["uri"], "file:///srv/notes");
    session.close().await;
}

#[tokio::test]
async fn its_folders_are_told_to_it_between_calls() {
    let host = TestHost::new();
    let attached = attach(host.stream(), host.launch("roots", "a")).await;
    assert_has_root(connect_held(attached.unwrap(), with_root()).await).await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_new_server_is_not_called_before_it_has_its_roots() {
    let host = TestHost::new();
    let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
    let own = program("roots-late", &host.groups);
    assert_has_root(connect_program(own, with_root(), limits, &cancel).await).await;
    let attached = attach(host.stream(), host.launch("roots-late", "a")).await;
    assert_has_root(connect_held(attached.unwrap(), with_root()).await).await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn other_words_or_secrets_are_another_server() {
    let host = TestHost::new();
    let first = host.session("well", "a").await.unwrap();
    let second = host.session("well", "b").await.unwrap();
    assert_eq!(received(&second).await, 3);
    assert_eq!(host.left(), 1, "never two of them");
    let error = run_tool(&first, call("echo")).await;
    assert!(
        matches!(error, Err(Error::ProgramStopped { .. })),
        "{error:?}"
    );
    for (connector, count) in [("con_2", 0), ("con_1", 1)] {
        let ended = end_held(host.stream(), Some(connector.to_owned())).await;
        assert_eq!(ended.unwrap(), count);
    }
    assert_eq!(host.left(), 0);
    assert!(list_held(host.stream()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_call_under_way_ends_before_its_server_gives_way_to_another() {
    let host = TestHost::new();
    let first = host.session("slow", "a").await.unwrap();
    let calling = run_tool(&first, call("echo"));
    let attaching = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        host.session("well", "b").await.unwrap()
    };
    let (called, second) = tokio::join!(calling, attaching);
    assert!(called.is_ok(), "{called:?}");
    assert_eq!(received(&second).await, 3);
    first.close().await;
    second.close().await;
}

#[tokio::test]
async fn a_server_that_ends_slowly_keeps_no_other_client_waiting() {
    let host = TestHost::new();
    let former = host.session("deaf", "a").await.unwrap();
    let listing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        tokio::time::timeout(Duration::from_millis(900), list_held(host.stream())).await
    };
    let (session, listed) = tokio::join!(host.session("well", "b"), listing);
    assert!(listed.is_ok(), "the host was busy");
    let session = session.unwrap();
    assert_eq!(received(&session).await, 3);
    former.close().await;
    session.close().await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn clients_come_and_go_although_a_server_reads_nothing_any_more() {
    let host = TestHost::new();
    let session = host.session("busy", "a").await.unwrap();
    let text = "x".repeat(32 * 1024);
    let large = || ToolCall {
        arguments: Map::from_iter([("text".to_owned(), text.clone().into())]),
        ..call("echo")
    };
    // More than its queue and the queue of a client hold.
    let calls = (0..300).map(|_| run_tool(&session, large()));
    let calls = futures::future::join_all(calls);
    let others = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for _ in 0..300 {
            let other = attach(host.stream(), host.launch("busy", "a")).await;
            drop(other.unwrap());
        }
        host.wait_for_clients(1).await;
        end_held(host.stream(), Some("con_1".to_owned())).await
    };
    let both = futures::future::join(calls, others);
    let (ended, count) = tokio::time::timeout(Duration::from_secs(20), both)
        .await
        .unwrap();
    assert!(ended.iter().all(Result::is_err));
    assert_eq!(count.unwrap(), 1);
    session.close().await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_new_server_waits_for_the_end_of_one_that_is_being_ended() {
    let host = TestHost::new();
    let former = host.session("deaf", "a").await.unwrap();
    let new_session = async {
        while !list_held(host.stream()).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(!host.host.is_empty().await, "it still runs");
        let again = end_held(host.stream(), Some("con_1".to_owned()));
        let (session, again) = tokio::join!(host.session("well", "a"), again);
        assert_eq!(host.left(), 1, "never two of them");
        assert_eq!(again.unwrap(), 0, "counted once");
        session.unwrap()
    };
    let ending = end_held(host.stream(), Some("con_1".to_owned()));
    let (ended, session) = tokio::join!(ending, new_session);
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(received(&session).await, 3);
    former.close().await;
    session.close().await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn how_it_ended_is_told_to_whoever_uses_it() {
    let host = TestHost::new();
    let error = host.session("ends", "a").await.err().unwrap();
    assert_eq!(error.to_string(), "the program server ended (exit code 3)");
    let detail = error.problem().detail;
    assert_eq!(detail.as_deref(), Some("no YES option for <redacted>"));
    let session = host.session("dies", "b").await.unwrap();
    let error = run_tool(&session, call("echo")).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "the program server ended (signal 9)"
    );
    let session = host.session("endless", "c").await.unwrap();
    let error = run_tool(&session, call("echo")).await;
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "the response is larger than 12.6 MB");
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_program_that_ends_at_once_is_always_told_as_that() {
    let host = TestHost::new();
    for number in 0..40 {
        let mut program = program("ends", &host.groups);
        program.arguments = ["sh", "-c", "exit 3"].map(str::to_owned).to_vec();
        let launch = Launch::new(&program, &format!("con_{number}"), String::new(), false);
        let attached = attach(host.stream(), launch.unwrap()).await.unwrap();
        let error = connect_held(attached, ClientFeatures::default()).await;
        let error = error.err().unwrap().to_string();
        assert_eq!(error, "the program server ended (exit code 3)");
    }
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn whoever_uses_a_server_that_patchbay_ends_is_told_so() {
    let host = TestHost::new();
    let other = host.session("busy", "a").await.unwrap();
    let own = host.own_session("busy", "a").await.unwrap();
    let calls = async {
        let calls = tokio::join!(run_tool(&own, call("echo")), run_tool(&other, call("echo")));
        [calls.0.unwrap_err(), calls.1.unwrap_err()]
    };
    let ending = async {
        let called = Some("called".to_owned());
        while list_held(host.stream()).await.unwrap()[0].last_line != called {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        end_held(host.stream(), Some("con_1".to_owned())).await
    };
    let (errors, ended) = tokio::join!(calls, ending);
    assert_eq!(ended.unwrap(), 1);
    for error in errors {
        let problem = error.problem();
        assert_eq!(
            problem.message,
            "Patchbay ended the program server because its session was ended or its settings changed"
        );
        assert_eq!(problem.hint.as_deref(), Some("Run it again."));
    }
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_command_that_was_suspended_is_told_that_it_read_too_little() {
    let host = TestHost::new();
    let (client, proxy) = tokio::io::duplex(1024);
    let is_suspended = Arc::new(tokio::sync::Mutex::new(()));
    let until_resumed = Arc::clone(&is_suspended);
    let (mut from_host, mut to_host) = tokio::io::split(host.stream());
    let (mut from_client, mut to_client) = tokio::io::split(proxy);
    tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_host).await });
    tokio::spawn(async move {
        let mut buffer = vec![0; 1024];
        loop {
            let length = from_host.read(&mut buffer).await?;
            let _resumed = until_resumed.lock().await;
            if length == 0 {
                return to_client.shutdown().await;
            }
            to_client.write_all(&buffer[..length]).await?;
        }
    });
    let attached = attach(client, host.launch("changes", "a")).await;
    let session = connect_held(attached.unwrap(), ClientFeatures::default()).await;
    let session = session.unwrap();
    let suspended = is_suspended.lock().await;
    let calls = futures::future::join_all((0..60).map(|_| run_tool(&session, call("echo"))));
    let resuming = async {
        let is_used = async || {
            let held = list_held(host.stream()).await.unwrap();
            held.iter().any(|held| held.clients > 0)
        };
        while is_used().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(suspended);
    };
    let (mut ended, ()) = tokio::join!(calls, resuming);
    let problem = ended.pop().unwrap().unwrap_err().problem();
    assert_eq!(
        problem.message,
        "Patchbay ended this session with the program server because this command read nothing for too long"
    );
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_program_is_not_blamed_when_the_process_that_holds_it_is_killed() {
    let host = TestHost::new();
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let serving = Arc::clone(&host.host);
    let holding = tokio::spawn(async move { serving.serve(theirs).await });
    let attached = attach(ours, host.launch("busy", "a")).await;
    let session = connect_held(attached.unwrap(), ClientFeatures::default()).await;
    let session = session.unwrap();
    let killing = async {
        while list_held(host.stream()).await.unwrap()[0]
            .last_line
            .is_none()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        holding.abort();
    };
    let (ended, ()) = tokio::join!(run_tool(&session, call("echo")), killing);
    let problem = ended.unwrap_err().problem();
    assert_eq!(
        problem.message,
        "Patchbay's process that held the program server ended"
    );
    assert_eq!(problem.hint.as_deref(), Some("Run it again."));
    assert!(session.is_stopped(), "it counts as no crash");
    end_held(host.stream(), None).await.unwrap();
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn arguments_that_are_too_large_for_the_host_are_refused_and_lose_nothing() {
    let host = TestHost::new();
    let session = host.session("well", "a").await.unwrap();
    let text = "x".repeat(16 * 1024 * 1024);
    let large = ToolCall {
        arguments: Map::from_iter([("text".to_owned(), text.into())]),
        ..call("echo")
    };
    let problem = run_tool(&session, large).await.unwrap_err().problem();
    assert_eq!(
        problem.message,
        "can't send more than 16.8 MB to the program server at once"
    );
    assert_eq!(problem.code, Code::UsageInvalid);
    assert_eq!(received(&session).await, 3, "the next call works");
    assert_eq!(host.left(), 1);
    session.close().await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn the_process_that_holds_a_server_uses_it_beside_others() {
    let host = TestHost::new();
    let other = host.session("well", "a").await.unwrap();
    assert_eq!(received(&other).await, 3);
    let own = host.own_session("well", "a").await.unwrap();
    let (one, another) = tokio::join!(received(&own), received(&other));
    assert_eq!(one + another, 4 + 5);
    let unused = host.host.attach(host.launch("well", "a")).await;
    host.wait_for_clients(3).await;
    drop(unused);
    host.wait_for_clients(2).await;
    own.close().await;
    host.wait_for_clients(1).await;
    assert_eq!(received(&other).await, 6);
    other.close().await;
    host.groups.wait_until_gone().await;

    let error = host.own_session("ends", "b").await.err().unwrap();
    assert_eq!(error.to_string(), "the program server ended (exit code 3)");
    let session = host.own_session("endless", "c").await.unwrap();
    let error = run_tool(&session, call("echo")).await;
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "the response is larger than 12.6 MB");
    drain(host.stream()).await.unwrap();
    let late = host.host.attach(host.launch("well", "a")).await;
    assert!(matches!(late, Err(AttachError::Unreachable(_))));
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_resource_is_watched_by_several_until_the_last_wants_no_more() {
    let host = TestHost::new();
    let cancel = CancellationToken::new();
    let first = host.session("watched", "a").await.unwrap();
    let second = host.session("watched", "a").await.unwrap();
    let watch = async |session: &McpSession| {
        let mut watch = session.watch_resource("a://b", &cancel).await.unwrap();
        // A watch begins with a change.
        watch.changed().await.unwrap();
        watch
    };
    let mut all = [
        watch(&first).await,
        watch(&first).await,
        watch(&second).await,
    ];
    assert!(first.idle_for().is_none(), "it is used");
    let subscribed = async || {
        let outcome = run_tool(&first, call("echo")).await.unwrap();
        json_of(text_of(&outcome))
    };
    assert_eq!(subscribed().await, json!(vec!["a://b"; 3]));
    for watch in &mut all {
        watch.changed().await.unwrap();
    }
    let [one, two, three] = all;
    one.end().await;
    three.end().await;
    assert_eq!(
        subscribed().await,
        json!(vec!["a://b"; 3]),
        "the server is asked to end it once"
    );
    two.end().await;
    assert_eq!(subscribed().await, json!(vec!["a://b"; 2]));
    let mut last = watch(&second).await;
    second.close().await;
    let over = last.changed().await;
    assert!(
        matches!(over, Err(Error::ProgramStopped { .. })),
        "{over:?}"
    );
    drop(second);
    assert!(first.idle_for().is_some());
    let nothing = host.session("well", "b").await.unwrap();
    let refused = nothing.watch_resource("a://b", &cancel).await;
    assert!(matches!(refused, Err(Error::NotSupported(_))));
}

/// It starts more slowly than the timeout, and reports that.
#[tokio::test]
async fn one_that_tells_what_it_does_is_waited_for() {
    let limits = McpLimits {
        connect: Duration::from_secs(2),
        ..McpLimits::DEFAULT
    };
    let (host, groups) = (TestHost::new(), Arc::new(Groups::default()));
    let launch = host.launch("downloads", "");
    let attached = attach(host.stream(), launch).await.unwrap();
    let (cancel, nothing) = (CancellationToken::new(), ClientFeatures::default);
    let (held, own) = tokio::join!(
        connect_attached(attached, nothing(), limits, &cancel),
        connect_program(program("downloads", &groups), nothing(), limits, &cancel),
    );
    for session in [held.unwrap(), own.unwrap()] {
        session.close().await;
    }
    groups.wait_until_gone().await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn one_whose_line_does_not_end_is_heard_and_waited_for() {
    let limits = McpLimits {
        connect: Duration::from_secs(2),
        ..McpLimits::DEFAULT
    };
    let groups = Arc::new(Groups::default());
    let (log, lines) = recorded_log();
    let program = McpProgram {
        log,
        ..program("one line", &groups)
    };
    let (cancel, nothing) = (CancellationToken::new(), ClientFeatures::default());
    let session = connect_program(program, nothing, limits, &cancel).await;
    session.unwrap().close().await;
    let lines = lines.lock().unwrap().clone();
    assert!(lines[1].starts_with("0 of 12 1 of 12"), "{lines:?}");
    groups.wait_until_gone().await;
}

#[tokio::test]
async fn one_that_never_spoke_is_not_kept() {
    let host = TestHost::new();
    let launch = host.launch("silent", "");
    let attached = attach(host.stream(), launch).await.unwrap();
    let limits = McpLimits {
        connect: Duration::from_millis(100),
        ..McpLimits::DEFAULT
    };
    let (nothing, cancel) = (ClientFeatures::default(), CancellationToken::new());
    let refused = connect_attached(attached, nothing, limits, &cancel).await;
    assert!(matches!(refused, Err(Error::TimedOut { .. })));
    host.groups.wait_until_gone().await;
    let modern = host.session("modern", "a").await.unwrap();
    assert_eq!(modern.facts().protocol_version, "2026-07-28");
    // A server without a handshake is held as any other.
    assert_eq!(received(&modern).await, 3);
    modern.close().await;
    assert_eq!(host.left(), 1);
    let again = host.session("modern", "a").await.unwrap();
    assert_eq!(received(&again).await, 6);
    again.close().await;
    host.groups.wait_until_gone().await;
    let mut text = program("well", &host.groups);
    text.file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let launch = Launch::new(&text, "con_1", String::new(), false).unwrap();
    let refused = attach(host.stream(), launch).await;
    assert!(matches!(refused, Err(AttachError::NotStarted(_))));
}

/// The host's response to a line.
async fn response_to(host: &TestHost, line: &str) -> Value {
    let mut stream = host.stream();
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let mut stream = BufReader::new(stream);
    stream.read_line(&mut answer).await.unwrap();
    serde_json::from_str(&answer).unwrap_or_default()
}

#[tokio::test]
async fn other_versions_part_in_good_form() {
    let host = TestHost::new();
    let session = host.session("well", "a").await.unwrap();
    let launch = host.launch("well", "a");
    let open = json!({ "version": "9.9.9", "request": { "attach": launch } });
    let refused = response_to(&host, &format!("{open}\n")).await;
    assert_eq!(refused["response"], "refused");
    for nonsense in [
        "\n",
        "{}\n",
        "no JSON\n",
        "{\"version\":\"9\",\"request\":\"fly\"}\n",
    ] {
        let refused = response_to(&host, nonsense).await;
        assert_eq!(refused["response"], "refused", "{nonsense}");
    }
    drain(host.stream()).await.unwrap();
    assert!(host.host.draining().is_cancelled());
    let launch = host.launch("well", "a");
    let late = attach(host.stream(), launch).await;
    assert!(matches!(late, Err(AttachError::Unreachable(_))));
    assert_eq!(received(&session).await, 3, "whoever is there goes on");
    session.close().await;
    host.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_client_of_another_version_is_told_which_is_newer() {
    for (version, is_older) in [("0.0.9", true), ("99.0.0", false)] {
        let (ours, mut theirs) = tokio::io::duplex(1024 * 1024);
        let reply = format!("{{\"version\":\"{version}\",\"response\":\"refused\"}}\n");
        theirs.write_all(reply.as_bytes()).await.unwrap();
        match list_held(ours).await.unwrap_err() {
            AttachError::OlderHost(its) => assert!(is_older && its == version),
            AttachError::NewerHost(its) => assert!(!is_older && its == version),
            other => panic!("{other}"),
        }
    }
}
