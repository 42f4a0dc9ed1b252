//! Change notifications of servers of the newer era, against rmcp's own server.

use std::sync::atomic::{AtomicUsize, Ordering};

use rmcp::model::{ErrorData, ServerCapabilities, ServerConfig, SubscriptionFilter};
use rmcp::service::SubscriptionContext;
use tokio::sync::Notify;

use super::*;

/// What the server does with a subscription.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behavior {
    /// Notifies of all changes again and again, until the subscription ends.
    Notifies,
    /// Ends the subscription at once.
    Ends,
    /// Refuses subscriptions.
    Refuses,
}

#[derive(Clone)]
struct Subscriptions {
    behavior: Behavior,
    notify: Arc<Notify>,
    listeners: Arc<AtomicUsize>,
    left: Arc<Notify>,
}

impl Subscriptions {
    fn new(behavior: Behavior) -> Self {
        Self {
            behavior,
            notify: Arc::default(),
            listeners: Arc::default(),
            left: Arc::default(),
        }
    }

    async fn start(&self) -> Server {
        let own = self.clone();
        Server::with_handler(move || own.clone()).await
    }
}

impl ServerHandler for Subscriptions {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_prompts()
            .enable_prompts_list_changed();
        ServerConfig::new(capabilities.build())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        // The filter contains declared capabilities only.
        assert_eq!(requested.resources_list_changed, None);
        self.listeners.fetch_add(1, Ordering::SeqCst);
        (self.behavior != Behavior::Refuses).then(|| requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        if self.behavior == Behavior::Ends {
            return Ok(());
        }
        loop {
            tokio::select! {
                () = context.cancelled() => break,
                () = self.notify.notified() => {
                    let (accepted, sink) = (context.accepted(), context.sink());
                    for uri in accepted.resource_subscriptions.iter().flatten() {
                        sink.notify_resource_updated(uri).await.unwrap();
                    }
                    if accepted.tools_list_changed.is_some() {
                        sink.notify_tool_list_changed().await.unwrap();
                        sink.notify_prompt_list_changed().await.unwrap();
                    }
                }
            }
        }
        self.left.notify_one();
        Ok(())
    }
}

async fn within_limit<T>(what: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, what).await.expect("it comes")
}

#[tokio::test]
async fn changes_are_heard_as_long_as_the_session_lasts() {
    let handler = Subscriptions::new(Behavior::Notifies);
    let server = handler.start().await;
    let session = connected(&server.url).await;
    assert_eq!(session.facts().protocol_version, "2026-07-28");
    let (mut tools, mut offer) = (
        session.subscribe_tool_changes(),
        session.subscribe_offer_changes(),
    );
    let listening = tokio::spawn(session.listen());
    // What changed before is not notified.
    within_limit(tools.changed()).await.unwrap();
    within_limit(offer.changed()).await.unwrap();
    for _ in 0..2 {
        handler.notify.notify_one();
        within_limit(tools.changed()).await.unwrap();
        within_limit(offer.changed()).await.unwrap();
    }
    assert_eq!(handler.listeners.load(Ordering::SeqCst), 1);
    // A subscription does not count as use of the session, and does not keep it open.
    assert!(session.idle_for().is_some());
    assert!(tools_of(&session).await.unwrap().is_empty());
    session.close().await;
    within_limit(listening).await.unwrap();
    within_limit(handler.left.notified()).await;
    drop(session);
    while within_limit(tools.changed()).await.is_ok() {}
}

#[tokio::test]
async fn a_resource_is_watched_until_nobody_wants_it() {
    let handler = Subscriptions::new(Behavior::Notifies);
    let server = handler.start().await;
    let session = connected(&server.url).await;
    let cancel = CancellationToken::new();
    let mut watch = session.watch_resource("a://b", &cancel).await.unwrap();
    // The subscription begins.
    within_limit(watch.changed()).await.unwrap();
    for _ in 0..2 {
        handler.notify.notify_one();
        within_limit(watch.changed()).await.unwrap();
    }
    within_limit(watch.end()).await;
    within_limit(handler.left.notified()).await;

    let refusing_handler = Subscriptions::new(Behavior::Refuses);
    let server = refusing_handler.start().await;
    let session = connected(&server.url).await;
    let mut watch = session.watch_resource("a://b", &cancel).await.unwrap();
    let refused = within_limit(watch.changed()).await;
    assert!(
        matches!(refused, Err(Error::NotSupported(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_server_that_ends_it_again_and_again_is_not_listened_to_without_end() {
    let handler = Subscriptions::new(Behavior::Ends);
    let server = handler.start().await;
    let limits = McpLimits {
        reconnects: 2,
        reconnect_waits: (Duration::from_millis(1), Duration::from_millis(2)),
        ..McpLimits::DEFAULT
    };
    let session = connect_within(&server.url, limits).await.unwrap();
    within_limit(session.listen()).await;
    assert_eq!(handler.listeners.load(Ordering::SeqCst), 3);
    assert!(!session.is_closed());
}

#[tokio::test]
async fn a_server_that_lets_nobody_listen_is_asked_once() {
    let handler = Subscriptions::new(Behavior::Refuses);
    let server = handler.start().await;
    let session = connected(&server.url).await;
    within_limit(session.listen()).await;
    assert_eq!(handler.listeners.load(Ordering::SeqCst), 1);
    assert!(!session.is_closed());
}

#[tokio::test]
async fn a_server_of_the_older_era_is_not_asked() {
    let handler = Subscriptions::new(Behavior::Notifies);
    let server = handler.start().await;
    let session = connect_to(known_target(&server.url, "2025-11-25"))
        .await
        .unwrap();
    let listening = session.listen();
    session.close().await;
    drop(session);
    within_limit(listening).await;
    assert_eq!(handler.listeners.load(Ordering::SeqCst), 0);
}
