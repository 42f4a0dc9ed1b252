//! Routes of the pages that tray, notifications and menu open.

use patchbay_ops::Need;

pub(crate) const HOME: &str = "#/";

#[cfg(target_os = "macos")]
pub(crate) const SETTINGS: &str = "#/settings";

/// The page on which the user can resolve a need.
pub(crate) fn page_of(need: &Need) -> String {
    match (&need.connector, &need.account) {
        (Some(connector), _) => format!("#/connectors/{connector}"),
        (None, Some(account)) => format!("#/accounts/{account}"),
        (None, None) if need.entry.is_some() => "#/credentials".to_owned(),
        (None, None) => HOME.to_owned(),
    }
}
