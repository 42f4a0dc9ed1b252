//! `patchbay catalogue …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueVerb {
    /// List what can be set up: what your accounts can create, and well-known MCP servers
    #[command(visible_alias = "ls")]
    List {
        /// Only those that every word is found in: names, addresses, what they are for
        #[arg(value_name = "WORD")]
        words: Vec<String>,
        #[command(flatten)]
        of: SourceArgs,
    },
    /// List those that every word is found in: names, addresses, what they are for
    Search {
        /// What to look for
        #[arg(required = true, value_name = "WORD")]
        words: Vec<String>,
        #[command(flatten)]
        of: SourceArgs,
    },
    /// Show one of them, and where that was read
    Show {
        /// Its name in the list, or the id of what an account creates
        name: String,
        #[command(flatten)]
        of: SourceArgs,
    },
    /// List the servers of a registry file: a server.json, a list of them, or an answer of a registry
    Read {
        /// The file, - for standard input
        file: PathBuf,
    },
}

/// Whose part of the catalogue is meant.
#[derive(Debug, Default, Args)]
pub(crate) struct SourceArgs {
    /// Only what this account can create: label or id; `local` for the well-known servers, which asks
    /// nobody
    #[arg(long)]
    pub(crate) account: Option<String>,
}
