//! What happens to a connector while its platform takes its time to answer.

use patchbay_model::Connector;
use patchbay_ops::{
    ConnectorChanges, Context, list_connectors, refresh_connector, refresh_tools, resolve_account,
    sync_account, update_connector,
};
use patchbay_testkit::fakes::{FakeCohere, Hold, Trouble, What};
use serde_json::json;

use super::support::Place;

const KEY: &str = "co-key-meanwhile-0a1b2c3d";

async fn docs(app: &Context) -> Connector {
    list_connectors(app).await.unwrap().remove(0)
}

async fn changed(app: &Context, changes: ConnectorChanges) {
    let id = docs(app).await.id;
    update_connector(app, &id, changes).await.unwrap();
}

/// Does something that asks the platform, and the changes while it has not answered yet.
async fn meanwhile(
    place: &Place<FakeCohere>,
    app: &Context,
    asking: impl Future<Output = ()>,
    changes: ConnectorChanges,
) {
    let hold = Hold::default();
    let held = Trouble::always(What::Held(hold.clone()));
    place.fake.trouble(held.times(1));
    let change = async {
        hold.come().await;
        changed(app, changes).await;
        hold.let_go();
    };
    tokio::join!(asking, change);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_user_changes_stays() {
    let place = Place::new(FakeCohere::new(KEY), &[KEY]).await;
    place.signed_in("cohere", &[], KEY).await;
    let new = json!({ "name": "Docs", "url": "https://docs.example/" });
    place.api("create", new).await;
    let app = place.terminal.open().await;
    let account = resolve_account(&app, "acc").await.unwrap();
    sync_account(&app, &account).await.unwrap();
    let id = docs(&app).await.id;

    let tagged = ConnectorChanges {
        tags: Some(vec!["work".to_owned()]),
        ..ConnectorChanges::default()
    };
    let refreshing = async {
        refresh_connector(&app, &id).await.unwrap();
    };
    meanwhile(&place, &app, refreshing, tagged).await;
    assert_eq!(docs(&app).await.tags, ["work"]);

    let favourite = ConnectorChanges {
        favourite: Some(true),
        ..ConnectorChanges::default()
    };
    let listing = async {
        sync_account(&app, &account).await.unwrap();
    };
    meanwhile(&place, &app, listing, favourite).await;
    assert!(docs(&app).await.favourite);

    let both_gone = ConnectorChanges {
        tags: Some(Vec::new()),
        favourite: Some(false),
        ..ConnectorChanges::default()
    };
    let looking = async {
        refresh_tools(&app, &id).await.unwrap();
    };
    meanwhile(&place, &app, looking, both_gone).await;
    let known = docs(&app).await;
    assert!(known.tags.is_empty() && !known.favourite);

    app.close().await;
    place.over();
}
