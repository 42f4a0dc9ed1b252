use patchbay_model::{
    AuthenticationMethod, Json, Platform, Problem, RemoteId, SecretHolder, SecretLocation, Tool,
    ToolEffect, WalletEntryId,
};
use serde_json::json;

use super::*;
use crate::connectors::tool_changes::accept_tools;
use crate::credentials::new_entry;
use crate::need::needs_attention;
use crate::testing::{UNREACHABLE_URL, add, open_temporary};

struct Fixture {
    _home: tempfile::TempDir,
    cx: Context,
}

fn need(kind: NeedKind, headline: &str, fix: NeedFix) -> (NeedKind, String, NeedFix) {
    (kind, headline.to_owned(), fix)
}

impl Fixture {
    async fn new() -> Self {
        let (_home, cx) = open_temporary().await;
        Self { _home, cx }
    }

    /// A local connector that works.
    async fn connector(&self, url: &str) -> Connector {
        let mut connector = add(&self.cx, url).await;
        connector.draft = false;
        connector.status.status = Status::Ready;
        connector.status.reason = None;
        self.save(&connector).await;
        connector
    }

    async fn save(&self, connector: &Connector) {
        self.cx.store().save_connector(connector).await.unwrap();
    }

    async fn account(&self, is_signed_out: bool) -> Account {
        self.account_named("Northlight", is_signed_out).await
    }

    async fn account_named(&self, label: &str, is_signed_out: bool) -> Account {
        let account = Account {
            id: AccountId::new(format!("acc_{label}")),
            platform: Platform::Mistral,
            label: label.to_owned(),
            colour: None,
            base_url: None,
            settings: Json::default(),
            is_signed_out,
            entries: Vec::new(),
            created_at: self.cx.now(),
        };
        self.cx.store().save_account(&account).await.unwrap();
        account
    }

    async fn entry(&self, name: &str, lapses_in: Option<i64>) -> WalletEntry {
        let now = self.cx.now();
        let at = |millis| Timestamp::from_unix_millis(now.unix_millis() + millis).unwrap();
        let id = WalletEntryId::new(format!("wal_{name}"));
        let entry = WalletEntry {
            expires_at: lapses_in.map(at),
            ..new_entry(id, name.to_owned(), WalletKind::Bearer, now)
        };
        self.cx.store().save_wallet_entry(&entry).await.unwrap();
        entry
    }

    async fn needs(&self) -> Vec<(NeedKind, String, NeedFix)> {
        let needs = list_needs(&self.cx).await.unwrap().into_iter();
        let needs = needs.map(|need| (need.kind, need.headline, need.fix));
        needs.collect()
    }
}

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_healthy_setup_has_no_needs() {
    let fixture = Fixture::new().await;
    fixture.connector(UNREACHABLE_URL).await;
    fixture.account(false).await;
    fixture.entry("far", Some(8 * DAY)).await;
    fixture.entry("never", None).await;
    assert_eq!(fixture.needs().await, []);
}

#[tokio::test]
async fn a_connector_that_lacks_access_is_not_signed_out() {
    let fixture = Fixture::new().await;
    let mut connector = fixture.connector(UNREACHABLE_URL).await;
    connector.title = "Wiki".to_owned();
    connector.status.status = Status::Failing;
    connector.status.code = Some(Code::AuthForbidden);
    connector.status.reason = Some("this needs the scope admin".to_owned());
    fixture.save(&connector).await;
    let expected = need(NeedKind::Failing, "Wiki needs more access", NeedFix::SignIn);
    assert_eq!(fixture.needs().await, [expected]);
}

#[tokio::test]
async fn each_status_has_its_headline_and_fix() {
    let fixture = Fixture::new().await;
    let mut connector = fixture.connector(UNREACHABLE_URL).await;
    connector.title = "Wiki".to_owned();
    let cases = [
        (
            Status::NeedsAuthorization,
            "Wiki needs sign-in",
            NeedFix::EditSettings,
        ),
        (Status::Failing, "Wiki isn't working", NeedFix::Check),
        (
            Status::Authorizing,
            "Finish signing in to Wiki",
            NeedFix::Show,
        ),
    ];
    for (status, headline, fix) in cases {
        connector.authentication_methods.clear();
        connector.status.status = status;
        fixture.save(&connector).await;
        let needs = fixture.needs().await;
        assert_eq!(needs.len(), 1, "{needs:?}");
        assert_eq!((needs[0].1.as_str(), needs[0].2), (headline, fix));
    }
    connector.status.status = Status::Disabled;
    fixture.save(&connector).await;
    assert_eq!(fixture.needs().await, []);
}

