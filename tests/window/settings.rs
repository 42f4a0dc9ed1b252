//! Looks, keys, the palette, and ways back.

use crate::support::seed;
use crate::support::{Harness, Window, keys};

#[test]
fn the_colours_change_at_once_and_are_kept() {
    let (harness, window) = Harness::started();
    open_settings(&window);
    window.press_in(("radiogroup", "Theme"), "radio", "Dark");
    window.wait_until("dark colours", || theme(&window) == "dark");
    window.quit();
    let window = harness.start();
    assert_eq!(theme(&window), "dark");
    open_settings(&window);
    window.press_in(("radiogroup", "Theme"), "radio", "Light");
    window.wait_until("light colours", || theme(&window) == "light");
    window.quit();
}

#[test]
fn a_mac_in_full_screen_keeps_no_room_for_the_buttons_of_its_window() {
    let (_harness, window) = Harness::started();
    let room = |mac: bool, full: bool| {
        let script = "const root = document.documentElement;
            root.toggleAttribute('data-mac', arguments[0]);
            root.toggleAttribute('data-full-screen', arguments[1]);
            return getComputedStyle(document.querySelector('[data-drag]')).paddingLeft";
        window.script(script, &[mac.into(), full.into()])
    };
    let usual = room(false, false);
    assert_ne!(room(true, false), usual);
    assert_eq!(room(true, true), usual);
    window.quit();
}

#[test]
fn the_palette_finds_tools_and_places() {
    let (harness, window) = Harness::started();
    seed::open_connector(&harness, &window);
    window.keys(&[keys::CONTROL, "k"]);
    window.see("dialog", "Search or run a command");
    window.type_text("weath");
    window.see("option", "*weather*");
    window.keys(&[keys::ENTER]);
    window.see("heading", "weather");
    window.keys(&[keys::CONTROL, "k"]);
    window.see("dialog", "Search or run a command");
    window.type_text("settings");
    window.see("option", "*Settings*");
    window.keys(&[keys::ENTER]);
    window.see("heading", "Settings");
    window.quit();
}

#[test]
fn a_question_mark_shows_all_keys() {
    let (_harness, window) = Harness::started();
    window.go_to("Connectors");
    window.keys(&["?"]);
    window.see("dialog", "Keyboard shortcuts");
    window.see_text("Search or run a command");
    window.keys(&[keys::ESCAPE]);
    window.see_gone("dialog", "Keyboard shortcuts");
    window.quit();
}

#[test]
fn a_removed_connector_comes_back_with_undo() {
    let (harness, window) = Harness::started();
    seed::open_connector(&harness, &window);
    window.go_to("Connectors");
    window.see("row", "Open playground, *");
    window.wait_until("the focus in the list", || window.focus().1 == "Connectors");
    window.keys(&[keys::DOWN]);
    window.keys(&[keys::BACKSPACE]);
    window.see_text("Open playground removed");
    window.see_gone("row", "Open playground, *");
    window.press("button", "Undo");
    window.see("row", "Open playground, Ready, *");
    window.quit();
    let window = harness.start();
    window.go_to("Connectors");
    window.see("row", "Open playground, Ready, *");
    window.quit();
}

fn open_settings(window: &Window) {
    window.press("button", "Settings");
    window.see("heading", "Settings");
}

fn theme(window: &Window) -> String {
    let theme = window.script("return document.documentElement.dataset.theme", &[]);
    theme.as_str().unwrap_or_default().to_owned()
}
