//! MCP servers that one can add: those that Patchbay knows, and those of a registry file.
//!
//! Nothing here was tried by Patchbay unless it says so: an entry repeats what its source says of the
//! server, and what is found when it is added counts.

mod registry;

use patchbay_model::{AuthenticationMethod, Transport};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Error;

/// A server that one can add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueEntry {
    /// Its name in its list, unique there: a word such as `linear`, or the name of a registry.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// What it is for, one or two sentences.
    pub description: Option<String>,
    /// What it belongs to, such as `Databases`.
    pub category: Option<String>,
    /// How it is reached.
    pub reach: Reach,
    /// How one signs in, the best first; empty where its source does not say.
    pub authentication: Vec<AuthenticationMethod>,
    /// What one has to know before, one or two sentences.
    pub note: Option<String>,
    /// Where this was read, absolute URL.
    pub source: Option<String>,
    /// Of which day that is, `YYYY-MM-DD`.
    pub source_date: Option<String>,
    /// Whether it was tried with Patchbay.
    pub verified: bool,
}

/// How a server of the catalogue is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Reach {
    /// At an address.
    Address {
        /// Absolute URL; names in braces are to be replaced first.
        url: String,
        /// How it is spoken to.
        transport: Transport,
    },
    /// By a program of this computer.
    Command {
        /// The program and its arguments.
        words: Vec<String>,
        /// Names of the environment variables that it takes.
        variables: Vec<String>,
    },
}

/// The well-known servers, in the order of their titles.
///
/// Source: `assets/catalogue.json`, each entry with its own.
#[must_use]
pub fn list_catalogue() -> Vec<CatalogueEntry> {
    const LIST: &str = include_str!("../assets/catalogue.json");
    #[expect(
        clippy::expect_used,
        reason = "a file of this crate, read by its tests"
    )]
    let mut entries: Vec<CatalogueEntry> =
        serde_json::from_str(LIST).expect("the list of this crate is well-formed");
    entries.sort_by_key(|entry| entry.title.to_lowercase());
    entries
}

/// The servers that a file of the MCP registry describes: one `server.json`, a list of them, or a page of
/// the registry's answer. A server that is reached in several ways is there once for each.
///
/// # Errors
/// [`Error::Usage`] when the text is no such file.
pub fn read_registry_file(text: &str) -> Result<Vec<CatalogueEntry>, Error> {
    registry::read(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use url::Url;

    use super::*;

    #[test]
    fn every_entry_says_where_it_is_from() {
        let entries = list_catalogue();
        assert!(entries.len() >= 30, "{}", entries.len());
        for entry in &entries {
            let source = entry.source.as_deref().map(Url::parse);
            assert!(matches!(source, Some(Ok(_))), "{}", entry.id);
            let date = entry.source_date.as_deref().unwrap_or_default();
            assert!(date.len() == 10 && date.starts_with("202"), "{}", entry.id);
            assert!(entry.description.is_some(), "{}", entry.id);
        }
        let ids: HashSet<_> = entries.iter().map(|entry| &entry.id).collect();
        assert_eq!(ids.len(), entries.len());
    }

    #[test]
    fn every_address_can_be_added_and_every_command_has_words() {
        let entries = list_catalogue();
        let (mut addresses, mut commands) = (HashSet::new(), 0);
        for entry in entries {
            match entry.reach {
                Reach::Address { url, .. } => {
                    assert_eq!(Url::parse(&url).unwrap().scheme(), "https", "{url}");
                    assert!(addresses.insert(url), "{} is there twice", entry.id);
                    assert!(!entry.authentication.is_empty(), "{}", entry.id);
                }
                Reach::Command { words, .. } => {
                    assert!(words.len() > 1, "{}", entry.id);
                    commands += 1;
                }
            }
        }
        assert!(addresses.len() >= 25 && commands >= 5);
    }
}
