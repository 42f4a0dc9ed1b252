//! Servers that a host holds, which is this process.

use patchbay_model::Content;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};

use super::*;
use crate::mcp::{
    AttachError, Host, Launch, LineSink, attach, connect_attached, drain, end_held, list_held,
};

const IDLE: Duration = Duration::from_millis(300);

struct Holder {
    host: Arc<Host>,
    groups: Arc<Groups>,
}

impl Holder {
    fn new() -> Self {
        Self::logging(Arc::new(|_| {}))
    }

    /// A host that writes the servers' output to that log.
    fn logging(log: LineSink) -> Self {
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

    async fn session(&self, manner: &str, digest: &str) -> Result<McpSession, Error> {
        self.session_with(ClientFeatures::default(), manner, digest)
            .await
    }

    async fn session_with(
        &self,
        client_features: ClientFeatures,
        manner: &str,
        digest: &str,
    ) -> Result<McpSession, Error> {
        let attached = attach(self.stream(), self.launch(manner, digest)).await;
        let limits = McpLimits::DEFAULT;
        connect_attached(
            attached.unwrap(),
            client_features,
            limits,
            &CancellationToken::new(),
        )
        .await
    }

    /// A session within the host process.
    async fn own_session(&self, manner: &str, digest: &str) -> Result<McpSession, Error> {
        let attached = self.host.attach(self.launch(manner, digest)).await;
        let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
        connect_attached(
            attached.unwrap(),
            ClientFeatures::default(),
            limits,
            &cancel,
        )
        .await
    }

    fn launch(&self, manner: &str, digest: &str) -> Launch {
        let program = program(manner, &self.groups);
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

/// Number of messages that the server has received.
async fn heard(session: &McpSession) -> u32 {
    let outcome = run_tool(session, call("heard")).await.unwrap();
    match &outcome.result.content[..] {
        [Content::Text { text }] => text.parse().unwrap(),
        content => panic!("{content:?}"),
    }
}

#[tokio::test]
async fn a_server_remembers_from_one_client_to_the_next() {
    let holder = Holder::new();
    let first = holder.session("well", "a").await.unwrap();
    // The handshake has two messages.
    assert_eq!(heard(&first).await, 3);
    let second = holder.session("well", "a").await.unwrap();
    assert_eq!(second.facts(), first.facts());
    assert_eq!(heard(&second).await, 4, "and greeted once");
    let (one, other) = tokio::join!(heard(&first), heard(&second));
    assert_eq!(one + other, 5 + 6);
    let held = list_held(holder.stream()).await.unwrap();
    assert_eq!((held.len(), held[0].clients), (1, 2), "{held:?}");
    assert_eq!(
        (held[0].connector.as_str(), held[0].program.as_str()),
        ("con_1", "server")
    );
    first.close().await;
    second.close().await;
    let third = holder.session("well", "a").await.unwrap();
    assert_eq!(heard(&third).await, 7);
    assert_eq!(holder.left(), 1);
    third.close().await;
    assert!(!holder.host.is_empty().await);
    holder.groups.wait_until_gone().await;
    assert!(holder.host.is_empty().await, "nobody used it for a while");
}

#[tokio::test]
async fn what_it_has_logged_is_written_down_once_however_many_clients_there_are() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let log = move |line: &str| hearing.lock().unwrap().push(line.to_owned());
    let holder = Holder::logging(Arc::new(log));
    let first = holder.session("logs", "a").await.unwrap();
    let second = holder.session("logs", "a").await.unwrap();
    run_tool(&first, call("echo")).await.unwrap();
    let said = heard.lock().unwrap().clone();
    assert_eq!(said.len(), 1 + 3, "{said:?}");
    assert_eq!(said[3], "[notice] files: 2 from info on <redacted>");
    first.close().await;
    second.close().await;
    holder.groups.wait_until_gone().await;
}

#[tokio::test]
async fn its_folders_are_told_to_it_between_calls() {
    let holder = Holder::new();
    let client_features = ClientFeatures {
        roots: vec!["/srv/notes".into()],
        ..ClientFeatures::default()
    };
    let session = holder
        .session_with(client_features, "roots", "a")
        .await
        .unwrap();
    let outcome = run_tool(&session, call("echo")).await;
    let told = super::super::roots::told(&outcome.unwrap());
    assert_eq!(told["roots"][0]["uri"], "file:///srv/notes");
    session.close().await;
    holder.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_new_server_is_not_called_before_it_has_its_roots() {
    let holder = Holder::new();
    let client_features = ClientFeatures {
        roots: vec!["/srv/notes".into()],
        ..ClientFeatures::default()
    };
    let (limits, cancel) = (McpLimits::DEFAULT, CancellationToken::new());
    let own = program("roots-late", &holder.groups);
    let own = connect_program(own, client_features.clone(), limits, &cancel).await;
    let held = holder
        .session_with(client_features, "roots-late", "a")
        .await;
    for session in [own, held] {
        let session = session.unwrap();
        let outcome = run_tool(&session, call("echo")).await;
        let roots = super::super::roots::told(&outcome.unwrap());
        assert_eq!(roots["roots"][0]["uri"], "file:///srv/notes");
        session.close().await;
    }
    holder.groups.wait_until_gone().await;
}

#[tokio::test]
async fn other_words_or_secrets_are_another_server() {
    let holder = Holder::new();
    let first = holder.session("well", "a").await.unwrap();
    let second = holder.session("well", "b").await.unwrap();
    assert_eq!(heard(&second).await, 3);
    assert_eq!(holder.left(), 1, "never two of them");
    let error = run_tool(&first, call("echo")).await;
    assert!(
        matches!(error, Err(Error::ProgramEnded { .. })),
        "{error:?}"
    );
    assert_eq!(
        end_held(holder.stream(), Some("con_2".to_owned()))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        end_held(holder.stream(), Some("con_1".to_owned()))
            .await
            .unwrap(),
        1
    );
    assert_eq!(holder.left(), 0);
    assert!(list_held(holder.stream()).await.unwrap().is_empty());
}

#[tokio::test]
async fn how_it_ended_is_told_to_whoever_uses_it() {
    let holder = Holder::new();
    let error = holder.session("ends", "a").await.err().unwrap();
    assert_eq!(error.to_string(), "the program server ended (exit code 3)");
    let said = error.problem().detail;
    assert_eq!(said.as_deref(), Some("no YES option for <redacted>"));
    let session = holder.session("dies", "b").await.unwrap();
    let error = run_tool(&session, call("echo")).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "the program server ended (signal 9)"
    );
    let session = holder.session("endless", "c").await.unwrap();
    let error = run_tool(&session, call("echo")).await;
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "the response is larger than 12.6 MB");
    holder.groups.wait_until_gone().await;
}

#[tokio::test]
async fn the_process_that_holds_a_server_uses_it_beside_others() {
    let holder = Holder::new();
    let other = holder.session("well", "a").await.unwrap();
    assert_eq!(heard(&other).await, 3);
    let own = holder.own_session("well", "a").await.unwrap();
    let (one, another) = tokio::join!(heard(&own), heard(&other));
    assert_eq!(one + another, 4 + 5);
    let unused = holder.host.attach(holder.launch("well", "a")).await;
    holder.wait_for_clients(3).await;
    drop(unused);
    holder.wait_for_clients(2).await;
    own.close().await;
    holder.wait_for_clients(1).await;
    assert_eq!(heard(&other).await, 6);
    other.close().await;
    holder.groups.wait_until_gone().await;

    let error = holder.own_session("ends", "b").await.err().unwrap();
    assert_eq!(error.to_string(), "the program server ended (exit code 3)");
    let session = holder.own_session("endless", "c").await.unwrap();
    let error = run_tool(&session, call("echo")).await;
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "the response is larger than 12.6 MB");
    drain(holder.stream()).await.unwrap();
    let late = holder.host.attach(holder.launch("well", "a")).await;
    assert!(matches!(late, Err(AttachError::Unreachable(_))));
    holder.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_resource_is_watched_by_several_until_the_last_wants_no_more() {
    let holder = Holder::new();
    let cancel = CancellationToken::new();
    let first = holder.session("watched", "a").await.unwrap();
    let second = holder.session("watched", "a").await.unwrap();
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
        let outcome = first.call_tool(call("echo"), &cancel).await.unwrap();
        outcome.result.content
    };
    let text = |uris: &[&str]| {
        let text = json!(uris).to_string().replace(',', ", ");
        [Content::Text { text }]
    };
    assert_eq!(subscribed().await, text(&["a://b"; 3]));
    for watch in &mut all {
        watch.changed().await.unwrap();
    }
    let [one, two, three] = all;
    one.end().await;
    three.end().await;
    assert_eq!(
        subscribed().await,
        text(&["a://b"; 3]),
        "the server is asked to end it once"
    );
    two.end().await;
    assert_eq!(subscribed().await, text(&["a://b"; 2]));
    let mut last = watch(&second).await;
    second.close().await;
    let over = last.changed().await;
    assert!(matches!(over, Err(Error::ProgramEnded { .. })), "{over:?}");
    drop(second);
    assert!(first.idle_for().is_some());
    let nothing = holder.session("well", "b").await.unwrap();
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
    let (holder, groups) = (Holder::new(), Arc::new(Groups::default()));
    let launch = holder.launch("downloads", "");
    let attached = attach(holder.stream(), launch).await.unwrap();
    let (cancel, nothing) = (CancellationToken::new(), ClientFeatures::default);
    let (held, own) = tokio::join!(
        connect_attached(attached, nothing(), limits, &cancel),
        connect_program(program("downloads", &groups), nothing(), limits, &cancel),
    );
    for session in [held.unwrap(), own.unwrap()] {
        session.close().await;
    }
    groups.wait_until_gone().await;
    holder.groups.wait_until_gone().await;
}

