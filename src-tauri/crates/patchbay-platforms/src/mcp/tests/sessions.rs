//! Sessions that are resumed on another connection.

use std::collections::HashSet;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::hand_made::{self, ReceivedMessage};
use super::*;
use crate::mcp::{ResumableSession, SessionLife, end_session};

/// The requests that a server has received, and its sessions.
#[derive(Default)]
struct State {
    methods: Vec<String>,
    /// Ids of the calls.
    ids: Vec<Value>,
    live: HashSet<String>,
    started: usize,
}

type Shared = Arc<Mutex<State>>;

/// A server with sessions; requests for an unknown one get the response `lost`.
fn server(state: &Shared, lost: (StatusCode, &'static str)) -> Router {
    let (post_state, delete_state) = (Arc::clone(state), Arc::clone(state));
    let router = hand_made::raw(move |message| {
        let mut state = post_state.lock().unwrap();
        state.methods.push(message.method.clone());
        let session = message.headers.get("mcp-session-id");
        let session = session.map(|id| id.to_str().unwrap());
        if session.is_some_and(|session| !state.live.contains(session)) {
            return lost.into_response();
        }
        match message.method.as_str() {
            "server/discover" => message.refuse_method(),
            "initialize" => {
                state.started += 1;
                let id = format!("session-{}", state.started);
                state.live.insert(id.clone());
                let welcome = message.respond(hand_made::welcome());
                ([("mcp-session-id", id)], welcome).into_response()
            }
            "tools/call" if message.params["name"] == "never" => {
                hand_made::events(futures::stream::pending())
            }
            "tools/call" => {
                state.ids.push(message.id.clone());
                let content = json!([{ "type": "text", "text": session }]);
                message.respond(json!({ "content": content }))
            }
            _ => hand_made::accepted(),
        }
    });
    let end = async move |headers: HeaderMap| {
        let mut state = delete_state.lock().unwrap();
        state.methods.push("DELETE".to_owned());
        let session = headers["mcp-session-id"].to_str().unwrap();
        state.live.remove(session);
    };
    router.route("/mcp", delete(end))
}

const LOST: (StatusCode, &str) = (StatusCode::NOT_FOUND, "Session not found");

/// As servers made with the TypeScript SDK say it.
const UNKNOWN: (StatusCode, &str) = (
    StatusCode::BAD_REQUEST,
    r#"{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}"#,
);

impl State {
    fn count(&self, method: &str) -> usize {
        let same = self.methods.iter().filter(|known| *known == method);
        same.count()
    }
}

async fn open(target: McpTarget) -> McpSession {
    connect_to(target).await.unwrap()
}

fn resumable(url: &Url, resumed: Option<ResumableSession>) -> McpTarget {
    McpTarget {
        session: SessionLife::Resumable(resumed),
        ..known_target(url, "2025-06-18")
    }
}

/// The id of the session in which the server receives a call.
async fn session_id(session: &McpSession) -> String {
    let outcome = run_tool(session, call("where")).await.unwrap();
    text_of(&outcome).to_owned()
}

/// A server of the older era that is started anew by each `restart`, and then knows no earlier session.
struct Restarting {
    /// Number of starts, which is the id of each session.
    starts: watch::Sender<u32>,
    /// What it has received in its present session.
    received: Mutex<Vec<String>>,
    /// The response to requests for an earlier session.
    lost: (StatusCode, &'static str),
}

impl Restarting {
    async fn start(lost: (StatusCode, &'static str)) -> (Server, Arc<Self>) {
        let own = Arc::new(Self {
            starts: watch::Sender::new(1),
            received: Mutex::default(),
            lost,
        });
        let (posted, opened) = (Arc::clone(&own), Arc::clone(&own));
        let router = hand_made::raw(move |message| posted.respond(&message));
        let router = router.route("/mcp", get(move |headers| opened.stream(headers)));
        (Server::start(router).await, own)
    }

    fn restart(&self) {
        self.received.lock().unwrap().clear();
        self.starts.send_modify(|starts| *starts += 1);
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        headers["mcp-session-id"] == self.starts.borrow().to_string()
    }

    fn respond(&self, message: &ReceivedMessage) -> Response {
        if message.method == "server/discover" {
            return message.refuse_method();
        }
        if message.method != "initialize" && !self.knows(&message.headers) {
            return self.lost.into_response();
        }
        self.received.lock().unwrap().push(message.method.clone());
        let mut welcome = hand_made::welcome();
        welcome["capabilities"] = json!({
            "logging": {}, "tools": {"listChanged": true}, "resources": {"subscribe": true},
        });
        match message.method.as_str() {
            "initialize" => {
                let mut answer = message.respond(welcome);
                let id = self.starts.borrow().to_string().parse().unwrap();
                answer.headers_mut().insert("mcp-session-id", id);
                answer
            }
            "resources/subscribe" | "ping" | "logging/setLevel" => message.respond(json!({})),
            _ => hand_made::accepted(),
        }
    }

    /// Ends with the start that opened it.
    async fn stream(self: Arc<Self>, headers: HeaderMap) -> Response {
        if !self.knows(&headers) {
            return self.lost.into_response();
        }
        let mut starts = self.starts.subscribe();
        let until_restarted = async move {
            drop(starts.changed().await);
            Err(std::io::Error::other("restarted"))
        };
        hand_made::events(futures::stream::once(until_restarted))
    }

    async fn wait_for(&self, method: &str) {
        let is_received = || {
            self.received
                .lock()
                .unwrap()
                .iter()
                .any(|one| one == method)
        };
        while !is_received() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn what_a_restarted_server_has_forgotten_is_told_again() {
    for lost in [LOST, UNKNOWN] {
        assert_told_again(lost).await;
    }
}

async fn assert_told_again(lost: (StatusCode, &'static str)) {
    let (server, restarting) = Restarting::start(lost).await;
    let (log, _) = recorded_log();
    let target = McpTarget {
        log: Some(log),
        ..target(&server.url)
    };
    let session = connect_to(target).await.unwrap();
    let (cancel, limit) = (CancellationToken::new(), Duration::from_secs(20));
    let mut watch = session.watch_resource("a://b", &cancel).await.unwrap();
    watch.changed().await.unwrap();
    let mut tools = session.subscribe_tool_changes();
    let listening = tokio::spawn(session.listen());
    restarting.restart();
    let again = async {
        watch.changed().await.unwrap();
        tools.changed().await.unwrap();
        restarting.wait_for("resources/subscribe").await;
        restarting.wait_for("logging/setLevel").await;
    };
    tokio::time::timeout(limit, again).await.unwrap();
    session.close().await;
    drop((session, watch));
    tokio::time::timeout(limit, listening)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_session_goes_on_without_a_handshake_and_under_ids_of_its_own() {
    let state = Shared::default();
    let running = Server::start(server(&state, LOST)).await;
    let first = open(resumable(&running.url, None)).await;
    let known = first.facts().clone();
    assert_eq!(session_id(&first).await, "session-1");
    let left = first.detach().await.unwrap();
    assert!(first.is_closed());
    let second = open(resumable(&running.url, Some(left))).await;
    assert_eq!(*second.facts(), known);
    assert_eq!(session_id(&second).await, "session-1");
    let left = second.detach().await.unwrap();
    {
        let state = state.lock().unwrap();
        assert_eq!((state.count("initialize"), state.count("DELETE")), (1, 0));
        assert_eq!(state.count("notifications/initialized"), 1);
        let ids: HashSet<String> = state.ids.iter().map(Value::to_string).collect();
        assert_eq!(ids.len(), 2, "{ids:?}");
    }
    let limit = Duration::from_secs(5);
    end_session(&http(), target(&running.url), left, limit).await;
    assert!(state.lock().unwrap().live.is_empty());
}

#[tokio::test]
async fn a_session_that_is_over_begins_anew_before_anything_is_done() {
    for lost in [LOST, UNKNOWN] {
        let state = Shared::default();
        let running = Server::start(server(&state, lost)).await;
        let left = open(resumable(&running.url, None)).await.detach().await;
        state.lock().unwrap().live.clear();
        let session = open(resumable(&running.url, left)).await;
        assert_eq!(session_id(&session).await, "session-2");
        assert_eq!(state.lock().unwrap().ids.len(), 1);
        // The current session is the one that is left open.
        let left = session.detach().await.unwrap();
        assert_eq!(left.id.expose(), "session-2");
    }
}

#[tokio::test]
async fn a_session_that_ends_while_it_is_open_is_followed_by_another() {
    let words = (StatusCode::BAD_REQUEST, "No valid session ID provided");
    for lost in [LOST, UNKNOWN, words] {
        let state = Shared::default();
        let running = Server::start(server(&state, lost)).await;
        let session = open(known_target(&running.url, "2025-06-18")).await;
        assert_eq!(session_id(&session).await, "session-1");
        state.lock().unwrap().live.clear();
        assert_eq!(session_id(&session).await, "session-2");
        assert_eq!(state.lock().unwrap().ids.len(), 2);
    }
}

#[tokio::test]
async fn a_call_in_a_session_that_was_forgotten_is_lost() {
    let state = Shared::default();
    let running = Server::start(server(&state, LOST)).await;
    let session = open(known_target(&running.url, "2025-06-18")).await;
    let next = async {
        while state.lock().unwrap().count("tools/call") == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        state.lock().unwrap().live.clear();
        session_id(&session).await
    };
    let (lost, next) = tokio::join!(run_tool(&session, call("never")), next);
    assert_eq!(next, "session-2");
    assert!(matches!(lost, Err(Error::Unreachable { .. })), "{lost:?}");
}

#[tokio::test]
async fn a_call_that_fails_over_another_session_is_not_repeated() {
    let calls = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&calls);
    let router = hand_made::raw(move |message| match message.method.as_str() {
        "initialize" => {
            let welcome = message.respond(hand_made::welcome());
            ([("mcp-session-id", "s")], welcome).into_response()
        }
        "tools/call" => {
            *counted.lock().unwrap() += 1;
            let failed = message.fail(-32000, "the session of the browser is closed");
            (StatusCode::BAD_REQUEST, failed).into_response()
        }
        _ => hand_made::accepted(),
    });
    let running = Server::start(router).await;
    let session = open(known_target(&running.url, "2025-06-18")).await;
    let failed = run_tool(&session, call("browse")).await;
    assert!(
        matches!(failed, Err(Error::ServerError { .. })),
        "{failed:?}"
    );
    assert_eq!(*calls.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_session_is_continued_with_the_credentials_that_it_began_with() {
    let state = Shared::default();
    let running = Server::start(server(&state, LOST)).await;
    let tokens = CountingTokens::new(true);
    let with = |resumed| McpTarget {
        tokens: tokens.clone(),
        ..resumable(&running.url, resumed)
    };
    let left = open(with(None)).await.detach().await.unwrap();
    let same = open(with(Some(left.clone()))).await;
    assert_eq!(session_id(&same).await, "session-1");
    same.detach().await.unwrap();
    // The token has changed from now on.
    tokens.refusals.lock().await.push(None);
    let other = open(with(Some(left.clone()))).await;
    assert_eq!(session_id(&other).await, "session-2");
    let any = ResumableSession {
        credentials: None,
        ..left
    };
    let renewed = open(with(Some(any))).await;
    assert_eq!(session_id(&renewed).await, "session-1");
}

#[tokio::test]
async fn a_session_ends_with_its_connection_unless_it_is_left() {
    let state = Shared::default();
    let running = Server::start(server(&state, LOST)).await;
    for life in [SessionLife::Connection, SessionLife::Resumable(None)] {
        let target = McpTarget {
            session: life,
            ..resumable(&running.url, None)
        };
        let session = open(target).await;
        session_id(&session).await;
        session.close().await;
        assert!(state.lock().unwrap().live.is_empty());
    }
    let own = McpTarget {
        session: SessionLife::Connection,
        ..resumable(&running.url, None)
    };
    assert!(open(own).await.detach().await.is_none());
    assert_eq!(state.lock().unwrap().count("DELETE"), 3);
}

#[tokio::test]
async fn behind_a_relay_only_the_handshake_is_tried_and_no_end_is_told() {
    let state = Shared::default();
    let running = Server::start(server(&state, LOST)).await;
    let relayed = McpTarget {
        session: SessionLife::Relayed,
        ..target(&running.url)
    };
    let session = open(relayed).await;
    assert_eq!(session_id(&session).await, "session-1");
    session.close().await;
    let state = state.lock().unwrap();
    assert_eq!(state.count("server/discover"), 0);
    assert_eq!((state.count("DELETE"), state.live.len()), (0, 1));
}
