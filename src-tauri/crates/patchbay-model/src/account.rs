//! Where connectors live, and as whom.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AccountId, Json, Timestamp, WalletEntryId};

#[cfg(all(feature = "example-platform", not(debug_assertions)))]
compile_error!("the feature example-platform is for tests of debug builds");

/// The words for platforms, a line each: the type, the list of all and the words themselves come from it.
macro_rules! platforms {
    ($($(#[doc = $doc:literal])* $(#[cfg($when:meta)])? $platform:ident => $word:literal,)*) => {
        /// A kind of place where connectors live.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
        )]
        pub enum Platform {
            $(
                $(#[doc = $doc])*
                $(#[cfg($when)])?
                #[serde(rename = $word)]
                $platform,
            )*
        }

        impl Platform {
            /// Every platform, in the order in which windows and commands list them.
            pub const ALL: &'static [Self] = &[$($(#[cfg($when)])? Self::$platform,)*];

            /// The word for it on the command line and on the wire between our own parts.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($(#[cfg($when)])? Self::$platform => $word,)*
                }
            }
        }
    };
}

platforms! {
    /// Any MCP server that is reached from this computer.
    Local => "local",
    /// Mistral connectors.
    Mistral => "mistral",
    /// Cohere connectors.
    Cohere => "cohere",
    /// Agent Stack connectors.
    Agentstack => "agentstack",
    /// Airbyte Agents.
    Airbyte => "airbyte",
    /// 10ex.
    Tenex => "tenex",
    /// One of our own, for tests.
    #[cfg(feature = "example-platform")]
    Example => "example",
}

impl Platform {
    /// The platform of that word; `None` when there is no such platform.
    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|platform| platform.as_str() == word)
    }
}

/// One sign-in to one platform. Its secret lies in the vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Ours, stable.
    pub id: AccountId,
    /// The platform it signs in to.
    pub platform: Platform,
    /// What the user calls it; unique among accounts.
    pub label: String,
    /// By what colour the user knows it; `None` for the platform's own look.
    #[serde(default)]
    pub colour: Option<AccountColour>,
    /// Absolute URL in place of the platform's own; `None` for the default.
    pub base_url: Option<String>,
    /// Its other fields that are no secrets, by their names in the platform's contract: a JSON object.
    #[serde(default)]
    pub settings: Json,
    /// Whether the user signed it out: its secrets are forgotten, and nothing is sent until it has new ones.
    #[serde(default)]
    pub is_signed_out: bool,
    /// The wallet entries that it signs in with.
    #[serde(default)]
    pub entries: Vec<WalletEntryId>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Account {
    /// Whether its key may go over plain http, unencrypted, for the user insists on its address.
    pub fn allows_plain_http(&self) -> bool {
        self.settings.0["allow_plain_http"] == "allowed"
    }
}

/// A colour to know an account by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum AccountColour {
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Teal.
    Teal,
    /// Blue.
    Blue,
    /// Violet.
    Violet,
    /// Pink.
    Pink,
}

impl AccountColour {
    /// Every colour, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Red,
        Self::Orange,
        Self::Yellow,
        Self::Green,
        Self::Teal,
        Self::Blue,
        Self::Violet,
        Self::Pink,
    ];

    /// The word for it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Violet => "violet",
            Self::Pink => "pink",
        }
    }

    /// The colour of that word; `None` when there is no such colour.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.as_str() == word)
    }
}
