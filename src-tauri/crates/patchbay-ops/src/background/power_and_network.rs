//! Whether the system would rather be left alone.

use async_trait::async_trait;

/// What the system says of its power and its network.
#[async_trait]
pub trait PowerAndNetwork: Send + Sync {
    /// Whether it saves power; `None` when it does not tell.
    async fn saves_power(&self) -> Option<bool>;

    /// Whether its network is paid for by what goes through it; `None` when it does not tell.
    async fn is_metered(&self) -> Option<bool>;
}

/// What this system says: asked over D-Bus on Linux, by its power profile and its network manager. Others
/// do not tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemPowerAndNetwork;

#[cfg(target_os = "linux")]
#[async_trait]
impl PowerAndNetwork for SystemPowerAndNetwork {
    async fn saves_power(&self) -> Option<bool> {
        let profile: String = property(
            "org.freedesktop.UPower.PowerProfiles",
            "/org/freedesktop/UPower/PowerProfiles",
            "ActiveProfile",
        )
        .await?;
        Some(profile == "power-saver")
    }

    async fn is_metered(&self) -> Option<bool> {
        /// `NM_METERED_YES` and `NM_METERED_GUESS_YES`.
        const METERED: [u32; 2] = [1, 3];
        let metered: u32 = property(
            "org.freedesktop.NetworkManager",
            "/org/freedesktop/NetworkManager",
            "Metered",
        )
        .await?;
        Some(METERED.contains(&metered))
    }
}

#[cfg(not(target_os = "linux"))]
#[async_trait]
impl PowerAndNetwork for SystemPowerAndNetwork {
    async fn saves_power(&self) -> Option<bool> {
        None
    }

    async fn is_metered(&self) -> Option<bool> {
        None
    }
}

/// A property of a service of the system whose interface is called as it is itself; `None` when it is not
/// there or does not answer at once.
#[cfg(target_os = "linux")]
async fn property<T>(service: &str, path: &str, name: &str) -> Option<T>
where
    T: TryFrom<zbus::zvariant::OwnedValue>,
    T::Error: Into<zbus::Error>,
{
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
    let ask = async {
        let bus = zbus::Connection::system().await?;
        let proxy = zbus::Proxy::new(&bus, service, path, service).await?;
        proxy.get_property::<T>(name).await
    };
    match tokio::time::timeout(PATIENCE, ask).await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            tracing::debug!(service, %error, "the system does not tell");
            None
        }
        Err(_) => None,
    }
}
