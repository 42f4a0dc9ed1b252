//! The tray: the window is hidden there and shown again.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::needs::{fail, mend};
use crate::support::harness::binary;
use crate::support::panel::{Panel, Tray};
use crate::support::{Harness, Window, display, seed};

const STARTS: &str = "Start when I sign in";
const NOTIFIES: &str = "Notify me";
const FAILING: &str = "Open playground isn't working";

/// The app as autostart starts it; it ends when dropped.
struct Hidden(Child);

impl Hidden {
    fn start(harness: &Harness) -> Self {
        let mut app = Command::new(binary("PATCHBAY_DESKTOP_BIN"));
        harness.prepare(&mut app);
        let app = app.arg("--hidden").stdin(Stdio::null());
        Self(app.stdout(Stdio::null()).spawn().expect("the app starts"))
    }

    fn wait_until_ended(mut self, harness: &Harness) {
        harness.wait_for("the app's end", || self.0.try_wait().expect("its end"));
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Whether a menu item is checked.
fn is_on(tray: &Tray<'_>, words: &str) -> bool {
    let lines = tray.lines();
    let line = lines.iter().find(|line| line.words == words);
    line.unwrap_or_else(|| panic!("no {words} in {lines:?}")).on
}

fn has_line(tray: &Tray<'_>, words: &str) -> bool {
    tray.lines().iter().any(|line| line.words == words)
}

/// Turns the notifications of a connector off, or on again.
fn mute(window: &Window, connector: &str, muted: bool) {
    let changes = json!({ "connector": connector, "changes": { "muted": muted } });
    seed::ask(window, "update_connector", changes);
}

#[test]
fn a_closed_window_waits_in_the_tray_and_the_tray_ends_the_app() {
    let panel = Panel::open();
    let (harness, window) = Harness::started();
    let tray = panel.tray();
    let words: Vec<String> = tray.lines().into_iter().map(|line| line.words).collect();
    assert_eq!(words, ["Open Patchbay", STARTS, NOTIFIES, "Quit Patchbay"]);

    display::ask_to_close();
    window.wait_until("no window", || display::bounds().is_none());
    assert!(!harness.processes().is_empty(), "the app ended");
    tray.press("Open Patchbay");
    window.wait_until("the window", || display::bounds().is_some());
    window.see("heading", "Home");
    tray.press("Quit Patchbay");
    window.wait_until_ended();
}

#[test]
fn a_closed_window_ends_the_app_once_the_panel_is_gone() {
    let panel = Panel::open();
    let (_harness, window) = Harness::started();
    drop(panel.tray());
    panel.end();
    display::ask_to_close();
    window.wait_until_ended();
}

#[test]
fn a_start_with_the_session_waits_for_the_panel_without_a_window() {
    let harness = Harness::new();
    let app = Hidden::start(&harness);
    let store = harness.patchbay_home().join("data");
    harness.wait_for("the app's data", || store.exists().then_some(()));
    let a_while = async { tokio::time::sleep(Duration::from_secs(2)).await };
    harness.runtime.block_on(a_while);
    assert_eq!(display::bounds(), None, "the window shows");
    let panel = Panel::open();
    let tray = panel.tray();
    assert_eq!(display::bounds(), None, "the window shows");
    tray.press("Open Patchbay");
    harness.wait_for("the window", display::bounds);
    tray.press("Quit Patchbay");
    app.wait_until_ended(&harness);
}

#[test]
fn the_app_starts_with_the_session_where_the_tray_says_so() {
    let panel = Panel::open();
    let (harness, window) = Harness::started();
    let tray = panel.tray();
    let entry = harness
        .home()
        .join("home/.config/autostart/io.patchbay.desktop.desktop");
    assert!(!is_on(&tray, STARTS));
    tray.press(STARTS);
    window.wait_until("an entry of what starts with the session", || {
        entry.is_file()
    });
    window.wait_until("a tick", || is_on(&tray, STARTS));
    tray.press(STARTS);
    window.wait_until("no entry any more", || !entry.exists());
    tray.press("Quit Patchbay");
    window.wait_until_ended();
}

#[test]
fn what_needs_a_person_is_notified_while_nobody_looks_unless_it_is_turned_off() {
    let panel = Panel::open();
    let harness = Harness::new();
    let window = harness.start_looking_fast();
    let open = seed::open_connector(&harness, &window);
    let tray = panel.tray();
    assert!(is_on(&tray, NOTIFIES));
    display::ask_to_close();
    window.wait_until("no window", || display::bounds().is_none());
    fail(&harness);
    let notice = panel.notice();
    assert_eq!(notice.title, FAILING);
    panel.click_notice();
    window.see("heading", "Open playground");
    mend(&harness);
    window.go_to("Home");
    window.see_text("All good");

    mute(&window, &open, true);
    display::ask_to_close();
    window.wait_until("no window", || display::bounds().is_none());
    fail(&harness);
    // The tray still shows what needs the user, and opens it.
    window.wait_until("a line of the tray", || has_line(&tray, FAILING));
    tray.press(FAILING);
    window.see("heading", "Open playground");
    assert!(panel.is_quiet(), "a muted connector is notified");
    mend(&harness);
    window.go_to("Home");
    window.see_text("All good");
    window.wait_until("no line of it", || !has_line(&tray, FAILING));
    mute(&window, &open, false);

    tray.press(NOTIFIES);
    window.wait_until("no tick", || !is_on(&tray, NOTIFIES));
    display::ask_to_close();
    window.wait_until("no window", || display::bounds().is_none());
    fail(&harness);
    let needs = || seed::ask(&window, "list_needs", json!({}));
    window.wait_until("something that needs a person", || {
        needs().as_array().is_some_and(|needs| !needs.is_empty())
    });
    tray.press("Open Patchbay");
    window.see_text(FAILING);
    assert!(panel.is_quiet(), "it is notified all the same");
    tray.press("Quit Patchbay");
    window.wait_until_ended();
}
