//! The main way without a pointer.

use patchbay_playground::Consent;

use crate::support::seed;
use crate::support::{Harness, Window, keys};

#[test]
fn the_whole_way_can_be_gone_with_keys_alone() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let window = harness.start();
    window.wait_until("the focus in the box", || {
        window.focus().1 == "Address of an MCP server"
    });
    window.type_text(harness.playground.url().as_str());
    window.keys(&[keys::ENTER]);
    window.see("region", "Found");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    seed::follow(&harness, &harness.opened_page());
    window.wait_until("the focus on the way on", || {
        window.focus().1 == "View tools"
    });
    window.keys(&[keys::ENTER]);
    window.see("row", "echo, Read-only");

    window.keys(&["/"]);
    window.wait_until("the focus in the filter", || {
        window.focus().1 == "Find a tool"
    });
    window.type_text("echo");
    window.keys(&[keys::ENTER]);
    window.see("heading", "echo");
    tab_to(&window, "message");
    window.type_text("typed");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    window.see("region", "Result");

    window.keys(&[keys::CONTROL, "4"]);
    window.see("row", "echo, Done, *");
    tab_to(&window, "Runs");
    window.keys(&["e"]);
    window.see("heading", "echo");
    assert_eq!(window.value("message"), "typed");
    window.quit();
}

/// Presses Tab until what is called `name` has the focus; with a `*` at its end, what begins like that.
pub(crate) fn tab_to(window: &Window, name: &str) {
    let mut passed = Vec::new();
    while passed.len() < 40 {
        let (role, label) = window.focus();
        let is_it = match name.strip_suffix('*') {
            Some(begin) => label.starts_with(begin),
            None => label == name,
        };
        if is_it {
            return;
        }
        passed.push(format!("{role} {label}"));
        window.keys(&[keys::TAB]);
    }
    panic!("Tab does not reach {name:?}: {passed:#?}");
}
