use patchbay_model::{
    AuthenticationMethod, Json, Platform, Problem, RemoteId, SecretHolder, SecretLocation, Tool,
    ToolEffect, WalletEntryId,
};
use serde_json::json;

use super::*;
use crate::connectors::tool_changes::accept_tools;
use crate::credentials::new_entry;
use crate::testing::{UNREACHABLE_URL, add, open_temporary};

struct Bench {
    _home: tempfile::TempDir,
    cx: Context,
}

async fn bench() -> Bench {
    let (_home, cx) = open_temporary().await;
    Bench { _home, cx }
}

impl Bench {
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
        let needs = list_needs(&self.cx).await.unwrap();
        let told = needs
            .into_iter()
            .map(|need| (need.kind, need.headline, need.fix));
        told.collect()
    }
}

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn nothing_is_needed_while_all_is_well() {
    let bench = bench().await;
    bench.connector(UNREACHABLE_URL).await;
    bench.account(false).await;
    bench.entry("far", Some(8 * DAY)).await;
    bench.entry("never", None).await;
    assert_eq!(bench.needs().await, []);
}

#[tokio::test]
async fn a_connector_without_a_right_is_not_said_to_be_signed_out() {
    let bench = bench().await;
    let mut connector = bench.connector(UNREACHABLE_URL).await;
    connector.title = "Wiki".to_owned();
    connector.status.status = Status::Failing;
    connector.status.code = Some(Code::AuthForbidden);
    connector.status.reason = Some("this needs the scope admin".to_owned());
    bench.save(&connector).await;
    let told = "Wiki needs more access".to_owned();
    let need = (NeedKind::Failing, told, NeedFix::SignIn);
    assert_eq!(bench.needs().await, [need]);
}

#[tokio::test]
async fn a_connector_says_what_it_needs() {
    let bench = bench().await;
    let mut connector = bench.connector(UNREACHABLE_URL).await;
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
        bench.save(&connector).await;
        let needs = bench.needs().await;
        assert_eq!(needs.len(), 1, "{needs:?}");
        assert_eq!((needs[0].1.as_str(), needs[0].2), (headline, fix));
    }
    connector.status.status = Status::Disabled;
    bench.save(&connector).await;
    assert_eq!(bench.needs().await, []);
}

#[tokio::test]
async fn a_connector_that_never_worked_is_not_said_to_fail_since_its_last_check() {
    let bench = bench().await;
    let mut connector = bench.connector("https://wiki.example/mcp").await;
    connector.status.status = Status::Failing;
    connector.status.last_ok_at = None;
    connector.status.checked_at = Some(bench.cx.now());
    bench.save(&connector).await;
    assert_eq!(list_needs(&bench.cx).await.unwrap()[0].since, None);
    let worked = bench.cx.now();
    connector.status.last_ok_at = Some(worked);
    bench.save(&connector).await;
    let needs = list_needs(&bench.cx).await.unwrap();
    assert_eq!(needs[0].since, Some(worked));
}

#[tokio::test]
async fn a_connector_that_its_platform_let_go_asks_for_its_consent_or_its_key() {
    let bench = bench().await;
    let account = bench.account(false).await;
    let mut connector = bench.connector(UNREACHABLE_URL).await;
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
        bench.save(&connector).await;
        let needs = bench.needs().await;
        assert_eq!(needs.len(), 1, "{needs:?}");
        assert_eq!((needs[0].0, needs[0].2), (NeedKind::PlatformMessage, fix));
    }
    connector.status.status = Status::NeedsAuthorization;
    for (method, fix) in [
        (Some(AuthenticationMethod::Oauth), NeedFix::SignIn),
        (Some(AuthenticationMethod::Bearer), NeedFix::ReplaceKey),
        // As on Airbyte, where it is one of the settings.
        (None, NeedFix::EditSettings),
    ] {
        connector.authentication_methods = Vec::from_iter(method);
        bench.save(&connector).await;
        assert_eq!(bench.needs().await[0].2, fix);
    }
}

