//! `patchbay api …`: every documented operation of every platform, by its name.

use patchbay_model::{Json, OperationEffect, Platform};
use patchbay_ops::{CallOperation, Error, OperationCard, call_operation, list_operations};
use serde_json::Value;

use super::account;
use super::authentication::header_values;
use crate::args::ApiArgs;
use crate::door::Door;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table};
use crate::output::{Screen, text, words};
use crate::tool_arguments;
use crate::unlock::unlock;

pub(super) async fn run(door: &Door, args: ApiArgs) -> Result<(), Failure> {
    let platform = match &args.platform {
        Some(word) => Platform::from_word(word).unwrap_or(Platform::Local),
        None => {
            let account = args.account.as_deref().unwrap_or_default();
            account::find(door, account).await?.platform
        }
    };
    let described = args.describe.clone().map(|name| {
        let named = Some(name).filter(|name| !name.is_empty());
        named.or_else(|| args.operation.clone()).unwrap_or_default()
    });
    match described {
        Some(name) => describe(door, &operation(platform, &name)?),
        None if args.list => list(door, platform),
        None => call(door, platform, args).await,
    }
}

fn operation(platform: Platform, name: &str) -> Result<OperationCard, Failure> {
    let mut operations = list_operations(platform).into_iter();
    let found = operations.find(|operation| operation.name == name);
    found.ok_or_else(|| {
        let missing = Error::NotFound {
            kind: "operation",
            name: name.to_owned(),
        };
        let word = platform.as_str();
        Failure::from(missing).hinting(format!(
            "Run `patchbay api --platform {word} --list` to see them all."
        ))
    })
}

fn list(door: &Door, platform: Platform) -> Result<(), Failure> {
    let operations = list_operations(platform);
    door.out.answer(&operations, |screen| {
        let rows = operations.iter().map(|operation| {
            let (effect, tone) = words::operation_effect(operation.effect);
            [
                Cell::from(&operation.name),
                Cell::toned(effect, tone),
                Cell::from(&operation.summary),
            ]
        });
        Table::new(["OPERATION", "EFFECT", "WHAT"], rows).render(screen)
    })
}

fn describe(door: &Door, operation: &OperationCard) -> Result<(), Failure> {
    door.out.answer(operation, |screen| {
        let (effect, tone) = words::operation_effect(operation.effect);
        let facts = Facts::default()
            .add("Operation", &operation.name)
            .add("Does", &operation.summary)
            .toned("Effect", effect, tone)
            .add("Source", &operation.source)
            .render(screen);
        format!("{facts}\n{}", parameters(operation, screen))
    })
}

fn parameters(operation: &OperationCard, screen: Screen) -> String {
    let schema = &operation.parameters;
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = schema["properties"].as_object() else {
        return "It takes no arguments.\n".to_owned();
    };
    let rows = properties.iter().map(|(name, property)| {
        let needed = if required.contains(&name.as_str()) {
            "needed"
        } else {
            ""
        };
        let words = property["description"].as_str().unwrap_or_default();
        [
            Cell::from(name),
            Cell::from(kind(property)),
            Cell::from(needed),
            Cell::from(words),
        ]
    });
    Table::new(["ARGUMENT", "TYPE", "", "WHAT"], rows).render(screen)
}

fn kind(property: &Value) -> String {
    match &property["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let words: Vec<_> = kinds.iter().filter_map(Value::as_str).collect();
            words.join(" or ")
        }
        _ => "any".to_owned(),
    }
}

async fn call(door: &Door, platform: Platform, args: ApiArgs) -> Result<(), Failure> {
    let (Some(account), Some(name)) = (&args.account, &args.operation) else {
        return Err(Failure::usage(
            "no operation is named",
            "Add --list to see them all.",
        ));
    };
    let account = account::find(door, account).await?;
    let operation = operation(platform, name)?;
    let headers = if args.headers.is_empty() {
        std::collections::BTreeMap::new()
    } else {
        header_values(door, &args.headers).await?
    };
    let request = CallOperation {
        account: account.id,
        operation: operation.name.clone(),
        arguments: tool_arguments::read(args.args.as_deref(), &args.arguments)?,
        confirmed: confirmed(door, &operation, &account.label)?,
        timeout_seconds: args.timeout,
        retries: args.retries,
        headers,
        query: tool_arguments::read(None, &args.query)?,
        body: tool_arguments::read(None, &args.body)?,
    };
    unlock(door).await?;
    let answer = call_operation(&door.cx, request).await?;
    door.out.answer(&answer, |_| pretty(&answer))
}

/// Irreversible operations ask, naming what and where.
fn confirmed(door: &Door, operation: &OperationCard, account: &str) -> Result<bool, Failure> {
    if operation.effect != OperationEffect::Irreversible {
        return Ok(false);
    }
    let question = format!(
        "{} on {} cannot be taken back. Go ahead?",
        operation.name,
        text::line(account)
    );
    let missing = Error::ConfirmationNeeded {
        tool: operation.name.clone(),
    };
    door.confirm(&question, missing.into())?;
    Ok(true)
}

fn pretty(answer: &Json) -> String {
    // A JSON value always has a text.
    serde_json::to_string_pretty(answer).map_or_else(|_| String::new(), |text| text + "\n")
}
