//! Mistral's words to ours.
//!
//! Source: Mistral contract, sections 4 and 13.

use patchbay_http::{SecretNames, text};
use patchbay_model::{
    AuthenticationMethod, Content, CredentialStatus, Json, Level, PlatformCredential, Status,
    Timestamp, ToolResult, Visibility, clean_text,
};
use serde_json::{Map, Value, json};

use super::quirks::observations::{Observation, ToolListOutcome};
use super::wire::{
    Connector, Credential, CredentialStatus as WireStatus, Object, ToolResult as WireResult,
};
use crate::{RemoteConnector, icon};

const TITLE_LIMIT: usize = 200;
const WORDS_LIMIT: usize = 2000;
const REASON_LIMIT: usize = 300;

/// Messages of a credential that a person can mend by signing in again.
const REAUTH_MESSAGES: [&str; 4] = [
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
    Object { json, value }: &Object<Connector>,
    observed: &Observation,
    now: Timestamp,
    secrets: &SecretNames,
) -> RemoteConnector {
    let connector = value;
    let state = state(connector, observed, now);
    let used = credential_in_use(connector);
    RemoteConnector {
        remote_id: connector.id.clone(),
        name: connector.name.clone(),
        title: clean_optional(connector.title.as_deref(), TITLE_LIMIT),
        description: Some(text::clean_lines(&connector.description, WORDS_LIMIT))
            .filter(|words| !words.is_empty()),
        connector_type: None,
        icon: icon::choose([(connector.icon_url.as_deref(), None)]),
        endpoint: connector.server.clone(),
        visibility: match connector.visibility.as_deref() {
            Some("shared_org" | "shared_global") => Visibility::Organization,
            Some("shared_workspace") => Visibility::Workspace,
            _ => Visibility::Private,
        },
        status: state.status,
        word: state.word,
        reason: state.reason.map(|reason| clean_text(&reason, WORDS_LIMIT)),
        checked_at: None,
        methods: methods(connector),
        credential: used.map(|credential| clean_text(&credential.name, TITLE_LIMIT)),
        level: used.and_then(|credential| level(&credential.scope)),
        expires_at: None,
        created_at: Some(connector.created_at),
        updated_at: Some(connector.modified_at),
        native: Json(strip_secrets(json.clone(), secrets)),
    }
}

