//! Mistral, on both surfaces.

use patchbay_testkit::fakes::FakeMistral;
use serde_json::{Value, json};

use super::support::Place;

const KEY: &str = "mi-key-55aa10f7c3d8";
const NEXT_KEY: &str = "mi-key-next-90be77a1";
const TOKEN: &str = "bearer-token-1c2d3e4f5a";
const NEXT_TOKEN: &str = "bearer-token-next-77ee01";
const APP_SECRET: &str = "app-secret-31f0c4d5e6";

async fn place(surface: &str) -> Place<FakeMistral> {
    let secrets = [KEY, NEXT_KEY, TOKEN, NEXT_TOKEN, APP_SECRET];
    let mut mistral = FakeMistral::new(KEY);
    mistral.seed = surface == "seed";
    let place = Place::new(mistral, &secrets).await;
    let surface = format!("surface={surface}");
    place.signed_in("mistral", &["--set", &surface], KEY).await;
    place
}

fn made(method: Value) -> Value {
    json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "protocol": "mcp", "auth_methods": [method],
    })
}

fn oauth() -> Value {
    json!({
        "method_type": "oauth2", "grant_type": "authorization_code",
        "auth_data": { "client_id": "cid", "client_secret": APP_SECRET },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let place = place("current").await;
    let wiki = place.api("create", made(oauth())).await;
    let id = wiki["id"].as_str().unwrap().to_owned();
    place.does("connector list --refresh").await;
    // The list says nothing of the user's own sign-in.
    assert_eq!(place.status("wiki").await, "needs_authorization");
    // The platform says 401 of a connector that nobody has let in, and the account is none the worse.
    let needed = place.fails("tool list wiki --json", 3).await.failure();
    assert_eq!(needed["code"], "auth.needed");
    let hint = needed["hint"].as_str().unwrap();
    assert!(hint.contains("patchbay connector connect wiki"), "{hint}");
    assert_eq!(place.status("wiki").await, "needs_authorization");

    place.does("connector connect wiki").await;
    assert_eq!(place.status("wiki").await, "ready");
    // Another process asks again, and the platform knows nothing of tools that were listed.
    place.does("connector list --refresh").await;
    assert_eq!(place.status("wiki").await, "ready");

    let tools = place.json("tool list wiki").await;
    assert_eq!(tools.as_array().unwrap().len(), 4);
    let said = place.does("tool run wiki echo text=hello --quiet").await;
    assert_eq!(said.stdout, "hello\n");
    place.fails("tool run wiki fail", 5).await;
    place.fails("tool run wiki echo", 2).await;
    place.fails("tool run wiki nothing", 6).await;
    place.fails("tool run wiki erase text=x", 2).await;
    place.does("tool run wiki erase text=x --yes").await;
    let runs = place.json("run list").await;
    assert_eq!(runs["total"], 3);
    // It answers with the key, which is neither shown nor kept.
    let me = place.does("tool run wiki whoami --quiet").await;
    assert_eq!(me.stdout, "<redacted>\n");
    let whoami = json!({ "connector_id_or_name": id, "tool_name": "whoami", "arguments": {} });
    let me = place.api("call_tool", whoami).await.to_string();
    assert!(me.contains("<redacted>") && !me.contains(KEY), "{me}");
    credentials_rotate(&place, &id).await;
    place
        .api("share_to_organization", json!({ "connector_id": id }))
        .await;
    place
        .api("unshare_from_organization", json!({ "connector_id": id }))
        .await;
    for scope in ["organization", "workspace", "user"] {
        let level = json!({ "connector_id": id, "consumer_scope": scope });
        place.api("activate_for_consumer", level.clone()).await;
        place.api("deactivate_for_consumer", level).await;
    }

    place
        .fake
        .with(|mistral| mistral.keys = vec![NEXT_KEY.to_owned()]);
    place.fails("account test acc", 3).await;
    for words in ["tool list wiki --refresh", "connector list --refresh"] {
        place
            .run_with(&words.split(' ').collect::<Vec<_>>(), "")
            .await;
        assert_eq!(place.status("wiki").await, "ready", "{words}");
    }
    let out = place.fails("tool list wiki --refresh --json", 3).await;
    let out = out.failure();
    assert_eq!(out["code"], "platform.signed_out");
    let hint = out["hint"].as_str().unwrap();
    assert!(hint.contains("patchbay account replace acc"), "{hint}");
    let replace = ["account", "replace", "acc", "--from", "-"];
    place.run_with(&replace, NEXT_KEY).await.succeeded();
    place.does("connector remove wiki --yes").await;
    assert!(place.fake.with(|mistral| mistral.connectors.is_empty()));
    place.does("account remove acc").await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_passes_on_what_the_service_says() {
    let place = place("current").await;
    place
        .api("create", made(json!({ "method_type": "none" })))
        .await;
    let request = json!({
        "connector_id_or_name": "wiki", "method": "put", "path": "/users/a%20b",
        "query": { "q": ["x", "y"] }, "json": { "n": 1 }, "credentials_name": "mine",
    });
    let answer = place.api("gateway_http", request).await;
    assert_eq!(answer["status"], 200);
    let heard: Value = serde_json::from_str(answer["text"].as_str().unwrap()).unwrap();
    assert_eq!(
        heard,
        json!({
            "method": "PUT", "path": ["users", "a b"], "query": [["q", "x"], ["q", "y"]],
            "body": { "n": 1 }, "credentials": "mine",
        })
    );
    let teapot = json!({ "connector_id_or_name": "wiki", "path": "teapot" });
    assert_eq!(place.api("gateway_http", teapot).await["status"], 418);
    let message = json!({
        "connector_id_or_name": "wiki",
        "content": { "jsonrpc": "2.0", "id": 7, "method": "ping" },
    });
    let answer = place.api("gateway_mcp", message).await;
    assert!(
        answer["text"].as_str().unwrap().contains("\"id\":7"),
        "{answer}"
    );

    let down = json!({ "connector_id_or_name": "wiki", "path": "down" }).to_string();
    let words = ["api", "acc", "gateway_http", "--args", &down, "--json"];
    let failed = place.run_with(&words, "").await.failure();
    assert_eq!(failed["code"], "platform.failed");
    assert_eq!(failed["platformCode"], "connection_refused");
    place.over();
}

async fn credentials_rotate(place: &Place<FakeMistral>, id: &str) {
    let named = |token: &str| {
        json!({
            "connector_id_or_name": id, "consumer_scope": "user", "name": "mine",
            "is_default": true, "credentials": { "bearer_token": token },
        })
    };
    place.api("create_credentials", named(TOKEN)).await;
    place.api("update_credentials", named(NEXT_TOKEN)).await;
    let ours = json!({ "connector_id_or_name": id });
    let listed = place.api("list_user_credentials", ours.clone()).await;
    assert_eq!(listed["credentials"].as_array().unwrap().len(), 2);
    place.api("delete_all_user_credentials", ours).await;
    place.fails("tool list wiki --refresh", 3).await;
    place.api("create_credentials", named(NEXT_TOKEN)).await;
    place.does("tool list wiki --refresh").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_surface_goes_the_same_way() {
    let place = place("seed").await;
    let wiki = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
    });
    let wiki = place.api("create", wiki).await;
    let id = wiki["id"].as_str().unwrap().to_owned();
    place.does("connector list --refresh").await;
    place.does("connector connect wiki").await;
    assert_eq!(place.status("wiki").await, "ready");
    place.does("tool run wiki echo text=hello").await;
    let ours = json!({ "connector_id": id });
    place.api("activate_for_user", ours.clone()).await;
    place.api("deactivate_for_workspace", ours.clone()).await;
    // The current surface takes it back; on this one it is for good, and asks.
    let share = ["api", "acc", "share", "--args", &ours.to_string(), "--json"];
    let refused = place.run_with(&share, "").await;
    assert_eq!(refused.failure()["code"], "confirmation_needed");
    assert_eq!(refused.code, 2);
    let described = place.json("api acc share --describe").await;
    assert_eq!(described["effect"], "irreversible");
    place.fails("api acc --describe unshare", 6).await;
    let listed = place.json("api acc --list").await;
    assert_eq!(listed.as_array().unwrap().len(), 25);
    place.api("share", ours).await;
    place.does("connector remove wiki --yes").await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_followed_past_an_empty_one() {
    let place = place("current").await;
    for number in 0..13 {
        let mut one = made(json!({ "method_type": "none" }));
        one["name"] = format!("wiki-{number}").into();
        place.api("create", one).await;
    }
    let listed = place.json("connector list --refresh").await;
    assert_eq!(listed.as_array().unwrap().len(), 13);
    place.over();
}
