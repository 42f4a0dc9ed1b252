//! Sample values for tests.

use std::time::Duration;

use patchbay_model::{
    Account, AccountId, AuthenticationMethod, Authorization, AuthorizationId, AuthorizationState,
    CaptureLevel, Connector, ConnectorId, Content, IdentityLine, Json, Origin, Platform, Redirect,
    RunId, RunLabel, RunState, Timestamp, Tool, ToolResult, ToolRun, ToolRunSummary, WalletEntry,
    WalletEntryId, WalletKind,
};
use serde_json::json;
use tempfile::TempDir;

use crate::Store;

/// Returns an empty store and its folder, which is removed when dropped.
pub(crate) async fn store() -> (TempDir, Store) {
    let home = tempfile::tempdir().unwrap();
    let store = open_again(&home).await;
    (home, store)
}

/// Opens the store in that folder once more.
pub(crate) async fn open_again(home: &TempDir) -> Store {
    let path = home.path().join("patchbay.sqlite");
    Store::open(&path).await.unwrap()
}

/// Returns an instant, in seconds after one that all samples share.
pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::parse("2026-11-20T08:00:00.123456Z").unwrap() + Duration::from_secs(seconds)
}

pub(crate) fn account(id: &str, label: &str) -> Account {
    Account {
        id: AccountId::new(id),
        platform: Platform::Mistral,
        label: label.into(),
        colour: None,
        base_url: None,
        settings: Json(json!({ "surface": "current" })),
        is_signed_out: false,
        entries: Vec::new(),
        created_at: at(0),
    }
}

pub(crate) fn identity() -> IdentityLine {
    IdentityLine {
        platform: Platform::Local,
        account: "This computer".into(),
        credential: Some("Ada at work".into()),
        user: None,
        level: None,
        expires_at: None,
    }
}

/// A local connector without authentication.
pub(crate) fn connector(id: &str, name: &str) -> Connector {
    let (id, account) = (ConnectorId::new(id), AccountId::local());
    Connector {
        name: name.into(),
        endpoint: Some("https://mcp.example/mcp".into()),
        authentication_methods: vec![AuthenticationMethod::None],
        tags: vec!["work".into()],
        native: Json(json!({"transport": "streamable_http"})),
        ..Connector::new(id, account, format!("Title of {name}"), identity(), at(0))
    }
}

/// Saves a sample connector.
pub(crate) async fn save_connector(store: &Store, id: &str, name: &str) -> Connector {
    let connector = connector(id, name);
    store.save_connector(&connector).await.unwrap();
    connector
}

/// Replaces the tools of a connector by those listed at that second.
pub(crate) async fn replace_tools(
    store: &Store,
    connector: &ConnectorId,
    tools: &[Tool],
    seconds: u64,
) -> bool {
    let replaced = store.replace_tools(connector, tools, at(seconds));
    replaced.await.unwrap()
}

pub(crate) fn tool(name: &str) -> Tool {
    Tool {
        name: name.into(),
        description: Some(format!("What {name} does")),
        input_schema: Json(json!({"type": "object"})),
        open_world: true,
        ..Tool::default()
    }
}

/// OAuth tokens of one issuer for one resource.
pub(crate) fn wallet_entry(id: &str, name: &str) -> WalletEntry {
    WalletEntry {
        id: WalletEntryId::new(id),
        name: name.into(),
        kind: WalletKind::Oauth,
        reference: None,
        header_names: Vec::new(),
        issuer: Some("https://auth.example".into()),
        resource: Some("https://mcp.example/mcp".into()),
        scopes: vec!["read".into()],
        user: None,
        expires_at: Some(at(3600)),
        renews: true,
        needs_authorization: false,
        created_at: at(0),
        replaced_at: at(0),
        last_used_at: None,
        used_by: Vec::new(),
    }
}

/// A running run.
pub(crate) fn run(number: u64) -> ToolRun {
    ToolRun {
        summary: ToolRunSummary {
            id: RunId::new(format!("run-{number:06}")),
            connector: ConnectorId::new("c1"),
            connector_title: "GitHub".into(),
            tool: "search_issues".into(),
            identity: identity(),
            origin: Origin::Window,
            state: RunState::Running,
            started_at: at(number),
            duration_ms: None,
            result_bytes: None,
            problem: None,
            arguments_line: None,
            capture: CaptureLevel::default(),
            label: RunLabel::default(),
        },
        arguments: Json(json!({"query": "is:open label:bug"})),
        result: None,
        exchange: None,
        timings: None,
        replay_of: None,
        credential: None,
        questions: Vec::new(),
        task: None,
        as_task: false,
    }
}

/// The run after it ended with that text as its result.
pub(crate) fn answered(run: ToolRun, text: &str) -> ToolRun {
    ToolRun {
        summary: ToolRunSummary {
            state: RunState::Done,
            duration_ms: Some(12),
            ..run.summary
        },
        result: Some(ToolResult {
            content: vec![Content::text(text)],
            ..ToolResult::default()
        }),
        ..run
    }
}

/// An authorization that waits for the user.
pub(crate) fn authorization(id: &str, seconds: u64) -> Authorization {
    let mut waiting = Authorization::preparing(
        AuthorizationId::new(id),
        ConnectorId::new("c1"),
        "GitHub".into(),
        identity(),
        Redirect::Loopback,
        at(seconds),
        Duration::from_secs(300),
    );
    waiting.state = AuthorizationState::AwaitingUser;
    waiting
}
