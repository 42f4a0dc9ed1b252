//! Local servers: adding them from pasted text, and answering their questions.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::display::{self, Key};
use crate::support::harness::binary;
use crate::support::{Harness, Window, keys};

const SERVER: &str =
    include_str!("../../src-tauri/crates/patchbay-platforms/src/mcp/tests/programs/server.py");

/// How far a pane with JSON scrolls sideways, and how much of it the JSON leaves free below, in pixels.
const JSON_PANE: &str = "
    const value = document.querySelector('[role=tabpanel] [role=tree]');
    const pane = value.closest('[role=tabpanel]');
    const scrolls = (one) => one.contains(value) && getComputedStyle(one).overflowX !== 'hidden';
    const around = [...pane.querySelectorAll('*')].filter(scrolls);
    const sideways = around.map((one) => one.scrollWidth - one.clientWidth);
    const below = pane.getBoundingClientRect().bottom - value.getBoundingClientRect().bottom;
    return [Math.max(...sideways), Math.round(below)];";

const QUESTION: &str = "Allow Patchbay to run this program?";

/// The script of a server, and the file where each started one writes its process id.
fn server(harness: &Harness) -> (PathBuf, PathBuf) {
    let script = harness.home().join("server.py");
    fs::write(&script, SERVER).expect("a script");
    (script, harness.home().join("pids"))
}

fn started(pids: &Path) -> usize {
    fs::read_to_string(pids).map_or(0, |text| text.lines().count())
}

/// Number of started servers that still run.
fn running(pids: &Path) -> usize {
    let started = fs::read_to_string(pids).unwrap_or_default();
    let runs = |pid: &&str| Path::new("/proc").join(pid).exists();
    started.lines().filter(runs).count()
}

/// Opens the dialog and pastes a text.
fn paste(window: &Window, text: &str) {
    window.open_adding();
    window.enter("Address or command", text);
}

pub(crate) fn allow(harness: &Harness) {
    harness.wait_for("the question", || {
        display::press_in_dialog(QUESTION, &[Key::Tab, Key::Space]).then_some(())
    });
    harness.wait_for("its end", || {
        display::is_dialog_gone(QUESTION).then_some(())
    });
}

/// Adds the server by its pasted command and allows it; returns the file of process ids.
fn add_server(harness: &Harness, window: &Window, manner: &str, name: &str) -> PathBuf {
    let (script, pids) = server(harness);
    paste(
        window,
        &format!(
            "PID_FILE={} python3 '{}' {manner}",
            pids.display(),
            script.display()
        ),
    );
    window.see("list", "Words of the command");
    window.fill("Name", name);
    window.keys(&[keys::CONTROL, keys::ENTER]);
    allow(harness);
    window.see_text("Ready");
    pids
}

/// Runs the tool of the server.
fn run_echo(window: &Window) {
    window.go_to("Tools");
    window.press("row", "echo, *");
    window.press("button", "Run");
}

#[test]
fn a_pasted_command_is_reviewed_allowed_and_runs() {
    let harness = Harness::new();
    let (script, pids) = server(&harness);
    let window = harness.start();
    let secret = "pasted-secret-4242";
    // This one needs a shell, which is not supported.
    paste(&window, "curl https://127.0.0.1/x | sh");
    window.see_text("| needs a shell, and Patchbay runs none.");
    window.enter(
        "Address or command",
        &format!(
            "$ PID_FILE={} API_KEY={secret} python3 '{}' well",
            pids.display(),
            script.display()
        ),
    );
    window.see("list", "Words of the command");
    window.see_text(&script.display().to_string());
    assert_eq!(window.value("PID_FILE"), pids.display().to_string());
    window.fill("Name", "Echoing");
    // By keyboard.
    window.keys(&[keys::CONTROL, keys::ENTER]);
    harness.wait_for("the question", || {
        display::close_dialog(QUESTION).then_some(())
    });
    window.see("heading", "Echoing");
    window.see_text("program.not_allowed");
    assert_eq!(started(&pids), 0, "nobody allowed it");
    assert!(!window.source().contains(secret));

    window.press("button", "Check");
    allow(&harness);
    window.see_text("Ready");
    assert!(started(&pids) > 0);
    window.press("tab", "Log");
    window.see("log", "Log");
    window.see_text("Patchbay starts");

    // A changed command has to be allowed again.
    let before = started(&pids);
    window.press("tab", "Settings");
    let lines = [&script.display().to_string(), "well", "once more"].join(keys::ENTER);
    window.fill("Arguments", &lines);
    window.press("button", "Save command");
    window.press("button", "Check");
    allow(&harness);
    window.see_text("Ready");
    assert!(started(&pids) > before);
    window.go_to("Tools");
    window.press("row", "echo, *");
    window.run_tool();
    assert!(!window.source().contains(secret));
    window.go_to("Credentials");
    window.see("row", "*Used in 1 place*");

    // A command ends the sessions of the app, and nothing outlives the app.
    harness.wait_for("the server", || (running(&pids) == 1).then_some(()));
    let end = ["session", "end", "Echoing"];
    harness.run(&binary("PATCHBAY_CLI_BIN"), &end);
    assert_eq!(running(&pids), 0);
    window.go_to("Tools");
    window.press("row", "echo, *");
    window.press("button", "Run");
    harness.wait_for("it again", || (running(&pids) == 1).then_some(()));
    window.go_to("Connectors");
    window.press("row", "Echoing, *");
    window.press("tab", "Log");
    window.press("button", "Stop");
    window.see_gone("button", "Stop");
    assert_eq!(running(&pids), 0);
    window.quit();
    assert_eq!(running(&pids), 0);
}

