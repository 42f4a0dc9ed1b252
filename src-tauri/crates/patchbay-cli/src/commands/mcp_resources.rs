//! `patchbay connector resources|resource|prompts|prompt`.

use patchbay_model::{
    Code, Connector, Content, Explain as _, FilledPrompt, Json, PromptArgument, inert_json_pretty,
};
use patchbay_ops::{
    Attachment, Error, fill_prompt, fill_resource_template, is_resource_template, list_prompts,
    list_resources, read_resource, watch_resource,
};

use super::run_result::make_inert;
use crate::cli::Cli;
use crate::command_hint::quoted_name;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::table::Cell;
use crate::output::{self, Screen, content, text};
use crate::questions::QuestionResponder;
use crate::tool_arguments;

/// How to save a resource that a terminal can't show.
const TO_SAVE: &str = "to save it, add > FILE";

pub(super) async fn resources(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(connector).await?;
    let resources = list_resources(&cli.cx, &connector.id).await;
    let resources = resources.map_err(|error| Failure::about(error, &connector))?;
    let heads = ["URI", "NAME", "ARGUMENTS", "KIND", "DESCRIPTION"];
    cli.print_table(&resources, "No resources.", heads, |one| {
        let variables = one.variables.iter().flatten();
        [
            Cell::from(&one.uri),
            Cell::from(one.title.as_ref().unwrap_or(&one.name)),
            argument_names(variables.map(|one| (&one.name, one.is_required))),
            Cell::from(one.mime_type.as_deref().unwrap_or_default()),
            Cell::from(one.description.as_deref().unwrap_or_default()),
        ]
    })
}

/// Names of arguments, optional ones marked with `?`.
fn argument_names<'a>(arguments: impl Iterator<Item = (&'a String, bool)>) -> Cell {
    let names = arguments.map(|(name, is_required)| match is_required {
        true => name.clone(),
        false => format!("{name}?"),
    });
    Cell::from(names.collect::<Vec<_>>().join(" "))
}

/// Fills in a template.
pub(super) fn fill_in(uri: String, arguments: &[String]) -> Result<String, Failure> {
    if arguments.is_empty() && !is_resource_template(&uri) {
        return Ok(uri);
    }
    let values = tool_arguments::read(None, arguments)?;
    Ok(fill_resource_template(&uri, values)?)
}

/// Prints a resource: text as text, anything else as bytes, for which a terminal shows a placeholder.
pub(super) async fn read(cli: &Cli, connector: &str, uri: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(connector).await?;
    let _responder = QuestionResponder::start(cli);
    let parts = read_resource(&cli.cx, &connector.id, uri).await;
    print(
        cli,
        &parts.map_err(|error| explain(error, &connector, "connector resources"))?,
    )
}

/// Prints a resource, and again whenever its server reports a change, until Ctrl-C.
pub(super) async fn watch(cli: &Cli, connector: &str, uri: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(connector).await?;
    let _responder = QuestionResponder::start(cli);
    let (change_to, mut change) = tokio::sync::watch::channel(());
    let on_change = || change_to.send_replace(());
    let watching = watch_resource(&cli.cx, &connector.id, uri, interrupted(), on_change);
    let printing = async {
        while change.changed().await.is_ok() {
            let parts = read_resource(&cli.cx, &connector.id, uri).await;
            let parts = parts.map_err(|error| explain(error, &connector, "connector resources"))?;
            cli.out.clear()?;
            print(cli, &parts)?;
            if output::is_closed() {
                break;
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = watching => ended.map_err(|error| explain(error, &connector, "connector resources")),
        ended = printing => ended,
    }
}

/// Names the command that lists what the server has, where the server refuses in words of its own.
fn explain(error: Error, connector: &Connector, list: &str) -> Failure {
    // That of a program would name its log.
    let has_hint = error.problem().hint.is_some();
    let failure = Failure::about(error, connector);
    match failure.code() {
        Code::McpServerError if !has_hint => {
            let name = quoted_name(connector);
            failure.with_hint(format!("To see what it has, run `patchbay {list} {name}`."))
        }
        _ => failure,
    }
}

fn print(cli: &Cli, parts: &[Content]) -> Result<(), Failure> {
    if cli.is_json() {
        return cli.out.json_only(parts);
    }
    let mut raw = cli.out.raw()?;
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
            Content::Resource { blob: Some(_), .. } if raw.is_terminal() => {
                raw.write((content::as_text(part, Some(TO_SAVE)) + "\n").as_bytes())?;
            }
            Content::Resource { blob: Some(_), .. } => {
                raw.write(Attachment::of(part)?.bytes())?;
            }
            other => {
                raw.write((inert_json_pretty(other) + "\n").as_bytes())?;
            }
        }
    }
    raw.finish()
}

