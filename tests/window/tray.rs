//! The tray of a desktop that shows one: the window goes there, and comes back.

use serde_json::json;

use crate::needs::{fail, mend};
use crate::support::panel::{Panel, Tray};
use crate::support::{Desk, display, seed};

const STARTS: &str = "Start when I sign in";
const NOTIFIES: &str = "Notify me";

/// Whether a line of the menu is ticked.
fn is_on(tray: &Tray<'_>, words: &str) -> bool {
    let lines = tray.lines();
    let line = lines.iter().find(|line| line.words == words);
    line.unwrap_or_else(|| panic!("no {words} in {lines:?}")).on
}

#[test]
fn a_closed_window_waits_in_the_tray_and_the_tray_ends_the_app() {
    let panel = Panel::open();
    let desk = Desk::new();
    let window = desk.start();
    let tray = panel.tray();
    let words: Vec<String> = tray.lines().into_iter().map(|line| line.words).collect();
    assert_eq!(words, ["Open Patchbay", STARTS, NOTIFIES, "Quit Patchbay"]);

    display::ask_to_close();
    window.wait_until("no window", || display::bounds().is_none());
    assert!(!desk.processes().is_empty(), "the app ended");
    tray.press("Open Patchbay");
    window.wait_until("the window", || display::bounds().is_some());
    window.see("heading", "Home");
    tray.press("Quit Patchbay");
    window.wait_until_ended();
}

#[test]
fn the_app_starts_with_the_session_where_the_tray_says_so() {
    let panel = Panel::open();
    let desk = Desk::new();
    let window = desk.start();
    let tray = panel.tray();
    let entry = desk
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
    let desk = Desk::new();
    let window = desk.start_looking_fast();
    seed::open_connector(&desk, &window);
    let tray = panel.tray();
    assert!(is_on(&tray, NOTIFIES));
    display::ask_to_close();
    window.wait_until("no window", || display::bounds().is_none());
    fail(&desk);
    let notice = panel.notice();
    assert_eq!(notice.title, "Open playground isn't working");
    mend(&desk);
    tray.press("Open Patchbay");
    window.go_to("Home");
    window.see_text("All good");

    tray.press(NOTIFIES);
    window.wait_until("no tick", || !is_on(&tray, NOTIFIES));
    display::ask_to_close();
    window.wait_until("no window", || display::bounds().is_none());
    fail(&desk);
    let needs = || seed::ask(&window, "list_needs", json!({}));
    window.wait_until("something that needs a person", || {
        needs().as_array().is_some_and(|needs| !needs.is_empty())
    });
    tray.press("Open Patchbay");
    window.see_text("Open playground isn't working");
    assert!(panel.is_quiet(), "it is notified all the same");
    tray.press("Quit Patchbay");
    window.wait_until_ended();
}
