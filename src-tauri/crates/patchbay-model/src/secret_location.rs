//! Where a wallet entry was sent to be kept by somebody else.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectorId, Json, Level, Problem, Timestamp, WalletEntryId};

/// A place on a hosted platform that was given a secret of the wallet, and has to be given the next one
/// when that is rotated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretLocation {
    /// The entry.
    pub entry: WalletEntryId,
    /// The connector that was given its secret.
    pub connector: ConnectorId,
    /// What of the connector.
    #[serde(rename = "place")]
    pub holder: SecretHolder,
    /// JSON pointer to the secret's place in the values.
    pub path: String,
    /// The values that went with it, without secrets.
    pub values: Json,
    /// When the platform was last given it.
    pub placed_at: Timestamp,
    /// Why the last rotation did not reach it.
    pub problem: Option<Problem>,
}

/// What of a connector holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SecretHolder {
    /// What it was created with.
    Creation,
    /// Its settings.
    Settings,
    /// One of its credentials.
    Credential {
        /// Whose it is.
        level: Level,
        /// Its name; empty where the level has one without a name.
        name: String,
    },
}
