//! Naming, annotating and pinning a run.

use patchbay_model::{RunId, RunLabel, RunState, ToolRunSummary, clean_block, clean_text};

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::redact::KnownSecrets;
use crate::runs::export::secrets_of;
use crate::runs::{find_run, not_found};

/// Maximum characters of a name and of a note.
const MAX_NAME: usize = 100;
const MAX_NOTE: usize = 4000;

/// Replaces the label of a run, with secrets of its connector redacted.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a running run and for a note that is too long; the vault's while it is
/// locked and a new text may contain a secret.
pub async fn label_run(cx: &Context, id: &RunId, label: RunLabel) -> Result<ToolRunSummary, Error> {
    let run = find_run(cx, id).await?.summary;
    if run.state == RunState::Running {
        return Err(still_running_error());
    }
    let has_new_text = (&label.name, &label.note) != (&run.label.name, &run.label.note);
    let secrets = match cx.store().find_connector(&run.connector).await? {
        Some(connector) if has_new_text => secrets_of(cx, &connector).await?,
        _ => KnownSecrets::default(),
    };
    let label = clean_label(label, &secrets)?;
    let labelled = cx.store().label_run(id, label).await?;
    let labelled = labelled.ok_or_else(|| not_found(id))?;
    cx.emit(Event::RunChanged {
        run: Box::new(labelled.clone()),
    });
    Ok(labelled)
}

fn still_running_error() -> Error {
    Error::usage(
        "this run is still running",
        "Name, note or pin it when it finishes.",
    )
}

fn clean_label(label: RunLabel, secrets: &KnownSecrets) -> Result<RunLabel, Error> {
    let name = label
        .name
        .map(|name| clean_text(&secrets.redact_text(name), MAX_NAME));
    let note = label
        .note
        .map(|note| clean_block(&secrets.redact_text(note)).trim().to_owned());
    if note.as_ref().map(|note| note.chars().count()) > Some(MAX_NOTE) {
        return Err(Error::usage(
            format!("a note has at most {MAX_NOTE} characters"),
            "Shorten it.",
        ));
    }
    Ok(RunLabel {
        name: name.filter(|name| !name.is_empty()),
        note: note.filter(|note| !note.is_empty()),
        pinned: label.pinned,
    })
}

#[cfg(test)]
mod tests {
    use patchbay_model::Secret;

    use super::*;

    #[test]
    fn labels_are_cleaned_and_redacted() {
        let secrets = KnownSecrets::new([Secret::new("tok-123456")]);
        let label = |name: &str, note: &str| RunLabel {
            name: Some(name.to_owned()),
            note: Some(note.to_owned()),
            pinned: true,
        };
        let cleaned = clean_label(
            label(" two\nlines ", "with tok-123456\r\n\u{1b}[2Jnext\n"),
            &secrets,
        );
        assert_eq!(
            cleaned.unwrap(),
            label("two lines", "with <redacted>\n[2Jnext")
        );
        let nothing = clean_label(label(" ", "\n"), &secrets).unwrap();
        assert_eq!((nothing.name, nothing.note), (None, None));
        let long = clean_label(label("x", &"x".repeat(MAX_NOTE + 1)), &secrets);
        assert!(matches!(long, Err(Error::Usage { .. })), "{long:?}");
    }
}