#[tokio::test]
async fn a_failure_dates_from_the_last_success() {
    let fixture = Fixture::new().await;
    let mut connector = fixture.connector("https://wiki.example/mcp").await;
    connector.status.status = Status::Failing;
    connector.status.last_ok_at = None;
    connector.status.checked_at = Some(fixture.cx.now());
    fixture.save(&connector).await;
    assert_eq!(list_needs(&fixture.cx).await.unwrap()[0].since, None);
    let worked = fixture.cx.now();
    connector.status.last_ok_at = Some(worked);
    fixture.save(&connector).await;
    let needs = list_needs(&fixture.cx).await.unwrap();
    assert_eq!(needs[0].since, Some(worked));
}

#[tokio::test]
async fn a_connector_disconnected_by_its_platform_needs_consent_or_key() {
    let fixture = Fixture::new().await;
    let account = fixture.account(false).await;
    let mut connector = fixture.connector(UNREACHABLE_URL).await;
    connector.account = account.id;
    connector.identity.platform = account.platform;
    connector.remote_id = Some(RemoteId::new("con_1"));
    connector.status.status = Status::Disconnected;
    connector.status.reason = Some("revoked".to_owned());
    let cases = [
        (AuthenticationMethod::Oauth, NeedFix::Connect),
        (AuthenticationMethod::Bearer, NeedFix::ReplaceKey),
        (AuthenticationMethod::None, NeedFix::Check),
    ];
    for (method, fix) in cases {
        connector.authentication_methods = vec![method];
        fixture.save(&connector).await;
        let needs = fixture.needs().await;
        assert_eq!(needs.len(), 1, "{needs:?}");
        assert_eq!((needs[0].0, needs[0].2), (NeedKind::PlatformMessage, fix));
    }
    connector.status.status = Status::NeedsAuthorization;
    for (method, fix) in [
        (Some(AuthenticationMethod::Oauth), NeedFix::SignIn),
        (Some(AuthenticationMethod::Bearer), NeedFix::ReplaceKey),
        // As on Airbyte, where the key is a setting.
        (None, NeedFix::EditSettings),
    ] {
        connector.authentication_methods = Vec::from_iter(method);
        fixture.save(&connector).await;
        assert_eq!(fixture.needs().await[0].2, fix);
    }
}

#[tokio::test]
async fn a_signed_out_account_hides_its_connectors() {
    let fixture = Fixture::new().await;
    let account = fixture.account(true).await;
    let mut connector = fixture.connector(UNREACHABLE_URL).await;
    connector.account = account.id.clone();
    connector.status.status = Status::Failing;
    fixture.save(&connector).await;
    let headline = "Northlight is signed out";
    let expected = need(NeedKind::AccountSignedOut, headline, NeedFix::ReplaceKey);
    assert_eq!(fixture.needs().await, [expected]);
}

#[tokio::test]
async fn an_account_error_lasts_until_a_response_and_timeouts_are_ignored() {
    let fixture = Fixture::new().await;
    let account = fixture.account(false).await;
    let slow = Error::TimedOut { seconds: 30 };
    crate::accounts::errors::record(&fixture.cx, &account, Some(&slow)).await;
    assert_eq!(fixture.needs().await, []);
    let lost = Error::not_found("workspace", "growth");
    crate::accounts::errors::record(&fixture.cx, &account, Some(&lost)).await;
    let headline = "Couldn't load Northlight";
    let expected = need(NeedKind::AccountFailing, headline, NeedFix::Check);
    assert_eq!(fixture.needs().await, [expected]);
    crate::accounts::errors::record(&fixture.cx, &account, None).await;
    assert_eq!(fixture.needs().await, []);
}

