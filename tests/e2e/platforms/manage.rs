//! Connectors managed from the command line: created, changed, acted on, given credentials that rotate, and
//! deleted.

use patchbay_testkit::fakes::{
    Answer, FakeAgentStack, FakeAirbyte, FakeCohere, FakeMistral, FakePlatform, FakeTenex, Fault,
    KINDS, RecordedRequest,
};
use serde_json::{Value, json};

use super::support::Fixture;
use crate::cli::terminal::words;

const KEY: &str = "acc-key-0a1b2c3d4e5f";
const TOKEN: &str = "service-token-1122aabb";
const NEXT_TOKEN: &str = "service-token-next-3344";
const APP_SECRET: &str = "app-secret-99c1d2e3f4";

async fn fixture<H: FakePlatform>(
    fake: H,
    platform: &str,
    more: &[&str],
    input: &str,
) -> Fixture<H> {
    let fixture = Fixture::new(fake, &[KEY, TOKEN, NEXT_TOKEN, APP_SECRET]).await;
    fixture.signed_in(platform, more, input).await;
    fixture
}

/// Saves the token that the stories are about in the wallet, as `key`.
async fn save_key<H: FakePlatform>(fixture: &Fixture<H>) {
    let add = "credential add key --kind bearer";
    fixture.does_with(add, TOKEN).await;
}

/// Rotates `key`, which has to end with that exit code, and returns the document.
async fn rotate<H: FakePlatform>(fixture: &Fixture<H>, exit: i32) -> Value {
    let rotate = words("credential rotate key --json");
    let done = fixture.run_with(&rotate, NEXT_TOKEN).await;
    assert_eq!(done.code, exit, "{}", done.transcript());
    done.document()
}

/// Rotates `key` while the platform refuses the first request that writes.
async fn rotate_refused<H: FakePlatform>(fixture: &Fixture<H>) -> Value {
    let said = json!({ "detail": "only owners may" });
    let refused = Fault::answer(Answer::json(403, &said))
        .on(|seen: &RecordedRequest| seen.method != "GET")
        .times(1);
    fixture.fake.set_fault(refused);
    let rotated = rotate(fixture, 4).await;
    fixture.fake.set_fault(None);
    assert_eq!(problems(&rotated)[0]["code"], "auth.forbidden", "{rotated}");
    rotated
}

