//! Airbyte Agents: tools are entities and their actions, deletion is a job.

use std::collections::BTreeMap;

use patchbay_model::Json;
use patchbay_ops::{CallOperation, call_operation, resolve_account, sync_account};
use patchbay_testkit::fakes::{Answer, FakeAirbyte, Fault, FaultKind, KINDS, ResponseGate};
use serde_json::{Value, json};

use super::support::Fixture;
#[cfg(unix)]
use crate::cli::terminal::{ended, interrupt};

const SECRET: &str = "ab-secret-61d0e9f8a7";
const NEXT_SECRET: &str = "ab-secret-next-2b3c4d";
const TOKEN: &str = "ghp_5d6e7f8091a2b3c4";

async fn fixture() -> Fixture<FakeAirbyte> {
    let fake = FakeAirbyte::new("cid-1", SECRET);
    let fixture = Fixture::new(fake, &[SECRET, NEXT_SECRET, TOKEN, "application-token-0"]).await;
    let input = json!({ "client_secret": SECRET }).to_string();
    fixture
        .signed_in("airbyte", &["--set", "client_id=cid-1"], &input)
        .await;
    fixture
}

/// A GitHub connector named `repos`.
async fn create(fixture: &Fixture<FakeAirbyte>) -> Value {
    let made = json!({
        "name": "repos", "definition_id": KINDS[0].0, "credentials": { "token": TOKEN },
        "replication_config": { "repositories": ["ada/tea"] },
    });
    let made = fixture.api("create_connector", made).await;
    fixture.does("connector list --refresh").await;
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story() {
    let fixture = fixture().await;
    let found = fixture
        .api("find_definition", json!({ "name": "github" }))
        .await;
    assert_eq!(found["sourceDefinitionId"], KINDS[0].0);
    create(&fixture).await;
    assert_eq!(fixture.status("repos").await, "unknown");
    fixture.does("connector connect repos").await;
    assert_eq!(fixture.status("repos").await, "ready");

    let listed = fixture.json("tool list repos").await;
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["tool"]["name"])
        .collect();
    assert!(names.contains(&&json!("issues.list")), "{names:?}");
    let run = fixture.json("tool run repos issues.list").await;
    assert_eq!(run["state"], "done");
    let next = format!("run next {}", run["id"].as_str().unwrap());
    let last = fixture.json(&next).await;
    assert_eq!(last["arguments"]["params"]["cursor"], "page-2");
    let over = format!("run next {}", last["id"].as_str().unwrap());
    fixture.fails(&over, 6).await;
    fixture
        .fails("tool run repos execute entity=nothing action=list --yes", 1)
        .await;
    assert_eq!(fixture.json("run list").await["total"], 3);

    let replace = ["account", "replace-key", "acc", "--from", "-"];
    fixture.with(|airbyte| {
        airbyte.credentials.1 = NEXT_SECRET.to_owned();
        airbyte.tokens.clear();
    });
    fixture.fails("account test acc", 3).await;
    fixture.run_with(&replace, NEXT_SECRET).await.succeeded();
    fixture.does("account test acc").await;

    fixture.does("connector remove repos --yes").await;
    assert!(fixture.with(|airbyte| airbyte.connectors.is_empty()));
    fixture.does("account remove acc").await;
    fixture.assert_clean();
}