#[tokio::test]
async fn a_timeout_does_not_end_an_account_error() {
    let fixture = Fixture::new().await;
    let account = fixture.account(false).await;
    let lost = Error::not_found("workspace", "growth");
    let slow = Error::TimedOut { seconds: 30 };
    for error in [&lost, &slow] {
        crate::accounts::errors::record(&fixture.cx, &account, Some(error)).await;
        let headline = "Couldn't load Northlight";
        let expected = need(NeedKind::AccountFailing, headline, NeedFix::Check);
        assert_eq!(fixture.needs().await, [expected]);
    }
}

#[tokio::test]
async fn unreachable_accounts_and_connectors_are_one_need() {
    let fixture = Fixture::new().await;
    let gone = || {
        let how = patchbay_http::Unreachable::Dns;
        Error::from(patchbay_platforms::Error::unreachable(
            "api.example.com",
            how,
        ))
    };
    for (label, headline) in [
        ("Northlight", "Couldn't load Northlight"),
        ("Lumen", "Couldn't reach 2 accounts"),
    ] {
        let account = fixture.account_named(label, false).await;
        crate::accounts::errors::record(&fixture.cx, &account, Some(&gone())).await;
        let expected = need(NeedKind::AccountFailing, headline, NeedFix::Check);
        assert_eq!(fixture.needs().await, [expected]);
    }
    let mut connector = fixture.connector(UNREACHABLE_URL).await;
    let mut headlines_after = async |code| {
        connector.status.status = Status::Failing;
        connector.status.code = Some(code);
        fixture.save(&connector).await;
        let needs = fixture.needs().await.into_iter();
        needs.map(|(_, headline, _)| headline).collect::<Vec<_>>()
    };
    assert_eq!(
        headlines_after(Code::NetworkDns).await,
        ["Couldn't reach 2 accounts and 1 connector"]
    );
    // The host was resolved.
    let headlines = headlines_after(Code::NetworkUnreachable).await;
    assert_eq!(headlines.len(), 2);
}

#[tokio::test]
async fn unresolved_hosts_beside_a_reachable_one_are_separate_needs() {
    let fixture = Fixture::new().await;
    let now = fixture.cx.now();
    for address in ["https://a.example/mcp", "https://b.example/mcp"] {
        let mut mistyped = fixture.connector(address).await;
        mistyped.status.status = Status::Failing;
        mistyped.status.code = Some(Code::NetworkDns);
        mistyped.status.checked_at = Some(now);
        fixture.save(&mistyped).await;
    }
    let mut other = fixture.connector("https://c.example/mcp").await;
    let mut after = async |last_ok_at| {
        other.status.status = Status::Ready;
        other.status.last_ok_at = Some(last_ok_at);
        fixture.save(&other).await;
        fixture.needs().await.len()
    };
    let earlier = |seconds: i64| Timestamp::from_unix_millis(now.unix_millis() - seconds * 1000);
    assert_eq!(after(earlier(300).unwrap()).await, 1);
    assert_eq!(after(earlier(5).unwrap()).await, 2);
}

#[test]
fn the_headline_is_not_repeated() {
    let headline = "Northlight is signed out";
    let words = |message: &str| strip_headline(headline, message);
    let more = words("account Northlight is signed out: its key was rejected");
    assert_eq!(more.as_deref(), Some("its key was rejected"));
    assert_eq!(words(headline), None);
    assert_eq!(
        words("no response in 30 s").as_deref(),
        Some("no response in 30 s")
    );
}

#[tokio::test]
async fn entries_that_expire_within_a_week_are_sorted_by_expiry() {
    let fixture = Fixture::new().await;
    fixture.entry("Stripe key", Some(6 * DAY)).await;
    fixture.entry("Notion key", Some(-DAY)).await;
    let expected = ["Notion key expired", "Stripe key expires soon"]
        .map(|headline| need(NeedKind::Lapsing, headline, NeedFix::ReplaceKey));
    assert_eq!(fixture.needs().await, expected);
}

#[tokio::test]
async fn an_unused_grant_that_expires_is_no_need() {
    let fixture = Fixture::new().await;
    let mut entry = fixture.entry("Wiki", Some(DAY)).await;
    entry.kind = WalletKind::Oauth;
    fixture.cx.store().save_wallet_entry(&entry).await.unwrap();
    assert_eq!(fixture.needs().await, []);
}

