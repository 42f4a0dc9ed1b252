use super::*;

async fn wait(
    operation: &str,
    arguments: Value,
    answers: impl IntoIterator<Item = Response>,
) -> (Result<Value, Error>, usize, Vec<f64>) {
    let clock = Jumping::new();
    let server = Server::start(answers).await;
    let platform = signed_in(&server.base, Arc::clone(&clock));
    let outcome = platform.call(operation, arguments, &options()).await;
    (outcome, server.seen().len(), clock.waits())
}

fn read(state: &str) -> Response {
    json(200, connector(state))
}

fn listed(ids: &[&str]) -> Response {
    let item = |id: &&str| value!({"id": id, "url": "u", "state": "created"});
    let items: Vec<Value> = ids.iter().map(item).collect();
    json(200, value!({"items": items}))
}

#[tokio::test]
async fn a_wait_ends_with_the_wanted_state_whatever_it_is() {
    let arguments = value!({"connector": "c-1", "state": "disconnected", "poll_interval": 0.5});
    let answers = [read("connected"), read("connected"), read("disconnected")];
    let (outcome, reads, waits) = wait("wait_for_state", arguments, answers).await;
    assert_eq!(outcome.unwrap()["state"], "disconnected");
    assert_eq!((reads, waits), (3, vec![0.5, 0.5]));
}

#[tokio::test]
async fn a_connector_that_was_given_up_ends_the_wait() {
    let mut given_up = connector("disconnected");
    given_up["disconnect_reason"] = "denied\u{1b}".into();
    let answers = [read("auth_required"), json(200, given_up)];
    let arguments = value!({"connector": "c-1"});
    let (outcome, reads, _) = wait("wait_for_state", arguments, answers).await;
    let Err(Error::GrantFailed { reason }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((reason.as_deref(), reads), (Some("denied"), 2));
}

#[tokio::test]
async fn a_read_that_would_begin_at_the_limit_is_not_made() {
    let arguments = value!({"connector": connector("created"), "limit_s": 2});
    let answers = [read("created"), read("connected")];
    let (outcome, reads, waits) = wait("wait_for_state", arguments, answers).await;
    assert!(matches!(outcome, Err(Error::TimedOut { .. })));
    assert_eq!((reads, waits), (1, vec![1.0, 1.0]));
}

/// The answer gives the id in the platform's own spelling.
#[tokio::test]
async fn a_uuid_is_known_again_in_any_spelling() {
    let id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    let arguments = value!({"connector": id.to_uppercase()});
    let answers = [listed(&[id, "b"]), listed(&["b"])];
    let (outcome, reads, waits) = wait("wait_for_deletion", arguments, answers).await;
    assert_eq!(outcome.unwrap(), Value::Null);
    assert_eq!((reads, waits), (2, vec![1.0]));
}

#[tokio::test]
async fn a_wait_that_is_stopped_sends_nothing_more() {
    let server = Server::start([read("created"), read("connected")]).await;
    let platform = signed_in(&server.base, Jumping::new());
    let (options, stop) = stoppable();
    stop.cancel();
    let arguments = value!({"connector": connector("created")});
    let outcome = platform.call("wait_for_state", arguments, &options).await;
    assert!(matches!(outcome, Err(Error::Cancelled)));
    assert!(server.seen().is_empty());
}
