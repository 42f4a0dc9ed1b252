//! One list over several accounts, as its user wants it: favourites, tags, groups, order, filters.

use patchbay_testkit::fakes::{FakeCohere, FakeTenex};
use serde_json::json;

use super::stage::{KEY, Stage, TOKEN, secret};
use crate::accessibility::assert_no_faults;
use crate::support::{Harness, Window, seed};

#[test]
fn favourites_and_tags_are_kept_groups_and_order_too_and_filters_find_what_is_meant() {
    let stage = Stage::new(FakeCohere::new(KEY));
    let tenex = stage.start_fake(FakeTenex::new(KEY));
    let window = &stage.window;
    set_up(&stage, tenex.url());

    stage.open_connector("docs");
    window.press("button", "More actions");
    window.press("menuitem", "Add to favorites");
    window.press("tab", "Settings");
    window.fill("Tags", "work, search");
    window.press_in(("region", "On this computer"), "button", "Save");
    window.see_text("Settings saved");
    stage.open_connector("Open playground");
    window.press("tab", "Settings");
    window.fill("Tags", "work");
    window.press_in(("region", "General"), "button", "Save");
    window.see_text("Settings saved");

    // By what needs one; favourites stand before the others.
    window.go_to("Connectors");
    window.press("button", "Update grouping and sorting");
    let by_attention = [
        &["= Favorites", "docs", "= Others"][..],
        &["Apollo", "Open playground", "tickets"],
    ]
    .concat();
    see_rows(window, &by_attention);
    view(window, "Account");
    see_rows(
        window,
        &[
            "= This computer",
            "Open playground",
            "= 10ex",
            "Apollo",
            "= Cohere",
            "docs",
            "tickets",
        ],
    );
    assert_no_faults(window, "by account");
    view(window, "None");
    let ungrouped = ["docs", "Apollo", "Open playground", "tickets"];
    see_rows(window, &ungrouped);

    narrow(window, "Tag", "work*");
    see_rows(window, &["docs", "Open playground"]);
    narrow(window, "Platform", "Cohere");
    see_rows(window, &["docs"]);
    assert_no_faults(window, "narrowed");
    narrow(window, "Tag: work", "Any tag");
    narrow(window, "Platform: Cohere", "Any platform");
    window.fill("Filter connectors", "10ex");
    see_rows(window, &["Apollo"]);
    window.fill("Filter connectors", "nothing-is-called-that");
    window.see_text("No matching connectors");
    window.press("button", "Clear filter");
    see_rows(window, &ungrouped);
    window.press("radio", "This computer*");
    see_rows(window, &["Open playground"]);
    window.press("radio", "This computer*");

    let stage = stage.restart(Harness::start);
    let window = &stage.window;
    window.go_to("Connectors");
    see_rows(window, &ungrouped);
    view(window, "Needs attention");
    see_rows(window, &by_attention);
    assert_eq!(tenex.faults(), Vec::<String>::new());
    stage.finish();
}

/// A connector of this computer, two on Cohere, one on 10ex.
fn set_up(stage: &Stage<FakeCohere>, tenex: &str) {
    let window = &stage.window;
    seed::open_connector(&stage.harness, window);
    let with_key = |window: &Window| window.fill("API key*", KEY);
    stage.sign_in("Cohere", with_key);
    stage.sign_in_at(tenex, "10ex", with_key);
    for name in ["docs", "tickets"] {
        let values = json!({
            "name": name, "url": format!("{}/search", stage.fake.url()),
            "authentication": { "kind": "none" },
        });
        stage.create_on(&stage.account("Cohere"), "search", values, json!({}));
    }
    let key = json!({ "/api_key": secret(TOKEN) });
    stage.create_on(
        &stage.account("10ex"),
        "apollo",
        json!({ "name": "Apollo" }),
        key,
    );
}

/// Groups the list otherwise.
fn view(window: &Window, by: &str) {
    window.press("button", "View: *");
    window.press_in(("group", "Group by"), "menuitemradio", by);
    window.see_gone("menu", "View");
}

/// Chooses in the menu of a filter.
fn narrow(window: &Window, menu: &str, option: &str) {
    window.press("button", menu);
    window.press("menuitemradio", option);
}

/// Waits until the list has these rows in this order; heads of groups begin with `=`.
fn see_rows(window: &Window, wanted: &[&str]) {
    const READ: &str = "
        const rows = [...document.querySelectorAll('[role=grid][aria-label=Connectors] [role=row]')];
        const top = (row) => row.getBoundingClientRect().top;
        return rows.sort((one, other) => top(one) - top(other)).map((row) =>
          row.ariaLabel ? row.ariaLabel.split(',')[0] : '= ' + row.textContent.replace(/\\s*\\d+$/, '').trim());";
    let wanted = json!(wanted);
    window.wait_until(&format!("the rows {wanted}"), || {
        window.script(READ, &[]) == wanted
    });
}
