//! The wallet: personal credentials kept in the vault.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectorId, SecretReference, Timestamp, WalletEntryId};

/// What Patchbay knows about a personal credential; its secret lies in the vault alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WalletEntry {
    /// Ours, stable.
    pub id: WalletEntryId,
    /// What the user calls it; unique in the wallet.
    pub name: String,
    /// What it is made of.
    pub kind: WalletKind,
    /// Reference such as `env://GITHUB_TOKEN` that stands in place of a stored secret.
    pub reference: Option<SecretReference>,
    /// Names of the headers or variables that it is made of; their values are secret.
    pub header_names: Vec<String>,
    /// Issuer of the tokens of an `oauth` entry, absolute URL.
    pub issuer: Option<String>,
    /// Protected resource of an `oauth` entry, absolute URL.
    pub resource: Option<String>,
    /// Granted scopes of an `oauth` entry.
    pub scopes: Vec<String>,
    /// Whose account an `oauth` entry is for, as far as the provider tells.
    #[serde(default)]
    #[specta(optional)]
    pub user: Option<String>,
    /// When its access token lapses.
    pub expires_at: Option<Timestamp>,
    /// Whether it renews itself when it lapses.
    pub renews: bool,
    /// Whether the provider refused it and a person has to sign in again.
    pub needs_authorization: bool,
    /// When it was saved first.
    pub created_at: Timestamp,
    /// When its secret was last replaced or renewed.
    pub replaced_at: Timestamp,
    /// When it was last sent.
    pub last_used_at: Option<Timestamp>,
    /// The connectors that use it.
    pub used_by: Vec<UsedBy>,
}

/// What a wallet entry is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WalletKind {
    /// A token sent as `Authorization: Bearer`.
    Bearer,
    /// Headers with secret values.
    Headers,
    /// Environment variables of a local program, with secret values.
    Variables,
    /// The user's own OAuth app: client id and perhaps secret.
    OauthClient,
    /// Tokens that came from a consent.
    Oauth,
}

impl WalletKind {
    /// Whether it is made of several values, each with a name of its own.
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
    /// Its name for people.
    pub title: String,
}
