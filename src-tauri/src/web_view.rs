//! The web view of the system, which shows the window.
//!
//! Linux and macOS have it as a part that the app cannot start without. Windows has it as a program of
//! its own, which somebody may have removed.

use patchbay_model::{Code, Problem};

/// What to say when there is none; nothing where there is one.
pub(crate) fn missing() -> Option<Problem> {
    if cfg!(windows) {
        problem_of(tauri::webview_version())
    } else {
        None
    }
}

fn problem_of<E: std::fmt::Display>(version: Result<String, E>) -> Option<Problem> {
    let error = version.err()?;
    let mut problem = Problem::new(
        Code::NotFound,
        "Microsoft's WebView2 Runtime is missing on this computer",
    )
    .with_hint(
        "Install it from https://developer.microsoft.com/microsoft-edge/webview2, then start Patchbay again. The command line `patchbay` works without it.",
    );
    problem.detail = Some(error.to_string());
    Some(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_view_that_is_there_is_no_problem() {
        assert_eq!(problem_of::<String>(Ok("120.0".to_owned())), None);
    }

    #[test]
    fn a_missing_web_view_is_said_with_what_to_do() {
        let problem = problem_of(Err("no such key")).unwrap();
        assert!(problem.message.contains("WebView2"));
        assert!(problem.hint.unwrap().contains("Install it from https://"));
        assert_eq!(problem.detail.as_deref(), Some("no such key"));
    }
}
