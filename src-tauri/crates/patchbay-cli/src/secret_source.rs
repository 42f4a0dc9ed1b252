//! Sources of secrets. A secret is never an argument itself.

use std::io::{IsTerminal as _, Read as _};

use patchbay_model::{Secret, SecretReference};
use patchbay_ops::{SecretInput, SecretValue, resolve_reference, resolve_wallet_entry};
use serde::de::IgnoredAny;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::prompt;

/// A source that the user names instead of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard input, or the terminal without echo.
    Input,
    /// A reference such as `env://NAME`.
    Reference(SecretReference),
    /// A saved credential, by name or id.
    Wallet(String),
}

impl Source {
    /// Parses the value of `option`. An error does not repeat the value, which may be the secret itself.
    pub(crate) fn parse(option: &str, given: &str) -> Result<Self, Failure> {
        if given == "-" {
            return Ok(Self::Input);
        }
        if let Ok(reference) = SecretReference::parse(given) {
            return Ok(Self::Reference(reference));
        }
        match given.strip_prefix("wallet:") {
            Some(name) if !name.is_empty() => Ok(Self::Wallet(name.to_owned())),
            _ => Err(invalid_source(option)),
        }
    }

    /// As [`Source::parse`], for an option that takes no saved credential.
    pub(crate) fn parse_unsaved(option: &str, given: &str) -> Result<Self, Failure> {
        match Self::parse(option, given).map_err(|failure| failure.with_hint(UNSAVED))? {
            Self::Wallet(_) => Err(Failure::usage(
                format!("{option} can't take a saved credential"),
                UNSAVED,
            )),
            source => Ok(source),
        }
    }
}

/// The hint for an option that takes no saved credential.
const UNSAVED: &str = "Use - (stdin), env://NAME, cmd://… or op://….";

/// Parses a header: its name and the source of its value. `takes_saved` says that the option may be a saved credential
/// instead.
pub(crate) fn parse_header(given: &str, takes_saved: bool) -> Result<(String, Source), Failure> {
    let hint = match takes_saved {
        true => {
            "Use NAME (value from stdin) or NAME=env://VARIABLE; for a saved credential, wallet:NAME alone."
        }
        false => "Use NAME (value from stdin) or NAME=env://VARIABLE.",
    };
    parse_named("--header", given, "-_.!#$%&'*+^`|~", hint)
}

/// Parses a secret variable of a program: its name and the source of its value.
pub(crate) fn parse_variable(given: &str) -> Result<(String, Source), Failure> {
    let hint = "Use NAME (value from stdin) or NAME=env://VARIABLE.";
    parse_named("--env-secret", given, "_", hint)
}

/// Parses the secret field of a form: its name or JSON pointer, and the source of its value.
pub(crate) fn parse_field(given: &str) -> Result<(&str, Source), Failure> {
    let (field, source) = given.split_once('=').ok_or_else(|| {
        Failure::usage(
            "--secret needs a source",
            "Use FIELD=SOURCE, such as token=env://NAME.",
        )
    })?;
    Ok((field, Source::parse("--secret", source)?))
}

/// Parses `NAME=SOURCE`, or `NAME` for standard input. A name consists of ASCII letters, digits and `signs`.
fn parse_named(
    option: &str,
    given: &str,
    signs: &str,
    hint: &str,
) -> Result<(String, Source), Failure> {
    let (name, from) = given.split_once('=').unwrap_or((given, "-"));
    let fits = |letter: char| letter.is_ascii_alphanumeric() || signs.contains(letter);
    if name.is_empty() || !name.chars().all(fits) {
        return Err(invalid_source(option).with_hint(hint));
    }
    match Source::parse(option, from).map_err(|failure| failure.with_hint(hint))? {
        Source::Wallet(_) => Err(Failure::usage(
            format!("{option}: a saved credential can't be the value of one name"),
            hint,
        )),
        source => Ok((name.to_owned(), source)),
    }
}

