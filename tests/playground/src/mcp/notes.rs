//! Tools that change something: notes, shared by everybody who uses this Playground.

use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::{schemars, tool, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Tools;
use crate::shared::lock;

/// What `add_note` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct NewNote {
    /// The text of the note
    #[schemars(length(min = 1, max = 10_000))]
    text: String,
}

/// What `delete_note` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct OldNote {
    /// The number of the note, as `list_notes` has it
    #[schemars(range(min = 1))]
    id: u32,
}

/// One note.
#[derive(Debug, Serialize, JsonSchema)]
struct Note {
    /// The number of the note
    id: u32,
    /// The text of the note
    text: String,
}

/// What `list_notes` answers.
#[derive(Debug, Serialize, JsonSchema)]
struct Notes {
    /// All notes, oldest first
    notes: Vec<Note>,
}

impl Tools {
    /// All notes, a line each.
    pub(super) fn all_notes(&self) -> String {
        let notes = lock(&self.shared.notes);
        notes
            .texts
            .values()
            .map(|text| format!("{text}\n"))
            .collect()
    }
}

#[tool_router(router = note_tools, vis = "pub(crate)")]
impl Tools {
    #[tool(
        title = "Add a note",
        description = "Keeps a note until the Playground stops.",
        annotations(
            read_only_hint = false,
            destructive_hint = false,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    fn add_note(&self, Parameters(NewNote { text }): Parameters<NewNote>) -> Json<Note> {
        let mut notes = lock(&self.shared.notes);
        notes.last += 1;
        let id = notes.last;
        notes.texts.insert(id, text.clone());
        Json(Note { id, text })
    }

    #[tool(
        title = "List notes",
        description = "Lists the notes kept so far.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn list_notes(&self) -> Json<Notes> {
        let notes = lock(&self.shared.notes)
            .texts
            .iter()
            .map(|(id, text)| Note {
                id: *id,
                text: text.clone(),
            })
            .collect();
        Json(Notes { notes })
    }

    #[tool(
        title = "Delete a note",
        description = "Deletes a note for good.",
        annotations(
            read_only_hint = false,
            destructive_hint = true,
            idempotent_hint = true,
            open_world_hint = false
        )
    )]
    fn delete_note(&self, Parameters(OldNote { id }): Parameters<OldNote>) -> CallToolResult {
        match lock(&self.shared.notes).texts.remove(&id) {
            Some(text) => CallToolResult::success(vec![ContentBlock::text(format!(
                "Deleted note {id}: {text}"
            ))]),
            None => {
                CallToolResult::error(vec![ContentBlock::text(format!("There is no note {id}."))])
            }
        }
    }
}
