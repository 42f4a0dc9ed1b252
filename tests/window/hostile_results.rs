//! Tools that each answer with as much as is accepted.

use patchbay_playground::{LoggedRequest, Reply};
use serde_json::json;

use crate::hostile_memory::peak;
use crate::support::{Harness, seed};

/// How many results come, one after the other.
const RESULTS: usize = 12;

/// By how much the app may grow, over what it ever took before, in KiB.
const GROWTH: u64 = 100 * 1024;

/// Bytes of a text in an answer, just below what is accepted.
const TEXT: usize = 11 * 1024 * 1024;

#[test]
fn large_results_one_after_the_other_take_the_memory_of_one() {
    let (harness, window) = Harness::started();
    let connector = seed::open_connector(&harness, &window);
    let run = || {
        let arguments = seed::run_request(&connector, "echo", json!({ "message": "m" }));
        let run = "return window.__TAURI_INTERNALS__.invoke('run_tool', args[0])
            .then(({ state, resultBytes }) => [state, resultBytes])";
        window.script_async(run, &[arguments])
    };
    assert_eq!(run()[0], "done");
    let before = peak(&harness);
    harness.playground.tamper(enlarge);
    for _ in 0..RESULTS {
        let ran = run();
        assert_eq!(ran[0], "done");
        assert!(ran[1].as_u64() > Some(TEXT as u64), "{ran}");
    }
    let after = peak(&harness);
    assert!(
        after - before <= GROWTH,
        "{before} KiB before, {after} KiB after"
    );
    window.quit();
}

fn enlarge(request: &LoggedRequest, reply: &mut Reply) {
    if request.rpc_method().as_deref() != Some("tools/call") {
        return;
    }
    if let Some(mut answer) = reply.json() {
        let text = "lorem ipsum ".repeat(TEXT / 12);
        answer["result"] = json!({ "content": [{ "type": "text", "text": text }] });
        reply.set_json(&answer);
    }
}
