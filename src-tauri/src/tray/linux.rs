//! Panels of Linux: whether one shows the tray, and whether we can give it one.
//!
//! Source: freedesktop.org, "Status Notifier Item", StatusNotifierWatcher.

use std::ffi::CStr;
use std::time::Duration;

use zbus::fdo::{DBusProxy, PropertiesProxy};
use zbus::names::{BusName, InterfaceName};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const HAS_PANEL: &str = "IsStatusNotifierHostRegistered";

/// How long the bus and a panel may take to answer.
const BUS_TIMEOUT: Duration = Duration::from_secs(2);

/// Those of which `libappindicator-sys` needs one: finding none it ends the app.
const LIBRARIES: [&CStr; 4] = [
    c"libayatana-appindicator3.so.1",
    c"libappindicator3.so.1",
    c"libayatana-appindicator3.so",
    c"libappindicator3.so",
];

/// Whether what makes a tray is installed.
pub(super) fn can_be_made() -> bool {
    LIBRARIES.into_iter().any(loads)
}

fn loads(library: &CStr) -> bool {
    #[expect(unsafe_code, reason = "only the system's loader knows")]
    // SAFETY: the name ends with a zero byte. The library begins as it would a moment later, when the tray is
    // made, and stays: nothing of it is ever unloaded under whoever uses it.
    let library = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_LAZY) };
    !library.is_null()
}

/// Whether a panel shows trays now.
pub(super) async fn is_shown() -> bool {
    let asked = tokio::time::timeout(BUS_TIMEOUT, has_panel()).await;
    matches!(asked, Ok(Ok(true)))
}

async fn has_panel() -> zbus::Result<bool> {
    let bus = zbus::Connection::session().await?;
    let watcher = BusName::try_from(WATCHER)?;
    // Asked for a property, one that does not run would be started.
    let names = DBusProxy::new(&bus).await?;
    if !names.name_has_owner(watcher.clone()).await? {
        return Ok(false);
    }
    let properties = PropertiesProxy::builder(&bus)
        .destination(watcher)?
        .path(WATCHER_PATH)?
        .build()
        .await?;
    let watcher = InterfaceName::try_from(WATCHER)?;
    let has_panel = properties.get(watcher, HAS_PANEL).await;
    // One that does not say is a panel itself.
    Ok(has_panel.map_or(true, |has| bool::try_from(has).unwrap_or(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_missing_is_found_out_without_an_end() {
        assert!(loads(c"libc.so.6"));
        assert!(!loads(c"libpatchbay-has-no-such-library.so.1"));
    }
}
