//! Missing access of a sign-in, saved until the next one: scopes that the server requires, and tools that it refused.
//!
//! Source: MCP requirement R18.

use patchbay_model::{Connector, ConnectorId};
use patchbay_oauth::{parse_scopes, union};
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::status;

const MEMBER: &str = "wantedScopes";

/// Maximum number of refused tools that are saved for a connector.
const MAX_TOOLS: usize = 100;

/// Maximum number of wanted scopes that are saved for a connector.
const MAX_SCOPES: usize = 100;

/// Saves the scopes that a refusal names, for the next sign-in.
pub(crate) async fn record_refused_scopes(
    cx: &Context,
    id: &ConnectorId,
    error: &Error,
) -> Result<(), Error> {
    let scopes = named_scopes(error);
    if scopes.is_empty() {
        return Ok(());
    }
    let note = move |connector: &mut Connector| add_wanted_scopes(connector, &scopes);
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
        Error::Platform(patchbay_platforms::Error::Forbidden {
            scope: Some(scope), ..
        }) => parse_scopes(scope),
        _ => Vec::new(),
    }
}

/// Adds scopes in front of the earlier ones, which are dropped first.
fn add_wanted_scopes(connector: &mut Connector, scopes: &[String]) {
    let mut wanted = union(scopes, &wanted_scopes(connector));
    wanted.truncate(MAX_SCOPES);
    if !connector.native.is_object() {
        connector.native.0 = json!({});
    }
    connector.native[MEMBER] = json!(wanted);
}

/// Returns the scopes that refusals have named since the last sign-in.
pub(crate) fn wanted_scopes(connector: &Connector) -> Vec<String> {
    let wanted = connector.native.get(MEMBER).and_then(Value::as_array);
    let texts = wanted.into_iter().flatten().filter_map(Value::as_str);
    texts.map(ToOwned::to_owned).collect()
}

pub(crate) fn clear_wanted_scopes(connector: &mut Connector) {
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
}
