//! Expansion of `${__dirname}`, `${HOME}` and `${user_config.KEY}` in manifests.
//!
//! Text is expanded once: values are never expanded again, whatever they contain.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use directories::{BaseDirs, UserDirs};
use patchbay_model::{Secret, clean_text};

use super::{BundleSetting, FOLDER, bundle_error};
use crate::credentials::secret::SecretValue;
use crate::error::Error;

/// Values for the expansion.
pub(super) struct Variables<'a> {
    /// The folder of the bundle.
    pub(super) folder: &'a str,
    pub(super) settings: &'a [BundleSetting],
    /// Values by the keys of settings that are not secret.
    pub(super) plain: &'a BTreeMap<String, Vec<String>>,
    pub(super) secret: &'a BTreeMap<String, SecretValue>,
}

/// A part of a text: literal or expanded text, or the key of a setting.
enum Part<'a> {
    Text(Cow<'a, str>),
    Setting(&'a str),
}

/// An expanded environment variable.
pub(super) enum ResolvedVariable {
    Plain(String),
    Secret(SecretValue),
}

impl Variables<'_> {
    /// Expands a word of the command: to no words if a setting has no value, to several if it has several.
    ///
    /// # Errors
    /// [`Error::Usage`] for a secret, as other programs can read command lines, and for several values within a word.
    pub(super) fn words(&self, text: &str) -> Result<Vec<String>, Error> {
        let parts = parts(text, self.folder);
        if let [Part::Setting(key)] = parts.as_slice() {
            return Ok(self.values(key)?.to_vec());
        }
        Ok(self.join_parts(&parts)?.into_iter().collect())
    }

    /// Expands the value of a variable; `None` if a setting has no value.
    ///
    /// # Errors
    /// [`Error::Usage`] for several values, and for a secret reference within a value.
    pub(super) fn variable(&self, text: &str) -> Result<Option<ResolvedVariable>, Error> {
        let parts = parts(text, self.folder);
        let is_secret = |part: &Part<'_>| matches!(part, Part::Setting(key) if self.is_secret(key));
        if !parts.iter().any(is_secret) {
            return Ok(self.join_parts(&parts)?.map(ResolvedVariable::Plain));
        }
        if let [Part::Setting(key)] = parts.as_slice() {
            return Ok(self.secret.get(*key).cloned().map(ResolvedVariable::Secret));
        }
        let mut whole = String::new();
        for part in &parts {
            match part {
                Part::Setting(key) if self.is_secret(key) => match self.secret.get(*key) {
                    Some(SecretValue::New { secret }) => whole.push_str(secret.expose()),
                    Some(SecretValue::Reference { .. }) => {
                        return Err(Error::usage(
                            format!(
                                "setting {key} can't be a secret reference, as the bundle puts it into a longer text"
                            ),
                            "Enter the secret itself.",
                        ));
                    }
                    None => return Ok(None),
                },
                other => match self.join_parts(std::slice::from_ref(other))? {
                    Some(text) => whole.push_str(&text),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(ResolvedVariable::Secret(Secret::new(whole).into())))
    }

    fn join_parts(&self, parts: &[Part<'_>]) -> Result<Option<String>, Error> {
        let mut whole = String::new();
        for part in parts {
            match part {
                Part::Text(text) => whole.push_str(text),
                Part::Setting(key) => match self.values(key)? {
                    [] => return Ok(None),
                    [value] => whole.push_str(value),
                    _ => return Err(bundle_error(&format!("it takes one value of {key} only"))),
                },
            }
        }
        Ok(Some(whole))
    }

    fn values(&self, key: &str) -> Result<&[String], Error> {
        if self.is_secret(key) {
            return Err(bundle_error(&format!(
                "it passes the secret {key} as a part of its command, where other programs can read it"
            )));
        }
        if !self.settings.iter().any(|setting| setting.key == key) {
            let key = clean_text(key, 100);
            return Err(bundle_error(&format!(
                "its command needs {key}, which isn't among its settings"
            )));
        }
        Ok(self.plain.get(key).map_or(&[], Vec::as_slice))
    }

    fn is_secret(&self, key: &str) -> bool {
        self.settings
            .iter()
            .any(|setting| setting.key == key && setting.is_secret)
    }
}

/// Expands the folders of the user in a text.
pub(super) fn expand_folders(text: &str) -> String {
    let parts = parts(text, FOLDER).into_iter();
    let texts = parts.map(|part| match part {
        Part::Text(text) => text,
        Part::Setting(key) => format!("${{user_config.{key}}}").into(),
    });
    texts.collect()
}

/// Splits a text into its parts; unknown variables stay text.
fn parts<'a>(text: &'a str, folder: &str) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find("${") {
        let Some(length) = rest[begin..].find('}') else {
            break;
        };
        let name = &rest[begin + 2..begin + length];
        let part = match name.strip_prefix("user_config.") {
            Some(key) => Some(Part::Setting(key)),
            None => expand_variable(name, folder).map(|text| Part::Text(text.into())),
        };
        // An unknown variable is text, and another one may begin within it.
        let (text_end, end) = match part {
            Some(_) => (begin, begin + length + 1),
            None => (begin + 2, begin + 2),
        };
        parts.push(Part::Text(rest[..text_end].into()));
        parts.extend(part);
        rest = &rest[end..];
    }
    parts.push(Part::Text(rest.into()));
    parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    parts
}

fn expand_variable(name: &str, folder: &str) -> Option<String> {
    let user_folder = |folder: Option<&Path>, default: &str| {
        let home = BaseDirs::new()?;
        let default = home.home_dir().join(default);
        Some(folder.unwrap_or(&default).to_str()?.to_owned())
    };
    let folders = UserDirs::new();
    let folders = folders.as_ref();
    match name {
        "__dirname" => Some(folder.to_owned()),
        "HOME" => user_folder(folders.map(UserDirs::home_dir), ""),
        "DESKTOP" => user_folder(folders.and_then(|it| it.desktop_dir()), "Desktop"),
        "DOCUMENTS" => user_folder(folders.and_then(|it| it.document_dir()), "Documents"),
        "DOWNLOADS" => user_folder(folders.and_then(|it| it.download_dir()), "Downloads"),
        "/" | "pathSeparator" => Some(std::path::MAIN_SEPARATOR_STR.to_owned()),
        _ => None,
    }
}
