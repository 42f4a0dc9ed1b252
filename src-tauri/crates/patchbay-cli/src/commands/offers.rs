//! `patchbay connector resources|read|prompts|prompt`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use patchbay_model::{Content, FilledPrompt, inert_json_pretty};
use patchbay_ops::{fill_prompt, list_prompts, list_resources, read_resource};

use super::run;
use crate::door::Door;
use crate::failure::Failure;
use crate::output::table::{Cell, Table};
use crate::output::text;
use crate::tool_arguments;

pub(super) async fn resources(door: &Door, connector: &str) -> Result<(), Failure> {
    let connector = door.connector(connector).await?;
    door.unlock_for(&connector).await?;
    let listed = list_resources(&door.cx, &connector.id).await;
    let listed = listed.map_err(|error| Failure::from(error).of(&connector))?;
    if listed.is_empty() {
        door.talk.say("No resources.");
    }
    door.out.answer(&listed, |screen| {
        if listed.is_empty() {
            return String::new();
        }
        let rows = listed.iter().map(|one| {
            [
                Cell::from(&one.uri),
                Cell::from(one.title.as_ref().unwrap_or(&one.name)),
                Cell::from(one.mime_type.as_deref().unwrap_or_default()),
                Cell::from(one.description.as_deref().unwrap_or_default()),
            ]
        });
        Table::new(["URI", "NAME", "KIND", "DESCRIPTION"], rows).render(screen)
    })
}

/// Prints what is read as it is: text as text, anything else as its bytes, which a terminal only has named.
pub(super) async fn read(door: &Door, connector: &str, uri: &str) -> Result<(), Failure> {
    let connector = door.connector(connector).await?;
    door.unlock_for(&connector).await?;
    let parts = read_resource(&door.cx, &connector.id, uri).await;
    let parts = parts.map_err(|error| Failure::from(error).of(&connector))?;
    if door.is_json() {
        return door.out.answer(&parts, |_| String::new());
    }
    let mut raw = door.out.raw();
    for part in &parts {
        match part {
            Content::Resource {
                text: Some(text), ..
            } => {
                raw.write(text.as_bytes())?;
            }
            Content::Resource {
                uri,
                mime_type,
                blob: Some(blob),
                ..
            } if raw.is_terminal() => {
                let kind = mime_type.as_deref().unwrap_or("binary");
                raw.write((run::binary(uri, kind, blob) + "\n").as_bytes())?;
            }
            Content::Resource {
                blob: Some(blob), ..
            } => {
                let bytes = BASE64_STANDARD.decode(blob).map_err(|_| {
                    Failure::internal("the server sent bytes that cannot be decoded")
                })?;
                raw.write(&bytes)?;
            }
            other => {
                raw.write((inert_json_pretty(other) + "\n").as_bytes())?;
            }
        }
    }
    raw.finish()
}

pub(super) async fn prompts(door: &Door, connector: &str) -> Result<(), Failure> {
    let connector = door.connector(connector).await?;
    door.unlock_for(&connector).await?;
    let listed = list_prompts(&door.cx, &connector.id).await;
    let listed = listed.map_err(|error| Failure::from(error).of(&connector))?;
    if listed.is_empty() {
        door.talk.say("No prompts.");
    }
    door.out.answer(&listed, |screen| {
        if listed.is_empty() {
            return String::new();
        }
        let rows = listed.iter().map(|one| {
            let arguments = one.arguments.iter().map(|argument| {
                let mark = if argument.is_required { "" } else { "?" };
                format!("{}{mark}", argument.name)
            });
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
    door: &Door,
    connector: &str,
    name: &str,
    arguments: &[String],
) -> Result<(), Failure> {
    let arguments = tool_arguments::read(None, arguments)?;
    let connector = door.connector(connector).await?;
    door.unlock_for(&connector).await?;
    let filled = fill_prompt(&door.cx, &connector.id, name, arguments).await;
    let filled = filled.map_err(|error| Failure::from(error).of(&connector))?;
    door.out.answer(&filled, |_| said(&filled))
}

fn said(filled: &FilledPrompt) -> String {
    let messages = filled.messages.iter().map(|message| {
        let content = match &message.content {
            Content::Text { text } => text.clone(),
            other => inert_json_pretty(other),
        };
        format!("{}: {}\n", text::line(&message.role), text::lines(&content))
    });
    messages.collect()
}