const NOT_AS_ARGUMENTS: &str =
    "secrets can't be passed as arguments (other programs can read them)";

/// The failure of a command that was passed a secret as an argument of its own.
pub(crate) fn argument_refused() -> Failure {
    Failure::usage(
        NOT_AS_ARGUMENTS,
        "Pipe it in, or say where it comes from, such as with --from env://NAME.",
    )
}

fn invalid_source(option: &str) -> Failure {
    Failure::usage(
        format!("{option}: {NOT_AS_ARGUMENTS}"),
        "Use - (stdin), env://NAME or wallet:NAME.",
    )
}

/// Whether a secret has more lines than these: a JSON object or a key in PEM without its end.
fn goes_on(secret: &str) -> bool {
    if secret.starts_with("-----BEGIN ") {
        return !secret.contains("-----END ");
    }
    let is_unfinished = |error: serde_json::Error| error.is_eof();
    secret.starts_with('{') && serde_json::from_str::<IgnoredAny>(secret).is_err_and(is_unfinished)
}

/// Reading secrets from their [`Source`]. Several from standard input are one per line, in order; a JSON object and a key
/// in PEM may have several lines.
impl Cli {
    /// Reads the next secret: by a prompt on a terminal, otherwise the next line of standard input.
    pub(crate) fn secret_input(&self, what: &str) -> Result<Secret, Failure> {
        if std::io::stdin().is_terminal() {
            return prompt::secret(what);
        }
        let first = prompt::input_line(what)?;
        let mut secret = first
            .filter(|secret| !secret.is_empty())
            .ok_or_else(|| missing(what))?;
        while goes_on(secret.expose())
            && let Some(line) = prompt::input_line(what)?
        {
            secret = Secret::new(format!("{}\n{}", secret.expose(), line.expose()));
        }
        Ok(secret)
    }

    /// As [`Cli::secret_input`], but reads standard input to its end if it starts with a JSON object.
    pub(crate) fn secret_input_or_object(&self, what: &str) -> Result<Secret, Failure> {
        let line = self.secret_input(what)?;
        if std::io::stdin().is_terminal() || !line.expose().trim_start().starts_with('{') {
            return Ok(line);
        }
        let rest = prompt::read_input(what, || {
            let mut rest = String::new();
            let read = std::io::stdin().lock().read_to_string(&mut rest);
            let rest = Secret::new(rest);
            read.map(|_| rest)
        })?;
        let whole = Secret::new(format!("{}\n{}", line.expose(), rest.expose()));
        Ok(Secret::new(whole.expose().trim_end()))
    }

    /// Returns a named reference as such, and otherwise reads the secret, which may look like a reference, for the
    /// vault.
    pub(crate) async fn reference_or_secret(
        &self,
        source: &Source,
        what: &str,
    ) -> Result<SecretValue, Failure> {
        Ok(match source {
            Source::Reference(reference) => SecretValue::Reference {
                reference: reference.to_string(),
            },
            source => {
                self.open_vault().await?;
                self.read_secret(source, what).await?.into()
            }
        })
    }

    /// Returns a reference or a saved credential; `None` for standard input, which callers read differently.
    pub(crate) async fn reference_or_entry(
        &self,
        source: &Source,
    ) -> Result<Option<SecretInput>, Failure> {
        Ok(match source {
            Source::Input => None,
            Source::Reference(reference) => Some(SecretInput::Reference {
                reference: reference.to_string(),
            }),
            Source::Wallet(name) => Some(SecretInput::Entry {
                entry: resolve_wallet_entry(&self.cx, name).await?.id,
            }),
        })
    }

