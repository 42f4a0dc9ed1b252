//! Runs of tools in the history.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    CaptureLevel, ConnectorId, Exchange, IdentityLine, Json, Problem, Reply, RunId, Timestamp,
    ToolResult,
};

/// A run with all its details.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolRun {
    /// The part that lists show.
    #[serde(flatten)]
    pub summary: ToolRunSummary,
    /// Arguments with secrets redacted, a JSON object.
    pub arguments: Json,
    /// The result of the tool; `None` if there was none.
    pub result: Option<ToolResult>,
    /// What was on the wire; of several requests the last, with what came back for it. `None` when nothing was sent.
    #[serde(default)]
    pub exchange: Option<Exchange>,
    /// How long each phase took.
    pub timings: Option<RunTimings>,
    /// The run that this one repeats.
    pub replay_of: Option<RunId>,
    /// Name of the requested platform credential; `None` for the connector's default.
    #[serde(default)]
    pub credential: Option<String>,
    /// Questions of the server during the run, in order.
    #[serde(default)]
    #[specta(optional)]
    pub questions: Vec<RunQuestion>,
    /// The task that the server made of it, as long as its result is awaited: it goes on when Patchbay ends.
    #[serde(default)]
    #[specta(optional)]
    pub task: Option<ServerTask>,
    /// Whether the user chose to run it as a task.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[specta(optional)]
    pub as_task: bool,
}

/// The task that a server created for a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerTask {
    /// The server's id of the task.
    pub id: String,
    /// Whether it is one of the extension of 2026-07-28, else one of 2025-11-25.
    pub extension: bool,
}

/// A question of a server during a run, and the kind of answer; the values are not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunQuestion {
    /// The server's message, cleaned.
    pub message: String,
    /// How it was answered.
    pub reply: Reply,
}

/// A run as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolRunSummary {
    /// Patchbay's own id, which sorts by time.
    pub id: RunId,
    /// The connector; it may have been removed since.
    pub connector: ConnectorId,
    /// Its display name at the time.
    pub connector_title: String,
    /// Name of the tool.
    pub tool: String,
    /// The identity with which it ran.
    pub identity: IdentityLine,
    /// Where it was started.
    pub origin: Origin,
    /// Its state.
    pub state: RunState,
    /// When it began.
    pub started_at: Timestamp,
    /// Duration in milliseconds; `None` while it runs.
    pub duration_ms: Option<u32>,
    /// Size of the result in bytes.
    pub result_bytes: Option<u32>,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// Its arguments in one short line, such as `city=Lisbon`; `None` without arguments.
    #[serde(default)]
    #[specta(optional)]
    pub arguments_line: Option<String>,
    /// How much of it the history keeps.
    #[serde(default, skip_serializing_if = "CaptureLevel::is_full")]
    #[specta(optional)]
    pub capture: CaptureLevel,
    /// The user's label.
    #[serde(default, skip_serializing_if = "RunLabel::is_empty")]
    #[specta(optional)]
    pub label: RunLabel,
}

/// The user's label of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunLabel {
    /// A name on one line.
    pub name: Option<String>,
    /// A note of any number of lines.
    pub note: Option<String>,
    /// Whether it is kept past the limits of the history.
    pub pinned: bool,
}

impl RunLabel {
    /// Whether it is the default.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a run was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Origin {
    /// The window.
    Window,
    /// The command line.
    CommandLine,
    /// A program that uses the gateway.
    Client {
        /// The name that it reported.
        name: String,
    },
}

word_enum! {
    /// The state of a run.
    RunState {
        /// Not finished yet.
        Running = "running",
        /// The tool answered.
        Done = "done",
        /// There was no answer, or the tool reported an error.
        Failed = "failed",
        /// The user cancelled it.
        Cancelled = "cancelled",
        /// The user or a rule did not allow it.
        Denied = "denied",
    }
}

/// How long each phase of a run took, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunTimings {
    /// Finding the connector, its credential and a connection.
    pub prepare_ms: u32,
    /// Waiting for the response.
    pub wait_ms: u32,
    /// Reading and saving the result.
    pub read_ms: u32,
    /// Whether an existing session was used; `None` if the transport has none.
    pub connection_reused: Option<bool>,
}
