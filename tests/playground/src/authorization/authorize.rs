//! The authorization endpoint: checks what is asked, then asks the person.
//!
//! Source: OAuth 2.1 draft, section 4.1.1; RFC 7636; RFC 8707, section 2.1; RFC 9207.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::clients::Client;
use super::documents::find_client;
use super::error::OAuthError;
use super::store::AuthorizationRequest;
use super::{OFFLINE_ACCESS, SCOPES, page};
use crate::parameters::{Parameters, scopes};
use crate::shared::{Shared, lock};
use crate::switches::{Consent, IssuerParameter, RefreshTokens, Switches};

/// Shows the consent page, or sends the browser back with an error, or says why it can do neither.
pub(crate) async fn authorize(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Response {
    let switches = shared.switches();
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    // Without a trusted redirect URI nobody is sent anywhere (OAuth 2.1, section 4.1.2.1).
    let (client, redirect_uri) = match redirect_target(&shared, &switches, &parameters).await {
        Ok(known) => known,
        Err(reason) => return (StatusCode::BAD_REQUEST, page::refusal(&reason)).into_response(),
    };
    let state = parameters.find("state").map(str::to_owned);
    let asked = match check(&shared, &switches, &parameters, &client, &redirect_uri) {
        Ok(asked) => asked,
        Err(error) => {
            return send_back_error(&shared, &switches, &redirect_uri, state.as_deref(), &error);
        }
    };
    match switches.consent {
        Consent::Ask => {
            let ticket = lock(&shared.store).await_consent(asked.clone());
            page::consent(&asked, &ticket, &switches.people).into_response()
        }
        Consent::AllowAtOnce => {
            let subject = switches.people.first().cloned().unwrap_or_default();
            allow(&shared, &switches, asked, subject)
        }
        Consent::DenyAtOnce => deny(&shared, &switches, &asked),
    }
}

/// Sends the browser back with a code.
pub(crate) fn allow(
    shared: &Shared,
    switches: &Switches,
    asked: AuthorizationRequest,
    subject: String,
) -> Response {
    let redirect_uri = asked.redirect_uri.clone();
    let state = asked.state.clone();
    let code = lock(&shared.store).issue_code(asked, subject, switches.code_life);
    let answer = [("code", code.as_str())];
    send_back(shared, switches, &redirect_uri, state.as_deref(), &answer)
}

/// Sends the browser back with `access_denied`.
pub(crate) fn deny(shared: &Shared, switches: &Switches, asked: &AuthorizationRequest) -> Response {
    let error = OAuthError::new("access_denied", "The person denied access");
    let state = asked.state.as_deref();
    send_back_error(shared, switches, &asked.redirect_uri, state, &error)
}

async fn redirect_target(
    shared: &Shared,
    switches: &Switches,
    parameters: &Parameters,
) -> Result<(Client, String), String> {
    if let Some(name) = parameters.duplicate_name() {
        return Err(format!("The parameter {name} came twice."));
    }
    let id = parameters
        .find("client_id")
        .ok_or("The address names no client_id.")?;
    let client = find_client(shared, id).await?;
    let redirect_uri = parameters
        .find("redirect_uri")
        .ok_or("The address names no redirect_uri.")?;
    if !client.may_redirect_to(redirect_uri, switches.loopback_port) {
        return Err(format!(
            "{} is not registered with the redirect URI {redirect_uri}.",
            client.name
        ));
    }
    Ok((client, redirect_uri.to_owned()))
}

fn check(
    shared: &Shared,
    switches: &Switches,
    parameters: &Parameters,
    client: &Client,
    redirect_uri: &str,
) -> Result<AuthorizationRequest, OAuthError> {
    if parameters.find("response_type") != Some("code") {
        return Err(OAuthError::new(
            "unsupported_response_type",
            "response_type is not code",
        ));
    }
    let challenge = parameters
        .find("code_challenge")
        .ok_or_else(|| OAuthError::new("invalid_request", "code_challenge is missing"))?;
    if parameters.find("code_challenge_method") != Some("S256") {
        return Err(OAuthError::new(
            "invalid_request",
            "code_challenge_method is not S256",
        ));
    }
    check_resource(shared, switches, parameters)?;
    let mut scopes = check_scopes(switches, parameters.find("scope"))?;
    let insists = parameters.find("prompt") == Some("consent");
    if switches.refresh_tokens == RefreshTokens::WithConsent && !insists {
        scopes.remove(OFFLINE_ACCESS);
    }
    Ok(AuthorizationRequest {
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
        state: parameters.find("state").map(str::to_owned),
        scopes,
        resource: shared.resource(),
        challenge: challenge.to_owned(),
    })
}

/// Wants `resource` to be the MCP endpoint exactly as its metadata has it (RFC 8707).
pub(crate) fn check_resource(
    shared: &Shared,
    switches: &Switches,
    parameters: &Parameters,
) -> Result<(), OAuthError> {
    match parameters.find("resource") {
        Some(resource) if resource == shared.resource() => Ok(()),
        Some(resource) => Err(OAuthError::new(
            "invalid_target",
            format!("resource {resource} is not served here"),
        )),
        None if switches.require_resource => {
            Err(OAuthError::new("invalid_target", "resource is missing"))
        }
        None => Ok(()),
    }
}

pub(crate) fn check_scopes(
    switches: &Switches,
    asked: Option<&str>,
) -> Result<BTreeSet<String>, OAuthError> {
    // Asked for nothing in particular: the least that is of use.
    let asked = scopes(asked.unwrap_or("read"));
    let refused = asked.iter().find(|scope| {
        let is_known = SCOPES.iter().any(|(known, _)| known == scope);
        !is_known || (*scope == OFFLINE_ACCESS && !switches.offers_offline_access())
    });
    match refused {
        Some(scope) => Err(OAuthError::new(
            "invalid_scope",
            format!("scope {scope} is not offered to this client"),
        )),
        None => Ok(asked),
    }
}

fn send_back_error(
    shared: &Shared,
    switches: &Switches,
    redirect_uri: &str,
    state: Option<&str>,
    error: &OAuthError,
) -> Response {
    let answer = [
        ("error", error.code),
        ("error_description", error.description.as_str()),
    ];
    send_back(shared, switches, redirect_uri, state, &answer)
}

/// Answers 303 to `redirect_uri` with `answer`, `state` and `iss` in its query.
fn send_back(
    shared: &Shared,
    switches: &Switches,
    redirect_uri: &str,
    state: Option<&str>,
    answer: &[(&str, &str)],
) -> Response {
    let Ok(mut target) = Url::parse(redirect_uri) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let issuer = match &switches.issuer_parameter {
        IssuerParameter::Right => Some(shared.issuer()),
        IssuerParameter::Wrong(issuer) => Some(issuer.clone()),
        IssuerParameter::Absent | IssuerParameter::Missing => None,
    };
    {
        let mut query = target.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        if let Some(issuer) = &issuer {
            query.append_pair("iss", issuer);
        }
    }
    let Ok(location) = HeaderValue::from_str(target.as_str()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
