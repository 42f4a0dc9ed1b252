//! The address on which the user consents.
//!
//! Source: RFC 6749, section 4.1.1; RFC 7636, section 4 (PKCE); RFC 8707 (`resource`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_http::BrowserUrl;
use patchbay_model::{OauthDeviation, Secret, clean_text};
use sha2::{Digest, Sha256};
use url::Url;

use crate::scopes::{OFFLINE_ACCESS, union};
use crate::trace::without_query;
use crate::{ClientIdentity, Discovery, DiscoverySource, Error, OAuthClient};

/// What the page is called in messages.
const PAGE: &str = "authorization endpoint";

/// A consent that waits for the browser to come back. Use it for one callback, then drop it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Pending {
    /// The page, to be opened as [`OAuthClient::consent_page`] gives it; show its host before. Holds the
    /// state, so it is for the browser only.
    pub url: Url,
    /// What the callback must carry.
    pub state: Secret,
    /// What proves at the token endpoint that we began this.
    pub verifier: Secret,
    /// The authorization server, as the callback must name it.
    pub issuer: String,
    /// Whether the callback must name it.
    pub iss_required: bool,
    /// Whether only its endpoints are known, so that `issuer` is no more than their origin.
    pub is_issuer_guessed: bool,
    /// Where the browser comes back to.
    pub redirect_uri: Url,
    /// The program that asks.
    pub client_id: String,
    /// The scopes that are asked for.
    pub scopes: Vec<String>,
    /// Whether the person is asked even if they consented before.
    pub forces_consent: bool,
    /// Whether a refresh token is asked for.
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
    /// Forces the consent page even if the person consented before, where a refresh token is wanted: OpenID servers
    /// give one only then. Others may refuse a person who isn't allowed to consent, so it is only for a sign-in whose
    /// predecessor couldn't be renewed, or only thanks to this.
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
}

impl OAuthClient {
    /// Makes the address on which the user consents, with fresh state and PKCE verifier.
    ///
    /// `scopes` are sent as they are; empty means that the server decides.
    ///
    /// # Errors
    ///
    /// [`Error::ClientMismatch`] when the client was registered elsewhere or for other redirects,
    /// [`Error::MetadataLacks`] when it was discovered for a grant without a browser,
    /// [`Error::UnsafeUrl`] and its kin when the address must not be opened, [`Error::NoRandomness`].
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
        let wanted = scopes.join(" ");
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", client.id()),
            ("redirect_uri", redirect.as_str()),
            ("state", state.expose()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if let Some(resource) = discovery.sent_resource() {
            parameters.push(("resource", resource));
        }
        let by_parameter = discovery.deviations.has(OauthDeviation::OfflineAccess);
        if by_parameter {
            parameters.push(("access_type", "offline"));
        }
        if !wanted.is_empty() {
            parameters.push(("scope", &wanted));
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
}

impl OAuthClient {
    /// The page of a consent as a browser may be given it: its host is looked up and checked here, which
    /// is the only way to open it.
    ///
    /// # Errors
    ///
    /// [`Error::Dns`]; [`Error::PrivateAddress`] and its kin when it must not be opened.
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

/// The endpoint with those parameters; others that it carries already stay.
fn with_parameters(endpoint: &Url, parameters: &[(&str, &str)]) -> Url {
    let mut url = endpoint.clone();
    let own = |name: &str| parameters.iter().any(|(ours, _)| *ours == name);
    let kept = endpoint.query_pairs().filter(|(name, _)| !own(name));
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .extend_pairs(parameters);
    url
}

/// 256 bits as 43 characters of the URL alphabet.
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
