//! Fills a database as years of use would: ten hosted accounts with so many connectors each.
//!
//! `many_connectors FILE COUNT WAITING TOOLS`. The accounts are signed out, so that a window over it asks nobody. This
//! computer has `WAITING` connectors that fail, and as many credentials. The connectors of the accounts have `TOOLS`
//! together. `cargo xtask bench list_first_rows list_filter list_scroll tools_filter window_latency` is what wants it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _};
use patchbay_model::{
    Account, AccountId, AuthenticationMethod, Connector, ConnectorId, ConnectorStatus,
    IdentityLine, Json, Level, Platform, RemoteId, Status, Timestamp, Tool, ToolEffect, Visibility,
    WalletEntry, WalletEntryId, WalletKind,
};
use patchbay_store::Store;
use serde_json::json;

const ACCOUNTS: usize = 10;

/// Writes that wait at once: the store takes one after the other.
const CONCURRENCY: usize = 64;

const HOSTED: [Platform; 5] = [
    Platform::Mistral,
    Platform::Cohere,
    Platform::Agentstack,
    Platform::Airbyte,
    Platform::Tenex,
];

const SERVICES: [&str; 8] = [
    "GitHub", "Linear", "Notion", "Slack", "Jira", "Sentry", "Stripe", "Postgres",
];

const VERBS: [(&str, ToolEffect); 4] = [
    ("list", ToolEffect::Read),
    ("find", ToolEffect::Read),
    ("update", ToolEffect::Write),
    ("delete", ToolEffect::Destructive),
];

/// Most are well, and some have each of the other looks.
const STATUSES: [Status; 10] = [
    Status::Ready,
    Status::Ready,
    Status::Ready,
    Status::Ready,
    Status::Ready,
    Status::Ready,
    Status::NeedsAuthorization,
    Status::Failing,
    Status::Disconnected,
    Status::Unknown,
];

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().context("no file was named")?;
    let mut count =
        || -> Result<usize> { Ok(arguments.next().context("no count was named")?.parse()?) };
    let (count, waiting, tools) = (count()?, count()?, count()?);
    let store = Store::open(Path::new(&file)).await?;
    let begun = Timestamp::parse("2026-01-05T08:00:00Z").context("an instant")?;
    let mut connectors = Vec::new();
    for number in 0..ACCOUNTS {
        let account = account(number, begun);
        store.save_account(&account).await?;
        connectors.extend((0..count).map(|place| connector(&account, number, place, begun)));
    }
    let tools_of_each = tools.div_ceil(connectors.len().max(1)).max(1);
    for place in 0..waiting {
        connectors.push(waiting_connector(place, begun));
        store.save_wallet_entry(&wallet_entry(place, begun)).await?;
    }
    futures::stream::iter(&connectors)
        .map(|connector| store.save_connector(connector))
        .buffer_unordered(CONCURRENCY)
        .try_collect::<Vec<()>>()
        .await?;
    let tools: Vec<Tool> = (0..tools).map(tool).collect();
    for (connector, tools) in connectors.iter().zip(tools.chunks(tools_of_each)) {
        store.replace_tools(&connector.id, tools, begun).await?;
    }
    Ok(())
}

/// A tool as most are, whose schema is longer than all that is shown of it.
fn tool(number: usize) -> Tool {
    let (verb, effect) = VERBS[number % VERBS.len()];
    let service = SERVICES[number / VERBS.len() % SERVICES.len()];
    let property = |name: &str| json!({ "type": "string", "description": format!("The {name} of what is meant") });
    Tool {
        name: format!("{verb}_{}_{number:04}", service.to_lowercase()),
        title: Some(format!("{verb} in {service}")),
        description: Some(format!(
            "Finds what {service} keeps by its name, and tells who changed it last, when, and why that was done."
        )),
        input_schema: Json(json!({
            "type": "object",
            "required": ["owner", "name"],
            "properties": {
                "owner": property("owner"), "name": property("name"), "branch": property("branch"),
                "limit": { "type": "integer", "minimum": 1, "maximum": 100 },
            },
        })),
        effect,
        open_world: true,
        ..Tool::default()
    }
}

