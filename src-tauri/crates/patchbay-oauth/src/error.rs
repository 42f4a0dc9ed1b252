//! Errors of OAuth, with their codes and hints.

use std::error::Error as StdError;

use patchbay_http::{AddressError, UNTRUSTED_HINT, causes, untrusted_detail, untrusted_words};
use patchbay_model::{Code, Explain, OauthDeviation, Problem, UntrustedCertificate, clean_text};

use crate::deviations::standard_error_code;

/// The hint for a server with which nobody should sign in.
pub const UNSAFE_HINT: &str = "Don't sign in. Contact the server's operator.";

/// The hint for an OAuth app whose client secret is missing.
pub const NO_SECRET_HINT: &str = "Add the app's client secret.";

/// The hint for a saved OAuth app of another authorization server.
pub const OTHER_CLIENT_HINT: &str = "Sign in again or enter its client ID.";

/// The hint for the user's own OAuth app of another authorization server.
const OTHER_APP_HINT: &str =
    "Contact the server's operator. If the change is right, enter the client ID of an app there.";

/// The hint when an authorization server refuses the app.
pub const CHECK_APP_HINT: &str =
    "If you use your own OAuth app, check its client ID and secret. Then sign in again.";

/// The hint for a server that offers no sign-in.
pub const USE_TOKEN_HINT: &str = "Use a token instead.";

/// The hint while another sign-in waits at the same redirect.
pub const OTHER_SIGN_IN_HINT: &str = "Finish or cancel the other sign-in first.";

