//! Servers that nobody of this project wrote, used in the window. `cargo xtask test window` installs them.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::local_servers::allow;
use crate::support::{Harness, keys};

/// The value of a variable that says where something is installed.
fn installed(variable: &str) -> String {
    let value = std::env::var(variable);
    value
        .unwrap_or_else(|_| panic!("{variable} is not set; start this by: cargo xtask test window"))
}

#[test]
fn a_program_of_others_is_pasted_runs_asks_and_shows_what_it_offers() {
    let harness = Harness::new();
    let window = harness.start();
    window.open_adding();
    let everything = installed("PATCHBAY_TEST_EVERYTHING");
    window.enter("Address or command", &format!("node '{everything}' stdio"));
    window.see("list", "Words of the command");
    window.fill("Name", "Everything");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    allow(&harness);
    window.see_text("Ready");

    window.press("tab", "Resources");
    window.fill("Filter resources", "architecture.md");
    window.press("button", "*architecture.md*");
    window.see_text_in(("region", "Resource"), "Architecture");
    window.fill("Filter resources", "{resourceId}");
    window.press("button", "*dynamic/text*");
    window.fill("resourceId*", "7");
    window.press("button", "Read resource");
    window.see_text_in(("region", "Resource"), "Resource 7");

    window.press("tab", "Prompts");
    window.press("button", "*args-prompt*");
    window.fill("city*", "Paris");
    window.press("button", "Show prompt");
    window.see_text_in(("region", "Message 1"), "What's weather in Paris?");

    window.go_to("Tools");
    window.press("row", "echo, *");
    window.fill("message", "hello");
    window.run_tool();
    window.see_text("Echo: hello");

    window.press("row", "trigger-long-running-operation, *");
    window.fill("duration", "2");
    window.fill("steps", "4");
    window.press("button", "Run");
    window.see("progressbar", "Progress of the tool");
    window.see_text("of 4");
    window.see_text("Long running operation completed.");
    window.fill("duration", "60");
    window.fill("steps", "60");
    window.press("button", "Run");
    window.see("progressbar", "Progress of the tool");
    window.keys(&[keys::CONTROL, "."]);
    window.see("status", "Cancelled*");

    window.press("row", "trigger-elicitation-request, *");
    window.press("button", "Run");
    let dialog = ("dialog", "The server Everything asks");
    window.see(dialog.0, dialog.1);
    window.fill("*String*", "Ada");
    window.press_in(dialog, "button", "Send");
    window.see_gone(dialog.0, dialog.1);
    window.see_text("Ada");
    window.quit();
}

#[test]
fn a_server_of_fastmcp_signs_a_person_in_and_its_tool_runs_until_it_is_disconnected() {
    let harness = Harness::new();
    let mut server = SignedIn::start(&harness);
    let window = harness.start();
    window.open_adding();
    window.enter("Address or command", &server.url);
    window.see("region", "Found");
    window.fill("Name", "Signed in");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    // Its page agrees at once and sends the browser back.
    let page = harness.opened_page();
    let answered = harness.runtime.block_on(reqwest::get(page));
    assert!(
        answered
            .expect("the page back at Patchbay")
            .status()
            .is_success()
    );
    window.see_text("Signed in to Signed in");
    let token = server.told("authorization_code")["access_token"].clone();
    let token = token.as_str().expect("a token");
    window.press("button", "View tools");
    window.press("row", "look, *");
    window.run_tool();
    window.see_text("Seen");
    window.assert_unseen(token);

    window.go_to("Connectors");
    window.press("row", "Signed in, *");
    window.press("button", "Disconnect");
    window.press_in(
        ("alertdialog", "Disconnect Signed in?"),
        "button",
        "Disconnect",
    );
    window.see("button", "Connect");
    window.see_text("Disconnected");
    server.told("revoked");
    window.quit();
    drop(harness);
}

/// A running server with an authorization server of its own.
struct SignedIn {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl SignedIn {
    fn start(harness: &Harness) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers/signed_in.py");
        let mut process = Command::new(installed("PATCHBAY_TEST_PYTHON"))
            .arg(script)
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let output = process.stdout.take().expect("piped");
        let url = format!("http://127.0.0.1:{port}/mcp");
        harness.wait_for("the server", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self {
            process,
            output: BufReader::new(output).lines(),
            url,
        }
    }

    /// Waits until it tells of `event`, and returns what it tells.
    fn told(&mut self, event: &str) -> Value {
        // Its log is between them.
        let mut told = self
            .output
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| serde_json::from_str::<Value>(&line).ok());
        let found = told.find(|told| told["event"] == event);
        found.unwrap_or_else(|| panic!("it does not tell of {event}"))
    }
}

impl Drop for SignedIn {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
