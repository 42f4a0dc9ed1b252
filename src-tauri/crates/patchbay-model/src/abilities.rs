//! What a platform supports.

use serde::Serialize;

/// What a platform supports, known without a request. What also depends on the account is included if any account may
/// support it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "a set of flags")]
pub struct Abilities {
    /// The user signs in to it with accounts, whose connectors are fetched. This computer needs no account.
    pub has_accounts: bool,
    /// Connectors can be created from the URL of any MCP server.
    pub takes_mcp_servers: bool,
    /// Patchbay manages the settings of connectors: URL, sign-in, on and off. Elsewhere the platform does.
    pub configured_here: bool,
    /// Patchbay signs in to the service itself, with a credential of the wallet. Elsewhere the platform does, and
    /// Patchbay signs in to the platform with an account.
    pub signs_in_here: bool,
    /// The platform sits between Patchbay and the service, and reports the status of connectors.
    pub reports_status: bool,
    /// Removing a connector deletes it for everyone. Elsewhere it can be restored for a while.
    pub deletes_for_good: bool,
    /// The platform tells who can use a connector.
    pub has_visibility: bool,
    /// The platform keeps credentials for connectors.
    pub keeps_credentials: bool,
    /// A run can name one of these credentials.
    pub names_credentials: bool,
    /// There may be options to choose before an authorization.
    pub has_consent_form: bool,
    /// Connectors have facts and actions that are specific to the platform.
    pub has_details: bool,
    /// A result may have a next page.
    pub has_pages: bool,
    /// Connectors may offer resources and prompts.
    pub has_resources: bool,
    /// Seconds without a response after which a run ends, unless somebody sets another limit.
    pub run_seconds: u32,
}