#[tokio::test]
async fn an_account_without_key_comes_first_and_stands_for_its_connectors() {
    let bench = bench().await;
    let account = bench.account(true).await;
    let mut connector = bench.connector(UNREACHABLE_URL).await;
    connector.account = account.id.clone();
    connector.status.status = Status::Failing;
    bench.save(&connector).await;
    let headline = "Northlight is signed out".to_owned();
    let told = (NeedKind::AccountSignedOut, headline, NeedFix::ReplaceKey);
    assert_eq!(bench.needs().await, [told]);
}

#[tokio::test]
async fn what_ails_an_account_stays_until_it_answers_and_what_is_slow_is_no_need() {
    let bench = bench().await;
    let account = bench.account(false).await;
    let slow = Error::TimedOut { seconds: 30 };
    crate::accounts::errors::record(&bench.cx, &account, Some(&slow)).await;
    assert_eq!(bench.needs().await, []);
    let lost = Error::NotFound {
        kind: "workspace",
        name: "growth".to_owned(),
    };
    crate::accounts::errors::record(&bench.cx, &account, Some(&lost)).await;
    let headline = "Couldn't load Northlight".to_owned();
    let told = (NeedKind::AccountFailing, headline, NeedFix::Check);
    assert_eq!(bench.needs().await, [told]);
    crate::accounts::errors::record(&bench.cx, &account, None).await;
    assert_eq!(bench.needs().await, []);
}

#[tokio::test]
async fn several_accounts_and_connectors_out_of_reach_are_one_need() {
    let bench = bench().await;
    let gone = || {
        let host = "api.example.com".to_owned();
        Error::from(patchbay_platforms::Error::Unreachable {
            host,
            how: patchbay_http::Unreachable::Dns,
            source: None,
        })
    };
    for (label, headline) in [
        ("Northlight", "Couldn't load Northlight"),
        ("Lumen", "Couldn't reach 2 accounts"),
    ] {
        let account = bench.account_named(label, false).await;
        crate::accounts::errors::record(&bench.cx, &account, Some(&gone())).await;
        let told = (
            NeedKind::AccountFailing,
            headline.to_owned(),
            NeedFix::Check,
        );
        assert_eq!(bench.needs().await, [told]);
    }
    let mut connector = bench.connector(UNREACHABLE_URL).await;
    let mut reached = async |code| {
        connector.status.status = Status::Failing;
        connector.status.code = Some(code);
        bench.save(&connector).await;
        let needs = bench.needs().await;
        needs
            .into_iter()
            .map(|(_, headline, _)| headline)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        reached(Code::NetworkDns).await,
        ["Couldn't reach 2 accounts and 1 connector"]
    );
    // Whoever refuses was found: that is no matter of the network.
    assert_eq!(reached(Code::NetworkUnreachable).await.len(), 2);
}

#[tokio::test]
async fn connectors_not_found_while_another_is_have_mistyped_addresses() {
    let bench = bench().await;
    let now = bench.cx.now();
    for address in ["https://a.example/mcp", "https://b.example/mcp"] {
        let mut mistyped = bench.connector(address).await;
        mistyped.status.status = Status::Failing;
        mistyped.status.code = Some(Code::NetworkDns);
        mistyped.status.checked_at = Some(now);
        bench.save(&mistyped).await;
    }
    let mut other = bench.connector("https://c.example/mcp").await;
    let mut after = async |last_ok_at| {
        other.status.status = Status::Ready;
        other.status.last_ok_at = Some(last_ok_at);
        bench.save(&other).await;
        bench.needs().await.len()
    };
    let earlier = |seconds: i64| Timestamp::from_unix_millis(now.unix_millis() - seconds * 1000);
    assert_eq!(after(earlier(300).unwrap()).await, 1);
    assert_eq!(after(earlier(5).unwrap()).await, 2);
}

