//! A real MCP server with its own OAuth 2.1 authorization server, on loopback only.
//!
//! It exists for two readers: a test that wants a server which does exactly what the standards say, or
//! exactly one thing it should not, and a person who wants something to connect to for a first try.
//! [`Playground::start`] binds a port; everything it serves is listed at [`Playground`]. What can be
//! changed while it runs is in [`Switches`], what arrived is in [`Playground::log`].
//!
//! It refuses to know Patchbay: it depends on none of its crates, so that neither can lean on a mistake
//! of the other. It keeps nothing on disk and logs tokens as they came, which a server of the real
//! world must not do. Start reading at [`server`].

mod authorization;
mod faults;
mod hostile;
mod log;
mod mcp;
mod options;
mod parameters;
mod protection;
mod secrets;
mod self_signed;
pub mod server;
mod shared;
mod switches;
mod tamper;

pub use authorization::clients::{Client, ClientAuthentication, Origin};
pub use log::LoggedRequest;
pub use options::{
    APP_CLIENT_ID, BEARER_HEADER, CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, Options,
};
pub use self_signed::SelfSigned;
pub use server::Playground;
pub use switches::{
    Challenge, Consent, Document, Endpoint, Failure, IssuerParameter, LoopbackPort, RefreshTokens,
    Switches,
};
pub use tamper::{Pace, Reply};
