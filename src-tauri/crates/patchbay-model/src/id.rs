//! Identifiers as types of their own, so that one cannot stand where another belongs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Type,
        )]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// One sign-in to one platform. `local` is the one account of this computer.
    AccountId
}
id! {
    /// A connector, in Patchbay's own numbering; stable for its whole life.
    ConnectorId
}
id! {
    /// A connector as its platform names it; opaque text.
    RemoteId
}
id! {
    /// One run of a click-through consent.
    AuthorizationId
}
id! {
    /// One call of a tool, kept in history.
    RunId
}
id! {
    /// Something that a server asks while it does something.
    QuestionId
}
id! {
    /// One look at an address, named by whoever may want to stop it.
    InspectionId
}
id! {
    /// A resource whose changes somebody waits for, named by whoever may want to stop that.
    WatchId
}
id! {
    /// A personal credential in the vault.
    WalletEntryId
}

impl AccountId {
    /// The account "This computer", which always exists.
    pub fn local() -> Self {
        Self::new("local")
    }
}
