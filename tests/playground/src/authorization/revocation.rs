//! Revocation.
//!
//! Source: RFC 7009, section 2.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::error::OAuthError;
use super::token::authenticate;
use crate::parameters::Parameters;
use crate::shared::{Shared, lock};

/// Revokes the token in the form; an unknown one is fine as well (section 2.2).
pub(crate) async fn revoke(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::parse(&body);
    let client = match authenticate(&shared, &headers, &form).await {
        Ok(client) => client,
        Err(error) => return error.into_response(),
    };
    let Some(token) = form.find("token") else {
        return OAuthError::new("invalid_request", "token is missing").into_response();
    };
    let mut store = lock(&shared.store);
    let own = store
        .family_of(token)
        .and_then(|family| store.family(family))
        .is_some_and(|family| family.client_id == client.id);
    if own {
        store.revoke(token);
    }
    StatusCode::OK.into_response()
}
