//! `patchbay connector edit` on hosted platforms, `patchbay connector actions` and `action`.

use patchbay_model::{
    Action, Connector, ConnectorSettings, Fact, PlatformDetails, Timestamp, inert_json_pretty,
};
use patchbay_ops::{
    ActionOutcome, ChangeSettings, Error, RunAction, SettingsPlan, change_settings,
    connector_details, connector_settings, plan_settings,
};
use serde_json::{Map, Value};

use crate::args::ChangeArgs;
use crate::cli::Cli;
use crate::command_hint::quoted_name;
use crate::failure::Failure;
use crate::form_values;
use crate::output::table::{Cell, Table};
use crate::output::{Screen, forms, text, when, words};
use crate::tool_arguments;

/// Changes the platform settings of a connector, after showing and confirming the changes. Returns `None` if the
/// command only shows something.
pub(super) async fn change(
    cli: &Cli,
    connector: &Connector,
    args: ChangeArgs,
) -> Result<Option<Connector>, Failure> {
    cli.unlock_for(connector).await?;
    let current = connector_settings(&cli.cx, &connector.id).await?;
    if args.form.describe {
        forms::describe(cli, &current.form)?;
        return Ok(None);
    }
    let change = read_changes(cli, current, &args).await?;
    let plan = plan_settings(&cli.cx, &connector.id, change.clone()).await?;
    if args.dry_run {
        cli.out.answer(&plan, |screen| render_plan(&plan, screen))?;
        return Ok(None);
    }
    if plan.changes.is_empty() && plan.secrets.is_empty() {
        cli.say("No changes.");
        return Ok(Some(connector.clone()));
    }
    // On standard error, because the answer is the changed connector.
    for line in render_plan(&plan, Screen::PLAIN).lines() {
        cli.say(line);
    }
    let question = format!(
        "Save these changes to {} on {}?",
        connector.title, connector.identity.account
    );
    let needed = Error::ConfirmationNeeded {
        what: format!("Changing {}", connector.title),
    };
    cli.confirm(&question, needed.into())?;
    let changed = change_settings(&cli.cx, &connector.id, change).await;
    let changed = changed.map_err(|error| match error {
        error @ Error::ChangedElsewhere { .. } => {
            Failure::from(error).with_hint("Review them or add --overwrite.")
        }
        error => error.into(),
    })?;
    cli.say(format!("Updated {}.", cli.label(&changed).await?));
    Ok(Some(changed))
}

async fn read_changes(
    cli: &Cli,
    current: ConnectorSettings,
    args: &ChangeArgs,
) -> Result<ChangeSettings, Failure> {
    Ok(ChangeSettings {
        values: form_values::overlay(&current.form, &args.values)?,
        base: current.form.values,
        secrets: form_values::secrets(cli, &args.form.secrets).await?,
        overwrite: args.overwrite,
    })
}

fn render_plan(plan: &SettingsPlan, screen: Screen) -> String {
    let mut text = forms::differences(&plan.changes, screen);
    for secret in &plan.secrets {
        text.push_str(&format!("{}\n  + new secret\n", text::line(secret)));
    }
    if !plan.changed_elsewhere.is_empty() {
        text.push_str("Changed by someone else:\n");
        text.push_str(&forms::differences(&plan.changed_elsewhere, screen));
    }
    if text.is_empty() {
        text.push_str("No changes.\n");
    }
    text
}

/// Lists the platform-specific facts and actions of a connector.
pub(super) async fn list_actions(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(connector).await?;
    let details = connector_details(&cli.cx, &connector.id).await?;
    let now = cli.now();
    cli.out
        .answer(&details, |screen| render_details(&details, now, screen))
}

fn render_details(details: &PlatformDetails, now: Timestamp, screen: Screen) -> String {
    let facts = details.facts.iter();
    let facts: String = facts.map(|fact| fact_line(fact, now)).collect();
    let rows: Vec<_> = details.actions().map(action_row).collect();
    if rows.is_empty() {
        return facts;
    }
    let heads = ["ACTION", "WHAT", "EFFECT", "TAKES", "CONSEQUENCE"];
    let table = Table::new(heads, rows).render(screen);
    match facts.is_empty() {
        true => table,
        false => format!("{facts}\n{table}"),
    }
}

