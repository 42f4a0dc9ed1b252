use patchbay_model::{Json, RemoteId, Timestamp};
use serde_json::json;

use super::*;
use crate::credentials::edit::{remove_wallet_entry, replace_wallet_secret};
use crate::need::NeedKind;
use crate::needs::list_needs;
use crate::testing::{account, add, add_credential, block_vault, open_temporary};

const OLD: &str = "old-secret-1";
const NEW: &str = "new-secret-2";

fn location(path: &str) -> SecretLocation {
    SecretLocation {
        entry: WalletEntryId::new("w1"),
        connector: ConnectorId::new("c1"),
        holder: SecretHolder::Creation,
        path: path.to_owned(),
        values: Json(json!({ "name": "a", "auth": { "kind": "bearer" } })),
        placed_at: Timestamp::parse("2026-11-20T08:00:00Z").unwrap(),
        problem: None,
    }
}

fn form(schema: Value, values: Value) -> Form {
    Form {
        schema: Json(schema),
        values: Json(values),
        kept: Vec::new(),
    }
}

fn with_new(location: &SecretLocation, form: &Form) -> Value {
    Value::Object(with_secret(location, form, &Secret::new("new")).unwrap())
}

#[test]
fn the_secret_is_restored_at_its_path() {
    let location = location("/auth/token");
    let form = form(json!({}), location.values.0.clone());
    assert_eq!(
        with_new(&location, &form),
        json!({ "name": "a", "auth": { "kind": "bearer", "token": "new" } })
    );
    assert_eq!(member_of(&location), "auth");
}

#[test]
fn values_that_were_changed_or_removed_since_are_not_restored() {
    let mut location = location("/auth/token");
    location.values = Json(json!({ "name": "a", "auth": { "scope": "old", "host": "x" } }));
    let current = json!({ "name": "b", "auth": { "host": "y" } });
    assert_eq!(
        with_new(&location, &form(json!({}), current)),
        json!({ "name": "b", "auth": { "host": "y", "token": "new" } })
    );
}

#[test]
fn what_the_platform_does_not_return_is_taken_from_the_recorded_values() {
    let location = location("/auth/token");
    let recorded = json!({ "auth": { "kind": "bearer", "token": "new" } });
    // The whole member, or all that it holds.
    for current in [json!({}), json!({ "auth": { "kind": "kept" } })] {
        assert_eq!(with_new(&location, &form(json!({}), current)), recorded);
    }
    // A required member beside the secret.
    let schema = json!({ "properties": { "auth": { "oneOf": [{ "required": ["kind"] }] } } });
    let current = json!({ "auth": {} });
    assert_eq!(with_new(&location, &form(schema, current)), recorded);
}

fn bearer(token: &str) -> WalletSecret {
    WalletSecret::Bearer {
        token: Secret::new(token),
    }
}

/// A credential that two connectors of an account use.
struct Fixture {
    _home: tempfile::TempDir,
    cx: Context,
    entry: WalletEntry,
}

impl Fixture {
    /// For a signed-out account every push fails before anything is sent; a signed-in Agent Stack account does not
    /// support replacing the secret of an existing connector.
    async fn new(is_signed_out: bool, secret: WalletSecret) -> Self {
        let (home, cx) = open_temporary().await;
        let secrets = json!({ "token": { "kind": "secret", "secret": "acc-key-123456" } });
        let mut account = account(&cx, patchbay_model::Platform::Agentstack, &secrets).await;
        account.is_signed_out = is_signed_out;
        cx.store().save_account(&account).await.unwrap();
        let fixture = Self {
            _home: home,
            entry: add_credential(&cx, "Key", secret).await,
            cx,
        };
        for title in ["one", "two"] {
            fixture.add_location(&account.id, title).await;
        }
        fixture
    }

    async fn add_location(&self, account: &AccountId, title: &str) {
        let mut connector = add(&self.cx, &format!("http://127.0.0.1:9/{title}")).await;
        connector.account = account.clone();
        connector.remote_id = Some(RemoteId::new(title));
        connector.identity.platform = patchbay_model::Platform::Agentstack;
        self.cx.store().save_connector(&connector).await.unwrap();
        let location = SecretLocation {
            entry: self.entry.id.clone(),
            connector: connector.id,
            ..location("/auth/token")
        };
        self.cx
            .store()
            .save_secret_location(&location)
            .await
            .unwrap();
    }

