//! The web view of the system.
//!
//! On Linux and macOS it is a library that the app links. On Windows it is a separate program, which may be missing.

use patchbay_model::{Code, Problem};

/// Returns the problem if there is no web view.
pub(crate) fn missing() -> Option<Problem> {
    if cfg!(windows) {
        problem_of(tauri::webview_version())
    } else {
        None
    }
}

fn problem_of<E: std::fmt::Display>(version: Result<String, E>) -> Option<Problem> {
    let error = version.err()?;
    let problem = Problem::new(
        Code::NotFound,
        "Microsoft's WebView2 Runtime is missing on this computer",
    )
    .with_hint(
        "Install it from https://developer.microsoft.com/microsoft-edge/webview2, then start Patchbay again. The command line `patchbay` works without it.",
    );
    Some(problem.with_detail(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_view_that_is_there_is_no_problem() {
        assert_eq!(problem_of::<String>(Ok("120.0".to_owned())), None);
    }

    #[test]
    fn a_missing_web_view_is_a_problem_with_a_hint() {
        let problem = problem_of(Err("no such key")).unwrap();
        assert!(problem.message.contains("WebView2"));
        assert!(problem.hint.unwrap().contains("Install it from https://"));
        assert_eq!(problem.detail.as_deref(), Some("no such key"));
    }
}
