//! Dynamic client registration.
//!
//! Source: RFC 7591, sections 2 and 3; OpenID Connect Registration (`application_type`).

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use patchbay_http::host_of;
use patchbay_model::{Secret, Timestamp, clean_text};
use reqwest::{Method, Request};
use serde_json::{Value, json};
use url::Url;

use crate::http::Answer;
use crate::scopes::union;
use crate::token::{oauth_error, seconds};
use crate::{ClientIdentity, Discovery, Error, OAuthClient, TokenAuth, Trace};

const WHAT: &str = "registration endpoint";

/// Most bytes of a client id: it travels in the address of every consent.
const ID_LIMIT: usize = 2 * 1024;

/// Most bytes of a client secret; some are signed documents.
const SECRET_LIMIT: usize = 16 * 1024;

impl OAuthClient {
    /// Registers Patchbay as a native program with those redirects.
    ///
    /// Asks for the initial scopes and all that the server knows, so that a later step-up is not
    /// refused; a server that refuses that is asked again without naming scopes.
    ///
    /// # Errors
    ///
    /// [`Error::NoRegistration`] when the server takes no unknown programs, [`Error::NoSignIn`] when nothing is at its
    /// guessed address, [`Error::RegistrationRefused`] when it does not take this one, [`Error::UnusableRegistration`] when it asks for more than is known
    /// here, and network errors.
    pub async fn register(
        &self,
        discovery: &Discovery,
        redirects: &[Url],
        client_name: &str,
        trace: &dyn Trace,
    ) -> Result<ClientIdentity, Error> {
        let issuer = || clean_text(&discovery.issuer, 256);
        let Some(endpoint) = &discovery.registration_endpoint else {
            return Err(Error::NoRegistration { issuer: issuer() });
        };
        let method = TokenAuth::to_register(discovery.token_auth_methods.as_deref());
        let mut wanted = json!({
            "client_name": client_name,
            "redirect_uris": redirects,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
            "application_type": "native",
        });
        let scopes = union(&discovery.initial_scopes, &discovery.scopes_supported).join(" ");
        if !scopes.is_empty() {
            wanted["scope"] = Value::String(scopes.clone());
        }
        let mut answer = self
            .ask_to_register(discovery, endpoint, &wanted, trace)
            .await?;
        if matches!(answer.status.as_u16(), 400 | 422) && !scopes.is_empty() {
            if let Some(wanted) = wanted.as_object_mut() {
                wanted.remove("scope");
            }
            answer = self
                .ask_to_register(discovery, endpoint, &wanted, trace)
                .await?;
        }
        if answer.status.is_redirection() {
            return Err(Error::Redirect {
                host: host_of(endpoint),
            });
        }
        let (status, refusal) = (answer.status.as_u16(), oauth_error(&answer));
        let absent = discovery.source == crate::DiscoverySource::LegacyEndpointFallback;
        match answer.status {
            status if status.is_success() => {}
            // A guessed address that is not there: nothing says that one can sign in at all.
            _ if absent && matches!(status, 404 | 405) => {
                return Err(Error::NoSignIn {
                    host: host_of(endpoint),
                });
            }
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(Error::Failed {
                    host: host_of(endpoint),
                    status: status.as_u16(),
                });
            }
            _ => {
                let detail = refusal.detail.or(refusal.error);
                return Err(Error::RegistrationRefused {
                    issuer: issuer(),
                    status,
                    detail,
                });
            }
        }
        read_registration(discovery, redirects, method, &answer)
    }

    async fn ask_to_register(
        &self,
        discovery: &Discovery,
        endpoint: &Url,
        wanted: &Value,
        trace: &dyn Trace,
    ) -> Result<Answer, Error> {
        let mut request = Request::new(Method::POST, endpoint.clone());
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json.clone());
        request.headers_mut().insert(ACCEPT, json);
        *request.body_mut() = Some(wanted.to_string().into());
        let note = match wanted["scope"].as_str() {
            Some(scopes) => format!("Register, scopes {}", clean_text(scopes, 256)),
            None => "Register, no scopes".to_owned(),
        };
        self.send(WHAT, request, Some(note), &discovery.reach, trace)
            .await
    }
}

/// The identity that was given. What the server changed of what was asked for counts, where it says so.
///
/// # Errors
/// [`Error::RegistrationRefused`] when there is none in the answer; [`Error::UnusableRegistration`];
/// [`Error::TooLarge`].
fn read_registration(
    discovery: &Discovery,
    redirects: &[Url],
    asked: TokenAuth,
    answer: &Answer,
) -> Result<ClientIdentity, Error> {
    let issuer = || clean_text(&discovery.issuer, 256);
    let given = answer.json()?.unwrap_or_default();
    let filled = |name: &str| given[name].as_str().filter(|text| !text.is_empty());
    let id = filled("client_id").ok_or_else(|| Error::RegistrationRefused {
        issuer: issuer(),
        status: answer.status.as_u16(),
        detail: None,
    })?;
    let unusable = |what: String| Error::UnusableRegistration {
        issuer: issuer(),
        what,
    };
    if id.len() > ID_LIMIT {
        let most = ID_LIMIT;
        return Err(unusable(format!("a client ID longer than {most} bytes")));
    }
    // RFC 6749, appendix A.1.
    if !id.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(unusable("an invalid client ID".to_owned()));
    }
    let secret = filled("client_secret");
    if secret.is_some_and(|secret| secret.len() > SECRET_LIMIT) {
        let most = SECRET_LIMIT;
        return Err(unusable(format!(
            "a client secret longer than {most} bytes"
        )));
    }
    let named = match filled("token_endpoint_auth_method") {
        None => None,
        Some(word) => Some(TokenAuth::from_word(word).ok_or_else(|| {
            let word = clean_text(word, 64);
            unusable(format!("unsupported client authentication {word}"))
        })?),
    };
    let auth_method = match (secret, named) {
        (None, _) => TokenAuth::None,
        (Some(_), Some(method)) => method,
        (Some(_), None) if asked == TokenAuth::None => {
            TokenAuth::with_secret(discovery.token_auth_methods.as_deref())
        }
        (Some(_), None) => asked,
    };
    // 0 means never.
    let lapses = seconds(&given["client_secret_expires_at"]).filter(|at| *at > 0);
    Ok(ClientIdentity::Dynamic {
        issuer: discovery.issuer.clone(),
        id: id.to_owned(),
        secret: secret.map(Secret::new),
        auth_method,
        redirect_uris: redirects.to_vec(),
        secret_expires_at: lapses
            .and_then(|at| i64::try_from(at).ok()?.checked_mul(1000))
            .and_then(Timestamp::from_unix_millis),
    })
}
