//! The token endpoint: exchanges codes, refresh tokens and client secrets for access tokens.
//!
//! Source: RFC 6749, sections 2.3, 4.1.3, 4.4, 5 and 6; RFC 7636, section 4.5; RFC 8707, section 2.2.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use patchbay_http::text::{non_empty, redact};
use patchbay_http::{Reach, host_of};
use patchbay_model::{OauthDeviation, OauthGrant, Secret, clean_text};
use reqwest::{Method, Request};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use crate::deviations::standard_error_code;
use crate::discovery::{OFFLINE_ACCESS, sent_resource};
use crate::http::{Answer, json_request};
use crate::{
    ClientIdentity, Deviations, Discovery, Error, Grant, OAuthClient, Pending, RefreshError,
    TokenAuth, Tokens, Trace, parse_scopes,
};

const WHAT: &str = "token endpoint";

impl OAuthClient {
    /// Exchanges an authorization code. A code works once: after any error the authorization has to be restarted.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Failed`], [`Error::NotTokens`], [`Error::TokenType`],
    /// [`Error::ClientMismatch`] if client or discovery aren't those of the authorization, network errors.
    pub async fn exchange(
        &self,
        pending: &Pending,
        code: &Secret,
        client: &ClientIdentity,
        discovery: &Discovery,
        trace: &dyn Trace,
    ) -> Result<Tokens, Error> {
        if pending.issuer != discovery.issuer || pending.client_id != client.id() {
            return Err(Error::ClientMismatch);
        }
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", pending.redirect_uri.as_str()),
            ("code_verifier", pending.verifier.expose()),
        ];
        form.extend(discovery.sent_resource().map(|it| ("resource", it)));
        let endpoint = &discovery.token_endpoint;
        let request = client
            .client_authentication(discovery)
            .request(endpoint, &form);
        let note = "Exchange code for tokens";
        let json = self
            .request_token(request, note, &discovery.reach, trace)
            .await?;
        let scopes = &pending.scopes;
        read_tokens(endpoint, &json, scopes, None, &discovery.deviations)
    }

    /// Requests a token for the app itself, by its client secret. `scopes` are sent except `offline_access`: this grant
    /// has no refresh token.
    ///
    /// # Errors
    /// [`Error::NoClientSecret`]; [`Error::Refused`], [`Error::Failed`], [`Error::NotTokens`], [`Error::TokenType`],
    /// network errors.
    pub async fn sign_in_as_client(
        &self,
        discovery: &Discovery,
        client: &ClientIdentity,
        scopes: &[String],
        trace: &dyn Trace,
    ) -> Result<Tokens, Error> {
        if client.secret().is_none() {
            return Err(Error::NoClientSecret);
        }
        let scopes = scopes.iter().filter(|scope| *scope != OFFLINE_ACCESS);
        let scopes: Vec<String> = scopes.cloned().collect();
        let scope = scopes.join(" ");
        let form = client_credentials(&scope, discovery.sent_resource());
        let endpoint = &discovery.token_endpoint;
        let request = client
            .client_authentication(discovery)
            .request(endpoint, &form);
        let note = "Request a token as the app";
        let json = self
            .request_token(request, note, &discovery.reach, trace)
            .await?;
        read_tokens(endpoint, &json, &scopes, None, &discovery.deviations)
    }

    /// Renews the access token. A refresh token is sent without scopes, since some providers refuse those that they
    /// granted before; an app that signs in as itself requests another token with the same scopes.
    ///
    /// Run one refresh of a grant at a time, and store the result before it is used: a rotated refresh token
    /// invalidates the old one.
    ///
    /// # Errors
    /// [`RefreshError::SignInAgain`] if the provider refuses the refresh token or the client;
    /// [`RefreshError::NotRenewable`] without a refresh token; [`RefreshError::Transient`] otherwise.
    pub async fn refresh(&self, grant: &Grant, trace: &dyn Trace) -> Result<Tokens, RefreshError> {
        let scope = grant.scopes.join(" ");
        let resource = sent_resource(&grant.resource, &grant.deviations);
        let form = match (grant.kind, &grant.refresh_token) {
            (OauthGrant::ClientCredentials, _) => client_credentials(&scope, resource),
            (OauthGrant::AuthorizationCode, Some(token)) => {
                let mut form = vec![
                    ("grant_type", "refresh_token"),
                    ("refresh_token", token.expose()),
                ];
                form.extend(resource.map(|it| ("resource", it)));
                form
            }
            (OauthGrant::AuthorizationCode, None) => return Err(RefreshError::NotRenewable),
        };
        let endpoint = &grant.token_endpoint;
        let request = grant.client_authentication().request(endpoint, &form);
        let reach = Reach::of(&grant.server);
        let json = self.request_token(request, "refresh", &reach, trace).await;
        let json = json.map_err(refresh_error)?;
        let former = grant.refresh_token.as_ref();
        read_tokens(endpoint, &json, &grant.scopes, former, &grant.deviations)
            .map_err(RefreshError::Transient)
    }

    /// Sends a request to a token endpoint and returns the JSON object of a success.
    async fn request_token(
        &self,
        SecretForm { request, secrets }: SecretForm,
        note: &str,
        reach: &Reach,
        trace: &dyn Trace,
    ) -> Result<Value, Error> {
        let endpoint = request.url().clone();
        let note = Some(note.to_owned());
        let answer = self.send(WHAT, request, note, reach, trace).await?;
        parse_success(&endpoint, &answer, &secrets)
    }
}

