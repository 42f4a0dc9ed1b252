//! State that a journey starts with, made by the window's own commands.

use serde_json::{Value, json};
use url::Url;

use super::harness::Harness;
use super::window::Window;

/// Name of the connector with a sign-in.
pub(crate) const SIGNED_IN: &str = "Playground";

/// Name of the connector without authentication.
pub(crate) const OPEN: &str = "Open playground";

/// Adds the Playground without authentication, lists its tools, and returns the id of the connector.
pub(crate) fn open_connector(harness: &Harness, window: &Window) -> String {
    let id = add_open(window, &harness.playground.open_url(), OPEN);
    ask(window, "check_connector", json!({ "connector": id }));
    id
}

/// Adds a server without authentication, and returns the id of the connector.
pub(crate) fn add_open(window: &Window, url: &Url, title: &str) -> String {
    add(window, url, title, &json!({ "kind": "none" }))
}

/// Adds the Playground behind OAuth without signing in, and returns the id of the connector.
pub(crate) fn draft(harness: &Harness, window: &Window, redirect: &str) -> String {
    let oauth = json!({
        "kind": "oauth", "client": null, "callbackPort": null, "callbackHost": null,
        "redirect": redirect, "scopes": [],
    });
    add(window, &harness.playground.url(), SIGNED_IN, &oauth)
}

/// Adds the Playground behind OAuth, signs in, and returns the id of the connector. The Playground has to consent at
/// once.
pub(crate) fn signed_in(harness: &Harness, window: &Window) -> String {
    let id = draft(harness, window, "loopback");
    start_authorization(window, &id, None);
    follow(harness, &harness.opened_page());
    window.wait_until("the sign-in to end", || {
        let connectors = ask(window, "list_connectors", json!({}));
        connectors[0]["status"]["status"] == "ready"
    });
    id
}

/// Starts a sign-in that expires after `seconds`, and returns its id.
pub(crate) fn start_authorization(
    window: &Window,
    connector: &str,
    seconds: Option<u32>,
) -> String {
    let request = json!({ "connector": connector, "redirect": null, "timeoutSeconds": seconds, "choices": null });
    let started = ask(window, "start_authorization", json!({ "request": request }));
    text(&started, "id")
}

/// The argument of the command `run_tool`.
pub(crate) fn run_request(connector: &str, tool: &str, arguments: Value) -> Value {
    let request = json!({
        "connector": connector, "tool": tool, "arguments": arguments,
        "timeoutSeconds": null, "confirmed": false, "origin": { "kind": "window" },
    });
    json!({ "request": request, "progress": "__CHANNEL__:0" })
}

/// Fetches a page and follows redirects.
pub(crate) fn follow(harness: &Harness, page: &Url) {
    let opening = async { reqwest::get(page.clone()).await?.error_for_status() };
    harness
        .runtime
        .block_on(opening)
        .expect("the page and where it leads open");
}

/// Calls a command, which has to succeed.
pub(crate) fn ask(window: &Window, command: &str, arguments: Value) -> Value {
    window
        .invoke(command, arguments)
        .unwrap_or_else(|problem| panic!("{command}: {problem:#}"))
}

fn add(window: &Window, url: &Url, title: &str, authentication: &Value) -> String {
    let request =
        json!({ "url": url, "name": null, "title": title, "authentication": authentication });
    text(
        &ask(window, "add_connector", json!({ "request": request })),
        "id",
    )
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().expect("a text").to_owned()
}
