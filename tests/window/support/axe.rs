//! axe-core's look at a page.

use std::fs;
use std::path::Path;

use super::window::Window;

/// Everything that axe-core finds fault with in what is shown, said of `what`.
pub(crate) fn violations(window: &Window, what: &str) -> Vec<String> {
    // React Aria speaks through a region of its own, where what it spoke of may be gone a moment later.
    const RUN: &str = "
        const context = { exclude: ['[data-live-announcer]'] };
        const { violations } = await axe.run(context, { resultTypes: ['violations'] });
        return violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));";
    inject(window);
    let found = window.script_async(RUN, &[]);
    let found = found.as_array().expect("a list");
    found
        .iter()
        .map(|fault| format!("{what}: {fault}"))
        .collect()
}

fn inject(window: &Window) {
    if window.script("return typeof axe", &[]) == "object" {
        return;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(&file).expect("axe-core is installed with ui/");
    // A script of the driver is a function of its own: what is to stay is handed to the window.
    window.script(&format!("{source}\nwindow.axe = window.axe ?? axe;"), &[]);
}