/// Source: RFC 6749, section 5.2.
fn refresh_error(error: Error) -> RefreshError {
    const NOT_GRANTED: &str = "invalid_grant";
    match error {
        Error::Refused {
            error: Some(code),
            detail,
            ..
        } if [NOT_GRANTED, "invalid_client", "unauthorized_client"]
            .contains(&standard_error_code(&code)) =>
        {
            RefreshError::SignInAgain {
                detail,
                is_client_refused: standard_error_code(&code) != NOT_GRANTED,
            }
        }
        error => RefreshError::Transient(error),
    }
}

/// The form of the client credentials grant; without scopes the server decides.
fn client_credentials<'a>(
    scope: &'a str,
    resource: Option<&'a str>,
) -> Vec<(&'static str, &'a str)> {
    let mut form = vec![("grant_type", "client_credentials")];
    if !scope.is_empty() {
        form.push(("scope", scope));
    }
    form.extend(resource.map(|it| ("resource", it)));
    form
}

impl ClientIdentity {
    /// How the client authenticates at the token endpoint of that provider.
    pub(crate) fn client_authentication(&self, discovery: &Discovery) -> ClientAuthentication<'_> {
        ClientAuthentication {
            id: self.id(),
            secret: self.secret(),
            method: self.token_auth(discovery),
        }
    }
}

impl Grant {
    pub(crate) fn client_authentication(&self) -> ClientAuthentication<'_> {
        ClientAuthentication {
            id: &self.client_id,
            secret: self.client_secret.as_ref(),
            method: self.auth_method,
        }
    }
}

/// How a client authenticates at a token endpoint.
pub(crate) struct ClientAuthentication<'a> {
    pub(crate) id: &'a str,
    pub(crate) secret: Option<&'a Secret>,
    pub(crate) method: TokenAuth,
}

/// A request that posts a form.
pub(crate) struct SecretForm {
    pub(crate) request: Request,
    /// The secrets in it, which some providers repeat in their errors.
    pub(crate) secrets: Vec<Secret>,
}

/// Fields of a form whose values are secrets.
const SECRET_FIELDS: [&str; 4] = ["code", "code_verifier", "refresh_token", "token"];

impl ClientAuthentication<'_> {
    /// Builds the request that posts a form, with the client's authentication in header or body.
    pub(crate) fn request(&self, endpoint: &Url, form: &[(&str, &str)]) -> SecretForm {
        let mut body = Serializer::new(String::new());
        body.extend_pairs(form);
        let mut request = json_request(Method::POST, endpoint);
        let headers = request.headers_mut();
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form_type);
        match (self.method, self.secret) {
            (TokenAuth::Basic, Some(secret)) => {
                headers.insert(AUTHORIZATION, basic(self.id, secret));
            }
            (TokenAuth::Post, Some(secret)) => {
                body.append_pair("client_id", self.id);
                body.append_pair("client_secret", secret.expose());
            }
            _ => {
                body.append_pair("client_id", self.id);
            }
        }
        *request.body_mut() = Some(body.finish().into());
        let fields = form.iter().filter(|(name, _)| SECRET_FIELDS.contains(name));
        let secrets = fields.map(|(_, value)| Secret::new(*value));
        SecretForm {
            request,
            secrets: secrets.chain(self.secret.cloned()).collect(),
        }
    }
}

