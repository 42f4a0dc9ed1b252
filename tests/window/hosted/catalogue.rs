//! The catalogue over all accounts, and what it leads to: a form, and the consent of its platform.

use patchbay_testkit::fakes::FakeTenex;

use super::stage::{KEY, Stage};
use crate::support::keys;
use crate::support::seed::follow;

#[test]
fn an_entry_is_found_created_and_consented_to() {
    let stage = Stage::signed_in(FakeTenex::new(KEY), "10ex");
    let window = &stage.window;
    window.go_to("Catalog");
    window.fill("Search the catalog", "linear");
    window.see("row", "Linear, *");
    window.fill("Search the catalog", "gmail");
    window.see_gone("row", "Linear, *");
    window.press("button", "Create Gmail");
    window.see("dialog", "Create Gmail");
    window.keys(&[keys::CONTROL, keys::ENTER]);
    follow(&stage.harness, &stage.harness.opened_page());
    window.see_text("Signed in to gmail");
    let made = stage.with(|tenex| tenex.connectors.len());
    assert_eq!(made, 1);
    stage.finish();
}
