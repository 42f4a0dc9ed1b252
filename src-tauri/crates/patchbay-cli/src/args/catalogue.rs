//! `patchbay catalogue …`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueVerb {
    /// List well-known MCP servers
    List,
    /// List those that every word is found in: names, addresses, what they are for
    Search {
        /// What to look for
        #[arg(required = true, value_name = "WORD")]
        words: Vec<String>,
    },
    /// Show one of them, and where that was read
    Show {
        /// Its name in the list
        name: String,
    },
    /// List the servers of a registry file: a server.json, a list of them, or an answer of a registry
    Read {
        /// The file, - for standard input
        file: PathBuf,
    },
}