/// Why a step of OAuth failed.
///
/// `detail` fields contain the provider's own message, cleaned and cut to 256 characters; hosts are
/// names or addresses without path and query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection, or it was lost.
    #[error("couldn't connect to {host}")]
    Unreachable {
        /// Host and port of the request.
        host: String,
        /// The underlying error, without its URL.
        #[source]
        source: reqwest::Error,
    },
    /// The host name does not resolve.
    #[error("host {host} not found")]
    Dns {
        /// The host name.
        host: String,
    },
    /// The host's certificate is not trusted; nothing was sent.
    #[error("{}", untrusted_words(.0))]
    Untrusted(Box<UntrustedCertificate>),
    /// The TLS handshake failed.
    #[error("no secure connection to {host}")]
    Tls {
        /// Host and port of the request.
        host: String,
        /// The underlying error, without its URL.
        #[source]
        source: reqwest::Error,
    },
    /// No complete response within the time limit.
    #[error("no response from {host}")]
    TimedOut {
        /// Host and port of the request.
        host: String,
    },
    /// The response exceeds a limit.
    #[error("response from {host} is too large: {limit}")]
    TooLarge {
        /// Host and port of the request.
        host: String,
        /// The limit that is exceeded, such as `more than 1048576 bytes`.
        limit: String,
    },
    /// The response is a redirect, which is not followed.
    #[error("{host} redirects to another address")]
    Redirect {
        /// Host and port of the request.
        host: String,
    },
    /// A server named an address on this computer, in the local network or inside a cloud, and the person did not
    /// enter it.
    #[error("sign-in points to a private network address: {host}")]
    PrivateAddress {
        /// Host of the address.
        host: String,
    },
    /// A server named an address without encryption.
    #[error("the {what} isn't HTTPS: {host}")]
    NotHttps {
        /// Purpose of the address, such as `token endpoint`.
        what: &'static str,
        /// Host of the address.
        host: String,
    },
    /// A server named an address that must not be opened: with another scheme or user information, or invalid.
    #[error("the {what} isn't safe to open")]
    UnsafeUrl {
        /// Purpose of the address, such as `authorization endpoint`.
        what: &'static str,
    },
    /// A metadata document could not be fetched or parsed.
    #[error("{host} has no valid {what}")]
    Metadata {
        /// Kind of document.
        what: &'static str,
        /// Host and port of the request.
        host: String,
        /// HTTP status, if that is the reason.
        status: Option<u16>,
    },
    /// A metadata document lacks a required member.
    #[error("sign-in metadata of {host} is missing {field}")]
    MetadataLacks {
        /// The host that published it.
        host: String,
        /// The member that is missing or of the wrong type.
        field: &'static str,
    },
    /// The metadata belongs to another issuer.
    #[error("authorization server mismatch: expected {expected}, got {found}")]
    IssuerMismatch {
        /// The issuer that the MCP server names.
        expected: String,
        /// The issuer in the metadata, cleaned.
        found: String,
    },
    /// The metadata belongs to another MCP server.
    #[error("sign-in is for another server: {resource}")]
    ResourceMismatch {
        /// The published resource, cleaned.
        resource: String,
    },
    /// The authorization server does not support PKCE with S256.
    #[error("{issuer} doesn't support PKCE")]
    NoPkce {
        /// Issuer of the authorization server.
        issuer: String,
        /// Whether its metadata does not mention PKCE at all.
        is_unpublished: bool,
    },
    /// The authorization server offers no dynamic registration.
    #[error("{issuer} doesn't register apps automatically")]
    NoRegistration {
        /// Issuer of the authorization server.
        issuer: String,
    },
    /// The server publishes no sign-in metadata, and nothing is at the default endpoints of older servers.
    #[error("{host} doesn't offer browser sign-in")]
    NoSignIn {
        /// Host and port.
        host: String,
    },
    /// The authorization server refused the registration.
    #[error("{issuer} couldn't register Patchbay")]
    RegistrationRefused {
        /// Issuer of the authorization server.
        issuer: String,
        /// HTTP status.
        status: u16,
        /// The server's message.
        detail: Option<String>,
    },
    /// The registration is of a form that isn't supported.
    #[error("{issuer} registered Patchbay with {what}")]
    UnusableRegistration {
        /// Issuer of the authorization server.
        issuer: String,
        /// What is wrong with it.
        what: String,
    },
    /// The client identity was issued by another authorization server, or for other redirects.
    #[error("OAuth app doesn't match this provider")]
    ClientMismatch,
    /// The user's own OAuth app belongs to another authorization server, and its secret is sent to no other.
    #[error("this OAuth app is for {app}, but the server signs in at {server}")]
    AppOfAnotherProvider {
        /// Issuer that the app signed in at before, cleaned.
        app: String,
        /// Issuer that the MCP server names, cleaned.
        server: String,
    },
    /// An app that is to sign in as itself has no secret.
    #[error("this OAuth app has no client secret")]
    NoClientSecret,
    /// The token endpoint refused the request.
    #[error("{host} rejected the request")]
    Refused {
        /// Host of the endpoint.
        host: String,
        /// HTTP status.
        status: u16,
        /// OAuth error code such as `invalid_client`, cleaned.
        error: Option<String>,
        /// The server's message.
        detail: Option<String>,
    },
    /// The token endpoint failed temporarily.
    #[error("{host} returned an error (HTTP {status})")]
    Failed {
        /// Host of the endpoint.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// The token response contains no usable token.
    #[error("{host} sent no usable token")]
    NotTokens {
        /// Host of the endpoint.
        host: String,
    },
    /// The token type is not `Bearer`.
    #[error("{host} uses unsupported {kind} tokens")]
    TokenType {
        /// Host of the endpoint.
        host: String,
        /// The token type, cleaned.
        kind: String,
    },
    /// The port of the redirect is in use.
    #[error("redirect port {port} is in use{}", by(.holder))]
    PortBusy {
        /// The port.
        port: u16,
        /// The program that uses it, if known.
        holder: Option<String>,
    },
    /// The port of the redirect is in use by another sign-in of Patchbay.
    #[error("redirect port {port} is in use by another sign-in")]
    PortAwaitsSignIn {
        /// The port.
        port: u16,
    },
    /// No port could be opened for the redirect.
    #[error("couldn't open the redirect port")]
    Listen(#[source] std::io::Error),
    /// The text is not the address of one of our redirects.
    #[error("not a redirect address")]
    NotACallback,
    /// A stored sign-in cannot be parsed.
    #[error("saved sign-in is unreadable")]
    Damaged,
    /// The caller cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// The system provides no random numbers.
    #[error("system random numbers unavailable")]
    NoRandomness,
}

impl From<AddressError> for Error {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::NotHttps { what, host } => Self::NotHttps { what, host },
            AddressError::Private { host } => Self::PrivateAddress { host },
            AddressError::Unknown { host } => Self::Dns { host },
            AddressError::Unsafe { what } => Self::UnsafeUrl { what },
            _ => Self::UnsafeUrl { what: "address" },
        }
    }
}

