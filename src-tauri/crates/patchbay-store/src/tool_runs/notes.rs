//! Rows of runs that are written a little later, many at once.

use std::collections::HashMap;

use patchbay_model::{RunId, ToolRun};
use rusqlite::Transaction;

use super::{insert, row_of, update, write_details};
use crate::Error;

/// How a run stands, to be written.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) run: ToolRun,
    /// Whether it is to be added where it is missing. A run that was removed while it was under way does
    /// not come back by its end.
    pub(crate) begins: bool,
}

/// The same with one note for each run: of one that began and ended since the last time, only the end
/// has to be written.
pub(crate) fn merged(notes: Vec<Note>) -> Vec<Note> {
    let mut places: HashMap<RunId, usize> = HashMap::with_capacity(notes.len());
    let mut merged: Vec<Note> = Vec::with_capacity(notes.len());
    for note in notes {
        if let Some(place) = places.get(&note.run.summary.id) {
            merged[*place].run = note.run;
        } else {
            places.insert(note.run.summary.id.clone(), merged.len());
            merged.push(note);
        }
    }
    merged
}

/// Writes what a note says.
pub(crate) fn write_note(tx: &Transaction<'_>, note: &Note, owner: &str) -> Result<(), Error> {
    let row = if note.begins {
        insert(tx, &note.run, owner)?
    } else {
        let Some(row) = row_of(tx, &note.run.summary.id)? else {
            return Ok(());
        };
        update(tx, row, &note.run, owner)?;
        row
    };
    write_details(tx, row, &note.run)
}
