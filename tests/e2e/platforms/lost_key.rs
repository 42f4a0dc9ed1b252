//! What becomes of accounts whose key was lost with the vault.

use patchbay_testkit::fakes::FakeTenex;

use super::support::Place;

const KEY: &str = "tnx_abc12345_l0st77aa11";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_key_is_lost_waits_for_a_new_one() {
    let place = Place::new(FakeTenex::new(KEY), &[KEY]).await;
    place.signed_in("tenex", &[], KEY).await;
    let vault = place.terminal.home.path().join("patchbay/data/vault.json");
    std::fs::write(vault, "what is left of it").unwrap();

    let asked = place.fails("vault set-aside", 2).await;
    assert!(asked.stderr.contains("1 account"), "{}", asked.stderr);
    place.does("vault set-aside --yes").await;
    let needs = place.json("needs").await;
    assert_eq!(needs[0]["kind"], "account_signed_out");
    place.fails("account test acc", 3).await;

    place.does("vault passphrase").await;
    let replace = ["account", "replace", "acc", "--from", "-"];
    place.run_with(&replace, KEY).await.succeeded();
    place.does("account test acc").await;
    assert_eq!(place.json("needs").await.as_array().unwrap().len(), 0);
    place.over();
}