/// The message of the innermost cause, cleaned.
fn innermost_message(error: &(dyn StdError + 'static)) -> String {
    let innermost = causes(error).last().unwrap_or(error);
    clean_text(&innermost.to_string(), 256)
}

fn by(holder: &Option<String>) -> String {
    holder
        .as_ref()
        .map(|name| format!(" by {name}"))
        .unwrap_or_default()
}

/// Error code of a provider that rejects the `resource` (RFC 8707, section 2).
pub(crate) const INVALID_TARGET: &str = "invalid_target";

/// Hint for an error that turning on a deviation for the connector avoids.
pub fn deviation_hint(deviation: OauthDeviation) -> String {
    let words = deviation.words();
    format!("Contact the server's operator. If you trust the provider, turn on \"{words}\".")
}

impl Error {
    /// The deviation that the person may turn on for the connector to avoid this error.
    pub fn deviation(&self) -> Option<OauthDeviation> {
        match self {
            Self::NoPkce {
                is_unpublished: true,
                ..
            } => Some(OauthDeviation::UnpublishedPkce),
            Self::IssuerMismatch { expected, found }
                if expected.strip_suffix('/').unwrap_or(expected)
                    == found.strip_suffix('/').unwrap_or(found) =>
            {
                Some(OauthDeviation::IssuerSlash)
            }
            Self::Refused {
                error: Some(error), ..
            } if error == INVALID_TARGET => Some(OauthDeviation::NoResource),
            _ => None,
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::RegistrationRefused { detail, .. } => detail.clone(),
            Self::Refused { error, detail, .. } => detail.clone().or_else(|| error.clone()),
            Self::Untrusted(certificate) => Some(untrusted_detail(certificate)),
            Self::Unreachable { source, .. } | Self::Tls { source, .. } => {
                Some(innermost_message(source))
            }
            _ => None,
        }
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Metadata { status, .. } => *status,
            Self::RegistrationRefused { status, .. }
            | Self::Refused { status, .. }
            | Self::Failed { status, .. } => Some(*status),
            _ => None,
        }
    }

    fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Dns { .. } | Self::TimedOut { .. } => true,
            Self::Failed { .. }
            | Self::PortBusy { .. }
            | Self::PortAwaitsSignIn { .. }
            | Self::Listen(_) => true,
            Self::Metadata { status, .. } => {
                status.is_some_and(|status| status >= 500 || status == 429)
            }
            _ => false,
        }
    }

    /// The code, and the hint for an error that no deviation avoids.
    fn code_and_hint(&self) -> (Code, Option<&'static str>) {
        const NETWORK: &str = "Check your network and try again.";
        const OTHER_WAY: &str = "Check the address or use a token.";
        const OWN_APP: &str =
            "Register an OAuth app with the provider and enter its client ID, or use a token.";
        const AGAIN: &str = "Sign in again.";
        let (code, hint) = match self {
            Self::Unreachable { .. } => (Code::NetworkUnreachable, NETWORK),
            Self::TimedOut { .. } => (Code::TimedOut, NETWORK),
            Self::Dns { .. } => (Code::NetworkDns, "Check the address for typos."),
            Self::Untrusted(_) => (Code::NetworkTls, UNTRUSTED_HINT),
            Self::Tls { .. } => (
                Code::NetworkTls,
                "Check your computer's clock and the server's certificate.",
            ),
            Self::TooLarge { .. } => (Code::NetworkTooLarge, OTHER_WAY),
            Self::Redirect { .. } => (Code::NetworkRedirect, UNSAFE_HINT),
            Self::PrivateAddress { .. } | Self::UnsafeUrl { .. } => {
                (Code::AuthUnsafeUrl, UNSAFE_HINT)
            }
            Self::NotHttps { .. }
            | Self::IssuerMismatch { .. }
            | Self::ResourceMismatch { .. }
            | Self::NoPkce { .. } => (Code::AuthDiscovery, UNSAFE_HINT),
            Self::Metadata { .. } | Self::MetadataLacks { .. } => (Code::AuthDiscovery, OTHER_WAY),
            Self::NoSignIn { .. } => (Code::AuthDiscovery, USE_TOKEN_HINT),
            Self::NoRegistration { .. }
            | Self::RegistrationRefused { .. }
            | Self::UnusableRegistration { .. } => (Code::AuthClientNeeded, OWN_APP),
            Self::ClientMismatch => (Code::AuthClientNeeded, OTHER_CLIENT_HINT),
            Self::AppOfAnotherProvider { .. } => (Code::AuthClientNeeded, OTHER_APP_HINT),
            Self::NoClientSecret => (Code::AuthClientNeeded, NO_SECRET_HINT),
            Self::Refused {
                error: Some(error), ..
            } if standard_error_code(error) == "invalid_client" => {
                (Code::AuthExchange, CHECK_APP_HINT)
            }
            Self::Refused { .. } | Self::NotTokens { .. } | Self::TokenType { .. } => {
                (Code::AuthExchange, AGAIN)
            }
            Self::Failed { .. } => (Code::AuthExchange, "Try again later."),
            Self::PortBusy { .. } => (Code::AuthPortBusy, "Close that app or choose another port."),
            Self::PortAwaitsSignIn { .. } => (Code::AuthPortBusy, OTHER_SIGN_IN_HINT),
            Self::NotACallback => (
                Code::AuthCallback,
                "Copy the full address from the browser after you allow access.",
            ),
            Self::Damaged => (Code::AuthNeeded, AGAIN),
            Self::Listen(_) => return (Code::AuthPortBusy, None),
            Self::Cancelled => return (Code::Cancelled, None),
            Self::NoRandomness => return (Code::Internal, None),
        };
        (code, Some(hint))
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        self.code_and_hint().0
    }

    fn hint(&self) -> Option<String> {
        match self.deviation() {
            Some(deviation) => Some(deviation_hint(deviation)),
            None => self.code_and_hint().1.map(str::to_owned),
        }
    }

    fn problem(&self) -> Problem {
        Problem {
            hint: self.hint(),
            detail: self.detail(),
            status: self.status(),
            retryable: self.is_retryable(),
            ..Problem::new(self.code(), self.to_string())
        }
    }
}

