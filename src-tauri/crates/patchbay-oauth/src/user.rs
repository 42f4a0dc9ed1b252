//! Who signed in, if the provider tells.
//!
//! Source: OpenID Connect Core 1.0, sections 2, 3.1.3.3, 5.1 and 5.3.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{AUTHORIZATION, HeaderValue};
use patchbay_http::json;
use patchbay_model::{Secret, clean_text};
use reqwest::Method;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::http::{JSON_LIMITS, json_request};
use crate::{Discovery, OAuthClient, Tokens, Trace};

const WHAT: &str = "userinfo endpoint";

/// Maximum length of a name: that of an email address.
const NAME_LIMIT: usize = 254;

/// Claims by which a person recognizes an account, the best first.
const NAMES: [&str; 3] = ["email", "preferred_username", "name"];

impl OAuthClient {
    /// Name of the account that the tokens belong to: from the ID token, or else from the userinfo endpoint if
    /// `openid` was granted. `None` if the provider does not tell, which is not a failure.
    ///
    /// The name is only shown. The signature of the ID token is not checked, since it came from the token endpoint
    /// itself (section 3.1.3.7, rule 6).
    pub async fn find_user(
        &self,
        discovery: &Discovery,
        tokens: &Tokens,
        trace: &dyn Trace,
    ) -> Option<String> {
        let id_claims = tokens.id_token.as_ref().and_then(claims);
        if let Some(name) = id_claims.as_ref().and_then(name_in) {
            return Some(name);
        }
        let claims = self
            .userinfo(discovery, tokens, trace)
            .await
            .or(id_claims)?;
        name_in(&claims).or_else(|| text(&claims, "sub"))
    }

    async fn userinfo(
        &self,
        discovery: &Discovery,
        tokens: &Tokens,
        trace: &dyn Trace,
    ) -> Option<Value> {
        let endpoint = discovery.userinfo_endpoint.as_ref()?;
        if !tokens.scopes.iter().any(|scope| scope == "openid") {
            return None;
        }
        let bearer = Zeroizing::new(format!("Bearer {}", tokens.access_token.expose()));
        let mut bearer = HeaderValue::from_str(&bearer).ok()?;
        bearer.set_sensitive(true);
        let mut request = json_request(Method::GET, endpoint);
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let note = Some("Ask who signed in".to_owned());
        let sent = self.send(WHAT, request, note, &discovery.reach, trace);
        let answer = sent.await.ok()?;
        let claims = answer.status.is_success().then(|| answer.json())?;
        claims.ok()?.filter(Value::is_object)
    }
}

/// The claims of an ID token.
fn claims(token: &Secret) -> Option<Value> {
    let payload = token.expose().split('.').nth(1)?;
    let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
    json::parse(&payload, JSON_LIMITS).ok()
}

fn name_in(claims: &Value) -> Option<String> {
    NAMES.iter().find_map(|claim| text(claims, claim))
}

fn text(claims: &Value, name: &str) -> Option<String> {
    let text = clean_text(claims[name].as_str()?, NAME_LIMIT);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(payload: &Value) -> Secret {
        Secret::new(format!(
            "head.{}.signature",
            URL_SAFE_NO_PAD.encode(payload.to_string())
        ))
    }

    #[test]
    fn the_clearest_name_counts() {
        let all = json!({"sub": "1", "name": "Lena", "email": "lena@example.com"});
        assert_eq!(name_in(&all).unwrap(), "lena@example.com");
        let no_email = json!({"name": "Lena\u{202e}", "email": "", "preferred_username": 5});
        assert_eq!(name_in(&no_email).unwrap(), "Lena");
        assert_eq!(name_in(&json!({"sub": "1"})), None);
    }

    #[test]
    fn what_is_no_id_token_tells_nothing() {
        let good = claims(&token(&json!({"email": "lena@example.com"}))).unwrap();
        assert_eq!(name_in(&good).unwrap(), "lena@example.com");
        for damaged in ["", "opaque", "a.!!!.c", "a.e30.c", "a.W10.c"] {
            let found = claims(&Secret::new(damaged));
            assert_eq!(found.as_ref().and_then(name_in), None, "{damaged}");
        }
        let nested = "[".repeat(400) + &"]".repeat(400);
        let bomb = format!("a.{}.c", URL_SAFE_NO_PAD.encode(nested));
        assert!(claims(&Secret::new(bomb)).is_none());
    }
}
