//! axe-core's look at a page.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::window::Window;

/// Looks at everything that is shown, and panics with what it finds fault with.
pub(crate) fn check(window: &Window, what: &str) {
    inject(window);
    const RUN: &str = "
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.map(({ id, help, nodes }) => ({
          id, help, nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => html.slice(0, 300) + ' -- ' + failureSummary),
        }));";
    let violations = window.script_async(RUN, &[]);
    let none = violations.as_array().is_some_and(Vec::is_empty);
    assert!(none, "{what}: {violations:#}");
}

fn inject(window: &Window) {
    if window.script("return typeof axe", &[]) == Value::from("object") {
        return;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(&file).expect("axe-core is installed with ui/");
    // A script of the driver is a function of its own: what is to stay is handed to the window.
    window.script(&format!("{source}\nwindow.axe = window.axe ?? axe;"), &[]);
}
