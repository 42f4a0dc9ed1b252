//! `patchbay tool changes|accept`: tools that changed since the user accepted them.

use patchbay_model::Connector;
use patchbay_ops::{ToolChange, ToolChangeKind, accept_tools, list_connectors, list_tool_changes};

use crate::cli::Cli;
use crate::command_hint::quoted_name;
use crate::failure::Failure;
use crate::output::table::Tone;
use crate::output::{Screen, forms, text};

pub(super) async fn list(cli: &Cli, connector: Option<&str>) -> Result<(), Failure> {
    let connector = cli.optional_connector(connector).await?;
    let id = connector.as_ref().map(|connector| &connector.id);
    let changes = list_tool_changes(&cli.cx, id).await?;
    if changes.is_empty() {
        cli.say("No tools changed.");
    }
    let connectors = match id {
        Some(_) => Vec::new(),
        None => list_connectors(&cli.cx).await?,
    };
    cli.out.answer(&changes, |screen| {
        let of_connectors = changes.chunk_by(|one, next| one.connector == next.connector);
        of_connectors
            .map(|changes| {
                let of =
                    |one: &&Connector| changes.first().is_some_and(|it| it.connector == one.id);
                let named = connectors.iter().find(of);
                let heading = named.map(|one| format!("In {}:\n", quoted_name(one)));
                let changes = changes.iter().map(|change| render_change(change, screen));
                heading.into_iter().chain(changes).collect::<String>()
            })
            .collect()
    })
}

pub(super) async fn accept(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    accept_tools(&cli.cx, &connector.id).await?;
    cli.say(format!("Accepted tool changes of {}.", connector.title));
    cli.print_connector(connector, |_, _| String::new()).await
}

/// Renders a change with both values of every difference. The user accepts what is shown, so long values are cut with
/// the number of omitted characters.
fn render_change(change: &ToolChange, screen: Screen) -> String {
    let (word, tone) = match change.kind {
        ToolChangeKind::Added => ("new", Tone::Warning),
        ToolChangeKind::Removed => ("gone", Tone::Faint),
        ToolChangeKind::Changed => ("changed", Tone::Warning),
    };
    let name = text::line(&change.name);
    let differences = forms::differences(&change.differences, screen);
    let differences: String = differences
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    format!("{name}: {}\n{differences}", tone.paint(word, screen))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_shown_whole_or_says_what_is_hidden() {
        let change = |text: String| -> ToolChange {
            let difference = json!({
                "path": "/description", "before": "Reads.\u{202e}", "after": text,
            });
            let change = json!({
                "connector": "con_1", "name": "echo", "kind": "changed", "before": null,
                "after": null, "differences": [difference], "noticedAt": "2026-01-01T00:00:00Z",
            });
            serde_json::from_value(change).unwrap()
        };
        assert_eq!(
            render_change(&change("Deletes.".to_owned()), Screen::PLAIN),
            "echo: changed\n  /description\n    - \"Reads.\\u202e\"\n    + \"Deletes.\"\n"
        );
        let long = render_change(&change("x".repeat(9000)), Screen::PLAIN);
        assert!(long.contains("more characters)"), "{long}");
    }
}