/// The value of `Authorization: Basic`; id and secret are form-encoded first (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &Secret) -> HeaderValue {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let both = Zeroizing::new(format!("{}:{}", encode(id), encode(secret.expose())));
    let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(both.as_bytes())));
    #[expect(
        clippy::expect_used,
        reason = "base64 has visible ASCII characters only"
    )]
    let mut value = HeaderValue::from_str(&value).expect("base64 is a header value");
    value.set_sensitive(true);
    value
}

/// The JSON object of a success. Some providers send errors with status 200, so an `error` member counts, too.
fn parse_success(endpoint: &Url, answer: &Answer, sent: &[Secret]) -> Result<Value, Error> {
    let host = host_of(endpoint);
    let status = answer.status.as_u16();
    answer.ensure_decided()?;
    let refusal = oauth_error(answer, sent);
    if !answer.status.is_success() || refusal.error.is_some() {
        return Err(Error::Refused {
            host,
            status,
            error: refusal.error,
            detail: refusal.detail,
        });
    }
    answer
        .json()?
        .filter(Value::is_object)
        .ok_or(Error::NotTokens { host })
}

fn read_tokens(
    endpoint: &Url,
    json: &Value,
    requested_scopes: &[String],
    old_refresh_token: Option<&Secret>,
    deviations: &Deviations,
) -> Result<Tokens, Error> {
    let host = || host_of(endpoint);
    let text = |name: &str| non_empty(&json[name]);
    let Some(access_token) = text("access_token").filter(|token| is_header_text(token)) else {
        return Err(Error::NotTokens { host: host() });
    };
    let kind = text("token_type").unwrap_or("(unnamed)");
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(Error::TokenType {
            host: host(),
            kind: clean_text(kind, 64),
        });
    }
    Ok(Tokens {
        access_token: Secret::new(access_token),
        refresh_token: text("refresh_token")
            .map(Secret::new)
            .or_else(|| old_refresh_token.cloned()),
        scopes: match text("scope") {
            Some(list) if deviations.has(OauthDeviation::CommaScopes) => {
                parse_scopes(&list.replace(',', " "))
            }
            Some(list) => parse_scopes(list),
            None => requested_scopes.to_vec(),
        },
        // A token that had expired when it was issued would be of no use: 0 stands for an unknown lifetime.
        expires_in: seconds(&json["expires_in"])
            .filter(|life| *life > 0)
            .map(Duration::from_secs),
        id_token: text("id_token").map(Secret::new),
    })
}

/// Whether a token can be sent as a header without ending it.
fn is_header_text(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Parses whole seconds, also from text or with a fraction; `None` for anything else. Limited to the year 9999.
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    /// Unix time of the last second of the year 9999.
    const END: f64 = 253_402_300_799.0;
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        _ => return None,
    };
    number.is_finite().then(|| number.clamp(0.0, END) as u64)
}

/// The OAuth error in a response body, cleaned and without the secrets of the request.
pub(crate) struct Refusal {
    pub(crate) error: Option<String>,
    pub(crate) detail: Option<String>,
}

