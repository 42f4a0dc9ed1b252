//! Missing access of a sign-in, saved until the next one: scopes that the server requires, tools that it refused, and
//! its challenge, if it first requires a sign-in of calls.
//!
//! Source: MCP requirement R18; MCP 2025-11-25, "Protected Resource Metadata Discovery Requirements".

use patchbay_model::{Connector, ConnectorId};
use patchbay_oauth::{Challenge, parse_scopes, union};
use patchbay_platforms::Error as PlatformError;
use serde_json::{Value, json};
use url::Url;

use crate::abilities::abilities;
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::status;

const MEMBER: &str = "wantedScopes";

/// The member with the challenge of the last 401.
const CHALLENGE: &str = "challenge";

/// Maximum number of refused tools that are saved for a connector.
const MAX_TOOLS: usize = 100;

/// Maximum number of wanted scopes that are saved for a connector.
const MAX_SCOPES: usize = 100;

/// Maximum bytes of the address in a saved challenge.
const MAX_ADDRESS: usize = 2048;

/// Saves the scopes that a refusal names, or the challenge of a 401, for the next sign-in.
pub(crate) async fn record_refused_scopes(
    cx: &Context,
    id: &ConnectorId,
    error: &Error,
) -> Result<(), Error> {
    let (scopes, challenge) = (named_scopes(error), named_challenge(error));
    if scopes.is_empty() && challenge.is_none() {
        return Ok(());
    }
    let note = move |connector: &mut Connector| {
        if !scopes.is_empty() {
            add_wanted_scopes(connector, &scopes);
        }
        if let Some(challenge) = challenge {
            save_challenge(connector, challenge);
        }
    };
    status::change(cx, id, note).await.map(drop)
}

/// Saves whether the last run of a tool was refused for lack of access.
pub(crate) async fn record_tool_access(
    cx: &Context,
    connector: &Connector,
    tool: &str,
    is_refused: bool,
) -> Result<(), Error> {
    if connector.tools_lacking_access.iter().any(|it| it == tool) == is_refused {
        return Ok(());
    }
    let tool = tool.to_owned();
    let note = move |connector: &mut Connector| {
        let tools = &mut connector.tools_lacking_access;
        tools.retain(|it| *it != tool);
        if is_refused && tools.len() < MAX_TOOLS {
            tools.push(tool);
        }
    };
    status::change(cx, &connector.id, note).await.map(drop)
}

/// Returns the scopes that a refusal names.
fn named_scopes(error: &Error) -> Vec<String> {
    match error {
        Error::Platform(PlatformError::Forbidden {
            scope: Some(scope), ..
        }) => parse_scopes(scope),
        _ => Vec::new(),
    }
}

/// Returns the challenge of a 401 that says anything.
fn named_challenge(error: &Error) -> Option<Challenge> {
    let refused = match error {
        Error::Platform(refused) => refused,
        Error::TokenNeeded { source, .. } | Error::KeyRefused { source, .. } => source,
        _ => return None,
    };
    let PlatformError::Unauthorized { challenge, .. } = refused else {
        return None;
    };
    let challenge = challenge.as_deref().map(Challenge::parse);
    challenge.filter(|challenge| *challenge != Challenge::default())
}

fn save_challenge(connector: &mut Connector, challenge: Challenge) {
    // What a platform refuses is no matter of its connectors.
    if !abilities(connector).signs_in_here {
        return;
    }
    let address = challenge.resource_metadata.as_ref().map(Url::as_str);
    let mut scopes = challenge.scopes;
    scopes.truncate(MAX_SCOPES);
    let saved = json!({
        "resourceMetadata": address.filter(|address| address.len() <= MAX_ADDRESS),
        "scopes": scopes,
    });
    set_member(connector, CHALLENGE, saved);
}

