//! Checks of secrets before they are saved.

use std::collections::{BTreeMap, HashSet};

use patchbay_model::{Secret, WalletEntry, WalletEntryId, clean_text, is_variable_name};
use patchbay_platforms::mcp::is_credential_header;
use patchbay_vault::SecretName;

use crate::context::Context;
use crate::credentials::find_wallet_entry;
use crate::credentials::secret::{
    SecretCheck, SecretValue, WalletSecret, check_secret, check_variable,
};
use crate::error::Error;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::{References, parse_reference};
use crate::secrets::{self, OAuthApp, SavedValues, strip_scheme};

/// An entry with a checked secret that is not saved yet.
pub(crate) struct CheckedSecret {
    pub(super) entry: WalletEntry,
    /// The secret for the vault; `None` when the entry has a reference instead.
    pub(super) secret: Option<Secret>,
    /// What the vault had, if named values of it stay.
    pub(super) former: Option<Secret>,
}

/// Checks a secret for an entry. Also resolves references, so that broken ones are noticed now.
pub(super) async fn check_secret_of(
    cx: &Context,
    mut entry: WalletEntry,
    secret: WalletSecret,
    saved: &SavedValues,
) -> Result<CheckedSecret, Error> {
    let (references, given) = (cx.references(), Occasion::Given);
    entry.reference = None;
    let secret = match secret {
        WalletSecret::Reference { reference } => {
            let reference = parse_reference(&reference)?;
            references.resolve(&reference, given).await?;
            entry.reference = Some(reference);
            None
        }
        WalletSecret::Bearer { token } => Some(check_secret(&strip_scheme(&token), "the token")?),
        WalletSecret::Headers { values } => {
            let headers = check_headers(values, saved)?;
            Some(encode_named_values(references, &mut entry, headers).await?)
        }
        WalletSecret::Variables { values } => {
            let variables = check_variables(values, saved)?;
            Some(encode_named_values(references, &mut entry, variables).await?)
        }
        WalletSecret::OauthClient {
            client_id,
            client_secret,
        } => {
            let app = check_app(&client_id, client_secret)?;
            app.client_secret(references, given).await?;
            Some(secrets::encode_oauth_app(&app))
        }
    };
    Ok(CheckedSecret {
        entry,
        secret,
        former: None,
    })
}

/// Checks a new secret as [`check_secret_of`] does, but resolves no reference.
pub(crate) fn check_form(secret: WalletSecret) -> Result<(), Error> {
    let saved = SavedValues::new();
    match secret {
        WalletSecret::Reference { reference } => parse_reference(&reference).map(drop),
        WalletSecret::Bearer { token } => check_secret(&token, "the token").map(drop),
        WalletSecret::Headers { values } => check_headers(values, &saved).map(drop),
        WalletSecret::Variables { values } => check_variables(values, &saved).map(drop),
        WalletSecret::OauthClient {
            client_id,
            client_secret,
        } => check_app(&client_id, client_secret).map(drop),
    }
}

/// Checks variables of an entry as [`check_secret_of`] does.
pub(crate) async fn check_variable_values(
    references: &References,
    values: BTreeMap<String, SecretValue>,
) -> Result<(), Error> {
    let CheckedValues { given, .. } = check_variables(values, &SavedValues::new())?;
    let resolved = secrets::resolve_values(references, &given, Occasion::Given);
    resolved.await.map(drop)
}

/// Encodes named values for the vault; the entry keeps their names. Those that stay are not resolved: they may be
/// references that only another environment can resolve.
async fn encode_named_values(
    references: &References,
    entry: &mut WalletEntry,
    CheckedValues { given, mut kept }: CheckedValues,
) -> Result<Secret, Error> {
    secrets::resolve_values(references, &given, Occasion::Given).await?;
    kept.extend(given);
    entry.header_names = kept.keys().cloned().collect();
    Ok(secrets::encode_values(&kept))
}

pub(super) fn check_name(name: &str) -> Result<String, Error> {
    // A command would take a name that begins with a hyphen for an option.
    let begins = |letter: char| letter != '-' && !letter.is_whitespace();
    let name = clean_text(&name[name.find(begins).unwrap_or(name.len())..], 100);
    if name.is_empty() {
        return Err(Error::usage("enter a name", "Example: Work key"));
    }
    Ok(name)
}

/// Named values with valid names.
struct CheckedValues {
    given: SavedValues,
    /// Saved ones that stay.
    kept: SavedValues,
}

fn check_headers(
    values: BTreeMap<String, SecretValue>,
    saved: &SavedValues,
) -> Result<CheckedValues, Error> {
    let mut names = HashSet::new();
    let lower = |name: &String| name.trim().to_ascii_lowercase();
    if let Some(name) = values.keys().find(|name| !names.insert(lower(name))) {
        return Err(Error::usage(
            format!("header {:?} is given twice", name.trim()),
            "Give it once. Upper and lower case are the same.",
        ));
    }
    let values = values.into_iter();
    let values = values.map(|(name, value)| (name.trim().to_owned(), value));
    check_values(values, saved, "header", check_header_name, check_secret)
}

