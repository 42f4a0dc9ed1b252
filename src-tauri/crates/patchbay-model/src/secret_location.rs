//! Copies of wallet secrets on hosted platforms.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectorId, Json, Level, Problem, Timestamp, WalletEntryId};

/// A place on a hosted platform that holds a secret of the wallet, and that a rotation has to update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretLocation {
    /// The wallet entry.
    pub entry: WalletEntryId,
    /// The connector that holds the secret.
    pub connector: ConnectorId,
    /// The part of the connector that holds it.
    #[serde(rename = "place")]
    pub holder: SecretHolder,
    /// JSON pointer to the secret in the values.
    pub path: String,
    /// The values that were sent with it, without secrets.
    pub values: Json,
    /// When it was last sent to the platform.
    pub placed_at: Timestamp,
    /// Why the last rotation failed to update it.
    pub problem: Option<Problem>,
}

/// The part of a connector that holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SecretHolder {
    /// The values of its creation.
    Creation,
    /// Its settings.
    Settings,
    /// One of its credentials.
    Credential {
        /// Its level.
        level: Level,
        /// Its name; empty if the level has a single unnamed one.
        name: String,
    },
}
