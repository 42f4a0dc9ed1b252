//! What accounts can create, among everything that can be set up.

use patchbay_testkit::fakes::FakeTenex;
use serde_json::{Value, json};

use super::support::Fixture;

const KEY: &str = "tnx_abc12345_cata44bb22";

/// The kinds of what a list holds, each once.
fn kinds(list: &Value) -> Vec<&str> {
    let offers = list.as_array().unwrap().iter();
    let mut kinds: Vec<&str> = offers.map(|one| one["kind"].as_str().unwrap()).collect();
    kinds.dedup();
    kinds
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_can_create_is_listed_searched_and_shown_with_the_servers() {
    let fixture = Fixture::new(FakeTenex::new(KEY), &[KEY]).await;
    fixture.signed_in("tenex", &[], KEY).await;
    let all = fixture.json("catalog list").await;
    assert_eq!(kinds(&all), ["definition", "server"]);
    let found = fixture.json("catalog list gmail").await;
    let gmail = found.as_array().unwrap().iter();
    let gmail: Vec<_> = gmail.filter(|one| one["kind"] == "definition").collect();
    assert_eq!(gmail.len(), 1, "{found}");
    assert_eq!(gmail[0]["accountLabel"], "acc");
    assert_eq!(gmail[0]["id"], "gmail");
    let of_account = fixture.json("catalog search gmail --account acc").await;
    assert_eq!(of_account, json!([gmail[0]]));

    let asked = fixture.fake.log().len();
    let known = fixture.json("catalog list --account local").await;
    assert_eq!(kinds(&known), ["server"]);
    assert_eq!(fixture.fake.log().len(), asked, "nobody is asked for these");

    let shown = fixture.does("catalog show gmail").await;
    let way_on = "patchbay connector create acc gmail";
    shown.assert_stdout(way_on);
    fixture.fails("catalog show gmail --account local", 6).await;
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_asked_hides_nothing_else() {
    let fixture = Fixture::new(FakeTenex::new(KEY), &[KEY]).await;
    fixture.signed_in("tenex", &[], KEY).await;
    fixture.with(|tenex| tenex.keys.clear());
    let listed = fixture.does("catalog list --json").await;
    assert_eq!(kinds(&listed.document()), ["server"]);
    listed.assert_stderr("acc: ");
    fixture.fails("catalog list --account acc", 3).await;
    fixture.does("account sign-out acc").await;
    let listed = fixture.does("catalog list").await;
    listed.assert_stderr("acc: ");
    fixture.assert_clean();
}
