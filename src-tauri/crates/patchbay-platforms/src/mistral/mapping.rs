//! Maps Mistral's terms to the model.
//!
//! Source: Mistral contract, sections 4 and 13.

use patchbay_http::SecretNames;
use patchbay_model::{
    AuthenticationMethod, Content, CredentialStatus, Json, Level, PlatformCredential, RemoteId,
    Status, Timestamp, ToolResult, Visibility, clean_text,
};
use serde_json::{Map, Value, json};

use super::quirks::observations::{Observation, ToolListOutcome};
use super::wire::{
    Connector, Credential, CredentialStatus as WireStatus, Object, ToolResult as WireResult,
};
use crate::capabilities::clean_description;
use crate::{RemoteConnector, icon};

const TITLE_LIMIT: usize = 200;
const WORDS_LIMIT: usize = 2000;
const REASON_LIMIT: usize = 300;

/// Messages of a credential that signing in again fixes.
const REAUTH_MESSAGES: [&str; 4] = [
    "oauth expired",
    "you need to reconnect",
    "empty credentials",
    "blank bearer token",
];

/// Members that a connector has only if the user's data were requested.
const USER_DATA: [&str; 3] = [
    "connection_credentials",
    "is_authenticated",
    "supported_auth_methods",
];

pub(super) fn connector(
    Object {
        json,
        value: connector,
    }: &Object<Connector>,
    observed: &Observation,
    now: Timestamp,
    secrets: &SecretNames,
) -> RemoteConnector {
    let state = state(connector, observed, now);
    let used = credential_in_use(connector);
    let mut native = json.clone();
    strip_secrets(&mut native, secrets);
    RemoteConnector {
        name: connector.name.clone(),
        title: clean_optional(connector.title.as_deref(), TITLE_LIMIT),
        description: clean_description(&connector.description),
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
        methods: methods(connector),
        credential: used.map(|credential| clean_text(&credential.name, TITLE_LIMIT)),
        level: used.and_then(|credential| level(&credential.scope)),
        created_at: Some(connector.created_at),
        updated_at: Some(connector.modified_at),
        ..RemoteConnector::new(connector.id.clone(), Json(native))
    }
}

/// A connector of another form than documented, kept as it came. `None` without an id.
///
/// Source: Mistral contract, section 4, "Leniency of the reader".
pub(super) fn unread_connector(json: &Value, secrets: &SecretNames) -> Option<RemoteConnector> {
    let id = json["id"].as_str().filter(|id| !id.is_empty())?;
    let mut native = json.clone();
    strip_secrets(&mut native, secrets);
    let unread = RemoteConnector::new(RemoteId::new(id), Json(native));
    let name = clean_optional(json["name"].as_str(), TITLE_LIMIT);
    Some(RemoteConnector {
        name: name.unwrap_or_else(|| unread.name.clone()),
        title: clean_optional(json["title"].as_str(), TITLE_LIMIT),
        status: Status::Unknown,
        reason: Some("the platform describes it in an unknown form".to_owned()),
        ..unread
    })
}

/// Cleans a text of the platform; `None` if nothing is left.
fn clean_optional(words: Option<&str>, limit: usize) -> Option<String> {
    let words = words.map(|words| clean_text(words, limit));
    words.filter(|words| !words.is_empty())
}

struct State {
    status: Status,
    word: Option<String>,
    reason: Option<String>,
}

impl State {
    fn new(status: Status, reason: Option<&str>) -> Self {
        Self {
            status,
            word: None,
            reason: reason.map(str::to_owned),
        }
    }
}

/// The first matching row of the contract's table.
fn state(connector: &Connector, observed: &Observation, now: Timestamp) -> State {
    if let Some(level) = blocking_level(connector) {
        return State::new(Status::Disabled, Some(&format!("blocked by the {level}")));
    }
    if connector.active == Some(false) || observed.is_switched_off {
        return State::new(Status::Disabled, Some("off for you"));
    }
    if observed.page_until.is_some_and(|until| now < until) {
        return State::new(Status::Authorizing, None);
    }
    let status = status_in_use(connector);
    let message = status.and_then(|status| status.error_message.as_deref());
    if let Some(status) = status.filter(|status| is_unusable(status)) {
        let state = match needs_sign_in(status) {
            true => State::new(Status::NeedsAuthorization, message),
            false => State::new(Status::Failing, reason(status).as_deref()),
        };
        return State {
            word: Some(status.status_type.clone()),
            ..state
        };
    }
    if let Some(ToolListOutcome::Failed(reason)) = &observed.tools {
        return State::new(Status::Failing, Some(reason));
    }
    signed_in_state(connector, observed, message)
}

