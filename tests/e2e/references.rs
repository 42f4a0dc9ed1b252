//! References in place of secrets.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use patchbay_model::{
    AuthorizationState, Code, Explain as _, Json, Platform, RunState, Secret, Status,
};
use patchbay_ops::{
    AddAccount, AddWalletEntry, AuthenticationChoice, OAuthClientInput, Occasion, ProgramConsent,
    ProgramRequest, SecretInput, SecretValue, WalletSecret, add_account, add_connector,
    add_wallet_entry, allow_program, check_connector, forget_program, list_allowed_programs,
    list_wallet,
};
use patchbay_playground::{
    BEARER_HEADER, CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, LoggedRequest,
};
use patchbay_testkit::find_leaks;
use serde_json::json;

use crate::support::{Harness, add_request, oauth_app, text_of};

#[tokio::test]
async fn a_header_stands_for_what_its_reference_says_at_each_use() {
    let harness = Harness::new().await;
    let keyring = Keyring::new(&harness, "a wrong token");
    let headers = AuthenticationChoice::Headers {
        entry: None,
        values: BTreeMap::from([
            (BEARER_HEADER.to_owned(), keyring.reference()),
            ("X-Team".to_owned(), Secret::new("blue").into()),
        ]),
    };
    let connector = harness.add_guarded(headers).await;
    let check = check_connector(&harness.cx, &connector.id).await.unwrap();
    assert_eq!(check.connector.status.status, Status::NeedsAuthorization);

    keyring.set_secret(harness.playground.bearer_token());
    let check = check_connector(&harness.cx, &connector.id).await.unwrap();
    assert_eq!(check.connector.status.status, Status::Ready);
    let message = json!({ "message": harness.playground.bearer_token() });
    let run = harness.run(&connector, "echo", message).await;
    assert_eq!(text_of(&run), "<redacted>", "what it stands for is known");

    keyring.remove();
    let run = harness.echo(&connector).await;
    assert_eq!(run.summary.state, RunState::Failed);
    let problem = run.summary.problem.unwrap();
    assert_eq!(problem.code, Code::VaultReference);
    assert!(problem.message.contains("cmd://"), "{problem:?}");
}

#[tokio::test]
async fn the_secret_of_an_oauth_app_can_be_a_reference_and_is_never_kept() {
    let harness = Harness::new().await;
    let keyring = Keyring::new(&harness, CONFIDENTIAL_CLIENT_SECRET);
    let app = oauth_app_with(keyring.reference());
    let connector = harness.add_at(harness.playground.url(), app).await;
    harness.authorize(&connector).await;

    harness.playground.expire_access_tokens();
    assert_eq!(text_of(&harness.echo(&connector).await), "hi");
    assert!(harness.playground.refreshes() > 0);

    // Without the variable nothing can be renewed: its value is not cached.
    keyring.remove();
    harness.playground.expire_access_tokens();
    assert_eq!(harness.echo_code(&connector).await, Code::VaultReference);

    keyring.set_secret(CONFIDENTIAL_CLIENT_SECRET);
    let gone = harness.disconnect(&connector).await;
    assert!(gone.revoked, "{:?}", gone.note);
    keyring.remove();
    let secret = [CONFIDENTIAL_CLIENT_SECRET.to_owned()];
    assert_eq!(find_leaks(harness.home.path(), &secret).unwrap(), []);
}

#[tokio::test]
async fn a_reference_that_stands_for_nothing_is_not_saved() {
    let harness = Harness::new().await;
    let nothing = || SecretValue::Reference {
        reference: "env://PATCHBAY_TEST_UNSET".to_owned(),
    };
    let secrets = [
        WalletSecret::Headers {
            values: BTreeMap::from([("X-Key".to_owned(), nothing())]),
        },
        WalletSecret::OauthClient {
            client_id: "mine".to_owned(),
            client_secret: Some(nothing()),
        },
    ];
    for secret in secrets {
        let name = "Mine".to_owned();
        let error = add_wallet_entry(&harness.cx, AddWalletEntry { name, secret }).await;
        assert_eq!(error.unwrap_err().code(), Code::VaultReference);
    }
    assert!(harness.wallet().await.is_empty());
}

/// A pasted secret is sent as it is, also when it looks like a reference.
#[tokio::test]
async fn a_secret_that_looks_like_a_reference_is_one_only_where_it_is_said_to_be() {
    let harness = Harness::new().await;
    let marker = harness.home.path().join("was-run");
    let lookalike = format!("cmd://touch {}", marker.display());
    let secret = || Secret::new(lookalike.as_str());
    let headers = AuthenticationChoice::Headers {
        entry: None,
        values: BTreeMap::from([("X-Key".to_owned(), secret().into())]),
    };
    let bearer = AuthenticationChoice::Bearer {
        token: SecretInput::New { secret: secret() },
    };
    for (choice, sent) in [
        (headers, ("x-key", lookalike.clone())),
        (bearer, ("authorization", format!("Bearer {lookalike}"))),
    ] {
        let connector = harness.add_at(harness.playground.open_url(), choice).await;
        assert_eq!(text_of(&harness.echo(&connector).await), "hi");
        let (name, value) = sent;
        let as_it_is = |request: &LoggedRequest| request.header(name) == Some(&value);
        assert!(harness.playground.count(as_it_is) > 0, "{name}");
    }
    let app = oauth_app_with(secret().into());
    let connector = harness.add_at(harness.playground.url(), app).await;
    // The provider knows another.
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.state, AuthorizationState::Failed, "{outcome:?}");
    assert!(!marker.exists());
}