fn account(number: usize, begun: Timestamp) -> Account {
    Account {
        id: AccountId::new(format!("acc_{number:02}")),
        platform: HOSTED[number % HOSTED.len()],
        label: format!("Team {number}"),
        colour: None,
        base_url: None,
        settings: Json(json!({})),
        is_signed_out: true,
        entries: Vec::new(),
        created_at: begun,
    }
}

fn connector(account: &Account, number: usize, place: usize, begun: Timestamp) -> Connector {
    let service = SERVICES[place % SERVICES.len()];
    let status = STATUSES[(place / SERVICES.len() + number) % STATUSES.len()];
    let reason =
        (status != Status::Ready).then(|| format!("{service} has not answered for a while"));
    let name = format!("{}-{place}", service.to_lowercase());
    let at = begun + Duration::from_secs(60 * (number * 1000 + place) as u64);
    let id = ConnectorId::new(format!("con_{number:02}{place:04}"));
    let title = format!("{service} {number}{place:03}");
    let identity = IdentityLine {
        platform: account.platform,
        account: account.label.clone(),
        credential: Some(format!("{service} of the team")),
        user: None,
        level: Some(Level::Workspace),
        expires_at: None,
    };
    Connector {
        remote_id: Some(RemoteId::new(format!("remote-{number}-{place}"))),
        description: Some(format!("What {} keeps in {service}.", account.label)),
        endpoint: Some(format!("https://{name}.example.com/mcp")),
        visibility: Visibility::Workspace,
        status: ConnectorStatus {
            status,
            word: Some("as_the_platform_says".to_owned()),
            reason,
            code: None,
            checked_at: Some(at),
            last_ok_at: (status == Status::Ready).then_some(at),
        },
        authentication_methods: vec![AuthenticationMethod::Oauth],
        tool_count: Some(u32::try_from(place % 40).unwrap_or_default()),
        tags: vec!["team".to_owned()],
        favourite: place.is_multiple_of(50),
        native: native(&name, place),
        name,
        ..Connector::new(id, account.id.clone(), title, identity, at)
    }
}

/// A connector of this computer that fails.
fn waiting_connector(place: usize, begun: Timestamp) -> Connector {
    let local = Account {
        id: AccountId::local(),
        platform: Platform::Local,
        label: "This computer".to_owned(),
        ..account(ACCOUNTS, begun)
    };
    let connector = connector(&local, ACCOUNTS, place, begun);
    let status = ConnectorStatus {
        status: Status::Failing,
        word: None,
        reason: Some("couldn't connect".to_owned()),
        ..connector.status
    };
    Connector {
        status,
        remote_id: None,
        ..connector
    }
}

fn wallet_entry(place: usize, begun: Timestamp) -> WalletEntry {
    WalletEntry {
        id: WalletEntryId::new(format!("wal_{place:04}")),
        name: format!("{} {place}", SERVICES[place % SERVICES.len()]),
        kind: WalletKind::Bearer,
        reference: None,
        header_names: Vec::new(),
        issuer: None,
        resource: None,
        scopes: Vec::new(),
        user: None,
        expires_at: None,
        renews: false,
        needs_authorization: false,
        created_at: begun,
        replaced_at: begun,
        last_used_at: None,
        used_by: Vec::new(),
    }
}

/// About a kibibyte, as platforms answer.
fn native(name: &str, place: usize) -> Json {
    let fields: Vec<_> = (0..8)
        .map(|field| {
            json!({ "name": format!("field_{field}"), "type": "string", "required": field < 2,
                "description": format!("Setting {field} of {name}, in the platform's own words") })
        })
        .collect();
    Json(json!({ "id": place, "name": name, "config": { "fields": fields } }))
}
