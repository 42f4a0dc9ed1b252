//! `patchbay catalogue …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueVerb {
    /// List connectors you can add or create
    #[command(visible_alias = "ls")]
    List {
        /// Match all words
        #[arg(value_name = "WORD")]
        words: Vec<String>,
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
    /// List servers from a registry file
    Read {
        /// File, or - for stdin
        file: PathBuf,
    },
}

/// Whose part of the catalogue is meant.
#[derive(Debug, Default, Args)]
pub(crate) struct SourceArgs {
    /// Only this account's types; local for MCP servers
    #[arg(long)]
    pub(crate) account: Option<String>,
}
