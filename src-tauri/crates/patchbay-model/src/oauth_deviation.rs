//! Where a provider's sign-in differs from the standards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a person chose of each deviation: on or off; one that isn't named is as its provider is known to need it.
pub type ChosenDeviations = BTreeMap<OauthDeviation, bool>;

/// A way in which signing in by OAuth differs from the standards, because a provider does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum OauthDeviation {
    /// A refresh token is asked for by `access_type=offline`, as there is no scope for it.
    OfflineAccess,
    /// The client secret goes into the body, whatever the metadata say.
    SecretInBody,
    /// Granted scopes come separated by commas.
    CommaScopes,
    /// Requests carry no `resource` (RFC 8707), so a token may be good for other servers too.
    NoResource,
    /// PKCE is used although the metadata don't tell that it's supported.
    UnpublishedPkce,
    /// The authorization server may call itself as the server does but for a `/` at the end.
    IssuerSlash,
}

impl OauthDeviation {
    /// All there are, those that weaken nothing first.
    pub const ALL: [Self; 6] = [
        Self::OfflineAccess,
        Self::SecretInBody,
        Self::CommaScopes,
        Self::NoResource,
        Self::UnpublishedPkce,
        Self::IssuerSlash,
    ];

    /// Whether a check is left out or a protection lost by it: then it is on only where a person says so.
    pub fn weakens(self) -> bool {
        match self {
            Self::OfflineAccess | Self::SecretInBody | Self::CommaScopes => false,
            Self::NoResource | Self::UnpublishedPkce | Self::IssuerSlash => true,
        }
    }

    /// What is done differently, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::OfflineAccess => "ask for offline access by a parameter",
            Self::SecretInBody => "send the client secret in the request body",
            Self::CommaScopes => "read scopes separated by commas",
            Self::NoResource => "don't name the server the token is for",
            Self::UnpublishedPkce => "use PKCE though the provider doesn't announce it",
            Self::IssuerSlash => "ignore a slash at the end of the provider's address",
        }
    }
}
