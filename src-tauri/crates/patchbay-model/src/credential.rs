//! The wallet: personal credentials kept in the vault.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectorId, SecretReference, Timestamp, WalletEntryId};

/// A personal credential, without its secret, which is only in the vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WalletEntry {
    /// Patchbay's own stable id.
    pub id: WalletEntryId,
    /// The user's name for it, unique in the wallet.
    pub name: String,
    /// Its kind.
    pub kind: WalletKind,
    /// Reference such as `env://GITHUB_TOKEN` that replaces a stored secret.
    pub reference: Option<SecretReference>,
    /// Names of its headers or variables, whose values are secret.
    pub header_names: Vec<String>,
    /// Issuer of the tokens of an `oauth` entry, absolute URL.
    pub issuer: Option<String>,
    /// Protected resource of an `oauth` entry, absolute URL.
    pub resource: Option<String>,
    /// Granted scopes of an `oauth` entry.
    pub scopes: Vec<String>,
    /// User of an `oauth` entry, as far as the provider tells.
    #[serde(default)]
    #[specta(optional)]
    pub user: Option<String>,
    /// When its access token expires.
    pub expires_at: Option<Timestamp>,
    /// Whether it is renewed automatically.
    pub renews: bool,
    /// Whether the provider rejected it, so that the user has to sign in again.
    pub needs_authorization: bool,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// When its secret was last replaced or renewed.
    pub replaced_at: Timestamp,
    /// When it was last sent.
    pub last_used_at: Option<Timestamp>,
    /// The connectors that use it.
    pub used_by: Vec<UsedBy>,
}

/// The kind of a wallet entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WalletKind {
    /// A token sent as `Authorization: Bearer`.
    Bearer,
    /// Headers with secret values.
    Headers,
    /// Environment variables of a local program, with secret values.
    Variables,
    /// The user's own OAuth app: client id and optional secret.
    OauthClient,
    /// Tokens of an OAuth sign-in.
    Oauth,
}

impl WalletKind {
    /// Whether it consists of several named values.
    pub fn has_named_values(self) -> bool {
        matches!(self, Self::Headers | Self::Variables)
    }
}

/// A connector that uses a wallet entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsedBy {
    /// The connector.
    pub connector: ConnectorId,
    /// Its display name.
    pub title: String,
}