#[tokio::test]
async fn one_that_never_spoke_is_not_kept() {
    let holder = Holder::new();
    let launch = holder.launch("silent", "");
    let attached = attach(holder.stream(), launch).await.unwrap();
    let limits = McpLimits {
        connect: Duration::from_millis(100),
        ..McpLimits::DEFAULT
    };
    let refused = connect_attached(
        attached,
        ClientFeatures::default(),
        limits,
        &CancellationToken::new(),
    )
    .await;
    assert!(matches!(refused, Err(Error::TimedOut { .. })));
    holder.groups.wait_until_gone().await;
    let modern = holder.session("modern", "a").await.unwrap();
    assert_eq!(modern.facts().protocol_version, "2026-07-28");
    // A server without a handshake is held as any other.
    assert_eq!(heard(&modern).await, 3);
    modern.close().await;
    assert_eq!(holder.left(), 1);
    let again = holder.session("modern", "a").await.unwrap();
    assert_eq!(heard(&again).await, 6);
    again.close().await;
    holder.groups.wait_until_gone().await;
    let mut text = program("well", &holder.groups);
    text.file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let launch = Launch::new(&text, "con_1", String::new(), false).unwrap();
    let refused = attach(holder.stream(), launch).await;
    assert!(matches!(refused, Err(AttachError::NotStarted(_))));
}

