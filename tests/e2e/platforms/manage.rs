//! Connectors managed from the command line: created, changed, acted on, given credentials that rotate, and
//! deleted.

use patchbay_testkit::fakes::{
    Answer, FakeAgentStack, FakeAirbyte, FakeCohere, FakeMistral, FakeTenex, Hosted, KINDS, Seen,
    Trouble,
};
use serde_json::{Value, json};

use super::support::Place;

const KEY: &str = "acc-key-0a1b2c3d4e5f";
const TOKEN: &str = "service-token-1122aabb";
const NEXT_TOKEN: &str = "service-token-next-3344";
const APP_SECRET: &str = "app-secret-99c1d2e3f4";

async fn place<H: Hosted>(fake: H, platform: &str, more: &[&str], input: &str) -> Place<H> {
    let place = Place::new(fake, &[KEY, TOKEN, NEXT_TOKEN, APP_SECRET]).await;
    place.signed_in(platform, more, input).await;
    place
}

/// Saves the token that the stories are about in the wallet, as `key`.
async fn save_key<H: Hosted>(place: &Place<H>) {
    let add = ["credential", "add", "key", "--kind", "bearer"];
    place.run_with(&add, TOKEN).await.succeeded();
}

/// Rotates `key`; gives the document, or what was said of the failure beside it.
async fn rotate<H: Hosted>(place: &Place<H>, exit: i32) -> Value {
    let words = ["credential", "rotate", "key", "--json"];
    let done = place.run_with(&words, NEXT_TOKEN).await;
    assert_eq!(done.code, exit, "{}", done.shown());
    done.document()
}

/// What each place of a rotation says of why it was not reached.
fn problems(rotation: &Value) -> Vec<&Value> {
    let targets = rotation["targets"].as_array().unwrap();
    targets.iter().map(|target| &target["problem"]).collect()
}

