//! What can be done with a connector.

use patchbay_model::{Abilities, Authentication, Connector, Platform};

/// What can be done with a connector, as far as its platform alone tells.
pub fn abilities(connector: &Connector) -> Abilities {
    platform_abilities(connector.identity.platform)
}

/// What can be done with a platform and with all of its connectors.
pub fn platform_abilities(platform: Platform) -> Abilities {
    patchbay_platforms::abilities(platform)
}

/// Whether anything secret is sent for a connector: a credential of its own, or the key of its account.
pub fn sends_secrets(connector: &Connector) -> bool {
    connector.authentication != Authentication::None || !abilities(connector).signs_in_here
}
