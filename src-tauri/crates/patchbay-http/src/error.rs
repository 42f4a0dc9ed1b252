//! What can go wrong between Patchbay and a place where connectors live.

mod reach;
mod refusal;

use std::time::Duration;

use crate::json::Exceeded;
use patchbay_model::{Code, Explain, Problem};
use thiserror::Error as ThisError;

pub use reach::Unreachable;
pub use reach::from_reqwest;
pub use refusal::Refusal;
pub use refusal::TEXT_LIMIT;

use crate::text;

/// An error of the part that supplies credentials, kept with its own code and hint.
pub type BoxError = Box<dyn Explain + Send + Sync>;

/// What succeeds or fails by [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A situation that someone acts on.
///
/// Texts of the other side in it are cleaned of control characters and of the secrets that were sent.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// Refused before anything was sent.
    #[error("{0}")]
    Usage(String),
    /// No connection, or it was lost.
    #[error("could not reach {host}{}", how.because())]
    Unreachable {
        /// Host and port.
        host: String,
        /// What kept the connection from being made.
        how: Unreachable,
        /// The error underneath, without its URL.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// No whole answer within the time given.
    #[error("no answer within {}", seconds(*after))]
    TimedOut {
        /// The time given.
        after: Duration,
    },
    /// The caller stopped it.
    #[error("stopped")]
    Cancelled,
    /// The answer is larger than is accepted.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// What is accepted, in bytes.
        limit: u64,
    },
    /// The answer has more parts than are read.
    #[error("the answer has {0}")]
    Exceeded(Exceeded),
    /// The server ended its stream again and again before it answered.
    #[error("the server ended its stream {limit} times without an answer")]
    TooManyReconnects {
        /// How often it was asked to go on.
        limit: u32,
    },
    /// The address leads to this computer or into the local network, and nobody entered it as such.
    #[error("{host} leads into the local network, where it was not said to be")]
    PrivateAddress {
        /// The host.
        host: String,
    },
    /// The server points to another origin, to which nothing is sent.
    #[error("the server points to {to}, which is not followed")]
    RedirectRefused {
        /// Origin it points to, such as `https://example.com`.
        to: String,
        /// HTTP status of the redirect.
        status: u16,
    },
    /// Credentials would go unencrypted to another computer; nothing was sent.
    #[error(
        "credentials are not sent to {host} over plain http, where anyone on the way can read them"
    )]
    PlainHttp {
        /// Host and port.
        host: String,
    },
    /// 401: a person, or a new token, is needed.
    #[error("the server asks for a sign-in")]
    Unauthorized {
        /// `WWW-Authenticate` as sent; `None` when the server sent none.
        challenge: Option<String>,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// 403: what was sent is valid, and not allowed to do this.
    #[error("the credential is not allowed to do this")]
    Forbidden {
        /// Scopes the server wants, separated by spaces, where it says so (`insufficient_scope`).
        scope: Option<String>,
        /// `WWW-Authenticate` as sent.
        challenge: Option<String>,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// 404.
    #[error("the server does not know it")]
    NotFound(Box<Refusal>),
    /// 409.
    #[error("it exists already, or was changed elsewhere")]
    Conflict(Box<Refusal>),
    /// 409 of a creation: there is one at that address.
    #[error("there is one with that URL already")]
    AlreadyThere {
        /// What it is called, cleaned; `None` where the platform was not asked, or did not tell.
        name: Option<String>,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// 400 or 422: the request is wrong.
    #[error("the server found the request wrong")]
    Invalid(Box<Refusal>),
    /// 429.
    #[error("too many requests")]
    RateLimited {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// Any other status that is no success, or an envelope that says that it failed.
    #[error("{}", status_words(.0))]
    Status(Box<Refusal>),
    /// A success that cannot be read.
    #[error("the answer cannot be read: {what}")]
    UnexpectedAnswer {
        /// What is wrong with it.
        what: String,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// There is no MCP server at that address.
    #[error("there is no MCP server at that address: it answered with {found}")]
    NotAServer {
        /// What is there.
        found: Found,
    },
    /// The server speaks MCP in a way that cannot be understood.
    #[error("the server does not keep to the protocol: {0}")]
    Protocol(String),
    /// The server answered with an error of its own.
    #[error("the server answered with an error: {message}")]
    ServerError {
        /// JSON-RPC error code.
        code: i64,
        /// Its words, cleaned.
        message: String,
        /// More of it, as sent.
        data: Option<serde_json::Value>,
    },
    /// The server asks back before it answers, which nobody can do here.
    #[error("the server asks for something before it answers")]
    InputRequired,
    /// The tool is not offered.
    #[error("there is no tool {name}")]
    ToolNotFound {
        /// The name asked for, cleaned.
        name: String,
    },
    /// Nothing has that name.
    #[error("there is no {0}")]
    NoneFound(String),
    /// A name stands for several things.
    #[error("{count} are called {name}")]
    ManyFound {
        /// The name, cleaned.
        name: String,
        /// How many.
        count: usize,
    },
    /// An authorization ended without success.
    #[error("the sign-in did not succeed{}", reason.as_ref().map(|words| format!(": {words}")).unwrap_or_default())]
    GrantFailed {
        /// The platform's words, cleaned.
        reason: Option<String>,
    },
    /// The platform gave an address that must not be opened.
    #[error("the platform gave an address that must not be opened")]
    UnsafeUrl {
        /// HTTP status of the answer that held it.
        status: u16,
    },
    /// Switched off in the settings, or not offered.
    #[error("{0} is not offered")]
    NotSupported(String),
    /// The credentials could not be had.
    #[error("{0}")]
    Credential(BoxError),
}

/// What was found in place of an MCP server.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Found {
    /// A web page.
    #[error("a web page")]
    Html,
    /// A status, for example 404.
    #[error("status {0}")]
    Status(u16),
    /// JSON that is no JSON-RPC.
    #[error("JSON of another kind")]
    OtherJson,
    /// Something else, by its media type.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// What a token source reports. An error of this crate stays what it is, so that a platform whose
    /// tokens are fetched over its own [`Api`] fails as if the operation itself had.
    ///
    /// [`Api`]: crate::Api
    #[expect(clippy::expect_used, reason = "the type was just looked at")]
    pub fn credential(error: BoxError) -> Self {
        let plain: &(dyn std::error::Error + 'static) = &*error;
        if !plain.is::<Self>() {
            return Self::Credential(error);
        }
        let plain: Box<dyn std::error::Error + Send + Sync> = error;
        *plain.downcast().expect("it is an error of this crate")
    }

    /// The answer that refused the request, where there was one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Unauthorized { refusal, .. }
            | Self::Forbidden { refusal, .. }
            | Self::NotFound(refusal)
            | Self::Conflict(refusal)
            | Self::AlreadyThere { refusal, .. }
            | Self::Invalid(refusal)
            | Self::RateLimited { refusal, .. }
            | Self::Status(refusal)
            | Self::UnexpectedAnswer { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// What the server said when it refused or failed, else our own words for it.
    pub fn words(&self) -> String {
        let words = self.refusal().and_then(|refusal| refusal.text.clone());
        words.unwrap_or_else(|| self.to_string())
    }

    /// The word of the wire contracts for this kind of error.
    ///
    /// Source: the wire contracts' README, table of kinds.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Unauthorized { .. } | Self::Credential(_) => "unauthorized",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound(_) | Self::ToolNotFound { .. } => "not_found",
            Self::Conflict(_) | Self::AlreadyThere { .. } => "conflict",
            Self::RateLimited { .. } => "rate_limited",
            Self::Invalid(_) => "invalid",
            Self::Status(_)
            | Self::RedirectRefused { .. }
            | Self::PlainHttp { .. }
            | Self::NotAServer { .. }
            | Self::ServerError { .. }
            | Self::InputRequired => "platform",
            Self::UnexpectedAnswer { .. }
            | Self::Protocol(_)
            | Self::TooLarge { .. }
            | Self::Exceeded(_)
            | Self::TooManyReconnects { .. } => "decode",
            Self::TimedOut { .. } => "timeout",
            Self::Unreachable { .. } | Self::PrivateAddress { .. } => "transport",
            Self::Cancelled => "cancelled",
            Self::NoneFound(_) => "none_found",
            Self::ManyFound { .. } => "many_found",
            Self::GrantFailed { .. } => "grant_failed",
            Self::UnsafeUrl { .. } => "unsafe_url",
            Self::NotSupported(_) => "not_supported",
        }
    }

    /// HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::RedirectRefused { status, .. } | Self::UnsafeUrl { status } => Some(*status),
            _ => self.refusal().map(|refusal| refusal.status),
        }
    }

    /// Whether the same again may help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { how, .. } => *how != Unreachable::Tls,
            Self::TimedOut { .. } | Self::RateLimited { .. } => true,
            // RFC 9110, section 15.5.9: a request that came too slowly may come again.
            Self::Status(refusal) => refusal.status == 408 || refusal.status >= 500,
            _ => false,
        }
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::Usage(_) => Code::UsageInvalid,
            Self::Unreachable { how, .. } => how.code(),
            Self::TimedOut { .. } => Code::TimedOut,
            Self::Cancelled => Code::Cancelled,
            Self::TooLarge { .. } | Self::Exceeded(_) => Code::NetworkTooLarge,
            Self::RedirectRefused { .. } => Code::NetworkRedirect,
            Self::PlainHttp { .. } => Code::NetworkPlainHttp,
            Self::Unauthorized { .. } => Code::AuthNeeded,
            Self::Forbidden { .. } => Code::AuthForbidden,
            Self::NotFound(_) => Code::NotFound,
            Self::Conflict(_) | Self::AlreadyThere { .. } => Code::Conflict,
            Self::Invalid(_) => Code::PlatformInvalid,
            Self::RateLimited { .. } => Code::PlatformRateLimited,
            Self::Status(_) => Code::PlatformFailed,
            Self::UnexpectedAnswer { .. } => Code::PlatformAnswer,
            Self::NotAServer { .. } => Code::McpNotAServer,
            Self::Protocol(_) | Self::TooManyReconnects { .. } => Code::McpProtocol,
            Self::ServerError { .. } | Self::InputRequired => Code::McpServerError,
            Self::ToolNotFound { .. } => Code::ToolNotFound,
            Self::NoneFound(_) => Code::NotFound,
            Self::ManyFound { .. } => Code::Ambiguous,
            Self::GrantFailed { .. } => Code::AuthDenied,
            Self::UnsafeUrl { .. } | Self::PrivateAddress { .. } => Code::AuthUnsafeUrl,
            Self::NotSupported(_) => Code::PlatformNotSupported,
            Self::Credential(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreachable { how, .. } => how.hint(),
            Self::TimedOut { .. } => "Try again, or give it more time.",
            Self::TooLarge { .. } | Self::Exceeded(_) => "Ask for less at once.",
            Self::PrivateAddress { .. } => {
                "Ask the server's operator, or enter the address that is meant."
            }
            Self::RedirectRefused { .. } => "Use the address it points to, if you trust it.",
            Self::PlainHttp { .. } => {
                "Use an https address, or allow plain http for this one where you trust the network."
            }
            Self::Unauthorized { .. } => "Sign in.",
            Self::Forbidden { .. } => "Sign in with an account or with scopes that may do this.",
            Self::NotFound(_) => "List again: it may have been removed.",
            Self::Conflict(_) => "Load it again, then repeat the change.",
            Self::AlreadyThere { name: None, .. } => {
                "List the connectors again and use the one with that URL."
            }
            Self::AlreadyThere {
                name: Some(name), ..
            } => return Some(format!("Use {name}: list the connectors again to see it.")),
            Self::Invalid(_) => "Correct what the server names.",
            Self::RateLimited { .. } => "Wait a little, then try again.",
            Self::Status(refusal) if refusal.status >= 500 => "Try again later.",
            Self::NotAServer { .. } => {
                "Check the address: MCP servers often live under a path such as /mcp."
            }
            Self::Protocol(_) | Self::TooManyReconnects { .. } => "Tell the server's makers.",
            Self::ToolNotFound { .. } => "List the tools again.",
            Self::NoneFound(_) => "List what is there.",
            Self::ManyFound { .. } => "Use its id.",
            Self::GrantFailed { .. } => "Sign in again.",
            Self::Credential(error) => return error.hint(),
            _ => return None,
        };
        Some(hint.to_owned())
    }

    fn problem(&self) -> Problem {
        if let Self::Credential(error) = self {
            return error.problem();
        }
        let mut problem = Problem {
            hint: self.hint(),
            retryable: self.is_retryable(),
            status: self.status(),
            ..Problem::new(self.code(), self.to_string())
        };
        if let Some(refusal) = self.refusal() {
            problem.detail.clone_from(&refusal.text);
            problem.platform_code.clone_from(&refusal.code);
            problem.request_id.clone_from(&refusal.request_id);
            problem.fields.clone_from(&refusal.fields);
        }
        if let Self::ServerError {
            data: Some(data), ..
        } = self
        {
            problem.detail = Some(text::clean_lines(&data.to_string(), TEXT_LIMIT));
        }
        problem
    }
}

