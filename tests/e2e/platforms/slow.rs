//! One account that is slow, and one that is dead, among ten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use patchbay_model::{Json, Platform, Secret};
use patchbay_ops::{AddAccount, SecretInput, add_account, list_connectors, sync_connectors};
use patchbay_testkit::fakes::{Fake, FakeCohere, Fault, FaultKind};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Notify;

use super::support::Fixture;
use crate::support::Harness;

const KEY: &str = "co-key-ten-0a1b2c3d4e";

#[tokio::test(flavor = "multi_thread")]
async fn the_others_do_not_wait_for_it() {
    let harness = Harness::new().await;
    let mut fakes = Vec::new();
    for number in 0..10 {
        let mut cohere = FakeCohere::new(KEY);
        let connector = json!({
            "id": format!("docs-{number}"), "name": "Docs", "created_at": "2026-11-20T08:00:00Z",
            "updated_at": "2026-11-20T08:00:00Z", "active": true,
        });
        cohere
            .connectors
            .push(connector.as_object().unwrap().clone());
        let fake = Fake::start(cohere).await.unwrap();
        let secret = SecretInput::New {
            secret: Secret::new(KEY),
        };
        let request = AddAccount {
            platform: Platform::Cohere,
            label: Some(format!("account {number}")),
            settings: Json(json!({ "base_url": fake.url() })),
            secrets: BTreeMap::from([("api_key".to_owned(), secret)]),
        };
        add_account(&harness.cx, request).await.unwrap();
        fakes.push(fake);
    }
    fakes[0].set_fault(Fault::always(FaultKind::Silence));
    fakes[1].set_fault(Fault::always(FaultKind::Cut));
    for fake in &fakes {
        fake.with(|cohere| {
            let mut more = cohere.connectors[0].clone();
            more.insert("id".to_owned(), "more".into());
            cohere.connectors.push(more);
        });
    }

    let (heard, all) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
    let tell = |synced: patchbay_ops::SyncOutcome| {
        let mut heard = heard.lock().unwrap();
        heard.push((synced.account.label, synced.outcome.is_ok()));
        if heard.len() == 9 {
            all.notify_one();
        }
    };
    // The silent one would be waited for; nobody else is.
    let others = async {
        tokio::select! {
            done = sync_connectors(&harness.cx, tell) => panic!("all ten answered: {done:?}"),
            () = all.notified() => {}
        }
    };
    tokio::time::timeout(Duration::from_secs(20), others)
        .await
        .unwrap();
    let mut heard = heard.lock().unwrap().clone();
    heard.sort();
    let expected: Vec<_> = (1..10)
        .map(|number| (format!("account {number}"), number != 1))
        .collect();
    assert_eq!(heard, expected);

    // What was known of the slow and the dead one is still there.
    let connectors = list_connectors(&harness.cx).await.unwrap();
    let of = |label: &str| {
        let of_account = connectors
            .iter()
            .filter(|one| one.identity.account == label);
        of_account.count()
    };
    assert_eq!(
        [of("account 0"), of("account 1"), of("account 2")],
        [1, 1, 2]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_prints_each_account_as_it_arrives() {
    let fixture = Fixture::new(FakeCohere::new(KEY), &[KEY]).await;
    fixture.signed_in("cohere", &[], KEY).await;
    fixture
        .api(
            "create",
            json!({ "name": "Quick", "url": "https://q.example/" }),
        )
        .await;
    let silent = Fake::start(FakeCohere::new(KEY)).await.unwrap();
    let add = [
        "account", "add", "cohere", "--name", "silent", "--from", "-",
    ];
    let base = ["--base-url", silent.url()];
    let added = fixture.run_with(&[&add[..], &base].concat(), KEY).await;
    added.succeeded();
    silent.set_fault(Fault::always(FaultKind::Silence));

    let refresh = ["connector", "list", "--refresh"];
    let mut child = fixture.command(&refresh).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let printed = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("quick") {
                return;
            }
        }
        panic!("it ended without the quick one");
    };
    tokio::time::timeout(Duration::from_secs(20), printed)
        .await
        .unwrap();
    // The silent one is still waited for.
    assert!(child.try_wait().unwrap().is_none());
    child.kill().await.unwrap();
}
