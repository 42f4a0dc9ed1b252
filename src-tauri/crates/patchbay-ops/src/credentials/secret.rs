//! Secrets as a person gives them.

use std::collections::BTreeMap;

use patchbay_model::{Secret, WalletEntryId, WalletKind};
use serde::Deserialize;
use specta::Type;

use crate::error::Error;
use crate::secrets::StoredSecret;
use crate::secrets::reference::parse_reference;

/// A credential to be kept in the wallet.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddWalletEntry {
    /// What to call it; unique in the wallet.
    pub name: String,
    /// What it is made of.
    pub secret: WalletSecret,
}

/// A secret, or where it is to be found, as a person said which of the two it is: what is typed, pasted or
/// piped as the secret itself stays text whatever it looks like.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SecretValue {
    /// The secret itself.
    New {
        secret: Secret,
    },
    /// Where it is to be found at each use, such as `env://NAME`.
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

    /// As it can be sent in a header, or looked up.
    pub(super) fn into_stored(self, what: &str) -> Result<StoredSecret, Error> {
        self.checked_by(|secret| check_secret(secret, what))
    }

    /// As a program can be given it in its environment, lines and all, or looked up.
    pub(super) fn into_stored_variable(self, what: &str) -> Result<StoredSecret, Error> {
        self.checked_by(|secret| check_variable(secret, what))
    }

    fn checked_by(
        self,
        check: impl Fn(&Secret) -> Result<Secret, Error>,
    ) -> Result<StoredSecret, Error> {
        Ok(match self {
            Self::New { secret } => StoredSecret::Secret(check(&secret)?),
            Self::Reference { reference } => StoredSecret::Reference(parse_reference(&reference)?),
        })
    }
}

/// The secret part of a wallet entry.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum WalletSecret {
    /// A token.
    Bearer {
        token: Secret,
    },
    /// Where a token is to be found at each use, such as `env://NAME`.
    Reference {
        reference: String,
    },
    Headers {
        /// Header name to value; when replacing, an empty one keeps the one that is saved.
        values: BTreeMap<String, SecretValue>,
    },
    /// Environment variables of a local program.
    Variables {
        /// Variable name to value; when replacing, an empty one keeps the one that is saved.
        values: BTreeMap<String, SecretValue>,
    },
    /// An OAuth app of the user's own.
    OauthClient {
        client_id: String,
        client_secret: Option<SecretValue>,
    },
}

impl WalletSecret {
    /// The kind of entry it makes.
    pub fn kind(&self) -> WalletKind {
        match self {
            Self::Bearer { .. } | Self::Reference { .. } => WalletKind::Bearer,
            Self::Headers { .. } => WalletKind::Headers,
            Self::Variables { .. } => WalletKind::Variables,
            Self::OauthClient { .. } => WalletKind::OauthClient,
        }
    }

    /// Whether it is one text, which is all that a place on a platform takes.
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

/// A secret that is given: one that the wallet has, one typed in, or a reference.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SecretInput {
    /// One that the wallet has.
    Entry {
        entry: WalletEntryId,
    },
    /// One typed in, saved as a new wallet entry.
    New {
        secret: Secret,
    },
    /// Where it is to be found at each use, such as `env://NAME`, saved as a new wallet entry.
    Reference {
        reference: String,
    },
}

/// A secret as it can be sent in a header: pasted line ends and spaces around it are dropped.
pub(super) fn check_secret(secret: &Secret, what: &str) -> Result<Secret, Error> {
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
    Ok(Secret::new(text))
}

/// A secret as the value of an environment variable.
fn check_variable(secret: &Secret, what: &str) -> Result<Secret, Error> {
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
