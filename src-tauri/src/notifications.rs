//! Notifies of what needs the user while the window has no focus: by a system notification, on macOS by the Dock icon.

#[cfg_attr(target_os = "linux", path = "notifications/linux.rs")]
#[cfg_attr(target_os = "macos", path = "notifications/macos.rs")]
#[cfg_attr(windows, path = "notifications/windows.rs")]
mod system;

use std::collections::HashSet;

use patchbay_model::{Code, ConnectorId, QuestionId, inert_line, sentence};
use patchbay_ops::{Context, Event, Need, OpenQuestion, find_connector, list_questions};
use serde_json::Value;
use tauri::AppHandle;
use tokio::sync::broadcast::error::RecvError;

use crate::{settings_file, window};

const FILE: &str = "notifications.json";
const ON: &str = "on";

#[derive(Debug, PartialEq, Eq)]
struct Notice {
    title: String,
    words: String,
    /// The page that it opens; `None` for the current one.
    page: Option<String>,
}

/// Notifies for as long as the app runs.
pub(crate) fn watch(app: &AppHandle, cx: &Context) {
    let (app, cx) = (app.clone(), cx.clone());
    let mut events = cx.events();
    tauri::async_runtime::spawn(async move {
        let mut notified = HashSet::new();
        loop {
            match events.recv().await {
                Ok(Event::NeedArose { need }) => notify_need(&app, &cx, &need).await,
                Err(RecvError::Closed) => return,
                received if may_have_questions(&received) => {
                    notify_questions(&app, &cx, &mut notified).await;
                }
                _ => {}
            }
        }
    });
}

async fn notify_need(app: &AppHandle, cx: &Context, need: &Need) {
    if !is_muted(cx, need.connector.as_ref()).await {
        notify(app, about_need(need));
    }
}

/// Whether questions may have changed; that event may be among lost ones.
fn may_have_questions(received: &Result<Event, RecvError>) -> bool {
    matches!(
        received,
        Ok(Event::QuestionsChanged) | Err(RecvError::Lagged(_))
    )
}

async fn is_muted(cx: &Context, connector: Option<&ConnectorId>) -> bool {
    match connector {
        Some(id) => find_connector(cx, id).await.is_ok_and(|it| it.muted),
        None => false,
    }
}

/// Notifies of each question once.
async fn notify_questions(app: &AppHandle, cx: &Context, notified: &mut HashSet<QuestionId>) {
    let open = list_questions(cx);
    notified.retain(|id| open.iter().any(|one| one.id == *id));
    for question in open {
        if notified.insert(question.id.clone()) && !is_muted(cx, Some(&question.connector)).await {
            notify(app, about_question(&question));
        }
    }
}

fn notify(app: &AppHandle, notice: Notice) {
    if window::has_focus(app) || !is_on(app) {
        return;
    }
    let app = app.clone();
    // The system call blocks.
    std::thread::spawn(move || {
        if let Err(error) = system::show(&app, &notice) {
            tracing::info!(%error, "a notification could not be shown");
        }
    });
}

/// Opens the page of a notification.
#[cfg(not(target_os = "macos"))]
fn open_page(app: &AppHandle, page: Option<&str>) {
    match page {
        Some(page) => window::show_page(app, page),
        None => window::raise(app),
    }
}

/// The text contains names that servers and platforms chose, hence `inert_line`.
fn about_need(need: &Need) -> Notice {
    let code = need.code.unwrap_or(Code::Internal);
    let words = need.words.as_deref().map(inert_line);
    Notice {
        title: inert_line(&need.headline),
        words: words.map_or_else(String::new, |words| sentence(&words, code)),
        page: Some(window::page_of(need)),
    }
}

/// The question itself is shown in the window only, which marks it as the server's own words.
fn about_question(question: &OpenQuestion) -> Notice {
    Notice {
        title: format!(
            "The server {} asks you something",
            inert_line(&question.connector_title)
        ),
        words: format!(
            "{} waits for your answer",
            inert_line(question.during.name())
        ),
        page: None,
    }
}

/// Whether notifications are on, the default.
pub(crate) fn is_on(app: &AppHandle) -> bool {
    let saved = settings_file::read(app, FILE, ON).ok().flatten();
    saved.as_ref().and_then(Value::as_bool).unwrap_or(true)
}

pub(crate) fn set_enabled(app: &AppHandle, on: bool) -> tauri_plugin_store::Result<()> {
    settings_file::save(app, FILE, ON, on)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn questions_are_looked_for_after_lost_events() {
        assert!(may_have_questions(&Ok(Event::QuestionsChanged)));
        assert!(may_have_questions(&Err(RecvError::Lagged(1))));
        assert!(!may_have_questions(&Ok(Event::WalletChanged)));
    }

    #[test]
    fn the_notification_of_a_need_gives_its_reason_as_a_sentence() {
        let need = json!({
            "id": "sign_in:con_1", "kind": "sign_in", "connector": "con_1", "account": null, "entry": null,
            "title": "Files\u{202e}", "identity": null, "headline": "Files\u{202e} needs sign-in",
            "words": "connector Files\u{202e} needs a token", "code": "auth.needed", "since": null,
            "lapsesAt": null, "fix": "sign_in",
        });
        let need = serde_json::from_value(need).expect("it is a need");
        let expected = Notice {
            title: "Files<U+202E> needs sign-in".to_owned(),
            words: "Connector Files<U+202E> needs a token.".to_owned(),
            page: Some("#/connectors/con_1".to_owned()),
        };
        assert_eq!(about_need(&need), expected);
    }

    #[test]
    fn the_notification_of_a_question_leaves_out_its_text() {
        let question = json!({
            "id": "ask_1",
            "connector": "con_1",
            "connectorTitle": "Files\u{202e}",
            "during": { "kind": "run", "run": "run_1", "tool": "delete\nall" },
            "identity": {
                "account": "This computer", "platform": "local", "credential": null, "user": null,
                "level": null, "expiresAt": null,
            },
            "askedAt": "2026-10-21T07:27:30Z",
            "mayDeclineAll": false,
            "question": { "kind": "page", "message": "Go there", "url": "https://evil.example/", "host": "evil.example", "awaitsDone": false },
        });
        let question = serde_json::from_value(question).expect("it is a question");
        let expected = Notice {
            title: "The server Files<U+202E> asks you something".to_owned(),
            words: "delete all waits for your answer".to_owned(),
            page: None,
        };
        assert_eq!(about_question(&question), expected);
    }
}
