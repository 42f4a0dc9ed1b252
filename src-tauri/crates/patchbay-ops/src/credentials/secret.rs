//! Secrets as a person enters them.

use std::collections::BTreeMap;

use patchbay_model::{Secret, WalletEntryId, WalletKind, is_invisible};
use serde::Deserialize;
use specta::Type;

use crate::error::Error;
use crate::secrets::StoredSecret;
use crate::secrets::reference::parse_reference;

/// A credential to add to the wallet.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddWalletEntry {
    /// Unique in the wallet.
    pub name: String,
    pub secret: WalletSecret,
}

/// A secret or a reference to one. The person says which of the two it is: text that is entered as a secret is never
/// taken for a reference.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SecretValue {
    New {
        secret: Secret,
    },
    /// Resolved at each use, such as `env://NAME`.
    Reference {
        reference: String,
    },
}

impl From<Secret> for SecretValue {
    fn from(secret: Secret) -> Self {
        Self::New { secret }
    }
}

impl SecretValue {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::New { secret } => secret.expose().trim().is_empty(),
            Self::Reference { .. } => false,
        }
    }

    /// Checks a new secret, [`check_secret`] or [`check_variable`], or parses a reference.
    pub(super) fn into_stored(self, what: &str, check: SecretCheck) -> Result<StoredSecret, Error> {
        Ok(match self {
            Self::New { secret } => StoredSecret::Secret(check(&secret, what)?),
            Self::Reference { reference } => StoredSecret::Reference(parse_reference(&reference)?),
        })
    }
}

/// The secret of a wallet entry.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum WalletSecret {
    Bearer {
        token: Secret,
    },
    /// A reference to a token, resolved at each use, such as `env://NAME`.
    Reference {
        reference: String,
    },
    Headers {
        /// Values by header name. When replacing, an empty value keeps the saved one.
        values: BTreeMap<String, SecretValue>,
    },
    /// Environment variables of a local program.
    Variables {
        /// Values by variable name. When replacing, an empty value keeps the saved one.
        values: BTreeMap<String, SecretValue>,
    },
    /// The user's own OAuth app.
    OauthClient {
        client_id: String,
        client_secret: Option<SecretValue>,
    },
}

impl WalletSecret {
    /// The kind of its wallet entry.
    pub fn kind(&self) -> WalletKind {
        match self {
            Self::Bearer { .. } | Self::Reference { .. } => WalletKind::Bearer,
            Self::Headers { .. } => WalletKind::Headers,
            Self::Variables { .. } => WalletKind::Variables,
            Self::OauthClient { .. } => WalletKind::OauthClient,
        }
    }

    /// Whether it is a single string, as a field of a platform takes it.
    pub(crate) fn is_single(&self) -> bool {
        match self {
            Self::Bearer { .. } | Self::Reference { .. } => true,
            Self::Headers { values } | Self::Variables { values } => values.len() == 1,
            Self::OauthClient { client_secret, .. } => {
                let secret = client_secret.as_ref();
                secret.is_some_and(|secret| !secret.is_empty())
            }
        }
    }
}

/// A secret for a connector.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SecretInput {
    /// A wallet entry.
    Entry { entry: WalletEntryId },
    /// A typed secret, saved as a new wallet entry.
    New { secret: Secret },
    /// Resolved at each use, such as `env://NAME`, and saved as a new wallet entry.
    Reference { reference: String },
}

/// Checks a secret, which `what` names in errors.
pub(super) type SecretCheck = fn(secret: &Secret, what: &str) -> Result<Secret, Error>;

/// Checks that a secret can be sent in a header, and trims pasted white space.
pub(crate) fn check_secret(secret: &Secret, what: &str) -> Result<Secret, Error> {
    let text = secret.expose().trim();
    if text.is_empty() {
        return Err(Error::usage(format!("{what} is empty"), "Paste it again."));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::usage(
            format!("{what} contains a line break or control character"),
            "Paste it again without line breaks.",
        ));
    }
    // Web pages and documents put them where lines may break.
    if text.chars().any(is_invisible) {
        return Err(Error::usage(
            format!("{what} contains a hidden character"),
            "Copy it again from where it's shown whole, or type it.",
        ));
    }
    Ok(Secret::new(text))
}

/// Checks that a secret can be the value of an environment variable, which may have several lines.
pub(super) fn check_variable(secret: &Secret, what: &str) -> Result<Secret, Error> {
    if secret.expose().trim().is_empty() {
        return Err(Error::usage(format!("{what} is empty"), "Paste it again."));
    }
    if secret.expose().contains('\0') {
        return Err(Error::usage(
            format!("{what} contains a zero byte"),
            "Paste it again.",
        ));
    }
    Ok(secret.clone())
}
