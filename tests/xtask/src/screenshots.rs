//! `cargo xtask screenshots`: every page of the app with something in it, light and dark.

mod platforms;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use self::platforms::{Hosted, Platforms};
use crate::{
    headless::Display,
    paths,
    playground::{Consent, Playground},
    run::{self, PLAYGROUND_VARIABLE},
    shell,
    system::{self, Need},
    webdriver::WebView,
};

/// How long what is to be pressed may take to be there.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Takes the pictures into `folder`, which is meant from the top of the repository.
pub(crate) fn screenshots(folder: &Path) -> Result<()> {
    if !system::has_web_view_driver() {
        bail!("pictures need WebKitWebDriver, which only Linux has");
    }
    system::prepare(Need::Headless)?;
    run::build(&["patchbay-desktop", "patchbay-playground", "patchbay"])?;
    let folder = paths::root().join(folder);
    let playground = Playground::start(Consent::Allow)?;
    let platforms = Platforms::start()?;
    let display = Display::start(1280, 800)?;
    let seeded = Seeded::fill(&display, &playground, &platforms)?;
    let app = paths::debug_binary("patchbay-desktop");
    let window = WebView::start(&display, &app, &[(PLAYGROUND_VARIABLE, playground.url()?)])?;
    window.wait_for_content()?;
    let mut before = Value::Null;
    for shot in seeded.shots() {
        let words = go_to(&window, &shot)?;
        let Shot { name, path, .. } = &shot;
        ensure!(
            words != before,
            "{name}: {path} shows the same as the picture before it"
        );
        before = words;
        for theme in ["light", "dark"] {
            set_theme(&window, theme)?;
            let file = folder.join(format!("{name}-{theme}.png"));
            display.screenshot(&file)?;
            shell::print_result(file.display());
        }
    }
    Ok(())
}

/// A page, and what is pressed there before the picture is taken.
struct Shot {
    name: &'static str,
    path: String,
    /// Beginnings of the words of buttons, rows and list entries, one after the other.
    presses: &'static [&'static str],
}

impl Seeded {
    fn shots(&self) -> Vec<Shot> {
        let Self {
            connector,
            run,
            hosted,
        } = self;
        let shot = |name, path: &str, presses| Shot {
            name,
            path: path.to_owned(),
            presses,
        };
        let of_hosted = |tab: &str| format!("/connectors/{}?tab={tab}", hosted.connector);
        let account = format!("/accounts/{}", hosted.account);
        vec![
            shot("home", "/", &[]),
            shot("connectors", "/connectors", &[]),
            shot("connector", &format!("/connectors/{connector}"), &[]),
            shot("hosted", &of_hosted("overview"), &[]),
            shot(
                "hosted-copies",
                &of_hosted("overview"),
                &["*Copy to another account"],
            ),
            shot("hosted-tools", &of_hosted("tools"), &[]),
            shot("hosted-credentials", &of_hosted("credentials"), &[]),
            shot(
                "hosted-credential",
                &of_hosted("credentials"),
                &["Add credential"],
            ),
            shot("hosted-settings", &of_hosted("settings"), &[]),
            shot(
                "also-create",
                &of_hosted("overview"),
                &["Copy to another account"],
            ),
            shot("account", &account, &[]),
            shot("operations", &format!("{account}?tab=operations"), &[]),
            shot("kinds", &account, &["Create connector"]),
            shot("create", &account, &["Create connector", "MCP server"]),
            shot("add-account", "/", &["Add account"]),
            shot("add-account-form", "/", &["Add account", "Mistral"]),
            shot("tools", "/tools", &[]),
            shot("runs", "/runs", &[]),
            shot("compared-runs", &format!("/runs/{run}?with="), &[]),
            shot("credentials", "/credentials", &[]),
            shot("credential", "/credentials", &["Search token"]),
            shot("rotation", "/credentials", &["Search token", "Rotate"]),
            shot(
                "rotation-open",
                "/credentials",
                &["Ticket token", "Continue rotation"],
            ),
            shot("credentials-platforms", "/credentials", &["Platforms"]),
            shot("catalogue", "/catalogue", &[]),
            shot("settings", "/settings", &[]),
        ]
    }
}

