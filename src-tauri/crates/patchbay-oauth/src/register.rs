//! Dynamic client registration.
//!
//! Source: RFC 7591, sections 2 and 3; OpenID Connect Registration (`application_type`).

use http::header::{CONTENT_TYPE, HeaderValue};
use patchbay_http::host_of;
use patchbay_http::text::non_empty;
use patchbay_model::{Secret, Timestamp, clean_text};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::http::{Answer, json_request};
use crate::token::{oauth_error, seconds};
use crate::{
    ClientIdentity, Discovery, DiscoverySource, Error, OAuthClient, TokenAuth, Trace, union,
};

const WHAT: &str = "registration endpoint";

/// Maximum bytes of a client id, which is part of each authorization URL.
const ID_LIMIT: usize = 2 * 1024;

/// Maximum bytes of a client secret; some are signed documents.
const SECRET_LIMIT: usize = 16 * 1024;

impl OAuthClient {
    /// Registers Patchbay as a native app with those redirects.
    ///
    /// Requests the initial scopes and all that the server supports, so that a later step-up is not refused. If the
    /// server refuses them, registers without naming scopes.
    ///
    /// # Errors
    /// [`Error::NoRegistration`] if the server offers no registration, [`Error::NoSignIn`] if nothing is at its guessed
    /// address, [`Error::RegistrationRefused`], [`Error::UnusableRegistration`] if the registration requires what isn't
    /// supported here, and network errors.
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
        let mut metadata = json!({
            "client_name": client_name,
            "redirect_uris": redirects,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
            "application_type": "native",
        });
        let scopes = union(&discovery.initial_scopes, &discovery.scopes_supported).join(" ");
        if !scopes.is_empty() {
            metadata["scope"] = Value::String(scopes.clone());
        }
        let mut answer = self
            .post_registration(discovery, endpoint, &metadata, trace)
            .await?;
        // Keycloak refuses scopes with 403.
        if matches!(answer.status.as_u16(), 400 | 403 | 422) && !scopes.is_empty() {
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.remove("scope");
            }
            answer = self
                .post_registration(discovery, endpoint, &metadata, trace)
                .await?;
        }
        answer.ensure_decided()?;
        if answer.status.is_success() {
            return read_registration(discovery, redirects, method, &answer);
        }
        let status = answer.status.as_u16();
        // Nothing at a guessed address: nothing says that the server offers any sign-in.
        let is_guessed = discovery.source == DiscoverySource::LegacyEndpointFallback;
        if is_guessed && matches!(status, 404 | 405) {
            return Err(Error::NoSignIn {
                host: host_of(endpoint),
            });
        }
        let refusal = oauth_error(&answer, &[]);
        Err(Error::RegistrationRefused {
            issuer: issuer(),
            status,
            detail: refusal.detail.or(refusal.error),
        })
    }

    async fn post_registration(
        &self,
        discovery: &Discovery,
        endpoint: &Url,
        metadata: &Value,
        trace: &dyn Trace,
    ) -> Result<Answer, Error> {
        let mut request = json_request(Method::POST, endpoint);
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        *request.body_mut() = Some(metadata.to_string().into());
        let note = match metadata["scope"].as_str() {
            Some(scopes) => format!("Register, scopes {}", clean_text(scopes, 256)),
            None => "Register, no scopes".to_owned(),
        };
        self.send(WHAT, request, Some(note), &discovery.reach, trace)
            .await
    }
}

/// Reads the registered client. A token endpoint method that the server names takes precedence over the requested one.
///
/// # Errors
/// [`Error::RegistrationRefused`] if there is no client id in the response; [`Error::UnusableRegistration`];
/// [`Error::TooLarge`].
fn read_registration(
    discovery: &Discovery,
    redirects: &[Url],
    requested: TokenAuth,
    answer: &Answer,
) -> Result<ClientIdentity, Error> {
    let issuer = || clean_text(&discovery.issuer, 256);
    let json = answer.json()?.unwrap_or_default();
    let text = |name: &str| non_empty(&json[name]);
    let id = text("client_id").ok_or_else(|| Error::RegistrationRefused {
        issuer: issuer(),
        status: answer.status.as_u16(),
        detail: None,
    })?;
    let unusable = |what: String| Error::UnusableRegistration {
        issuer: issuer(),
        what,
    };
    if id.len() > ID_LIMIT {
        let what = format!("a client ID longer than {ID_LIMIT} bytes");
        return Err(unusable(what));
    }
    // RFC 6749, appendix A.1.
    if !id.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(unusable("an invalid client ID".to_owned()));
    }
    let secret = text("client_secret");
    if secret.is_some_and(|secret| secret.len() > SECRET_LIMIT) {
        let what = format!("a client secret longer than {SECRET_LIMIT} bytes");
        return Err(unusable(what));
    }
    let named = match text("token_endpoint_auth_method") {
        None => None,
        Some(word) => Some(TokenAuth::from_word(word).ok_or_else(|| {
            let word = clean_text(word, 64);
            unusable(format!("unsupported client authentication {word}"))
        })?),
    };
    let auth_method = match (secret, named) {
        (None, _) => TokenAuth::None,
        (Some(_), Some(method)) => method,
        (Some(_), None) if requested == TokenAuth::None => {
            TokenAuth::with_secret(discovery.token_auth_methods.as_deref())
        }
        (Some(_), None) => requested,
    };
    // 0 means never. Without a secret there is nothing to expire.
    let expires_at = seconds(&json["client_secret_expires_at"]);
    let expires_at = expires_at.filter(|at| *at > 0 && secret.is_some());
    Ok(ClientIdentity::Dynamic {
        issuer: discovery.issuer.clone(),
        id: id.to_owned(),
        secret: secret.map(Secret::new),
        auth_method,
        redirect_uris: redirects.to_vec(),
        secret_expires_at: expires_at
            .and_then(|at| i64::try_from(at).ok()?.checked_mul(1000))
            .and_then(Timestamp::from_unix_millis),
    })
}
