//! The SQLite file: accounts, connectors, their tools, runs, consents, and what is known about the
//! entries of the wallet.
//!
//! Each table has a file here that holds its migrations and its queries. A row carries the model type
//! as JSON, and columns of its own only for what is searched, sorted or kept unique. Rows that this
//! version cannot read, because a newer one wrote them, are left out of lists instead of making them
//! fail.
//!
//! There is one thread per open store that writes, and a small pool of readers, which a long write never
//! blocks (WAL). Runs are noted and written a little later, many at once: see [`Store::queue_run`] for
//! what a crash can take. Other processes may have the same file open.
//!
//! This crate refuses to know secrets: whatever it keeps has to be `Serialize`, and a
//! [`patchbay_model::Secret`] is not. Start reading at [`Store`], then at `connectors.rs`.

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
mod secret_locations;
mod settings;
mod store;
mod tables;
mod tool_changes;
mod tool_rows;
mod tool_runs;
mod tools;
mod wallet_entries;
mod writer;

pub use changes::{Changes, RunChanges};
pub use connectors::Changed;
pub use error::Error;
pub use registrations::{Registration, RegistrationKind};
pub use store::Store;
pub use tool_changes::ToolChangeRow;
pub use tool_rows::ToolRows;
pub use tool_runs::{OldRuns, RunUsage};