    /// Rotates until the first location was tried, when the process ends.
    async fn rotate_first_location(&self) {
        let (cx, id) = (self.cx.clone(), self.entry.id.clone());
        let rotating = tokio::spawn(async move {
            let ends = |_: &RotationTarget| panic!("the process ends here");
            rotate_wallet_entry(&cx, &id, bearer(NEW), ends).await
        });
        assert!(rotating.await.unwrap_err().is_panic());
    }

    async fn codes(&self) -> Vec<Option<Code>> {
        codes(&plan_rotation(&self.cx, &self.entry.id).await.unwrap())
    }

    async fn saved_secret(&self) -> Secret {
        let name = SecretName::wallet(&self.entry.id);
        self.cx.vault().read(&name).await.unwrap().unwrap()
    }
}

fn codes(rotation: &Rotation) -> Vec<Option<Code>> {
    let targets = rotation.targets.iter();
    let pushed = targets.filter(|target| target.holder.is_some());
    pushed
        .map(|target| target.problem.as_ref().map(|problem| problem.code))
        .collect()
}

#[tokio::test]
async fn locations_that_were_not_tried_stay_pending_when_the_process_ends() {
    let fixture = Fixture::new(true, bearer(OLD)).await;
    fixture.rotate_first_location().await;
    assert_eq!(fixture.saved_secret().await.expose(), NEW);
    let open = [Some(Code::PlatformSignedOut), Some(Code::Cancelled)];
    assert_eq!(fixture.codes().await, open);
    let needs = list_needs(&fixture.cx).await.unwrap();
    let is_rotation = |kind: NeedKind| kind == NeedKind::Rotation;
    assert!(needs.iter().any(|need| is_rotation(need.kind)), "{needs:?}");
    // Another rotation would lose the old secret, which both locations still have.
    let (cx, id) = (&fixture.cx, &fixture.entry.id);
    let again = rotate_wallet_entry(cx, id, bearer("third-secret-3"), |_| ()).await;
    assert!(matches!(again, Err(Error::Usage { .. })), "{again:?}");

    let mut tried = Vec::new();
    let each = |target: &RotationTarget| tried.push(target.title.clone());
    let retried = retry_rotation(cx, id, each).await.unwrap();
    assert_eq!(codes(&retried), [Some(Code::PlatformSignedOut); 2]);
    assert_eq!(tried.len(), 2);
}

#[tokio::test]
async fn locations_being_tried_are_not_listed_as_needs() {
    let fixture = Fixture::new(true, bearer(OLD)).await;
    let (cx, id) = (&fixture.cx, &fixture.entry.id);
    let mut in_progress = Vec::new();
    let each = |_: &RotationTarget| in_progress.push(cx.rotations().has(id));
    rotate_wallet_entry(cx, id, bearer(NEW), each)
        .await
        .unwrap();
    assert_eq!(in_progress, [true, true]);
    assert!(!cx.rotations().has(id));
}

#[tokio::test]
async fn a_location_that_was_not_tried_and_cannot_be_replaced_keeps_the_old_secret() {
    let fixture = Fixture::new(false, bearer(OLD)).await;
    fixture.rotate_first_location().await;
    let open = [Some(Code::PlatformNotSupported), Some(Code::Cancelled)];
    assert_eq!(fixture.codes().await, open);
    let (cx, id) = (&fixture.cx, &fixture.entry.id);
    let back = roll_back_rotation(cx, id, |_| ()).await.unwrap();
    assert_eq!(codes(&back), [None, None]);
    assert!(back.can_go_back && back.is_rolled_back);
    assert_eq!(fixture.saved_secret().await.expose(), OLD);
}

#[tokio::test]
async fn what_is_not_a_single_secret_changes_nothing() {
    let headers = |names: &[&str]| WalletSecret::Headers {
        values: names
            .iter()
            .map(|name| ((*name).to_owned(), Secret::new(OLD).into()))
            .collect(),
    };
    let fixture = Fixture::new(true, headers(&["X-Key"])).await;
    let before = fixture.saved_secret().await;
    let (cx, id) = (&fixture.cx, &fixture.entry.id);
    let refused = rotate_wallet_entry(cx, id, headers(&["X-Key", "X-Other"]), |_| ()).await;
    assert!(matches!(refused, Err(Error::Usage { .. })), "{refused:?}");
    assert_eq!(fixture.saved_secret().await.expose(), before.expose());
    assert_eq!(fixture.codes().await, [None, None]);
    let rotation = plan_rotation(cx, id).await.unwrap();
    assert!(!rotation.can_go_back);
}

