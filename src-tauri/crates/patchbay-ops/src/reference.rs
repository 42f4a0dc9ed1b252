//! References that stand where a secret would: `env://NAME`, `cmd://program argument …`, `op://…`.
//!
//! They are resolved at each use and never kept. One that stands for nothing stops whatever needs it.

use std::process::Stdio;
use std::time::Duration;

use patchbay_model::Secret;
use tokio::process::Command;

use crate::Error;

/// How long a program may take to hand out a secret; long enough for a person to touch a sensor.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether the text has the form of a reference.
pub fn is_reference(text: &str) -> bool {
    ["env://", "cmd://", "op://"]
        .iter()
        .any(|scheme| text.starts_with(scheme) && text.len() > scheme.len())
}

/// The secret for which the reference stands.
///
/// # Errors
/// [`Error::Reference`] when it stands for nothing, or for an empty text.
pub async fn resolve(reference: &str) -> Result<Secret, Error> {
    let found = match reference.split_once("://") {
        Some(("env", name)) => std::env::var(name).map_err(|_| format!("{name} is not set")),
        Some(("cmd", command)) => run(command.split_whitespace()).await,
        Some(("op", _)) => run(["op", "read", "--no-newline", reference]).await,
        _ => Err("references begin with env://, cmd:// or op://".to_owned()),
    };
    let text = found.and_then(|text| match text.trim_end_matches(['\r', '\n']) {
        "" => Err("it is empty".to_owned()),
        text => Ok(text.to_owned()),
    });
    text.map(Secret::new).map_err(|why| Error::Reference {
        reference: reference.to_owned(),
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

    #[test]
    fn only_known_forms_are_references() {
        assert!(is_reference("env://TOKEN"));
        assert!(!is_reference("env://"));
        assert!(!is_reference("https://example.com"));
    }
}
