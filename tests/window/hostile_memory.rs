//! Many servers that each list as much as is accepted.

use std::fs;

use patchbay_playground::{LoggedRequest, Reply};
use serde_json::{Value, json};

use crate::support::harness::binary;
use crate::support::processes::Process;
use crate::support::{Harness, seed};

/// How many servers list their tools at once.
const SERVERS: usize = 8;

/// By how much the app may grow, over what it ever took before, in KiB: about 20 MiB for each list that is
/// read at the same time.
const GROWTH: u64 = 128 * 1024;

/// How many tools each of them lists.
const TOOLS: usize = 5;

/// Bytes of a page of a list, just below what is accepted.
const PAGE: usize = 4 * 1024 * 1024 - 64 * 1024;

#[test]
fn lists_of_many_servers_at_once_take_a_bounded_amount_of_memory() {
    let (harness, window) = Harness::started();
    for number in 0..SERVERS {
        let mut url = harness.playground.open_url();
        url.set_query(Some(&format!("n={number}")));
        seed::add_open(&window, &url, &format!("Server {number}"));
    }
    seed::ask(&window, "check_connectors", json!({}));
    let before = peak(&harness);
    harness.playground.tamper(enlarge);
    seed::ask(&window, "check_connectors", json!({}));
    let after = peak(&harness);
    let listed = seed::ask(&window, "list_tools", json!({ "connector": null }));
    assert_eq!(listed.as_array().map(Vec::len), Some(SERVERS * TOOLS));
    assert!(
        after - before <= GROWTH,
        "{before} KiB before, {after} KiB after"
    );
    window.quit();
}

fn enlarge(request: &LoggedRequest, reply: &mut Reply) {
    if request.rpc_method().as_deref() != Some("tools/list") {
        return;
    }
    if let Some(mut answer) = reply.json() {
        let tools = &mut answer["result"]["tools"];
        *tools = many_tools(&tools[0]);
        reply.set_json(&answer);
    }
}

/// The most memory that the app ever took, in KiB.
pub(crate) fn peak(harness: &Harness) -> u64 {
    let app = binary("PATCHBAY_DESKTOP_BIN").display().to_string();
    let of_app = |process: &Process| process.command_line.starts_with(&app);
    let process = harness.processes().into_iter().find(of_app);
    let id = process.expect("the app runs").id;
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|rest| rest.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok()).expect("a number")
}

fn many_tools(one: &Value) -> Value {
    // As many small values as fit: they take the most memory for their bytes.
    let schema = json!({ "type": "object", "default": vec![1; 39_000] });
    let mut tool = one.clone();
    tool["inputSchema"] = schema;
    let mut tools = Vec::new();
    for number in 0..TOOLS {
        tool["name"] = json!(format!("tool-{number}"));
        tool["description"] = json!("d".repeat(PAGE / TOOLS - 100_000));
        tools.push(tool.clone());
    }
    tools.into()
}
