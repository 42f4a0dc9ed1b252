use patchbay_model::{Code, Content, Problem, RunState, ToolResult};
use serde_json::{Value, json};

use super::*;
use crate::testing::finished_run;

fn run(id: &str, structured: Value) -> ToolRun {
    let mut run = finished_run();
    run.summary.id = RunId::new(id);
    run.result = Some(ToolResult {
        content: vec![Content::text(structured.to_string())],
        structured: Some(Json(structured)),
        is_error: false,
    });
    run
}

fn compared(before: Value, after: Value, ignored: &[&str]) -> RunComparison {
    let ignored = ignored.iter().map(|path| (*path).to_owned()).collect();
    compare(&run("run_1", before), &run("run_2", after), ignored)
}

/// The differences as `sign pointer`.
fn signs(comparison: &RunComparison) -> Vec<String> {
    let differences = comparison.differences.iter();
    differences
        .map(|one| {
            let sign = match one.change {
                RunChange::Added => '+',
                RunChange::Removed => '-',
                RunChange::Changed => '~',
            };
            format!("{sign} {}", one.pointer)
        })
        .collect()
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let same = compared(
        json!({ "a": [1, { "b": null }] }),
        json!({ "a": [1, { "b": null }] }),
        &[],
    );
    assert_eq!(signs(&same), [""; 0]);
    assert!(same.texts.iter().all(|text| text.lines.is_empty()));
}

#[test]
fn texts_beside_the_same_structured_result_differ() {
    let of = |id: &str, text: &str| {
        let mut run = run(id, json!({ "ok": true }));
        if let Some(result) = &mut run.result {
            result.content = vec![Content::text(text)];
        }
        run
    };
    let (before, after) = (of("run_1", "Deleted 3 files"), of("run_2", "Deleted none"));
    let differences = signs(&compare(&before, &after, Vec::new()));
    assert_eq!(differences, ["~ /outcome/result/content/0"]);
}

#[test]
fn what_was_kept_of_one_run_alone_is_no_difference() {
    let whole = run("run_1", json!({ "a": 1, "b": [2] }));
    for level in [CaptureLevel::Redacted, CaptureLevel::Metadata] {
        let mut part = filter_to(&run("run_2", json!({ "a": 3, "b": [4] })), level);
        part.summary.capture = level;
        for comparison in [
            compare(&whole, &part, Vec::new()),
            compare(&part, &whole, Vec::new()),
        ] {
            assert_eq!(signs(&comparison), [""; 0], "{level:?}");
            assert!(comparison.texts.iter().all(|text| text.lines.is_empty()));
        }
    }
    let mut other = filter_to(
        &run("run_2", json!({ "a": 1, "c": 2 })),
        CaptureLevel::Redacted,
    );
    other.summary.capture = CaptureLevel::Redacted;
    let mut found = signs(&compare(&whole, &other, Vec::new()));
    found.sort();
    assert_eq!(found, ["+ /outcome/result/c", "- /outcome/result/b"]);
}

#[test]
fn added_removed_and_changed_members_are_found_and_null_is_a_value() {
    let comparison = compared(
        json!({ "state": "open", "gone": null, "same": 1 }),
        json!({ "state": "closed", "new": null, "same": 1 }),
        &[],
    );
    let mut found = signs(&comparison);
    found.sort();
    assert_eq!(
        found,
        [
            "+ /outcome/result/new",
            "- /outcome/result/gone",
            "~ /outcome/result/state"
        ]
    );
}

#[test]
fn items_are_matched_by_name() {
    let item = |id: u32, state: &str| json!({ "id": id, "state": state });
    let comparison = compared(
        json!([item(1, "open"), item(2, "open"), item(3, "open")]),
        json!([
            item(9, "open"),
            item(1, "open"),
            item(3, "closed"),
            item(4, "new")
        ]),
        &[],
    );
    assert_eq!(
        signs(&comparison),
        [
            "+ /outcome/result/0",
            "- /outcome/result/1",
            "~ /outcome/result/2/state",
            "+ /outcome/result/3",
        ]
    );
}

