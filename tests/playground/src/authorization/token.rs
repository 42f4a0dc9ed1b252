//! The token endpoint: codes, refresh tokens and a client's own secret for access tokens.
//!
//! Source: OAuth 2.1 draft, sections 4.1.3, 4.2, 4.3 and 6.1; RFC 7636, section 4.6; RFC 8707, section 2.2.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::OFFLINE_ACCESS;
use super::authorize::{check_resource, check_scopes};
use super::clients::{Client, ClientAuthentication};
use super::documents::find_client;
use super::error::OAuthError;
use super::merge;
use super::store::{Family, FamilyId, Store, TokenState};
use crate::parameters::{Parameters, joined, scopes};
use crate::secrets::challenge_of;
use crate::shared::{Shared, lock};
use crate::switches::{RefreshTokens, Switches};

/// Gives an access token for a grant.
pub(crate) async fn exchange(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match answer(&shared, &headers, &body).await {
        Ok(mut answer) => {
            if let Some(patch) = shared.switches().token_answer {
                merge(&mut answer, &patch);
            }
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

async fn answer(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Result<Value, OAuthError> {
    let form = Parameters::parse(body);
    if let Some(name) = form.duplicate_name() {
        return Err(OAuthError::new(
            "invalid_request",
            format!("the parameter {name} came twice"),
        ));
    }
    let client = authenticate(shared, headers, &form).await?;
    let switches = shared.switches();
    match form.find("grant_type") {
        Some("authorization_code") => redeem(shared, &switches, &client, &form),
        Some("refresh_token") => refresh(shared, &switches, &client, &form),
        Some("client_credentials") => for_client(shared, &switches, &client, &form),
        _ => Err(OAuthError::new(
            "unsupported_grant_type",
            "grant_type is none of authorization_code, refresh_token, client_credentials",
        )),
    }
}

/// Finds the client and checks its secret, sent in the one way it registered for.
pub(crate) async fn authenticate(
    shared: &Shared,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<Client, OAuthError> {
    let basic = basic_credentials(headers)?;
    let id = match &basic {
        Some((id, _)) => id.as_str(),
        None => form
            .find("client_id")
            .ok_or_else(|| OAuthError::invalid_client("client_id is missing"))?,
    };
    let client = find_client(shared, id)
        .await
        .map_err(OAuthError::invalid_client)?;
    let posted = form.find("client_secret");
    let shown = match (client.authentication, &basic, posted) {
        (ClientAuthentication::None, None, None) => return Ok(client),
        (ClientAuthentication::Basic | ClientAuthentication::Any, Some((_, secret)), None) => {
            secret.as_str()
        }
        (ClientAuthentication::Post | ClientAuthentication::Any, None, Some(secret)) => secret,
        _ => {
            return Err(OAuthError::invalid_client(
                "the client did not authenticate in the way it registered for",
            ));
        }
    };
    if client.secret.as_deref() == Some(shown) {
        Ok(client)
    } else {
        Err(OAuthError::invalid_client("the client secret is wrong"))
    }
}

/// Id and secret of `Authorization: Basic`, each form-encoded inside (RFC 6749, section 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, OAuthError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let decoded = value
        .to_str()
        .ok()
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| STANDARD.decode(value.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded
        .as_deref()
        .and_then(|text| text.split_once(':'))
        .map(|(id, secret)| (form_decoded(id), form_decoded(secret)));
    pair.map(Some)
        .ok_or_else(|| OAuthError::invalid_client("Authorization is not Basic"))
}

fn form_decoded(text: &str) -> String {
    url::form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

fn redeem(
    shared: &Shared,
    switches: &Switches,
    client: &Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    let code = form
        .find("code")
        .ok_or_else(|| OAuthError::new("invalid_request", "code is missing"))?;
    let mut store = lock(&shared.store);
    let asked = match store.look_up_code(code) {
        TokenState::Good(asked) => asked,
        TokenState::UsedBefore(family) => {
            // Somebody else may have had it first (OAuth 2.1, section 4.1.3).
            store.end_family(family);
            return Err(OAuthError::invalid_grant("the code was used before"));
        }
        TokenState::Unknown => {
            return Err(OAuthError::invalid_grant("the code is unknown or over"));
        }
    };
    if asked.client_id != client.id {
        return Err(OAuthError::invalid_grant("the code is another client's"));
    }
    let mistake = if form.find("redirect_uri") != Some(asked.redirect_uri.as_str()) {
        Some("redirect_uri is not that of the authorization request")
    } else if form.find("code_verifier").map(challenge_of) != Some(asked.challenge) {
        Some("code_verifier does not fit the challenge")
    } else {
        None
    };
    if let Some(mistake) = mistake {
        // One guess only.
        store.drop_code(code);
        return Err(OAuthError::invalid_grant(mistake));
    }
    check_resource(shared, switches, form)?;
    let family = store
        .redeem_code(code)
        .ok_or_else(|| OAuthError::invalid_grant("the code was used before"))?;
    let refreshable = match switches.refresh_tokens {
        RefreshTokens::Always => true,
        RefreshTokens::WithOfflineAccess | RefreshTokens::WithConsent => {
            asked.scopes.contains(OFFLINE_ACCESS)
        }
        RefreshTokens::Never => false,
    };
    let refresh = refreshable.then(|| store.issue_refresh(family));
    Ok(issue(&mut store, switches, family, asked.scopes, refresh))
}

fn refresh(
    shared: &Shared,
    switches: &Switches,
    client: &Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    let token = form
        .find("refresh_token")
        .ok_or_else(|| OAuthError::new("invalid_request", "refresh_token is missing"))?;
    let mut store = lock(&shared.store);
    let id = match store.look_up_refresh(token) {
        TokenState::Good(id) => id,
        TokenState::UsedBefore(id) => {
            store.end_family(id);
            return Err(OAuthError::invalid_grant(
                "the refresh token was used before",
            ));
        }
        TokenState::Unknown => {
            return Err(OAuthError::invalid_grant(
                "the refresh token is unknown or revoked",
            ));
        }
    };
    let family = store
        .family(id)
        .filter(|family| family.client_id == client.id)
        .ok_or_else(|| OAuthError::invalid_grant("the refresh token is another client's"))?;
    check_resource(shared, switches, form)?;
    let granted = narrowed(&family.scopes, form.find("scope"))?;
    let next = switches.rotate_refresh_tokens.then(|| {
        store.spend_refresh(token);
        store.issue_refresh(id)
    });
    Ok(issue(&mut store, switches, id, granted, next))
}

/// A token for the client itself, which has to have proved that it is the one.
fn for_client(
    shared: &Shared,
    switches: &Switches,
    client: &Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    if client.secret.is_none() {
        return Err(OAuthError::new(
            "unauthorized_client",
            "a client without a secret is nobody in particular",
        ));
    }
    check_resource(shared, switches, form)?;
    let granted = check_scopes(switches, form.find("scope"))?;
    let mut store = lock(&shared.store);
    let family = store.open_family(Family {
        client_id: client.id.clone(),
        subject: client.id.clone(),
        scopes: granted.clone(),
        resource: shared.resource(),
    });
    Ok(issue(&mut store, switches, family, granted, None))
}

/// The scopes a refresh asks for, which may be fewer than were granted but not others.
fn narrowed(
    granted: &BTreeSet<String>,
    asked: Option<&str>,
) -> Result<BTreeSet<String>, OAuthError> {
    let Some(asked) = asked.map(scopes) else {
        return Ok(granted.clone());
    };
    if asked.is_subset(granted) {
        Ok(asked)
    } else {
        Err(OAuthError::new(
            "invalid_scope",
            "scope goes beyond what was granted",
        ))
    }
}

fn issue(
    store: &mut Store,
    switches: &Switches,
    family: FamilyId,
    granted: BTreeSet<String>,
    refresh: Option<String>,
) -> Value {
    let scope = joined(&granted);
    let access = store.issue_access(family, granted, switches.access_token_life);
    let mut answer = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": switches.access_token_life.as_secs(),
        "scope": scope,
    });
    if let Some(refresh) = refresh {
        answer["refresh_token"] = refresh.into();
    }
    answer
}
