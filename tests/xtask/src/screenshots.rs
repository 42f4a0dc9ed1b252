//! `cargo xtask screenshots`: every page of the app with something in it, light and dark.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{
    headless::Display,
    places,
    playground::Playground,
    run::{self, PLAYGROUND_VARIABLE},
    shell,
    system::{self, Need},
    webdriver::WebView,
};

/// Takes the pictures into `folder`, which is meant from the top of the repository.
///
/// # Errors
/// When a build fails, the app shows nothing, or this system's web view cannot be driven.
pub(crate) fn screenshots(folder: &Path) -> Result<()> {
    if !system::has_web_view_driver() {
        bail!("pictures need WebKitWebDriver, which only Linux has");
    }
    system::prepare(Need::Headless)?;
    run::build()?;
    let folder = places::root().join(folder);
    let playground = Playground::start()?;
    let display = Display::start(1280, 800)?;
    let seeded = Seeded::fill(&display, &playground)?;
    let app = places::debug_binary("patchbay-desktop");
    let window = WebView::start(&display, &app, &[(PLAYGROUND_VARIABLE, playground.url())])?;
    window.wait_for_content()?;
    for (name, path) in pages(&seeded.connector) {
        go_to(&window, &path)?;
        for theme in ["light", "dark"] {
            set_theme(&window, theme)?;
            let file = folder.join(format!("{name}-{theme}.png"));
            display.screenshot(&file)?;
            shell::answer(file.display());
        }
    }
    Ok(())
}

/// Every page by the name of its picture and its route.
fn pages(connector: &str) -> [(&'static str, String); 7] {
    [
        ("home", "/".to_owned()),
        ("connectors", "/connectors".to_owned()),
        ("connector", format!("/connectors/{connector}")),
        ("tools", "/tools".to_owned()),
        ("runs", "/runs".to_owned()),
        ("credentials", "/credentials".to_owned()),
        ("settings", "/settings".to_owned()),
    ]
}

fn go_to(window: &WebView, path: &str) -> Result<()> {
    const GO: &str = "if (location.hash.startsWith('#/')) location.hash = arguments[0];
        else { history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate')); }";
    window.execute(GO, &[json!(path)])?;
    window.settle()?;
    window.wait_for_content()
}

fn set_theme(window: &WebView, theme: &str) -> Result<()> {
    const SET: &str =
        "Object.assign(document.documentElement.dataset, {theme: arguments[0], motion: 'reduced'})";
    window.execute(SET, &[json!(theme)])?;
    window.settle()
}

/// What was put into the app before its first start, by way of the command line.
struct Seeded {
    /// The id of the connector that has tools and runs.
    connector: String,
}

impl Seeded {
    fn fill(display: &Display, playground: &Playground) -> Result<Self> {
        let open = format!("{}/open/mcp", playground.origin());
        let added = patchbay(
            display,
            &["connector", "add", &open, "--name", "Playground"],
        )?;
        let connector = added["id"]
            .as_str()
            .context("the new connector has no id")?
            .to_owned();
        patchbay(display, &["connector", "connect", &connector])?;
        patchbay(
            display,
            &[
                "connector",
                "add",
                playground.url(),
                "--name",
                "Playground with sign-in",
            ],
        )?;
        patchbay(display, &["tool", "run", &connector, "echo", "text=Hello"])?;
        Ok(Self { connector })
    }
}

/// One call of the command line, and its JSON answer.
fn patchbay(display: &Display, arguments: &[&str]) -> Result<Value> {
    let mut command = display.command(&places::debug_binary("patchbay"));
    let text = shell::read(command.args(arguments).args(["--json", "--no-input"]))?;
    serde_json::from_str(&text).context("patchbay did not answer with JSON")
}