/// The saved secret or reference of an entry that no platform stores.
async fn shown(cx: &Context, id: &WalletEntryId) -> String {
    let entry = find_wallet_entry(cx, id).await.unwrap();
    match entry.reference {
        Some(reference) => reference.to_string(),
        None => {
            let saved = cx.vault().read(&SecretName::wallet(id)).await.unwrap();
            saved.unwrap().expose().to_owned()
        }
    }
}

#[tokio::test]
async fn a_rotation_that_cannot_keep_the_old_secret_leaves_no_location_pending() {
    let fixture = Fixture::new(true, bearer(OLD)).await;
    let (cx, id) = (&fixture.cx, &fixture.entry.id);
    block_vault(cx).await;
    let refused = rotate_wallet_entry(cx, id, bearer(NEW), |_| ()).await;
    assert!(matches!(refused, Err(Error::Vault(_))), "{refused:?}");
    let locations = cx.store().list_secret_locations(id).await.unwrap();
    assert_eq!(locations.len(), 2);
    assert!(locations.iter().all(|one| one.problem.is_none()));
}

#[tokio::test]
async fn a_roll_back_restores_what_was_replaced_last() {
    let (home, cx) = open_temporary().await;
    let file = home.path().join("token");
    std::fs::write(&file, "from-the-file").unwrap();
    let show = if cfg!(windows) { "cmd /c type" } else { "cat" };
    let reference = format!("cmd://{show} {}", file.display());
    let id = add_credential(&cx, "Key", bearer(OLD)).await.id;
    let rotate = async |secret| rotate_wallet_entry(&cx, &id, secret, |_| ()).await.unwrap();
    rotate(bearer(NEW)).await;
    rotate(WalletSecret::Reference {
        reference: reference.clone(),
    })
    .await;
    assert_eq!(shown(&cx, &id).await, reference);
    let rotated = rotate(bearer("third-secret-3")).await;
    assert!(!rotated.is_rolled_back);
    let back = roll_back_rotation(&cx, &id, |_| ()).await.unwrap();
    assert!(back.can_go_back && back.is_rolled_back);
    assert_eq!(shown(&cx, &id).await, reference);

    rotate(bearer(NEW)).await;
    replace_wallet_secret(&cx, &id, bearer("third-secret-3"))
        .await
        .unwrap();
    let refused = roll_back_rotation(&cx, &id, |_| ()).await;
    assert!(matches!(refused, Err(Error::Usage { .. })), "{refused:?}");
    assert_eq!(shown(&cx, &id).await, "third-secret-3");
}

#[tokio::test]
async fn a_roll_back_restores_the_names_of_headers() {
    let (_home, cx) = open_temporary().await;
    let header = |name: &str| WalletSecret::Headers {
        values: [(name.to_owned(), Secret::new(OLD).into())].into(),
    };
    let id = add_credential(&cx, "Key", header("X-One")).await.id;
    rotate_wallet_entry(&cx, &id, header("X-Two"), |_| ())
        .await
        .unwrap();
    let back = roll_back_rotation(&cx, &id, |_| ()).await.unwrap();
    assert_eq!(back.entry.header_names, ["X-One"]);
}

#[tokio::test]
async fn a_credential_that_was_deleted_meanwhile_gets_no_secret_back() {
    let (_home, cx) = open_temporary().await;
    let entry = add_credential(&cx, "Key", bearer(OLD)).await;
    let name = SecretName::wallet(&entry.id);
    remove_wallet_entry(&cx, &entry.id, true).await.unwrap();
    let old = Previous::Secret(Secret::new(OLD));
    let restored = restore_previous(&cx, &entry, old).await;
    assert!(matches!(restored, Err(Error::NotFound { .. })));
    assert!(cx.vault().read(&name).await.unwrap().is_none());
}
