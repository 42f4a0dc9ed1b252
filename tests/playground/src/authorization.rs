//! The authorization server: OAuth 2.1 with what MCP asks of it (revision 2026-07-28, "Authorization").

mod authorize;
pub(crate) mod clients;
mod consent;
mod documents;
mod error;
mod metadata;
mod page;
mod registration;
mod revocation;
pub(crate) mod store;
mod token;
mod userinfo;

pub(crate) use metadata::merge;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::shared::Shared;

/// Where the authorization server answers.
pub(crate) mod paths {
    pub(crate) const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource/mcp";
    pub(crate) const SERVER_METADATA: &str = "/.well-known/oauth-authorization-server/auth";
    pub(crate) const AUTHORIZE: &str = "/auth/authorize";
    pub(crate) const CONSENT: &str = "/auth/consent";
    pub(crate) const TOKEN: &str = "/auth/token";
    pub(crate) const REGISTER: &str = "/auth/register";
    pub(crate) const REVOKE: &str = "/auth/revoke";
    pub(crate) const USERINFO: &str = "/auth/userinfo";
}

/// Scopes every sign-in may have, with what the consent page says about them.
pub(crate) const SCOPES: [(&str, &str); 5] = [
    ("read", "Run tools that only read"),
    ("write", "Run tools that change notes"),
    ("admin", "Read the admin report"),
    (OPENID, "See who you are"),
    (OFFLINE_ACCESS, "Stay signed in when you are away"),
];

/// The scope under which a refresh token is asked for.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// The scope under which the userinfo endpoint tells who signed in.
pub(crate) const OPENID: &str = "openid";

/// The routes of the authorization server.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(paths::RESOURCE_METADATA, get(metadata::resource))
        .route(paths::SERVER_METADATA, get(metadata::server))
        .route(paths::REGISTER, post(registration::register))
        .route(paths::AUTHORIZE, get(authorize::authorize))
        .route(paths::CONSENT, post(consent::decide))
        .route(paths::TOKEN, post(token::exchange))
        .route(paths::REVOKE, post(revocation::revoke))
        .route(paths::USERINFO, get(userinfo::respond))
}
