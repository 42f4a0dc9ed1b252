//! Mistral, on both surfaces.

use patchbay_testkit::fakes::{Answer, FakeMistral, Fault};
use serde_json::{Value, json};

use super::support::Fixture;

const KEY: &str = "mi-key-55aa10f7c3d8";
const NEXT_KEY: &str = "mi-key-next-90be77a1";
const TOKEN: &str = "bearer-token-1c2d3e4f5a";
const NEXT_TOKEN: &str = "bearer-token-next-77ee01";
const APP_SECRET: &str = "app-secret-31f0c4d5e6";

async fn fixture(surface: &str) -> Fixture<FakeMistral> {
    let secrets = [KEY, NEXT_KEY, TOKEN, NEXT_TOKEN, APP_SECRET];
    let mut mistral = FakeMistral::new(KEY);
    mistral.seed = surface == "seed";
    let fixture = Fixture::new(mistral, &secrets).await;
    let surface = format!("surface={surface}");
    fixture
        .signed_in("mistral", &["--set", &surface], KEY)
        .await;
    fixture
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
async fn a_wrong_argument_of_an_operation_is_named_in_plain_words() {
    let fixture = fixture("current").await;
    for (arguments, told) in [
        (&[][..], "connector_id_or_name: required"),
        (
            &["connector_id_or_name=a", "fetch_user_data=maybe"],
            "fetch_user_data: must be true or false",
        ),
    ] {
        let call = [&["api", "acc", "get"][..], arguments].concat();
        let refused = fixture.run_with(&call, "").await;
        assert_eq!(refused.code, 2, "{}", refused.transcript());
        assert_eq!(
            refused.stderr,
            format!(
                "error: Some fields need attention.\n  {told}\nhint: Run `patchbay api acc --describe get`.\n"
            )
        );
    }
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_names_a_connector_so_that_no_other_is_meant() {
    let fixture = fixture("current").await;
    fixture.api("create", made(oauth())).await;
    fixture.does("connector list --refresh").await;
    let add = "connector add http://127.0.0.1:9/mcp --name wiki";
    fixture.does(add).await;
    fixture.fails("tool list wiki", 2).await;
    let needed = fixture.fails("tool list acc/wiki", 3).await;
    needed.assert_stderr("`patchbay connector connect acc/wiki --again`");
}

#[tokio::test(flavor = "multi_thread")]
async fn null_clears_a_setting_at_the_platform() {
    let fixture = fixture("current").await;
    let mut wiki = made(json!({ "method_type": "none" }));
    wiki["title"] = "Wiki".into();
    fixture.api("create", wiki).await;
    fixture.does("connector list --refresh").await;
    fixture.does("connector edit wiki title:=null --yes").await;
    let title = fixture.with(|mistral| mistral.connectors[0].shown["title"].clone());
    assert_eq!(title, Value::Null);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_options_that_the_key_of_the_account_hides_need_another_key() {
    let fixture = fixture("current").await;
    fixture.api("create", made(oauth())).await;
    fixture.does("connector list --refresh").await;
    fixture.with(|mistral| mistral.keys.clear());
    let failed = fixture.fails("connector connect wiki --describe --json", 3);
    assert_eq!(failed.await.failure()["code"], "platform.signed_out");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let fixture = fixture("current").await;
    let wiki = fixture.api("create", made(oauth())).await;
    let id = wiki["id"].as_str().unwrap().to_owned();
    fixture.does("connector list --refresh").await;
    // The list says nothing of the user's own sign-in.
    assert_eq!(fixture.status("wiki").await, "needs_authorization");
    // The platform says 401 of a connector that nobody has let in, and the account is none the worse.
    let needed = fixture.fails("tool list wiki --json", 3).await.failure();
    assert_eq!(needed["code"], "auth.needed");
    let hint = needed["hint"].as_str().unwrap();
    assert!(hint.contains("patchbay connector connect wiki"), "{hint}");
    assert_eq!(fixture.status("wiki").await, "needs_authorization");

    fixture.does("connector connect wiki").await;
    assert_eq!(fixture.status("wiki").await, "ready");
    // Another process asks again, and the platform knows nothing of tools that were listed.
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("wiki").await, "ready");

    // Which tools are on is no part of this API, and where it is can be read where they are turned on.
    let told = fixture.json("connector actions wiki").await;
    let help = told["groups"][0]["help"].as_str().unwrap();
    assert!(help.contains("API version"), "{help}");
    let tools = fixture.json("tool list wiki").await;
    assert_eq!(tools.as_array().unwrap().len(), 4);
    // Who asks for the list again gets no old one out of the platform's memory.
    fixture.fake.clear_log();
    fixture.does("tool list wiki --refresh").await;
    let log = fixture.fake.log();
    let mut lists = log
        .iter()
        .filter(|seen| seen.path.ends_with(&["tools".to_owned()]));
    let asked = lists.next().unwrap();
    assert_eq!(asked.parameter("refresh"), Some("true"));
    let said = fixture.does("tool run wiki echo text=hello --quiet").await;
    assert_eq!(said.stdout, "hello\n");
    fixture.fails("tool run wiki fail", 5).await;
    fixture.fails("tool run wiki echo", 2).await;
    fixture.fails("tool run wiki nothing", 6).await;
    fixture.fails("tool run wiki erase text=x", 2).await;
    fixture.does("tool run wiki erase text=x --yes").await;
    let runs = fixture.json("run list").await;
    assert_eq!(runs["total"], 3);
    // It answers with the key, which is neither shown nor kept.
    let me = fixture.does("tool run wiki whoami --quiet").await;
    assert_eq!(me.stdout, "<redacted>\n");
    let whoami = json!({ "connector_id_or_name": id, "tool_name": "whoami", "arguments": {} });
    let me = fixture.api("call_tool", whoami).await.to_string();
    assert!(me.contains("<redacted>") && !me.contains(KEY), "{me}");
    credentials_rotate(&fixture, &id).await;
    fixture
        .api("share_to_organization", json!({ "connector_id": id }))
        .await;
    let unshare = json!({ "connector_id": id });
    // What takes something away asks here as it does in the window.
    let operation = "unshare_from_organization";
    let refused = fixture.refused_api(operation, unshare.clone(), 2).await;
    assert_eq!(refused["code"], "confirmation_needed");
    fixture.api("unshare_from_organization", unshare).await;
    for scope in ["organization", "workspace", "user"] {
        let level = json!({ "connector_id": id, "consumer_scope": scope });
        fixture.api("activate_for_consumer", level.clone()).await;
        fixture.api("deactivate_for_consumer", level).await;
    }

    fixture.with(|mistral| mistral.keys = vec![NEXT_KEY.to_owned()]);
    fixture.fails("account test acc", 3).await;
    for line in ["tool list wiki --refresh", "connector list --refresh"] {
        // What is known of it is shown, and stays.
        let failed = fixture.fails(line, 3).await;
        failed.assert_stderr("signed out");
        assert_eq!(fixture.status("wiki").await, "ready", "{line}");
    }
    let out = fixture.fails("tool list wiki --refresh --json", 3).await;
    let out = out.failure();
    assert_eq!(out["code"], "platform.signed_out");
    let hint = out["hint"].as_str().unwrap();
    assert!(hint.contains("patchbay account replace-key acc"), "{hint}");
    fixture.replace_key(NEXT_KEY).await;
    fixture.does("connector remove wiki --yes").await;
    assert!(fixture.with(|mistral| mistral.connectors.is_empty()));
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_passes_on_what_the_service_says() {
    let fixture = fixture("current").await;
    fixture
        .api("create", made(json!({ "method_type": "none" })))
        .await;
    let request = json!({
        "connector_id_or_name": "wiki", "method": "put", "path": "/users/a%20b",
        "query": { "q": ["x", "y"] }, "json": { "n": 1 }, "credentials_name": "mine",
    });
    let answer = fixture.api("gateway_http", request).await;
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
    assert_eq!(fixture.api("gateway_http", teapot).await["status"], 418);
    let message = json!({
        "connector_id_or_name": "wiki",
        "content": { "jsonrpc": "2.0", "id": 7, "method": "ping" },
    });
    let answer = fixture.api("gateway_mcp", message).await;
    assert!(
        answer["text"].as_str().unwrap().contains("\"id\":7"),
        "{answer}"
    );

    let down = json!({ "connector_id_or_name": "wiki", "path": "down" }).to_string();
    let words = ["api", "acc", "gateway_http", "--args", &down, "--json"];
    let failed = fixture.run_with(&words, "").await.failure();
    assert_eq!(failed["code"], "platform.failed");
    assert_eq!(failed["platformCode"], "connection_refused");
    fixture.assert_clean();
}

async fn credentials_rotate(fixture: &Fixture<FakeMistral>, id: &str) {
    let named = |token: &str| {
        json!({
            "connector_id_or_name": id, "consumer_scope": "user", "name": "mine",
            "is_default": true, "credentials": { "bearer_token": token },
        })
    };
    fixture.api("create_credentials", named(TOKEN)).await;
    fixture.api("update_credentials", named(NEXT_TOKEN)).await;
    let ours = json!({ "connector_id_or_name": id });
    let listed = fixture.api("list_user_credentials", ours.clone()).await;
    assert_eq!(listed["credentials"].as_array().unwrap().len(), 2);
    fixture.api("delete_all_user_credentials", ours).await;
    fixture.fails("tool list wiki --refresh", 3).await;
    fixture.api("create_credentials", named(NEXT_TOKEN)).await;
    fixture.does("tool list wiki --refresh").await;
}

/// Source: the product text of Mistral's connectors; Mistral contract, section 2, "seed names".
#[tokio::test(flavor = "multi_thread")]
async fn every_name_of_the_product_text_works_on_any_account() {
    for surface in ["current", "seed"] {
        let fixture = fixture(surface).await;
        let mut given = json!({
            "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        });
        if surface == "current" {
            given["protocol"] = "mcp".into();
        }
        let wiki = fixture.api("create", given).await;
        let ours = json!({ "connector_id": wiki["id"] });
        let wiki = |more: Value| {
            let mut given = json!({ "connector_id_or_name": "wiki" });
            given
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            given
        };
        for level in ["organization", "workspace", "user"] {
            let save = format!("create_or_update_{level}_credentials");
            for token in [TOKEN, NEXT_TOKEN] {
                let values = json!({ "name": "mine", "credentials": { "bearer_token": token } });
                fixture.api(&save, wiki(values)).await;
            }
            let kept = fixture.with(|mistral| {
                let kept = &mistral.connectors[0].credentials;
                assert_eq!(kept.len(), 1, "{surface} {level}");
                kept[0].1["credentials"]["bearer_token"].clone()
            });
            assert_eq!(kept, NEXT_TOKEN, "{surface} {level}");
            let list = format!("list_{level}_credentials");
            let listed = fixture.api(&list, wiki(json!({}))).await;
            assert_eq!(listed["credentials"].as_array().unwrap().len(), 1);
            let delete = format!("delete_{level}_credentials");
            let named = json!({ "credentials_name": "mine" });
            fixture.api(&delete, wiki(named)).await;
            for verb in ["deactivate", "activate"] {
                let operation = format!("{verb}_for_{level}");
                fixture.api(&operation, ours.clone()).await;
            }
            let active =
                fixture.with(|mistral| mistral.connectors[0].active.contains(&level.to_owned()));
            assert!(active, "{surface} {level}");
        }
        let customer = json!({ "fetch_customer_data": true });
        fixture.api("get", wiki(customer)).await;
        fixture
            .api(
                "create_or_update_user_credentials",
                wiki(json!({ "name": "mine", "credentials": { "bearer_token": TOKEN } })),
            )
            .await;
        let page = fixture.api("list_tools", wiki(json!({ "page": 1 }))).await;
        assert_eq!(page.as_array().unwrap().len(), 4, "{surface}");

        let missing = fixture.fails("api acc create_or_update_wiki --json", 6);
        let hint = missing.await.failure()["hint"].to_string();
        assert!(hint.contains("API version"), "{hint}");
        assert!(
            hint.contains("patchbay account edit acc surface="),
            "{hint}"
        );
        fixture.assert_clean();
    }
}

/// What an account's API cannot do is refused, never left out of what is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_choice_of_tools_is_refused_where_it_would_be_lost() {
    let fixture = fixture("current").await;
    let wiki = fixture
        .api("create", made(json!({ "method_type": "none" })))
        .await;
    let given = json!({ "connector_id": wiki["id"], "include": ["echo"] });
    let refused = fixture.refused_api("activate_for_user", given, 2).await;
    assert_eq!(refused["code"], "usage.invalid");
    let told = refused["message"].as_str().unwrap();
    assert!(told.contains("API version"), "{told}");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_surface_goes_the_same_way() {
    let fixture = fixture("seed").await;
    let wiki = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
    });
    let wiki = fixture.api("create", wiki).await;
    let id = wiki["id"].as_str().unwrap().to_owned();
    fixture.does("connector list --refresh").await;
    fixture.does("connector connect wiki").await;
    assert_eq!(fixture.status("wiki").await, "ready");
    fixture.does("tool run wiki echo text=hello").await;
    let ours = json!({ "connector_id": id });
    fixture.api("activate_for_user", ours.clone()).await;
    fixture.api("deactivate_for_workspace", ours.clone()).await;
    which_tools_are_chosen_is_shown(&fixture, &id).await;
    // The current surface takes it back; on this one it is for good, and asks.
    let refused = fixture.refused_api("share", ours.clone(), 2).await;
    assert_eq!(refused["code"], "confirmation_needed");
    let described = fixture.json("api acc share --describe").await;
    assert_eq!(described["effect"], "irreversible");
    fixture.fails("api acc --describe unshare", 6).await;
    let listed = fixture.json("api acc --list").await;
    assert_eq!(listed.as_array().unwrap().len(), 25);
    fixture.api("share", ours).await;
    fixture.does("connector remove wiki --yes").await;
    fixture.assert_clean();
}

/// Source: Mistral contract, sections 4 and 9, tool configuration.
async fn which_tools_are_chosen_is_shown(fixture: &Fixture<FakeMistral>, id: &str) {
    let choice = json!({
        "connector_id": id, "include": ["echo", "erase"],
        "requires_confirmation": { "read_only": false },
    });
    fixture.api("activate_for_user", choice).await;
    assert_eq!(
        fixture.fact("wiki", "Tools for the user").await,
        "Only echo, erase. Ask before tools that change something"
    );
    for (is_active, count) in [(true, 1), (false, 0)] {
        let filter = json!({ "query_filters": { "active": is_active } });
        let listed = fixture.api("list", filter).await;
        assert_eq!(listed["items"].as_array().unwrap().len(), count);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_followed_past_an_empty_one() {
    let fixture = fixture("current").await;
    for number in 0..13 {
        let mut one = made(json!({ "method_type": "none" }));
        one["name"] = format!("wiki-{number}").into();
        fixture.api("create", one).await;
    }
    let listed = fixture.json("connector list --refresh").await;
    assert_eq!(listed.as_array().unwrap().len(), 13);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_url_without_the_platform_is_to_be_checked() {
    let fixture = fixture("current").await;
    let other = fixture.playground.open_url().to_string();
    let add = ["account", "add", "mistral", "--base-url", &other];
    let refused = fixture.run_with(&add, KEY).await;
    assert_eq!(refused.code, 6, "{}", refused.transcript());
    refused.assert_stderr("hint: Check the settings, such as the base URL.");
}

/// Lists leave out who is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_elsewhere_needs_no_sign_in_here() {
    let fixture = fixture("current").await;
    fixture.api("create", made(oauth())).await;
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("wiki").await, "needs_authorization");
    fixture.with(|mistral| {
        let shown = &mut mistral.connectors[0].shown;
        shown.insert("is_authenticated".to_owned(), true.into());
    });
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("wiki").await, "unknown");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_not_judged_by_the_refusal_of_the_former_one() {
    let fixture = fixture("current").await;
    fixture
        .api("create", made(json!({ "method_type": "bearer" })))
        .await;
    fixture.does("connector list --refresh").await;
    let save = "credential add mine --connector wiki --level user --set /credential/kind=bearer \
                --secret /credential/bearer_token=-";
    fixture.does_with(save, TOKEN).await;
    let said = json!({ "detail": "the server refused the token" });
    let refused = Fault::answer(Answer::json(401, &said))
        .on(|seen| seen.path.last().is_some_and(|last| last == "tools"));
    fixture.fake.set_fault(refused);
    fixture.fails("connector check wiki", 3).await;
    fixture.fake.set_fault(None);
    assert_eq!(fixture.status("wiki").await, "needs_authorization");
    let replace = save.replace("add", "replace");
    fixture.does_with(&replace, NEXT_TOKEN).await;
    assert_eq!(fixture.status("wiki").await, "unknown");
    fixture.assert_clean();
}
