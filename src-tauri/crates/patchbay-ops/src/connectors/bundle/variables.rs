//! What stands for something else in a manifest: `${__dirname}`, `${HOME}`, `${user_config.KEY}`.
//!
//! Everything is filled in once; a value is not looked through again, whatever it contains.

use std::collections::BTreeMap;

use patchbay_model::Secret;

use super::bundle_error;
use super::manifest::BundleSetting;
use crate::credentials::secret::SecretValue;
use crate::error::Error;

/// What is filled in.
pub(super) struct Variables<'a> {
    /// The folder of the bundle.
    pub(super) folder: &'a str,
    pub(super) settings: &'a [BundleSetting],
    /// By the names of settings that are no secrets.
    pub(super) plain: &'a BTreeMap<String, Vec<String>>,
    pub(super) secret: &'a BTreeMap<String, SecretValue>,
}

/// A part of a text.
enum Part<'a> {
    Text(&'a str),
    Setting(&'a str),
    Known(String),
}

/// A variable of the environment with everything filled in.
pub(super) enum ResolvedVariable {
    Plain(String),
    Secret(SecretValue),
}

impl Variables<'_> {
    /// The words that a word of the command stands for: none for one that needs a setting without a value, several for
    /// a setting that takes several.
    ///
    /// # Errors
    /// [`Error::Usage`] for a secret, which other programs could read there, or several values in one place.
    pub(super) fn words(&self, text: &str) -> Result<Vec<String>, Error> {
        let parts = parts(text, self.folder);
        if let [Part::Setting(key)] = parts.as_slice() {
            return Ok(self.values(key)?.to_vec());
        }
        Ok(self.join_parts(&parts)?.into_iter().collect())
    }

    /// The value of a variable; `None` for one that needs a setting without a value.
    ///
    /// # Errors
    /// [`Error::Usage`] for several values in one place, or a reference that is a part of a value.
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
                        return Err(Error::Usage {
                            what: format!(
                                "{key} is a part of a text here, and can't be a secret reference"
                            ),
                            hint: "Enter the secret itself.".to_owned(),
                        });
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
                Part::Known(text) => whole.push_str(text),
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
            let key = patchbay_model::clean_text(key, 100);
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

/// A text with the folders of this computer filled in.
pub(super) fn expand_folders(text: &str) -> String {
    let parts = parts(text, "${__dirname}");
    let texts = parts.iter().map(|part| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Known(text) => text.clone(),
        Part::Setting(key) => format!("${{user_config.{key}}}"),
    });
    texts.collect()
}

/// The parts of a text; what is not known stays text.
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
            None => expand_variable(name, folder).map(Part::Known),
        };
        // What only looks like the beginning of one may have one in it.
        let end = if part.is_some() {
            begin + length + 1
        } else {
            begin + 2
        };
        let before = if part.is_some() { begin } else { end };
        if before > 0 {
            parts.push(Part::Text(&rest[..before]));
        }
        parts.extend(part);
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn expand_variable(name: &str, folder: &str) -> Option<String> {
    let of_user = |folder: Option<&std::path::Path>, usual: &str| {
        let home = directories::BaseDirs::new()?;
        let usual = home.home_dir().join(usual);
        Some(folder.unwrap_or(&usual).to_str()?.to_owned())
    };
    let folders = directories::UserDirs::new();
    let folders = folders.as_ref();
    match name {
        "__dirname" => Some(folder.to_owned()),
        "HOME" => of_user(folders.map(directories::UserDirs::home_dir), ""),
        "DESKTOP" => of_user(folders.and_then(|it| it.desktop_dir()), "Desktop"),
        "DOCUMENTS" => of_user(folders.and_then(|it| it.document_dir()), "Documents"),
        "DOWNLOADS" => of_user(folders.and_then(|it| it.download_dir()), "Downloads"),
        "/" | "pathSeparator" => Some(std::path::MAIN_SEPARATOR_STR.to_owned()),
        _ => None,
    }
}