/// Source: the product text of Airbyte's connectors: `connect("stripe")`, `execute("customers", "list")`.
#[tokio::test(flavor = "multi_thread")]
async fn a_connector_is_meant_by_its_slug_and_a_read_asks_nobody() {
    let fixture = fixture().await;
    for (definition, name) in [(KINDS[0].0, "repos"), (KINDS[1].0, "payments")] {
        let made = json!({
            "name": name, "definition_id": definition, "credentials": { "token": TOKEN },
            "replication_config": { "repositories": ["ada/tea"] },
        });
        fixture.api("create_connector", made).await;
    }
    let listed = fixture.does("connector list --refresh").await.stdout;
    assert!(
        listed.contains("TYPE") && listed.contains("GitHub"),
        "{listed}"
    );
    for filter in [
        "--type github",
        "--type github --platform airbyte --account acc --status unknown",
    ] {
        let listed = fixture.json(&format!("connector list {filter}")).await;
        assert_eq!(listed.as_array().unwrap().len(), 1, "{filter}");
        assert_eq!(listed[0]["name"], "repos");
    }
    assert_eq!(
        fixture.json("connector list --status ready").await,
        json!([])
    );
    let shown = fixture.json("connector show stripe").await;
    assert_eq!(shown["name"], "payments");
    let shown = fixture.json("connector show acc/github").await;
    assert_eq!(shown["name"], "repos");

    let run = fixture.json("tool run github issues.list").await;
    assert_eq!(run["state"], "done");
    // What the action only reads needs nobody to agree, and what it takes away does.
    let run = "tool run github execute entity=issues action=list";
    assert_eq!(fixture.json(run).await["state"], "done");
    for action in ["delete", "anything"] {
        let run = format!("tool run github execute entity=issues action={action} --json");
        let refused = fixture.fails(&run, 2).await.failure();
        assert_eq!(refused["code"], "confirmation_needed");
    }
    // An entity that nobody described may be there all the same: the platform tells.
    let asked = fixture.fails("tool run stripe customers.list --json", 1);
    let asked = asked.await.failure();
    assert_eq!(asked["code"], "platform.invalid", "{asked}");
    fixture.fails("tool run stripe customers.nothing", 6).await;
    fixture.assert_clean();
}

/// Whoever makes a connector in another workspace than the account's finds it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_connector_of_another_workspace_stays_in_the_list() {
    let fixture = fixture().await;
    fixture.with(|airbyte| airbyte.workspaces.push("tea".to_owned()));
    let made = json!({
        "name": "repos", "definition_id": KINDS[0].0, "credentials": { "token": TOKEN },
        "replication_config": { "repositories": ["ada/tea"] }, "workspace_name": "tea",
    });
    fixture.api("create_connector", made).await;
    for _ in 0..2 {
        fixture.does("connector list --refresh").await;
        let listed = fixture.json("connector list").await;
        assert_eq!(listed[0]["name"], "repos");
    }
    assert_eq!(fixture.fact("repos", "Workspace").await, "tea");
    // A workspace that is gone takes its connectors along, and nothing else.
    fixture.with(|airbyte| airbyte.workspaces.retain(|name| name != "tea"));
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.json("connector list").await, json!([]));
    fixture.assert_clean();
}

/// Source: Airbyte contract, section 1, "constant header".
#[tokio::test(flavor = "multi_thread")]
async fn every_request_carries_the_header_of_the_official_client() {
    let fixture = fixture().await;
    fixture.does("connector list --refresh").await;
    let log = fixture.fake.log();
    assert!(!log.is_empty());
    for seen in log {
        let sent = seen.header("x-adp-agent-sdk");
        assert_eq!(sent, Some("airbyte-agent-sdk"), "{:?}", seen.path);
    }
    fixture.assert_clean();
}

/// Source: Airbyte contract, section 9: a check that is refused leaves the state as it was.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_check_that_went_well_makes_it_ready() {
    let fixture = fixture().await;
    create(&fixture).await;

    let refused = Answer::json(403, &json!({ "detail": "no access" }));
    let checks = Fault::answer(refused).on(|seen| seen.path.ends_with(&["check".to_owned()]));
    fixture.fake.set_fault(checks);
    fixture.does("tool list repos --refresh").await;
    assert_eq!(fixture.status("repos").await, "unknown");
    fixture
        .fails("tool run repos execute entity=nothing action=list --yes", 1)
        .await;
    assert_eq!(fixture.status("repos").await, "unknown");
    fixture.does("tool run repos issues.list").await;
    assert_eq!(fixture.status("repos").await, "unknown");

    fixture.fake.set_fault(None);
    fixture.does("tool run repos issues.list").await;
    assert_eq!(fixture.status("repos").await, "ready");
    fixture.assert_clean();
}

