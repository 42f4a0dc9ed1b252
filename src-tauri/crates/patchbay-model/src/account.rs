//! Platforms and accounts.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AccountId, Json, Timestamp, WalletEntryId};

#[cfg(all(feature = "example-platform", not(debug_assertions)))]
compile_error!("the feature example-platform is for tests of debug builds");

word_enum! {
    /// A kind of place where connectors live. The order is that of lists in the window and on the command line.
    Platform {
        /// MCP servers that this computer connects to directly.
        Local = "local",
        /// Mistral connectors.
        Mistral = "mistral",
        /// Cohere connectors.
        Cohere = "cohere",
        /// Agent Stack connectors.
        Agentstack = "agentstack",
        /// Airbyte Agents.
        Airbyte = "airbyte",
        /// 10ex.
        Tenex = "tenex",
        /// A platform for tests.
        #[cfg(feature = "example-platform")]
        Example = "example",
    }
}

/// A sign-in to a platform. Its secrets are in the vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Patchbay's own stable id.
    pub id: AccountId,
    /// The platform.
    pub platform: Platform,
    /// The user's name for it, unique among accounts.
    pub label: String,
    /// The user's colour for it; `None` for the platform's own look.
    #[serde(default)]
    pub colour: Option<AccountColour>,
    /// Absolute URL that replaces the platform's own; `None` for the default.
    pub base_url: Option<String>,
    /// Its other non-secret fields, a JSON object with the names of the platform's contract.
    #[serde(default)]
    pub settings: Json,
    /// Whether the user signed it out: its secrets are deleted, and nothing is sent until it has new ones.
    #[serde(default)]
    pub is_signed_out: bool,
    /// The wallet entries with which it signs in.
    #[serde(default)]
    pub entries: Vec<WalletEntryId>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Account {
    /// Whether the user allows its key to be sent unencrypted over plain http.
    pub fn allows_plain_http(&self) -> bool {
        self.settings.0["allow_plain_http"] == "allowed"
    }
}

word_enum! {
    /// A colour by which the user recognizes an account.
    AccountColour {
        /// Red.
        Red = "red",
        /// Orange.
        Orange = "orange",
        /// Yellow.
        Yellow = "yellow",
        /// Green.
        Green = "green",
        /// Teal.
        Teal = "teal",
        /// Blue.
        Blue = "blue",
        /// Violet.
        Violet = "violet",
        /// Pink.
        Pink = "pink",
    }
}
