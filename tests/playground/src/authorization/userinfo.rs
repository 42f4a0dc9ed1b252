//! Who signed in.
//!
//! Source: OpenID Connect Core 1.0, section 5.3.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::OPENID;
use crate::protection::bearer;
use crate::shared::{Shared, lock};

/// Tells the person behind an access token that has the scope for it.
pub(crate) async fn respond(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let store = lock(&shared.store);
    let access = bearer(&headers).and_then(|token| store.check_access(token));
    match access {
        Some((family, scopes)) if scopes.contains(OPENID) => {
            let subject = &family.subject;
            Json(json!({ "sub": subject, "preferred_username": subject })).into_response()
        }
        Some(_) => StatusCode::FORBIDDEN.into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}
