use std::sync::atomic::{AtomicUsize, Ordering};

use patchbay_model::{Code, Explain as _, SecretReference};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::connectors::check::check_connector;
use crate::context::Context;
use crate::credentials::edit::rename_wallet_entry;
use crate::credentials::forget::forget;
use crate::credentials::new_entry;
use crate::credentials::secret::{SecretValue, WalletSecret};
use crate::need::NeedKind;
use crate::needs::list_needs;
use crate::testing::{
    UNREACHABLE_URL, add, add_app, add_credential, block_vault, lapsed_grant, oauth, open_temporary,
};
use crate::vault::{save_unsaved_secrets, unsaved_problem};

/// A pending request at the token endpoint.
struct PendingRequest(oneshot::Sender<()>);

impl PendingRequest {
    fn answer(self) {
        self.0.send(()).unwrap();
    }
}

/// A sign-in whose token has expired.
struct Fixture {
    home: tempfile::TempDir,
    cx: Context,
    entry: WalletEntry,
    provider: Option<TcpListener>,
}

async fn fixture() -> Fixture {
    let (home, cx) = open_temporary().await;
    let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/token", provider.local_addr().unwrap());
    let grant = lapsed_grant("first-token-1", &endpoint);
    let id = WalletEntryId::new("cred_1");
    let entry = WalletEntry {
        issuer: Some(grant.issuer.clone()),
        resource: Some(grant.resource.clone()),
        expires_at: grant.expires_at,
        renews: true,
        ..new_entry(id, "Sign-in".to_owned(), WalletKind::Oauth, cx.now())
    };
    cx.store().save_wallet_entry(&entry).await.unwrap();
    let fixture = Fixture {
        home,
        cx,
        entry,
        provider: Some(provider),
    };
    fixture.write(&grant).await;
    fixture
}

impl Fixture {
    async fn write(&self, grant: &Grant) {
        let name = SecretName::wallet(&self.entry.id);
        let vault = self.cx.vault();
        vault.write(&name, &grant.to_secret()).await.unwrap();
    }

    /// Returns the access token in the vault.
    async fn saved_token(&self) -> Option<String> {
        let name = SecretName::wallet(&self.entry.id);
        let saved = self.cx.vault().read(&name).await.unwrap()?;
        let grant = Grant::from_secret(&saved).unwrap();
        Some(grant.access_token.expose().to_owned())
    }

