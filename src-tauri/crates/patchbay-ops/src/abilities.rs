//! What can be done with a connector.

use patchbay_model::{Abilities, Authentication, Connector};

/// What can be done with a connector, as far as its platform alone tells.
pub fn abilities(connector: &Connector) -> Abilities {
    patchbay_platforms::abilities(connector.identity.platform)
}

/// Whether anything secret is sent for a connector: a credential of its own, or the key of its account.
pub fn sends_secrets(connector: &Connector) -> bool {
    connector.authentication != Authentication::None || !abilities(connector).signs_in_here
}
