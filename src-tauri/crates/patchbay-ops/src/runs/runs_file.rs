//! Runs in an exported file.
//!
//! The file may be from somebody else or manipulated. So its runs are shown but not added to the history, and only
//! actions that need nothing but the file are possible.

use std::path::Path;

use patchbay_http::json;
use patchbay_http::strip_byte_order_mark;
use patchbay_http::text::{JSON_LIMITS, clean_lines};
use patchbay_model::{Origin, Problem, RunLabel, ToolRun, clean_text};
use serde::Serialize;
use specta::Type;

use crate::chosen_file::read_start;
use crate::error::Error;

const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Maximum number of runs in a file: all of them are in memory.
const MAX_RUNS: usize = 500;

/// Limits of one run: those of a tool's result, and some more for the rest of the run.
const OF_RUN: json::Limits = json::Limits {
    values: JSON_LIMITS.values + 100_000,
    depth: JSON_LIMITS.depth + 20,
    text: MAX_BYTES,
    items: None,
};

/// Maximum characters of a name or title.
const NAME_LIMIT: usize = 500;

/// Maximum characters of a note, message or detail.
const TEXT_LIMIT: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunsFile {
    /// File name without the folder.
    pub name: String,
    /// At least one, in the order of the file. Ids of runs and connectors are meaningless here.
    pub runs: Vec<ToolRun>,
}

/// Reads a file that was exported as JSON Lines, or a single run as JSON. Saves and sends nothing.
///
/// # Errors
/// [`Error::File`]; [`Error::Usage`] when the file contains no runs or exceeds a limit.
pub async fn read_runs_file(path: &Path) -> Result<RunsFile, Error> {
    let bytes = read_start(path, MAX_BYTES).await?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(RunsFile {
        name: clean_text(&name, NAME_LIMIT),
        runs: read_runs(&bytes)?,
    })
}

/// Returns why a file with so many runs and bytes can't be read again; `None` if it can.
pub(super) fn limit_note(runs: u32, bytes: usize) -> Option<String> {
    let limit = if runs as usize > MAX_RUNS {
        format!("{MAX_RUNS} runs")
    } else if bytes > MAX_BYTES {
        format!("{} MiB", MAX_BYTES / 1024 / 1024)
    } else {
        return None;
    };
    Some(format!("Patchbay can only open files of up to {limit}"))
}

fn read_runs(bytes: &[u8]) -> Result<Vec<ToolRun>, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(too_much(&format!("{} MiB", MAX_BYTES / 1024 / 1024)));
    }
    let bytes = strip_byte_order_mark(bytes);
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines.filter(|line| !line.trim_ascii().is_empty()).collect();
    let is_document = |line: &&[u8]| {
        let line = line.trim_ascii();
        line.starts_with(b"{") && line.ends_with(b"}")
    };
    if lines.is_empty() || !lines.iter().all(is_document) {
        // One document over several lines, or invalid.
        return Ok(vec![read_run(bytes)?]);
    }
    if lines.len() > MAX_RUNS {
        return Err(too_much(&format!("{MAX_RUNS} runs")));
    }
    lines.into_iter().map(read_run).collect()
}

fn read_run(text: &[u8]) -> Result<ToolRun, Error> {
    let document = match json::parse(text, OF_RUN) {
        Ok(document) => document,
        Err(json::Error::NotJson) => return Err(no_runs()),
        Err(json::Error::Exceeded(limit)) => return Err(too_much(&limit.to_string())),
    };
    let run = serde_json::from_value(document).map_err(|_| no_runs())?;
    Ok(inert(run))
}

/// Removes what could deceive the user: control characters in texts, hints, and references into the history.
fn inert(mut run: ToolRun) -> ToolRun {
    let summary = &mut run.summary;
    let mut names = vec![
        &mut summary.connector_title,
        &mut summary.tool,
        &mut summary.identity.account,
    ];
    names.extend(&mut summary.identity.credential);
    names.extend(&mut summary.identity.user);
    names.extend(&mut summary.arguments_line);
    names.extend(&mut run.credential);
    if let Origin::Client { name } = &mut summary.origin {
        names.push(name);
    }
    for name in names {
        *name = clean_text(name, NAME_LIMIT);
    }
    let label = std::mem::take(&mut summary.label);
    let text = |text: &String| clean_lines(text, TEXT_LIMIT);
    summary.label = RunLabel {
        name: label.name.map(|name| clean_text(&name, NAME_LIMIT)),
        note: label.note.as_ref().map(text),
        pinned: false,
    };
    let problem = summary.problem.take();
    summary.problem = problem.map(|problem| Problem {
        message: clean_text(&problem.message, TEXT_LIMIT),
        hint: None,
        detail: problem.detail.as_ref().map(text),
        request: problem.request.map(|it| clean_text(&it, NAME_LIMIT)),
        platform_code: problem.platform_code.map(|it| clean_text(&it, NAME_LIMIT)),
        request_id: problem.request_id.map(|it| clean_text(&it, NAME_LIMIT)),
        fields: Vec::new(),
        ..problem
    });
    for question in &mut run.questions {
        question.message = text(&question.message);
    }
    (run.replay_of, run.task) = (None, None);
    run
}

