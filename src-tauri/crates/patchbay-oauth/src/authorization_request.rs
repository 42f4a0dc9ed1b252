//! Authorization requests: the page on which the user consents.
//!
//! Source: RFC 6749, section 4.1.1; RFC 7636, section 4 (PKCE); RFC 8707 (`resource`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_http::BrowserUrl;
use patchbay_model::{OauthDeviation, Secret, clean_text};
use sha2::{Digest, Sha256};
use url::Url;

use crate::discovery::OFFLINE_ACCESS;
use crate::trace::without_query;
use crate::{ClientIdentity, Discovery, DiscoverySource, Error, OAuthClient, union};

/// Purpose of the page's address, in messages.
const PAGE: &str = "authorization endpoint";

/// An authorization that waits for its callback. Use it for one callback, then drop it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Pending {
    /// The page, to be opened by [`OAuthClient::consent_page`] after its host was shown. It contains the state, so it
    /// is for the browser only.
    pub url: Url,
    /// The state that the callback must contain.
    pub state: Secret,
    /// The PKCE verifier.
    pub verifier: Secret,
    /// Issuer of the authorization server, as the callback must name it.
    pub issuer: String,
    /// Whether the callback must name the issuer.
    pub iss_required: bool,
    /// Whether only the endpoints are known, so that `issuer` is just their origin.
    pub is_issuer_guessed: bool,
    /// Redirect URI of the callback.
    pub redirect_uri: Url,
    /// Client id of the request.
    pub client_id: String,
    /// Requested scopes.
    pub scopes: Vec<String>,
    /// Whether the person has to consent even if they did before.
    pub forces_consent: bool,
    /// Whether a refresh token is requested.
    pub(crate) wants_refresh_token: bool,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending")
            .field("url", &without_query(&self.url))
            .field("issuer", &self.issuer)
            .field("redirect_uri", &self.redirect_uri.as_str())
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

impl Pending {
    /// Forces the consent page even if the person consented before, if a refresh token is requested: OpenID servers
    /// issue one only then. Other servers may refuse a person who isn't allowed to consent, so use it only if the
    /// previous grant couldn't be renewed, or was obtained this way.
    ///
    /// Source: OpenID Connect Core 1.0, section 11.
    #[must_use]
    pub fn with_forced_consent(mut self) -> Self {
        if self.wants_refresh_token {
            self.url = with_parameters(&self.url, &[("prompt", "consent")]);
            self.forces_consent = true;
        }
        self
    }

    /// Makes the page offer the account of `user` first. Only for a name that the same issuer told, since another would
    /// learn it.
    ///
    /// Source: OpenID Connect Core 1.0, section 3.1.2.1.
    #[must_use]
    pub fn with_login_hint(mut self, user: &str) -> Self {
        self.url = with_parameters(&self.url, &[("login_hint", user)]);
        self
    }
}

impl OAuthClient {
    /// Builds the authorization request with a fresh state and PKCE verifier.
    ///
    /// `scopes` are sent as they are; without any the server decides.
    ///
    /// # Errors
    /// [`Error::ClientMismatch`] if the client was registered elsewhere or for other redirects,
    /// [`Error::MetadataLacks`] if the discovery was for a grant without a browser, [`Error::UnsafeUrl`] and other
    /// address errors if the page must not be opened, [`Error::NoRandomness`].
    pub fn start_authorization(
        &self,
        discovery: &Discovery,
        client: &ClientIdentity,
        redirect: &Url,
        scopes: &[String],
    ) -> Result<Pending, Error> {
        if !client.fits(discovery, redirect) {
            return Err(Error::ClientMismatch);
        }
        let endpoint = discovery.authorization_endpoint.as_ref();
        let endpoint = endpoint.ok_or_else(|| Error::MetadataLacks {
            host: clean_text(&discovery.issuer, 256),
            field: "authorization_endpoint",
        })?;
        let (state, verifier) = (random()?, random()?);
        let challenge = challenge_of(&verifier);
        let scopes = union(scopes, &[]);
        let scope = scopes.join(" ");
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", client.id()),
            ("redirect_uri", redirect.as_str()),
            ("state", state.expose()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.extend(discovery.sent_resource().map(|it| ("resource", it)));
        let by_parameter = discovery.deviations.has(OauthDeviation::OfflineAccess);
        if by_parameter {
            parameters.push(("access_type", "offline"));
        }
        if !scope.is_empty() {
            parameters.push(("scope", &scope));
        }
        let url = with_parameters(endpoint, &parameters);
        discovery.reach.check_url(PAGE, &url)?;
        Ok(Pending {
            url,
            state,
            verifier,
            issuer: discovery.issuer.clone(),
            iss_required: discovery.iss_required,
            is_issuer_guessed: discovery.source == DiscoverySource::Given,
            redirect_uri: redirect.clone(),
            client_id: client.id().to_owned(),
            wants_refresh_token: by_parameter || scopes.iter().any(|it| it == OFFLINE_ACCESS),
            scopes,
            forces_consent: false,
        })
    }

    /// Resolves and checks the host of the consent page; only the result can be opened in the browser.
    ///
    /// # Errors
    /// [`Error::Dns`]; [`Error::PrivateAddress`] and other address errors if it must not be opened.
    pub async fn consent_page(
        &self,
        discovery: &Discovery,
        pending: &Pending,
    ) -> Result<BrowserUrl, Error> {
        let (reach, url) = (&discovery.reach, pending.url.clone());
        let addresses = self.network.addresses();
        Ok(addresses.browser_url(PAGE, reach, url).await?)
    }
}

/// Sets query parameters of an endpoint; others that it has are kept.
fn with_parameters(endpoint: &Url, parameters: &[(&str, &str)]) -> Url {
    let mut url = endpoint.clone();
    let is_set = |name: &str| parameters.iter().any(|(set, _)| *set == name);
    let others = endpoint.query_pairs().filter(|(name, _)| !is_set(name));
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .extend_pairs(parameters);
    url
}

/// A random 256-bit value as 43 characters of URL-safe base64.
pub(crate) fn random() -> Result<Secret, Error> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|_| Error::NoRandomness)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_ref())))
}

fn challenge_of(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            challenge_of(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn random_texts_are_long_and_differ() {
        let (one, two) = (random().unwrap(), random().unwrap());
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one.expose(), two.expose());
    }

    #[test]
    fn parameters_of_the_endpoint_stay_but_never_override_ours() {
        let endpoint = Url::parse("https://as.example/a?tenant=x&state=theirs").unwrap();
        let url = with_parameters(
            &endpoint,
            &[("state", "ours"), ("resource", "https://h/?a=b&c")],
        );
        assert_eq!(
            url.as_str(),
            "https://as.example/a?tenant=x&state=ours&resource=https%3A%2F%2Fh%2F%3Fa%3Db%26c"
        );
    }
}
