//! Whether the system would rather be left alone.

#[cfg(target_os = "linux")]
mod bus;

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
