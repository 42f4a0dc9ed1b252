use super::*;

#[tokio::test]
async fn a_wait_that_is_stopped_sends_nothing_more() {
    let server = Server::start([json(200, connector("created"))]).await;
    let platform = signed_in(&server.base, JumpingClock::new());
    let (options, stop) = cancellable_options();
    stop.cancel();
    let arguments = value!({"connector": connector("created")});
    let outcome = platform.call("wait_for_state", arguments, &options).await;
    assert!(matches!(outcome, Err(Error::Cancelled)));
    assert!(server.seen().is_empty());
}
