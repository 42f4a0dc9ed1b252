//! References that stand in the place of single secrets.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use patchbay_model::{AuthorizationState, Code, Explain as _, RunState, Secret, Status};
use patchbay_ops::{
    AddWalletEntry, AuthenticationChoice, OAuthClientInput, SecretInput, SecretValue, WalletSecret,
    add_wallet_entry, check_connector, disconnect_connector, list_wallet,
};
use patchbay_playground::{
    BEARER_HEADER, CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, LoggedRequest,
};
use patchbay_testkit::find_leaks;
use serde_json::json;

use crate::support::{Desk, oauth_app, text_of};

#[tokio::test]
async fn a_header_stands_for_what_its_reference_says_at_each_use() {
    let desk = Desk::new().await;
    let keyring = Keyring::new(&desk, "a wrong token");
    let headers = AuthenticationChoice::Headers {
        entry: None,
        values: BTreeMap::from([
            (BEARER_HEADER.to_owned(), keyring.reference()),
            ("X-Team".to_owned(), Secret::new("blue").into()),
        ]),
    };
    let address = desk.playground.bearer_url();
    let connector = desk.add_at(address.as_str(), headers).await;
    let check = check_connector(&desk.cx, &connector.id).await.unwrap();
    assert_eq!(check.connector.status.status, Status::NeedsAuthorization);

    keyring.now_holds(desk.playground.bearer_token());
    let check = check_connector(&desk.cx, &connector.id).await.unwrap();
    assert_eq!(check.connector.status.status, Status::Ready);
    let message = json!({ "message": desk.playground.bearer_token() });
    let run = desk.run(&connector, "echo", message).await;
    assert_eq!(text_of(&run), "<redacted>", "what it stands for is known");

    keyring.is_gone();
    let run = desk
        .run(&connector, "echo", json!({ "message": "hi" }))
        .await;
    assert_eq!(run.summary.state, RunState::Failed);
    let problem = run.summary.problem.unwrap();
    assert_eq!(problem.code, Code::VaultReference);
    assert!(problem.message.contains("cmd://"), "{problem:?}");
}

#[tokio::test]
async fn the_secret_of_an_oauth_app_can_be_a_reference_and_is_never_kept() {
    let desk = Desk::new().await;
    let keyring = Keyring::new(&desk, CONFIDENTIAL_CLIENT_SECRET);
    let app = oauth_app_with(keyring.reference());
    let connector = desk.add_at(desk.playground.url().as_str(), app).await;
    let over = desk.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Authorized, "{over:?}");

    let echo = json!({ "message": "hi" });
    desk.playground.expire_access_tokens();
    let run = desk.run(&connector, "echo", echo.clone()).await;
    assert_eq!(text_of(&run), "hi");
    assert!(desk.playground.refreshes() > 0);

    // Without it nothing can be renewed: it was asked for again, not remembered.
    keyring.is_gone();
    desk.playground.expire_access_tokens();
    let run = desk.run(&connector, "echo", echo).await;
    assert_eq!(run.summary.problem.unwrap().code, Code::VaultReference);

    keyring.now_holds(CONFIDENTIAL_CLIENT_SECRET);
    let gone = disconnect_connector(&desk.cx, &connector.id).await.unwrap();
    assert!(gone.revoked, "{:?}", gone.note);
    keyring.is_gone();
    let secret = [CONFIDENTIAL_CLIENT_SECRET.to_owned()];
    assert_eq!(find_leaks(desk.home.path(), &secret).unwrap(), []);
}

#[tokio::test]
async fn a_reference_that_stands_for_nothing_is_not_saved() {
    let desk = Desk::new().await;
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
        let error = add_wallet_entry(&desk.cx, AddWalletEntry { name, secret }).await;
        assert_eq!(error.unwrap_err().code(), Code::VaultReference);
    }
    assert!(list_wallet(&desk.cx).await.unwrap().is_empty());
}

/// A secret that was pasted is sent as it is, whatever it looks like.
#[tokio::test]
async fn a_secret_that_looks_like_a_reference_is_one_only_where_it_is_said_to_be() {
    let desk = Desk::new().await;
    let marker = desk.home.path().join("was-run");
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
        let connector = desk
            .add_at(desk.playground.open_url().as_str(), choice)
            .await;
        let run = desk
            .run(&connector, "echo", json!({ "message": "hi" }))
            .await;
        assert_eq!(text_of(&run), "hi");
        let (name, value) = sent;
        let as_it_is = |request: &LoggedRequest| request.header(name) == Some(&value);
        assert!(desk.playground.count(as_it_is) > 0, "{name}");
    }
    let app = oauth_app_with(secret().into());
    let connector = desk.add_at(desk.playground.url().as_str(), app).await;
    // The provider knows another.
    let over = desk.sign_in(&connector).await;
    assert_eq!(over.state, AuthorizationState::Failed, "{over:?}");
    assert!(!marker.exists());
}

/// An OAuth app of the user's own with that secret.
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

/// A program that hands out a secret: a file that is read.
struct Keyring(PathBuf);

impl Keyring {
    fn new(desk: &Desk, holds: &str) -> Self {
        let keyring = Self(desk.home.path().join("keyring"));
        keyring.now_holds(holds);
        keyring
    }

    fn now_holds(&self, secret: &str) {
        fs::write(&self.0, secret).unwrap();
    }

    fn is_gone(&self) {
        fs::remove_file(&self.0).unwrap();
    }

    fn reference(&self) -> SecretValue {
        SecretValue::Reference {
            reference: format!("cmd://cat {}", self.0.display()),
        }
    }
}