#[tokio::test]
async fn an_incomplete_rotation_needs_a_retry() {
    let fixture = Fixture::new().await;
    let connector = fixture.connector(UNREACHABLE_URL).await;
    let entry = fixture.entry("Stripe key", None).await;
    let location = SecretLocation {
        entry: entry.id.clone(),
        connector: connector.id,
        holder: SecretHolder::Settings,
        path: "/token".to_owned(),
        values: Json(json!({})),
        placed_at: fixture.cx.now(),
        problem: Some(Problem::new(
            Code::NetworkUnreachable,
            "couldn't connect to Cohere".to_owned(),
        )),
    };
    let store = fixture.cx.store();
    store.save_secret_location(&location).await.unwrap();
    let needs = list_needs(&fixture.cx).await.unwrap();
    let words = "1 place still uses the old credential: couldn't connect to Cohere";
    assert_eq!(needs[0].words.as_deref(), Some(words));
    assert_eq!(needs[0].fix, NeedFix::RetryRotation);
    assert_eq!(needs[0].entry, Some(entry.id.clone()));

    let rotations = fixture.cx.rotations();
    let in_progress = rotations.register(&entry.id, fixture.cx.shutdown().child_token());
    assert_eq!(fixture.needs().await, [], "rotation in progress");
    drop(in_progress);
    assert_eq!(fixture.needs().await.len(), 1);
}

#[tokio::test]
async fn changed_tools_need_a_review_until_accepted() {
    let fixture = Fixture::new().await;
    let connector = fixture.connector(UNREACHABLE_URL).await;
    let tool = |description: &str| Tool {
        name: "search".to_owned(),
        description: Some(description.to_owned()),
        input_schema: Json(json!({ "type": "object" })),
        effect: ToolEffect::Read,
        idempotent: true,
        ..Tool::default()
    };
    for words in ["Searches", "Searches, and mails what it finds"] {
        let (store, tools) = (fixture.cx.store(), [tool(words)]);
        let replaced = store.replace_tools(&connector.id, &tools, fixture.cx.now());
        replaced.await.unwrap();
    }
    let headline = format!("{} changed 1 tool", connector.title);
    let expected = need(NeedKind::ToolsChanged, &headline, NeedFix::ReviewTools);
    assert_eq!(fixture.needs().await, [expected]);
    accept_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(fixture.needs().await, []);
}

/// The connector with every combination of what decides whether it needs attention.
fn variants(connector: &Connector) -> Vec<Connector> {
    let mut variants = Vec::new();
    for platform in [Platform::Local, Platform::Mistral] {
        for status in Status::ALL {
            for (draft, reason) in [(false, None), (true, None), (false, Some("by its owner"))] {
                let mut variant = connector.clone();
                variant.identity.platform = platform;
                variant.status.status = status;
                variant.draft = draft;
                variant.status.reason = reason.map(str::to_owned);
                variants.push(variant);
            }
        }
    }
    variants
}

#[tokio::test]
async fn a_row_needs_attention_exactly_if_its_status_or_tools_are_listed() {
    let fixture = Fixture::new().await;
    for connector in variants(&fixture.connector(UNREACHABLE_URL).await) {
        fixture.save(&connector).await;
        let is_listed = !fixture.needs().await.is_empty();
        assert_eq!(needs_attention(&connector, 0), is_listed, "{connector:?}");
        assert!(needs_attention(&connector, 1));
    }
}

#[tokio::test]
async fn the_first_page_begins_with_rows_that_need_attention() {
    let fixture = Fixture::new().await;
    let mut favourite = fixture.connector("http://127.0.0.1:9/favourite").await;
    favourite.favourite = true;
    fixture.save(&favourite).await;
    for connector in variants(&fixture.connector(UNREACHABLE_URL).await) {
        fixture.save(&connector).await;
        let (rows, _) = fixture.cx.store().first_connectors(1).await.unwrap();
        let is_first = rows[0].id == connector.id;
        assert_eq!(needs_attention(&connector, 0), is_first, "{connector:?}");
    }
}
