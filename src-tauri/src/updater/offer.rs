//! Offers a newer version, at most once a day, while the window has focus and no tool runs.

use std::time::Duration;

use patchbay_model::Timestamp;
use patchbay_ops::{Clock as _, Context, SystemClock};
use rfd::{MessageButtons, MessageDialogResult, MessageLevel};
use serde_json::Value;
use tauri::AppHandle;

use super::{AvailableUpdate, check, check_nothing_is_lost, install, is_configured};
use crate::dialog::{Question, ask, fits, problem_text};
use crate::{settings_file, window};

/// How long after the start, and between attempts, it is decided whether to offer.
const CHECK_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// Time between offers, across restarts.
const OFFER_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

const FILE: &str = "updates.json";
/// The version that is not to be offered again.
const SKIPPED: &str = "skippedVersion";
/// When it was last checked for a newer version, in RFC 3339.
const OFFERED: &str = "offeredAt";

const INSTALL: &str = "Install and restart";
const SKIP: &str = "Skip this version";
const LATER: &str = "Later";

const MORE: &str = "Settings has more about it.";

/// Offers newer versions for as long as the app runs, if this build can update itself.
pub(crate) fn offer_updates(app: &AppHandle, cx: &Context) {
    if !is_configured() {
        return;
    }
    let (app, cx) = (app.clone(), cx.clone());
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(CHECK_INTERVAL).await;
            let due = is_due(SystemClock.now(), read_state(&app, OFFERED));
            if due && window::has_focus(&app) && check_nothing_is_lost(&cx).await.is_ok() {
                // Saved before the question, which counts even if the app quits during it.
                save_state(&app, OFFERED, SystemClock.now().to_string());
                offer(&app, &cx).await;
                // In case the time could not be saved.
                tokio::time::sleep(OFFER_INTERVAL).await;
            }
        }
    });
}

async fn offer(app: &AppHandle, cx: &Context) {
    let found = match check(app).await {
        Ok(Some(found)) if is_offered(&found, read_state(app, SKIPPED).as_ref()) => found,
        Ok(_) => return,
        // Only a check that the user starts shows why it fails.
        Err(problem) => return tracing::info!(code = problem.code.as_str(), "no word of updates"),
    };
    let question = Question {
        level: MessageLevel::Info,
        title: "A new version of Patchbay is available",
        text: words(&found),
        // Closing the dialog counts as the last.
        buttons: MessageButtons::YesNoCancelCustom(INSTALL.into(), SKIP.into(), LATER.into()),
    };
    match choice(ask(app, question).await) {
        Choice::Install => {
            if let Err(problem) = install(app, cx, &found.version).await {
                let failed = Question {
                    level: MessageLevel::Error,
                    title: "The update isn't installed",
                    text: problem_text(&problem),
                    buttons: MessageButtons::Ok,
                };
                ask(app, failed).await;
            }
        }
        Choice::Skip => save_state(app, SKIPPED, found.version),
        Choice::Later => {}
    }
}

/// The user's answer to an offer.
#[derive(Debug, PartialEq, Eq)]
enum Choice {
    Install,
    Skip,
    Later,
}

/// Maps the pressed button: Windows and macOS report its label, GTK its position.
fn choice(pressed: Option<MessageDialogResult>) -> Choice {
    match pressed {
        Some(MessageDialogResult::Yes) => Choice::Install,
        Some(MessageDialogResult::No) => Choice::Skip,
        Some(MessageDialogResult::Custom(words)) if words == INSTALL => Choice::Install,
        Some(MessageDialogResult::Custom(words)) if words == SKIP => Choice::Skip,
        _ => Choice::Later,
    }
}

/// The version, and as many lines of its notes as a dialog can show.
fn words(found: &AvailableUpdate) -> String {
    let version = format!("Patchbay {}", found.version);
    let whole = match found.notes.as_deref().map(str::trim) {
        None | Some("") => return version,
        Some(notes) => format!("{version}\n\n{notes}"),
    };
    if fits(&whole) {
        return whole;
    }
    let ends = whole.match_indices('\n').map(|(end, _)| &whole[..end]);
    let mut shorter = ends
        .rev()
        .map(|start| format!("{}\n\n{MORE}", start.trim_end()));
    shorter.find(|text| fits(text)).unwrap_or(version)
}

