//! What can be done with the connectors of a platform.

use serde::Serialize;

/// What can be done with the connectors of a platform, known before anything is asked. Where that depends on
/// the account as well, it says what may be, and the account is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "a set of flags")]
pub struct Abilities {
    /// One signs in to the platform as an account, and what the account has is fetched. This computer is there
    /// without one.
    pub has_accounts: bool,
    /// One can be made of the address of any MCP server.
    pub takes_mcp_servers: bool,
    /// They are set up in Patchbay: address, sign-in, on and off. Elsewhere the platform has settings of its
    /// own.
    pub configured_here: bool,
    /// Patchbay signs in to the service itself, with a credential of the wallet. Elsewhere the platform does,
    /// and Patchbay signs in to it as an account.
    pub signs_in_here: bool,
    /// The platform stands between Patchbay and the service, and says itself how a connector is.
    pub reports_status: bool,
    /// One that is removed is gone for everybody who uses it. Elsewhere it can be restored for a while.
    pub deletes_for_good: bool,
    /// The platform says who can use one.
    pub has_visibility: bool,
    /// The platform keeps credentials for them.
    pub keeps_credentials: bool,
    /// A run may name one of these credentials.
    pub names_credentials: bool,
    /// There may be something to choose before a consent.
    pub has_consent_form: bool,
    /// The platform has facts and switches that no other has.
    pub has_details: bool,
    /// A result may have a next page.
    pub has_pages: bool,
    /// They may offer resources to be read and prompts to be filled in.
    pub has_resources: bool,
}