/// The platform's words, cleaned; `None` where there are none.
fn clean_optional(words: Option<&str>, limit: usize) -> Option<String> {
    let words = words.map(|words| clean_text(words, limit));
    words.filter(|words| !words.is_empty())
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
    if connector.active == Some(false) || observed.is_switched_off {
        return state(Status::Disabled, Some("off for you"));
    }
    if observed.page_until.is_some_and(|until| now < until) {
        return state(Status::Authorizing, None);
    }
    let status = status_in_use(connector);
    let message = status.and_then(|status| status.error_message.as_deref());
    if let Some(status) = status.filter(|status| is_unusable(status)) {
        let word = Some(status.status_type.clone());
        if needs_sign_in(status) {
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
    if let Some(ToolListOutcome::Failed(reason)) = &observed.tools {
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
    let needs_sign_in = methods.iter().any(|method| *method != "none");
    let needs_none = !methods.is_empty() && !needs_sign_in;
    let authenticated = connector.is_authenticated;
    let was_refused = observed.tools == Some(ToolListOutcome::Unauthorized);
    if needs_sign_in && (authenticated == Some(false) || was_refused) {
        return state(Status::NeedsAuthorization, None);
    }
    if authenticated == Some(true) || needs_none {
        let lapses = message.is_some_and(|it| it.eq_ignore_ascii_case("oauth near expiry"));
        return match &observed.tools {
            Some(ToolListOutcome::Well) => state(Status::Ready, lapses.then_some("expires soon")),
            _ => state(Status::Unknown, Some("signed in, tools not loaded")),
        };
    }
    let protocol = connector.protocol.as_deref();
    State {
        word: protocol.map(|word| clean_text(word, TITLE_LIMIT)),
        ..state(Status::Unknown, message)
    }
}

fn blocking_level(connector: &Connector) -> Option<&'static str> {
    let mut blocked_by = connector.blocked_by.iter();
    blocked_by.find_map(|word| match word.as_str() {
        "org" => Some("organization"),
        "workspace" => Some("workspace"),
        "user" => Some("user"),
        _ => None,
    })
}

/// The default of the narrowest level.
fn credential_in_use(connector: &Connector) -> Option<&Credential> {
    let all = connector.credentials.iter();
    all.filter(|credential| credential.is_default())
        .min_by_key(|credential| match credential.scope.as_str() {
            "user" => 0,
            "workspace" => 1,
            "org" => 2,
            _ => 3,
        })
}

fn status_in_use(connector: &Connector) -> Option<&WireStatus> {
    credential_in_use(connector)?.status.as_ref()
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
    let methods = connector.methods.iter();
    methods.map(|method| method.method_type.as_str()).collect()
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
    let status = status_in_use(connector);
    let has_expired = status.is_some_and(|status| is_unusable(status) && needs_sign_in(status));
    connector.is_authenticated == Some(true) && !has_expired
}

fn is_unusable(status: &WireStatus) -> bool {
    matches!(status.status_type.as_str(), "invalid" | "error")
}

fn needs_sign_in(status: &WireStatus) -> bool {
    let message = status.error_message.as_deref().map(str::to_lowercase);
    message.is_some_and(|message| REAUTH_MESSAGES.contains(&message.as_str()))
}

/// A credential in our words, listed at a level.
pub(super) fn credential(wire: &Credential, level: Level) -> PlatformCredential {
    let status = wire.status.as_ref();
    PlatformCredential {
        name: wire.name.clone(),
        title: clean_optional(wire.title.as_deref(), REASON_LIMIT),
        level,
        method: method(&wire.authentication_type),
        word: Some(wire.authentication_type.clone()),
        is_default: wire.is_default(),
        status: match status.map(|status| status.status_type.as_str()) {
            Some("valid") => CredentialStatus::Valid,
            Some("invalid") => CredentialStatus::Invalid,
            Some("error") => CredentialStatus::Failing,
            _ => CredentialStatus::Unknown,
        },
        reason: status
            .and_then(reason)
            .map(|reason| clean_text(&reason, REASON_LIMIT)),
        checked_at: status.and_then(|status| status.last_checked_at),
        expires_at: None,
        created_at: None,
        created_by: clean_optional(wire.creator_id.as_deref(), REASON_LIMIT),
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
fn reason(status: &WireStatus) -> Option<String> {
    match (&status.error_message, status.error_http_code) {
        (Some(message), Some(code)) => Some(format!("{message} ({code})")),
        (Some(message), None) => Some(message.clone()),
        (None, Some(code)) => Some(format!("HTTP {code}")),
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
    result: &Object<WireResult>,
    read: impl Fn(&Value) -> Vec<Content>,
) -> ToolResult {
    let meta = result.value.meta();
    ToolResult {
        content: read(&result.json),
        structured: meta.structured.filter(|it| !it.is_null()).map(Json),
        is_error: meta.is_error == Some(true),
    }
}

/// What the platform says of the user's own sign-in, without secrets; empty where it was not asked for that.
pub(super) fn user_data(
    connector: &Object<Connector>,
    secrets: &SecretNames,
) -> Map<String, Value> {
    let words = USER_DATA.iter().filter_map(|name| {
        let member = connector
            .json
            .get(*name)
            .filter(|member| !member.is_null())?;
        Some(((*name).to_owned(), strip_secrets(member.clone(), secrets)))
    });
    words.collect()
}

/// The platform's JSON without what its operations take as secret. A header says itself whether it is.
fn strip_secrets(value: Value, secrets: &SecretNames) -> Value {
    match value {
        Value::Object(members) => {
            let is_public = members.get("is_secret") == Some(&Value::Bool(false));
            let kept = members
                .into_iter()
                .filter(|(name, _)| (is_public && name == "value") || !secrets.contains(name));
            // What held secrets alone is as good as gone.
            let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
            let kept: Map<String, Value> = kept
                .filter_map(|(name, member)| {
                    let was_empty = is_empty(&member);
                    let left = strip_secrets(member, secrets);
                    (was_empty || !is_empty(&left)).then_some((name, left))
                })
                .collect();
            Value::Object(kept)
        }
        Value::Array(items) => items
            .into_iter()
            .map(|item| strip_secrets(item, secrets))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
