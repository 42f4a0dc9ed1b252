//! Deviations from the OAuth standards that providers need.

use std::collections::BTreeMap;

/// The user's choice for each deviation, on or off. Others are as the provider is known to need them.
pub type ChosenDeviations = BTreeMap<OauthDeviation, bool>;

word_enum! {
    /// A deviation from the OAuth standards that a provider needs. Those that weaken no check come first.
    OauthDeviation {
        /// Request a refresh token by `access_type=offline`, because there is no scope for it.
        OfflineAccess = "offline_access",
        /// Send the client secret in the body, whatever the metadata say.
        SecretInBody = "secret_in_body",
        /// Split granted scopes at commas.
        CommaScopes = "comma_scopes",
        /// Send no `resource` (RFC 8707), so that a token may be valid for other servers too.
        NoResource = "no_resource",
        /// Use PKCE although the metadata do not announce it.
        UnpublishedPkce = "unpublished_pkce",
        /// Accept an issuer that differs from the server's only by a trailing `/`.
        IssuerSlash = "issuer_slash",
    }
}

impl OauthDeviation {
    /// Whether it weakens a security check, so that it is on only if the user chooses it.
    pub fn weakens(self) -> bool {
        match self {
            Self::OfflineAccess | Self::SecretInBody | Self::CommaScopes => false,
            Self::NoResource | Self::UnpublishedPkce | Self::IssuerSlash => true,
        }
    }

    /// A short description for the user.
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
