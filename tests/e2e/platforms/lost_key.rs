//! What becomes of accounts whose key was lost with the vault.

use patchbay_testkit::fakes::FakeTenex;

use super::support::Fixture;

const KEY: &str = "tnx_abc12345_l0st77aa11";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_key_is_lost_waits_for_a_new_one() {
    let fixture = Fixture::new(FakeTenex::new(KEY), &[KEY]).await;
    fixture.signed_in("tenex", &[], KEY).await;
    let vault = fixture.home.path().join("patchbay/data/vault.json");
    std::fs::write(vault, "what is left of it").unwrap();

    let asked = fixture.fails("vault reset", 2).await;
    asked.assert_stderr("1 account key");
    fixture.does("vault reset --yes").await;
    let needs = fixture.json("status").await;
    assert_eq!(needs[0]["kind"], "account_signed_out");
    fixture.fails("account test acc", 3).await;

    fixture.does("vault passphrase").await;
    fixture.replace_key(KEY).await;
    fixture.does("account test acc").await;
    assert_eq!(fixture.json("status").await.as_array().unwrap().len(), 0);
    fixture.assert_clean();
}
