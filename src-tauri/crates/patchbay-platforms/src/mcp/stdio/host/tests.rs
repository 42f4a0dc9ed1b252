//! Routing of messages; `mcp/tests/programs/held.rs` tests held servers with real programs.

use serde_json::{Value, json};

use super::mux::{Mux, Outgoing};
use crate::mcp::pending_requests::UNREADABLE;

fn request(id: impl Into<Value>, method: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": method, "params": {} })
}

fn call(id: &str, token: &str) -> Value {
    let params = json!({ "name": "echo", "_meta": { "progressToken": token } });
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

fn answer(id: impl Into<Value>, result: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "result": result })
}

fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

/// The message that goes to the server.
fn to_server(out: Option<Outgoing>) -> Value {
    match out {
        Some(Outgoing::Server(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_listened_to_reaches_whoever_listens() {
    let mut mux = Mux::default();
    let listen = |mux: &mut Mux, client| {
        to_server(mux.on_client(client, request(7, "subscriptions/listen")))["id"].clone()
    };
    let (first, second) = (listen(&mut mux, 1), listen(&mut mux, 2));
    let of = |id: &Value| json!({ "_meta": { "io.modelcontextprotocol/subscriptionId": id } });
    let changed = |id: &Value| notification("notifications/tools/list_changed", of(id));
    for (id, client) in [(&second, 2), (&first, 1)] {
        let heard = mux.on_server(changed(id));
        assert_eq!(heard, [Outgoing::Client(client, changed(&json!(7)))]);
        let end =
            |id: &Value, named: &Value| json!({ "jsonrpc": "2.0", "id": id, "result": of(named) });
        let ended = mux.on_server(end(id, id));
        assert_eq!(ended, [Outgoing::Client(client, end(&json!(7), &json!(7)))]);
        assert_eq!(mux.on_server(changed(id)), [], "nobody listens any more");
    }
}

#[test]
fn answers_and_progress_reach_whoever_asked() {
    let mut mux = Mux::default();
    let first = to_server(mux.on_client(1, call("same", "token")));
    let second = to_server(mux.on_client(2, call("same", "token")));
    assert_ne!(first["id"], second["id"]);
    for (sent, client) in [(&second, 2), (&first, 1)] {
        let token = &sent["params"]["_meta"]["progressToken"];
        let progress = |token: &Value| {
            notification(
                "notifications/progress",
                json!({ "progressToken": token, "progress": 1 }),
            )
        };
        assert_eq!(
            mux.on_server(progress(token)),
            [Outgoing::Client(client, progress(&json!("token")))]
        );
        // Some servers turn numbers into text.
        let id = sent["id"].to_string();
        assert_eq!(
            mux.on_server(answer(id.clone(), "done")),
            [Outgoing::Client(client, answer("same", "done"))]
        );
        assert_eq!(mux.on_server(answer(id, "twice")), []);
        assert_eq!(mux.on_server(progress(token)), [], "too late");
    }
    let list = notification("notifications/tools/list_changed", json!({}));
    assert_eq!(mux.on_server(list.clone()), [Outgoing::AllClients(list)]);
    let error = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": 1, "message": "no" } });
    assert_eq!(mux.on_server(error.clone()), [], "whose it is nobody knows");
    to_server(mux.on_client(1, request(7, "tools/list")));
    let Outgoing::Client(1, found) = mux.on_server(error).remove(0) else {
        panic!("it goes to the one who waits");
    };
    assert_eq!(found["id"], 7);
}

#[test]
fn progress_of_a_task_reaches_whoever_created_it() {
    let mut mux = Mux::default();
    let sent = to_server(mux.on_client(1, call("1", "token")));
    let created =
        json!({ "jsonrpc": "2.0", "id": sent["id"], "result": { "task": { "taskId": "t" } } });
    mux.on_server(created);
    let progress = |token: &Value| {
        let params = json!({ "progressToken": token, "progress": 1 });
        notification("notifications/progress", params)
    };
    let token = &sent["params"]["_meta"]["progressToken"];
    let heard = mux.on_server(progress(token));
    assert_eq!(heard, [Outgoing::Client(1, progress(&json!("token")))]);
    mux.detach(1);
    assert_eq!(mux.on_server(progress(token)), []);
}

#[test]
fn what_a_task_asks_reaches_whoever_waits_for_it() {
    let mut mux = Mux::default();
    let wait = |id: &str| {
        let params = json!({ "taskId": id });
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tasks/result", "params": params })
    };
    to_server(mux.on_client(1, wait("t1")));
    to_server(mux.on_client(2, call("2", "token")));
    for (task, client) in [("t1", 1), ("t2", 2)] {
        let meta = json!({ "io.modelcontextprotocol/related-task": { "taskId": task } });
        let mut asked = request(task, "elicitation/create");
        asked["params"]["_meta"] = meta;
        let heard = mux.on_server(asked.clone());
        assert_eq!(heard, [Outgoing::Client(client, asked)]);
    }
}

#[test]
fn a_question_goes_to_a_client_with_a_person_though_another_called_later() {
    let mut mux = Mux::default();
    mux.note_person(1);
    to_server(mux.on_client(1, call("1", "token")));
    to_server(mux.on_client(2, call("2", "token")));
    let asked = request("q", "elicitation/create");
    let heard = mux.on_server(asked.clone());
    assert_eq!(heard, [Outgoing::Client(1, asked)]);
    mux.detach(1);
    let asked = request("r", "elicitation/create");
    let heard = mux.on_server(asked.clone());
    assert_eq!(heard, [Outgoing::Client(2, asked)]);
}

#[test]
fn a_resource_is_watched_until_the_last_client_wants_no_more() {
    let mut mux = Mux::default();
    let asked = |id: u64, method: &str| {
        let params = json!({ "uri": "a://b" });
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
    };
    for client in [1, 2, 3] {
        let subscribed = to_server(mux.on_client(client, asked(1, "resources/subscribe")));
        assert_eq!(subscribed["params"]["uri"], "a://b");
    }
    let updated = notification("notifications/resources/updated", json!({ "uri": "a://b" }));
    assert_eq!(
        mux.on_server(updated.clone()),
        [Outgoing::AllClients(updated)]
    );
    let kept = json!({ "jsonrpc": "2.0", "id": 2, "result": {} });
    let unsubscribed = mux.on_client(1, asked(2, "resources/unsubscribe"));
    assert_eq!(unsubscribed, Some(Outgoing::Client(1, kept)));
    mux.detach(2);
    let last = to_server(mux.on_client(3, asked(2, "resources/unsubscribe")));
    assert_eq!(last["method"], "resources/unsubscribe");
}

#[test]
fn a_server_is_initialized_once() {
    let mut mux = Mux::default();
    let initialize = to_server(mux.on_client(1, request(0, "initialize")));
    assert_eq!(mux.on_client(2, request(5, "initialize")), None, "it waits");
    assert!(!mux.has_answered());
    let both = [
        Outgoing::Client(1, answer(0, "hello")),
        Outgoing::Client(2, answer(5, "hello")),
    ];
    assert_eq!(
        mux.on_server(answer(initialize["id"].clone(), "hello")),
        both
    );
    assert!(mux.has_answered());
    let later = Some(Outgoing::Client(3, answer("x", "hello")));
    assert_eq!(mux.on_client(3, request("x", "initialize")), later);
    let initialized = notification("notifications/initialized", json!({}));
    to_server(mux.on_client(1, initialized.clone()));
    assert_eq!(mux.on_client(2, initialized), None);
}

#[test]
fn a_refused_initialization_is_not_kept() {
    let mut mux = Mux::default();
    let initialize = to_server(mux.on_client(1, request(0, "initialize")));
    // The one who asked left: whoever comes next waits for the same answer.
    assert_eq!(mux.detach(1), []);
    assert_eq!(mux.on_client(2, request(4, "initialize")), None);
    let refusal = |id: &Value| {
        let error = json!({ "code": -32022, "message": "no" });
        json!({ "jsonrpc": "2.0", "id": id, "error": error })
    };
    let refused = mux.on_server(refusal(&initialize["id"]));
    assert_eq!(refused, [Outgoing::Client(2, refusal(&json!(4)))]);
    assert!(!mux.has_answered());
    to_server(mux.on_client(2, request(5, "server/discover")));
    let again = to_server(mux.on_client(3, request(0, "initialize")));
    let malformed = json!({ "jsonrpc": "2.0", "id": again["id"], "result": UNREADABLE });
    assert_eq!(mux.on_server(malformed).len(), 1);
    to_server(mux.on_client(4, request(0, "initialize")));
}

#[test]
fn a_question_goes_to_the_newest_call_and_its_answer_comes_from_there_only() {
    let mut mux = Mux::default();
    let question = request("ask", "elicitation/create");
    let Outgoing::Server(refused) = mux.on_server(question.clone()).remove(0) else {
        panic!("the server is answered");
    };
    assert_eq!(refused["error"]["code"], -32601);
    assert_eq!(
        mux.on_server(request(3, "ping")),
        [Outgoing::Server(
            json!({ "jsonrpc": "2.0", "id": 3, "result": {} })
        )]
    );
    to_server(mux.on_client(1, call("a", "t")));
    to_server(mux.on_client(2, call("b", "t")));
    assert_eq!(
        mux.on_server(question.clone()),
        [Outgoing::Client(2, question)]
    );
    // Whoever only lists tools has nobody to ask.
    to_server(mux.on_client(3, request(1, "tools/list")));
    let second = request("second", "elicitation/create");
    assert_eq!(mux.on_server(second.clone()), [Outgoing::Client(2, second)]);
    assert_eq!(mux.on_client(1, answer("ask", "mine")), None);
    to_server(mux.on_client(2, answer("ask", "yes")));
    assert_eq!(mux.on_client(2, answer("ask", "again")), None);
}

#[test]
fn a_request_whose_id_cannot_be_repeated_is_dropped() {
    let mut mux = Mux::default();
    to_server(mux.on_client(1, call("a", "t")));
    for method in ["ping", "elicitation/create"] {
        for id in [json!("x".repeat(300)), json!({ "a": 1 }), json!([1])] {
            assert_eq!(mux.on_server(request(id, method)), []);
        }
    }
}

#[test]
fn folders_are_asked_for_between_calls_too() {
    let mut mux = Mux::default();
    let roots = request(8, "roots/list");
    let refused = mux.on_server(roots.clone());
    assert!(matches!(*refused, [Outgoing::Server(_)]));
    mux.on_client(1, notification("notifications/initialized", json!({})));
    assert_eq!(
        mux.on_server(roots.clone()),
        [Outgoing::Client(1, roots.clone())]
    );
    to_server(mux.on_client(1, answer(8, "these")));
    mux.detach(1);
    let refused = mux.on_server(roots);
    assert!(matches!(*refused, [Outgoing::Server(_)]));
}

#[test]
fn whoever_leaves_ends_what_is_their_own() {
    let mut mux = Mux::default();
    let theirs = to_server(mux.on_client(1, call("a", "t")));
    let other = to_server(mux.on_client(2, request(1, "tools/list")));
    let cancelled =
        |id: &Value| notification("notifications/cancelled", json!({ "requestId": id }));
    assert_eq!(mux.on_client(1, cancelled(&json!(1))), None, "not theirs");
    mux.on_client(1, call("b", "t"));
    mux.on_server(request(9, "elicitation/create"));
    let outgoing = mux.detach(1);
    assert_eq!(outgoing[0], Outgoing::Server(cancelled(&theirs["id"])));
    assert_eq!(outgoing.len(), 3, "two calls and a question: {outgoing:?}");
    assert!(matches!(&outgoing[2], Outgoing::Server(answer) if answer["id"] == 9));
    assert_eq!(mux.on_server(answer(theirs["id"].clone(), "late")), []);
    // Told so by themselves, in their own words.
    let out = mux.on_client(2, cancelled(&json!(1)));
    assert_eq!(to_server(out), cancelled(&other["id"]));
}
