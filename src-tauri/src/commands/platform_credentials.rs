//! Credentials that hosted platforms keep for their connectors.

use patchbay_model::{ConnectorId, Form, Level};
use patchbay_ops::{self as ops, CredentialsOfLevel, SavePlatformCredential};

commands! { cx =>
    /// Lists the credentials of a hosted connector, by level.
    fn list_platform_credentials(connector: ConnectorId) -> Vec<CredentialsOfLevel> =
        ops::list_platform_credentials(&cx, &connector).await?;

    /// Returns the form for a credential at a level.
    fn platform_credential_form(connector: ConnectorId, level: Level) -> Form =
        ops::platform_credential_form(&cx, &connector, level).await?;

    /// Creates or replaces a credential.
    fn save_platform_credential(request: SavePlatformCredential) -> () =
        ops::save_platform_credential(&cx, request).await?;

    /// Makes a credential the default.
    fn make_platform_credential_default(connector: ConnectorId, level: Level, name: String) -> () =
        ops::make_platform_credential_default(&cx, &connector, level, &name).await?;

    /// Deletes a credential on its platform; refused unless `confirmed`.
    fn remove_platform_credential(connector: ConnectorId, level: Level, name: String, confirmed: bool) -> () =
        ops::remove_platform_credential(&cx, &connector, level, &name, confirmed).await?;
}
