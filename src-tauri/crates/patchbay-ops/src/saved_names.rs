//! Names for shell completion, read from the database alone: no context is opened, which would end what a crash left,
//! and start programs for that.

use std::collections::HashMap;

use patchbay_model::{Connector, clean_text};
use patchbay_store::SavedLists;
use serde_json::Value;

use crate::app_paths::AppPaths;
use crate::error::Error;
use crate::stored_connectors::{pick_connector, reference_to};

/// Characters of the description of an argument.
const MAX_WORDS: usize = 80;

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
    /// Arguments of that tool.
    Argument {
        connector: String,
        tool: String,
    },
}

/// What names something alone.
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
        NameKind::Connector => {
            let all = lists.connectors()?;
            // By a name, alone or with its account, only namesakes are meant: comparing all with all takes seconds.
            let mut of_name: HashMap<String, Vec<Connector>> = HashMap::new();
            for it in &all {
                of_name.entry(it.name.clone()).or_default().push(it.clone());
            }
            names(all, |it| {
                let reference = reference_to(&it, &of_name[&it.name]);
                (reference, it.id.to_string(), it.title)
            })
        }
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
        NameKind::Argument { connector, tool } => {
            let connectors = lists.connectors()?;
            let connector = pick_connector(&connectors, connector)?;
            let mut tools = lists.tools(&connector.id)?.into_iter();
            let tool = tools.find(|it| it.name == *tool);
            let mut schema = tool.map(|it| it.input_schema.0).unwrap_or_default();
            let arguments = match schema["properties"].take() {
                Value::Object(arguments) => arguments.into_iter().collect(),
                _ => Vec::new(),
            };
            names(arguments, |(name, schema)| {
                let words = schema["description"].as_str().unwrap_or_default();
                (name, String::new(), clean_text(words, MAX_WORDS))
            })
        }
    })
}

fn names<T>(all: Vec<T>, of: impl Fn(T) -> (String, String, String)) -> Vec<SavedName> {
    let all = all.into_iter().map(of);
    all.map(|(name, id, title)| SavedName { name, id, title })
        .collect()
}

#[cfg(test)]
mod tests {
    use patchbay_model::{ConnectorId, Platform};
    use serde_json::json;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn a_name_that_connectors_share_is_completed_with_their_accounts() {
        let (_home, cx) = testing::open_temporary().await;
        let here = testing::add(&cx, "https://wiki.example/mcp").await;
        let account = testing::new_account(&cx, "acc_1", Platform::Mistral, json!({}));
        cx.store().save_account(&account).await.unwrap();
        let mut there = Connector {
            id: ConnectorId::new("con_there"),
            account: account.id.clone(),
            ..here.clone()
        };
        there.identity.account.clone_from(&account.label);
        let offered = || {
            let names = saved_names(cx.paths(), &NameKind::Connector).unwrap();
            let mut names: Vec<_> = names.into_iter().map(|one| one.name).collect();
            names.sort();
            names
        };
        assert_eq!(offered(), [here.name.as_str()]);
        cx.store().save_connector(&there).await.unwrap();
        let shared = [&account.label, "local"].map(|label| format!("{label}/{}", here.name));
        assert_eq!(offered(), shared);
        cx.close().await;
    }
}
