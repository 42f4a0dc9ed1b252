//! OAuth for MCP servers: discovery, registration, authorization, exchange, refresh, revocation.
//!
//! This is Patchbay's core, so it is implemented here, and stricter than libraries: published metadata has to fit the
//! server, every address is checked before it is requested or opened, PKCE is required, and a callback is accepted only
//! after its state and issuer were compared. The crate knows nothing of vault, database, browser and windows: it
//! returns values, and the caller stores them.
//!
//! Start reading at [`OAuthClient`]; the steps of an authorization are [`OAuthClient::discover`],
//! [`OAuthClient::register`], [`LoopbackListener::bind`], [`OAuthClient::start_authorization`],
//! [`LoopbackListener::wait_for`] (or [`parse_callback_url`] and [`check_callback`]),
//! [`OAuthClient::exchange`], [`Grant::new`].
//!
//! Source: MCP authorization, revision 2026-07-28; OAuth 2.1; RFC 6749, 7009, 7591, 7636, 8252,
//! 8414, 8707, 9207, 9728; OpenID Connect Core 1.0 for who signed in.

#![warn(missing_docs)]

mod authorization_request;
mod callback;
mod callback_listener;
mod client;
mod client_identity;
mod deviations;
mod discover;
mod discovery;
mod error;
mod grant;
mod http;
mod metadata;
mod page;
mod port_holder;
mod redirect_state;
mod register;
mod revoke;
mod token;
mod trace;
mod user;

pub use authorization_request::Pending;
pub use callback::{
    CallbackError, CallbackParams, DEEP_LINK_REDIRECT, check_callback, parse_callback_url,
};
pub use callback_listener::{
    CallbackRequest, DEFAULT_PORT, LoopbackHost, LoopbackListener, LoopbackOptions, PortChoice,
};
pub use client::{OAuthClient, REQUEST_LIMIT};
pub use client_identity::{CALLBACK_PATH, ClientIdentity, TokenAuth};
pub use deviations::{Deviations, source_of_deviation};
pub use discovery::{Discovery, DiscoverySource};
pub use error::{
    CHECK_APP_HINT, Error, NO_SECRET_HINT, OTHER_CLIENT_HINT, OTHER_SIGN_IN_HINT, RefreshError,
    UNSAFE_HINT, USE_TOKEN_HINT, deviation_hint,
};
pub use grant::{Grant, Tokens};
pub use page::Page;
pub use patchbay_http::Challenge;
pub use patchbay_http::scopes::{parse_scopes, union};
pub use redirect_state::RedirectState;
pub use revoke::Revocation;
pub use trace::{Trace, Untraced};