/// What a page can ask for is the same verbs with the same arguments.
#[tokio::test]
async fn no_verb_starts_a_program_that_the_person_does_not_allow() {
    let harness = Harness::new().await;
    let person = Arc::new(Refusing::default());
    let cx = harness
        .open_before(Arc::clone(&person) as Arc<dyn ProgramConsent>)
        .await;
    let marker = harness.home.path().join("was-run");
    let reference = format!("cmd://touch {}", marker.display());
    let value = || SecretValue::Reference {
        reference: reference.clone(),
    };
    let secrets = [
        WalletSecret::Reference {
            reference: reference.clone(),
        },
        WalletSecret::Headers {
            values: BTreeMap::from([("X-Key".to_owned(), value())]),
        },
        WalletSecret::OauthClient {
            client_id: "mine".to_owned(),
            client_secret: Some(value()),
        },
    ];
    for (number, secret) in (1..).zip(secrets) {
        let name = "Mine".to_owned();
        let refused = add_wallet_entry(&cx, AddWalletEntry { name, secret }).await;
        assert_eq!(refused.unwrap_err().code(), Code::ReferenceNotAllowed);
        assert_eq!(person.asked(Occasion::Given), number);
    }
    let input = || SecretInput::Reference {
        reference: reference.clone(),
    };
    let add = add_request(
        harness.playground.open_url(),
        AuthenticationChoice::Bearer { token: input() },
    );
    let refused = add_connector(&cx, add).await.unwrap_err();
    assert_eq!(refused.code(), Code::ReferenceNotAllowed);
    let account = AddAccount {
        platform: Platform::Mistral,
        label: None,
        settings: Json(json!({})),
        secrets: BTreeMap::from([("api_key".to_owned(), input())]),
    };
    let refused = add_account(&cx, account).await.unwrap_err();
    assert_eq!(refused.code(), Code::ReferenceNotAllowed);
    let refused = allow_program(&cx, &reference).await.unwrap_err();
    assert_eq!(refused.code(), Code::ReferenceNotAllowed);
    assert_eq!(refused.problem().detail, Some(reference.clone()));
    assert_eq!(person.asked(Occasion::Given), 6);
    assert!(list_wallet(&cx).await.unwrap().is_empty());
    assert!(!marker.exists(), "it was run");

    // A saved reference stops working when the permission is withdrawn, and does not ask for it.
    let keyring = Keyring::new(&harness, harness.playground.bearer_token());
    let token = AuthenticationChoice::Bearer {
        token: SecretInput::Reference {
            reference: keyring.text(),
        },
    };
    let connector = harness.add_guarded(token).await;
    let check = check_connector(&cx, &connector.id).await.unwrap();
    assert_eq!(
        check.connector.status.status,
        Status::Ready,
        "allowed before"
    );
    for program in list_allowed_programs(&cx).await.unwrap() {
        forget_program(&cx, &program.id).await.unwrap();
    }
    let check = check_connector(&cx, &connector.id).await.unwrap();
    assert_eq!(check.connector.status.code, Some(Code::ReferenceNotAllowed));
    assert!(person.asked(Occasion::Needed) > 0);
    assert_eq!(person.asked(Occasion::Given), 6);
}

/// Allows no program, and counts the questions.
#[derive(Default)]
struct Refusing(Mutex<Vec<Occasion>>);

#[async_trait]
impl ProgramConsent for Refusing {
    async fn allows(&self, request: &ProgramRequest) -> bool {
        self.0.lock().unwrap().push(request.occasion);
        false
    }
}

impl Refusing {
    fn asked(&self, occasion: Occasion) -> usize {
        let asked = self.0.lock().unwrap();
        asked.iter().filter(|one| **one == occasion).count()
    }
}

/// OAuth with an app of the user that has this secret.
fn oauth_app_with(secret: SecretValue) -> AuthenticationChoice {
    let mut app = oauth_app(CONFIDENTIAL_CLIENT_ID, None);
    if let AuthenticationChoice::Oauth {
        client: Some(OAuthClientInput::New { client_secret, .. }),
        ..
    } = &mut app
    {
        *client_secret = Some(secret);
    }
    app
}

/// A program that prints the secret in a file.
struct Keyring(PathBuf);

impl Keyring {
    fn new(harness: &Harness, holds: &str) -> Self {
        let keyring = Self(harness.home.path().join("keyring"));
        keyring.set_secret(holds);
        keyring
    }

    fn set_secret(&self, secret: &str) {
        fs::write(&self.0, secret).unwrap();
    }

    fn remove(&self) {
        fs::remove_file(&self.0).unwrap();
    }

    fn text(&self) -> String {
        format!("cmd://cat {}", self.0.display())
    }

    fn reference(&self) -> SecretValue {
        SecretValue::Reference {
            reference: self.text(),
        }
    }
}
