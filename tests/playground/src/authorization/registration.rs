//! Dynamic client registration.
//!
//! Source: RFC 7591, sections 2 and 3.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::clients::{Client, ClientAuthentication, Origin, may_be_registered};
use super::error::OAuthError;
use super::merge;
use crate::secrets::random;
use crate::shared::Shared;

/// What a client may say about itself; other fields are passed over.
#[derive(Debug, Deserialize)]
struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    application_type: Option<String>,
    scope: Option<String>,
}

/// Registers the client described in the body.
pub(crate) async fn register(
    State(shared): State<Arc<Shared>>,
    body: axum::body::Bytes,
) -> Response {
    if !shared.switches().registration {
        return StatusCode::NOT_FOUND.into_response();
    }
    let registered = serde_json::from_slice::<Registration>(&body)
        .map_err(|error| invalid(format!("the body is not client metadata: {error}")))
        .and_then(|registration| accept(&shared, registration));
    match registered {
        Ok(answer) => {
            let headers = [(header::CACHE_CONTROL, "no-store")];
            (StatusCode::CREATED, headers, Json(answer)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

fn accept(shared: &Shared, registration: Registration) -> Result<Value, OAuthError> {
    let method = registration
        .token_endpoint_auth_method
        .as_deref()
        .unwrap_or("client_secret_basic");
    let authentication = match method {
        "none" => ClientAuthentication::None,
        "client_secret_post" => ClientAuthentication::Post,
        "client_secret_basic" => ClientAuthentication::Basic,
        other => {
            return Err(invalid(format!(
                "token_endpoint_auth_method {other} is not offered"
            )));
        }
    };
    check_uris(&registration.redirect_uris)?;
    let grants = registration
        .grant_types
        .unwrap_or_else(|| vec!["authorization_code".to_owned()]);
    if !grants.iter().any(|grant| grant == "authorization_code") {
        return Err(invalid("grant_types lacks authorization_code"));
    }
    let responses = registration
        .response_types
        .unwrap_or_else(|| vec!["code".to_owned()]);
    let secret =
        (authentication != ClientAuthentication::None).then(|| random("playground-secret-"));
    let client = Client {
        id: random("playground-client-"),
        name: registration
            .client_name
            .unwrap_or_else(|| "An app without a name".to_owned()),
        redirect_uris: registration.redirect_uris,
        authentication,
        secret,
        origin: Origin::Registered,
    };
    let mut answer = json!({
        "client_id": client.id,
        "client_id_issued_at": OffsetDateTime::now_utc().unix_timestamp(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "token_endpoint_auth_method": method,
        "grant_types": grants,
        "response_types": responses,
        "application_type": registration.application_type.unwrap_or_else(|| "web".to_owned()),
    });
    if let Some(secret) = &client.secret {
        answer["client_secret"] = secret.as_str().into();
        answer["client_secret_expires_at"] = 0.into();
    }
    if let Some(scope) = registration.scope {
        answer["scope"] = scope.into();
    }
    if let Some(patch) = shared.switches().registration_answer {
        merge(&mut answer, &patch);
    }
    shared.clients.put(apply_answer(client, &answer));
    Ok(answer)
}

/// The client as the answer describes it, whatever it asked for.
fn apply_answer(client: Client, answer: &Value) -> Client {
    let text = |name: &str| answer[name].as_str().map(ToOwned::to_owned);
    let authentication = match answer["token_endpoint_auth_method"].as_str() {
        Some("none") => ClientAuthentication::None,
        Some("client_secret_post") => ClientAuthentication::Post,
        Some("client_secret_basic") => ClientAuthentication::Basic,
        _ => client.authentication,
    };
    Client {
        id: text("client_id").unwrap_or(client.id),
        secret: text("client_secret"),
        authentication,
        ..client
    }
}

fn check_uris(uris: &[String]) -> Result<(), OAuthError> {
    if uris.is_empty() {
        return Err(OAuthError::new(
            "invalid_redirect_uri",
            "redirect_uris is missing or empty",
        ));
    }
    match uris.iter().find(|uri| !may_be_registered(uri)) {
        Some(uri) => Err(OAuthError::new(
            "invalid_redirect_uri",
            format!(
                "{uri} is neither https, nor http to loopback, nor in a scheme of the app's own"
            ),
        )),
        None => Ok(()),
    }
}

fn invalid(description: impl Into<String>) -> OAuthError {
    OAuthError::new("invalid_client_metadata", description)
}
