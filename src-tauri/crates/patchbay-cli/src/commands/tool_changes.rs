//! `patchbay tool changes|accept`: tools that are not any more as the user agreed to them.

use patchbay_model::Json;
use patchbay_ops::{ToolChange, ToolChangeKind, accept_tools, list_tool_changes};

use crate::door::Door;
use crate::failure::Failure;
use crate::output::table::{Cell, Table, Tone};

/// Characters of a value that are shown of it; `--json` has it whole.
const SHOWN: usize = 200;

pub(super) async fn list(door: &Door, connector: Option<&str>) -> Result<(), Failure> {
    let connector = match connector {
        Some(text) => Some(door.connector(text).await?.id),
        None => None,
    };
    let changes = list_tool_changes(&door.cx, connector.as_ref()).await?;
    if changes.is_empty() {
        door.talk.say("No tools changed.");
    }
    door.out.answer(&changes, |screen| {
        if changes.is_empty() {
            return String::new();
        }
        let rows = changes.iter().flat_map(rows_of);
        Table::new(["TOOL", "CHANGE", "WHERE", "BEFORE", "NOW"], rows).render(screen)
    })
}

pub(super) async fn accept(door: &Door, connector: &str) -> Result<(), Failure> {
    let connector = door.connector(connector).await?;
    accept_tools(&door.cx, &connector.id).await?;
    door.talk.say(&format!(
        "The tools of {} are accepted as they are now.",
        connector.title
    ));
    door.out.answer(&connector, |_| String::new())
}

/// A row for each place that differs; one for a tool that came or went.
fn rows_of(change: &ToolChange) -> Vec<[Cell; 5]> {
    let (word, tone) = match change.kind {
        ToolChangeKind::Added => ("new", Tone::Warning),
        ToolChangeKind::Removed => ("gone", Tone::Faint),
        ToolChangeKind::Changed => ("changed", Tone::Warning),
    };
    let row = |place: &str, before: String, now: String| {
        [
            Cell::from(&change.name),
            Cell::toned(word, tone),
            Cell::from(place),
            Cell::from(before),
            Cell::from(now),
        ]
    };
    if change.differences.is_empty() {
        return vec![row("", String::new(), String::new())];
    }
    let differences = change.differences.iter();
    differences
        .map(|one| {
            row(
                &one.path,
                shown(one.before.as_ref()),
                shown(one.after.as_ref()),
            )
        })
        .collect()
}

/// The beginning of a value: text as it is, anything else as JSON, `-` for none.
fn shown(value: Option<&Json>) -> String {
    let text = value.map(|value| match value.0.as_str() {
        Some(text) => text.to_owned(),
        None => value.0.to_string(),
    });
    let text = text.unwrap_or_else(|| "-".to_owned());
    text.chars().take(SHOWN).collect()
}