/// Source: Airbyte contract, section 3, `check`: failures are errors like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_without_a_result_fails_and_leaves_the_state() {
    let fixture = fixture().await;
    create(&fixture).await;
    for (status, exit) in [(500, 1), (403, 4)] {
        let refused = Answer::json(status, &json!({ "detail": "no access" }));
        let checks = Fault::answer(refused).on(|seen| seen.path.ends_with(&["check".to_owned()]));
        fixture.fake.set_fault(checks);
        fixture.fails("connector check repos", exit).await;
        assert_eq!(fixture.status("repos").await, "unknown");
    }
    fixture.fake.set_fault(None);
    fixture.does("connector check repos").await;
    assert_eq!(fixture.status("repos").await, "ready");
    fixture.assert_clean();
}

/// Source: Airbyte contract, section 9: the account, not the connector, needs attention.
#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_read_leaves_the_state() {
    let fixture = fixture().await;
    create(&fixture).await;
    let refused = Answer::json(403, &json!({ "detail": "no subscription" }));
    let reads = Fault::answer(refused).on(|seen| seen.method == "GET");
    fixture.fake.set_fault(reads);
    fixture.fails("tool list repos --refresh", 4).await;
    fixture.fake.set_fault(None);
    assert_eq!(fixture.status("repos").await, "unknown");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_by_its_arguments_asks_first() {
    let fixture = fixture().await;
    fixture.fake.clear_log();
    let http = json!({ "method": "DELETE", "path": "/api/v1/workspaces/w" });
    let refused = fixture.refused_api("http", http, 2).await;
    assert_eq!(refused["code"], "confirmation_needed");
    assert!(fixture.fake.log().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn workspaces_change_and_have_tokens_of_their_own() {
    let fixture = fixture().await;
    let scoped = json!({ "workspace_name": "tea" });
    let scoped = fixture.api("create_scoped_token", scoped).await;
    let token = scoped["token"].as_str().unwrap();
    let all = fixture.api("list_workspaces", json!({})).await;
    let names = all.as_array().unwrap().iter();
    let names: Vec<_> = names.map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["default", "tea"]);

    // The token stands in place of id and secret, and reaches its own workspace.
    let add = [
        "account", "add", "airbyte", "--name", "narrow", "--from", "-",
    ];
    let base = [
        "--base-url",
        fixture.fake.url(),
        "--set",
        "workspace_name=tea",
    ];
    let input = json!({ "token": token }).to_string();
    let added = fixture.run_with(&[&add[..], &base].concat(), &input).await;
    added.succeeded();
    let info = fixture.json("api narrow scoped_token_info").await;
    assert_eq!(info["workspace_name"], "tea");

    let tea = json!({ "name": "tea" });
    let id = fixture.api("find_workspace", tea.clone()).await["id"].clone();
    let renamed = json!({ "workspace_id": id, "changes": { "name": "coffee" } });
    fixture.api("update_workspace", renamed).await;
    let gone = ["api", "acc", "find_workspace", "name=tea", "--json"];
    assert_eq!(fixture.run_with(&gone, "").await.code, 6);
    fixture
        .api("delete_workspace", json!({ "workspace_id": id }))
        .await;
    assert_eq!(fixture.with(|airbyte| airbyte.workspaces.len()), 1);
    let widget = fixture.api("create_widget_token", json!({})).await;
    assert_eq!(widget["token"], "widget-token-00000001");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connectors_of_another_workspace_take_the_place_of_the_former() {
    let fixture = fixture().await;
    create(&fixture).await;
    fixture
        .api("create_scoped_token", json!({ "workspace_name": "tea" }))
        .await;
    let listed = async || {
        let listed = fixture.json("connector list").await;
        listed.as_array().unwrap().len()
    };
    fixture.does("connector list --refresh").await;
    assert_eq!(listed().await, 1);
    fixture.does("account edit acc workspace_name=tea").await;
    assert_eq!(listed().await, 0);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_a_file_in_the_history_too() {
    let fixture = fixture().await;
    let made = create(&fixture).await;
    fixture.does("connector connect repos").await;
    let run = fixture
        .json("tool run repos execute entity=reports action=download --yes")
        .await;
    assert_eq!(run["result"]["content"][0]["uri"], "attachment:report.csv");
    let folder = tempfile::tempdir().unwrap();
    let save = format!(
        "run save {} --folder {}",
        run["id"].as_str().unwrap(),
        folder.path().display()
    );
    let saved = fixture.does(&save).await;
    let saved = std::fs::read(saved.stdout.trim()).unwrap();
    assert!(!saved.is_empty());
    let again = fixture.does(&save).await;
    again.assert_stdout("report (2).csv");
    let all = json!({ "connector_id": made["id"], "entity": "issues", "action": "list" });
    let all = fixture.api("execute_all", all).await;
    assert_eq!(all["pages"], 2);
    assert_eq!(all["data"].as_array().unwrap().len(), 3);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_shown_field_by_field() {
    let fixture = fixture().await;
    let made = json!({ "name": "repos", "definition_id": KINDS[0].0, "credentials": {} });
    let made = made.to_string();
    let words = ["api", "acc", "create_connector", "--args", &made];
    let refused = fixture.run_with(&words, "").await;
    assert_eq!(refused.code, 1, "{}", refused.transcript());
    let told = "replication_config: required property 'repositories' not found";
    refused.assert_stderr(told);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_its_platform_finds_broken_is_not_ready() {
    let fixture = fixture().await;
    let made = json!({
        "name": "repos", "definition_id": KINDS[1].0, "credentials": { "token": "revoked" },
    });
    fixture.api("create_connector", made).await;
    fixture.does("connector list --refresh").await;
    fixture
        .run_with(&["connector", "connect", "repos"], "")
        .await;
    assert_eq!(fixture.status("repos").await, "needs_authorization");
    fixture.assert_clean();
}

/// A connector in a workspace that is not the account's.
fn in_workspace(name: &str) -> Value {
    json!({
        "name": "repos", "definition_id": KINDS[0].0, "credentials": { "token": TOKEN },
        "replication_config": { "repositories": ["ada/tea"] }, "workspace_name": name,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_record_takes_no_connector_along() {
    let fixture = fixture().await;
    fixture.with(|airbyte| airbyte.workspaces.push("tea".to_owned()));
    fixture.api("create_connector", in_workspace("tea")).await;
    fixture.does("connector list --refresh").await;
    let missing = Answer::json(404, &json!({ "message": "Issue not found" }));
    let missing =
        Fault::answer(missing).on(|seen| seen.path.last().is_some_and(|last| last == "execute"));
    fixture.fake.set_fault(missing);
    let run = r#"tool run repos issues.get params:={"number":7}"#;
    fixture.fails(run, 6).await;
    fixture.fake.set_fault(None);
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.json("connector list").await[0]["name"], "repos");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_created_during_a_list_is_in_the_next_one() {
    let fixture = fixture().await;
    fixture.with(|airbyte| airbyte.workspaces.extend(["cup", "tea"].map(str::to_owned)));
    let app = fixture.open().await;
    let account = resolve_account(&app, "acc").await.unwrap();
    let create = async |workspace| {
        let create = CallOperation {
            account: account.id.clone(),
            operation: "create_connector".to_owned(),
            arguments: Json(in_workspace(workspace)),
            confirmed: true,
            timeout_seconds: None,
            retries: None,
            headers: BTreeMap::new(),
            query: Json::default(),
            body: Json::default(),
        };
        call_operation(&app, create).await.unwrap();
    };
    create("cup").await;
    let gate = ResponseGate::default();
    let held = Fault::always(FaultKind::Gated(gate.clone()));
    let held = held.on(|seen| seen.parameter("workspace_name") == Some("cup"));
    fixture.fake.set_fault(held.times(1));
    let meanwhile = async {
        gate.wait_for_request().await;
        create("tea").await;
        gate.release();
    };
    let (synced, ()) = tokio::join!(sync_account(&app, &account), meanwhile);
    assert_eq!(synced.unwrap(), 1);
    assert_eq!(sync_account(&app, &account).await.unwrap(), 2);
    app.close().await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_over_while_its_connector_is_still_checked() {
    let fixture = fixture().await;
    create(&fixture).await;
    fixture.fake.clear_log();
    let gate = ResponseGate::default();
    let held = Fault::always(FaultKind::Gated(gate.clone()));
    let held = held.on(|seen| seen.path.ends_with(&["check".to_owned()]));
    fixture.fake.set_fault(held);
    let run = ["tool", "run", "repos", "issues.list", "--json"];
    let command = fixture.command(&run);
    let meanwhile = async {
        gate.wait_for_request().await;
        let runs = fixture.json("run list").await;
        gate.release();
        runs
    };
    let (done, runs) = tokio::join!(fixture.finish(command, ""), meanwhile);
    done.succeeded();
    assert_eq!(runs["runs"][0]["state"], "done", "{runs}");
    let took = done.document()["durationMs"].as_u64().unwrap();
    assert_eq!(runs["runs"][0]["durationMs"], took);
    let log = fixture.fake.log();
    let checks = log
        .iter()
        .filter(|seen| seen.path.ends_with(&["check".to_owned()]));
    assert_eq!(checks.count(), 1);

    // What the platform does not tell in time is not waited for.
    create(&fixture).await;
    let silent = Fault::always(FaultKind::Silence);
    fixture
        .fake
        .set_fault(silent.on(|seen| seen.path.ends_with(&["check".to_owned()])));
    let run = fixture.json("tool run repos-2 issues.list").await;
    assert_eq!(run["state"], "done");
    assert!(run["durationMs"].as_u64().unwrap() < 4000, "{run}");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_that_a_run_exceeded_is_named() {
    let fixture = fixture().await;
    create(&fixture).await;
    let silent = Fault::always(FaultKind::Silence);
    let silent = silent.on(|seen| seen.path.last().is_some_and(|last| last == "execute"));
    fixture.fake.set_fault(silent);
    let run = ["tool", "run", "repos", "issues.list", "--timeout", "1"];
    let slow = fixture.run(&run).await;
    slow.assert_stderr("didn't respond within the run's limit of 1 s");
    fixture.assert_clean();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_no_longer_waited_for_is_under_way() {
    let fixture = fixture().await;
    create(&fixture).await;
    fixture.with(|airbyte| airbyte.lingers = 1000);
    let gate = ResponseGate::default();
    let held = Fault::always(FaultKind::Gated(gate.clone())).on(|seen| seen.method == "GET");
    fixture.fake.set_fault(held);
    let remove = ["connector", "remove", "repos", "--yes"];
    let child = fixture.command(&remove).spawn().unwrap();
    gate.wait_for_request().await;
    interrupt(&child).await;
    let interrupted = ended(child).await;
    interrupted.assert_stderr("accepted the deletion of repos");
    fixture.fake.set_fault(None);
    fixture.does("connector list --refresh").await;
    assert_eq!(fixture.status("repos").await, "disconnected");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_setting_that_comes_back_is_not_shown_and_blocks_no_edit() {
    let fixture = fixture().await;
    create(&fixture).await;
    fixture.fake.tamper(|seen, answer| {
        if seen.method != "GET" || seen.path.len() != 4 {
            return;
        }
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let properties = json!({
            "host": { "type": "string" }, "password": { "type": "string", "airbyte_secret": true },
        });
        let spec = json!({ "properties": properties, "required": ["host", "password"] });
        body["source_template"]["user_config_spec"] =
            json!({ "properties": { "replication_config": spec } });
        body["replication_config"] = json!({ "host": "a", "password": "**********" });
        answer.body = body.to_string().into();
    });
    let edit = ["connector", "edit", "repos", "name=foo", "--yes"];
    fixture.run(&edit).await.succeeded();
    let described = fixture.does("connector edit repos --describe").await;
    assert!(!described.stdout.contains("*****"), "{}", described.stdout);
    fixture.assert_clean();
}
