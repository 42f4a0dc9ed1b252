//! Programs of this computer that are started for somebody.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

/// A program exactly as it is started: directly, without a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    /// As the reference or the connector calls it.
    pub name: String,
    /// Absolute path of the file that is started.
    pub file: String,
    /// Its arguments, one by one.
    pub arguments: Vec<String>,
    /// What else it is started with when it is an MCP server; `None` when a secret is read from its output.
    #[serde(default)]
    #[specta(optional)]
    pub server: Option<ServerSurroundings>,
}

/// What an MCP server is started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerSurroundings {
    /// Absolute path of the folder in which it works.
    pub folder: String,
    /// The variables that its environment has besides what every program is given, each as `NAME=value`; a secret one
    /// by its name alone. What a program does can depend on any of them.
    pub variables: Vec<String>,
}

/// A program that a person allowed Patchbay to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AllowedProgram {
    /// Hash of all that it is: another file or argument is another program.
    pub id: String,
    /// What was allowed.
    pub program: Program,
    /// When.
    pub allowed_at: Timestamp,
}