/// Reads `error` and `error_description`; `sent` are the secrets of the request.
pub(crate) fn oauth_error(answer: &Answer, sent: &[Secret]) -> Refusal {
    let body = answer.json().ok().flatten().unwrap_or_default();
    let text = |name: &str, limit| {
        body[name]
            .as_str()
            .map(|text| clean_text(&redact(text, sent.iter().map(Secret::expose)), limit))
            .filter(|text| !text.is_empty())
    };
    Refusal {
        error: text("error", 64),
        detail: text("error_description", 256),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: &Value) -> Result<Tokens, Error> {
        let endpoint = Url::parse("https://as.example/token").unwrap();
        read_tokens(
            &endpoint,
            json,
            &["asked".to_owned()],
            Some(&Secret::new("old")),
            &Deviations::default(),
        )
    }

    #[test]
    fn what_the_server_sends_counts() {
        let tokens = read(&json!({
            "access_token": "a", "token_type": "Bearer", "refresh_token": "new", "scope": "x y",
            "expires_in": "60",
        }))
        .unwrap();
        assert_eq!(tokens.refresh_token.unwrap().expose(), "new");
        assert_eq!(tokens.scopes, ["x", "y"]);
        assert_eq!(tokens.expires_in, Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_token_without_a_lifetime_does_not_expire_at_once() {
        for life in [json!(0), json!("0"), json!(-1), json!(null)] {
            let given = json!({"access_token": "a", "token_type": "Bearer", "expires_in": life});
            assert_eq!(read(&given).unwrap().expires_in, None, "{life}");
        }
    }

    #[test]
    fn scopes_are_split_at_commas_where_that_is_how_they_come() {
        let endpoint = Url::parse("https://as.example/token").unwrap();
        let given = json!({"access_token": "a", "token_type": "bearer", "scope": "repo,gist"});
        let chosen = [(OauthDeviation::CommaScopes, true)].into();
        for (deviations, scopes) in [
            (
                Deviations::of("https://as.example", &chosen),
                vec!["repo", "gist"],
            ),
            (Deviations::default(), vec!["repo,gist"]),
        ] {
            let tokens = read_tokens(&endpoint, &given, &[], None, &deviations).unwrap();
            assert_eq!(tokens.scopes, scopes);
        }
    }

    #[test]
    fn only_bearer_tokens_that_fit_a_header_are_taken() {
        for kind in [json!("mac"), json!("DPoP"), json!(null), json!("")] {
            let refused = read(&json!({"access_token": "a", "token_type": kind}));
            assert!(matches!(refused, Err(Error::TokenType { .. })), "{kind}");
        }
        for token in [json!(""), json!(5), json!("a\r\nHost: evil"), json!(null)] {
            let refused = read(&json!({"access_token": token, "token_type": "bearer"}));
            assert!(matches!(refused, Err(Error::NotTokens { .. })), "{token}");
        }
    }

    #[test]
    fn seconds_are_read_from_numbers_and_text() {
        assert_eq!(seconds(&json!(3600)), Some(3600));
        assert_eq!(seconds(&json!("3600")), Some(3600));
        assert_eq!(seconds(&json!(3599.9)), Some(3599));
        assert_eq!(seconds(&json!(-5)), Some(0));
        assert_eq!(seconds(&json!(1e300)), Some(253_402_300_799));
        assert_eq!(seconds(&json!("soon")), None);
        assert_eq!(seconds(&json!("NaN")), None);
        assert_eq!(seconds(&json!(null)), None);
    }

    #[test]
    fn basic_encodes_before_joining() {
        let value = basic("a:b", &Secret::new("p w%"));
        assert_eq!(
            value.to_str().unwrap(),
            format!("Basic {}", STANDARD.encode("a%3Ab:p+w%25"))
        );
        assert!(value.is_sensitive());
    }

    #[test]
    fn the_secret_goes_where_the_method_says() {
        let endpoint = Url::parse("https://as.example/token").unwrap();
        let secret = Secret::new("s");
        let sent = |method| {
            let request = ClientAuthentication {
                id: "me",
                secret: Some(&secret),
                method,
            }
            .request(&endpoint, &[])
            .request;
            let body = request.body().unwrap().as_bytes().unwrap().to_vec();
            (
                String::from_utf8(body).unwrap(),
                request.headers().contains_key(AUTHORIZATION),
            )
        };
        assert_eq!(sent(TokenAuth::None), ("client_id=me".to_owned(), false));
        assert_eq!(
            sent(TokenAuth::Post),
            ("client_id=me&client_secret=s".to_owned(), false)
        );
        assert_eq!(sent(TokenAuth::Basic), (String::new(), true));
    }
}
