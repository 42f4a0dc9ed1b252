//! Patchbay's nouns, without any input or output.
//!
//! The words are those of the product's vocabulary: an [`Account`] signs in to a [`Platform`], holds
//! [`Connector`]s, and each of them offers [`Tool`]s whose calls are kept as [`ToolRun`]s. A [`Secret`]
//! can be read in but never written out, and every failure a person sees is a [`Problem`] with a [`Code`].
//!
//! This crate refuses to know HTTP, SQLite, keychains, windows and terminals. Start reading at
//! [`connector`].

pub mod abilities;
pub mod account;
pub mod address;
pub mod authorization;
pub mod clean;
pub mod connector;
pub mod count;
pub mod credential;
pub mod definition;
pub mod exchange;
pub mod file_name;
pub mod id;
pub mod inert;
pub mod json;
pub mod log_level;
pub mod network;
pub mod oauth_deviation;
pub mod platform_credential;
pub mod platform_details;
pub mod platform_look;
pub mod pointer;
pub mod problem;
pub mod program;
pub mod question;
pub mod reference;
pub mod resource;
pub mod run_query;
pub mod secret;
pub mod secret_location;
pub mod server_command;
pub mod timestamp;
pub mod tool;
pub mod tool_run;
pub mod vault;

pub use abilities::Abilities;
pub use account::{Account, AccountColour, Platform};
pub use address::{
    has_secret_query, has_user_info, hide_user_info, hide_user_infos, is_localhost, is_loopback,
};
pub use authorization::{
    Authorization, AuthorizationState, Granted, IssuerChange, Redirect, TraceStep,
};
pub use clean::{clean_block, clean_text};
pub use connector::{
    Authentication, AuthenticationMethod, Connector, ConnectorStatus, IdentityLine, Level,
    OauthGrant, ServerFacts, Status, TimeLimits, Transport, Visibility,
};
pub use count::count;
pub use credential::{UsedBy, WalletEntry, WalletKind};
pub use definition::{ConnectorSettings, Definition, Difference, Form};
pub use exchange::{Exchange, ReceivedResponse, SentRequest};
pub use file_name::PlainFileName;
pub use id::{
    AccountId, AuthorizationId, ConnectorId, InspectionId, QuestionId, RemoteId, RunId,
    WalletEntryId,
};
pub use inert::{inert_block, inert_json, inert_json_pretty, inert_line, inert_word, is_invisible};
pub use json::Json;
pub use log_level::LogLevel;
pub use network::{
    Certificate, CertificateFacts, NetworkSettings, Pin, ProxyChoice, UntrustedCertificate,
};
pub use oauth_deviation::{ChosenDeviations, OauthDeviation};
pub use platform_credential::{CredentialLevel, CredentialStatus, PlatformCredential};
pub use platform_details::{Action, Control, ControlGroup, Fact, OperationEffect, PlatformDetails};
pub use platform_look::{PlatformLook, TileColours};
pub use problem::{Code, Explain, FieldProblem, Problem};
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
pub use tool::{ChangedTool, Content, Tool, ToolEffect, ToolResult, ToolSummary};
pub use tool_run::{
    CaptureLevel, Origin, RunLabel, RunQuestion, RunState, RunTimings, ServerTask, ToolRun,
    ToolRunSummary,
};
pub use vault::{VaultBackend, VaultState, VaultStatus};
