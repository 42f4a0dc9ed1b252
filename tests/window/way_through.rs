//! The whole way: paste an address, sign in, run a tool, find it again, and once more after a restart.

use crate::support::{Desk, Window, keys};

#[test]
fn an_address_pasted_into_an_empty_home_becomes_tools_that_run_and_stay_signed_in() {
    let desk = Desk::new();
    let browser = desk.browser();
    let window = desk.start();
    window.see("heading", "Connect your first service");
    window.picture(std::path::Path::new("/tmp/wj/01-first.png"));
    add_and_sign_in(&desk, &window);
    let page = desk.opened_page();
    window.see_text("Waiting for you in the browser");
    window.picture(std::path::Path::new("/tmp/wj/02-wait.png"));
    browser.allow(&page);
    browser.see("Patchbay");
    eprintln!("{}", browser.text());
    window.see_text("Signed in to");
    window.picture(std::path::Path::new("/tmp/wj/03-signed.png"));
    window.press("button", "See its tools");
    run_echo(&window, "Hello from the window");
    window.picture(std::path::Path::new("/tmp/wj/05-ran.png"));
    window.go_to("Runs");
    window.see("row", "echo, Done, *");
    window.picture(std::path::Path::new("/tmp/wj/06-runs.png"));
    window.quit();

    let consents = desk.playground.consents_shown();
    let window = desk.start();
    window.see_text("Nothing needs you");
    window.picture(std::path::Path::new("/tmp/wj/07-home.png"));
    window.go_to("Tools");
    window.press("row", "echo, *");
    run_echo(&window, "Hello again");
    assert!(!desk.opened_any(), "the browser was opened again");
    assert_eq!(desk.playground.consents_shown(), consents);
    window.quit();
}

fn add_and_sign_in(desk: &Desk, window: &Window) {
    window.fill(
        "Address of an MCP server",
        desk.playground.url().as_str(),
    );
    window.keys(&[keys::ENTER]);
    window.see("region", "Found");
    window.picture(std::path::Path::new("/tmp/wj/01-found.png"));
    window.press("button", "Add and sign in");
}

fn run_echo(window: &Window, message: &str) {
    if window.look("heading", "echo").is_none() {
        window.press("row", "echo, *");
    }
    window.fill("message", message);
    window.press("button", "Run");
    window.see("region", "Result");
    window.see_text(message);
}
