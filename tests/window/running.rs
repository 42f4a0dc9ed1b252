//! Running tools: progress, cancellation, confirmation, every kind of input and answer.

use patchbay_playground::{LoggedRequest, Reply};

use crate::keyboard::tab_to;
use crate::support::seed;
use crate::support::{Harness, Window, keys};

#[test]
fn progress_is_shown_while_a_tool_counts() {
    let (harness, window) = with_tool("count");
    window.fill("steps", "6");
    window.fill("delay_ms", "150");
    window.press("button", "Run");
    window.see("progressbar", "Progress of the tool");
    window.see_text("of 6");
    window.see_text("Counted to 6.");
    window.quit();
    drop(harness);
}

#[test]
fn a_cancelled_run_stops_at_the_server_and_says_so() {
    let (harness, window) = with_tool("wait");
    window.press("button", "Run");
    harness.wait_for_playground("the wait to begin", |playground| {
        playground.waits_begun() == 1
    });
    window.keys(&[keys::CONTROL, "."]);
    window.see("status", "Cancelled*");
    harness.wait_for_playground("the wait to stop", |playground| {
        playground.waits_cancelled() == 1
    });
    window.quit();
}

#[test]
fn a_destructive_tool_asks_before_it_runs() {
    let (harness, window) = with_tool("delete_note");
    let calls = || {
        harness
            .playground
            .count(|request| request.body.contains("delete_note"))
    };
    window.fill("id", "7");
    window.press("button", "Run");
    window.see("alertdialog", "Delete a note*");
    assert_eq!(window.focus().1, "Cancel");
    assert_eq!(calls(), 0);
    window.keys(&[keys::ESCAPE]);
    window.see_gone("alertdialog", "Delete a note*");
    assert_eq!(calls(), 0);
    window.double_click("button", "Run");
    window.see("alertdialog", "Delete a note*");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("alertdialog", "Delete a note*");
    assert_eq!(calls(), 0);
    window.press("button", "Run");
    window.press_in(("alertdialog", "Delete a note*"), "button", "Delete a note");
    window.see_text("The tool returned an error");
    window.see_text("There is no note 7.");
    assert_eq!(calls(), 1);
    window.quit();
}

#[test]
fn every_shape_of_input_goes_through_the_form_as_json() {
    let (harness, window) = with_tool("shapes");
    window.press("button", "Run");
    // Empty: the first problem gets the focus, nothing is sent.
    window.see_text("2 problems");
    assert_eq!(
        harness
            .playground
            .count(|request| request.body.contains("\"shapes\"")),
        0
    );
    window.fill("title", "A title");
    window.choose("*priority*", "high");
    window.press("radio", "By mail");
    // The form's own e-mail field comes before that of the contact.
    window.press_in(("group", "contact*"), "textbox", "email");
    window.type_text("lena@example.com");
    window.run_tool();
    window.see_text("lena@example.com");
    window.quit();
}

#[test]
fn failures_pictures_and_markdown_each_have_their_look() {
    let (harness, window) = with_tool("fail");
    window.press("button", "Run");
    window.see("alert", "The tool returned an error*");
    window.see_text("The printer is out of paper.");
    window.press("row", "crash, *");
    window.press("button", "Run");
    window.see_text("mcp.server_error");
    window.press("row", "picture, *");
    window.press("button", "Run");
    window.see("img", "*");
    window.press("row", "echo, *");
    window.fill(
        "message",
        "# Title\n\n<img src=x onerror=alert(1)> **bold**",
    );
    window.press("button", "Run");
    window.see_text("bold");
    let script = "return document.querySelectorAll('[onerror], img[src=x]').length";
    assert_eq!(window.script(script, &[]), 0);
    window.quit();
    drop(harness);
}

#[test]
fn short_fields_stand_side_by_side_where_there_is_room() {
    let (_harness, window) = with_tool("count");
    let is_paired = || {
        let (steps, pause) = (
            window.see("textbox", "steps"),
            window.see("textbox", "delay_ms"),
        );
        let places = window.script(
            "return [...arguments].map((field) => { const { left, top, right } = field.getBoundingClientRect(); return [left, top, right]; })",
            &[steps.to_value(), pause.to_value()],
        );
        let place = |field: usize, side: usize| places[field][side].as_f64().unwrap();
        let apart = place(0, 2) <= place(1, 0) || place(1, 2) <= place(0, 0);
        apart && (place(0, 1) - place(1, 1)).abs() < 1.0
    };
    assert!(is_paired());
    window.keys(&[keys::CONTROL, ","]);
    window.press_in(("radiogroup", "Text size"), "radio", "200 %");
    window.go_to("Tools");
    window.press("row", "count, *");
    window.see("heading", "count");
    assert!(!is_paired());
    window.quit();
}

#[test]
fn what_came_is_shown_byte_for_byte_with_all_of_the_request() {
    const CAME: &str = r#"{ "jsonrpc":"2.0", "result":{"structuredContent":{"b":12.0,"a":1e2},"content":[]}, "id":ID}"#;
    let (harness, window) = with_tool("echo");
    harness
        .playground
        .tamper(|request: &LoggedRequest, reply: &mut Reply| {
            if request.rpc_method().as_deref() == Some("tools/call")
                && let Some(answer) = reply.json()
            {
                reply.set_text(CAME.replace("ID", &answer["id"].to_string()).as_bytes());
            }
        });
    let url = harness.playground.open_url();
    window.fill("message", "hi");
    window.press("button", "Dry run");
    window.see_text_in(("region", "Dry run"), url.as_str());
    window.press("button", "Run");
    window.see("tab", "Structured");
    window.press("tab", "Raw");
    let (before, after) = CAME.split_once("ID").expect("an id");
    window.see_text_in(("region", "Response"), before);
    window.see_text_in(("region", "Response"), after);
    window.press("tab", "HTTP");
    let request = ("region", "Request");
    window.see_text_in(request, &format!("POST {url}"));
    window.see_text_in(request, "application/json, text/event-stream");
    window.see_text_in(request, r#""method":"tools/call""#);
    window.see_text_in(("region", "Response"), "HTTP 200");
    window.see_text_in(("region", "Response"), "content-type");
    window.quit();
}

#[test]
fn a_result_is_walked_and_folded_by_keys() {
    let (_harness, window) = with_tool("weather");
    window.fill("city", "Lisbon");
    window.press("button", "Run");
    window.see("tab", "Structured");
    tab_to(&window, "Structured result");
    assert_eq!(window.focus().0, "tree");
    let current = || {
        let script = "return document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).getAttribute('aria-label')";
        window
            .script(script, &[])
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(current().ends_with(" properties"), "{}", current());
    let lines = || {
        let count = window.script(
            "return document.querySelectorAll('[role=treeitem]').length",
            &[],
        );
        count.as_u64().unwrap()
    };
    let all = lines();
    window.keys(&[keys::ENTER]);
    window.wait_until("the fold", || lines() == 1);
    window.keys(&[keys::RIGHT]);
    window.wait_until("what was folded", || lines() == all);
    window.keys(&[keys::END]);
    let last = current();
    assert!(!last.ends_with(" properties"), "{last}");
    window.keys(&[keys::UP]);
    assert_ne!(current(), last);
    window.quit();
}

/// A window with the form of a tool.
fn with_tool(tool: &str) -> (Harness, Window) {
    let (harness, window) = Harness::started();
    seed::open_connector(&harness, &window);
    window.go_to("Tools");
    window.press("row", &format!("{tool}, *"));
    window.see("heading", tool);
    (harness, window)
}
