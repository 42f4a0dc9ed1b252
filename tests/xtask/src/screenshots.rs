//! `cargo xtask screenshots`: every page of the app with something in it, light and dark.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{
    headless::Display,
    places,
    playground::{Consent, Playground},
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
    run::build(&["patchbay-desktop", "patchbay-playground", "patchbay"])?;
    let folder = places::root().join(folder);
    let playground = Playground::start(Consent::Allow)?;
    let display = Display::start(1280, 800)?;
    let seeded = Seeded::fill(&display, &playground)?;
    let app = places::debug_binary("patchbay-desktop");
    let window = WebView::start(&display, &app, &[(PLAYGROUND_VARIABLE, playground.url()?)])?;
    window.wait_for_content()?;
    let mut before = Value::Null;
    for (name, path) in pages(&seeded.connector) {
        let words = go_to(&window, &path)?;
        ensure!(
            words != before,
            "{path} shows the same page as the one before it"
        );
        before = words;
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

/// Opens a page by its route and gives the words on it.
fn go_to(window: &WebView, path: &str) -> Result<Value> {
    // The window keeps its route behind the hash, because no server is there to know paths.
    window.execute("location.hash = arguments[0]", &[json!(path)])?;
    // The router draws the page in the next frame; only then does it say whether it is loading.
    window.settle()?;
    window.wait_for_content()?;
    window.execute("return document.body.innerText", &[])
}

fn set_theme(window: &WebView, theme: &str) -> Result<()> {
    const SET: &str =
        "Object.assign(document.documentElement.dataset, {theme: arguments[0], motion: 'reduced'})";
    window.execute(SET, &[json!(theme)])?;
    window.settle()
}

/// What was put into the app before its first start, by way of the command line.
struct Seeded {
    /// The id of the connector that is signed in and has tools and runs.
    connector: String,
}

impl Seeded {
    fn fill(display: &Display, playground: &Playground) -> Result<Self> {
        let patchbay = Patchbay {
            display,
            browser: browser(display)?,
        };
        let connector = patchbay.add(playground.url()?, "Playground")?;
        patchbay.call(&["connector", "connect", &connector])?;
        patchbay.add(playground.open_url()?, "Open playground")?;
        patchbay.call(&["tool", "run", &connector, "echo", "message=Hello"])?;
        Ok(Self { connector })
    }
}

/// The command line on the display's own files.
struct Patchbay<'a> {
    display: &'a Display,
    browser: PathBuf,
}

impl Patchbay<'_> {
    /// Adds a connector and gives its id.
    fn add(&self, url: &str, title: &str) -> Result<String> {
        let added = self.call(&["connector", "add", url, "--title", title])?;
        Ok(added["id"]
            .as_str()
            .context("the new connector has no id")?
            .to_owned())
    }

    fn call(&self, arguments: &[&str]) -> Result<Value> {
        let mut command = self.display.command(&places::debug_binary("patchbay"));
        command
            .env("BROWSER", &self.browser)
            .args(arguments)
            .arg("--json");
        serde_json::from_str(&shell::read(&mut command)?)
            .context("patchbay did not answer with JSON")
    }
}

/// A browser that follows a sign-in's redirects and shows nothing: the Playground asks nobody here.
fn browser(display: &Display) -> Result<PathBuf> {
    let file = display.home().join("browser.mjs");
    fs::write(
        &file,
        "#!/usr/bin/env node\nawait fetch(process.argv[2]);\n",
    )?;
    shell::run(Command::new("chmod").arg("+x").arg(&file))?;
    Ok(file)
}
