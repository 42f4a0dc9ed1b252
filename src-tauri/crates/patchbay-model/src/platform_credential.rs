//! Credentials that a hosted platform keeps for a connector.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AuthenticationMethod, Level, Timestamp};

/// A credential of a connector on its platform. Its secret can be replaced but not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformCredential {
    /// Its name, unique within its level; empty if the platform has a single unnamed one.
    pub name: String,
    /// Display name.
    pub title: Option<String>,
    /// Its level.
    pub level: Level,
    /// Its method; `None` for an unknown one, see `word`.
    pub method: Option<AuthenticationMethod>,
    /// The platform's own word for the method.
    pub word: Option<String>,
    /// Whether it is the default.
    pub is_default: bool,
    /// Its status.
    pub status: CredentialStatus,
    /// The reason, a short phrase without a full stop.
    pub reason: Option<String>,
    /// When the platform last tested it.
    pub checked_at: Option<Timestamp>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// Who created it, as the platform names them.
    pub created_by: Option<String>,
}

impl PlatformCredential {
    /// A credential with nothing but a name and a level.
    pub fn new(name: impl Into<String>, level: Level) -> Self {
        Self {
            name: name.into(),
            title: None,
            level,
            method: None,
            word: None,
            is_default: false,
            status: CredentialStatus::Unknown,
            reason: None,
            checked_at: None,
            expires_at: None,
            created_at: None,
            created_by: None,
        }
    }
}

/// The status of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    /// The platform accepts it.
    Valid,
    /// The platform or the service rejected it.
    Invalid,
    /// It could not be tested.
    Failing,
    /// The platform does not tell, or uses an unknown word.
    Unknown,
}

/// What is possible with the credentials at one level of a connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CredentialLevel {
    /// The level.
    pub level: Level,
    /// One or two sentences about what they are and who uses them.
    pub help: String,
    /// Whether credentials have names; otherwise there is at most one.
    pub is_named: bool,
    /// Whether one of them can be made the default.
    pub has_default: bool,
    /// Whether they can be deleted.
    pub can_delete: bool,
    /// Whether the platform lists them; what it does not list can still be replaced.
    pub is_listed: bool,
}
