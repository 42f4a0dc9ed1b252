//! Parses and checks authorization callbacks.
//!
//! Source: RFC 6749, section 4.1.2; RFC 9207, section 2.4 (`iss`); RFC 8252, section 7.

use patchbay_model::{Code, Explain, OauthDeviation, Problem, Secret, clean_text, has_user_info};
use subtle::ConstantTimeEq;
use url::Url;

use crate::client_identity::is_loopback_redirect;
use crate::error::{INVALID_TARGET, UNSAFE_HINT};
use crate::{Error, Pending, deviation_hint};

/// The redirect of flows that return by a deep link instead of a port.
pub const DEEP_LINK_REDIRECT: &str = "patchbay://oauth/callback";

/// The unchecked parameters of a callback; `Debug` hides them.
#[derive(Clone, Debug, Default)]
pub struct CallbackParams(Vec<(String, Secret)>);

impl CallbackParams {
    pub(crate) fn from_query(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), Secret::new(value)))
                .collect(),
        )
    }

    /// Whether they contain the state of that authorization, which alone identifies the flow that they belong to.
    pub fn belongs_to(&self, pending: &Pending) -> bool {
        self.has_state(&pending.state)
    }

    /// Whether they contain exactly one state, and it is the expected one. Compares in constant time.
    pub(crate) fn has_state(&self, expected: &Secret) -> bool {
        let mut states = self.0.iter().filter(|(name, _)| name == "state");
        let (Some((_, state)), None) = (states.next(), states.next()) else {
            return false;
        };
        state
            .expose()
            .as_bytes()
            .ct_eq(expected.expose().as_bytes())
            .into()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.expose())
    }

    fn has_duplicates(&self) -> bool {
        self.0
            .iter()
            .enumerate()
            .any(|(nth, (name, _))| self.0[..nth].iter().any(|(key, _)| key == name))
    }
}

/// Why a callback is rejected. Texts are the provider's own, cleaned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// It belongs to another authorization, or to none: ignore it and keep waiting.
    #[error("the response belongs to another sign-in")]
    WrongState,
    /// A parameter appears twice.
    #[error("the response contains duplicates")]
    Duplicate,
    /// It comes from another authorization server, or lacks the issuer that it has to name.
    #[error("the response came from a different authorization server")]
    WrongIssuer,
    /// The user, or the provider on their behalf, denied access.
    #[error("access denied")]
    Denied {
        /// The provider's message.
        detail: Option<String>,
    },
    /// The provider ended the authorization with an error.
    #[error("the provider ended the sign-in: {error}")]
    Refused {
        /// OAuth error code such as `invalid_scope`.
        error: String,
        /// The provider's message.
        detail: Option<String>,
    },
    /// It contains neither a code nor an error.
    #[error("the response has no code")]
    NoCode,
}

impl Explain for CallbackError {
    fn code(&self) -> Code {
        match self {
            Self::Denied { .. } => Code::AuthDenied,
            Self::Refused { .. } => Code::AuthExchange,
            _ => Code::AuthCallback,
        }
    }

    fn hint(&self) -> Option<String> {
        if let Self::Refused { error, .. } = self
            && error == INVALID_TARGET
        {
            return Some(deviation_hint(OauthDeviation::NoResource));
        }
        let hint = match self {
            Self::WrongIssuer | Self::Duplicate => UNSAFE_HINT,
            _ => "Start again.",
        };
        Some(hint.to_owned())
    }

    fn problem(&self) -> Problem {
        let detail = match self {
            Self::Denied { detail } | Self::Refused { detail, .. } => detail.clone(),
            _ => None,
        };
        Problem {
            hint: self.hint(),
            detail,
            ..Problem::new(self.code(), self.to_string())
        }
    }
}

/// The code of a callback, for [`OAuthClient::exchange`](crate::OAuthClient::exchange). Checks first its state, then its
/// issuer, also of error callbacks, and only then anything else.
///
/// # Errors
/// [`CallbackError::WrongState`] must not end the flow; every other error does.
pub fn check_callback(pending: &Pending, params: &CallbackParams) -> Result<Secret, CallbackError> {
    if !params.belongs_to(pending) {
        return Err(CallbackError::WrongState);
    }
    if params.has_duplicates() {
        return Err(CallbackError::Duplicate);
    }
    match params.get("iss") {
        Some(issuer) if is_from(issuer, pending) => {}
        None if !pending.iss_required => {}
        _ => return Err(CallbackError::WrongIssuer),
    }
    if let Some(refusal) = refusal(params) {
        return Err(refusal);
    }
    match params.get("code").filter(|code| !code.is_empty()) {
        Some(code) => Ok(Secret::new(code)),
        None => Err(CallbackError::NoCode),
    }
}

/// Whether an issuer is the expected one: as text, or by its origin if only the endpoints are known.
fn is_from(issuer: &str, pending: &Pending) -> bool {
    let origin = || Url::parse(issuer).ok().map(|url| url.origin());
    issuer == pending.issuer || pending.is_issuer_guessed && origin() == Some(pending.url.origin())
}

/// The error in a callback, cleaned.
pub(crate) fn refusal(params: &CallbackParams) -> Option<CallbackError> {
    let error = params.get("error")?;
    let detail = params
        .get("error_description")
        .map(|words| clean_text(words, 256));
    let detail = detail.filter(|words| !words.is_empty());
    Some(match error {
        "access_denied" => CallbackError::Denied { detail },
        error => CallbackError::Refused {
            error: clean_text(error, 64),
            detail,
        },
    })
}

