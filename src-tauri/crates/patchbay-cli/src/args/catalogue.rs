//! `patchbay catalog …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueVerb {
    /// List connectors you can add or create
    #[command(visible_alias = "ls")]
    List {
        /// Search words, all of which must match
        #[arg(value_name = "WORD")]
        words: Vec<String>,
        /// List the servers in a registry file instead, or - for stdin
        #[arg(long, value_name = "FILE", conflicts_with = "account")]
        file: Option<PathBuf>,
        #[command(flatten)]
        of: SourceArgs,
    },
    /// Search the catalog
    Search {
        /// Search words
        #[arg(required = true, value_name = "WORD")]
        words: Vec<String>,
        #[command(flatten)]
        of: SourceArgs,
    },
    /// Show one entry
    Show {
        /// Entry name or connector type id
        name: String,
        #[command(flatten)]
        of: SourceArgs,
    },
}

/// Whose part of the catalogue is meant.
#[derive(Debug, Default, Args)]
pub(crate) struct SourceArgs {
    /// Only this account's types; local for MCP servers
    #[arg(long)]
    pub(crate) account: Option<String>,
}
