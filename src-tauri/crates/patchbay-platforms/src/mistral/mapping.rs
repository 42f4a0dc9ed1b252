//! Mistral's words to ours.
//!
//! Source: Mistral contract, sections 4 and 13.

use patchbay_http::text;
use patchbay_model::{
    AuthenticationMethod, Content, CredentialStatus, Json, Level, PlatformCredential, RemoteId,
    Status, Timestamp, ToolResult, Visibility, clean_text,
};
use serde_json::{Map, Value, json};

use super::platform::SECRET_NAMES;
use super::quirks::observations::{Listing, Observation};
use super::wire::{
    AuthMethod, Connector, Credential, CredentialStatus as WireStatus, ToolResult as WireResult,
};
use crate::RemoteConnector;

const TITLE_LIMIT: usize = 200;
const WORDS_LIMIT: usize = 2000;
const REASON_LIMIT: usize = 300;

/// Messages of a credential that a person can mend by signing in again.
const SIGN_IN_AGAIN: [&str; 4] = [
    "oauth expired",
    "you need to reconnect",
    "empty credentials",
    "blank bearer token",
];

/// Members that a connector has only where the user's data were asked for.
const USER_DATA: [&str; 3] = [
    "connection_credentials",
    "is_authenticated",
    "supported_auth_methods",
];

/// A connector as the platform has it; `observed` is what happened to it here.
pub(super) fn connector(
    connector: &Connector,
    observed: &Observation,
    now: Timestamp,
) -> RemoteConnector {
    let state = state(connector, observed, now);
    let used = credential_in_use(connector);
    RemoteConnector {
        remote_id: RemoteId::new(connector.id()),
        name: connector.name().to_owned(),
        title: connector
            .text("title")
            .map(|title| clean_text(title, TITLE_LIMIT))
            .filter(|title| !title.is_empty()),
        description: Some(text::clean_lines(connector.description(), WORDS_LIMIT))
            .filter(|words| !words.is_empty()),
        endpoint: connector.text("server").map(str::to_owned),
        visibility: match connector.text("visibility") {
            Some("shared_org" | "shared_global") => Visibility::Organization,
            Some("shared_workspace") => Visibility::Workspace,
            _ => Visibility::Private,
        },
        status: state.status,
        word: state.word,
        reason: state.reason.map(|reason| clean_text(&reason, WORDS_LIMIT)),
        methods: methods(connector),
        credential: used.map(|credential| clean_text(credential.name(), TITLE_LIMIT)),
        level: used.and_then(|credential| level(credential.scope())),
        expires_at: None,
        created_at: connector.moment("created_at"),
        updated_at: connector.moment("modified_at"),
        native: Json(without_secrets(connector.to_json())),
    }
}

/// A status, the platform's word for it, and why.
struct State {
    status: Status,
    word: Option<String>,
    reason: Option<String>,
}

/// The first row of the contract's table that fits.
fn state(connector: &Connector, observed: &Observation, now: Timestamp) -> State {
    let state = |status, reason: Option<&str>| State {
        status,
        word: None,
        reason: reason.map(str::to_owned),
    };
    if let Some(level) = blocking_level(connector) {
        return state(Status::Disabled, Some(&format!("blocked by the {level}")));
    }
    if connector.flag("active") == Some(false) || observed.is_switched_off {
        return state(Status::Disabled, Some("not active for you"));
    }
    if observed.page_until.is_some_and(|until| now < until) {
        return state(Status::Authorizing, None);
    }
    let status = credential_in_use(connector).and_then(Credential::status);
    let message = status.and_then(WireStatus::error_message);
    if let Some(status) = status.filter(|status| is_bad(*status)) {
        let word = Some(status.status_type().to_owned());
        if wants_sign_in(status) {
            return State {
                word,
                ..state(Status::NeedsAuthorization, message)
            };
        }
        return State {
            word,
            ..state(Status::Failing, reason(status).as_deref())
        };
    }
    if let Some(Listing::Failed(reason)) = &observed.tools {
        return state(Status::Failing, Some(reason));
    }
    signed_in(connector, observed, message)
}

/// Rows 6 to 9: whether somebody is signed in, and what is known of the tools.
fn signed_in(connector: &Connector, observed: &Observation, message: Option<&str>) -> State {
    let state = |status, reason: Option<&str>| State {
        status,
        word: None,
        reason: reason.map(str::to_owned),
    };
    let methods = method_types(connector);
    let wants_sign_in = methods.iter().any(|method| *method != "none");
    let needs_none = !methods.is_empty() && !wants_sign_in;
    let authenticated = connector.flag("is_authenticated");
    let was_refused = observed.tools == Some(Listing::Unauthorized);
    if wants_sign_in && (authenticated == Some(false) || was_refused) {
        return state(Status::NeedsAuthorization, None);
    }
    if authenticated == Some(true) || needs_none {
        let lapses = message.is_some_and(|it| it.eq_ignore_ascii_case("oauth near expiry"));
        return match &observed.tools {
            Some(Listing::Well) => state(Status::Ready, lapses.then_some("lapses soon")),
            _ => state(Status::Unknown, Some("signed in, tools not loaded")),
        };
    }
    let protocol = connector.text("protocol");
    State {
        word: protocol.map(|word| clean_text(word, TITLE_LIMIT)),
        ..state(Status::Unknown, message)
    }
}

fn blocking_level(connector: &Connector) -> Option<&'static str> {
    let mut blocked_by = connector.blocked_by().into_iter();
    blocked_by.find_map(|word| match word {
        "org" => Some("organization"),
        "workspace" => Some("workspace"),
        "user" => Some("user"),
        _ => None,
    })
}

