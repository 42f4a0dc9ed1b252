//! The places where connectors live, a module each, over one HTTP layer.
//!
//! [`mcp`] speaks to any MCP server; [`http`] carries what the hosted platforms document, and a folder
//! for each of them holds that platform's words. What secrets to send comes from outside, by
//! [`TokenSource`].
//!
//! This crate refuses to know the vault, the database, windows and terminals. Start reading at
//! [`mcp::connect`] and at [`Error`].

mod acts;
mod address;
mod agentstack;
mod airbyte;
mod capabilities;
mod cohere;
mod echo;
mod error;
mod field;
mod findings;
mod form;
pub mod http;
pub mod mcp;
mod mistral;
pub mod operations;
mod registry;
mod secret_argument;
mod tenex;
mod text;
mod token_source;
mod variants;

pub use address::PlainHttp;
pub use capabilities::{
    Connectors, ConsentState, Consents, Creation, CredentialToSave, Credentials, Disconnects,
    Peculiar, Prompts, ProviderOAuth, RemoteConnector, Resources, Settings, StartedConsent,
    Streams, Tools,
};
pub use error::{BoxError, Error, Found, Refusal, Unreachable};
pub use field::Field;
pub use operations::{Effect, Operation, Platform};
pub use registry::{AccountField, HOSTED, HostedPlatform, SignIn, allows_plain_http, hosted};
pub use token_source::{Headers, NoToken, TokenSource};
