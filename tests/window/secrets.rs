//! Where secrets must not be found after the journey.

use patchbay_playground::Consent;
use patchbay_testkit::{find_leaks, leaks_in};
use serde_json::json;

use crate::support::Harness;
use crate::support::seed::{self, ask};

#[test]
fn no_secret_reaches_the_page_the_disk_the_log_or_a_command_line() {
    let harness = Harness::with(|switches| {
        switches.consent = Consent::AllowAtOnce;
        switches.access_token_life = std::time::Duration::from_secs(31);
    });
    let window = harness.start();
    let connector = seed::signed_in(&harness, &window);
    window.go_to("Tools");
    window.press("row", "check_login, *");
    window.fill("user", "lena");
    window.fill("password", "pg-typed-password-7Qx3");
    window.run_tool();
    // A token that is given up at once makes a refresh part of the journey.
    harness.playground.expire_access_tokens();
    window.press("row", "whoami, *");
    window.press("button", "Run");
    window.see_text("lena-fischer");
    assert!(harness.playground.refreshes() > 0);
    for page in ["Home", "Connectors", "Runs", "Credentials"] {
        window.go_to(page);
    }
    // What the page did not ask for by itself it could still get.
    for (command, arguments) in [
        ("list_connectors", json!({})),
        ("list_authorizations", json!({})),
        ("list_wallet", json!({})),
        ("find_connector", json!({ "connector": connector })),
        ("check_connector", json!({ "connector": connector })),
        ("vault_status", json!({})),
    ] {
        ask(&window, command, arguments);
    }

    let mut secrets = harness.playground.secrets();
    secrets.push("pg-typed-password-7Qx3".to_owned());
    // What is looked through has to be there: nothing is found in nothing.
    assert!(
        window.crossed().contains("lena-fischer"),
        "no IPC was recorded"
    );
    assert!(harness.processes().len() > 1, "no process was seen");
    assert!(harness.log().exists(), "no log was kept");
    assert!(secrets.len() > 6, "the Playground issued {}", secrets.len());
    let mut leaks = leaks_in(
        "what crossed to the page",
        window.crossed().as_bytes(),
        &secrets,
    );
    for process in harness.processes() {
        leaks.extend(leaks_in(
            "a command line",
            process.command_line.as_bytes(),
            &secrets,
        ));
    }
    window.go_to("Home");
    leaks.extend(leaks_in("the page", window.source().as_bytes(), &secrets));
    window.quit();
    leaks.extend(find_leaks(harness.home(), &secrets).expect("the home is read"));
    let places: Vec<_> = leaks.iter().map(|leak| (&leak.place, leak.form)).collect();
    assert!(leaks.is_empty(), "{places:#?}");
}