#[test]
fn what_the_headline_says_is_not_said_again() {
    let headline = "Northlight is signed out";
    let words = |message: &str| strip_headline(headline, message);
    let more = words("Northlight is signed out: its key was rejected");
    assert_eq!(more.as_deref(), Some("its key was rejected"));
    assert_eq!(words(headline), None);
    assert_eq!(
        words("no response in 30 s").as_deref(),
        Some("no response in 30 s")
    );
}

#[tokio::test]
async fn what_lapses_within_a_week_is_told_with_the_first_before_the_second() {
    let bench = bench().await;
    bench.entry("Stripe key", Some(6 * DAY)).await;
    bench.entry("Notion key", Some(-DAY)).await;
    let told = [
        (
            NeedKind::Lapsing,
            "Notion key expired".to_owned(),
            NeedFix::ReplaceKey,
        ),
        (
            NeedKind::Lapsing,
            "Stripe key expires soon".to_owned(),
            NeedFix::ReplaceKey,
        ),
    ];
    assert_eq!(bench.needs().await, told);
}

#[tokio::test]
async fn a_consent_that_no_connector_uses_lapses_unsaid() {
    let bench = bench().await;
    let mut entry = bench.entry("Wiki", Some(DAY)).await;
    entry.kind = WalletKind::Oauth;
    bench.cx.store().save_wallet_entry(&entry).await.unwrap();
    assert_eq!(bench.needs().await, []);
}

#[tokio::test]
async fn a_rotation_that_did_not_reach_a_place_is_to_be_tried_again() {
    let bench = bench().await;
    let connector = bench.connector(UNREACHABLE_URL).await;
    let entry = bench.entry("Stripe key", None).await;
    let location = SecretLocation {
        entry: entry.id.clone(),
        connector: connector.id,
        holder: SecretHolder::Settings,
        path: "/token".to_owned(),
        values: Json(json!({})),
        placed_at: bench.cx.now(),
        problem: Some(Problem::new(
            Code::NetworkUnreachable,
            "couldn't connect to Cohere".to_owned(),
        )),
    };
    bench
        .cx
        .store()
        .save_secret_location(&location)
        .await
        .unwrap();
    let needs = list_needs(&bench.cx).await.unwrap();
    let words = "1 place still uses the old credential: couldn't connect to Cohere";
    assert_eq!(needs[0].words.as_deref(), Some(words));
    assert_eq!(needs[0].fix, NeedFix::RetryRotation);
    assert_eq!(needs[0].entry, Some(entry.id.clone()));

    let rotations = bench.cx.rotations();
    let in_progress = rotations.register(&entry.id, bench.cx.shutdown().child_token());
    assert_eq!(bench.needs().await, [], "places that wait for their turn");
    drop(in_progress);
    assert_eq!(bench.needs().await.len(), 1);
}

#[tokio::test]
async fn changed_tools_are_to_be_reviewed_until_they_are_accepted() {
    let bench = bench().await;
    let connector = bench.connector(UNREACHABLE_URL).await;
    let tool = |description: &str| Tool {
        name: "search".to_owned(),
        title: None,
        description: Some(description.to_owned()),
        input_schema: Json(json!({ "type": "object" })),
        output_schema: None,
        effect: ToolEffect::Read,
        idempotent: true,
        open_world: false,
        icon: None,
        needs_task: false,
    };
    for words in ["Searches", "Searches, and mails what it finds"] {
        let now = bench.cx.now();
        let tools = [tool(words)];
        let store = bench.cx.store();
        store
            .replace_tools(&connector.id, &tools, now)
            .await
            .unwrap();
    }
    let headline = format!("{} changed 1 tool", connector.title);
    let told = (NeedKind::ToolsChanged, headline, NeedFix::ReviewTools);
    assert_eq!(bench.needs().await, [told]);
    accept_tools(&bench.cx, &connector.id).await.unwrap();
    assert_eq!(bench.needs().await, []);
}
