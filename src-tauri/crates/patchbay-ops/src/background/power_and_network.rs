//! Power saving and metered networks.

#[cfg(target_os = "linux")]
mod bus;

use async_trait::async_trait;

/// State of the system's power and network.
#[async_trait]
pub trait PowerAndNetwork: Send + Sync {
    /// Whether the system saves power; `None` if unknown.
    async fn saves_power(&self) -> Option<bool>;

    /// Whether the network is metered; `None` if unknown.
    async fn is_metered(&self) -> Option<bool>;
}

/// Asks the power profile and the network manager over D-Bus on Linux; unknown on other systems.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemPowerAndNetwork;

#[cfg(target_os = "linux")]
#[async_trait]
impl PowerAndNetwork for SystemPowerAndNetwork {
    async fn saves_power(&self) -> Option<bool> {
        bus::saves_power(&bus::system().await?).await
    }

    async fn is_metered(&self) -> Option<bool> {
        bus::is_metered(&bus::system().await?).await
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
