//! The documented operations of Airbyte Agents. For optional text, empty text counts as absent.
//!
//! Source: Airbyte contract, sections 2, 3 and 5.

#![warn(missing_docs)]

mod actions;
mod connectors;
mod definitions;
mod http;
mod lookup;
mod tokens;
mod workspaces;

use patchbay_http::Path;
use patchbay_model::{RemoteId, clean_text};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use self::actions::{Execute, ExecuteAll};
pub use self::connectors::{
    Check, Connect, CreateConnector, DeleteConnector, Entity, GetConnector, GetConnectorDetail,
    Inspect, ListConnectors, Mode, UpdateConnector, WaitForDeletion,
};
pub use self::definitions::{FindDefinition, GetDefinition, ListDefinitions};
pub use self::http::Http;
pub use self::tokens::{CreateScopedToken, CreateWidgetToken, ScopedTokenInfo};
pub use self::workspaces::{DeleteWorkspace, FindWorkspace, ListWorkspaces, UpdateWorkspace};
use crate::operations::{OperationEntry, operations};
use crate::{Error, Result};

/// Every operation by name.
pub(super) static OPERATIONS: &[OperationEntry] = operations![
    ListConnectors,
    CreateConnector,
    GetConnector,
    GetConnectorDetail,
    UpdateConnector,
    Inspect,
    Check,
    DeleteConnector,
    WaitForDeletion,
    Connect,
    Execute,
    ExecuteAll,
    ListDefinitions,
    FindDefinition,
    GetDefinition,
    ListWorkspaces,
    FindWorkspace,
    UpdateWorkspace,
    DeleteWorkspace,
    CreateScopedToken,
    ScopedTokenInfo,
    CreateWidgetToken,
    Http,
];

/// Optional text, of which empty text counts as absent.
fn empty_as_none<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default + PartialEq,
{
    let given: Option<T> = Option::deserialize(from)?;
    Ok(given.filter(|given| *given != T::default()))
}

fn connectors() -> Path {
    Path::new("/api/v1/integrations/connectors")
}

fn connector(id: &RemoteId) -> Result<Path> {
    connectors().value("connector_id", id.as_str())
}

/// Finds the only item with a matching name.
fn find_named(
    items: Vec<Value>,
    what: &str,
    name: &str,
    fits: impl Fn(&str) -> bool,
) -> Result<Value> {
    let found = items
        .into_iter()
        .filter(|item| item["name"].as_str().is_some_and(&fits));
    exactly_one(found, what, clean_text(name, 200))
}

/// Expects exactly one match.
///
/// # Errors
/// [`Error::NoneFound`], [`Error::ManyFound`].
fn exactly_one<T>(mut found: impl Iterator<Item = T>, what: &str, name: String) -> Result<T> {
    match (found.next(), found.count()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Error::NoneFound(format!("{what} {name}"))),
        (Some(_), more) => Err(Error::ManyFound {
            name,
            count: more + 1,
        }),
    }
}
