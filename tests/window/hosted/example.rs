//! A platform that the programs know of nothing but its folder, one line of the registry and one word: whatever
//! the window does, it does with it.

use patchbay_testkit::fakes::FakeExample;
use serde_json::json;

use super::stage::{KEY, Stage};

#[test]
#[ignore = "needs a build with one platform more: cargo xtask test platform"]
fn another_platform_is_used_like_the_others() {
    let stage = Stage::signed_in(FakeExample::new(KEY), "Example");
    let window = &stage.window;
    let tile = "const tile = document.querySelector('[data-platform=\"example\"]');
        return [tile.textContent, getComputedStyle(tile).backgroundColor]";
    let colour = "rgb(224, 238, 242)";
    assert_eq!(window.script(tile, &[]), json!(["Ex", colour]));

    let values = json!({ "name": "wiki", "url": "https://wiki.example/mcp" });
    let id = stage.create("server", values, json!({}));
    stage.wait_for_status(&id, "ready");
    window.see_text_in(("region", "Facts"), "State");
    window.press("button", "Check*");
    window.press("tab", "Tools*");
    window.press("row", "echo*");
    window.fill("text", "hello");
    window.run_tool();
    window.see_text("hello");
    window.go_to("Runs");
    window.see("row", "echo, Done, *");
    stage.finish();
}
