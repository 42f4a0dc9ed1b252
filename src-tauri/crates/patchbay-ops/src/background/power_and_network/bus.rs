//! What services on the system's bus say of power and network.

use std::time::Duration;

use zbus::Connection;
use zbus::proxy::{Builder, CacheProperties, MethodFlags, Proxy};
use zbus::zvariant::OwnedValue;

/// How long a service may take to answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A service whose interface is called as it is itself, and where that lies.
type Service = (&'static str, &'static str);

/// Where power profiles are chosen; the older name is the only one until version 0.20.
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

/// The system's bus; `None` where there is none.
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

/// Whether the profile that saves power is chosen; `None` where nobody offers profiles.
pub(super) async fn saves_power(bus: &Connection) -> Option<bool> {
    for service in POWER_PROFILES {
        if let Some(profile) = property::<String>(bus, service, "ActiveProfile").await {
            return Some(profile == "power-saver");
        }
    }
    None
}

/// Whether the network is metered, or likely so; `None` where that is not known.
pub(super) async fn is_metered(bus: &Connection) -> Option<bool> {
    // `NMMetered`: unknown, yes, no, guessed yes, guessed no.
    match property::<u32>(bus, NETWORK_MANAGER, "Metered").await? {
        1 | 3 => Some(true),
        2 | 4 => Some(false),
        _ => None,
    }
}

/// A property of a service; `None` when it does not run, has no such thing or does not answer at once.
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
        // Whoever switched a service off does not want it started by a question.
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
