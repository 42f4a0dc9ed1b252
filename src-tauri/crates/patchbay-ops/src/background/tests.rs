use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use patchbay_model::{ConnectorId, Platform, Status, Timestamp};
use serde_json::json;
use tokio::sync::broadcast::Receiver;

use super::*;
use crate::clock::Clock;
use crate::connectors::tools::refresh_tools;
use crate::need::NeedKind;
use crate::stored_connectors::find_connector;
use crate::testing::{UNREACHABLE_URL, add, new_account, open, session_server};

/// A clock that only moves when it is advanced.
struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    fn advance(&self, by: Duration) {
        let mut now = self.0.lock();
        *now = *now + by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

struct System {
    saves_power: Option<bool>,
    is_metered: Option<bool>,
}

const UNRESTRICTED: System = System {
    saves_power: None,
    is_metered: Some(false),
};

#[async_trait]
impl PowerAndNetwork for System {
    async fn saves_power(&self) -> Option<bool> {
        self.saves_power
    }

    async fn is_metered(&self) -> Option<bool> {
        self.is_metered
    }
}

struct Fixture {
    _home: tempfile::TempDir,
    cx: Context,
    clock: Arc<ManualClock>,
    schedule: CheckSchedule,
    known_needs: Option<BTreeSet<String>>,
    connector: ConnectorId,
    events: Receiver<Event>,
}

/// A connector that was ready once, at an address where nobody listens.
async fn fixture() -> Fixture {
    fixture_at(UNREACHABLE_URL).await
}

async fn fixture_at(url: &str) -> Fixture {
    let home = tempfile::tempdir().unwrap();
    let start = Timestamp::parse("2026-11-20T08:00:00Z").unwrap();
    let clock = Arc::new(ManualClock(Mutex::new(start)));
    let cx = open(home.path(), clock.clone()).await;
    let mut connector = add(&cx, url).await;
    connector.draft = false;
    connector.status.status = Status::Ready;
    connector.status.reason = None;
    connector.status.checked_at = Some(start);
    cx.store().save_connector(&connector).await.unwrap();
    Fixture {
        events: cx.events(),
        connector: connector.id,
        _home: home,
        cx,
        clock,
        schedule: CheckSchedule::default(),
        known_needs: None,
    }
}

impl Fixture {
    async fn check(&mut self, system: &System) {
        let known = &mut self.known_needs;
        let checked = run_due_checks(&self.cx, system, &mut self.schedule, known);
        checked.await.unwrap();
    }

    /// Status of the connector and when it was last checked.
    async fn last_check(&self) -> (Status, Timestamp) {
        let connector = find_connector(&self.cx, &self.connector).await.unwrap();
        (
            connector.status.status,
            connector.status.checked_at.unwrap(),
        )
    }

    /// The needs that were emitted since the last call.
    fn take_needs(&mut self) -> Vec<NeedKind> {
        let mut needs = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            if let Event::NeedArose { need } = event {
                needs.push(need.kind);
            }
        }
        needs
    }
}

#[tokio::test]
async fn a_need_that_only_time_brings_is_emitted() {
    let mut fixture = fixture().await;
    let day = Duration::from_secs(24 * 60 * 60);
    let secret = crate::WalletSecret::Bearer {
        token: patchbay_model::Secret::new("tok-123456"),
    };
    let name = "Key".to_owned();
    let request = crate::AddWalletEntry { name, secret };
    let mut entry = crate::add_wallet_entry(&fixture.cx, request).await.unwrap();
    entry.expires_at = Some(fixture.clock.now() + day * 60);
    fixture.cx.store().save_wallet_entry(&entry).await.unwrap();
    fixture.check(&UNRESTRICTED).await;
    fixture.take_needs();
    fixture.clock.advance(day * 59);
    fixture.check(&UNRESTRICTED).await;
    assert!(fixture.take_needs().contains(&NeedKind::Lapsing));
    fixture.check(&UNRESTRICTED).await;
    assert!(fixture.take_needs().is_empty());
}

#[tokio::test]
async fn a_connector_is_checked_half_hourly_and_a_need_is_emitted_once() {
    let mut fixture = fixture().await;
    let start = fixture.clock.now();

    fixture.check(&UNRESTRICTED).await;
    fixture.clock.advance(Duration::from_secs(29 * 60));
    fixture.check(&UNRESTRICTED).await;
    assert_eq!(fixture.last_check().await, (Status::Ready, start));

    fixture.clock.advance(Duration::from_secs(2 * 60));
    fixture.check(&UNRESTRICTED).await;
    assert_eq!(
        fixture.last_check().await,
        (Status::Failing, fixture.clock.now())
    );
    assert_eq!(fixture.take_needs(), [NeedKind::Failing]);

    let first = fixture.clock.now();
    fixture.clock.advance(Duration::from_secs(29 * 60));
    fixture.check(&UNRESTRICTED).await;
    assert_eq!(fixture.last_check().await.1, first);
    fixture.clock.advance(Duration::from_secs(10 * 60));
    fixture.check(&UNRESTRICTED).await;
    assert_eq!(fixture.last_check().await.1, fixture.clock.now());
    assert_eq!(fixture.take_needs(), []);
}