    /// Reads the secret and resolves references.
    ///
    /// # Errors
    /// When there is no secret, or the source is the wallet.
    pub(crate) async fn read_secret(&self, source: &Source, what: &str) -> Result<Secret, Failure> {
        match source {
            Source::Input => self.secret_input(what),
            Source::Reference(reference) => Ok(resolve_reference(&self.cx, reference).await?),
            Source::Wallet(_) => Err(Failure::usage(
                format!("the wallet can't give {what}"),
                "Use - (stdin) or env://NAME.",
            )),
        }
    }
}

fn missing(what: &str) -> Failure {
    Failure::usage(
        format!("no {what} on stdin"),
        "Pipe it in, one line per secret, or use a reference such as env://NAME.",
    )
}

#[cfg(test)]
mod tests {
    use patchbay_model::Code;

    use super::*;

    #[test]
    fn places_are_told_apart() {
        let parse = |text| Source::parse("--from", text).unwrap();
        assert_eq!(parse("-"), Source::Input);
        let reference = SecretReference::parse("env://A").unwrap();
        assert_eq!(parse("env://A"), Source::Reference(reference));
        assert_eq!(parse("wallet:My key"), Source::Wallet("My key".into()));
    }

    #[test]
    fn a_secret_is_refused_without_being_repeated() {
        for given in ["ghp_hunter2", "wallet:", "env://", "https://hunter2"] {
            let failure = Source::parse("--token-from", given).unwrap_err();
            assert_eq!(failure.code(), Code::UsageInvalid);
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
        for given in [
            "X-Key: hunter2",
            "X-Key=hunter2",
            "=env://A",
            "X-Key=wallet:hunter2",
        ] {
            let failure = parse_header(given, false).unwrap_err();
            assert!(!failure.hint().unwrap().contains("wallet"), "{given}");
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }

    #[test]
    fn an_option_that_takes_no_saved_credential_names_none() {
        for given in ["hunter2", "wallet:mine"] {
            let failure = Source::parse_unsaved("--from", given).unwrap_err();
            assert!(!failure.hint().unwrap().contains("wallet"), "{given}");
        }
    }

    #[test]
    fn a_saved_credential_in_the_place_of_a_value_is_told_from_a_secret() {
        let failure = parse_header("X-Key=wallet:mine", true).unwrap_err();
        assert_eq!(
            failure.message(),
            "--header: a saved credential can't be the value of one name"
        );
        let failure = parse_variable("KEY=wallet:mine").unwrap_err();
        assert!(!failure.hint().unwrap().contains("wallet"));
    }

    #[test]
    fn a_secret_variable_is_not_typed_on_the_command_line() {
        let failure = parse_variable("API_KEY=hunter2").unwrap_err();
        assert!(!format!("{failure:?}").contains("hunter2"));
        assert_eq!(parse_variable("API_KEY").unwrap().1, Source::Input);
    }

    #[test]
    fn a_field_comes_with_its_source() {
        assert_eq!(parse_field("/a/b=-").unwrap(), ("/a/b", Source::Input));
        for given in ["hunter2", "token=hunter2"] {
            let failure = parse_field(given).unwrap_err();
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_secret_of_several_lines_ends_with_what_it_began() {
        for unfinished in ["{", "{\n\"a\": 1", "-----BEGIN KEY-----\nAAAA"] {
            assert!(goes_on(unfinished), "{unfinished}");
        }
        let key = "-----BEGIN KEY-----\nAAAA\n-----END KEY-----";
        let on_one_line = key.replace('\n', "\\n");
        for whole in ["hunter2", "{hunter2", "{\n\"a\": 1\n}", key, &on_one_line] {
            assert!(!goes_on(whole), "{whole}");
        }
    }

    #[test]
    fn headers_come_from_input_unless_a_reference_is_named() {
        assert_eq!(
            parse_header("X-Key", true).unwrap(),
            ("X-Key".into(), Source::Input)
        );
        let reference = Source::Reference(SecretReference::parse("env://A").unwrap());
        assert_eq!(
            parse_header("X-Key=env://A", true).unwrap(),
            ("X-Key".into(), reference)
        );
    }
}