/// One request that writes is refused.
fn refused_once() -> Trouble {
    let said = json!({ "detail": "only owners may" });
    Trouble::answer(Answer::json(403, &said))
        .on(|seen: &Seen| seen.method != "GET")
        .times(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn mistral_from_creation_to_deletion() {
    let place = place(FakeMistral::new(KEY), "mistral", &[], KEY).await;
    save_key(&place).await;
    let listed = place.json("connector definitions acc").await;
    assert_eq!(listed[0]["id"], "mcp");
    let described = place.does("connector create acc mcp --describe").await;
    assert!(
        described.stdout.contains("string, needed"),
        "{}",
        described.stdout
    );
    let unknown = place.fails("connector create acc nothing --json", 6).await;
    assert_eq!(unknown.failure()["code"], "not_found");

    let methods = r#"auth_methods:=[{"kind":"bearer"}]"#;
    for name in ["wiki", "notes"] {
        let words = format!(
            "connector create acc mcp name={name} description=Words \
             server=https://{name}.example/mcp {methods}"
        );
        let made = place.does(&words).await;
        assert_eq!(made.stdout, format!("{name}\n"));
    }
    // What does not fit is told before anything is sent.
    let wrong = "connector create acc mcp name=a.b description=x server=https://x.example/ --json";
    let wrong = place.fails(wrong, 2).await.failure();
    assert_eq!(wrong["fields"][0]["path"], "/name");

    // A change is shown first, and nobody agreed to it.
    let edit = "connector edit wiki description=Knowledge";
    let asked = place.fails(edit, 2).await;
    assert!(asked.stderr.contains("+ \"Knowledge\""), "{}", asked.stderr);
    let plan = place.json(&format!("{edit} --dry-run")).await;
    assert_eq!(plan["changes"][0]["path"], "/description");
    let shown = |place: &Place<FakeMistral>| {
        place
            .fake
            .with(|mistral| mistral.connectors[0].shown["description"].clone())
    };
    assert_eq!(shown(&place), "Words");
    place.does(&format!("{edit} --yes")).await;
    assert_eq!(shown(&place), "Knowledge");
    let again = place.does(edit).await;
    assert!(again.stderr.contains("is so already"), "{}", again.stderr);

    let actions = place.does("connector actions wiki").await;
    assert!(
        actions.stdout.contains("activate-for-user"),
        "{}",
        actions.stdout
    );
    place.does("connector action wiki activate-for-user").await;
    let refused = place
        .fails("connector action wiki share-with-workspace", 2)
        .await;
    assert!(
        refused.stderr.contains("every member can use it"),
        "{}",
        refused.stderr
    );
    place
        .does("connector action wiki share-with-workspace --yes")
        .await;
    place
        .does("connector action wiki unshare-from-workspace --yes")
        .await;
    place.fails("connector action wiki nothing", 6).await;

    mistral_credentials(&place).await;
    for name in ["wiki", "notes"] {
        place.fails(&format!("connector remove {name}"), 2).await;
        place.does(&format!("connector remove {name} --yes")).await;
    }
    place.over();
}

/// A credential at two connectors rotates: one refuses it at first, then both go back.
async fn mistral_credentials(place: &Place<FakeMistral>) {
    for name in ["wiki", "notes"] {
        let save = format!(
            "credential add mine --connector {name} --level user --set /credential/kind=bearer \
             --secret /credential/bearer_token=wallet:key --default"
        );
        place.does(&save).await;
        place.fails(&save, 2).await;
    }
    place.fails("credential list --connector nobody", 6).await;
    place
        .fails("credential add other --connector wiki", 2)
        .await;
    let listed = place
        .json("credential list --connector wiki --level user")
        .await;
    assert_eq!(listed[0]["credentials"][0]["name"], "mine");
    assert_eq!(listed[0]["credentials"][0]["isDefault"], true);
    let absent = "credential replace none --connector wiki --level user \
                  --set /credential/kind=bearer --secret /credential/bearer_token=wallet:key";
    place.fails(absent, 6).await;

    runs_name_their_credential(place).await;
    let sent = |place: &Place<FakeMistral>| {
        place.fake.with(|mistral| {
            let all = mistral.connectors.iter();
            let token = |values: &serde_json::Map<String, Value>| {
                let text = Value::Object(values.clone()).to_string();
                text.contains(NEXT_TOKEN)
            };
            all.map(|one| one.credentials.iter().any(|(_, given)| token(given)))
                .collect::<Vec<_>>()
        })
    };
    let plan = place.json("credential rotate key --dry-run").await;
    assert_eq!(plan["targets"].as_array().unwrap().len(), 2);
    assert_eq!(sent(place), [false, false]);
    place.fake.trouble(refused_once());
    let rotated = rotate(place, 4).await;
    place.fake.trouble(None);
    assert_eq!(problems(&rotated)[0]["code"], "auth.forbidden", "{rotated}");
    assert!(problems(&rotated)[1].is_null(), "{rotated}");
    assert_eq!(sent(place), [false, true]);
    // The old one is still kept for one of them: another rotation would lose it.
    rotate_again_is_refused(place).await;
    let retried = place.json("credential rotate key --retry").await;
    assert!(
        problems(&retried).iter().all(|one| one.is_null()),
        "{retried}"
    );
    assert_eq!(sent(place), [true, true]);
    let back = place.json("credential rotate key --take-back").await;
    assert_eq!(back["canGoBack"], true);
    assert_eq!(sent(place), [false, false]);
    place.does("credential rotate key --finish").await;
    place.fails("credential rotate key --take-back", 2).await;
    let shown = place.does("credential show key").await;
    assert!(
        shown.stdout.contains("user credential mine"),
        "{}",
        shown.stdout
    );

    place
        .does("credential default mine --connector wiki --level user")
        .await;
    let remove = "credential remove mine --connector wiki --level user";
    place.fails(remove, 2).await;
    place.does(&format!("{remove} --yes")).await;
    let rest = place.json("credential rotate key --dry-run").await;
    assert_eq!(rest["targets"].as_array().unwrap().len(), 1);
}

/// A run with a named credential says so, in its request too, and is repeated with it.
async fn runs_name_their_credential(place: &Place<FakeMistral>) {
    place.does("connector connect wiki").await;
    let dry = place
        .json("tool run wiki echo text=x --as mine --dry-run")
        .await;
    let to = dry["endpoint"].as_str().unwrap();
    assert!(to.ends_with("/call?credentials_name=mine"), "{to}");
    assert_eq!(dry["identity"]["credential"], "mine");
    let run = place.json("tool run wiki echo text=x --as mine").await;
    assert_eq!(run["identity"]["credential"], "mine");
    let replay = format!("run replay {}", run["id"].as_str().unwrap());
    let again = place.json(&replay).await;
    assert_eq!(again["credential"], "mine");
    assert_eq!(again["request"]["credentials_name"], "mine");
}

async fn rotate_again_is_refused(place: &Place<FakeMistral>) {
    let words = ["credential", "rotate", "key", "--json"];
    let done = place.run_with(&words, TOKEN).await;
    assert_eq!(done.code, 2, "{}", done.shown());
    let hint = done.failure()["hint"].clone();
    assert!(hint.as_str().unwrap().contains("Retry"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cohere_from_creation_to_deletion() {
    let place = place(FakeCohere::new(KEY), "cohere", &[], KEY).await;
    save_key(&place).await;
    let search = format!("{}/search", place.fake.url());
    // There is one definition, which need not be named.
    let made = place
        .does(&format!(
            "connector create acc name=Intranet url={search} /authentication/kind=service_auth \
             /authentication/type=bearer --secret /authentication/token=wallet:key"
        ))
        .await;
    assert_eq!(made.stdout, "intranet\n");
    place
        .does("connector edit intranet name=Extranet --yes")
        .await;
    let name = place
        .fake
        .with(|cohere| cohere.connectors[0]["name"].clone());
    assert_eq!(name, "Extranet");
    let connector = place.json("connector list").await[0]["name"].clone();
    let connector = connector.as_str().unwrap();
    place
        .does(&format!("connector action {connector} deactivate"))
        .await;
    assert_eq!(place.status(connector).await, "disabled");
    place
        .does(&format!("connector action {connector} activate"))
        .await;

    // The platform tells nobody what it was given: what was sent last does.
    let token = |place: &Place<FakeCohere>| {
        let log = place.fake.log();
        let sent = log.iter().rev().filter(|seen| seen.method != "GET");
        let mut bodies = sent.filter_map(|seen| serde_json::from_slice::<Value>(&seen.body).ok());
        let last = bodies.find(|body| body.get("service_auth").is_some());
        last.unwrap_or_default()["service_auth"]["token"].clone()
    };
    assert_eq!(token(&place), TOKEN);
    place.fake.trouble(refused_once());
    let rotated = rotate(&place, 4).await;
    place.fake.trouble(None);
    assert_eq!(problems(&rotated)[0]["code"], "auth.forbidden", "{rotated}");
    place.does("credential rotate key --retry").await;
    assert_eq!(token(&place), NEXT_TOKEN);
    place.does("credential rotate key --take-back").await;
    assert_eq!(token(&place), TOKEN);
    place.does("credential rotate key --finish").await;

    let listed = place
        .json(&format!("credential list --connector {connector}"))
        .await;
    assert_eq!(listed[0]["level"]["level"], "organization");
    place
        .does(&format!("credential remove --connector {connector} --yes"))
        .await;
    assert_eq!(token(&place), Value::Null);
    // It is gone, and a rotation would not bring it back.
    let rest = place.json("credential rotate key --dry-run").await;
    assert_eq!(rest["targets"], json!([]));
    place
        .does(&format!("connector remove {connector} --yes"))
        .await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn agent_stack_copies_what_lies_on_this_computer() {
    let mut fake = FakeAgentStack::new();
    fake.tokens = vec![KEY.to_owned()];
    let place = place(fake, "agentstack", &["--set", "auth=bearer"], KEY).await;
    let url = place.terminal.playground.open_url();
    place
        .does(&format!("connector add {url} --name play"))
        .await;
    let form = place.json("connector copy play --to acc --describe").await;
    assert_eq!(form["values"]["url"], url.as_str());
    let copied = place.does("connector copy play --to acc --connect").await;
    let copy = copied.stdout.trim().to_owned();
    assert_eq!(place.status(&copy).await, "ready");
    let copies = place.json("connector copies play").await;
    assert_eq!(copies[0]["connector"]["name"], copy.as_str());
    let copies = place.does("connector copies play").await;
    assert!(copies.stdout.contains("account"), "{}", copies.stdout);

    place
        .fails(&format!("connector action {copy} disconnect"), 2)
        .await;
    place
        .does(&format!("connector action {copy} disconnect --yes"))
        .await;
    assert_eq!(place.status(&copy).await, "disconnected");
    place
        .does(&format!("connector action {copy} connect"))
        .await;
    // It is connected, and its tools are not listed yet.
    assert_eq!(place.status(&copy).await, "unknown");
    place.does(&format!("connector connect {copy}")).await;
    assert_eq!(place.status(&copy).await, "ready");
    let unlisted = place
        .does(&format!("credential list --connector {copy}"))
        .await;
    assert!(
        unlisted.stderr.contains("does not list them"),
        "{}",
        unlisted.stderr
    );
    place.does(&format!("connector remove {copy} --yes")).await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn airbyte_from_creation_to_deletion() {
    let fake = FakeAirbyte::new("cid-1", KEY);
    let input = json!({ "client_secret": KEY }).to_string();
    let place = place(fake, "airbyte", &["--set", "client_id=cid-1"], &input).await;
    save_key(&place).await;
    let kind = KINDS[0].0;
    let described = place
        .json(&format!("connector create acc {kind} --describe"))
        .await;
    assert!(
        described["schema"]["properties"]["credentials"].is_object(),
        "{described}"
    );
    let create = [
        "connector",
        "create",
        "acc",
        "GitHub",
        "name=repos",
        "/replication_config/repositories:=[\"ada/tea\"]",
        "/credentials/option_title=PAT Credentials",
        "--secret",
        "/credentials/token=wallet:key",
        "--connect",
    ];
    let made = place.run_with(&create, "").await;
    made.succeeded();
    assert_eq!(made.stdout, "repos\n");
    assert_eq!(place.status("repos").await, "ready");
    place
        .does("connector edit repos /replication_config/repositories:=[\"ada/coffee\"] --yes")
        .await;
    let config = place
        .fake
        .with(|airbyte| airbyte.connectors[0]["replication_config"].clone());
    assert_eq!(config, json!({ "repositories": ["ada/coffee"] }));
    place.does("connector action repos check").await;
    place.fails("credential list --connector repos", 2).await;
    // Airbyte takes no other credentials for a connector that there is: the place says so.
    let rotated = rotate(&place, 1).await;
    assert_eq!(
        problems(&rotated)[0]["code"],
        "platform.not_supported",
        "{rotated}"
    );
    place.does("credential rotate key --take-back").await;
    place.does("connector remove repos --yes").await;
    assert!(place.fake.with(|airbyte| airbyte.connectors.is_empty()));
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn tenex_from_creation_to_deletion() {
    let key = "tnx_abc12345_s3cret90ab";
    let place = place(FakeTenex::new(key), "tenex", &[], key).await;
    save_key(&place).await;
    let create = "connector create acc apollo name=Apollo --secret api_key=wallet:key";
    assert_eq!(place.does(create).await.stdout, "apollo\n");
    let actions = place.json("connector actions apollo").await;
    let titles: Vec<_> = actions["groups"].as_array().unwrap().iter().collect();
    assert!(
        titles.iter().any(|group| group["title"] == "Role"),
        "{actions}"
    );
    let tested = place.json("connector action apollo test").await;
    assert_eq!(tested["answer"]["ok"], true, "{tested}");
    place.does("connector action apollo disable").await;
    assert_eq!(place.status("apollo").await, "disabled");
    place.does("connector action apollo enable").await;

    place.fake.trouble(refused_once());
    let rotated = rotate(&place, 4).await;
    place.fake.trouble(None);
    assert_eq!(problems(&rotated)[0]["code"], "auth.forbidden", "{rotated}");
    place.does("credential rotate key --retry").await;
    place.does("credential rotate key --take-back").await;
    place.does("credential rotate key --finish").await;
    let replace = "credential replace --connector apollo --secret api_key=-";
    let words: Vec<&str> = replace.split(' ').collect();
    place.run_with(&words, NEXT_TOKEN).await.succeeded();
    // It was typed in, and the wallet has nothing to do with it any more.
    let rest = place.json("credential rotate key --dry-run").await;
    assert_eq!(rest["targets"], json!([]));
    place.does("connector remove apollo --yes").await;
    place.over();
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_change_colour_settings_and_sign_out() {
    let place = place(FakeCohere::new(KEY), "cohere", &[], KEY).await;
    let coloured = place.json("account colour acc teal").await;
    assert_eq!(coloured["colour"], "teal");
    assert_eq!(
        place.json("account colour acc none").await["colour"],
        Value::Null
    );
    place.fails("account colour acc mauve", 2).await;

    let nowhere = "account set acc base_url=http://127.0.0.1:9/ --dry-run";
    place.fails(nowhere, 7).await;
    let slash = format!(
        "account set acc base_url={}/",
        place.fake.url().trim_end_matches('/')
    );
    let changed = place.json(&slash).await;
    assert_eq!(changed["settings"]["base_url"], changed["baseUrl"]);
    place
        .fails("account set acc base_url=http://127.0.0.1:9/", 7)
        .await;
    place.does("account test acc").await;

    let gone = place.json("account sign-out acc").await;
    assert_eq!(gone["isSignedOut"], true);
    place.fails("account test acc", 3).await;
    let replace = ["account", "replace", "acc", "--from", "-"];
    place.run_with(&replace, KEY).await.succeeded();
    place.does("account test acc").await;
    place.over();
}
