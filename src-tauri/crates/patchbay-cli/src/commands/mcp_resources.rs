//! `patchbay connector resources|resource|prompts|prompt`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use patchbay_model::{Content, FilledPrompt, Resource, inert_json_pretty};
use patchbay_ops::{
    fill_prompt, fill_resource_template, list_prompts, list_resources, read_resource,
    watch_resource,
};

use super::run_result;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::table::{Cell, Table};
use crate::output::text;
use crate::questions::QuestionResponder;
use crate::tool_arguments;

pub(super) async fn resources(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    cli.unlock_for(&connector).await?;
    let listed = list_resources(&cli.cx, &connector.id).await;
    let listed = listed.map_err(|error| Failure::from(error).of(&connector))?;
    if listed.is_empty() {
        cli.stderr.say("No resources.");
    }
    cli.out.answer(&listed, |screen| {
        if listed.is_empty() {
            return String::new();
        }
        let rows = listed.iter().map(|one| {
            [
                Cell::from(&one.uri),
                Cell::from(one.title.as_ref().unwrap_or(&one.name)),
                Cell::from(arguments_of(one)),
                Cell::from(one.mime_type.as_deref().unwrap_or_default()),
                Cell::from(one.description.as_deref().unwrap_or_default()),
            ]
        });
        Table::new(["URI", "NAME", "ARGUMENTS", "KIND", "DESCRIPTION"], rows).render(screen)
    })
}

/// What a template is filled in with; nothing of what is read as it is.
fn arguments_of(resource: &Resource) -> String {
    let variables = resource.variables.iter().flatten();
    let names = variables.map(|one| marked(&one.name, one.is_required));
    names.collect::<Vec<_>>().join(" ")
}

fn marked(name: &str, is_required: bool) -> String {
    format!("{name}{}", if is_required { "" } else { "?" })
}

/// A URI as it was given, or made of a template and its values.
pub(super) fn fill_in(uri: String, arguments: &[String]) -> Result<String, Failure> {
    if arguments.is_empty() {
        return Ok(uri);
    }
    let values = tool_arguments::read(None, arguments)?;
    Ok(fill_resource_template(&uri, values)?)
}

/// Prints what is read as it is: text as text, anything else as its bytes, which a terminal only has named.
pub(super) async fn read(cli: &Cli, connector: &str, uri: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    cli.unlock_for(&connector).await?;
    let _responder = QuestionResponder::start(cli);
    let parts = read_resource(&cli.cx, &connector.id, uri).await;
    print(
        cli,
        &parts.map_err(|error| Failure::from(error).of(&connector))?,
    )
}

/// Prints what is read, and again whenever its server says that it changed, until Ctrl-C.
pub(super) async fn watch(cli: &Cli, connector: &str, uri: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    cli.unlock_for(&connector).await?;
    let _responder = QuestionResponder::start(cli);
    let (change_to, mut change) = tokio::sync::watch::channel(());
    let on_change = || change_to.send_replace(());
    let watching = watch_resource(&cli.cx, &connector.id, uri, interrupted(), on_change);
    let printing = async {
        while change.changed().await.is_ok() {
            let parts = read_resource(&cli.cx, &connector.id, uri).await?;
            cli.out.clear()?;
            print(cli, &parts)?;
        }
        Ok(())
    };
    let watched = tokio::select! {
        ended = watching => ended.map_err(Failure::from),
        ended = printing => ended,
    };
    watched.map_err(|failure: Failure| failure.of(&connector))
}

fn print(cli: &Cli, parts: &[Content]) -> Result<(), Failure> {
    if cli.is_json() {
        return cli.out.answer(parts, |_| String::new());
    }
    let mut raw = cli.out.raw();
    for part in parts {
        match part {
            Content::Resource {
                text: Some(text), ..
            } => {
                raw.write(text.as_bytes())?;
                if cli.out.repeats() && !text.ends_with('\n') {
                    raw.write(b"\n")?;
                }
            }
            Content::Resource {
                uri,
                mime_type,
                blob: Some(blob),
                ..
            } if raw.is_terminal() => {
                let kind = mime_type.as_deref().unwrap_or("binary");
                raw.write((run_result::binary(uri, kind, blob) + "\n").as_bytes())?;
            }
            Content::Resource {
                blob: Some(blob), ..
            } => {
                let bytes = BASE64_STANDARD
                    .decode(blob)
                    .map_err(|_| Failure::internal("server sent invalid data"))?;
                raw.write(&bytes)?;
            }
            other => {
                raw.write((inert_json_pretty(other) + "\n").as_bytes())?;
            }
        }
    }
    raw.finish()
}

pub(super) async fn prompts(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    cli.unlock_for(&connector).await?;
    let listed = list_prompts(&cli.cx, &connector.id).await;
    let listed = listed.map_err(|error| Failure::from(error).of(&connector))?;
    if listed.is_empty() {
        cli.stderr.say("No prompts.");
    }
    cli.out.answer(&listed, |screen| {
        if listed.is_empty() {
            return String::new();
        }
        let rows = listed.iter().map(|one| {
            let arguments = one.arguments.iter();
            let arguments = arguments.map(|one| marked(&one.name, one.is_required));
            [
                Cell::from(&one.name),
                Cell::from(arguments.collect::<Vec<_>>().join(" ")),
                Cell::from(one.description.as_deref().unwrap_or_default()),
            ]
        });
        Table::new(["PROMPT", "ARGUMENTS", "DESCRIPTION"], rows).render(screen)
    })
}

pub(super) async fn prompt(
    cli: &Cli,
    connector: &str,
    name: &str,
    arguments: &[String],
) -> Result<(), Failure> {
    let arguments = tool_arguments::read(None, arguments)?;
    let connector = cli.connector(connector).await?;
    cli.unlock_for(&connector).await?;
    let _responder = QuestionResponder::start(cli);
    let filled = fill_prompt(&cli.cx, &connector.id, name, arguments).await;
    let filled = filled.map_err(|error| Failure::from(error).of(&connector))?;
    cli.out.answer(&filled, |_| prompt_text(&filled))
}

fn prompt_text(filled: &FilledPrompt) -> String {
    let messages = filled.messages.iter().map(|message| {
        let content = match &message.content {
            Content::Text { text } => text.clone(),
            other => inert_json_pretty(other),
        };
        format!("{}: {}\n", text::line(&message.role), text::lines(&content))
    });
    messages.collect()
}