/// Returns the challenge of the last 401 since the last sign-in; its address is not checked yet.
pub(crate) fn saved_challenge(connector: &Connector) -> Option<Challenge> {
    let saved = connector.native.get(CHALLENGE)?;
    let address = saved["resourceMetadata"].as_str();
    Some(Challenge {
        resource_metadata: address.and_then(|address| Url::parse(address).ok()),
        scopes: texts(&saved["scopes"]),
    })
}

/// Adds scopes in front of the earlier ones, which are dropped first.
fn add_wanted_scopes(connector: &mut Connector, scopes: &[String]) {
    let mut wanted = union(scopes, &wanted_scopes(connector));
    wanted.truncate(MAX_SCOPES);
    set_member(connector, MEMBER, json!(wanted));
}

fn set_member(connector: &mut Connector, member: &str, value: Value) {
    if !connector.native.is_object() {
        connector.native.0 = json!({});
    }
    connector.native[member] = value;
}

/// Returns the scopes that refusals have named since the last sign-in.
pub(crate) fn wanted_scopes(connector: &Connector) -> Vec<String> {
    connector.native.get(MEMBER).map(texts).unwrap_or_default()
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    let texts = texts.filter_map(Value::as_str);
    texts.map(ToOwned::to_owned).collect()
}

/// Forgets what refusals have named, also the challenge.
pub(crate) fn clear_wanted_scopes(connector: &mut Connector) {
    drop_wanted_scopes(connector);
    if let Some(native) = connector.native.as_object_mut() {
        native.remove(CHALLENGE);
    }
}

/// Forgets the scopes only, which the authorization server refused.
pub(crate) fn drop_wanted_scopes(connector: &mut Connector) {
    if let Some(native) = connector.native.as_object_mut() {
        native.remove(MEMBER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn the_scopes_of_the_last_refusal_are_kept_of_many() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        let many: Vec<String> = (0..MAX_SCOPES).map(|n| format!("a:{n:03}")).collect();
        add_wanted_scopes(&mut connector, &many);
        assert_eq!(wanted_scopes(&connector), many);
        let last = parse_scopes("z:write z:read");
        add_wanted_scopes(&mut connector, &last);
        let wanted = wanted_scopes(&connector);
        assert_eq!(wanted.len(), MAX_SCOPES);
        assert_eq!(wanted[..2], last);
        assert_eq!(wanted[2..], many[..MAX_SCOPES - 2]);

        // What is known already comes first again.
        add_wanted_scopes(&mut connector, &many[..1]);
        let again = wanted_scopes(&connector);
        assert_eq!(again[0], many[0]);
        assert_eq!(again.len(), wanted.len());
    }

    #[tokio::test]
    async fn the_challenge_of_a_401_is_kept_until_the_next_sign_in() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let refused = |challenge: &str| Error::TokenNeeded {
            connector: "one".to_owned(),
            source: Box::new(PlatformError::Unauthorized {
                challenge: Some(challenge.to_owned()),
                refusal: Box::default(),
            }),
        };
        let saved = async |challenge: &str| {
            record_refused_scopes(&cx, &id, &refused(challenge))
                .await
                .unwrap();
            cx.store().find_connector(&id).await.unwrap().unwrap()
        };
        let full = "Bearer resource_metadata=\"https://mcp.example/meta\", scope=\"a b\"";
        let mut connector = saved(full).await;
        assert_eq!(saved_challenge(&connector), Some(Challenge::parse(full)));
        assert!(wanted_scopes(&connector).is_empty());
        // One that says nothing does not replace it.
        let same = saved("Bearer realm=\"x\"").await;
        assert_eq!(same.native, connector.native);
        drop_wanted_scopes(&mut connector);
        assert!(saved_challenge(&connector).is_some());
        clear_wanted_scopes(&mut connector);
        assert_eq!(saved_challenge(&connector), None);

        let long = format!(
            "Bearer resource_metadata=\"https://x/{}\", scope=a",
            "x".repeat(3000)
        );
        let challenge = saved_challenge(&saved(&long).await).unwrap();
        assert_eq!(challenge.resource_metadata, None);
        assert_eq!(challenge.scopes, ["a"]);
    }
}
