//! Tray support on Linux: whether a tray icon can be created, and whether a panel shows it.
//!
//! Source: freedesktop.org, "Status Notifier Item", StatusNotifierWatcher.

use std::ffi::CStr;
use std::time::Duration;

use zbus::fdo::{DBusProxy, PropertiesProxy};
use zbus::names::{BusName, InterfaceName};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const HAS_PANEL: &str = "IsStatusNotifierHostRegistered";

const BUS_TIMEOUT: Duration = Duration::from_secs(2);

/// `libappindicator-sys` needs one of these and aborts the app if it finds none.
const LIBRARIES: [&CStr; 4] = [
    c"libayatana-appindicator3.so.1",
    c"libappindicator3.so.1",
    c"libayatana-appindicator3.so",
    c"libappindicator3.so",
];

pub(super) fn can_be_made() -> bool {
    LIBRARIES.into_iter().any(loads)
}

fn loads(library: &CStr) -> bool {
    #[expect(unsafe_code, reason = "only the system's loader knows")]
    // SAFETY: the name is a C string. The library is initialized as it would be when the tray is created, and is never
    // unloaded.
    let library = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_LAZY) };
    !library.is_null()
}

pub(super) async fn is_shown() -> bool {
    let has_panel = tokio::time::timeout(BUS_TIMEOUT, has_panel()).await;
    matches!(has_panel, Ok(Ok(true)))
}

async fn has_panel() -> zbus::Result<bool> {
    let bus = zbus::Connection::session().await?;
    let watcher = BusName::try_from(WATCHER)?;
    // Reading a property would start a watcher that is not running.
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
    // A watcher without the property is a panel itself.
    Ok(has_panel.map_or(true, |has| bool::try_from(has).unwrap_or(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_detected_without_aborting() {
        assert!(loads(c"libc.so.6"));
        assert!(!loads(c"libpatchbay-has-no-such-library.so.1"));
    }
}