fn status_words(refusal: &Refusal) -> String {
    match refusal.status {
        200..300 => "the platform says that it failed".to_owned(),
        status => format!("the server answered with status {status}"),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_millis() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_carries_what_the_server_said() {
        let problem = Error::Invalid(Box::new(Refusal {
            status: 422,
            text: Some("name is taken".to_owned()),
            request_id: Some("req-1".to_owned()),
            ..Refusal::default()
        }))
        .problem();
        assert_eq!(problem.code, Code::PlatformInvalid);
        assert_eq!(problem.detail.as_deref(), Some("name is taken"));
        assert_eq!(problem.status, Some(422));
        assert_eq!(problem.request_id.as_deref(), Some("req-1"));
        assert!(!problem.retryable);
    }

    #[test]
    fn what_was_only_too_slow_or_broken_there_may_come_again() {
        for (status, may_help) in [(402, false), (408, true), (410, false), (500, true)] {
            let refusal = Refusal {
                status,
                ..Refusal::default()
            };
            let error = Error::Status(Box::new(refusal));
            assert_eq!(error.is_retryable(), may_help, "{status}");
        }
    }

    #[test]
    fn an_error_of_this_crate_stays_itself_on_its_way_through_a_token_source() {
        let exchange = Error::NotFound(Box::default());
        assert_eq!(Error::credential(Box::new(exchange)).kind(), "not_found");

        #[derive(Debug, ThisError)]
        #[error("locked")]
        struct Locked;
        impl Explain for Locked {
            fn code(&self) -> Code {
                Code::VaultLocked
            }
        }
        assert_eq!(
            Error::credential(Box::new(Locked)).code(),
            Code::VaultLocked
        );
    }

    #[test]
    fn durations_read_well() {
        let error = Error::TimedOut {
            after: Duration::from_millis(1500),
        };
        assert_eq!(error.to_string(), "no answer within 1.5 s");
    }
}
