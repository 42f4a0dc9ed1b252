//! Agent Stack: MCP servers behind a relay, with the Playground as the server.

use patchbay_testkit::fakes::FakeAgentStack;
use serde_json::{Value, json};

use super::support::Fixture;
use crate::cli::terminal::words;

const TOKEN: &str = "as-token-90f1e2d3c4b5";
const NEXT_TOKEN: &str = "as-token-next-6a7b8c";

async fn fixture() -> Fixture<FakeAgentStack> {
    let mut fake = FakeAgentStack::new();
    fake.tokens = vec![TOKEN.to_owned()];
    let fixture = Fixture::new(fake, &[TOKEN, NEXT_TOKEN]).await;
    let settings = ["--set", "auth=bearer"];
    fixture.signed_in("agentstack", &settings, TOKEN).await;
    fixture
}

async fn create(fixture: &Fixture<FakeAgentStack>) -> Value {
    let url = fixture.playground.open_url();
    let made = json!({ "url": url, "metadata": { "name": "play", "team": "Docs" } });
    let made = fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    made
}

/// A connector that is connected.
async fn connected() -> Fixture<FakeAgentStack> {
    let fixture = fixture().await;
    create(&fixture).await;
    fixture.does("connector connect play").await;
    fixture
}

/// Creates it where the server behind it wants a sign-in.
async fn create_protected(fixture: &Fixture<FakeAgentStack>) {
    let url = fixture.playground.open_url();
    fixture.with(|stack| stack.protected = vec![url.to_string()]);
    create(fixture).await;
}

/// Source: Agent Stack contract, section 6: what answers 404 is dropped from view.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_deleted_elsewhere_goes_when_it_is_asked_for() {
    let fixture = fixture().await;
    create(&fixture).await;
    fixture.with(|stack| stack.connectors.clear());
    fixture.fails("tool list play --refresh", 6).await;
    assert_eq!(fixture.json("connector list").await, json!([]));
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let fixture = fixture().await;
    create_protected(&fixture).await;
    assert_eq!(fixture.status("play").await, "needs_authorization");

    fixture.does("connector connect play").await;
    assert_eq!(fixture.status("play").await, "ready");
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("play").await, "ready");

    let said = fixture
        .does("tool run play echo message=hello --quiet")
        .await;
    assert_eq!(said.stdout, "hello\n");
    fixture.fails("tool run play fail", 5).await;
    assert_eq!(fixture.json("run list").await["total"], 2);

    fixture.with(|stack| stack.tokens = vec![NEXT_TOKEN.to_owned()]);
    fixture.fails("account test acc", 3).await;
    fixture.replace_key(NEXT_TOKEN).await;

    let parted = fixture.does("connector disconnect play").await;
    // Whether the provider took a token back, or had one, is nothing that the platform tells.
    assert!(!parted.stderr.contains("revoked"), "{}", parted.stderr);
    assert_eq!(fixture.status("play").await, "disconnected");
    let states = fixture.with(|stack| stack.connectors[0]["state"].clone());
    assert_eq!(states, "disconnected");
    fixture.does("connector connect play").await;
    assert_eq!(fixture.status("play").await, "ready");

    fixture.does("connector remove play --yes").await;
    assert!(fixture.with(|stack| stack.connectors.is_empty()));
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}

/// The platform gives up a token that lapsed and that nothing renews, and fails on it until it is deleted.
///
/// Source: live findings against Agent Stack 0.7.1.
#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_token_ends_in_one_sign_in() {
    let fixture = fixture().await;
    create_protected(&fixture).await;
    fixture.does("connector connect play").await;
    fixture.with(|stack| {
        stack.expire(0);
        stack.run_renewal_job();
    });
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("play").await, "disconnected");
    let shown = fixture.json("connector show play").await;
    assert_eq!(shown["status"]["reason"], "token_invalid");
    fixture.does("connector connect play").await;
    assert_eq!(fixture.status("play").await, "ready");
    fixture.does("tool run play echo message=hello").await;
    fixture.assert_clean();
}