/// Rows 6 to 9: whether somebody is signed in, and whether tools were listed.
fn signed_in_state(connector: &Connector, observed: &Observation, message: Option<&str>) -> State {
    let methods = method_types(connector);
    let needs_sign_in = methods.iter().any(|method| *method != "none");
    let needs_none = !methods.is_empty() && !needs_sign_in;
    let authenticated = connector.is_authenticated;
    let was_refused = observed.tools == Some(ToolListOutcome::Unauthorized);
    if needs_sign_in && (authenticated == Some(false) || was_refused) {
        return State::new(Status::NeedsAuthorization, None);
    }
    if authenticated == Some(true) || needs_none {
        let lapses = message.is_some_and(|it| it.eq_ignore_ascii_case("oauth near expiry"));
        return match &observed.tools {
            Some(ToolListOutcome::Well) => {
                State::new(Status::Ready, lapses.then_some("expires soon"))
            }
            _ => State::new(Status::Unknown, Some("signed in, tools not loaded")),
        };
    }
    let protocol = connector.protocol.as_deref();
    State {
        word: protocol.map(|word| clean_text(word, TITLE_LIMIT)),
        ..State::new(Status::Unknown, message)
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

/// The default credential of the narrowest level.
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

/// Whether the user is signed in with a credential that has not expired.
pub(super) fn is_authenticated(connector: &Connector) -> bool {
    let status = status_in_use(connector);
    let has_expired = status.is_some_and(|status| is_unusable(status) && needs_sign_in(status));
    connector.is_authenticated == Some(true) && !has_expired
}

/// Whether the user has a credential of that name that can be used.
pub(super) fn is_signed_in_as(connector: &Connector, name: &str) -> bool {
    let is_usable = |credential: &Credential| {
        let status = credential.status.as_ref();
        !status.is_some_and(is_unusable)
    };
    let mut all = connector.credentials.iter();
    all.any(|one| one.name == name && one.scope == "user" && is_usable(one))
}

fn is_unusable(status: &WireStatus) -> bool {
    matches!(status.status_type.as_str(), "invalid" | "error")
}

fn needs_sign_in(status: &WireStatus) -> bool {
    let message = status.error_message.as_deref().map(str::to_lowercase);
    message.is_some_and(|message| REAUTH_MESSAGES.contains(&message.as_str()))
}

pub(super) fn credential(wire: &Credential, level: Level) -> PlatformCredential {
    let status = wire.status.as_ref();
    PlatformCredential {
        title: clean_optional(wire.title.as_deref(), REASON_LIMIT),
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
        created_by: clean_optional(wire.creator_id.as_deref(), REASON_LIMIT),
        ..PlatformCredential::new(&wire.name, level)
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

/// Error of a credential in the platform's words.
fn reason(status: &WireStatus) -> Option<String> {
    match (&status.error_message, status.error_http_code) {
        (Some(message), Some(code)) => Some(format!("{message} ({code})")),
        (Some(message), None) => Some(message.clone()),
        (None, Some(code)) => Some(format!("HTTP {code}")),
        (None, None) => None,
    }
}

/// Converts a tool to MCP's form: Mistral's own tools have `jsonschema` instead of `inputSchema`.
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

/// Maps the result of a tool. A failure is reported in `metadata.mcp_meta`, not at the top level.
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

/// Members about the user's own sign-in, without secrets; empty if they were not requested.
pub(super) fn user_data(
    connector: &Object<Connector>,
    secrets: &SecretNames,
) -> Map<String, Value> {
    let members = USER_DATA.iter().filter_map(|name| {
        let mut member = connector.json.get(*name)?.clone();
        strip_secrets(&mut member, secrets);
        (!member.is_null()).then(|| ((*name).to_owned(), member))
    });
    members.collect()
}

/// Removes members that operations take as secrets, and objects that contained nothing else. A header says itself whether
/// it is one.
fn strip_secrets(value: &mut Value, secrets: &SecretNames) {
    match value {
        Value::Object(members) => {
            let is_public = members.get("is_secret") == Some(&Value::Bool(false));
            let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
            members.retain(|name, member| {
                let was_empty = is_empty(member);
                strip_secrets(member, secrets);
                let is_secret = secrets.contains(name) && !(is_public && name == "value");
                !is_secret && (was_empty || !is_empty(member))
            });
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| strip_secrets(item, secrets)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
