//! Agent Stack: MCP servers behind a relay, with the Playground as the server.

use patchbay_testkit::fakes::FakeAgentStack;
use serde_json::{Value, json};

use super::support::Place;

const TOKEN: &str = "as-token-90f1e2d3c4b5";
const NEXT_TOKEN: &str = "as-token-next-6a7b8c";

async fn place() -> Place<FakeAgentStack> {
    let mut fake = FakeAgentStack::new();
    fake.tokens = vec![TOKEN.to_owned()];
    let place = Place::new(fake, &[TOKEN, NEXT_TOKEN]).await;
    let settings = ["--set", "auth=bearer"];
    place.signed_in("agentstack", &settings, TOKEN).await;
    place
}

async fn create(place: &Place<FakeAgentStack>) -> Value {
    let url = place.terminal.playground.open_url();
    let made = json!({ "url": url, "metadata": { "name": "play" } });
    let made = place.api("create", made).await;
    place.does("connector list --refresh").await;
    made
}

/// The one connector's name on the command line.
async fn name(place: &Place<FakeAgentStack>) -> String {
    let listed = place.json("connector list").await;
    listed[0]["name"].as_str().unwrap().to_owned()
}

/// Source: Agent Stack contract, section 6: what answers 404 is dropped from view.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_deleted_elsewhere_goes_when_it_is_asked_for() {
    let place = place().await;
    create(&place).await;
    let name = name(&place).await;
    place.fake.with(|stack| stack.connectors.clear());
    place.fails(&format!("tool list {name} --refresh"), 6).await;
    assert_eq!(place.json("connector list").await, json!([]));
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let place = place().await;
    let url = place.terminal.playground.open_url();
    place
        .fake
        .with(|stack| stack.protected = vec![url.to_string()]);
    create(&place).await;
    let name = name(&place).await;
    assert_eq!(place.status(&name).await, "needs_authorization");

    place.does(&format!("connector connect {name}")).await;
    assert_eq!(place.status(&name).await, "ready");
    place.does("connector list --refresh").await;
    assert_eq!(place.status(&name).await, "ready");

    let said = place
        .does(&format!("tool run {name} echo message=hello --quiet"))
        .await;
    assert_eq!(said.stdout, "hello\n");
    place.fails(&format!("tool run {name} fail"), 5).await;
    assert_eq!(place.json("run list").await["total"], 2);

    place
        .fake
        .with(|stack| stack.tokens = vec![NEXT_TOKEN.to_owned()]);
    place.fails("account test acc", 3).await;
    let replace = ["account", "replace", "acc", "--from", "-"];
    place.run_with(&replace, NEXT_TOKEN).await.succeeded();

    place.does(&format!("connector disconnect {name}")).await;
    assert_eq!(place.status(&name).await, "disconnected");
    let states = place
        .fake
        .with(|stack| stack.connectors[0]["state"].clone());
    assert_eq!(states, "disconnected");
    place.does(&format!("connector connect {name}")).await;
    assert_eq!(place.status(&name).await, "ready");

    place.does(&format!("connector remove {name} --yes")).await;
    assert!(place.fake.with(|stack| stack.connectors.is_empty()));
    place.does("account remove acc").await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_and_prompts_come_through_the_relay() {
    let place = place().await;
    create(&place).await;
    let name = name(&place).await;
    place.does(&format!("connector connect {name}")).await;
    let listed = place.json(&format!("connector resources {name}")).await;
    assert_eq!(listed[0]["uri"], "playground://welcome");
    let read = format!("connector read {name} playground://welcome");
    let read = place.does(&read).await;
    assert_eq!(read.stdout, "Welcome to the playground.\n");
    place
        .fails(&format!("connector read {name} playground://none"), 5)
        .await;
    let prompts = place.json(&format!("connector prompts {name}")).await;
    assert_eq!(prompts[0]["arguments"][0]["isRequired"], true);
    let filled = place
        .does(&format!("connector prompt {name} greet name=Ada"))
        .await;
    assert_eq!(filled.stdout, "user: Greet Ada.\n");
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_a_password_go_the_same_way() {
    const PASSWORD: &str = "as-password-41d0c2b3";
    const NEXT: &str = "as-password-next-9e8f7a";
    let mut fake = FakeAgentStack::new();
    fake.basic = Some(("ada".to_owned(), PASSWORD.to_owned()));
    let place = Place::new(fake, &[PASSWORD, NEXT]).await;
    let settings = ["--set", "auth=basic", "--set", "user=ada"];
    let input = |password: &str| json!({ "password": password }).to_string();
    place
        .signed_in("agentstack", &settings, &input(PASSWORD))
        .await;
    create(&place).await;
    let name = name(&place).await;
    place.does(&format!("connector connect {name}")).await;
    assert_eq!(place.status(&name).await, "ready");
    place.json(&format!("tool list {name}")).await;
    place
        .does(&format!("tool run {name} echo message=hello"))
        .await;
    place
        .fake
        .with(|stack| stack.basic = Some(("ada".to_owned(), NEXT.to_owned())));
    let run = format!("tool run {name} echo message=hello --json");
    let out = place.fails(&run, 3).await.failure();
    assert_eq!(out["code"], "platform.signed_out");
    let replace = ["account", "replace", "acc", "--from", "-"];
    place.run_with(&replace, &input(NEXT)).await.succeeded();
    place.does(&run).await;
    place.does(&format!("connector disconnect {name}")).await;
    place.does(&format!("connector remove {name} --yes")).await;
    place.does("account remove acc").await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_for_everybody_is_connected_without_a_browser() {
    let place = place().await;
    create(&place).await;
    let name = name(&place).await;
    place.does(&format!("connector connect {name}")).await;
    assert_eq!(place.status(&name).await, "ready");
    let states = place
        .fake
        .with(|stack| stack.connectors[0]["state"].clone());
    assert_eq!(states, "connected");
    let again = json!({ "url": place.terminal.playground.open_url() }).to_string();
    let twice = place
        .run_with(&["api", "acc", "create", "--args", &again, "--json"], "")
        .await;
    assert_eq!(twice.failure()["code"], "conflict", "{}", twice.shown());
    place.over();
}
