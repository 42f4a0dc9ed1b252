//! Names for shell completion, read from the database alone: no context is opened, which would end what a crash left,
//! and start programs for that.

use patchbay_store::SavedLists;

use crate::app_paths::AppPaths;
use crate::connectors::pick_connector;
use crate::error::Error;

/// Number of runs that are offered.
const MAX_RUNS: u32 = 20;

/// Kinds of things with names.
#[derive(Clone, Debug)]
pub enum NameKind {
    Connector,
    Account,
    Credential,
    /// The newest runs.
    Run,
    /// Tools of the connector that this text names.
    Tool {
        connector: String,
    },
}

/// The name of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedName {
    pub name: String,
    /// Id that stands for the name; empty for a tool or run.
    pub id: String,
    pub title: String,
}

/// Lists the names of that kind; none where there is no database. Blocks.
///
/// # Errors
/// [`Error::Store`]; for tools those of [`resolve_connector`](crate::resolve_connector).
pub fn saved_names(paths: &AppPaths, kind: &NameKind) -> Result<Vec<SavedName>, Error> {
    let Some(mut lists) = SavedLists::open(&paths.database())? else {
        return Ok(Vec::new());
    };
    Ok(match kind {
        NameKind::Connector => names(lists.connectors()?, |it| {
            (it.name, it.id.to_string(), it.title)
        }),
        NameKind::Account => names(lists.accounts()?, |it| {
            (it.label.clone(), it.id.to_string(), it.label)
        }),
        NameKind::Credential => names(lists.wallet()?, |it| {
            (it.name.clone(), it.id.to_string(), it.name)
        }),
        NameKind::Run => names(lists.runs(MAX_RUNS)?, |it| {
            let title = format!("{} on {}", it.tool, it.connector_title);
            (it.id.to_string(), String::new(), title)
        }),
        NameKind::Tool { connector } => {
            let connectors = lists.connectors()?;
            let connector = pick_connector(&connectors, connector)?;
            names(lists.tools(&connector.id)?, |it| {
                (it.name, String::new(), it.title.unwrap_or_default())
            })
        }
    })
}

fn names<T>(all: Vec<T>, of: impl Fn(T) -> (String, String, String)) -> Vec<SavedName> {
    let all = all.into_iter().map(of);
    all.map(|(name, id, title)| SavedName { name, id, title })
        .collect()
}
