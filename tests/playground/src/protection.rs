//! Who may reach the MCP endpoints.
//!
//! Source: MCP 2026-07-28, "Authorization"; RFC 6750, section 3; RFC 9728, section 5.1.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::authorization::paths;
use crate::options::BEARER_HEADER;
use crate::parameters::joined;
use crate::shared::{Shared, lock};
use crate::switches::{Challenge, Switches};

/// The largest message taken, in bytes.
const MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;

/// Who calls, as told by the access token; an extension of the request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) subject: String,
    pub(crate) client_id: String,
    pub(crate) scopes: BTreeSet<String>,
}

/// Middleware of `/mcp`: wants a living access token for this resource, and for some of what is asked more scopes.
pub(crate) async fn require_access_token(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let switches = shared.switches();
    let token = bearer(request.headers());
    let Some(caller) = token.and_then(|token| caller_of(&shared, token)) else {
        return unauthorized(&shared, &switches, token.is_some());
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_MESSAGE_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    if let Some(wanted) = asked(&body).and_then(|asked| switches.extra_scopes.get(&asked).cloned())
        && !wanted.is_subset(&caller.scopes)
    {
        return insufficient_scope(&shared, &wanted);
    }
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// Middleware of `/bearer/mcp`: wants the one token everybody has, in either header.
pub(crate) async fn require_static_token(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let own = headers
        .get(BEARER_HEADER)
        .and_then(|value| value.to_str().ok());
    if bearer(headers).or(own) == Some(shared.bearer_token.as_str()) {
        return next.run(request).await;
    }
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer realm=\"playground\"")];
    (StatusCode::UNAUTHORIZED, challenge).into_response()
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn caller_of(shared: &Shared, token: &str) -> Option<Caller> {
    let store = lock(&shared.store);
    let (family, scopes) = store.check_access(token)?;
    (family.resource == shared.resource()).then(|| Caller {
        subject: family.subject.clone(),
        client_id: family.client_id.clone(),
        scopes: scopes.clone(),
    })
}

/// The tool a message calls, else its method.
fn asked(body: &[u8]) -> Option<String> {
    let message: Value = serde_json::from_slice(body).ok()?;
    let asked = match message.get("method")?.as_str()? {
        "tools/call" => message.pointer("/params/name")?.as_str()?,
        method => method,
    };
    Some(asked.to_owned())
}

fn unauthorized(shared: &Shared, switches: &Switches, token_shown: bool) -> Response {
    let metadata = shared.at(paths::RESOURCE_METADATA.trim_start_matches('/'));
    let mut fields = Vec::new();
    if token_shown {
        fields.push("error=\"invalid_token\"".to_owned());
        fields.push("error_description=\"The access token is unknown or over\"".to_owned());
    }
    if switches.challenge == Challenge::Full {
        fields.push(format!("resource_metadata=\"{metadata}\""));
    }
    fields.push("scope=\"read write\"".to_owned());
    match switches.challenge {
        Challenge::Absent => StatusCode::UNAUTHORIZED.into_response(),
        Challenge::Full | Challenge::WithoutMetadata => {
            challenge(StatusCode::UNAUTHORIZED, &fields)
        }
    }
}

fn insufficient_scope(shared: &Shared, wanted: &BTreeSet<String>) -> Response {
    let metadata = shared.at(paths::RESOURCE_METADATA.trim_start_matches('/'));
    let fields = [
        "error=\"insufficient_scope\"".to_owned(),
        format!("scope=\"{}\"", joined(wanted)),
        format!("resource_metadata=\"{metadata}\""),
        "error_description=\"This tool needs more scopes\"".to_owned(),
    ];
    challenge(StatusCode::FORBIDDEN, &fields)
}

fn challenge(status: StatusCode, fields: &[String]) -> Response {
    let mut response = status.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer {}", fields.join(", "))) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