/// Source: Agent Stack contract, section 5: only the platform renews a token, at its next look.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_comes_to_its_end_is_renewed_by_the_platform() {
    let fixture = fixture().await;
    fixture.with(|stack| stack.renews = true);
    create_protected(&fixture).await;
    fixture.does("connector connect play").await;
    fixture.with(|stack| stack.expire(0));
    let tools = "tool list play --refresh --json";
    let refused = fixture.fails(tools, 3).await.failure();
    assert_eq!(refused["code"], "auth.needed");
    assert_eq!(fixture.status("play").await, "needs_authorization");
    fixture.with(FakeAgentStack::run_renewal_job);
    fixture.does("tool run play echo message=hello").await;
    assert_eq!(fixture.status("play").await, "ready");
    fixture.assert_clean();
}

/// The server behind the relay takes the platform's token and no other.
#[tokio::test(flavor = "multi_thread")]
async fn the_relay_carries_the_token_that_the_platform_keeps() {
    let fixture = fixture().await;
    let playground = &fixture.playground;
    let made = json!({ "url": playground.bearer_url(), "metadata": { "name": "play" } });
    let made = fixture.api("create", made).await;
    let with = |token: &str| json!({ "connector": made["id"], "access_token": token });
    let wrong = with("none-of-its-tokens").to_string();
    let connect = ["api", "acc", "connect", "--args", &wrong, "--json"];
    assert_eq!(
        fixture.run_with(&connect, "").await.failure()["status"],
        500
    );
    fixture
        .api("connect", with(playground.bearer_token()))
        .await;
    fixture.does("connector list --refresh").await;
    fixture.does("tool list play --refresh").await;
    let run = fixture
        .does("tool run play echo message=hello --quiet")
        .await;
    assert_eq!(run.stdout, "hello\n");
    fixture.assert_clean();
}

