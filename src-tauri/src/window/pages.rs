//! What the pages are called, as far as something outside the window leads to one.

use patchbay_ops::Need;

/// Where everything begins.
pub(crate) const HOME: &str = "#/";

/// The settings.
#[cfg(target_os = "macos")]
pub(crate) const SETTINGS: &str = "#/settings";

/// Where one finds what helps.
pub(crate) fn page_of(need: &Need) -> String {
    match (&need.connector, &need.account) {
        (Some(connector), _) => format!("#/connectors/{connector}"),
        (None, Some(account)) => format!("#/accounts/{account}"),
        (None, None) if need.entry.is_some() => "#/credentials".to_owned(),
        (None, None) => HOME.to_owned(),
    }
}