/// What can be pressed, by how a line of its words begins; with a `*` before them its section is
/// brought into sight.
const PRESS: &str = "
    const [wanted] = arguments;
    const words = wanted.replace('*', '');
    const inner = document.querySelector('[role=dialog], [role=alertdialog]');
    const all = [...document.querySelectorAll('button, [role=radio], [role=row][aria-rowindex]')];
    const fits = all.filter((one) => one.checkVisibility() && !one.closest('[aria-hidden=true], [inert]')
        && (one.getAttribute('aria-label') ?? one.innerText).split('\\n').some((line) => line.trim().startsWith(words)));
    const found = fits.find((one) => inner?.contains(one)) ?? fits[0];
    if (!found) return false;
    if (wanted.startsWith('*')) (found.closest('section') ?? found).scrollIntoView({ block: 'nearest' }); else found.click();
    return true;";

/// The words that are shown.
const WORDS: &str = "return document.body.innerText";

/// Opens a page by its route, presses what is to be pressed, and gives the words that it shows then.
fn go_to(window: &WebView, shot: &Shot) -> Result<Value> {
    let path = &shot.path;
    // What lay over the page before goes with it.
    window.execute(
        "window.isBefore = true; location.hash = '/settings'; location.reload()",
        &[],
    )?;
    shell::poll("the page anew", TIMEOUT, || {
        let before = window.execute("return window.isBefore === true", &[])?;
        Ok((before == Value::Bool(false)).then_some(()))
    })?;
    window.wait_for_content()?;
    // The window keeps its route behind the hash, because no server is there to know paths.
    window.execute("location.hash = arguments[0]", &[json!(path)])?;
    // The router draws the page in the next frame; only then does it say whether it is loading.
    window.settle()?;
    window.wait_for_content()?;
    for words in shot.presses {
        let before = window.execute(WORDS, &[])?;
        shell::poll(words, TIMEOUT, || {
            let pressed = window.execute(PRESS, &[json!(words)])?;
            Ok((pressed == Value::Bool(true)).then_some(()))
        })?;
        if !words.starts_with('*') {
            // A layer may have to be loaded first.
            shell::poll(words, TIMEOUT, || {
                Ok((window.execute(WORDS, &[])? != before).then_some(()))
            })?;
        }
        window.settle()?;
        window.wait_for_content()?;
    }
    let seen = "return document.body.innerText + document.querySelector('main')?.scrollTop
        + [...document.querySelectorAll('main *')].map((one) => one.scrollTop || '').join('')";
    window.execute(seen, &[])
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
    /// The id of its last run, which is of the same tool as the one before.
    run: String,
    hosted: Hosted,
}

impl Seeded {
    fn fill(display: &Display, playground: &Playground, platforms: &Platforms) -> Result<Self> {
        let patchbay = Patchbay {
            display,
            browser: browser(display)?,
        };
        let connector = patchbay.add(playground.url()?, "Playground")?;
        patchbay.call(&["connector", "connect", &connector])?;
        patchbay.add(playground.open_url()?, "Open playground")?;
        let greet = |words| patchbay.call(&["tool", "run", &connector, "echo", words]);
        greet("message=Hello")?;
        let run = id_of(&greet("message=Hello again")?)?;
        let hosted = platforms.fill(&patchbay)?;
        Ok(Self {
            connector,
            run,
            hosted,
        })
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
        id_of(&self.call(&["connector", "add", url, "--title", title])?)
    }

    fn call(&self, arguments: &[&str]) -> Result<Value> {
        self.call_with(arguments, "")
    }

    /// The same with `input` on standard input.
    fn call_with(&self, arguments: &[&str], input: &str) -> Result<Value> {
        let file = self.display.home().join("input");
        fs::write(&file, input)?;
        let mut command = self.display.command(&paths::debug_binary("patchbay"));
        command
            .env("BROWSER", &self.browser)
            .args(arguments)
            .arg("--json")
            .stdin(fs::File::open(&file)?);
        serde_json::from_str(&shell::read(&mut command)?)
            .context("patchbay did not answer with JSON")
    }
}

/// The id of what a command of the command line made.
fn id_of(made: &Value) -> Result<String> {
    let id = made["id"].as_str();
    Ok(id.context("what was made has no id")?.to_owned())
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
