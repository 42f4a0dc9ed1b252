//! References that stand where a secret would: `env://NAME`, `cmd://program argument …`, `op://…`.
//!
//! They are resolved at each use and never kept. One that stands for nothing stops whatever needs it.

use std::process::Stdio;
use std::time::Duration;

use patchbay_model::{ReferenceTarget, Secret, SecretReference, clean_text};
use tokio::process::Command;

use crate::Error;

/// How long a program may take to hand out a secret; long enough for a person to touch a sensor.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a person entered in the place of a reference.
///
/// # Errors
/// [`Error::Reference`] when it is none.
pub(crate) fn entered(text: &str) -> Result<SecretReference, Error> {
    SecretReference::parse(text).map_err(|error| Error::Reference {
        reference: clean_text(text, 200),
        why: error.to_string(),
    })
}

/// The secret for which the reference stands.
///
/// # Errors
/// [`Error::Reference`] when it stands for nothing, or for an empty text.
pub async fn resolve(reference: &SecretReference) -> Result<Secret, Error> {
    let found = match reference.target() {
        ReferenceTarget::Variable(name) => {
            std::env::var(name).map_err(|_| format!("{name} is not set"))
        }
        ReferenceTarget::Program(command) => run(command.split_whitespace()).await,
        ReferenceTarget::OnePassword(field) => run(["op", "read", "--no-newline", field]).await,
    };
    let text = found.and_then(|text| match text.trim_end_matches(['\r', '\n']) {
        "" => Err("it is empty".to_owned()),
        text => Ok(text.to_owned()),
    });
    text.map(Secret::new).map_err(|why| Error::Reference {
        reference: reference.to_string(),
        why,
    })
}

async fn run<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<String, String> {
    let mut words = words.into_iter();
    let program = words.next().ok_or("it names no program")?;
    let child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("{program} could not be started: {error}"))?;
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .map_err(|_| format!("{program} took longer than {} s", PATIENCE.as_secs()))?
        .map_err(|error| format!("{program} could not be read: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program} ended with {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{program} gave no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unset_variable_is_named() {
        let error = resolve("env://PATCHBAY_TEST_UNSET").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "could not resolve env://PATCHBAY_TEST_UNSET: PATCHBAY_TEST_UNSET is not set"
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_hands_out_a_secret_without_its_line_end() {
        let secret = resolve("cmd://echo s3cret").await.unwrap();
        assert_eq!(secret.expose(), "s3cret");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_that_fails_is_an_error() {
        assert!(resolve("cmd://false").await.is_err());
        assert!(resolve("cmd://true").await.is_err());
    }

    async fn resolve(text: &str) -> Result<Secret, Error> {
        super::resolve(&entered(text)?).await
    }
}
