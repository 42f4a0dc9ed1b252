//! Local programs that Patchbay runs.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

/// A program exactly as it is run: directly, without a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    /// Its name in the reference or the connector.
    pub name: String,
    /// Absolute path of its file.
    pub file: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment as an MCP server; `None` if a secret is read from its output.
    #[serde(default)]
    #[specta(optional)]
    pub server: Option<ServerSurroundings>,
}

/// Folder and environment of an MCP server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerSurroundings {
    /// Absolute path of its working folder.
    pub folder: String,
    /// Additional environment variables as `NAME=value`, secret ones by name only. They are part of what the user
    /// allows, because any of them may change what the program does.
    pub variables: Vec<String>,
}

/// A program that the user allowed Patchbay to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AllowedProgram {
    /// Hash of the whole program: another file or argument is another program.
    pub id: String,
    /// The program.
    pub program: Program,
    /// When it happened.
    pub allowed_at: Timestamp,
}