#[tokio::test]
async fn a_check_goes_on_in_the_session_that_is_open() {
    let (url, received) = session_server().await;
    let mut fixture = fixture_at(&url).await;
    refresh_tools(&fixture.cx, &fixture.connector)
        .await
        .unwrap();
    fixture.check(&UNRESTRICTED).await;
    fixture.clock.advance(Duration::from_secs(60 * 60));
    fixture.check(&UNRESTRICTED).await;
    let now = fixture.clock.now();
    assert_eq!(fixture.last_check().await, (Status::Ready, now));
    let count = |method: &str| received.lock().iter().filter(|it| *it == method).count();
    let counted = ["initialize", "tools/list", "DELETE"].map(count);
    assert_eq!(counted, [1, 2, 0], "{:?}", received.lock());
    fixture.cx.close().await;
}

#[tokio::test]
async fn nothing_is_checked_while_power_or_network_is_limited_or_checks_are_off() {
    let mut fixture = fixture().await;
    let start = fixture.clock.now();
    fixture.check(&UNRESTRICTED).await;
    fixture.clock.advance(Duration::from_secs(60 * 60));

    let saving = System {
        saves_power: Some(true),
        is_metered: None,
    };
    let metered = System {
        saves_power: None,
        is_metered: Some(true),
    };
    for system in [saving, metered] {
        fixture.check(&system).await;
        assert_eq!(fixture.last_check().await.1, start);
    }
    switch_background_checks(&fixture.cx, false).await.unwrap();
    fixture.check(&UNRESTRICTED).await;
    assert_eq!(fixture.last_check().await.1, start);
    switch_background_checks(&fixture.cx, true).await.unwrap();
    fixture.check(&UNRESTRICTED).await;
    assert_eq!(fixture.last_check().await.1, fixture.clock.now());
}

#[tokio::test]
async fn a_list_of_an_account_is_no_check_of_its_connectors() {
    let fixture = fixture().await;
    let start = fixture.clock.now();
    let account = new_account(&fixture.cx, "acc_1", Platform::Mistral, json!({}));
    let mut connector = find_connector(&fixture.cx, &fixture.connector)
        .await
        .unwrap();
    connector.account = account.id.clone();
    connector.identity.platform = account.platform;
    let accounts = [account];
    let mut schedule = CheckSchedule::default();
    let checks = [0, 7, 30, 50].map(|minutes| {
        let now = start + Duration::from_secs(minutes * 60);
        connector.status.checked_at = Some(now);
        let connectors = std::slice::from_ref(&connector);
        let due = schedule.due(now, &accounts, connectors, |up_to| up_to);
        let due = group_by_host(due).into_iter().flatten();
        let of_connector = |target: &CheckTarget| matches!(target, CheckTarget::Connector(_));
        due.filter(of_connector).count()
    });
    assert_eq!(checks, [0, 1, 0, 1]);
}

#[tokio::test]
async fn checks_of_one_host_are_sequential_and_delayed_at_random() {
    let fixture = fixture().await;
    let one = find_connector(&fixture.cx, &fixture.connector)
        .await
        .unwrap();
    let on = |id: &str, endpoint: &str| patchbay_model::Connector {
        id: ConnectorId::new(id),
        endpoint: Some(endpoint.to_owned()),
        ..one.clone()
    };
    let connectors = [
        on("con_a", "https://one.example/mcp"),
        on("con_b", "https://two.example/mcp"),
        on("con_c", "https://one.example/other"),
        on("con_d", "cmd:npx%20server"),
    ];
    let accounts = list_accounts(&fixture.cx).await.unwrap();
    let mut schedule = CheckSchedule::default();
    let longest = |up_to: Duration| up_to;
    let now = fixture.clock.now();
    let later = |minutes: u64| now + Duration::from_secs(minutes * 60);
    assert!(
        schedule
            .due(now, &accounts, &connectors, longest)
            .is_empty()
    );
    let due = schedule.due(later(30), &accounts, &connectors, longest);
    let lengths: Vec<usize> = group_by_host(due).iter().map(Vec::len).collect();
    assert_eq!(lengths, [2, 1]);
    let due = schedule.due(later(65), &accounts, &connectors, longest);
    assert!(due.is_empty(), "the longest delay is not over yet: {due:?}");
    let due = schedule.due(later(66), &accounts, &connectors, longest);
    assert_eq!(due.len(), 3);
    // The clock is set back by a day.
    let before = |minutes: u64| later(minutes) - Duration::from_secs(24 * 60 * 60);
    let due = schedule.due(before(0), &accounts, &connectors, longest);
    assert!(due.is_empty(), "{due:?}");
    let due = schedule.due(before(7), &accounts, &connectors, longest);
    assert_eq!(due.len(), 3);
}
