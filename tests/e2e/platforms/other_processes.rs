//! A running app and the command line over the same files.

use patchbay_model::{Connector, Status};
use patchbay_ops::{
    Context, Event, list_connectors, resolve_account, sync_account, test_account,
    watch_other_processes,
};
use patchbay_testkit::fakes::FakeMistral;
use serde_json::json;

use super::support::Fixture;
use crate::support::wait_for_event;

const KEY: &str = "mi-key-77c1d0e2f3a4";
const NEXT_KEY: &str = "mi-key-next-5b6c7d8e";

/// An account with one connector that nobody was let in to yet, and an app that has listed it.
async fn fixture() -> (Fixture<FakeMistral>, Context) {
    let fixture = Fixture::new(FakeMistral::new(KEY), &[KEY, NEXT_KEY]).await;
    fixture.signed_in("mistral", &[], KEY).await;
    let wiki = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "protocol": "mcp", "auth_methods": [{
            "method_type": "oauth2", "grant_type": "authorization_code",
            "auth_data": { "client_id": "cid", "client_secret": "app-secret-0a1b2c3d" },
        }],
    });
    fixture.api("create", wiki).await;
    let app = fixture.open().await;
    sync(&app).await;
    (fixture, app)
}

async fn sync(app: &Context) {
    let account = resolve_account(app, "acc").await.unwrap();
    sync_account(app, &account).await.unwrap();
}

async fn wiki(app: &Context) -> Connector {
    let mut connectors = list_connectors(app).await.unwrap().into_iter();
    connectors.find(|one| one.name == "wiki").unwrap()
}

/// Has the app follow other processes while that happens.
async fn following(app: &Context, story: impl Future<Output = ()>) {
    let following = watch_other_processes(app).await.unwrap();
    tokio::select! {
        () = following => panic!("the app ended"),
        () = story => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_takes_up_what_the_command_line_found_out() {
    let (fixture, app) = fixture().await;
    let wiki_of_app = wiki(&app).await;
    assert_ne!(wiki_of_app.status.status, Status::Disabled);
    following(&app, async {
        let mut events = app.events();
        // The platform does not tell of whom it was switched off.
        let of_user = json!({ "connector_id": wiki_of_app.remote_id, "consumer_scope": "user" });
        fixture.api("deactivate_for_consumer", of_user).await;
        wait_for_event(&mut events, |event| matches!(event, Event::SettingsChanged)).await;
        sync(&app).await;
        assert_eq!(wiki(&app).await.status.status, Status::Disabled);
    })
    .await;
    app.close().await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_signs_in_with_the_key_that_the_command_line_was_given() {
    let (fixture, app) = fixture().await;
    let account = resolve_account(&app, "acc").await.unwrap();
    fixture.with(|mistral| mistral.keys = vec![NEXT_KEY.to_owned()]);
    following(&app, async {
        let mut events = app.events();
        fixture.replace_key(NEXT_KEY).await;
        wait_for_event(&mut events, |event| matches!(event, Event::AccountsChanged)).await;
        test_account(&app, &account.id).await.unwrap();
    })
    .await;
    app.close().await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_hears_which_lists_the_command_line_changed() {
    let (fixture, app) = fixture().await;
    following(&app, async {
        let mut events = app.events();
        let url = fixture.playground.open_url();
        let add = format!("connector add {url} --name play --auth none");
        fixture.does(&add).await;
        wait_for_event(&mut events, |event| {
            matches!(event, Event::ConnectorsChanged)
        })
        .await;
        fixture.does("connector auto-check off").await;
        wait_for_event(&mut events, |event| matches!(event, Event::SettingsChanged)).await;
        fixture.does("tool run play echo message=hi").await;
        wait_for_event(&mut events, |event| matches!(event, Event::HistoryChanged)).await;
    })
    .await;
    app.close().await;
    fixture.assert_clean();
}