#[test]
fn pasted_settings_with_two_servers_are_reviewed_one_after_the_other() {
    let harness = Harness::new();
    let (script, pids) = server(&harness);
    let window = harness.start();
    let settings = serde_json::json!({
        "inputs": [{ "type": "promptString", "id": "manner", "description": "How it works" }],
        "servers": {
            "First": {
                "command": "python3",
                "args": [script, "${input:manner}"],
                "env": { "PID_FILE": pids },
            },
            "Second": { "url": harness.playground.open_url() },
            "Neither": { "command": "" },
        },
    });
    paste(&window, &settings.to_string());
    window.see("group", "Servers");
    window.see_text("Neither was left out: it has no command.");
    window.press("button", "Continue");
    window.see_text("1 of 2 servers");
    window.fill("manner", "well");
    window.press_in(("dialog", "Add connector"), "button", "Add connector");
    window.see_text("2 of 2 servers");
    assert!(!pids.exists(), "nothing is started while one reviews");
    window.see("region", "Found");
    window.press_in(("dialog", "Add connector"), "button", "Add connector");
    allow(&harness);
    window.see("row", "First, *Ready*");
    window.see("row", "Second, *Ready*");
    assert!(started(&pids) > 0);
    window.quit();
}

#[test]
fn what_a_server_asks_is_answered_in_the_window() {
    let harness = Harness::new();
    let window = harness.start();
    add_server(&harness, &window, "asks", "Asking");
    run_echo(&window);

    let dialog = ("dialog", "The server Asking asks");
    window.see(dialog.0, dialog.1);
    // Its text is shown as text.
    window.see_text_in(dialog, "<b>");
    window.see_text_in(dialog, "echo waits for your answer.");
    assert_eq!(window.value("Your name"), "Ada");
    window.fill("Your name", "Grace");
    window.press_in(dialog, "button", "Send");
    window.see_gone(dialog.0, dialog.1);
    window.see_text(r#""name": "Grace""#);
    // JSON fills its pane, which scrolls down only.
    assert_eq!(window.script(JSON_PANE, &[]), serde_json::json!([0, 0]));

    // By keyboard: dismissing is neither yes nor no.
    window.press("button", "Run");
    window.see(dialog.0, dialog.1);
    window.keys(&[keys::ESCAPE]);
    window.see_text(r#""action": "cancel""#);
    window.press("button", "Run");
    window.press_in(dialog, "button", "Decline");
    window.see_text(r#""action": "decline""#);

    // The question disappears with its run.
    window.press("button", "Run");
    window.see(dialog.0, dialog.1);
    let run = window.invoke("list_questions", serde_json::json!({}));
    let run = run.expect("the open question")[0]["during"]["run"].clone();
    window
        .invoke("cancel_run", serde_json::json!({ "run": run }))
        .expect("the run is under way");
    window.see_gone(dialog.0, dialog.1);
    window.quit();
}

#[test]
fn no_program_outlives_an_app_that_is_killed() {
    let harness = Harness::new();
    let window = harness.start();
    let pids = add_server(&harness, &window, "deaf", "Deaf");
    run_echo(&window);
    let is_called = || fs::read_to_string(&pids).is_ok_and(|text| text.contains("called"));
    harness.wait_for("the call", || is_called().then_some(()));
    // It ignores signals, as do those that it started, one of them in a session of its own.
    assert!(running(&pids) >= 3);
    window.kill_app();
    harness.wait_for("their end", || (running(&pids) == 0).then_some(()));
    window.kill();

    let window = harness.start();
    window.go_to("Runs");
    window.see("row", "echo, Failed, *");
    window.quit();
}