fn no_runs() -> Error {
    Error::usage(
        "that file holds no exported runs",
        "Choose a file that was exported as JSON Lines.",
    )
}

fn too_much(limit: &str) -> Error {
    Error::usage(
        format!("that file holds more than {limit}"),
        "Export fewer runs.",
    )
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, inert_json, inert_json_pretty};
    use serde_json::{Value, json};

    use super::*;

    fn run() -> Value {
        json!({
            "id": "run_1", "connector": "con_1", "connectorTitle": "Wiki", "tool": "search",
            "identity": {"platform": "local", "account": "This computer", "credential": null, "level": null, "expiresAt": null},
            "origin": {"kind": "window"}, "state": "done", "startedAt": "2026-11-26T02:00:00Z",
            "durationMs": 12, "resultBytes": 3, "problem": null, "arguments": {"q": "a"},
            "result": {"content": [{"kind": "text", "text": "\u{202e}b"}], "structured": null, "isError": false},
            "timings": null, "replayOf": "run_0",
        })
    }

    fn read(text: &str) -> Result<Vec<ToolRun>, Error> {
        read_runs(text.as_bytes())
    }

    #[test]
    fn one_document_and_lines_are_read() {
        let one = run();
        let lines = format!("{}\n{}\n\n", inert_json(&one), inert_json(&one));
        assert_eq!(read(&lines).unwrap().len(), 2);
        let pretty = read(&inert_json_pretty(&one)).unwrap();
        assert_eq!(pretty[0].summary.tool, "search");
        assert_eq!(pretty[0].arguments.0, json!({"q": "a"}));
        assert_eq!(pretty[0].replay_of, None);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_run() {
        let one = inert_json(&run());
        assert_eq!(read(&format!("\u{feff}{one}\n{one}\n")).unwrap().len(), 2);
        let pretty = inert_json_pretty(&run());
        assert_eq!(read(&format!("\u{feff}{pretty}")).unwrap().len(), 1);
    }

    #[test]
    fn the_largest_result_can_be_read_and_larger_files_are_named() {
        let mut large = run();
        large["result"]["structured"] = json!({"list": vec![0; JSON_LIMITS.values - 10]});
        assert_eq!(read(&inert_json(&large)).unwrap().len(), 1);
        assert_eq!(limit_note(500, MAX_BYTES), None);
        assert!(limit_note(501, 1).unwrap().contains("500 runs"));
        assert!(limit_note(1, MAX_BYTES + 1).unwrap().contains("64 MiB"));
    }

    #[test]
    fn what_could_be_taken_for_ours_is_left_out() {
        let mut forged = run();
        forged["connectorTitle"] = json!("Wiki\u{202e}\u{1b}[2J\nRun: other");
        forged["task"] = json!({"id": "t", "extension": true});
        forged["label"] = json!({"name": "x\u{202e}", "note": "a\nb\u{1b}", "pinned": true});
        let mut problem =
            Problem::new(Code::AuthNeeded, "sign in\u{202e}").with_hint("Run `evil`.");
        problem.detail = Some("said\u{1b}[1m".to_owned());
        forged["problem"] = json!(problem);
        let summary = {
            let run = read(&inert_json(&forged)).unwrap().remove(0);
            assert_eq!(run.task, None);
            run.summary
        };
        assert!(!summary.label.pinned);
        assert_eq!(summary.label.note.as_deref(), Some("a\nb"));
        let problem = summary.problem.unwrap();
        assert_eq!(problem.hint, None);
        let texts = [
            summary.connector_title,
            summary.label.name.unwrap(),
            problem.message,
            problem.detail.unwrap(),
        ];
        for text in texts {
            assert!(!text.contains(['\u{202e}', '\u{1b}', '\n']), "{text:?}");
        }
    }

    #[test]
    fn other_files_and_too_large_ones_are_refused() {
        for other in [
            "",
            "\n \n",
            "{}",
            "[]",
            "id,tool\n1,2\n",
            "{\"id\":1}",
            "\u{0}\u{1}",
        ] {
            let error = read(other).unwrap_err().to_string();
            assert!(error.contains("no exported runs"), "{other:?}: {error}");
        }
        let many = format!("{}\n", inert_json(&run())).repeat(MAX_RUNS + 1);
        assert!(read(&many).unwrap_err().to_string().contains("500 runs"));
        let mut deep = run();
        deep["arguments"] = json!("DEEP");
        let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let deep = inert_json(&deep).replace("\"DEEP\"", &nested);
        assert!(read(&deep).unwrap_err().to_string().contains("120 levels"));
    }

    #[tokio::test]
    async fn a_file_is_read_by_its_name() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("runs.jsonl");
        std::fs::write(&path, inert_json(&run())).unwrap();
        let read = read_runs_file(&path).await.unwrap();
        assert_eq!((read.name.as_str(), read.runs.len()), ("runs.jsonl", 1));
        for missing in [home.path().join("other"), home.path().to_owned()] {
            let error = read_runs_file(&missing).await.unwrap_err();
            assert!(matches!(error, Error::File { .. }), "{error}");
        }
    }
}
