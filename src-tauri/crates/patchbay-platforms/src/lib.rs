//! Clients of the platforms on which connectors exist, one module each.
//!
//! [`mcp`] connects to any MCP server. Hosted platforms have a folder each and use [`patchbay_http`]. Credentials are
//! supplied by the caller as [`TokenSource`].
//!
//! This crate does not depend on vault, database, windows or terminals. Start reading at
//! [`mcp::connect`] and at [`Error`].

mod account;
mod actions;
pub mod agentstack;
pub mod airbyte;
mod capabilities;
mod client;
pub mod cohere;
#[cfg(feature = "example-platform")]
pub mod example;
mod form;
mod hosted;
mod icon;
mod lenient;
pub mod mcp;
pub mod mistral;
mod observations;
pub mod operations;
mod output;
mod registry;
pub mod tenex;
#[cfg(test)]
mod testing;
mod token_cache;

pub use account::{AccountConfig, AccountField, allows_plain_http};
pub use capabilities::{
    Connectors, ConsentRequest, ConsentState, Consents, Creation, CredentialToSave, Credentials,
    Details, Disconnects, Prompts, ProviderOAuth, RemoteConnector, Resources, Settings,
    StartedConsent, ToolRequest, Tools,
};
pub use client::Client;
pub use hosted::{HostedPlatform, OperationsOf, Rules};
pub use observations::SavedObservations;
pub use operations::{Contract, Effect, Operation, OperationEntry, Platform};
pub use output::{Members, Output, Parsed, Raw};
pub use patchbay_http::{
    BlockingState, BoxError, ClientFeature, Error, Field, Found, Headers, NoToken, PlainHttp,
    Refusal, Result, TokenSource, Unreachable,
};
pub use registry::{HOSTED, abilities, hosted, look, platform_infos};
