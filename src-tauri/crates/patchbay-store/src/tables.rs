//! All tables of the file.

use crate::migrations::Migration;
use crate::{
    accounts, allowed_programs, authorizations, changes, connector_list, connectors, registrations,
    secret_locations, settings, tool_changes, tool_runs, tools, wallet_entries,
};

/// The migrations of every table; a table comes after those it refers to.
pub(crate) const TABLES: &[&[Migration]] = &[
    accounts::MIGRATIONS,
    connectors::MIGRATIONS,
    connector_list::MIGRATIONS,
    tools::MIGRATIONS,
    tool_changes::MIGRATIONS,
    wallet_entries::MIGRATIONS,
    registrations::MIGRATIONS,
    tool_runs::MIGRATIONS,
    authorizations::MIGRATIONS,
    settings::MIGRATIONS,
    secret_locations::MIGRATIONS,
    allowed_programs::MIGRATIONS,
    changes::MIGRATIONS,
];