#[test]
fn ignored_paths_are_left_out_everywhere() {
    let at = |at: &str, title: &str| json!({ "items": [{ "updatedAt": at, "title": title }], "requestId": at });
    let (before, after) = (
        at("2026-11-20T08:00:00Z", "a"),
        at("2026-11-20T09:00:00Z", "a"),
    );
    let all = compared(before.clone(), after.clone(), &[]);
    assert_eq!(
        all.suggested,
        [
            "/outcome/result/items/*/updatedAt",
            "/outcome/result/requestId"
        ]
    );
    let suggested: Vec<&str> = all.suggested.iter().map(String::as_str).collect();
    let none = compared(before, after, &suggested);
    assert_eq!(signs(&none), [""; 0]);
    assert_eq!(none.suggested, [""; 0]);
    assert!(none.texts.iter().all(|text| text.lines.is_empty()));
}

#[test]
fn an_ignored_member_that_only_one_run_has_is_no_difference() {
    let comparison = compared(
        json!({ "a": 1 }),
        json!({ "a": 1, "cursor": "x" }),
        &["cursor"],
    );
    assert_eq!(signs(&comparison), [""; 0]);
}

#[test]
fn every_part_is_compared() {
    let before = run("run_1", json!({}));
    let mut after = before.clone();
    after.arguments = Json(json!({ "query": "relay", "limit": 10 }));
    after.summary.identity.credential = Some("ada".into());
    after.summary.duration_ms = Some(30);
    after.summary.state = RunState::Failed;
    after.summary.problem = Some(Problem::new(Code::TimedOut, "no response in 60 s"));
    after.result = None;
    let comparison = compare(&before, &after, Vec::new());
    assert_eq!(
        signs(&comparison),
        [
            "+ /arguments/limit",
            "~ /outcome/state",
            "- /outcome/result",
            "+ /outcome/problem",
            "~ /identity/credential",
            "~ /timing/durationMs",
        ]
    );
    assert_eq!(comparison.differences[2].before, Json(json!({})));
}

#[test]
fn text_is_compared_as_text_and_bytes_by_their_fingerprint() {
    let with = |content: Vec<Content>| ToolRun {
        result: Some(ToolResult {
            content,
            ..ToolResult::default()
        }),
        ..run("run_1", json!({}))
    };
    let text = |text: &str| with(vec![Content::text(text)]);
    let before: String = (1..=20).map(|line| format!("line {line}\n")).collect();
    let comparison = compare(
        &text(&before),
        &text(&before.replace("line 10\n", "")),
        Vec::new(),
    );
    let outcome = &comparison.texts[1];
    assert_eq!(outcome.part, RunPart::Outcome);
    assert_eq!(
        outcome.lines.first(),
        Some(&ComparedLine::Folded { count: 6 })
    );
    assert_eq!(
        outcome.lines.last(),
        Some(&ComparedLine::Folded { count: 7 })
    );
    let removed = ComparedLine::Removed {
        before: 10,
        text: "line 10".into(),
    };
    assert!(outcome.lines.contains(&removed), "{outcome:?}");

    let image = |data: &str| {
        with(vec![Content::Image {
            data: data.into(),
            mime_type: "image/png".into(),
            annotations: None,
        }])
    };
    let comparison = compare(&image("AAAA"), &image("AAAB"), Vec::new());
    assert_eq!(signs(&comparison), ["~ /outcome/result/fingerprint"]);
}

#[test]
fn long_lists_and_texts_are_cut() {
    let items =
        |from: u32| -> Value { (from..from + 20_000).map(|at| json!({ "n": at })).collect() };
    let comparison = compared(items(0), items(50_000), &[]);
    assert_eq!(comparison.differences.len(), MAX_DIFFERENCES);
    assert_eq!(comparison.more, 20_000 - 500);
    let lines = &comparison.texts[1].lines;
    assert!(matches!(lines.last(), Some(ComparedLine::Cut { .. })));
}

#[test]
fn paths_are_deduplicated_and_never_match_everything() {
    let paths = [" /a ", "/a", "", "/", "b"].map(str::to_owned);
    assert_eq!(clean_paths(paths.into()), ["/a", "b"]);
}
