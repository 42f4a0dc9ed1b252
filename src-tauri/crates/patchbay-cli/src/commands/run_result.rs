//! The result of a finished run.

use patchbay_model::{
    Code, Connector, Problem, RunId, RunState, ToolResult, ToolRun, inert_json_pretty,
};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::{Screen, content, text, when};

/// Prints the result of a run.
///
/// # Errors
/// The problem of the run, if it failed.
pub(super) fn finish(cli: &Cli, run: &ToolRun, connector: &Connector) -> Result<(), Failure> {
    cli.stderr.clear();
    cli.out.answer(run, |screen| {
        let result = run.result.as_ref();
        result
            .map(|result| result_text(result, Some(&run.summary.id), screen))
            .unwrap_or_default()
    })?;
    let summary = &run.summary;
    match (&summary.problem, summary.state) {
        (None, RunState::Done) => {
            let took = summary.duration_ms.map(when::duration).unwrap_or_default();
            cli.say(format!("Done in {took} (run {})", summary.id));
            Ok(())
        }
        (None, _) => Err(Failure::cancelled()),
        (Some(problem), _) => Err(failure_of(problem, &summary.tool, connector)),
    }
}

/// The failure of a run. An error from the tool or its server may be caused by the arguments.
fn failure_of(problem: &Problem, tool: &str, connector: &Connector) -> Failure {
    let failure = Failure::from(problem.clone()).of(connector);
    match failure.code() {
        Code::ToolFailed | Code::McpServerError if failure.hint().is_none() => {
            let [name, tool] = [&connector.name, tool].map(text::quote);
            failure.with_hint(format!(
                "To see its arguments, run `patchbay tool show {name} {tool}`."
            ))
        }
        _ => failure,
    }
}

/// Renders a result: text as it is, and a description of anything else, with the command that saves a file of the run
/// that is given.
pub(super) fn result_text(result: &ToolResult, run: Option<&RunId>, screen: Screen) -> String {
    if result.content.is_empty() {
        let structured = result.structured.as_ref();
        return structured
            .map(inert_json_pretty)
            .map(|json| make_inert(&json, screen))
            .unwrap_or_default();
    }
    let to_save = run.map(|run| format!("to save it, run `patchbay run save {run}`"));
    result
        .content
        .iter()
        .map(|part| make_inert(&content::as_text(part, to_save.as_deref()), screen))
        .collect()
}

/// Sanitizes text for a terminal; text for a file or a program is unchanged.
fn make_inert(text: &str, screen: Screen) -> String {
    let mut text = if screen.is_terminal {
        text::lines(text)
    } else {
        text.to_owned()
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use patchbay_model::Content;

    use super::*;

    fn text_of(text: &str, is_terminal: bool) -> String {
        let content = vec![Content::text(text)];
        // Also one that says that it is no column wide.
        let screen = Screen {
            is_terminal,
            ..Screen::PLAIN
        };
        result_text(
            &ToolResult {
                content,
                ..ToolResult::default()
            },
            None,
            screen,
        )
    }

    #[test]
    fn texts_stay_as_they_are_unless_a_terminal_shows_them() {
        assert_eq!(text_of("a\u{1b}[2J\u{202e}", false), "a\u{1b}[2J\u{202e}\n");
        assert_eq!(text_of("a\u{1b}[2J\u{202e}", true), "a�[2J<U+202E>\n");
    }
}