fn is_offered(found: &AvailableUpdate, skipped: Option<&Value>) -> bool {
    skipped.and_then(Value::as_str) != Some(&found.version)
}

/// Whether a day has passed since the last offer. A time in the future is ignored: the clock was wrong then.
fn is_due(now: Timestamp, offered: Option<Value>) -> bool {
    let offered = offered.and_then(|at| Timestamp::parse(at.as_str()?));
    let Some(offered) = offered else {
        return true;
    };
    let passed = now.instant() - offered.instant();
    passed.is_negative() || passed >= OFFER_INTERVAL
}

fn read_state(app: &AppHandle, name: &str) -> Option<Value> {
    settings_file::read(app, FILE, name).ok()?
}

/// Saves a value; if that fails, the version is offered again.
fn save_state(app: &AppHandle, name: &str, value: impl Into<Value>) {
    if let Err(error) = settings_file::save(app, FILE, name, value) {
        tracing::warn!(%error, name, "the state of update offers could not be saved");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(notes: Option<&str>) -> AvailableUpdate {
        AvailableUpdate {
            version: "1.2.0".to_owned(),
            notes: notes.map(str::to_owned),
        }
    }

    #[test]
    fn a_version_that_was_skipped_is_not_offered_and_the_next_is() {
        let offered = |skipped: Option<Value>| is_offered(&found(None), skipped.as_ref());
        assert!(offered(None));
        assert!(offered(Some(json!("1.1.0"))));
        assert!(offered(Some(json!({ "version": "1.2.0" }))));
        assert!(!offered(Some(json!("1.2.0"))));
    }

    #[test]
    fn a_newer_version_is_offered_once_a_day_also_after_a_restart() {
        let now = Timestamp::parse("2026-11-23T01:00:00Z").unwrap();
        let due = |offered: &str| is_due(now, Some(json!(offered)));
        assert!(is_due(now, None));
        assert!(is_due(now, Some(json!(1))) && due("yesterday"));
        assert!(!due("2026-11-23T01:00:00Z"));
        assert!(!due("2026-11-22T01:00:01Z"));
        assert!(due("2026-11-22T01:00:00Z"));
        // Kept while the clock was ahead.
        assert!(due("2026-11-23T01:00:01Z"));
        assert!(!is_due(now, Some(json!(now.to_string()))));
    }

    #[test]
    fn a_button_means_the_same_on_every_system() {
        use MessageDialogResult::{Cancel, Custom, No, Yes};
        let words = |words: &str| Some(Custom(words.to_owned()));
        assert_eq!(choice(Some(Yes)), Choice::Install);
        assert_eq!(choice(words(INSTALL)), Choice::Install);
        assert_eq!(choice(Some(No)), Choice::Skip);
        assert_eq!(choice(words(SKIP)), Choice::Skip);
        for later in [Some(Cancel), words(LATER), None] {
            assert_eq!(choice(later), Choice::Later);
        }
    }

    #[test]
    fn the_offer_shows_the_notes_where_there_are_any() {
        assert_eq!(words(&found(Some(" \n"))), "Patchbay 1.2.0");
        let noted = words(&found(Some("Faster lists")));
        assert_eq!(noted, "Patchbay 1.2.0\n\nFaster lists");
    }

    #[test]
    fn an_offer_with_many_notes_leaves_room_for_its_buttons() {
        let lines = "- something is faster\n".repeat(100);
        let offered = words(&found(Some(&lines)));
        assert!(fits(&offered), "{offered}");
        assert!(offered.starts_with("Patchbay 1.2.0\n\n- something is faster\n- something"));
        assert!(offered.ends_with("is faster\n\nSettings has more about it."));
        let one_line = words(&found(Some(&"x".repeat(4_000))));
        assert_eq!(one_line, "Patchbay 1.2.0\n\nSettings has more about it.");
    }
}
