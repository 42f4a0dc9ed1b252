//! The whole life of a hosted connector without a pointer.

use patchbay_testkit::fakes::FakeCohere;

use super::stage::{KEY, Stage, TOKEN};
use crate::keyboard::tab_to;
use crate::support::keys;
use crate::support::seed::follow;

const SECRET: &str = "app-secret-2Gh6dRm9Qw";

#[test]
fn an_account_and_its_connector_live_and_end_by_keys_alone() {
    let stage = Stage::new(FakeCohere::new(KEY));
    let window = &stage.window;
    window.keys(&[keys::CONTROL, "k"]);
    window.see("dialog", "Search or run a command");
    window.type_text("Add account");
    window.see("option", "Add account*");
    window.keys(&[keys::ENTER]);
    window.see("list", "Platforms");
    tab_to(window, "Cohere*");
    window.keys(&[keys::ENTER]);
    window.wait_until("the focus in the key's field", || {
        window.focus().1.starts_with("API key")
    });
    assert_eq!(window.focus().0, "textbox");
    window.type_text(KEY);
    tab_to(window, "Advanced");
    window.keys(&[keys::ENTER]);
    tab_to(window, "Base URL*");
    window.type_text(stage.fake.url());
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("heading", "Cohere");

    window.keys(&["n"]);
    window.see("dialog", "Create Search service");
    window.see("textbox", "Name");
    for (field, text) in [
        ("Name", "tickets"),
        ("URL", &format!("{}/search", stage.fake.url())),
    ] {
        tab_to(window, field);
        window.type_text(text);
    }
    tab_to(window, "Add Sign-in");
    window.keys(&[keys::ENTER]);
    window.see("radio", "None");
    tab_to(window, "None");
    window.keys(&[keys::RIGHT]);
    window.keys(&[keys::SPACE]);
    for (field, text) in [("Client ID", "app"), ("Client secret*", SECRET)] {
        tab_to(window, field);
        window.type_text(text);
    }
    tab_to(window, "Save to wallet*");
    window.keys(&[keys::SPACE]);
    let address = stage.fake.url();
    for (field, path) in [("Authorization URL", "authorize"), ("Token URL", "token")] {
        tab_to(window, field);
        window.type_text(&format!("{address}/{path}"));
    }
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("dialog", "Sign in to tickets");
    follow(&stage.harness, &stage.harness.opened_page());
    window.see_text("Signed in to tickets");
    window.wait_until("the focus on the way on", || {
        ["View tools", "Open connector"].contains(&window.focus().1.as_str())
    });
    window.keys(&[keys::ENTER]);

    window.see("row", "search, *");
    window.keys(&["/"]);
    window.wait_until("the focus in the filter", || {
        window.focus().1 == "Find a tool"
    });
    window.type_text("search");
    window.keys(&[keys::ENTER]);
    window.see("textbox", "query");
    tab_to(window, "query");
    window.type_text("anything");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("region", "Result");
    window.see_text("found");

    window.keys(&[keys::CONTROL, "5"]);
    window.see("row", "Client secret, *");
    window.wait_until("the focus in the list", || {
        window.focus().1 == "Credentials"
    });
    window.keys(&["r"]);
    window.see("dialog", "Rotate *");
    let field = ("textbox".to_owned(), "Token".to_owned());
    window.wait_until("the focus in the token's field", || window.focus() == field);
    window.type_text(TOKEN);
    window.keys(&[keys::ENTER]);
    window.see_text("1 of 1 updated");
    window.see_text("Updated everywhere");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see_text("Client secret rotated");

    window.keys(&[keys::CONTROL, "2"]);
    window.see("row", "tickets, *");
    window.wait_until("the focus in the list", || window.focus().1 == "Connectors");
    window.keys(&[keys::BACKSPACE]);
    window.see("alertdialog", "Delete tickets from Cohere?");
    tab_to(window, "Delete connector");
    window.keys(&[keys::ENTER]);
    window.see_gone("row", "tickets, *");
    assert!(stage.with(|cohere| cohere.connectors.is_empty()));
    assert!(!window.crossed().contains(SECRET), "a secret came back");
    stage.finish();
}
