//! Runs as CSV.
//!
//! Source: RFC 4180; cells that spreadsheets would run as formulas are neutralized.

use patchbay_model::{ToolResult, inert_block};
use serde::Deserialize as _;
use serde_json::Value;

/// The columns with their JSON pointers into a run.
const COLUMNS: [(&str, &str); 17] = [
    ("id", "/id"),
    ("started_at", "/startedAt"),
    ("connector_id", "/connector"),
    ("connector", "/connectorTitle"),
    ("tool", "/tool"),
    ("state", "/state"),
    ("duration_ms", "/durationMs"),
    ("result_bytes", "/resultBytes"),
    ("account", "/identity/account"),
    ("credential", "/identity/credential"),
    ("level", "/identity/level"),
    ("origin", "/origin/kind"),
    ("client", "/origin/name"),
    ("problem_code", "/problem/code"),
    ("problem", "/problem/message"),
    ("replay_of", "/replayOf"),
    ("arguments", "/arguments"),
];

/// The last column: the result as text, and as JSON where the text doesn't say it.
const RESULT: &str = "result";

pub(super) fn header() -> String {
    let names = COLUMNS.iter().map(|(name, _)| *name).chain([RESULT]);
    line(names.map(str::to_owned))
}

pub(super) fn row(run: &Value) -> String {
    let cells = COLUMNS
        .iter()
        .map(|(_, pointer)| text(run.pointer(pointer)));
    line(cells.chain([result(run)]))
}

fn result(run: &Value) -> String {
    let texts = run.pointer("/result/content").and_then(Value::as_array);
    let texts: Vec<&str> = texts
        .into_iter()
        .flatten()
        .filter_map(|part| part.get("text")?.as_str())
        .collect();
    if texts.is_empty() {
        return text(run.pointer("/result/structured"));
    }
    let result = run.get("result");
    let result = result.and_then(|result| ToolResult::deserialize(result).ok());
    let structured = result.as_ref().and_then(ToolResult::unrepeated_structured);
    match structured {
        Some(structured) => texts.join("\n") + "\n" + &text(Some(structured)),
        None => texts.join("\n"),
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quote(&cell)).collect();
    cells.join(",") + "\r\n"
}

/// Quotes a cell where needed. Results may contain text of strangers: control characters are made visible, and what a
/// spreadsheet would take for a formula, including full-width characters, is prefixed with an apostrophe.
fn quote(cell: &str) -> String {
    let cell = inert_block(cell);
    let is_number = cell.parse::<f64>().is_ok();
    const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let formula = cell.starts_with(FORMULA) && !is_number;
    let apostrophe = if formula { "'" } else { "" };
    if formula || cell.contains([',', '"', '\n', '\r']) {
        format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_column_has_a_cell_in_its_row() {
        let run = json!({
            "id": "run_1", "tool": "echo", "state": "done", "durationMs": 12,
            "identity": { "account": "This computer", "credential": null },
            "origin": { "kind": "client", "name": "Claude, the desktop" },
            "arguments": { "message": "a \"b\"" },
            "result": { "content": [
                { "kind": "text", "text": "one" },
                { "kind": "image", "data": "AAAA", "mimeType": "image/png" },
                { "kind": "text", "text": "two" },
            ], "structured": { "more": "three" }, "isError": false },
        });
        assert_eq!(header().split(',').count(), 18);
        assert_eq!(
            row(&run),
            "run_1,,,,echo,done,12,,This computer,,,client,\"Claude, the desktop\",,,,\
             \"{\"\"message\"\":\"\"a \\\"\"b\\\"\"\"\"}\",\"one\ntwo\n\
             {\"\"more\"\":\"\"three\"\"}\"\r\n"
        );
    }

    #[test]
    fn a_structured_result_that_the_text_repeats_is_exported_once() {
        let run = |text: &str| {
            json!({ "result": {
                "content": [{ "kind": "text", "text": text }],
                "structured": { "rows": 2 }, "isError": false,
            } })
        };
        assert_eq!(result(&run("{ \"rows\": 2 }")), "{ \"rows\": 2 }");
        assert_eq!(result(&run("short")), "short\n{\"rows\":2}");
    }

    #[test]
    fn formulas_and_control_characters_are_neutralized() {
        for (cell, shown) in [
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("＝1+1", "\"'＝1+1\""),
            ("-5", "-5"),
            ("-5+cmd", "\"'-5+cmd\""),
            ("plain", "plain"),
            (
                "\u{1b}[2J\u{9b}2J\u{202e}x",
                "\u{fffd}[2J\u{fffd}2J<U+202E>x",
            ),
        ] {
            assert_eq!(quote(cell), shown);
        }
    }
}
