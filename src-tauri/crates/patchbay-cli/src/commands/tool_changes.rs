//! `patchbay tool changes|accept`: tools that are not any more as the user agreed to them.

use patchbay_ops::{ToolChange, ToolChangeKind, accept_tools, list_tool_changes};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::table::Tone;
use crate::output::{Screen, forms, text};

pub(super) async fn list(cli: &Cli, connector: Option<&str>) -> Result<(), Failure> {
    let connector = match connector {
        Some(text) => Some(cli.connector(text).await?.id),
        None => None,
    };
    let changes = list_tool_changes(&cli.cx, connector.as_ref()).await?;
    if changes.is_empty() {
        cli.stderr.say("No tools changed.");
    }
    cli.out.answer(&changes, |screen| {
        if changes.is_empty() {
            return String::new();
        }
        changes
            .iter()
            .map(|change| render_change(change, screen))
            .collect()
    })
}

pub(super) async fn accept(cli: &Cli, connector: &str) -> Result<(), Failure> {
    let connector = cli.connector(connector).await?;
    accept_tools(&cli.cx, &connector.id).await?;
    cli.stderr
        .say(&format!("Accepted tool changes of {}.", connector.title));
    cli.print_connector(connector, |_, _| String::new()).await
}

/// A tool that came, went or changed, and every place that differs with both of its values: what is to be
/// accepted is shown whole, or it is said how much of it is not.
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
