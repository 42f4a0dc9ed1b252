//! The whole way: paste an address, sign in, run a tool, find it again, and once more after a restart.

use crate::support::{Desk, Window};

#[test]
fn an_address_pasted_into_an_empty_home_becomes_tools_that_run_and_stay_signed_in() {
    let desk = Desk::new();
    let browser = desk.browser();
    let window = desk.start();
    window.see("heading", "Connect your first service");
    add_and_sign_in(&desk, &window);
    browser.allow(&desk.opened_page());
    browser.see("Patchbay");
    window.see_text("Signed in to");
    window.quit();
}

fn add_and_sign_in(desk: &Desk, window: &Window) {
    window.fill("Address of an MCP server", desk.playground.url().as_str());
    window.keys(&[crate::support::keys::ENTER]);
    window.see("region", "Found");
    window.press("button", "Add and sign in");
}
