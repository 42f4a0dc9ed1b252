//! Power and network state from D-Bus services.

use std::time::Duration;

use zbus::Connection;
use zbus::proxy::{Builder, CacheProperties, MethodFlags, Proxy};
use zbus::zvariant::OwnedValue;

const TIMEOUT: Duration = Duration::from_secs(2);

/// Name of a service and of its interface, and object path.
type Service = (&'static str, &'static str);

/// The power profiles service; until version 0.20 it only has the older name.
const POWER_PROFILES: [Service; 2] = [
    (
        "org.freedesktop.UPower.PowerProfiles",
        "/org/freedesktop/UPower/PowerProfiles",
    ),
    ("net.hadess.PowerProfiles", "/net/hadess/PowerProfiles"),
];

const NETWORK_MANAGER: Service = (
    "org.freedesktop.NetworkManager",
    "/org/freedesktop/NetworkManager",
);

/// Connects to the system bus, if there is one.
pub(super) async fn system() -> Option<Connection> {
    match tokio::time::timeout(TIMEOUT, Connection::system()).await {
        Ok(Ok(bus)) => Some(bus),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the system has no bus");
            None
        }
        Err(_) => None,
    }
}

/// Whether the power saving profile is active; `None` without profiles.
pub(super) async fn saves_power(bus: &Connection) -> Option<bool> {
    for service in POWER_PROFILES {
        if let Some(profile) = property::<String>(bus, service, "ActiveProfile").await {
            return Some(profile == "power-saver");
        }
    }
    None
}

/// Whether the network is known or guessed to be metered.
pub(super) async fn is_metered(bus: &Connection) -> Option<bool> {
    // `NMMetered`: unknown, yes, no, guessed yes, guessed no.
    match property::<u32>(bus, NETWORK_MANAGER, "Metered").await? {
        1 | 3 => Some(true),
        2 | 4 => Some(false),
        _ => None,
    }
}

/// Reads a property of a running service.
async fn property<T>(bus: &Connection, (service, path): Service, name: &str) -> Option<T>
where
    T: TryFrom<OwnedValue>,
    T::Error: Into<zbus::Error>,
{
    let ask = async {
        let properties: Proxy<'_> = Builder::new(bus)
            .destination(service)?
            .path(path)?
            .interface("org.freedesktop.DBus.Properties")?
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        // Does not start a service that the user turned off.
        let flags = MethodFlags::NoAutoStart.into();
        let value: Option<OwnedValue> = properties
            .call_with_flags("Get", flags, &(service, name))
            .await?;
        let value = value.ok_or(zbus::Error::InvalidReply)?;
        T::try_from(value).map_err(Into::into)
    };
    match tokio::time::timeout(TIMEOUT, ask).await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            tracing::debug!(service, %error, "the system does not tell");
            None
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests;