    /// Starts to renew the token, and returns when the provider has received the request.
    async fn start_renewal(&mut self) -> (PendingRequest, JoinHandle<Result<Grant, Error>>) {
        let (tokens, entry) = (self.cx.tokens().clone(), self.entry.clone());
        let renewing = tokio::spawn(async move { tokens.grant(&entry, "Wiki", None).await });
        let provider = self.provider.take().unwrap();
        let (mut stream, _) = provider.accept().await.unwrap();
        let mut request = Vec::new();
        while !String::from_utf8_lossy(&request).contains("&resource=") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        let (answer, answered) = oneshot::channel();
        tokio::spawn(async move {
            answered.await.unwrap();
            let tokens = json!({
                "access_token": "renewed-token-2", "token_type": "Bearer",
                "refresh_token": "refresh-token-2", "expires_in": 3600, "scope": "read",
            });
            let tokens = tokens.to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{tokens}",
                tokens.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        (PendingRequest(answer), renewing)
    }
}

#[tokio::test]
async fn a_refresh_keeps_concurrent_changes() {
    let mut fixture = fixture().await;
    let (request, renewing) = fixture.start_renewal().await;
    let renamed = rename_wallet_entry(&fixture.cx, &fixture.entry.id, "Renamed").await;
    renamed.unwrap();
    request.answer();
    let grant = renewing.await.unwrap().unwrap();
    assert_eq!(grant.access_token.expose(), "renewed-token-2");
    assert_eq!(
        fixture.saved_token().await.as_deref(),
        Some("renewed-token-2")
    );
    let known = fixture
        .cx
        .store()
        .find_wallet_entry(&fixture.entry.id)
        .await;
    let known = known.unwrap().unwrap();
    assert_eq!(known.name, "Renamed");
    assert_eq!(known.expires_at, grant.expires_at);
    assert_eq!(known.scopes, ["read"]);
}

#[tokio::test]
async fn a_renewed_token_that_cannot_be_saved_is_used_reported_and_saved_later() {
    let mut fixture = fixture().await;
    let mut events = fixture.cx.events();
    let (request, renewing) = fixture.start_renewal().await;
    // From here on the vault's file cannot be replaced.
    let file = fixture.cx.paths().data.join("vault.json");
    let away = file.with_file_name("away");
    std::fs::rename(&file, &away).unwrap();
    std::fs::create_dir(&file).unwrap();
    request.answer();
    let grant = renewing.await.unwrap().unwrap();
    assert_eq!(grant.access_token.expose(), "renewed-token-2");

    let needs = list_needs(&fixture.cx).await.unwrap();
    assert_eq!(needs[0].kind, NeedKind::Unsaved);
    assert_eq!(needs[0].code, Some(Code::VaultUnsaved));
    let is_reported = |event: &Event| matches!(event, Event::NeedArose { need } if need.kind == NeedKind::Unsaved);
    while !is_reported(&events.recv().await.unwrap()) {}
    assert_eq!(
        unsaved_problem(&fixture.cx).unwrap().code,
        Code::VaultUnsaved
    );
    assert!(save_unsaved_secrets(&fixture.cx).await.is_err());
    // It is used meanwhile; the provider would not answer another request.
    let tokens = fixture.cx.tokens();
    let used = tokens.grant(&fixture.entry, "Wiki", None).await.unwrap();
    assert_eq!(used.access_token.expose(), "renewed-token-2");

    std::fs::remove_dir(&file).unwrap();
    std::fs::rename(&away, &file).unwrap();
    // At the latest when the context is closed.
    fixture.cx.close().await;
    assert!(unsaved_problem(&fixture.cx).is_none());
    assert_eq!(
        fixture.saved_token().await.as_deref(),
        Some("renewed-token-2")
    );
}

#[tokio::test]
async fn no_token_is_requested_while_it_could_not_be_saved() {
    let fixture = fixture().await;
    block_vault(&fixture.cx).await;
    let tokens = fixture.cx.tokens();
    let refused = tokens
        .grant(&fixture.entry, "Wiki", None)
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Vault(_)), "{refused:?}");
    let provider = fixture.provider.as_ref().unwrap();
    let asked = tokio::time::timeout(Duration::from_millis(200), provider.accept());
    assert!(asked.await.is_err(), "it was asked");
}