/// Parses the address of a callback: a loopback redirect or `patchbay://oauth/callback?…`. White space around it is
/// ignored.
///
/// # Errors
/// [`Error::NotACallback`] for any other address.
pub fn parse_callback_url(text: &str) -> Result<CallbackParams, Error> {
    let url = Url::parse(text.trim()).map_err(|_| Error::NotACallback)?;
    if !is_loopback_redirect(&url) && !is_deep_link(&url) {
        return Err(Error::NotACallback);
    }
    let params = CallbackParams::from_query(url.query().unwrap_or_default());
    match params.get("state") {
        Some(_) => Ok(params),
        None => Err(Error::NotACallback),
    }
}

fn is_deep_link(url: &Url) -> bool {
    url.scheme() == "patchbay"
        && url.host_str() == Some("oauth")
        && url.path() == "/callback"
        && url.port().is_none()
        && !has_user_info(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(iss_required: bool) -> Pending {
        Pending {
            url: Url::parse("https://as.example/authorize?state=right").unwrap(),
            state: Secret::new("right"),
            verifier: Secret::new("verifier"),
            issuer: "https://as.example".to_owned(),
            iss_required,
            is_issuer_guessed: false,
            redirect_uri: Url::parse("http://127.0.0.1:27218/callback").unwrap(),
            client_id: "me".to_owned(),
            scopes: Vec::new(),
            forces_consent: false,
            wants_refresh_token: false,
        }
    }

    fn check(iss_required: bool, query: &str) -> Result<String, CallbackError> {
        let params = CallbackParams::from_query(query);
        check_callback(&pending(iss_required), &params).map(|code| code.expose().to_owned())
    }

    #[test]
    fn a_right_callback_gives_its_code() {
        assert_eq!(check(false, "code=a%2Bb&state=right"), Ok("a+b".to_owned()));
        assert_eq!(
            check(true, "code=x&state=right&iss=https%3A%2F%2Fas.example"),
            Ok("x".to_owned())
        );
    }

    #[test]
    fn state_must_be_there_once_and_right() {
        for query in [
            "code=x",
            "code=x&state=",
            "code=x&state=wrong",
            "state=right&state=right&code=x",
            "error=access_denied",
            "",
        ] {
            assert_eq!(
                check(false, query),
                Err(CallbackError::WrongState),
                "{query}"
            );
        }
    }

    #[test]
    fn issuer_is_compared_as_text_also_on_errors() {
        for query in [
            "state=right&code=x&iss=https://as.example/",
            "state=right&code=x&iss=",
            "state=right&error=access_denied&iss=https://evil.example",
            "state=right&error=access_denied&error_description=call+this+number&iss=HTTPS://as.example",
        ] {
            assert_eq!(
                check(false, query),
                Err(CallbackError::WrongIssuer),
                "{query}"
            );
        }
        for query in ["state=right&code=x", "state=right&error=access_denied"] {
            assert_eq!(
                check(true, query),
                Err(CallbackError::WrongIssuer),
                "{query}"
            );
        }
    }

    #[test]
    fn of_an_issuer_that_is_only_guessed_the_origin_counts() {
        let mut pending = pending(false);
        pending.is_issuer_guessed = true;
        let check = |issuer: &str| {
            let query = format!("state=right&code=x&iss={issuer}");
            check_callback(&pending, &CallbackParams::from_query(&query)).is_ok()
        };
        assert!(check("https://as.example/tenant/v2.0"));
        for elsewhere in [
            "https://evil.example",
            "http://as.example",
            "as.example",
            "",
        ] {
            assert!(!check(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn duplicates_are_refused() {
        assert_eq!(
            check(false, "state=right&code=x&code=y"),
            Err(CallbackError::Duplicate)
        );
        let twice = "state=right&code=x&iss=https://as.example&iss=https://evil.example";
        assert_eq!(check(false, twice), Err(CallbackError::Duplicate));
    }

    #[test]
    fn errors_are_told_apart_and_cleaned() {
        assert_eq!(
            check(
                false,
                "state=right&error=access_denied&error_description=no%0A%1B%5B31m"
            ),
            Err(CallbackError::Denied {
                detail: Some("no [31m".to_owned())
            })
        );
        assert_eq!(
            check(false, "state=right&error=invalid_scope%E2%80%AE&code=x"),
            Err(CallbackError::Refused {
                error: "invalid_scope".to_owned(),
                detail: None
            })
        );
        assert_eq!(check(false, "state=right"), Err(CallbackError::NoCode));
    }

    #[test]
    fn only_our_redirects_are_read() {
        for text in [
            " http://127.0.0.1:27218/callback?state=right&code=x\n",
            "http://localhost:1/callback?code=x&state=right",
            "http://[::1]:1/callback?code=x&state=right",
            "patchbay://oauth/callback?code=x&state=right",
        ] {
            assert!(
                parse_callback_url(text)
                    .unwrap()
                    .belongs_to(&pending(false)),
                "{text}"
            );
        }
        for text in [
            "code=x&state=right",
            "https://evil.example/callback?code=x&state=right",
            "http://127.0.0.1.evil.example/callback?code=x&state=right",
            "http://127.0.0.1:1/other?code=x&state=right",
            "https://127.0.0.1:1/callback?code=x&state=right",
            "patchbay://oauth/other?code=x&state=right",
            "patchbay://evil/callback?code=x&state=right",
            "patchbay://me@oauth/callback?code=x&state=right",
            "javascript:alert(1)?code=x&state=right",
            "http://127.0.0.1:1/callback",
        ] {
            assert!(
                matches!(parse_callback_url(text), Err(Error::NotACallback)),
                "{text}"
            );
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let params = CallbackParams::from_query("code=s3cret&state=right");
        let shown = format!("{params:?} {:?}", pending(false));
        assert!(
            !shown.contains("s3cret") && !shown.contains("right") && !shown.contains("verifier")
        );
    }
}
