//! One call of a tool, kept in history.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    ConnectorId, Exchange, IdentityLine, Json, Problem, Reply, RunId, Timestamp, ToolResult,
};

/// A run with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolRun {
    /// What lists show.
    #[serde(flatten)]
    pub summary: ToolRunSummary,
    /// Arguments, secrets redacted: a JSON object.
    pub arguments: Json,
    /// What the tool answered; `None` when there was no answer.
    pub result: Option<ToolResult>,
    /// What was on the wire; of several requests the last, with what came back for it. `None` when nothing was sent.
    #[serde(default)]
    pub exchange: Option<Exchange>,
    /// How long each part took.
    pub timings: Option<RunTimings>,
    /// The run that this one repeats.
    pub replay_of: Option<RunId>,
    /// Name of the platform's credential that was asked for; `None` for the connector's own choice.
    #[serde(default)]
    pub credential: Option<String>,
    /// What the server asked meanwhile, in its order.
    #[serde(default)]
    #[specta(optional)]
    pub questions: Vec<RunQuestion>,
    /// The task that the server made of it, as long as its result is awaited: it goes on when Patchbay ends.
    #[serde(default)]
    #[specta(optional)]
    pub task: Option<ServerTask>,
}

/// A task that a server made of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerTask {
    /// The server's own id for it.
    pub id: String,
    /// Whether it is one of the extension of 2026-07-28, else one of 2025-11-25.
    pub extension: bool,
}

/// What a server asked during a run, and how that was answered; what was answered is not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunQuestion {
    /// The words of the server, cleaned.
    pub message: String,
    /// How it was answered.
    pub reply: Reply,
}

/// What a list of runs shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ToolRunSummary {
    /// Ours; sorts by time.
    pub id: RunId,
    /// The connector; it may have been removed since.
    pub connector: ConnectorId,
    /// Its name for people at the time.
    pub connector_title: String,
    /// Name of the tool.
    pub tool: String,
    /// As who it ran.
    pub identity: IdentityLine,
    /// Who asked for it.
    pub origin: Origin,
    /// How it stands.
    pub state: RunState,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds; `None` while it runs.
    pub duration_ms: Option<u32>,
    /// Size of the answer in bytes.
    pub result_bytes: Option<u32>,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// Its arguments in one short line, such as `city=Lisbon`, to tell runs of one tool apart; `None` without.
    #[serde(default)]
    #[specta(optional)]
    pub arguments_line: Option<String>,
    /// How much of it is kept.
    #[serde(default, skip_serializing_if = "CaptureLevel::is_full")]
    #[specta(optional)]
    pub capture: CaptureLevel,
    /// What its owner says of it.
    #[serde(default, skip_serializing_if = "RunLabel::is_empty")]
    #[specta(optional)]
    pub label: RunLabel,
}

/// How much of a run the history keeps; no secret at any level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CaptureLevel {
    /// Arguments, result and what was on the wire.
    #[default]
    Full,
    /// The same without their values: names of fields, kinds of content, sizes and times.
    Redacted,
    /// Which tool ran, when, as whom, how it ended and how long it took.
    Metadata,
}

impl CaptureLevel {
    /// Whether nothing but secrets is left out.
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// What the owner of a run says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunLabel {
    /// A name of one line.
    pub name: Option<String>,
    /// A text of any number of lines.
    pub note: Option<String>,
    /// Whether it stays whatever the limits of the history are.
    pub pinned: bool,
}

impl RunLabel {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who asked for a run.
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
        /// What it calls itself.
        name: String,
    },
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Not over yet.
    Running,
    /// The tool answered.
    Done,
    /// There was no answer, or the tool said that it failed.
    Failed,
    /// The user stopped it.
    Cancelled,
    /// The user or a rule did not allow it.
    Denied,
}

/// How long each part of a run took, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunTimings {
    /// Finding the connector, its credential and a connection.
    pub prepare_ms: u32,
    /// Waiting for the answer.
    pub wait_ms: u32,
    /// Reading and keeping the answer.
    pub read_ms: u32,
    /// Whether a session was there already; `None` where there are none.
    pub connection_reused: Option<bool>,
}
