//! What happens to a connector while its platform takes its time to answer.

use std::collections::BTreeMap;
use std::time::Duration;

use patchbay_model::{Account, Connector, Json, Status};
use patchbay_ops::{
    ConnectorChanges, Context, CreateConnector, create_connector, delete_connector,
    list_connectors, list_definitions, refresh_connector, refresh_tools, resolve_account,
    sync_account, update_connector,
};
use patchbay_testkit::fakes::{FakeCohere, Fault, FaultKind, ResponseGate};
use serde_json::json;

use super::support::Fixture;

const KEY: &str = "co-key-meanwhile-0a1b2c3d";

async fn docs(app: &Context) -> Connector {
    list_connectors(app).await.unwrap().remove(0)
}

async fn changed(app: &Context, changes: ConnectorChanges) {
    let id = docs(app).await.id;
    update_connector(app, &id, changes).await.unwrap();
}

async fn sync(app: &Context, account: &Account) {
    sync_account(app, account).await.unwrap();
}

/// Does something that asks the platform, and something else while that has not answered yet.
async fn meanwhile(
    fixture: &Fixture<FakeCohere>,
    asking: impl Future<Output = ()>,
    meanwhile: impl Future<Output = ()>,
) {
    let gate = ResponseGate::default();
    let held = Fault::always(FaultKind::Gated(gate.clone()));
    fixture.fake.set_fault(held.times(1));
    let change = async {
        gate.wait_for_request().await;
        meanwhile.await;
        gate.release();
    };
    tokio::join!(asking, change);
}

/// An account with one connector, and an app that has listed it.
async fn fixture() -> (Fixture<FakeCohere>, Context, Account) {
    let fixture = Fixture::new(FakeCohere::new(KEY), &[KEY]).await;
    fixture.signed_in("cohere", &[], KEY).await;
    let new = json!({ "name": "Docs", "url": "https://docs.example/" });
    fixture.api("create", new).await;
    let app = fixture.open().await;
    let account = resolve_account(&app, "acc").await.unwrap();
    sync_account(&app, &account).await.unwrap();
    (fixture, app, account)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_user_changes_stays() {
    let (fixture, app, account) = fixture().await;
    let id = docs(&app).await.id;

    let tagged = ConnectorChanges {
        tags: Some(vec!["work".to_owned()]),
        ..ConnectorChanges::default()
    };
    let refreshing = async {
        refresh_connector(&app, &id).await.unwrap();
    };
    meanwhile(&fixture, refreshing, changed(&app, tagged)).await;
    assert_eq!(docs(&app).await.tags, ["work"]);

    let favourite = ConnectorChanges {
        favourite: Some(true),
        ..ConnectorChanges::default()
    };
    meanwhile(&fixture, sync(&app, &account), changed(&app, favourite)).await;
    assert!(docs(&app).await.favourite);

    let both_gone = ConnectorChanges {
        tags: Some(Vec::new()),
        favourite: Some(false),
        ..ConnectorChanges::default()
    };
    let looking = async {
        refresh_tools(&app, &id).await.unwrap();
    };
    meanwhile(&fixture, looking, changed(&app, both_gone)).await;
    let known = docs(&app).await;
    assert!(known.tags.is_empty() && !known.favourite);

    app.close().await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_does_not_go_over_what_was_found_out_since_it_was_asked_for() {
    let (fixture, app, account) = fixture().await;
    let id = docs(&app).await.id;
    assert_ne!(docs(&app).await.status.status, Status::Disabled);

    let switched_off = async {
        fixture.with(|cohere| {
            cohere.connectors[0].insert("active".to_owned(), false.into());
        });
        // Times are kept to the millisecond.
        tokio::time::sleep(Duration::from_millis(5)).await;
        refresh_connector(&app, &id).await.unwrap();
    };
    meanwhile(&fixture, sync(&app, &account), switched_off).await;
    assert_eq!(docs(&app).await.status.status, Status::Disabled);

    app.close().await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_takes_nothing_away_that_was_created_since_it_was_asked_for() {
    let (fixture, app, account) = fixture().await;
    let created = async {
        let new = CreateConnector {
            account: account.id.clone(),
            definition: list_definitions(&app, &account.id).await.unwrap()[0]
                .id
                .clone(),
            values: Json(json!({ "name": "Wiki", "url": "https://wiki.example/" })),
            secrets: BTreeMap::new(),
        };
        create_connector(&app, new).await.unwrap();
    };
    meanwhile(&fixture, sync(&app, &account), created).await;
    let connectors = list_connectors(&app).await.unwrap();
    assert_eq!(connectors.len(), 2, "{connectors:?}");

    let wiki = connectors.iter().find(|one| one.title == "Wiki").unwrap();
    let removed = async {
        delete_connector(&app, &wiki.id, true).await.unwrap();
    };
    meanwhile(&fixture, sync(&app, &account), removed).await;
    assert_eq!(list_connectors(&app).await.unwrap().len(), 1);

    app.close().await;
    fixture.assert_clean();
}