/// Answers every request with that error. Returns the number of requests so far.
fn refuse_all(provider: TcpListener, refusal: serde_json::Value) -> Arc<AtomicUsize> {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = provider.accept().await.unwrap();
            let mut request = Vec::new();
            while !String::from_utf8_lossy(&request).contains("resource=") {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
            }
            counting.fetch_add(1, Ordering::SeqCst);
            let refusal = refusal.to_string();
            let answer = format!(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{refusal}",
                refusal.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    asked
}

#[tokio::test]
async fn a_refused_token_is_sent_once_across_processes() {
    let mut fixture = fixture().await;
    let provider = fixture.provider.take().unwrap();
    let refusal = json!({ "error": "invalid_grant", "error_description": "spent" });
    let asked = refuse_all(provider, refusal);
    let lapses = async |cx: &Context| {
        let lapsed = cx.tokens().grant(&fixture.entry, "Wiki", None).await;
        let Err(Error::SignInLapsed { detail, .. }) = lapsed else {
            panic!("{lapsed:?}");
        };
        assert_eq!(detail.as_deref(), Some("spent"));
    };
    let times = || asked.load(Ordering::SeqCst);
    for _ in 0..3 {
        lapses(&fixture.cx).await;
    }
    // What another process knows of it is in the file.
    let other = Refusals::new(fixture.cx.store().clone());
    let name = SecretName::wallet(&fixture.entry.id);
    let saved = fixture.cx.vault().read(&name).await.unwrap().unwrap();
    let grant = Grant::from_secret(&saved).unwrap();
    assert!(other.find(&fixture.entry.id, &grant).await.is_some());
    assert_eq!(times(), 1);

    // Another client secret may be accepted, and a sign-in saves another token.
    let mut proven = grant.clone();
    proven.client_secret = Some(Secret::new("another proof"));
    assert!(other.find(&fixture.entry.id, &proven).await.is_none());
    fixture.cx.tokens().forget_refusal(&fixture.entry.id).await;
    lapses(&fixture.cx).await;
    assert_eq!(times(), 2);
}

#[tokio::test]
async fn a_refresh_does_not_restore_a_removed_credential() {
    let mut fixture = fixture().await;
    let (request, renewing) = fixture.start_renewal().await;
    // As an older Patchbay does, which takes no lock.
    let id = &fixture.entry.id;
    let name = SecretName::wallet(id);
    fixture.cx.vault().remove(&name).await.unwrap();
    fixture.cx.store().remove_wallet_entry(id).await.unwrap();
    request.answer();
    let renewed = renewing.await.unwrap();
    assert!(
        matches!(renewed, Err(Error::SignInNeeded { .. })),
        "{renewed:?}"
    );
    assert_eq!(fixture.saved_token().await, None);
    assert_eq!(fixture.cx.store().list_wallet().await.unwrap(), []);
}

#[tokio::test]
async fn a_refresh_of_an_older_grant_does_not_undo_a_sign_in() {
    let mut fixture = fixture().await;
    let (request, renewing) = fixture.start_renewal().await;
    fixture
        .write(&lapsed_grant("signed-in-anew-3", UNREACHABLE_URL))
        .await;
    request.answer();
    renewing.await.unwrap().unwrap();
    assert_eq!(
        fixture.saved_token().await.as_deref(),
        Some("signed-in-anew-3")
    );
}

#[tokio::test]
async fn a_credential_is_deleted_after_its_refresh() {
    let mut fixture = fixture().await;
    let (request, renewing) = fixture.start_renewal().await;
    let mut forgetting = std::pin::pin!(forget(&fixture.cx, &fixture.entry.id));
    let soon = tokio::time::timeout(Duration::from_millis(200), &mut forgetting).await;
    assert!(soon.is_err(), "it did not wait for the refresh");
    request.answer();
    renewing.await.unwrap().unwrap();
    forgetting.await.unwrap();
    assert_eq!(fixture.saved_token().await, None);
    assert_eq!(fixture.cx.store().list_wallet().await.unwrap(), []);
}

/// Older builds kept what a registration gave in the same place as the references of a person.
#[tokio::test]
async fn a_grant_of_an_older_patchbay_has_a_reference_only_where_its_own_app_has_it() {
    let fixture = fixture().await;
    let (cx, home) = (&fixture.cx, fixture.home.path());
    let marker = home.join("was-run");
    // On Windows these are words of the shell, not programs.
    let reference = match cfg!(windows) {
        true => "cmd://cmd /c echo from-the-app",
        false => "cmd://echo from-the-app",
    };
    let mut connector = add(cx, UNREACHABLE_URL).await;
    let before = |client_secret: String| {
        let mut grant = lapsed_grant("first-token-1", UNREACHABLE_URL);
        grant.client_secret = Some(Secret::new(client_secret));
        grant
    };
    let uses = |client| Authentication::oauth(client, Some(fixture.entry.id.clone()));
    let proof = async |connector: &Connector, grant: Grant| {
        cx.store().save_connector(connector).await.unwrap();
        let entry = cx
            .store()
            .find_wallet_entry(&fixture.entry.id)
            .await
            .unwrap();
        let grant = cx
            .tokens()
            .with_app_secret(&entry.unwrap(), None, grant)
            .await;
        let secret = grant.unwrap().client_secret.unwrap();
        secret.expose().to_owned()
    };

    let given = format!("cmd://touch {}", marker.display());
    connector.authentication = uses(None);
    assert_eq!(proof(&connector, before(given.clone())).await, given);

    let secret = WalletSecret::OauthClient {
        client_id: "me".to_owned(),
        client_secret: Some(SecretValue::Reference {
            reference: reference.to_owned(),
        }),
    };
    let app = add_credential(cx, "App", secret).await.id;
    connector.authentication = uses(Some(app.clone()));
    let of_app = before(reference.to_owned());
    // The app was never used at this provider.
    assert_eq!(proof(&connector, of_app.clone()).await, reference);
    let issuer = of_app.issuer.clone();
    let bind = move |known: &mut WalletEntry| known.issuer = Some(issuer);
    cx.store().change_wallet_entry(&app, bind).await.unwrap();
    assert_eq!(proof(&connector, of_app.clone()).await, "from-the-app");
    let mut of_another = before(given.clone());
    of_another.client_id = "registered".to_owned();
    assert_eq!(proof(&connector, of_another).await, given);
    assert!(!marker.exists());
}

#[tokio::test]
async fn a_resolved_secret_stays_known_when_its_reference_breaks() {
    let fixture = fixture().await;
    let cx = &fixture.cx;
    let file = fixture.home.path().join("token");
    std::fs::write(&file, "tok-123456").unwrap();
    let show = if cfg!(windows) { "cmd /c type" } else { "cat" };
    let reference = format!("cmd://{show} {}", file.display());
    let entry = WalletEntry {
        id: WalletEntryId::new("cred_2"),
        name: "Token".to_owned(),
        kind: WalletKind::Bearer,
        reference: Some(SecretReference::parse(&reference).unwrap()),
        ..fixture.entry.clone()
    };
    cx.store().save_wallet_entry(&entry).await.unwrap();
    let connector = Connector {
        authentication: Authentication::Bearer { entry: entry.id },
        ..add(cx, UNREACHABLE_URL).await
    };
    let known = async || {
        let known = cx.tokens().secrets_of(&connector).await;
        let known = known.iter().map(|secret| secret.expose().to_owned());
        known.collect::<Vec<_>>()
    };
    assert_eq!(known().await, ["tok-123456"]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(known().await, ["tok-123456"]);

    // What was sent is known, though the reference stands for something else by now.
    std::fs::write(&file, "tok-sent-only").unwrap();
    cx.tokens().source(&connector).headers().await.unwrap();
    std::fs::write(&file, "tok-later").unwrap();
    assert_eq!(known().await, ["tok-123456", "tok-sent-only"]);
}

#[tokio::test]
async fn the_end_of_the_process_waits_for_a_renewal() {
    let mut fixture = fixture().await;
    let (request, renewing) = fixture.start_renewal().await;
    let cx = fixture.cx.clone();
    let closing = tokio::spawn(async move { cx.close().await });
    // Other work is waited for 3 seconds only.
    tokio::time::sleep(Duration::from_millis(3500)).await;
    assert!(!closing.is_finished(), "it did not wait");
    request.answer();
    closing.await.unwrap();
    renewing.await.unwrap().unwrap();
    assert_eq!(
        fixture.saved_token().await.as_deref(),
        Some("renewed-token-2")
    );
}

#[tokio::test]
async fn an_own_app_that_is_refused_is_to_be_checked() {
    let mut fixture = fixture().await;
    let provider = fixture.provider.take().unwrap();
    let asked = refuse_all(provider, json!({ "error": "invalid_client" }));
    let cx = &fixture.cx;
    let secret = Secret::new("expired-secret-1").into();
    let app = add_app(cx, "http://127.0.0.1:9", secret).await;
    let connector = Connector {
        authentication: oauth(Some(&app), Some(&fixture.entry.id)),
        ..add(cx, UNREACHABLE_URL).await
    };
    cx.store().save_connector(&connector).await.unwrap();
    // The second time it is known without a request.
    for _ in 0..2 {
        let entry = cx.store().find_wallet_entry(&fixture.entry.id).await;
        let entry = entry.unwrap().unwrap();
        let refused = cx.tokens().grant(&entry, "Wiki", None).await.unwrap_err();
        assert!(matches!(refused, Error::AppRefused { .. }), "{refused:?}");
        assert_eq!(
            refused.hint().as_deref(),
            Some(patchbay_oauth::CHECK_APP_HINT)
        );
        assert!(!entry.needs_authorization);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_unreachable_provider_fails_the_sign_in_and_not_the_connection() {
    let mut fixture = fixture().await;
    drop(fixture.provider.take());
    let cx = &fixture.cx;
    let connector = Connector {
        authentication: oauth(None, Some(&fixture.entry.id)),
        ..add(cx, UNREACHABLE_URL).await
    };
    cx.store().save_connector(&connector).await.unwrap();
    let check = check_connector(cx, &connector.id).await.unwrap();
    let failed = check.steps.iter().find(|step| step.problem.is_some());
    let failed = failed.unwrap();
    assert_eq!(failed.name, "sign_in");
    let problem = failed.problem.as_ref().unwrap();
    let begin = format!("couldn't renew the sign-in of {}: ", connector.title);
    assert!(problem.message.starts_with(&begin), "{problem:?}");
    assert_eq!(problem.code, Code::NetworkUnreachable);
    assert!(problem.retryable);
}
