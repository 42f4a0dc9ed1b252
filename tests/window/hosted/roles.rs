//! Roles on 10ex, of which two can only be held by one connector, and what is done to a connection there.

use patchbay_testkit::fakes::FakeTenex;
use serde_json::{Value, json};

use super::stage::{KEY, Stage, TOKEN, secret};
use crate::support::harness::binary;

#[test]
fn a_promotion_says_who_is_demoted_before_and_who_has_the_role_after() {
    let stage = stage();
    let pipeline = create(&stage, "Pipeline", "crm_sink");
    create(&stage, "Deals", "source");
    let window = &stage.window;
    window.see_text("Current CRM sink: Pipeline.");
    window.see_text("No primary data source yet.");
    window.choose("*Role*", "CRM sink*");
    window.see("dialog", "Role: CRM sink?");
    window.see_text("Replaces Pipeline as CRM sink.");
    window.press("button", "Cancel");
    window.see_gone("dialog", "*");
    assert_eq!(role(&stage, "Pipeline"), "crm_sink");

    window.choose("*Role*", "CRM sink*");
    window.press_in(("dialog", "Role: CRM sink?"), "button", "Change");
    window.see_text("This is the CRM sink.");
    assert_eq!(role(&stage, "Deals"), "crm_sink");
    assert_eq!(role(&stage, "Pipeline"), "source");
    assert_eq!(stage.last_sent("PATCH", ""), json!({ "role": "crm_sink" }));

    // The page of the demoted one was read before, and does not go on saying what was.
    stage.open_connector("Pipeline");
    window.see_text("Current CRM sink: Deals.");
    window.see("button", "*Source*");

    // Where nobody has the role there is nobody to demote, and nothing to ask.
    window.choose("*Role*", "Primary data source*");
    window.see_text("This is the primary data source.");
    assert_eq!(role(&stage, "Pipeline"), "primary_source");

    // The open page follows what the command line does.
    let command_line = binary("PATCHBAY_CLI_BIN");
    let give_up = ["connector", "action", &pipeline, "role-source", "--yes"];
    stage.harness.run(&command_line, &give_up);
    assert_eq!(role(&stage, "Pipeline"), "source");
    window.see_text("No primary data source yet.");
    stage.finish();
}

#[test]
fn a_connection_is_tested_refreshed_switched_and_revoked() {
    let stage = stage();
    let id = create(&stage, "Deals", "source");
    let window = &stage.window;
    let here = ("region", "Facts");
    let connection = ("group", "Connection");
    window.press_in(connection, "button", "Test");
    window.see_text("Test done");
    window.see_text_in(here, "Ok");
    window.press_in(connection, "button", "Refresh token");
    window.see_text("Refresh token done");
    let log = stage.fake.log();
    assert!(
        log.iter()
            .any(|seen| seen.path.last().is_some_and(|last| last == "refresh"))
    );

    window.press("switch", "Enabled");
    stage.wait_for_status(&id, "disabled");
    assert_eq!(stage.last_sent("PATCH", ""), json!({ "enabled": false }));
    window.press("switch", "Enabled");
    window.wait_until("it to be on", || stage.status(&id) != "disabled");

    window.press_in(connection, "button", "Revoke");
    window.see_text("Anything that uses this connector stops");
    window.press_in(("alertdialog", "Revoke?"), "button", "Revoke");
    stage.wait_for_status(&id, "disconnected");
    window.see_text("Revoke done");
    stage.finish();
}

fn stage() -> Stage<FakeTenex> {
    Stage::signed_in(FakeTenex::new(KEY), "10ex")
}

/// A connector to HubSpot with that role, its page open.
fn create(stage: &Stage<FakeTenex>, name: &str, role: &str) -> String {
    let values = json!({ "auth_type": "byok", "name": name, "role": role });
    stage.create("hubspot", values, json!({ "/api_key": secret(TOKEN) }))
}

/// The role that 10ex has for a connector.
fn role(stage: &Stage<FakeTenex>, name: &str) -> Value {
    stage.with(|tenex| {
        let mut all = tenex.connectors.iter();
        let found = all.find(|one| one["name"] == name);
        found.map(|one| one["role"].clone()).unwrap_or_default()
    })
}
