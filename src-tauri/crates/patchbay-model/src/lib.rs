//! Patchbay's nouns, without any input or output.
//!
//! An [`Account`] signs in to a [`Platform`] and has [`Connector`]s, each of which offers [`Tool`]s whose calls are
//! kept as [`ToolRun`]s. A [`Secret`] can be deserialized but not serialized, and every failure that a user sees is a
//! [`Problem`] with a [`Code`].
//!
//! This crate knows nothing of HTTP, SQLite, keychains, windows and terminals. Start reading at [`Connector`].

#![warn(missing_docs)]

#[macro_use]
mod words;

mod abilities;
mod account;
mod address;
mod authorization;
mod clean;
mod connector;
mod count;
mod credential;
mod debug_fields;
mod definition;
mod exchange;
mod file_name;
mod id;
mod inert;
mod json;
mod log_level;
mod millis;
mod network;
mod oauth_deviation;
mod platform_credential;
mod platform_details;
mod platform_look;
pub mod pointer;
mod problem;
mod program;
mod question;
mod reference;
mod resource;
mod run_query;
mod secret;
mod secret_location;
mod server_command;
mod timestamp;
mod tool;
mod tool_run;
mod vault;

pub use abilities::Abilities;
pub use account::{Account, AccountColour, Platform};
pub use address::{
    has_secret_query, has_user_info, is_localhost, is_loopback, redact_user_info, redact_user_infos,
};
pub use authorization::{Authorization, AuthorizationState, Granted, IssuerChange, TraceStep};
pub use clean::{clean_block, clean_text};
pub use connector::{
    Authentication, AuthenticationMethod, CaptureLevel, Connector, ConnectorStatus, IdentityLine,
    Level, OauthGrant, Redirect, ServerFacts, Status, TimeLimits, Transport, Visibility,
};
pub use count::{count, megabytes};
pub use credential::{UsedBy, WalletEntry, WalletKind};
pub use definition::{ConnectorSettings, Definition, Difference, Form};
pub use exchange::{Exchange, ReceivedResponse, SentRequest};
pub use file_name::{PlainFileName, is_device_name};
pub use id::{
    AccountId, AuthorizationId, ConnectorId, InspectionId, QuestionId, RemoteId, RunId,
    WalletEntryId, WatchId,
};
pub use inert::{inert_block, inert_json, inert_json_pretty, inert_line, inert_word, is_invisible};
pub use json::{Json, json_parts, json_parts_mut, json_texts, map_leaves};
pub use log_level::LogLevel;
pub use millis::millis;
pub use network::{
    Certificate, CertificateFacts, NetworkSettings, Pin, ProxyChoice, UntrustedCertificate,
};
pub use oauth_deviation::{ChosenDeviations, OauthDeviation};
pub use platform_credential::{CredentialLevel, CredentialStatus, PlatformCredential};
pub use platform_details::{Action, Control, ControlGroup, Fact, OperationEffect, PlatformDetails};
pub use platform_look::{PlatformLook, TileColours};
pub use problem::{Code, Explain, FieldProblem, Problem, capitalize, sentence};
pub use program::{AllowedProgram, Program, ServerSurroundings};
pub use question::{
    Question, QuestionAnswer, QuestionForm, Reply, SamplingMessage, SamplingRequest, SamplingRole,
};
pub use reference::{ReferenceError, ReferenceTarget, SecretReference};
pub use resource::{
    CompletionRequest, CompletionTarget, FilledPrompt, Prompt, PromptArgument, PromptMessage,
    Resource, TemplateVariable,
};
pub use run_query::{RunPage, RunQuery};
pub use secret::{SECRET_MARK, Secret};
pub use secret_location::{SecretHolder, SecretLocation};
pub use server_command::{ServerCommand, is_variable_name};
pub use timestamp::Timestamp;
pub use tool::{
    Annotations, Audience, ChangedTool, Content, Tool, ToolEffect, ToolResult, ToolSummary,
};
pub use tool_run::{
    Origin, RunLabel, RunQuestion, RunState, RunTimings, ServerTask, ToolRun, ToolRunSummary,
};
pub use vault::{VaultBackend, VaultState, VaultStatus};