fn check_variables(
    values: BTreeMap<String, SecretValue>,
    saved: &SavedValues,
) -> Result<CheckedValues, Error> {
    let (values, what) = (values.into_iter(), "variable");
    check_values(values, saved, what, check_variable_name, check_variable)
}

/// Checks names and values; an empty value stands for the saved one.
fn check_values(
    values: impl Iterator<Item = (String, SecretValue)>,
    saved: &SavedValues,
    what: &str,
    check_name: fn(&str) -> Result<(), Error>,
    check: SecretCheck,
) -> Result<CheckedValues, Error> {
    let (mut given, mut kept) = (SavedValues::new(), SavedValues::new());
    for (name, value) in values {
        check_name(&name)?;
        match saved.get(&name) {
            Some(saved) if value.is_empty() => kept.insert(name, saved.clone()),
            _ => given.insert(
                name.clone(),
                value.into_stored(&format!("{what} {name}"), check)?,
            ),
        };
    }
    if given.is_empty() && kept.is_empty() {
        let hint = format!("Enter at least one {what}.");
        return Err(Error::usage(format!("no {what}s"), hint));
    }
    Ok(CheckedValues { given, kept })
}

fn check_header_name(name: &str) -> Result<(), Error> {
    if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(Error::usage(
            format!("{name:?} isn't a valid header name"),
            "Use letters, digits and hyphens, for example X-Api-Key.",
        ));
    }
    match is_credential_header(name) {
        true => Ok(()),
        false => Err(Error::usage(
            format!("header {name} can't be set"),
            "Leave it out. Each request has it anyway.",
        )),
    }
}

pub(crate) fn check_variable_name(name: &str) -> Result<(), Error> {
    if is_variable_name(name) {
        return Ok(());
    }
    let name = clean_text(name, 100);
    Err(Error::usage(
        format!("{name:?} can't be the name of a variable"),
        "Use letters, digits and underscores.",
    ))
}

fn check_app(client_id: &str, client_secret: Option<SecretValue>) -> Result<OAuthApp, Error> {
    let client_id = check_secret(&Secret::new(client_id), "the client ID")?;
    let client_secret = client_secret.filter(|secret| !secret.is_empty());
    let client_secret = client_secret
        .map(|secret| secret.into_stored("the client secret", check_secret))
        .transpose()?;
    Ok(OAuthApp {
        client_id: client_id.expose().to_owned(),
        client_secret,
    })
}

/// Checks the secret that is to replace the saved one, without saving it.
pub(crate) async fn check_replacement(
    cx: &Context,
    id: &WalletEntryId,
    secret: WalletSecret,
) -> Result<CheckedSecret, Error> {
    let entry = find_wallet_entry(cx, id).await?;
    if entry.kind != secret.kind() {
        return Err(Error::usage(
            format!("credential {} is of another type", entry.name),
            "Choose the same type or add a new credential.",
        ));
    }
    let former = match entry.kind.has_named_values() {
        true => cx.vault().read(&SecretName::wallet(id)).await?,
        false => None,
    };
    // Entering new ones is the way to recover those that are lost.
    let saved = former.as_ref().and_then(secrets::decode_values);
    let checked = check_secret_of(cx, entry, secret, &saved.unwrap_or_default()).await?;
    Ok(CheckedSecret { former, ..checked })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_a_character_that_nobody_sees_is_refused() {
        let check = |token: &str| {
            let token = Secret::new(token);
            check_form(WalletSecret::Bearer { token })
        };
        assert!(check(" t0ken\u{a0}\n").is_ok());
        for hidden in ["t0\u{200b}ken", "t0\u{ad}ken", "\u{feff}t0ken"] {
            let refused = check(hidden).unwrap_err().to_string();
            assert_eq!(refused, "the token contains a hidden character");
        }
    }

    #[test]
    fn headers_that_cannot_be_sent_or_are_given_twice_are_refused() {
        let check = |names: &[&str]| {
            let value = || SecretValue::from(Secret::new("some-key"));
            let values = names.iter().map(|name| ((*name).to_owned(), value()));
            check_form(WalletSecret::Headers {
                values: values.collect(),
            })
        };
        assert!(check(&["X-Key", "X-Other"]).is_ok());
        for name in ["Content-Length", "host"] {
            let refused = check(&[name]).unwrap_err().to_string();
            assert_eq!(refused, format!("header {name} can't be set"));
        }
        for names in [["X-Key", "x-key"], ["X-Key", " X-Key"]] {
            let refused = check(&names).unwrap_err().to_string();
            assert!(refused.contains("is given twice"), "{refused}");
        }
    }

    #[test]
    fn no_name_looks_like_an_option() {
        for (given, name) in [
            (" Work key ", "Work key"),
            ("--yes", "yes"),
            (" - a-b", "a-b"),
        ] {
            assert_eq!(check_name(given).unwrap(), name);
        }
        for empty in ["", "  ", "--", "\u{200b}"] {
            assert!(check_name(empty).is_err(), "{empty:?}");
        }
    }
}