fn fact_line(fact: &Fact, now: Timestamp) -> String {
    let value = match fact.at {
        Some(at) => when::relative(at, now),
        None => fact.value.clone(),
    };
    format!("{}: {}\n", text::line(&fact.label), text::line(&value))
}

fn action_row(action: &Action) -> [Cell; 5] {
    let (effect, tone) = words::operation_effect(action.effect);
    let schema = action.input_schema.as_ref();
    let inputs = schema.and_then(|schema| schema["properties"].as_object());
    let inputs: Vec<_> = inputs.into_iter().flat_map(Map::keys).cloned().collect();
    [
        Cell::from(&action.name),
        Cell::from(&action.title),
        Cell::toned(effect, tone),
        Cell::from(inputs.join(", ")),
        Cell::from(action.warning.as_deref().unwrap_or_default()),
    ]
}

pub(super) async fn run_action(
    cli: &Cli,
    connector: &str,
    action: String,
    arguments: &[String],
) -> Result<(), Failure> {
    let connector = cli.unlocked_connector(connector).await?;
    let request = RunAction {
        connector: connector.id.clone(),
        action: action.clone(),
        values: tool_arguments::read(None, arguments)?,
        confirmed: cli.assume_yes(),
    };
    let outcome = match patchbay_ops::run_action(&cli.cx, request.clone()).await {
        Err(error @ Error::ConfirmationNeeded { .. }) => {
            confirm(cli, &connector, &action, error).await?;
            let request = RunAction {
                confirmed: true,
                ..request
            };
            patchbay_ops::run_action(&cli.cx, request).await
        }
        outcome => outcome,
    };
    let outcome = outcome.map_err(|error| explain(error, &connector))?;
    print_done(cli, &outcome)
}

/// Asks for confirmation, showing the warning of the action.
async fn confirm(
    cli: &Cli,
    connector: &Connector,
    name: &str,
    needed: Error,
) -> Result<(), Failure> {
    let details = connector_details(&cli.cx, &connector.id).await?;
    let action = details.find(name);
    if let Some(warning) = action.and_then(|action| action.warning.as_deref()) {
        cli.say(text::line(warning));
    }
    let label = action.map_or(name, |action| action.title.as_str());
    let (title, account) = (&connector.title, &connector.identity.account);
    let question = format!("{}: {title} on {account}?", text::line(label));
    cli.confirm(&question, needed.into())
}

fn explain(error: Error, connector: &Connector) -> Failure {
    let name = quoted_name(connector);
    match error {
        Error::NotFound { kind: "action", .. } => {
            Failure::from(error).with_hint(format!("Run `patchbay connector actions {name}`."))
        }
        error => Failure::about(error, connector),
    }
}

fn print_done(cli: &Cli, outcome: &ActionOutcome) -> Result<(), Failure> {
    let (status, _) = words::status(&outcome.connector.status);
    let title = &outcome.connector.title;
    cli.say(format!("Done. {title}: {status}."));
    cli.out.answer(outcome, |_| {
        let is_empty = match &outcome.answer.0 {
            Value::Null => true,
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        if is_empty {
            return String::new();
        }
        inert_json_pretty(&outcome.answer) + "\n"
    })
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Difference, Json};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plan_shows_places_of_secrets_and_never_more() {
        let plan = SettingsPlan {
            changes: vec![Difference {
                path: "/name".to_owned(),
                before: None,
                after: Some(Json(json!("b"))),
            }],
            secrets: vec!["/token".to_owned()],
            changed_elsewhere: Vec::new(),
        };
        assert_eq!(
            render_plan(&plan, Screen::PLAIN),
            "/name\n  + \"b\"\n/token\n  + new secret\n"
        );
    }
}
