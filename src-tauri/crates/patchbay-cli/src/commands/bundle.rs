//! `patchbay connector add --bundle FILE`: the server in an MCP bundle.

use std::collections::BTreeMap;
use std::path::Path;

use patchbay_model::{Connector, ServerCommand};
use patchbay_ops::{AddBundle, Bundle, BundleSetting, BundleSettingKind, add_bundle, read_bundle};

use super::fill::{ask_for, fill_option, parse_fill, read_fill_secrets};
use crate::args::PastedArgs;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Screen;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table};

/// Shows the manifest of a bundle.
pub(super) async fn describe(cli: &Cli, file: &Path) -> Result<(), Failure> {
    let bundle = read_bundle(&cli.cx, file).await?;
    cli.out
        .answer(&bundle, |screen| render_bundle(&bundle, screen))
}

/// Adds the server of a bundle.
pub(super) async fn add(
    cli: &Cli,
    file: &Path,
    name: Option<String>,
    title: Option<String>,
    filled: &PastedArgs,
) -> Result<Connector, Failure> {
    let bundle = read_bundle(&cli.cx, file).await?;
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, text) in parse_fill(&filled.filled)? {
        let value = text.to_owned();
        values.entry(key.to_owned()).or_default().push(value);
    }
    let mut secrets = read_fill_secrets(cli, &filled.filled_secrets).await?;
    for line in render_bundle(&bundle, Screen::PLAIN).lines() {
        cli.say(line);
    }
    for setting in &bundle.settings {
        let BundleSetting { key, is_secret, .. } = setting;
        let is_given = values.contains_key(key) || secrets.contains_key(key);
        if !setting.is_required || !setting.default.is_empty() || is_given {
            continue;
        }
        if *is_secret && cli.is_interactive() {
            cli.open_vault().await?;
        }
        match ask_for(&setting.title, &[], *is_secret)? {
            Some(secret) if *is_secret => {
                secrets.insert(key.clone(), secret.into());
            }
            Some(value) => {
                values.insert(key.clone(), vec![value.expose().to_owned()]);
            }
            None => return Err(missing_value(setting)),
        }
    }
    if !secrets.is_empty() {
        cli.unlock().await?;
    }
    let request = AddBundle {
        sha256: bundle.sha256,
        values,
        secrets,
        name,
        title,
    };
    Ok(add_bundle(&cli.cx, file, request).await?)
}

fn missing_value(setting: &BundleSetting) -> Failure {
    let option = fill_option(&setting.key, setting.is_secret);
    Failure::usage(
        format!("enter a value for {}", setting.title),
        format!("Pass {option}."),
    )
}

fn render_bundle(bundle: &Bundle, screen: Screen) -> String {
    let mut words = bundle.command.iter().cloned();
    let command = ServerCommand {
        program: words.next().unwrap_or_default(),
        arguments: words.collect(),
        ..ServerCommand::default()
    };
    let mut facts = Facts::default()
        .add("Name", &bundle.title)
        .add("Version", &bundle.version)
        .add_optional("Author", bundle.author.as_ref())
        .add_optional("Description", bundle.description.as_ref())
        .add_words("Command", command.line())
        .add_optional("Program", bundle.program.as_ref());
    // Each on a line of its own, as a value may look like another variable.
    for variable in &bundle.variables {
        facts = facts.add_words("Variables", variable);
    }
    facts = facts
        .add("Needs", bundle.runtimes.join(", "))
        .add("SHA-256", &bundle.sha256);
    for note in &bundle.notes {
        facts = facts.add("Note", note);
    }
    let mut shown = facts.render(screen);
    if !bundle.settings.is_empty() {
        let rows = bundle.settings.iter().map(setting_row);
        let table = Table::new(["SETTING", "NAME", "TYPE", "REQUIRED", "DEFAULT"], rows);
        shown.push('\n');
        shown.push_str(&table.render(screen));
    }
    shown
}

fn setting_row(setting: &BundleSetting) -> [Cell; 5] {
    [
        Cell::from(&setting.key),
        Cell::from(&setting.title),
        Cell::from(kind(setting)),
        Cell::from(if setting.is_required { "yes" } else { "no" }),
        Cell::from(&setting.default.join(", ")),
    ]
}

fn kind(setting: &BundleSetting) -> &'static str {
    match setting.kind {
        _ if setting.is_secret => "secret",
        BundleSettingKind::String => "text",
        BundleSettingKind::Number => "number",
        BundleSettingKind::Boolean => "true or false",
        BundleSettingKind::Directory => "folder",
        BundleSettingKind::File => "file",
    }
}
