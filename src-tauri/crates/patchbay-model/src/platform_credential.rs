//! Credentials that a hosted platform keeps for a connector.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AuthenticationMethod, Level, Timestamp};

/// A credential of a connector on its platform. Its secret can be replaced, never read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformCredential {
    /// Its name there; unique within its level. Empty where the platform has one without a name.
    pub name: String,
    /// Name for people.
    pub title: Option<String>,
    /// Whose it is.
    pub level: Level,
    /// What it is for; `None` for a word that we do not know, see `word`.
    pub method: Option<AuthenticationMethod>,
    /// The platform's own word for that.
    pub word: Option<String>,
    /// Whether it is the one used when none is named.
    pub is_default: bool,
    /// How it is.
    pub status: CredentialStatus,
    /// Why, in a few plain words without a full stop.
    pub reason: Option<String>,
    /// When the platform last tried it.
    pub checked_at: Option<Timestamp>,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Who made it, in the platform's words.
    pub created_by: Option<String>,
}

impl PlatformCredential {
    /// One of which nothing else is known.
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

/// How a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    /// The platform found it good.
    Valid,
    /// The platform or the service refused it.
    Invalid,
    /// It could not be tried.
    Failing,
    /// The platform does not tell, or in a word that we do not know.
    Unknown,
}

/// What can be done with the credentials of one level of a connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CredentialLevel {
    /// Whose they are.
    pub level: Level,
    /// What they are and who uses them, one or two sentences.
    pub help: String,
    /// Whether a person names them; there is at most one otherwise.
    pub is_named: bool,
    /// Whether one of them can be made the default.
    pub has_default: bool,
    /// Whether they can be deleted.
    pub can_delete: bool,
    /// Whether the platform lists them; what it does not list can still be replaced.
    pub is_listed: bool,
}
