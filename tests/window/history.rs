//! The history: searching, repeating and changing runs, comparing two, deleting all.

use serde_json::json;

use crate::support::portal::{FileRequest, Portal};
use crate::support::seed::{self, ask, run_request};
use crate::support::{Harness, Window, keys};

#[test]
fn runs_are_found_by_words_and_filters() {
    let (_harness, window) = with_runs();
    window.see("row", "echo, Done, *");
    window.see("row", "fail, Failed, *");
    window.fill("Filter runs", "status:error");
    window.see_gone("row", "echo, *");
    window.see("row", "fail, Failed, *");
    window.fill("Filter runs", "needle");
    window.see_gone("row", "fail, *");
    window.see("row", "echo, Done, *");
    window.fill("Filter runs", "nothing-is-called-that");
    window.see_text("No matching runs");
    window.press("button", "Clear filter");
    window.see("row", "fail, Failed, *");
    window.quit();
}

#[test]
fn filters_become_tokens_that_are_taken_out_again() {
    let (_harness, window) = with_runs();
    window.see("row", "echo, Done, *");
    window.fill("Filter runs", "status:error since:24h ");
    window.see("button", "Remove status: failed");
    window.see("button", "Remove since: 24h");
    window.see_gone("row", "echo, *");
    window.see("row", "fail, Failed, *");
    window.keys(&[keys::BACKSPACE]);
    window.see_gone("button", "Remove since: 24h");
    window.press("button", "Remove status: failed");
    window.see("row", "echo, Done, *");
    assert_eq!(window.focus().1, "Filter runs");
    window.press("row", "echo, Done, *");
    window.press("button", "Filter");
    window.press("menuitemcheckbox", "Tool echo");
    window.keys(&[keys::ESCAPE]);
    window.see("button", "Remove tool: echo");
    window.see_gone("row", "fail, *");
    window.quit();
}

#[test]
fn a_run_is_run_again_and_edited_first() {
    let (harness, window) = with_runs();
    let calls = || {
        harness
            .playground
            .count(|request| request.body.contains("needle"))
    };
    let before = calls();
    window.press("row", "echo, Done, *");
    window.press("button", "Run again");
    harness.wait_for_playground("the run", |_| calls() == before + 1);
    window.see_text("3 runs");
    window.press("row", "echo, Done, *");
    window.press("button", "Edit and run");
    window.see("heading", "echo");
    assert_eq!(window.value("message"), "A needle in the hay");
    window.fill("message", "Another needle");
    window.run_tool();
    window.see_text("Another needle");
    window.quit();
}

#[test]
fn two_runs_are_compared_and_what_always_differs_is_ignored() {
    let (_harness, window) = with_runs();
    window.press("row", "echo, Done, *");
    window.press("button", "Edit and run");
    window.fill("message", "Another needle");
    window.run_tool();
    window.go_to("Runs");
    window.press("row", "echo, Done, *");
    window.keys(&[keys::CONTROL, "d"]);
    window.see("region", "Unified view");
    window.see_text("2 changes");
    window.press("radio", "Changes");
    window.press("button", "Ignore message");
    window.see("button", "1 path ignored");
    window.see_text("1 change");
    window.press("radio", "Side by side");
    window.see("region", "Side by side");
    window.quit();
}

#[test]
fn the_history_is_kept_as_chosen_and_deleted_when_asked_twice() {
    let (_harness, window) = with_runs();
    window.press("button", "Keep for 90 days");
    window.press("menuitem", "Keep forever");
    window.see("button", "Keep forever");
    window.keys(&[keys::CONTROL, ","]);
    window.see("region", "History");
    window.see_text("2 runs");
    window.press("button", "Delete all runs…");
    window.press("button", "Delete all runs");
    window.see_text("0 runs");
    window.go_to("Runs");
    window.see_text("No runs yet");
    window.quit();
}

/// A window with the history of two runs.
#[test]
fn runs_are_written_to_the_file_that_was_chosen_in_the_portal() {
    let harness = Harness::new();
    let chosen = harness.home().join("chosen one.csv");
    let portal = Portal::open(&chosen);
    let window = harness.start_with_portal();
    add_runs(&harness, &window);
    window.press("button", "Export*");
    window.press("menuitem", "CSV (spreadsheet)…");
    let expected = FileRequest {
        title: "Export runs".to_owned(),
        name: "patchbay-runs.csv".to_owned(),
    };
    assert_eq!(portal.asked(), expected);
    window.see_text("2 runs exported to");
    let written = std::fs::read_to_string(chosen).expect("a file");
    assert!(written.contains("A needle in the hay"), "{written}");
    window.quit();
}

fn with_runs() -> (Harness, Window) {
    let (harness, window) = Harness::started();
    add_runs(&harness, &window);
    (harness, window)
}

fn add_runs(harness: &Harness, window: &Window) {
    let connector = seed::open_connector(harness, window);
    for (tool, arguments) in [
        ("echo", json!({ "message": "A needle in the hay" })),
        ("fail", json!({})),
    ] {
        let request = run_request(&connector, tool, arguments);
        ask(window, "run_tool", request);
    }
    window.go_to("Runs");
}