/// The host's response to a line.
async fn answered(holder: &Holder, line: &str) -> Value {
    let mut stream = holder.stream();
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let mut stream = BufReader::new(stream);
    stream.read_line(&mut answer).await.unwrap();
    serde_json::from_str(&answer).unwrap_or_default()
}

#[tokio::test]
async fn other_versions_part_in_good_form() {
    let holder = Holder::new();
    let session = holder.session("well", "a").await.unwrap();
    let launch = holder.launch("well", "a");
    let open = json!({ "version": "9.9.9", "request": { "attach": launch } });
    let refused = answered(&holder, &format!("{open}\n")).await;
    assert_eq!(refused["response"], "refused");
    for nonsense in [
        "\n",
        "{}\n",
        "no JSON\n",
        "{\"version\":\"9\",\"request\":\"fly\"}\n",
    ] {
        let refused = answered(&holder, nonsense).await;
        assert_eq!(refused["response"], "refused", "{nonsense}");
    }
    drain(holder.stream()).await.unwrap();
    assert!(holder.host.draining().is_cancelled());
    let launch = holder.launch("well", "a");
    let late = attach(holder.stream(), launch).await;
    assert!(matches!(late, Err(AttachError::Unreachable(_))));
    assert_eq!(heard(&session).await, 3, "whoever is there goes on");
    session.close().await;
    holder.groups.wait_until_gone().await;
}

#[tokio::test]
async fn a_client_of_another_version_is_told_which_is_newer() {
    for (version, is_older) in [("0.0.9", true), ("99.0.0", false)] {
        let (ours, mut theirs) = tokio::io::duplex(1024 * 1024);
        let reply = format!("{{\"version\":\"{version}\",\"response\":\"refused\"}}\n");
        theirs.write_all(reply.as_bytes()).await.unwrap();
        match list_held(ours).await.unwrap_err() {
            AttachError::OlderHost(told) => assert!(is_older && told == version),
            AttachError::NewerHost(told) => assert!(!is_older && told == version),
            other => panic!("{other}"),
        }
    }
}