/// Somebody who refuses on the page comes back with the refusal, and the list says what the platform says.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_back_with_the_browser() {
    let fixture = fixture().await;
    fixture.with(|stack| stack.consents = false);
    create_protected(&fixture).await;
    let connect = "connector connect play --json";
    let refused = fixture.fails(connect, 4).await.failure();
    assert_eq!(refused["code"], "auth.denied");
    let shown = fixture.json("connector show play").await;
    assert_eq!(shown["status"]["status"], "needs_authorization");
    assert_eq!(shown["status"]["word"], "auth_required");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_dead_or_fails_is_not_connected() {
    let fixture = fixture().await;
    let made = json!({ "url": "http://127.0.0.1:9/mcp", "metadata": { "name": "play" } });
    fixture.api("create", made).await;
    fixture.does("connector list --refresh").await;
    let refused = fixture
        .fails("connector connect play --json", 1)
        .await
        .failure();
    assert_eq!(refused["status"], 504);
    let told = refused["detail"].as_str().unwrap();
    assert!(told.contains("Unable to establish connection"), "{told}");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_deleted_elsewhere_goes_when_it_is_used() {
    for verb in [
        "tool run play echo message=hello",
        "connector connect play",
        "connector disconnect play",
        "connector resources play",
    ] {
        let fixture = connected().await;
        fixture.with(|stack| stack.connectors.clear());
        let gone = fixture.run(&words(verb)).await;
        assert_ne!(gone.code, 0, "{verb}");
        assert_eq!(fixture.json("connector list").await, json!([]), "{verb}");
        fixture.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_comes_through_the_relay() {
    let fixture = connected().await;
    let counted = fixture
        .does("tool run play count steps:=3 delay_ms:=50")
        .await;
    for step in ["1 of 3", "2 of 3", "3 of 3"] {
        counted.assert_stderr(step);
    }
    fixture.assert_clean();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_cancels_a_run_at_the_server_behind_the_relay() {
    use crate::cli::terminal::{ended, interrupt};

    let fixture = connected().await;
    let wait = ["tool", "run", "play", "wait", "seconds:=60"];
    let child = fixture.command(&wait).spawn().unwrap();
    let playground = &fixture.playground;
    let limit = std::time::Duration::from_secs(30);
    assert!(
        playground
            .wait_until(|playground| playground.waits_begun() == 1, limit)
            .await
    );
    interrupt(&child).await;
    assert_eq!(ended(child).await.code, 130);
    assert!(
        playground
            .wait_until(|playground| playground.waits_cancelled() == 1, limit)
            .await
    );
    fixture.assert_clean();
}

/// The relay is told by its address, for programs that are signed in to the platform themselves.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_the_relay_is_a_fact() {
    let fixture = fixture().await;
    let made = create(&fixture).await;
    let (base, id) = (fixture.fake.url(), made["id"].as_str().unwrap());
    let relay = format!("{base}/api/v1/connectors/{id}/mcp");
    assert_eq!(fixture.fact("play", "Relay").await, relay);
    // What its maker noted beside the name is one, too.
    assert_eq!(fixture.fact("play", "Team").await, "Docs");
    let given = json!({ "connector": id, "method": "POST", "content_json": {
        "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        },
    }});
    let answer = fixture.api("mcp_proxy", given).await;
    assert_eq!(answer["status_code"], 200);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_and_prompts_come_through_the_relay() {
    let fixture = connected().await;
    let listed = fixture.json("connector resources play").await;
    assert_eq!(listed[0]["uri"], "playground://welcome");
    let read = "connector resource play playground://welcome";
    let read = fixture.does(read).await;
    assert_eq!(read.stdout, "Welcome to the playground.\n");
    fixture
        .fails("connector resource play playground://none", 5)
        .await;
    let prompts = fixture.json("connector prompts play").await;
    assert_eq!(prompts[0]["arguments"][0]["isRequired"], true);
    let filled = fixture.does("connector prompt play greet name=Ada").await;
    assert_eq!(filled.stdout, "user: Greet Ada.\n");
    // The relay passes on neither the headers of the newer lifecycle nor the end of a session, which are not tried.
    for seen in fixture.fake.log() {
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        assert!(!body.contains("server/discover"), "{body}");
        assert_ne!(seen.method, "DELETE");
    }
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_a_password_go_the_same_way() {
    const PASSWORD: &str = "as-password-41d0c2b3";
    const NEXT: &str = "as-password-next-9e8f7a";
    let mut fake = FakeAgentStack::new();
    fake.basic = Some(("ada".to_owned(), PASSWORD.to_owned()));
    let fixture = Fixture::new(fake, &[PASSWORD, NEXT]).await;
    let settings = ["--set", "auth=basic", "--set", "user=ada"];
    let input = |password: &str| json!({ "password": password }).to_string();
    fixture
        .signed_in("agentstack", &settings, &input(PASSWORD))
        .await;
    create(&fixture).await;
    fixture.does("connector connect play").await;
    assert_eq!(fixture.status("play").await, "ready");
    fixture.json("tool list play").await;
    fixture.does("tool run play echo message=hello").await;
    fixture.with(|stack| stack.basic = Some(("ada".to_owned(), NEXT.to_owned())));
    let run = "tool run play echo message=hello --json";
    let out = fixture.fails(run, 3).await.failure();
    assert_eq!(out["code"], "platform.signed_out");
    fixture.replace_key(&input(NEXT)).await;
    fixture.does(run).await;
    fixture.does("connector disconnect play").await;
    fixture.does("connector remove play --yes").await;
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_for_everybody_is_connected_without_a_browser() {
    let fixture = connected().await;
    assert_eq!(fixture.status("play").await, "ready");
    let states = fixture.with(|stack| stack.connectors[0]["state"].clone());
    assert_eq!(states, "connected");
    let again = json!({ "url": fixture.playground.open_url() }).to_string();
    let twice = fixture
        .run_with(&["api", "acc", "create", "--args", &again, "--json"], "")
        .await;
    assert_eq!(
        twice.failure()["code"],
        "conflict",
        "{}",
        twice.transcript()
    );
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_lost_its_token_to_a_wrong_one_says_so() {
    let fixture = fixture().await;
    create_protected(&fixture).await;
    let replace = "credential replace --connector play --level user --secret access_token=-";
    fixture.does_with(replace, "the-right-token").await;
    fixture.does("connector check play").await;
    assert_eq!(fixture.status("play").await, "ready");
    fixture.with(|stack| stack.refused.push(NEXT_TOKEN.to_owned()));
    let refused = fixture.run_with(&words(replace), NEXT_TOKEN).await;
    refused.assert_stderr("rejected the token");
    assert_eq!(fixture.status("play").await, "needs_authorization");
    fixture.assert_clean();
}