pub(super) async fn prompts(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(connector).await?;
    let prompts = list_prompts(&cli.cx, &connector.id).await;
    let prompts = prompts.map_err(|error| Failure::about(error, &connector))?;
    let heads = ["PROMPT", "ARGUMENTS", "DESCRIPTION"];
    cli.print_table(&prompts, "No prompts.", heads, |one| {
        let arguments = one.arguments.iter();
        [
            Cell::from(&one.name),
            argument_names(arguments.map(|one| (&one.name, one.is_required))),
            Cell::from(one.description.as_deref().unwrap_or_default()),
        ]
    })
}

pub(super) async fn prompt(
    cli: &Cli,
    connector: &str,
    name: &str,
    arguments: &[String],
) -> Result<(), Failure> {
    let arguments = tool_arguments::read(None, arguments)?;
    let connector = cli.unlocked_connector(connector).await?;
    let _responder = QuestionResponder::start(cli);
    match fill_prompt(&cli.cx, &connector.id, name, arguments.clone()).await {
        Ok(filled) => cli
            .out
            .answer(&filled, |screen| prompt_text(&filled, screen)),
        Err(error) => {
            let missing = match error.code() {
                Code::McpServerError => missing_argument(cli, &connector, name, &arguments).await,
                _ => None,
            };
            Err(missing.unwrap_or_else(|| explain(error, &connector, "connector prompts")))
        }
    }
}

/// Names the first required argument that is not given, as servers refuse a prompt without it in words of their own.
async fn missing_argument(
    cli: &Cli,
    connector: &Connector,
    prompt: &str,
    given: &Json,
) -> Option<Failure> {
    let known = list_prompts(&cli.cx, &connector.id).await.ok()?;
    let prompt = known.into_iter().find(|one| one.name == prompt)?;
    let is_missing = |one: &PromptArgument| one.is_required && given.0.get(&one.name).is_none();
    let missing = prompt.arguments.into_iter().find(is_missing)?.name;
    let option = text::quote(&format!("{missing}=TEXT"));
    Some(Failure::usage(
        format!("the argument {missing} is missing"),
        format!("Add {option}."),
    ))
}

fn prompt_text(filled: &FilledPrompt, screen: Screen) -> String {
    let messages = filled.messages.iter().map(|message| {
        let content = make_inert(&content::as_text(&message.content, None), screen);
        format!("{}: {content}", text::line(&message.role))
    });
    messages.collect()
}

#[cfg(test)]
mod tests {
    use patchbay_model::PromptMessage;

    use super::*;

    #[test]
    fn a_prompt_stays_as_it_is_unless_a_terminal_shows_it() {
        let filled = FilledPrompt {
            description: None,
            messages: vec![PromptMessage {
                role: "user".to_owned(),
                content: Content::text("a\u{200c}b\u{1b}[2J"),
            }],
        };
        let shown = |is_terminal| {
            let screen = Screen {
                is_terminal,
                ..Screen::PLAIN
            };
            prompt_text(&filled, screen)
        };
        assert_eq!(shown(false), "user: a\u{200c}b\u{1b}[2J\n");
        assert_eq!(shown(true), "user: a<U+200C>b\u{fffd}[2J\n");
    }
}
