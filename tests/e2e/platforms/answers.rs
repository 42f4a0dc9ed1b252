//! What comes of an operation beside its data: status and headers, and bytes as they come.

use std::path::Path;

use patchbay_testkit::fakes::{Answer, FakeAirbyte, FakeMistral, Fault, FaultKind, KINDS};
use serde_json::{Value, json};

use super::support::Fixture;

const KEY: &str = "sk-answers-40c1b7d2e5";
const COOKIE: &str = "session-9f8e7d6c5b";

async fn mistral() -> Fixture<FakeMistral> {
    let fixture = Fixture::new(FakeMistral::new(KEY), &[KEY, COOKIE]).await;
    fixture.signed_in("mistral", &[], KEY).await;
    fixture
}

/// An account with a connector; its id.
async fn airbyte() -> (Fixture<FakeAirbyte>, Value) {
    let fixture = Fixture::new(FakeAirbyte::new("cid-1", KEY), &[KEY]).await;
    let settings = ["--set", "client_id=cid-1"];
    fixture.signed_in("airbyte", &settings, KEY).await;
    let made = json!({
        "name": "repos", "definition_id": KINDS[0].0, "credentials": { "token": "ghp_1" },
        "replication_config": { "repositories": ["ada/tea"] },
    });
    let made = fixture.api("create_connector", made).await;
    (fixture, made["id"].clone())
}

fn download(id: &Value) -> String {
    json!({ "connector_id": id, "entity": "reports", "action": "download" }).to_string()
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_headers_stand_before_the_data() {
    let fixture = mistral().await;
    let page = json!({ "items": [], "pagination": { "page_size": 100 } });
    let answer = Answer::json(200, &page)
        .with("x-ratelimit-remaining", "7")
        .with("set-cookie", COOKIE)
        .with("x-echo", KEY);
    fixture.fake.set_fault(Fault::answer(answer));
    let answered = fixture.json("api acc list --include").await;
    assert_eq!(answered["status"], 200);
    assert_eq!(answered["headers"]["x-ratelimit-remaining"], "7");
    for hidden in ["set-cookie", "x-echo"] {
        assert_eq!(answered["headers"][hidden], "<redacted>");
    }
    assert_eq!(answered["data"]["items"], json!([]));
    let words = fixture.does("api acc list --include").await.stdout;
    assert!(words.starts_with("200\n"), "{words}");
    assert!(words.contains("\nx-ratelimit-remaining: 7\n"), "{words}");
    assert!(words.contains("\n\n{\n"), "{words}");
    let plain = fixture.json("api acc list").await;
    assert!(plain.get("status").is_none(), "{plain}");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_to_a_file_or_to_standard_output() {
    let (fixture, id) = airbyte().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.csv");
    let (asked, to) = (download(&id), file.display().to_string());
    let call = ["api", "acc", "execute", "--args", &asked, "--output"];
    let saved = fixture
        .run_with(&[&call[..], &[&to, "--json"]].concat(), "")
        .await;
    saved.succeeded();
    assert_eq!(saved.document(), json!({ "path": to, "bytes": 8 }));
    assert_eq!(std::fs::read(&file).unwrap(), b"a,b\n1,2\n");
    let shown = fixture.run_with(&[&call[..], &["-"]].concat(), "").await;
    shown.succeeded();
    assert_eq!(shown.stdout, "a,b\n1,2\n");
    let with_head = fixture
        .run_with(&[&call[..], &["-", "-i"]].concat(), "")
        .await;
    let disposition = "content-disposition: attachment; filename=\"report.csv\"\n";
    with_head.assert_stdout(disposition);
    assert!(
        with_head.stdout.ends_with("\n\na,b\n1,2\n"),
        "{}",
        with_head.stdout
    );
    let both = fixture
        .run_with(&[&call[..], &["-", "--json"]].concat(), "")
        .await;
    assert_eq!(both.code, 2, "{}", both.transcript());
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_stream_says_so_before_anything_is_sent() {
    let fixture = mistral().await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("list.json").display().to_string();
    fixture.fake.clear_log();
    let refused = fixture
        .fails(&format!("api acc list --output {to} --json"), 2)
        .await;
    let message = refused.failure()["message"].clone();
    assert_eq!(message, "operation list doesn't return a file");
    assert!(fixture.fake.log().is_empty());
    assert!(is_empty(folder.path()));
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_stream_leaves_no_file() {
    let fixture = mistral().await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("half.json").display().to_string();
    fixture.fake.set_fault(Fault::always(FaultKind::Cut));
    let call = "api acc gateway_http connector_id_or_name=wiki path=/x";
    fixture.fails(&format!("{call} --output {to}"), 7).await;
    assert!(is_empty(folder.path()));
    fixture.assert_clean();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_leaves_no_file() {
    use crate::cli::terminal::{ended, interrupt};
    use patchbay_testkit::fakes::ResponseGate;

    let (fixture, id) = airbyte().await;
    let folder = tempfile::tempdir().unwrap();
    let (asked, to) = (download(&id), folder.path().join("report.csv"));
    let to = to.display().to_string();
    let gate = ResponseGate::default();
    fixture
        .fake
        .set_fault(is_execute(FaultKind::Gated(gate.clone())));
    let call = ["api", "acc", "execute", "--args", &asked, "--output", &to];
    let child = fixture.command(&call).spawn().unwrap();
    gate.wait_for_request().await;
    interrupt(&child).await;
    let done = ended(child).await;
    assert_eq!(
        (done.code, done.stderr.as_str()),
        (130, "error: Cancelled.\n")
    );
    assert!(is_empty(folder.path()));
    gate.release();
    fixture.assert_clean();
}

#[cfg(unix)]
fn is_execute(what: FaultKind) -> Fault {
    Fault::always(what).on(|seen| seen.path.last().is_some_and(|last| last == "execute"))
}
