//! What took effect at a platform, although another request to it failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use patchbay_testkit::fakes::{Answer, FakeMistral};
use serde_json::{Value, json};

use super::support::Fixture;
use crate::cli::terminal::words;

const KEY: &str = "mi-key-partial-55aa10f7";
const TOKEN: &str = "bearer-token-1c2d3e4f5a";
const NEXT_TOKEN: &str = "bearer-token-next-77ee01";

/// Two connectors.
async fn fixture() -> Fixture<FakeMistral> {
    let fixture = Fixture::new(FakeMistral::new(KEY), &[KEY, TOKEN, NEXT_TOKEN]).await;
    fixture.signed_in("mistral", &[], KEY).await;
    for name in ["wiki", "notes"] {
        let made = json!({
            "name": name, "description": "Words", "server": "https://wiki.example/mcp",
            "protocol": "mcp", "auth_methods": [{ "method_type": "bearer" }],
        });
        fixture.api("create", made).await;
    }
    fixture.does("connector list --refresh").await;
    fixture
}

/// After the next request that changes something, reads fail.
fn fail_reads_after_a_change(fixture: &Fixture<FakeMistral>) {
    let has_changed = Arc::new(AtomicBool::new(false));
    fixture.fake.tamper(move |seen, answer| {
        if seen.method != "GET" {
            has_changed.store(true, Ordering::Relaxed);
        } else if has_changed.load(Ordering::Relaxed) {
            *answer = Answer::json(503, &json!({ "detail": "overloaded" }));
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_counts_although_the_status_cannot_be_read_then() {
    let fixture = fixture().await;
    for change in [
        "connector edit wiki description=Knowledge --yes",
        "connector action wiki share-with-workspace --yes",
        "credential remove mine --connector wiki --level user --yes",
    ] {
        if change.starts_with("credential") {
            fixture.fake.tamper(|_, _| {});
            let add = "credential add mine --connector wiki --level user \
                       --set /credential/kind=bearer --secret /credential/bearer_token=-";
            fixture.does_with(add, TOKEN).await;
        }
        fail_reads_after_a_change(&fixture);
        fixture.does(change).await;
    }
    fixture.fake.tamper(|_, _| {});
    let shown = fixture.with(|mistral| mistral.connectors[0].shown["description"].clone());
    assert_eq!(shown, "Knowledge");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_took_the_new_secret_does_not_count_as_one_with_the_old() {
    let fixture = fixture().await;
    fixture
        .does_with("credential add key --kind bearer", TOKEN)
        .await;
    let add = "credential add mine --connector wiki --level user --set /credential/kind=bearer \
               --secret /credential/bearer_token=wallet:key";
    fixture.does(add).await;
    fail_reads_after_a_change(&fixture);
    let rotate = words("credential rotate key --json");
    let rotated = fixture.run_with(&rotate, NEXT_TOKEN).await;
    fixture.fake.tamper(|_, _| {});
    rotated.succeeded();
    assert_eq!(rotated.document()["targets"][0]["problem"], Value::Null);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_created_is_not_to_be_created_again() {
    let fixture = fixture().await;
    fixture.fake.tamper(|seen, answer| {
        if seen.method == "POST" {
            *answer = Answer::json(502, &json!({ "detail": "bad gateway" }));
        }
    });
    let create = "connector create acc mcp name=third description=Words \
                  server=https://third.example/mcp --json";
    let failed = fixture.run(&words(create)).await.failure();
    assert_eq!(failed["retryable"], false, "{failed}");
    assert_eq!(failed["mayBeDone"], true, "{failed}");
    let hint = failed["hint"].as_str().unwrap();
    assert!(
        hint.starts_with("It may have been created. Run `patchbay connector list`"),
        "{hint}"
    );
    // It is in the list already.
    fixture.json("connector show third").await;

    let made =
        json!({ "name": "fourth", "description": "Words", "server": "https://d.example/mcp" });
    let made = made.to_string();
    let call = ["api", "acc", "create", "--args", &made, "--json"];
    let failed = fixture.run(&call).await.failure();
    assert_eq!(failed["retryable"], false, "{failed}");
    fixture.fake.clear_tamper();
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_that_cannot_be_saved_is_refused_before_a_connector_is_created() {
    let fixture = fixture().await;
    let count = async || {
        fixture
            .json("connector list")
            .await
            .as_array()
            .unwrap()
            .len()
    };
    let before = count().await;
    let create = "connector create acc mcp name=third description=Words \
                  server=https://third.example/mcp --connect --connect-timeout 9 --json";
    let failed = fixture.run(&words(create)).await.failure();
    assert_eq!(failed["code"], "usage.invalid", "{failed}");
    fixture.does("connector list --refresh").await;
    assert_eq!(count().await, before);
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_cannot_be_read_for_a_while_stays_the_same() {
    let fixture = fixture().await;
    fixture.does("connector edit wiki --tags docs").await;
    let before = fixture.json("connector show wiki").await;
    let set = |description: Value| {
        fixture.with(|mistral| {
            let shown = &mut mistral.connectors[0].shown;
            shown.insert("description".to_owned(), description);
        });
    };
    for description in [Value::Null, "Words".into()] {
        set(description);
        fixture.does("connector list --refresh").await;
        let shown = fixture.json("connector show wiki").await;
        assert_eq!(shown["id"], before["id"]);
        assert_eq!(shown["tags"], before["tags"]);
    }
    fixture.assert_clean();
}
