use patchbay_model::Platform;
use serde_json::{Value, json};

use super::*;
use crate::accounts::edit::{remove_account, rename_account, sign_out_account};
use crate::accounts::secrets::{encode_secrets, resolve};
use crate::credentials::secret::WalletSecret;
use crate::secrets::programs::Occasion;
use crate::testing::{account, add_credential, open_temporary};

struct Fixture {
    _home: tempfile::TempDir,
    cx: Context,
    account: Account,
}

async fn fixture() -> Fixture {
    let (home, cx) = open_temporary().await;
    Fixture {
        account: account(&cx, Platform::Mistral, &secret("old-key-1")).await,
        cx,
        _home: home,
    }
}

fn secret(key: &str) -> Value {
    json!({ "api_key": { "kind": "secret", "secret": key } })
}

impl Fixture {
    async fn saved(&self) -> Option<Secret> {
        let name = SecretName::account(&self.account.id);
        self.cx.vault().read(&name).await.unwrap()
    }
}

#[tokio::test]
async fn replacing_secrets_does_not_restore_a_removed_account() {
    let fixture = fixture().await;
    let (cx, id) = (&fixture.cx, &fixture.account.id);
    remove_account(cx, id).await.unwrap();
    let secrets = Secret::new(secret("new-key-2").to_string());
    let error = save_secrets(cx, &fixture.account, secrets)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(cx.store().find_account(id).await.unwrap(), None);
    assert!(fixture.saved().await.is_none());
}

#[tokio::test]
async fn replacing_secrets_does_not_undo_a_sign_out() {
    let fixture = fixture().await;
    let (cx, id) = (&fixture.cx, &fixture.account.id);
    sign_out_account(cx, id).await.unwrap();
    let secrets = Secret::new(secret("new-key-2").to_string());
    let error = save_secrets(cx, &fixture.account, secrets.clone())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::SignedOutHere { .. }), "{error:?}");
    assert!(fixture.saved().await.is_none());
    // A new key signs the account in again.
    let signed_out = find_account(cx, id).await.unwrap();
    assert!(signed_out.is_signed_out);
    save_secrets(cx, &signed_out, secrets).await.unwrap();
    assert!(!find_account(cx, id).await.unwrap().is_signed_out);
    assert!(fixture.saved().await.is_some());
}

#[tokio::test]
async fn replacing_secrets_keeps_concurrent_changes() {
    let fixture = fixture().await;
    let (cx, id) = (&fixture.cx, &fixture.account.id);
    rename_account(cx, id, "Southlight").await.unwrap();
    let secrets = Secret::new(secret("new-key-2").to_string());
    let account = save_secrets(cx, &fixture.account, secrets).await.unwrap();
    assert_eq!(account.label, "Southlight");
}

#[tokio::test]
async fn a_key_is_the_only_secret_of_its_wallet_entry() {
    let fixture = fixture().await;
    let cx = &fixture.cx;
    let values = BTreeMap::from([("X-Api-Key".to_owned(), Secret::new("key-123456").into())]);
    let secret = WalletSecret::Headers { values };
    let entry = add_credential(cx, "Service key", secret).await.id;
    let input = SecretInput::Entry { entry };
    let secrets = encode_secrets(BTreeMap::from([("api_key".to_owned(), input)])).unwrap();
    let secrets = resolve(cx, &secrets, Occasion::Needed).await.unwrap();
    assert_eq!(secrets["api_key"].expose(), "key-123456");
}
