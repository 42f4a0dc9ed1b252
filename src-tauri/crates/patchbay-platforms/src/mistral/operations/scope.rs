//! Whose something is.

use patchbay_model::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose something is, as a word of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The organization's.
    Organization,
    /// The workspace's.
    Workspace,
    /// The user's.
    User,
}

impl Scope {
    /// The word in the path.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Workspace => "workspace",
            Self::User => "user",
        }
    }
}

impl From<Level> for Scope {
    fn from(level: Level) -> Self {
        match level {
            Level::User => Self::User,
            Level::Workspace => Self::Workspace,
            Level::Organization => Self::Organization,
        }
    }
}
