//! `cargo xtask run`: the app in front of a person, with a Playground to try it on.

use std::process::Command;

use anyhow::Result;

use crate::{
    cargo::{self, cargo},
    headless::Display,
    paths,
    playground::{Consent, Playground},
    shell,
    system::{self, Need},
    ui,
    webdriver::WebView,
};

/// The variable by which the app learns where the Playground listens.
pub(crate) const PLAYGROUND_VARIABLE: &str = "PATCHBAY_PLAYGROUND_URL";

/// Installs what is missing, builds, and opens the app beside a Playground.
pub(crate) fn run() -> Result<()> {
    let display = system::has_display();
    if !display {
        shell::log(
            "There is no display: the app will run on a private one, and you get a screenshot.",
        );
    }
    system::prepare(if display { Need::Build } else { Need::Headless })?;
    build(&["patchbay-desktop", "patchbay-playground"])?;
    let playground = Playground::start(Consent::Ask)?;
    shell::log(format_args!(
        "The Playground listens on {}",
        playground.url()?
    ));
    if display {
        let mut app = Command::new(paths::debug_binary("patchbay-desktop"));
        return shell::run(app.env(PLAYGROUND_VARIABLE, playground.url()?));
    }
    picture(&playground)
}

/// Builds the window and `programs` in debug.
pub(crate) fn build(programs: &[&str]) -> Result<()> {
    ui::build()?;
    let mut build = cargo("build");
    build.args(cargo::WORKSPACE);
    for program in programs {
        build.args(["--bin", program]);
    }
    shell::run(&mut build)
}

fn picture(playground: &Playground) -> Result<()> {
    let display = Display::start(1280, 800)?;
    let file = paths::target().join("screenshots/run.png");
    let app = paths::debug_binary("patchbay-desktop");
    let window = WebView::start(&display, &app, &[(PLAYGROUND_VARIABLE, playground.url()?)])?;
    window.wait_for_content()?;
    display.screenshot(&file)?;
    shell::log("The app showed its window. The screenshot lies in:");
    shell::print_result(file.display());
    Ok(())
}
