//! The result of a finished run.

use patchbay_model::{
    Code, Connector, Content, Problem, Reply, RunId, RunQuestion, RunState, ToolResult, ToolRun,
    inert_json_pretty,
};
use patchbay_ops::abilities;

use crate::cli::Cli;
use crate::command_hint::{quoted_name, tool_command};
use crate::failure::Failure;
use crate::output::{Screen, content, text, when};
use crate::prompt;

/// Prints the result of a run; its connector may have been removed.
///
/// # Errors
/// The problem of the run, if it failed.
pub(super) fn finish(
    cli: &Cli,
    run: &ToolRun,
    connector: Option<&Connector>,
) -> Result<(), Failure> {
    cli.stderr.clear();
    cli.out.answer(run, |screen| {
        let result = run.result.as_ref();
        result
            .map(|result| result_text(result, kept_id(run), screen))
            .unwrap_or_default()
    })?;
    let is_not_shown = |asked: &RunQuestion| asked.reply == Reply::NotShown;
    if !cli.is_interactive() && run.questions.iter().any(is_not_shown) {
        cli.say("The server asked something, and nobody could answer. To be asked, run it in a terminal.");
    }
    check(run, connector)?;
    let summary = &run.summary;
    let took = summary.duration_ms.map(when::duration).unwrap_or_default();
    cli.say(format!("Done in {took} (run {})", summary.id));
    Ok(())
}

/// The id of a run whose result is kept.
pub(super) fn kept_id(run: &ToolRun) -> Option<&RunId> {
    let summary = &run.summary;
    summary.capture.is_full().then_some(&summary.id)
}

/// Fails if the run failed or was cancelled.
pub(super) fn check(run: &ToolRun, connector: Option<&Connector>) -> Result<(), Failure> {
    let summary = &run.summary;
    match (&summary.problem, summary.state, connector) {
        (None, RunState::Done, _) => Ok(()),
        (None, _, _) => Err(Failure::cancelled()),
        (Some(problem), _, Some(connector)) => Err(failure_of(problem, run, connector)),
        (Some(problem), _, None) => Err(problem.clone().into()),
    }
}

/// The failure of a run. An error from the tool or its server may be caused by the arguments.
fn failure_of(problem: &Problem, run: &ToolRun, connector: &Connector) -> Failure {
    let failure = Failure::from(problem.clone()).of(connector);
    let tool = &run.summary.tool;
    let name = quoted_name(connector);
    match failure.code() {
        Code::ToolNotFound => {
            let hint = failure.hint().unwrap_or_default().to_owned();
            failure.with_hint(missing_tool_hint(hint, connector))
        }
        Code::ToolFailed if run.result.as_ref().is_some_and(|it| says_unknown(it, tool)) => {
            let hint = format!("Run `patchbay tool list {name} --refresh`.");
            failure.with_hint(missing_tool_hint(hint, connector))
        }
        Code::ToolFailed | Code::McpServerError if failure.hint().is_none() => {
            let show = tool_command("show", connector, tool);
            failure.with_hint(format!("To see its arguments, run `patchbay {show}`."))
        }
        _ => failure,
    }
}

/// Adds to a hint about a tool that a server doesn't have why it may be missing: some servers offer a tool only to
/// those who can answer what it asks.
pub(super) fn missing_tool_hint(hint: String, connector: &Connector) -> String {
    match abilities(connector).configured_here && !prompt::is_interactive() {
        true => format!(
            "{hint} A tool that asks questions may be offered only on a terminal, without --no-input."
        ),
        false => hint,
    }
}

/// Whether a server says in the result that it doesn't have the tool, as those of the official libraries do.
fn says_unknown(result: &ToolResult, tool: &str) -> bool {
    let known = ["tool {} not found", "unknown tool: {}"];
    let known = known.map(|words| words.replace("{}", &tool.to_lowercase()));
    let says_so = |text: &str| {
        let text = text.to_lowercase().replace(['\'', '"'], "");
        known.iter().any(|known| text.contains(known))
    };
    let mut content = result.content.iter();
    content.any(|part| matches!(part, Content::Text { text, .. } if says_so(text)))
}

/// Renders a result: text as it is, and a description of anything else, with the command that saves a file of the run
/// that is given; then what is structured, unless the texts say it.
pub(super) fn result_text(result: &ToolResult, run: Option<&RunId>, screen: Screen) -> String {
    if result.content.is_empty() {
        let structured = result.structured.as_ref();
        return structured
            .map(inert_json_pretty)
            .map(|json| make_inert(&json, screen))
            .unwrap_or_default();
    }
    let text_of = |(index, part): (usize, &Content)| {
        let part_option = match result.content.len() {
            1 => String::new(),
            _ => format!(" --part {}", index + 1),
        };
        let to_save =
            run.map(|run| format!("to save it, run `patchbay run save {run}{part_option}`"));
        make_inert(&content::as_text(part, to_save.as_deref()), screen)
    };
    let structured = result.unrepeated_structured().map(inert_json_pretty);
    let structured = structured.map(|json| make_inert(&json, screen));
    let parts = result.content.iter().enumerate().map(text_of);
    parts.chain(structured).collect()
}

/// Sanitizes text for a terminal; text for a file or a program is unchanged.
pub(super) fn make_inert(text: &str, screen: Screen) -> String {
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
    use patchbay_model::Json;
    use serde_json::json;

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
    fn each_of_several_files_is_saved_by_its_number() {
        let image = || Content::Image {
            data: String::new(),
            mime_type: "image/png".to_owned(),
            annotations: None,
        };
        let shown = |content| {
            let result = ToolResult {
                content,
                ..ToolResult::default()
            };
            result_text(&result, Some(&RunId::new("run_1")), Screen::PLAIN)
        };
        assert!(shown(vec![image()]).contains("`patchbay run save run_1`"));
        let both = shown(vec![Content::text("Two"), image()]);
        assert!(
            both.contains("`patchbay run save run_1 --part 2`"),
            "{both}"
        );
    }

    #[test]
    fn a_result_that_says_that_there_is_no_such_tool_is_detected() {
        let says = |text: &str| {
            let content = vec![Content::text(text)];
            says_unknown(
                &ToolResult {
                    content,
                    ..ToolResult::default()
                },
                "Ask",
            )
        };
        assert!(says("MCP error -32602: Tool Ask not found"));
        assert!(says("Unknown tool: 'Ask'"));
        assert!(!says("Tool other not found"));
        assert!(!says("note Ask not found"));
    }

    #[test]
    fn what_is_structured_is_shown_unless_the_texts_repeat_it() {
        let shown = |text: &str| {
            let result = ToolResult {
                content: vec![Content::text(text)],
                structured: Some(Json(json!({ "rows": 2 }))),
                ..ToolResult::default()
            };
            result_text(&result, None, Screen::PLAIN)
        };
        assert_eq!(shown("short"), "short\n{\n  \"rows\": 2\n}\n");
        assert_eq!(shown(r#"{"rows":2}"#), "{\"rows\":2}\n");
    }

    #[test]
    fn texts_stay_as_they_are_unless_a_terminal_shows_them() {
        assert_eq!(text_of("a\u{1b}[2J\u{202e}", false), "a\u{1b}[2J\u{202e}\n");
        assert_eq!(text_of("a\u{1b}[2J\u{202e}", true), "a�[2J<U+202E>\n");
    }
}
