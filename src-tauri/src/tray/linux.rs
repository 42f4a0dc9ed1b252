//! Panels of Linux: whether one shows the tray.
//!
//! Source: freedesktop.org, "Status Notifier Item", StatusNotifierWatcher.

use std::time::Duration;

use zbus::fdo::{DBusProxy, PropertiesProxy};
use zbus::names::{BusName, InterfaceName};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const PLACE: &str = "/StatusNotifierWatcher";
const HAS_PANEL: &str = "IsStatusNotifierHostRegistered";

/// How long the bus and a panel may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a panel shows trays now.
pub(super) async fn is_shown() -> bool {
    let asked = tokio::time::timeout(PATIENCE, has_panel()).await;
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
        .path(PLACE)?
        .build()
        .await?;
    let watcher = InterfaceName::try_from(WATCHER)?;
    let has_panel = properties.get(watcher, HAS_PANEL).await;
    // One that does not say is a panel itself.
    Ok(has_panel.map_or(true, |has| bool::try_from(has).unwrap_or(true)))
}
