//! What can go wrong, and what to do about it.

use patchbay_http::{AddressError, UNTRUSTED_HINT, untrusted_detail, untrusted_words};
use patchbay_model::{Code, Explain, OauthDeviation, Problem, UntrustedCertificate};

/// A step of OAuth that could not be done.
///
/// `detail` fields hold the provider's own words, cleaned and cut to 256 characters; hosts are
/// names or addresses without path and query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection, or it broke.
    #[error("couldn't connect to {host}")]
    Unreachable {
        /// The host that was asked.
        host: String,
        /// Without its address.
        #[source]
        source: reqwest::Error,
    },
    /// The name stands for no address.
    #[error("host {host} not found")]
    Dns {
        /// The host that was asked.
        host: String,
    },
    /// The host showed a certificate that nobody vouches for; nothing was sent.
    #[error("{}", untrusted_words(.0))]
    Untrusted(Box<UntrustedCertificate>),
    /// TLS could not be agreed on.
    #[error("no secure connection to {host}")]
    Tls {
        /// The host that was asked.
        host: String,
        /// Without its address.
        #[source]
        source: reqwest::Error,
    },
    /// The answer took too long.
    #[error("no response from {host}")]
    TimedOut {
        /// The host that was asked.
        host: String,
    },
    /// The answer is larger than is accepted.
    #[error("response from {host} is too large: {limit}")]
    TooLarge {
        /// The host that was asked.
        host: String,
        /// What there is more of than is accepted, such as `more than 1048576 bytes`.
        limit: String,
    },
    /// The host points elsewhere.
    #[error("{host} redirects to another address")]
    Redirect {
        /// The host that was asked.
        host: String,
    },
    /// An address of this computer, of the local network or of a cloud's inside, named by a server
    /// that has no business there.
    #[error("sign-in points to a private network address: {host}")]
    PrivateAddress {
        /// The host that was named.
        host: String,
    },
    /// An address without encryption.
    #[error("the {what} isn't HTTPS: {host}")]
    NotHttps {
        /// What the address is for, such as `token endpoint`.
        what: &'static str,
        /// The host that was named.
        host: String,
    },
    /// An address that must not be opened: another scheme, user information, or none at all.
    #[error("the {what} isn't safe to open")]
    UnsafeUrl {
        /// What the address is for, such as `authorization endpoint`.
        what: &'static str,
    },
    /// A metadata document failed or cannot be read.
    #[error("{host} has no valid {what}")]
    Metadata {
        /// Which document.
        what: &'static str,
        /// The host that was asked.
        host: String,
        /// HTTP status, where that is why.
        status: Option<u16>,
    },
    /// A metadata document lacks something.
    #[error("sign-in metadata of {host} is missing {field}")]
    MetadataLacks {
        /// The host that published it.
        host: String,
        /// The member that is missing or of the wrong shape.
        field: &'static str,
    },
    /// The metadata is that of another issuer.
    #[error("authorization server mismatch: expected {expected}, got {found}")]
    IssuerMismatch {
        /// As the MCP server names it.
        expected: String,
        /// As it names itself, cleaned.
        found: String,
    },
    /// The metadata is that of another MCP server.
    #[error("sign-in is for another server: {resource}")]
    ResourceMismatch {
        /// As published, cleaned.
        resource: String,
    },
    /// The authorization server does not offer PKCE with S256.
    #[error("{issuer} doesn't support PKCE")]
    NoPkce {
        /// The authorization server.
        issuer: String,
        /// Whether its metadata say nothing of PKCE at all.
        is_unpublished: bool,
    },
    /// The authorization server takes no unknown programs.
    #[error("{issuer} doesn't register apps automatically")]
    NoRegistration {
        /// The authorization server.
        issuer: String,
    },
    /// The server tells nowhere how to sign in, and nothing is at the addresses that older servers have for it.
    #[error("{host} doesn't offer browser sign-in")]
    NoSignIn {
        /// Host and port.
        host: String,
    },
    /// The authorization server did not take our registration.
    #[error("{issuer} couldn't register Patchbay")]
    RegistrationRefused {
        /// The authorization server.
        issuer: String,
        /// HTTP status.
        status: u16,
        /// Its own words.
        detail: Option<String>,
    },
    /// The authorization server registered us in a way that cannot be used.
    #[error("{issuer} registered Patchbay with {what}")]
    UnusableRegistration {
        /// The authorization server.
        issuer: String,
        /// What is wrong with it.
        what: String,
    },
    /// The client identity was issued by another authorization server, or for other redirects.
    #[error("OAuth app doesn't match this provider")]
    ClientMismatch,
    /// An app is to sign in as itself and has no secret.
    #[error("this OAuth app has no client secret")]
    NoClientSecret,
    /// The token endpoint refused.
    #[error("{host} rejected the request")]
    Refused {
        /// The host of the endpoint.
        host: String,
        /// HTTP status.
        status: u16,
        /// OAuth error code such as `invalid_client`, cleaned.
        error: Option<String>,
        /// Its own words.
        detail: Option<String>,
    },
    /// The token endpoint failed for a reason of its own.
    #[error("{host} returned an error (HTTP {status})")]
    Failed {
        /// The host of the endpoint.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// The token endpoint answered something else than tokens.
    #[error("{host} sent no usable token")]
    NotTokens {
        /// The host of the endpoint.
        host: String,
    },
    /// Only `Bearer` tokens are understood.
    #[error("{host} uses unsupported {kind} tokens")]
    TokenType {
        /// The host of the endpoint.
        host: String,
        /// The kind, cleaned.
        kind: String,
    },
    /// The port of the redirect is taken.
    #[error("redirect port {port} is in use{}", by(.holder))]
    PortBusy {
        /// The port.
        port: u16,
        /// The program that has it, where that can be found out.
        holder: Option<String>,
    },
    /// No port could be opened for the redirect.
    #[error("couldn't open the redirect port")]
    Listen(#[source] std::io::Error),
    /// The text is not the address of a redirect of ours.
    #[error("not a redirect address")]
    NotACallback,
    /// What was kept of a sign-in cannot be read.
    #[error("saved sign-in is unreadable")]
    Damaged,
    /// The caller stopped it.
    #[error("cancelled")]
    Cancelled,
    /// The system gives no random numbers.
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

fn by(holder: &Option<String>) -> String {
    holder
        .as_ref()
        .map(|name| format!(" by {name}"))
        .unwrap_or_default()
}

/// The provider doesn't take the `resource` that it was told (RFC 8707, section 2).
pub(crate) const INVALID_TARGET: &str = "invalid_target";

/// What helps with a refusal that a person may lift for one connector.
pub fn deviation_hint(deviation: OauthDeviation) -> String {
    let words = deviation.words();
    format!("Contact the server's operator. If you trust the provider, turn on \"{words}\".")
}

impl Error {
    /// What a person may choose for the connector, where it was refused for want of that.
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
                Some(crate::http::innermost_message(source))
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
            Self::Failed { .. } | Self::PortBusy { .. } | Self::Listen(_) => true,
            Self::Metadata { status, .. } => {
                status.is_some_and(|status| status >= 500 || status == 429)
            }
            _ => false,
        }
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::Unreachable { .. } => Code::NetworkUnreachable,
            Self::Dns { .. } => Code::NetworkDns,
            Self::Tls { .. } | Self::Untrusted(_) => Code::NetworkTls,
            Self::TimedOut { .. } => Code::TimedOut,
            Self::TooLarge { .. } => Code::NetworkTooLarge,
            Self::Redirect { .. } => Code::NetworkRedirect,
            Self::PrivateAddress { .. } | Self::UnsafeUrl { .. } => Code::AuthUnsafeUrl,
            Self::NotHttps { .. }
            | Self::Metadata { .. }
            | Self::MetadataLacks { .. }
            | Self::IssuerMismatch { .. }
            | Self::ResourceMismatch { .. }
            | Self::NoPkce { .. }
            | Self::NoSignIn { .. } => Code::AuthDiscovery,
            Self::NoRegistration { .. }
            | Self::RegistrationRefused { .. }
            | Self::UnusableRegistration { .. }
            | Self::ClientMismatch
            | Self::NoClientSecret => Code::AuthClientNeeded,
            Self::Refused { .. }
            | Self::Failed { .. }
            | Self::NotTokens { .. }
            | Self::TokenType { .. } => Code::AuthExchange,
            Self::PortBusy { .. } | Self::Listen(_) => Code::AuthPortBusy,
            Self::NotACallback => Code::AuthCallback,
            Self::Damaged => Code::VaultDamaged,
            Self::Cancelled => Code::Cancelled,
            Self::NoRandomness => Code::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        if let Some(deviation) = self.deviation() {
            return Some(deviation_hint(deviation));
        }
        let hint = match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => "Check your network and try again.",
            Self::Dns { .. } => "Check the address for typos.",
            Self::Untrusted(_) => UNTRUSTED_HINT,
            Self::Tls { .. } => "Check your computer's clock and the server's certificate.",
            Self::PrivateAddress { .. }
            | Self::NotHttps { .. }
            | Self::UnsafeUrl { .. }
            | Self::IssuerMismatch { .. }
            | Self::ResourceMismatch { .. }
            | Self::NoPkce { .. }
            | Self::Redirect { .. } => "Don't sign in. Contact the server's operator.",
            Self::TooLarge { .. } | Self::Metadata { .. } | Self::MetadataLacks { .. } => {
                "Check the address or use a token."
            }
            Self::NoRegistration { .. }
            | Self::RegistrationRefused { .. }
            | Self::UnusableRegistration { .. } => {
                "Register an OAuth app with the provider and enter its client ID, or use a token."
            }
            Self::NoSignIn { .. } => "Use a token instead.",
            Self::NoClientSecret => "Add the app's client secret.",
            Self::ClientMismatch => "Sign in again or enter its client ID.",
            Self::Refused { .. }
            | Self::NotTokens { .. }
            | Self::TokenType { .. }
            | Self::Damaged => "Sign in again.",
            Self::Failed { .. } => "Try again later.",
            Self::PortBusy { .. } => "Close that app or choose another port.",
            Self::NotACallback => "Copy the full address from the browser after you allow access.",
            Self::Listen(_) | Self::Cancelled | Self::NoRandomness => return None,
        };
        Some(hint.to_owned())
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

/// A token that could not be renewed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// The provider does not know the refresh token any more (`invalid_grant`), or not us
    /// (`invalid_client`): a person has to sign in again.
    #[error("sign-in expired")]
    SignInAgain {
        /// The provider's own words, cleaned.
        detail: Option<String>,
    },
    /// There is no refresh token: a person has to sign in again when the access token lapses.
    #[error("sign-in can't be renewed")]
    NotRenewable,
    /// Anything else: the tokens stay, and the same again may help later.
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
            Self::SignInAgain { detail } => Problem {
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
