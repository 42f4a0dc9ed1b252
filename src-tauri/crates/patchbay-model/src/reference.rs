//! References to secrets.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use specta::Type;

use crate::inert::is_invisible;

/// Maximum length in characters.
const MAX_CHARS: usize = 4_096;

/// A secret reference that the user entered as one: `env://NAME`, `cmd://PROGRAM ARGUMENT …`, `op://…`.
///
/// Resolving it may run a program. So it is a type of its own: text from a server, a file or the clipboard does not
/// become a reference by looking like one. [`SecretReference::parse`] is only for text that was entered as a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct SecretReference(
    #[serde(deserialize_with = "deserialize_text")]
    #[specta(type = String)]
    String,
);

fn deserialize_text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let reference = SecretReference::parse(&text).map_err(D::Error::custom)?;
    Ok(reference.0)
}

/// The target of a [`SecretReference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceTarget<'a> {
    /// An environment variable, by name.
    Variable(&'a str),
    /// A program and its arguments, separated by white space.
    Program(&'a str),
    /// A 1Password field, as the whole reference.
    OnePassword(&'a str),
}

/// Why a text is not a [`SecretReference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceError {
    /// It has another scheme or none.
    Scheme,
    /// Nothing follows the scheme.
    Empty,
    /// It could not be shown unchanged to the user who has to allow it.
    Unshowable,
}

impl std::fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Scheme => "use env://, cmd:// or op://",
            Self::Empty => "nothing follows the scheme",
            Self::Unshowable => "it's too long or contains control or invisible characters",
        })
    }
}

impl std::error::Error for ReferenceError {}

impl SecretReference {
    /// Parses what a user entered as a reference.
    ///
    /// # Errors
    /// [`ReferenceError`].
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let text = text.trim();
        let (_, name) = split(text)?;
        if name.trim().is_empty() {
            return Err(ReferenceError::Empty);
        }
        let is_odd = |sign: char| sign.is_control() || is_invisible(sign);
        if text.chars().count() > MAX_CHARS || text.chars().any(is_odd) {
            return Err(ReferenceError::Unshowable);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the reference as it was entered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns its target.
    pub fn target(&self) -> ReferenceTarget<'_> {
        match split(&self.0) {
            Ok((Scheme::Env, name)) => ReferenceTarget::Variable(name),
            Ok((Scheme::Cmd, command)) => ReferenceTarget::Program(command),
            // `parse` allows no other scheme.
            Ok((Scheme::Op, _)) | Err(_) => ReferenceTarget::OnePassword(&self.0),
        }
    }
}

enum Scheme {
    Env,
    Cmd,
    Op,
}

fn split(text: &str) -> Result<(Scheme, &str), ReferenceError> {
    let (scheme, rest) = text.split_once("://").ok_or(ReferenceError::Scheme)?;
    match scheme {
        "env" => Ok((Scheme::Env, rest)),
        "cmd" => Ok((Scheme::Cmd, rest)),
        "op" => Ok((Scheme::Op, rest)),
        _ => Err(ReferenceError::Scheme),
    }
}

impl std::fmt::Display for SecretReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_variable_a_program_or_a_field() {
        let parse = |text| SecretReference::parse(text).unwrap();
        let reference = parse(" env://TOKEN\n");
        assert_eq!(reference.target(), ReferenceTarget::Variable("TOKEN"));
        let reference = parse("cmd://pass show mcp");
        assert_eq!(
            reference.target(),
            ReferenceTarget::Program("pass show mcp")
        );
        let reference = parse("op://Private/MCP/token");
        assert_eq!(
            reference.target(),
            ReferenceTarget::OnePassword("op://Private/MCP/token")
        );
    }

    #[test]
    fn other_text_is_none() {
        for (text, why) in [
            ("https://example.com", ReferenceError::Scheme),
            ("file:///etc/passwd", ReferenceError::Scheme),
            ("TOKEN", ReferenceError::Scheme),
            ("", ReferenceError::Scheme),
            ("env://", ReferenceError::Empty),
            ("cmd://  ", ReferenceError::Empty),
            ("cmd://a\nb", ReferenceError::Unshowable),
            ("cmd://a \u{202e}b", ReferenceError::Unshowable),
            ("cmd://a\u{200b}", ReferenceError::Unshowable),
        ] {
            assert_eq!(SecretReference::parse(text), Err(why), "{text:?}");
        }
        let long = format!("cmd://{}", "a".repeat(MAX_CHARS));
        assert_eq!(
            SecretReference::parse(&long),
            Err(ReferenceError::Unshowable)
        );
    }

    #[test]
    fn stored_text_that_is_no_reference_is_an_error() {
        let read = |text: &str| serde_json::from_str::<SecretReference>(text);
        assert_eq!(read("\"env://A\"").unwrap().as_str(), "env://A");
        assert!(read("\"rm -rf\"").is_err());
    }
}
