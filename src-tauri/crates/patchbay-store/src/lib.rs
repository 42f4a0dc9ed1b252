//! The SQLite file: accounts, connectors, their tools, runs, authorizations, and the wallet without its secrets.
//!
//! Each table has a file here with its migrations and queries. A row holds the model type as JSON, and further columns
//! only for what is searched, sorted or unique. Rows that this version cannot read, because a newer one wrote them, are
//! left out of lists.
//!
//! Each open store has one writer thread and a small pool of readers, which a long write never blocks (WAL). Rows of
//! runs are written in batches: [`Store::queue_run`] says what a crash can lose. Other processes may have the same file
//! open.
//!
//! This crate cannot store secrets: everything it stores has to be `Serialize`, and a [`patchbay_model::Secret`] is
//! not. Start reading at [`Store`], then at `connectors.rs`.

mod accounts;
mod allowed_programs;
mod authorizations;
mod changes;
mod connection;
mod connector_list;
mod connectors;
mod error;
mod migrations;
mod presence;
mod registrations;
mod row;
mod run_search;
#[cfg(test)]
mod samples;
mod saved_lists;
mod secret_locations;
mod settings;
mod store;
mod tables;
mod tool_changes;
mod tool_runs;
mod tools;
mod wallet_entries;
mod writer;

pub use changes::{Changes, RunChanges};
pub use connectors::Changed;
pub use error::Error;
pub use registrations::{Registration, RegistrationKind};
pub use saved_lists::SavedLists;
pub use store::Store;
pub use tool_changes::ToolChangeRow;
pub use tool_runs::{OldRuns, RunUsage};