/// The default of the narrowest level.
fn credential_in_use(connector: &Connector) -> Option<Credential<'_>> {
    connector
        .credentials()
        .filter(|credential| credential.is_default())
        .min_by_key(|credential| match credential.scope() {
            "user" => 0,
            "workspace" => 1,
            "org" => 2,
            _ => 3,
        })
}

fn level(scope: &str) -> Option<Level> {
    match scope {
        "user" => Some(Level::User),
        "workspace" => Some(Level::Workspace),
        "org" => Some(Level::Organization),
        _ => None,
    }
}

fn method_types(connector: &Connector) -> Vec<&str> {
    connector.methods().map(AuthMethod::method_type).collect()
}

fn methods(connector: &Connector) -> Vec<AuthenticationMethod> {
    let mut methods = Vec::new();
    for method in method_types(connector).into_iter().filter_map(method) {
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods
}

/// Whether the platform says that somebody is signed in, with a credential that is still good.
pub(super) fn is_authenticated(connector: &Connector) -> bool {
    let status = credential_in_use(connector).and_then(Credential::status);
    let has_lapsed = status.is_some_and(|status| is_bad(status) && wants_sign_in(status));
    connector.flag("is_authenticated") == Some(true) && !has_lapsed
}

fn is_bad(status: WireStatus<'_>) -> bool {
    matches!(status.status_type(), "invalid" | "error")
}

fn wants_sign_in(status: WireStatus<'_>) -> bool {
    let message = status.error_message().map(str::to_lowercase);
    message.is_some_and(|message| SIGN_IN_AGAIN.contains(&message.as_str()))
}

/// A credential in our words, listed at a level.
pub(super) fn credential(wire: Credential<'_>, level: Level) -> PlatformCredential {
    let told = |name: &str| {
        let words = wire.member(name).and_then(Value::as_str);
        let words = words.map(|words| clean_text(words, REASON_LIMIT));
        words.filter(|words| !words.is_empty())
    };
    let status = wire.status();
    PlatformCredential {
        name: wire.name().to_owned(),
        title: told("title"),
        level,
        method: method(wire.authentication_type()),
        word: Some(wire.authentication_type().to_owned()),
        is_default: wire.is_default(),
        status: match status.map(WireStatus::status_type) {
            Some("valid") => CredentialStatus::Valid,
            Some("invalid") => CredentialStatus::Invalid,
            Some("error") => CredentialStatus::Failing,
            _ => CredentialStatus::Unknown,
        },
        reason: status
            .and_then(reason)
            .map(|reason| clean_text(&reason, REASON_LIMIT)),
        checked_at: status.and_then(WireStatus::last_checked_at),
        expires_at: None,
        created_at: None,
        created_by: told("creator_id"),
    }
}

fn method(word: &str) -> Option<AuthenticationMethod> {
    match word {
        "none" => Some(AuthenticationMethod::None),
        "bearer" => Some(AuthenticationMethod::Bearer),
        "oauth2" | "github_app" | "slack_app" => Some(AuthenticationMethod::Oauth),
        _ => None,
    }
}

/// Why a credential is not good, in the platform's words.
fn reason(status: WireStatus<'_>) -> Option<String> {
    match (status.error_message(), status.error_http_code()) {
        (Some(message), Some(code)) => Some(format!("{message} ({code})")),
        (Some(message), None) => Some(message.to_owned()),
        (None, Some(code)) => Some(format!("status {code}")),
        (None, None) => None,
    }
}

/// A tool as MCP has it: Mistral's own are stored with `jsonschema` in place of `inputSchema`.
pub(super) fn as_mcp_tool(tool: Value) -> Value {
    let Value::Object(mut tool) = tool else {
        return tool;
    };
    let is_stored = tool.contains_key("execution_config") || tool.contains_key("jsonschema");
    if is_stored && !tool.get("inputSchema").is_some_and(Value::is_object) {
        let schema = tool.get("jsonschema").filter(|schema| schema.is_object());
        let schema = schema.cloned().unwrap_or_else(|| json!({"type": "object"}));
        tool.insert("inputSchema".to_owned(), schema);
    }
    Value::Object(tool)
}

/// What a tool answered; that it failed stands in `metadata.mcp_meta`, not at the top.
pub(super) fn tool_result(
    result: &WireResult,
    read: impl Fn(&Value) -> Vec<Content>,
) -> ToolResult {
    ToolResult {
        content: read(result.json()),
        structured: result
            .meta("structuredContent")
            .filter(|content| !content.is_null())
            .cloned()
            .map(Json),
        is_error: result.is_error(),
    }
}

/// What the platform says of the user's own sign-in, without secrets; empty where it was not asked for that.
pub(super) fn user_data(connector: &Connector) -> Map<String, Value> {
    let said = USER_DATA.iter().filter_map(|name| {
        let member = connector.member(name).filter(|member| !member.is_null())?;
        Some(((*name).to_owned(), without_secrets(member.clone())))
    });
    said.collect()
}

/// The platform's JSON without what its operations take as secret. A header says itself whether it is.
fn without_secrets(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let is_public = members.get("is_secret") == Some(&Value::Bool(false));
            let kept = members
                .into_iter()
                .filter(|(name, _)| (is_public && name == "value") || !SECRET_NAMES.contains(name));
            // What held secrets alone is as good as gone.
            let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
            let kept: Map<String, Value> = kept
                .filter_map(|(name, member)| {
                    let was_empty = is_empty(&member);
                    let left = without_secrets(member);
                    (was_empty || !is_empty(&left)).then_some((name, left))
                })
                .collect();
            Value::Object(kept)
        }
        Value::Array(items) => items.into_iter().map(without_secrets).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
