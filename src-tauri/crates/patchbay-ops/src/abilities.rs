//! Abilities of connectors and platforms.

use patchbay_model::{Abilities, Authentication, Connector, Platform};

/// Returns the abilities of a connector's platform.
pub fn abilities(connector: &Connector) -> Abilities {
    platform_abilities(connector.identity.platform)
}

pub fn platform_abilities(platform: Platform) -> Abilities {
    patchbay_platforms::abilities(platform)
}

/// Whether a secret is sent for a connector: its own credential, or the key of its account.
pub fn sends_secrets(connector: &Connector) -> bool {
    connector.authentication != Authentication::None || !abilities(connector).signs_in_here
}
