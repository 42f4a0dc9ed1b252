//! The options `--fill` and `--fill-secret`, and asking for what they leave open.

use std::collections::BTreeMap;

use patchbay_model::Secret;
use patchbay_ops::SecretValue;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::text;
use crate::prompt;
use crate::secret_source::Source;

/// Asks for a value, without showing it if it is secret; `None` if it is empty or nobody can be asked.
pub(super) fn ask_for(
    name: &str,
    options: &[String],
    is_secret: bool,
) -> Result<Option<Secret>, Failure> {
    if !prompt::is_interactive() {
        return Ok(None);
    }
    let what = match options {
        [] => name.to_owned(),
        options => format!("{name} ({})", options.join(", ")),
    };
    let given = match is_secret {
        true => Some(prompt::secret(&what)?),
        false => prompt::line(&format!("{what}: "))?.map(Secret::new),
    };
    Ok(given.filter(|value| !value.expose().is_empty()))
}

/// The option that gives the value.
pub(super) fn fill_option(name: &str, is_secret: bool) -> String {
    match is_secret {
        true => format!("--fill-secret {}", text::quote(name)),
        false => format!("--fill {}", text::quote(&format!("{name}=TEXT"))),
    }
}

/// Parses `--fill NAME=TEXT`.
pub(super) fn parse_fill(pairs: &[String]) -> Result<impl Iterator<Item = (&str, &str)>, Failure> {
    let pairs = pairs.iter().map(|pair| {
        pair.split_once('=').ok_or_else(|| {
            Failure::usage("--fill needs a name and a text", "Use --fill NAME=TEXT.")
        })
    });
    let pairs: Result<Vec<_>, Failure> = pairs.collect();
    Ok(pairs?.into_iter())
}

/// Reads the secrets of `--fill-secret`, by name.
pub(super) async fn read_fill_secrets(
    cli: &Cli,
    given: &[String],
) -> Result<BTreeMap<String, SecretValue>, Failure> {
    let mut filled = BTreeMap::new();
    for given in given {
        let (name, from) = given.split_once('=').unwrap_or((given, "-"));
        let source = Source::parse_unsaved("--fill-secret", from)?;
        let value = cli.reference_or_secret(&source, name).await?;
        filled.insert(name.to_owned(), value);
    }
    Ok(filled)
}
