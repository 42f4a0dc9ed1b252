//! Programs that hand out secrets.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

/// A program exactly as it is started: directly, without a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    /// As the reference calls it.
    pub name: String,
    /// Absolute path of the file that is started.
    pub file: String,
    /// Its arguments, one by one.
    pub arguments: Vec<String>,
}

/// A program that a person allowed Patchbay to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AllowedProgram {
    /// Hash of file and arguments: another file or argument is another program.
    pub id: String,
    /// What was allowed.
    pub program: Program,
    /// When.
    pub allowed_at: Timestamp,
}
