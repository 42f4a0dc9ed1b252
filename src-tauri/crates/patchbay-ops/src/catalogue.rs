//! The catalogue of MCP servers: well-known ones and those of a registry file.
//!
//! Unless an entry is marked as verified, it repeats the claims of its source; what is detected when the server is
//! added takes precedence.

pub(crate) mod registry;

use patchbay_model::{AuthenticationMethod, Transport};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Error;

/// A server in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueEntry {
    /// Unique in its list: a word such as `linear`, or the name in a registry.
    pub id: String,
    pub title: String,
    pub description: Option<String>,
    /// Such as `Databases`.
    pub category: Option<String>,
    pub reach: Reach,
    /// Sign-in methods, the best first; empty if unknown.
    pub authentication: Vec<AuthenticationMethod>,
    /// What the user should know before adding the server.
    pub note: Option<String>,
    /// Source of the entry, absolute URL.
    pub source: Option<String>,
    /// When the source was read, `YYYY-MM-DD`.
    pub source_date: Option<String>,
    /// Whether the server was tested with Patchbay.
    pub verified: bool,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Reach {
    Address {
        /// Absolute URL; names in braces must be replaced first.
        url: String,
        transport: Transport,
    },
    /// A program on this computer.
    Command {
        /// The program and its arguments.
        words: Vec<String>,
        /// Environment variables that the program reads.
        variables: Vec<CatalogueVariable>,
    },
}

/// An environment variable that a program reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueVariable {
    pub name: String,
    pub description: Option<String>,
    pub is_secret: bool,
    pub is_required: bool,
}

/// Lists the well-known servers by title.
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

/// Parses a file of the MCP registry: one `server.json`, a list of them, or a page of the registry's response. A server
/// that can be reached in several ways gets several entries.
///
/// # Errors
/// [`Error::Usage`] if the text is no such file.
pub fn read_registry_file(text: &str) -> Result<Vec<CatalogueEntry>, Error> {
    registry::read(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use url::Url;

    use super::*;

    #[test]
    fn every_entry_has_a_source() {
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