/// What each place of a rotation says of why it was not reached.
fn problems(rotation: &Value) -> Vec<&Value> {
    let targets = rotation["targets"].as_array().unwrap();
    targets.iter().map(|target| &target["problem"]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn mistral_from_creation_to_deletion() {
    let fixture = fixture(FakeMistral::new(KEY), "mistral", &[], KEY).await;
    save_key(&fixture).await;
    let listed = fixture.json("connector types acc").await;
    assert_eq!(listed[0]["id"], "mcp");
    let described = fixture.does("connector create acc mcp --describe").await;
    described.assert_stdout("string, required");
    let unknown = fixture
        .fails("connector create acc nothing --json", 6)
        .await;
    assert_eq!(unknown.failure()["code"], "not_found");

    let methods = r#"auth_methods:=[{"kind":"bearer"}]"#;
    for name in ["wiki", "notes"] {
        let words = format!(
            "connector create acc mcp name={name} description=Words \
             server=https://{name}.example/mcp {methods}"
        );
        let made = fixture.does(&words).await;
        assert_eq!(made.stdout, format!("{name}\n"));
    }
    // What does not fit is told before anything is sent.
    let wrong = "connector create acc mcp name=a.b description=x server=https://x.example/ --json";
    let wrong = fixture.fails(wrong, 2).await.failure();
    assert_eq!(wrong["fields"][0]["path"], "/name");

    // A change is shown first, and nobody agreed to it.
    let edit = "connector edit wiki description=Knowledge";
    let asked = fixture.fails(edit, 2).await;
    asked.assert_stderr("+ \"Knowledge\"");
    let plan = fixture.json(&format!("{edit} --dry-run")).await;
    assert_eq!(plan["changes"][0]["path"], "/description");
    let shown = |fixture: &Fixture<FakeMistral>| {
        fixture.with(|mistral| mistral.connectors[0].shown["description"].clone())
    };
    assert_eq!(shown(&fixture), "Words");
    fixture.does(&format!("{edit} --yes")).await;
    assert_eq!(shown(&fixture), "Knowledge");
    let again = fixture.does(edit).await;
    again.assert_stderr("No changes.");

    let actions = fixture.does("connector actions wiki").await;
    actions.assert_stdout("activate-for-user");
    fixture
        .does("connector action wiki activate-for-user")
        .await;
    let refused = fixture
        .fails("connector action wiki share-with-workspace", 2)
        .await;
    refused.assert_stderr("every member can use it");
    fixture
        .does("connector action wiki share-with-workspace --yes")
        .await;
    fixture
        .does("connector action wiki unshare-from-workspace --yes")
        .await;
    fixture.fails("connector action wiki nothing", 6).await;
    let off = fixture.fails("connector edit wiki --off", 2).await;
    off.assert_stderr("`patchbay connector actions wiki`");

    mistral_credentials(&fixture).await;
    for name in ["wiki", "notes"] {
        fixture.fails(&format!("connector remove {name}"), 2).await;
        fixture
            .does(&format!("connector remove {name} --yes"))
            .await;
    }
    fixture.assert_clean();
}

/// A credential at two connectors rotates: one refuses it at first, then both go back.
async fn mistral_credentials(fixture: &Fixture<FakeMistral>) {
    for name in ["wiki", "notes"] {
        let save = format!(
            "credential add mine --connector {name} --level user --set /credential/kind=bearer \
             --secret /credential/bearer_token=wallet:key --default"
        );
        fixture.does(&save).await;
        fixture.fails(&save, 2).await;
    }
    fixture.fails("credential list --connector nobody", 6).await;
    fixture
        .fails("credential add other --connector wiki", 2)
        .await;
    let listed = fixture
        .json("credential list --connector wiki --level user")
        .await;
    assert_eq!(listed[0]["credentials"][0]["name"], "mine");
    assert_eq!(listed[0]["credentials"][0]["isDefault"], true);
    let absent = "credential replace none --connector wiki --level user \
                  --set /credential/kind=bearer --secret /credential/bearer_token=wallet:key";
    fixture.fails(absent, 6).await;

    runs_name_their_credential(fixture).await;
    let sent = |fixture: &Fixture<FakeMistral>| {
        fixture.with(|mistral| {
            let all = mistral.connectors.iter();
            let token = |values: &serde_json::Map<String, Value>| {
                let text = Value::Object(values.clone()).to_string();
                text.contains(NEXT_TOKEN)
            };
            all.map(|one| one.credentials.iter().any(|(_, given)| token(given)))
                .collect::<Vec<_>>()
        })
    };
    let plan = fixture.json("credential rotate key --dry-run").await;
    assert_eq!(plan["targets"].as_array().unwrap().len(), 2);
    assert_eq!(sent(fixture), [false, false]);
    let rotated = rotate_refused(fixture).await;
    assert!(problems(&rotated)[1].is_null(), "{rotated}");
    assert_eq!(sent(fixture), [false, true]);
    // The old one is still kept for one of them: another rotation would lose it.
    rotate_again_is_refused(fixture).await;
    let retried = fixture.json("credential rotate key --retry").await;
    assert!(
        problems(&retried).iter().all(|one| one.is_null()),
        "{retried}"
    );
    assert_eq!(sent(fixture), [true, true]);
    let back = fixture.json("credential rotate key --roll-back").await;
    assert_eq!(back["canGoBack"], true);
    assert_eq!(sent(fixture), [false, false]);
    fixture.does("credential rotate key --finish").await;
    fixture.fails("credential rotate key --roll-back", 2).await;
    let shown = fixture.does("credential show key").await;
    shown.assert_stdout("personal credential mine");

    fixture
        .does("credential set-default mine --connector wiki --level personal")
        .await;
    let remove = "credential remove mine --connector wiki --level user";
    fixture.fails(remove, 2).await;
    fixture.does(&format!("{remove} --yes")).await;
    let rest = fixture.json("credential rotate key --dry-run").await;
    assert_eq!(rest["targets"].as_array().unwrap().len(), 1);
}

/// A run with a named credential says so, in its request too, and is repeated with it.
async fn runs_name_their_credential(fixture: &Fixture<FakeMistral>) {
    fixture.does("connector connect wiki").await;
    let dry = fixture
        .json("tool run wiki echo text=x --credential mine --dry-run")
        .await;
    let to = dry["url"].as_str().unwrap();
    assert!(to.ends_with("/call?credentials_name=mine"), "{to}");
    assert_eq!(dry["identity"]["credential"], "mine");
    let run = fixture
        .json("tool run wiki echo text=x --credential mine")
        .await;
    assert_eq!(run["identity"]["credential"], "mine");
    let replay = format!("run again {}", run["id"].as_str().unwrap());
    let again = fixture.json(&replay).await;
    assert_eq!(again["credential"], "mine");
    let goes_to = |run: &Value, end: &str| {
        let url = run["exchange"]["request"]["url"].as_str().unwrap();
        assert!(url.ends_with(end), "{run}");
    };
    goes_to(&again, "/call?credentials_name=mine");
    // Elsewhere it is the connector's own choice, unless one is named.
    let own = fixture.json(&format!("{replay} --connector wiki")).await;
    goes_to(&own, "/call");
    let replay = format!("run again {}", own["id"].as_str().unwrap());
    let named = fixture.json(&format!("{replay} --credential mine")).await;
    goes_to(&named, "/call?credentials_name=mine");
}

async fn rotate_again_is_refused(fixture: &Fixture<FakeMistral>) {
    let rotate = words("credential rotate key --json");
    let done = fixture.run_with(&rotate, TOKEN).await;
    assert_eq!(done.code, 2, "{}", done.transcript());
    let hint = done.failure()["hint"].clone();
    assert!(hint.as_str().unwrap().contains("Retry"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cohere_from_creation_to_deletion() {
    let fixture = fixture(FakeCohere::new(KEY), "cohere", &[], KEY).await;
    save_key(&fixture).await;
    let search = format!("{}/search", fixture.fake.url());
    // There is one definition, which need not be named.
    let made = fixture
        .does(&format!(
            "connector create acc name=Intranet url={search} /authentication/kind=service_auth \
             /authentication/type=bearer --secret /authentication/token=wallet:key"
        ))
        .await;
    assert_eq!(made.stdout, "intranet\n");
    fixture
        .does("connector edit intranet name=Extranet --yes")
        .await;
    let name = fixture.with(|cohere| cohere.connectors[0]["name"].clone());
    assert_eq!(name, "Extranet");
    let connector = fixture.json("connector list").await[0]["name"].clone();
    let connector = connector.as_str().unwrap();
    fixture
        .does(&format!("connector action {connector} deactivate"))
        .await;
    assert_eq!(fixture.status(connector).await, "disabled");
    fixture
        .does(&format!("connector action {connector} activate"))
        .await;

    // The platform tells nobody what it was given: what was sent last does.
    let token = |fixture: &Fixture<FakeCohere>| {
        let log = fixture.fake.log();
        let sent = log.iter().rev().filter(|seen| seen.method != "GET");
        let mut bodies = sent.filter_map(|seen| serde_json::from_slice::<Value>(&seen.body).ok());
        let last = bodies.find(|body| body.get("service_auth").is_some());
        last.unwrap_or_default()["service_auth"]["token"].clone()
    };
    assert_eq!(token(&fixture), TOKEN);
    rotate_refused(&fixture).await;
    fixture.does("credential rotate key --retry").await;
    assert_eq!(token(&fixture), NEXT_TOKEN);
    fixture.does("credential rotate key --roll-back").await;
    assert_eq!(token(&fixture), TOKEN);
    fixture.does("credential rotate key --finish").await;

    let listed = fixture
        .json(&format!("credential list --connector {connector}"))
        .await;
    assert_eq!(listed[0]["level"]["level"], "organization");
    fixture
        .does(&format!("credential remove --connector {connector} --yes"))
        .await;
    assert_eq!(token(&fixture), Value::Null);
    // It is gone, and a rotation would not bring it back.
    let rest = fixture.json("credential rotate key --dry-run").await;
    assert_eq!(rest["targets"], json!([]));
    fixture
        .does(&format!("connector remove {connector} --yes"))
        .await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn cohere_is_not_asked_for_a_copy_that_cannot_work() {
    let fixture = fixture(FakeCohere::new(KEY), "cohere", &[], KEY).await;
    let url = fixture.playground.open_url();
    fixture
        .does(&format!("connector add {url} --name play"))
        .await;
    fixture.fake.clear_log();
    let refused = fixture.fails("connector copy play --to acc", 2).await;
    let words = "can't be copied to acc: Search services for Cohere chat, not MCP servers";
    refused.assert_stderr(words);
    assert!(fixture.fake.log().is_empty());
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn agent_stack_copies_what_lies_on_this_computer() {
    let mut fake = FakeAgentStack::new();
    fake.tokens = vec![KEY.to_owned()];
    let fixture = fixture(fake, "agentstack", &["--set", "auth=bearer"], KEY).await;
    let url = fixture.playground.open_url();
    fixture
        .does(&format!("connector add {url} --name play"))
        .await;
    let form = fixture
        .json("connector copy play --to acc --describe")
        .await;
    assert_eq!(form["values"]["url"], url.as_str());
    let copied = fixture.does("connector copy play --to acc --connect").await;
    let copy = copied.stdout.trim().to_owned();
    assert_eq!(fixture.status(&copy).await, "ready");
    let copies = fixture.json("connector copies play").await;
    assert_eq!(copies[0]["connector"]["name"], copy.as_str());
    let copies = fixture.does("connector copies play").await;
    copies.assert_stdout("account");

    fixture
        .fails(&format!("connector action {copy} disconnect"), 2)
        .await;
    fixture
        .does(&format!("connector action {copy} disconnect --yes"))
        .await;
    assert_eq!(fixture.status(&copy).await, "disconnected");
    fixture
        .does(&format!("connector action {copy} connect"))
        .await;
    // It is connected, and its tools are not listed yet.
    assert_eq!(fixture.status(&copy).await, "unknown");
    fixture.does(&format!("connector connect {copy}")).await;
    assert_eq!(fixture.status(&copy).await, "ready");
    let unlisted = fixture
        .does(&format!("credential list --connector {copy}"))
        .await;
    unlisted.assert_stderr("not listed by the platform");
    fixture
        .does(&format!("connector remove {copy} --yes"))
        .await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn airbyte_from_creation_to_deletion() {
    let fake = FakeAirbyte::new("cid-1", KEY);
    let input = json!({ "client_secret": KEY }).to_string();
    let fixture = fixture(fake, "airbyte", &["--set", "client_id=cid-1"], &input).await;
    save_key(&fixture).await;
    let kind = KINDS[0].0;
    let described = fixture
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
    let made = fixture.run_with(&create, "").await;
    made.succeeded();
    assert_eq!(made.stdout, "repos\n");
    assert_eq!(fixture.status("repos").await, "ready");
    fixture
        .does("connector edit repos /replication_config/repositories:=[\"ada/coffee\"] --yes")
        .await;
    let config = fixture.with(|airbyte| airbyte.connectors[0]["replication_config"].clone());
    assert_eq!(config, json!({ "repositories": ["ada/coffee"] }));
    fixture.does("connector action repos check").await;
    fixture.fails("credential list --connector repos", 2).await;
    // Airbyte takes no other credentials for a connector that there is: the place says so.
    let rotated = rotate(&fixture, 1).await;
    assert_eq!(
        problems(&rotated)[0]["code"],
        "platform.not_supported",
        "{rotated}"
    );
    fixture.does("credential rotate key --roll-back").await;
    fixture.does("connector remove repos --yes").await;
    assert!(fixture.with(|airbyte| airbyte.connectors.is_empty()));
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn tenex_from_creation_to_deletion() {
    let key = "tnx_abc12345_s3cret90ab";
    let fixture = fixture(FakeTenex::new(key), "tenex", &[], key).await;
    save_key(&fixture).await;
    let create = "connector create acc apollo name=Apollo --secret api_key=wallet:key";
    assert_eq!(fixture.does(create).await.stdout, "apollo\n");
    let actions = fixture.json("connector actions apollo").await;
    let groups = actions["groups"].as_array().unwrap();
    let has_role = groups.iter().any(|group| group["title"] == "Role");
    assert!(has_role, "{actions}");
    let tested = fixture.json("connector action apollo test").await;
    assert_eq!(tested["answer"]["ok"], true, "{tested}");
    fixture.does("connector action apollo disable").await;
    assert_eq!(fixture.status("apollo").await, "disabled");
    fixture.does("connector action apollo enable").await;

    rotate_refused(&fixture).await;
    fixture.does("credential rotate key --retry").await;
    fixture.does("credential rotate key --roll-back").await;
    fixture.does("credential rotate key --finish").await;
    let replace = "credential replace --connector apollo --secret api_key=-";
    fixture.does_with(replace, NEXT_TOKEN).await;
    // It was typed in, and the wallet has nothing to do with it any more.
    let rest = fixture.json("credential rotate key --dry-run").await;
    assert_eq!(rest["targets"], json!([]));
    fixture.does("connector remove apollo --yes").await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_change_colour_settings_and_sign_out() {
    let fixture = fixture(FakeCohere::new(KEY), "cohere", &[], KEY).await;
    let coloured = fixture.json("account color acc teal").await;
    assert_eq!(coloured["colour"], "teal");
    let plain = fixture.json("account color acc none").await;
    assert_eq!(plain["colour"], Value::Null);
    fixture.fails("account color acc mauve", 2).await;

    // The saved key belongs to the former address: another one is contacted only with a key that is given for it.
    let nowhere = "account edit acc base_url=http://127.0.0.1:9/";
    fixture.fails(&format!("{nowhere} --dry-run"), 2).await;
    fixture.fails(nowhere, 2).await;
    let with_key = words("account edit acc base_url=http://127.0.0.1:9/ --from - --dry-run");
    let tried = fixture.run_with(&with_key, KEY).await;
    assert_eq!(tried.code, 7, "{}", tried.transcript());
    let slash = format!(
        "account edit acc base_url={}/",
        fixture.fake.url().trim_end_matches('/')
    );
    let changed = fixture.json(&slash).await;
    assert_eq!(changed["settings"]["base_url"], changed["baseUrl"]);
    fixture.does("account test acc").await;

    let gone = fixture.json("account sign-out acc").await;
    assert_eq!(gone["isSignedOut"], true);
    fixture.fails("account test acc", 3).await;
    fixture.replace_key(KEY).await;
    fixture.does("account test acc").await;
    fixture.assert_clean();
}
