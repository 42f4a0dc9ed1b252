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
pub(crate) fn sends_secrets(connector: &Connector) -> bool {
    connector.authentication != Authentication::None || !abilities(connector).signs_in_here
}

/// Whether requests for a connector need the vault: for a secret that is sent, or for its client certificate.
pub fn needs_vault(connector: &Connector) -> bool {
    sends_secrets(connector) || connector.network.client_certificate.is_some()
}