/// Why a token could not be renewed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// The provider no longer accepts the refresh token (`invalid_grant`) or the client (`invalid_client`,
    /// `unauthorized_client`): a person has to sign in again.
    #[error("sign-in expired")]
    SignInAgain {
        /// The provider's message, cleaned.
        detail: Option<String>,
        /// Whether it is the client that is not accepted, so that it has to be registered anew.
        is_client_refused: bool,
    },
    /// There is no refresh token: a person has to sign in again when the access token expires.
    #[error("sign-in can't be renewed")]
    NotRenewable,
    /// Any other error: the tokens stay, and another attempt may succeed later.
    #[error("couldn't renew the sign-in")]
    Transient(#[source] Error),
}

impl Explain for RefreshError {
    fn code(&self) -> Code {
        match self {
            Self::SignInAgain { .. } | Self::NotRenewable => Code::AuthExpired,
            Self::Transient(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::SignInAgain { .. } | Self::NotRenewable => Some("Sign in again.".to_owned()),
            Self::Transient(error) => error.hint(),
        }
    }

    fn problem(&self) -> Problem {
        match self {
            Self::SignInAgain { detail, .. } => Problem {
                hint: self.hint(),
                detail: detail.clone(),
                ..Problem::new(self.code(), self.to_string())
            },
            Self::NotRenewable => Problem {
                hint: self.hint(),
                ..Problem::new(self.code(), self.to_string())
            },
            Self::Transient(error) => Problem {
                message: format!("{self}: {error}"),
                retryable: true,
                ..error.problem()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_client_is_to_be_checked() {
        let hint = |error: &str| {
            let refused = Error::Refused {
                host: "as.example".to_owned(),
                status: 401,
                error: Some(error.to_owned()),
                detail: None,
            };
            refused.hint().unwrap()
        };
        for refused in [
            "invalid_client",
            "incorrect_client_credentials",
            "bad_client_secret",
        ] {
            assert!(hint(refused).contains("client ID and secret"));
        }
        assert_eq!(hint("invalid_grant"), "Sign in again.");
    }
}
