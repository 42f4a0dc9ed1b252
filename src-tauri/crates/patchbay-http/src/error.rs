//! Errors of requests to platforms and MCP servers.

mod reach;
mod refusal;

use std::time::Duration;

use patchbay_model::{Code, Explain, Problem, UntrustedCertificate, megabytes};
use thiserror::Error as ThisError;

pub use reach::{CERTIFICATE_NEEDED_HINT, Unreachable, find_untrusted, from_reqwest};
pub use refusal::{Refusal, TEXT_LIMIT};

use crate::json::Exceeded;
use crate::text;

/// An error of a [`TokenSource`](crate::TokenSource), with its own code and hint.
pub type BoxError = Box<dyn Explain + Send + Sync>;

/// A `Result` with this crate's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request failed.
///
/// Texts of the other side are cleaned of control characters and of the secrets that were sent.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// Refused before anything was sent.
    #[error("{0}")]
    Usage(String),
    /// No connection, or it was lost.
    #[error("couldn't connect to {host}{}", how.because())]
    Unreachable {
        /// Host and port.
        host: String,
        /// Why the connection failed.
        how: Unreachable,
        /// The underlying error, without its URL.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The server's certificate is not trusted; nothing was sent.
    #[error("{}", untrusted_words(.0))]
    Untrusted(Box<UntrustedCertificate>),
    /// No complete response within the time limit.
    #[error("no response in {}", seconds(*after))]
    TimedOut {
        /// The time limit.
        after: Duration,
    },
    /// The caller cancelled the request.
    #[error("stopped")]
    Cancelled,
    /// The response exceeds the size limit.
    #[error("the response is larger than {}", megabytes(*limit))]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The response exceeds a limit of its JSON.
    #[error("the response has {0}")]
    Exceeded(Exceeded),
    /// The server repeatedly ended its stream before it responded.
    #[error("the server ended its stream {limit} times without a response")]
    TooManyReconnects {
        /// Maximum number of reconnections.
        limit: u32,
    },
    /// The address leads to this computer or into the local network, and the person did not enter it.
    #[error("{host} leads into the local network")]
    PrivateAddress {
        /// Host of the address.
        host: String,
    },
    /// The server redirects to an address to which nothing was sent.
    #[error("the server redirects to {to}")]
    RedirectRefused {
        /// Origin of the target, such as `https://example.com`; with its path, if the origin is the server's own.
        to: String,
        /// HTTP status of the redirect.
        status: u16,
    },
    /// Credentials would go unencrypted to another computer; nothing was sent.
    #[error("credentials aren't sent to {host} over plain http, where others can read them")]
    PlainHttp {
        /// Host and port.
        host: String,
    },
    /// 401: a person has to sign in, or a new token is needed.
    #[error("{} requires sign-in", refusal.by())]
    Unauthorized {
        /// `WWW-Authenticate` as received; `None` if there was none.
        challenge: Option<String>,
        /// The error response.
        refusal: Box<Refusal>,
    },
    /// 403: the credentials are valid but not sufficient.
    #[error("{}", forbidden_words(scope.as_deref()))]
    Forbidden {
        /// Scopes that the server requires, separated by spaces, if it names them (`insufficient_scope`).
        scope: Option<String>,
        /// `WWW-Authenticate` as received.
        challenge: Option<String>,
        /// The error response.
        refusal: Box<Refusal>,
    },
    /// 404.
    #[error("not found on {}", .0.by())]
    NotFound(Box<Refusal>),
    /// 409.
    #[error("{} refused: it exists already, or its present state doesn't allow this", .0.by())]
    Conflict(Box<Refusal>),
    /// 409 because of a state that the platform names.
    #[error("{}", state.words())]
    Blocked {
        /// The state.
        state: BlockingState,
        /// The error response.
        refusal: Box<Refusal>,
    },
    /// 409 to a creation: a connector with that address exists.
    #[error("a connector with this address already exists{}", after_colon(name.as_deref()))]
    AlreadyThere {
        /// Name of the existing connector, cleaned; `None` if it is not known.
        name: Option<String>,
        /// The error response.
        refusal: Box<Refusal>,
    },
    /// 400 or 422: the request is invalid.
    #[error("{} rejected the request", .0.by())]
    Invalid(Box<Refusal>),
    /// 429.
    #[error("too many requests to {}", refusal.by())]
    RateLimited {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
        /// The error response.
        refusal: Box<Refusal>,
    },
    /// Any other error status, or a success whose envelope reports a failure.
    #[error("{}", status_words(.0))]
    Status(Box<Refusal>),
    /// A success of unexpected form.
    #[error("unexpected response: {what}")]
    UnexpectedAnswer {
        /// What is wrong with it.
        what: String,
        /// An outline of the response.
        refusal: Box<Refusal>,
    },
    /// There is no MCP server at that address.
    #[error("no MCP server at this address ({found})")]
    NotAServer {
        /// What was found instead.
        found: Found,
    },
    /// The server violated the MCP protocol.
    #[error("the server violated the MCP protocol: {0}")]
    Protocol(String),
    /// The server supports no known version of MCP.
    #[error("the server supports only other versions of MCP ({0})")]
    UnsupportedVersion(String),
    /// The server returned a JSON-RPC error.
    #[error("the server returned an error: {message}")]
    ServerError {
        /// JSON-RPC error code.
        code: i64,
        /// JSON-RPC error message, cleaned.
        message: String,
        /// JSON-RPC error data, as received.
        data: Option<serde_json::Value>,
    },
    /// A local server program could not be started.
    #[error("couldn't start {program}: {why}")]
    ProgramNotStarted {
        /// Display name of the program.
        program: String,
        /// The system's error message.
        why: String,
    },
    /// A local server program ended while it was in use.
    #[error("the program {program} ended{}", in_brackets(how.as_deref()))]
    ProgramEnded {
        /// Display name of the program.
        program: String,
        /// Its exit code or signal; `None` if it only closed its output.
        how: Option<String>,
        /// The last lines of its standard error, cleaned.
        said: String,
    },
    /// Patchbay ended a local server program while it was in use, for another command.
    #[error(
        "Patchbay ended the program {program} because its session was ended or its settings changed"
    )]
    ProgramStopped {
        /// Display name of the program.
        program: String,
    },
    /// The process that holds a local server program let this process go, because it read nothing for some time.
    #[error(
        "Patchbay ended this session with the program {program} because this command read nothing for too long"
    )]
    ProgramUnread {
        /// Display name of the program.
        program: String,
    },
    /// Another process of Patchbay held a local server program, and ended while that was in use.
    #[error("Patchbay's process that held the program {program} ended")]
    ProgramHostGone {
        /// Display name of the program.
        program: String,
    },
    /// The server requires input, and nobody can be asked for it here.
    #[error("the server asks for input, which can't be given here")]
    InputRequired,
    /// The server asked for a feature that is off for its connector.
    #[error("{}", feature.words())]
    FeatureOff {
        /// The feature.
        feature: ClientFeature,
        /// The server's own error message, cleaned, if it sent one.
        said: Option<String>,
    },
    /// The server requires input, and the person gave none.
    #[error("the server's question wasn't answered")]
    NotAnswered,
    /// The server can ask the person only in the older era of the protocol.
    #[error("the server asks questions over the older protocol only")]
    AsksOverHandshake,
    /// The server, as it is set up, can't ask the person in any era of the protocol.
    #[error("this installation of the server can't ask questions")]
    CannotAsk,
    /// The server requires a page to be visited first.
    #[error("the server wants you to finish in the browser first")]
    PageFirst,
    /// The server cancelled the task that it created for a call.
    #[error("the server cancelled the task")]
    TaskCancelled,
    /// The server no longer knows the task that it created for a call.
    #[error("the server no longer has this task")]
    TaskLost,
    /// The server does not offer the tool.
    #[error("tool {name} not found")]
    ToolNotFound {
        /// Name of the tool, cleaned.
        name: String,
    },
    /// Nothing has that name.
    #[error("{0} not found")]
    NoneFound(String),
    /// A name is ambiguous.
    #[error("{count} are named {name}")]
    ManyFound {
        /// The name, cleaned.
        name: String,
        /// Number of things with that name.
        count: usize,
    },
    /// An authorization ended without success.
    #[error("sign-in failed{}", after_colon(reason.as_deref()))]
    GrantFailed {
        /// The platform's reason, cleaned.
        reason: Option<String>,
    },
    /// The platform sent an address that must not be opened.
    #[error("the platform sent an unsafe sign-in address")]
    UnsafeUrl {
        /// HTTP status of the response that contained it.
        status: u16,
    },
    /// Switched off in the settings, or not offered.
    #[error("{0} isn't supported")]
    NotSupported(String),
    /// The token source could not supply credentials.
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
    #[error("HTTP {0}")]
    Status(u16),
    /// JSON that isn't JSON-RPC.
    #[error("other JSON")]
    OtherJson,
    /// Something else, by its media type.
    #[error("{0}")]
    Other(String),
}

/// A feature of MCP clients that a person turns on for each connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientFeature {
    /// The server may ask for texts of a language model.
    Sampling,
    /// The server is told of folders.
    Roots,
}

impl ClientFeature {
    /// All features.
    pub const ALL: [Self; 2] = [Self::Sampling, Self::Roots];

    fn words(self) -> &'static str {
        match self {
            Self::Sampling => {
                "the server asked for a text of a language model (sampling), which is off for this connector"
            }
            Self::Roots => {
                "the server asked for its folders (roots), and none are chosen for this connector"
            }
        }
    }

    /// Says where the feature can be turned on.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Sampling => {
                "Turn on \"Texts of a language model\" in the connector's settings, and run it again."
            }
            Self::Roots => {
                "Add them to \"Folders it may know\" in the connector's settings, and run it again."
            }
        }
    }
}

/// A state of a connector in which its platform refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockingState {
    /// Another sign-in was started.
    SigningIn,
    /// The connector is turned off.
    Off,
}

impl BlockingState {
    /// All states.
    pub const ALL: [Self; 2] = [Self::SigningIn, Self::Off];

    fn words(self) -> &'static str {
        match self {
            Self::SigningIn => "a sign-in is already under way",
            Self::Off => "the connector is off",
        }
    }

    /// Says what to do first.
    pub fn hint(self) -> &'static str {
        match self {
            Self::SigningIn => "Finish it in the browser, or wait until it expires.",
            Self::Off => "Turn it on and try again.",
        }
    }
}

impl Error {
    /// Wraps the error of a token source. An error of this crate is returned as it is, so that a platform whose
    /// tokens are fetched over its own [`Api`](crate::Api) fails as if the operation itself had failed.
    #[expect(clippy::expect_used, reason = "the type was just checked")]
    pub fn credential(error: BoxError) -> Self {
        let plain: &(dyn std::error::Error + 'static) = &*error;
        if !plain.is::<Self>() {
            return Self::Credential(error);
        }
        let plain: Box<dyn std::error::Error + Send + Sync> = error;
        *plain.downcast().expect("it is an error of this crate")
    }

    /// The error for a connection that failed without an underlying error.
    pub fn unreachable(host: impl Into<String>, how: Unreachable) -> Self {
        Self::Unreachable {
            host: host.into(),
            how,
            source: None,
        }
    }

    /// The error for a success of unexpected form where no single response is at hand.
    pub fn unexpected(what: impl Into<String>) -> Self {
        Self::UnexpectedAnswer {
            what: what.into(),
            refusal: Box::new(Refusal {
                status: 200,
                ..Refusal::default()
            }),
        }
    }

    /// The error response, if there was one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Unauthorized { refusal, .. }
            | Self::Forbidden { refusal, .. }
            | Self::NotFound(refusal)
            | Self::Conflict(refusal)
            | Self::AlreadyThere { refusal, .. }
            | Self::Blocked { refusal, .. }
            | Self::Invalid(refusal)
            | Self::RateLimited { refusal, .. }
            | Self::Status(refusal)
            | Self::UnexpectedAnswer { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// The server's own message, or else the message of this error.
    pub fn words(&self) -> String {
        let words = self.refusal().and_then(|refusal| refusal.text.clone());
        words.unwrap_or_else(|| self.to_string())
    }

    /// Name of this kind of error in the wire contracts.
    ///
    /// Source: the wire contracts' README, table of kinds.
    pub fn kind(&self) -> &'static str {
        self.kind_and_code().0
    }

    fn kind_and_code(&self) -> (&'static str, Code) {
        match self {
            Self::Usage(_) => ("usage", Code::UsageInvalid),
            Self::Unreachable { how, .. } => ("transport", how.code()),
            Self::Untrusted(_) => ("transport", Code::NetworkTls),
            Self::PrivateAddress { .. } => ("transport", Code::AuthUnsafeUrl),
            Self::TimedOut { .. } => ("timeout", Code::TimedOut),
            Self::Cancelled => ("cancelled", Code::Cancelled),
            Self::TooLarge { .. } | Self::Exceeded(_) => ("decode", Code::NetworkTooLarge),
            Self::TooManyReconnects { .. } | Self::Protocol(_) | Self::UnsupportedVersion(_) => {
                ("decode", Code::McpProtocol)
            }
            Self::UnexpectedAnswer { .. } => ("decode", Code::PlatformAnswer),
            Self::RedirectRefused { .. } => ("platform", Code::NetworkRedirect),
            Self::PlainHttp { .. } => ("platform", Code::NetworkPlainHttp),
            Self::Unauthorized { .. } => ("unauthorized", Code::AuthNeeded),
            Self::Forbidden { .. } => ("forbidden", Code::AuthForbidden),
            Self::NotFound(_) => ("not_found", Code::NotFound),
            Self::ToolNotFound { .. } => ("not_found", Code::ToolNotFound),
            Self::Conflict(_) | Self::AlreadyThere { .. } | Self::Blocked { .. } => {
                ("conflict", Code::Conflict)
            }
            Self::Invalid(_) => ("invalid", Code::PlatformInvalid),
            Self::RateLimited { .. } => ("rate_limited", Code::PlatformRateLimited),
            Self::Status(_) => ("platform", Code::PlatformFailed),
            Self::NotAServer { .. } => ("platform", Code::McpNotAServer),
            Self::ServerError { .. }
            | Self::InputRequired
            | Self::NotAnswered
            | Self::AsksOverHandshake
            | Self::CannotAsk
            | Self::PageFirst
            | Self::TaskCancelled
            | Self::TaskLost => ("platform", Code::McpServerError),
            Self::FeatureOff { .. } => ("platform", Code::McpFeatureOff),
            Self::ProgramNotStarted { .. } => ("platform", Code::ProgramNotStarted),
            Self::ProgramEnded { .. }
            | Self::ProgramStopped { .. }
            | Self::ProgramUnread { .. }
            | Self::ProgramHostGone { .. } => ("platform", Code::ProgramEnded),
            Self::NoneFound(_) => ("none_found", Code::NotFound),
            Self::ManyFound { .. } => ("many_found", Code::Ambiguous),
            Self::GrantFailed { .. } => ("grant_failed", Code::AuthDenied),
            Self::UnsafeUrl { .. } => ("unsafe_url", Code::AuthUnsafeUrl),
            Self::NotSupported(_) => ("not_supported", Code::PlatformNotSupported),
            Self::Credential(error) => ("unauthorized", error.code()),
        }
    }

    /// HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::RedirectRefused { status, .. } | Self::UnsafeUrl { status } => Some(*status),
            _ => self.refusal().map(|refusal| refusal.status),
        }
    }

    /// Whether the request may have taken effect although it failed.
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Unreachable { how, .. } => *how == Unreachable::Lost,
            Self::TimedOut { .. }
            | Self::TooLarge { .. }
            | Self::Exceeded(_)
            | Self::UnexpectedAnswer { .. } => true,
            Self::Status(refusal) => refusal.status >= 500,
            _ => false,
        }
    }

    /// Whether Patchbay itself ended the program or its connection, which says nothing about the program.
    pub fn is_own_stop(&self) -> bool {
        matches!(
            self,
            Self::ProgramStopped { .. } | Self::ProgramUnread { .. } | Self::ProgramHostGone { .. }
        )
    }

    /// Whether repeating the same request may succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { how, .. } => {
                let lasts = [
                    Unreachable::Tls,
                    Unreachable::CertificateNeeded,
                    Unreachable::ProxySignIn,
                ];
                !lasts.contains(how)
            }
            Self::TimedOut { .. } | Self::RateLimited { .. } => true,
            // 501: what isn't implemented won't be at the next attempt. 408: RFC 9110, section 15.5.9.
            Self::Status(refusal) if refusal.status == 501 => false,
            Self::Status(refusal) => matches!(refusal.status, 408 | 499) || refusal.status >= 500,
            _ => false,
        }
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        self.kind_and_code().1
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreachable { how, .. } => how.hint(),
            Self::Untrusted(_) => UNTRUSTED_HINT,
            Self::TimedOut { .. } => "Try again.",
            // A smaller response may be nested as deeply.
            Self::Exceeded(Exceeded::Depth(_)) => {
                "Request a smaller part, or report this to the server's developer."
            }
            Self::TooLarge { .. } | Self::Exceeded(_) => "Request less data.",
            Self::PrivateAddress { .. } => {
                "Contact the server's operator, or enter the local address yourself."
            }
            Self::RedirectRefused { .. } => "If you trust it, use that address instead.",
            Self::PlainHttp { .. } => {
                "Use an https address, or allow plain http for this one if you trust the network."
            }
            Self::Unauthorized { .. } => "Sign in.",
            Self::Forbidden { scope: Some(_), .. } => "Sign in with more access.",
            Self::Forbidden { scope: None, .. } => NO_ACCESS_HINT,
            Self::NotFound(_) => "It may have been deleted. Refresh to see.",
            Self::Conflict(_) => "Refresh and try again.",
            Self::Invalid(_) => "Check the values and try again.",
            Self::AlreadyThere { .. } => "Refresh the list to see it.",
            Self::Blocked { state, .. } => state.hint(),
            Self::RateLimited {
                retry_after: Some(wait),
                ..
            } => return Some(format!("Try again in {}.", rounded_up(*wait))),
            Self::RateLimited { .. } => "Try again in a moment.",
            Self::Status(refusal) if refusal.status == 402 => {
                "Check the plan of your account there."
            }
            Self::Status(refusal) if refusal.status == 498 => "Change the text and try again.",
            Self::Status(refusal) if refusal.status == 499 => "Try again.",
            Self::Status(refusal) if refusal.status == 501 => "Do it another way.",
            Self::Status(refusal) if refusal.status >= 500 => "Try again later.",
            Self::NotAServer { .. } => {
                "Check the address. MCP servers often use a path such as /mcp."
            }
            Self::Protocol(_) | Self::TooManyReconnects { .. } => {
                "Report this to the server's developer."
            }
            Self::UnsupportedVersion(_) => {
                "Update Patchbay, or have the server support MCP 2026-07-28 or 2025-11-25."
            }
            // Of a program for another processor, or a script without a first line that names its interpreter.
            Self::ProgramNotStarted { why, .. } if why.contains("Exec format error") => {
                "Get the version that is made for this processor, or begin a script with a line such as #!/bin/sh."
            }
            Self::ProgramNotStarted { .. } => SEE_IN_TERMINAL,
            Self::ProgramEnded { said, .. } => hint_for(said),
            Self::ProgramStopped { .. }
            | Self::ProgramUnread { .. }
            | Self::ProgramHostGone { .. } => "Run it again.",
            Self::InputRequired => {
                "Run it in the window or a terminal, where questions can be answered."
            }
            Self::FeatureOff { feature, .. } => feature.hint(),
            Self::NotAnswered => "Run it again to be asked again.",
            Self::AsksOverHandshake => "Run it again. Patchbay now uses that protocol for it.",
            Self::CannotAsk => "Have it run with sessions, or use a tool that doesn't ask.",
            Self::PageFirst => "When you're done there, run it again.",
            Self::TaskLost => "Check whether it took effect before running it again.",
            Self::ToolNotFound { .. } => "Refresh the tools.",
            Self::ManyFound { .. } => "Use the id.",
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
            problem.request.clone_from(&refusal.request);
            problem.platform_code.clone_from(&refusal.code);
            problem.request_id.clone_from(&refusal.request_id);
            problem.fields.clone_from(&refusal.fields);
        }
        if let Self::Untrusted(certificate) = self {
            problem.detail = Some(untrusted_detail(certificate));
        }
        if let Self::ProgramEnded { said, .. } = self {
            problem.detail = Some(said.clone()).filter(|said| !said.is_empty());
        }
        if let Self::FeatureOff { said, .. } = self {
            problem.detail.clone_from(said);
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

/// Hint for a certificate that is not trusted.
pub const UNTRUSTED_HINT: &str =
    "Compare the fingerprint with the one its operator has, then trust the certificate.";

/// Message for a certificate that is not trusted.
pub fn untrusted_words(certificate: &UntrustedCertificate) -> String {
    let UntrustedCertificate { place, reason, .. } = certificate;
    format!("the certificate of {place} isn't trusted: {reason}")
}

/// Issuer, expiry and fingerprint of a certificate, as the detail of a problem.
pub fn untrusted_detail(certificate: &UntrustedCertificate) -> String {
    let facts = &certificate.facts;
    let mut words = Vec::new();
    if !facts.issuer.is_empty() {
        words.push(format!("Issued by {}", facts.issuer));
    }
    if let Some(end) = facts.expires_at {
        words.push(format!("Expires {}", end.instant().date()));
    }
    words.push(format!("SHA-256 {}", facts.sha256));
    words.join(". ")
}

fn status_words(refusal: &Refusal) -> String {
    match refusal.status {
        200..300 => "the platform reported an error".to_owned(),
        status => format!("{} (HTTP {status})", describe_status(status, refusal.by())),
    }
}

/// Message for a status without an error variant of its own.
///
/// Source: RFC 9110, section 15.6; Cohere contract, section 4.
fn describe_status(status: u16, host: &str) -> String {
    match status {
        498 => format!("{host} doesn't allow something in the text"),
        499 => format!("the request was closed before {host} answered"),
        501 => format!("{host} can't do this"),
        503 => format!("{host} is unavailable"),
        504 => format!("a server behind {host} didn't answer in time"),
        _ => format!("{host} returned an error"),
    }
}

fn forbidden_words(scope: Option<&str>) -> String {
    match scope {
        Some(scope) => format!("this needs the scope {scope}"),
        None => "the server doesn't allow this".to_owned(),
    }
}

/// Hint for a request that was forbidden without the scope that it needs.
pub const NO_ACCESS_HINT: &str = "Use an account that has access.";

const SEE_IN_TERMINAL: &str = "Run it in a terminal to see what it needs.";

/// Hint for a program that ended because it lacks a key or another setting.
pub const LACKS_SETTING_HINT: &str = "Add the key or setting that it asks for to the connector.";

/// Words of programs that lack one, in small letters.
const LACKS_SETTING: [&str; 7] = [
    "required",
    "missing",
    "must be",
    "must provide",
    "environment variable",
    "api key",
    "access-token",
];

/// Words of a Node.js about a script that may be written for a newer one.
const NEWER_SYNTAX: [&str; 4] = [
    "SyntaxError: Unexpected token",
    "SyntaxError: Unexpected identifier",
    "SyntaxError: Unexpected reserved word",
    "use import statement outside a module",
];

/// Hint for a program that ended, by its last output.
fn hint_for(said: &str) -> &'static str {
    let known: [(&[&str], _); 12] = [
        (
            &["no YES option", "Ok to proceed?"],
            "Add -y to the command.",
        ),
        (
            &["E404", "ETARGET"],
            "Check the name and version of the package.",
        ),
        (
            &["EADDRINUSE", "Address already in use"],
            "Another copy of it may be running. End that one and try again.",
        ),
        (
            &["ModuleNotFoundError"],
            "Install the Python package that it names.",
        ),
        (
            &["MODULE_NOT_FOUND", "find module"],
            "Check the path of the script, or install the dependencies of the program.",
        ),
        (&["can't open file"], "Check the path of the script."),
        (&["Unsupported engine"], "Install a newer Node.js."),
        (&["GLIBC_"], "Get the version that is made for this system."),
        (
            &["exec format error", "Exec format error", "Bad CPU type"],
            "Get the version that is made for this processor.",
        ),
        (
            &["input device is not a TTY"],
            "Remove -t from the command.",
        ),
        (
            &["permission denied while trying to connect to the Docker"],
            "Let your user use Docker, such as by the group docker.",
        ),
        (
            &["connect to the Docker daemon"],
            "Start Docker and try again.",
        ),
    ];
    let mut fitting = known.iter();
    let fitting = fitting.find(|(marks, _)| marks.iter().any(|mark| said.contains(mark)));
    if let Some((_, hint)) = fitting {
        return hint;
    }
    // Those of JSON are about a file or a response, not about the script.
    if NEWER_SYNTAX.iter().any(|words| said.contains(words)) && !said.contains("JSON") {
        return "Try it with a newer Node.js.";
    }
    let said = said.to_lowercase();
    match LACKS_SETTING.iter().any(|words| said.contains(words)) {
        true => LACKS_SETTING_HINT,
        false => SEE_IN_TERMINAL,
    }
}

/// For example ` (exit code 1)`; empty for `None`.
fn in_brackets(words: Option<&str>) -> String {
    words.map(|words| format!(" ({words})")).unwrap_or_default()
}

/// For example `: Wiki`; empty for `None`.
fn after_colon(words: Option<&str>) -> String {
    words.map(|words| format!(": {words}")).unwrap_or_default()
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_millis() as f64 / 1000.0)
}

/// A wait in the unit that suits it, never less than it is: `1.5 s`, `3 min`, `2 h`, `4 days`.
fn rounded_up(wait: Duration) -> String {
    let minutes = wait.as_secs_f64() / 60.0;
    match minutes {
        ..=2.0 => seconds(wait),
        ..=120.0 => format!("{} min", minutes.ceil()),
        ..=2880.0 => format!("{} h", (minutes / 60.0).ceil()),
        _ => format!("{} days", (minutes / 1440.0).ceil()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_carries_what_the_server_said() {
        let problem = Error::Invalid(Box::new(Refusal {
            status: 422,
            host: Some("api.acme.example".to_owned()),
            request: Some("POST /v1/wikis".to_owned()),
            text: Some("name is taken".to_owned()),
            request_id: Some("req-1".to_owned()),
            ..Refusal::default()
        }))
        .problem();
        assert_eq!(problem.code, Code::PlatformInvalid);
        assert_eq!(problem.message, "api.acme.example rejected the request");
        assert_eq!(problem.request.as_deref(), Some("POST /v1/wikis"));
        assert_eq!(problem.detail.as_deref(), Some("name is taken"));
        assert_eq!(problem.status, Some(422));
        assert_eq!(problem.request_id.as_deref(), Some("req-1"));
        assert!(!problem.retryable);
    }

    /// Source: Cohere contract, section 4.
    #[test]
    fn every_documented_status_is_told_apart() {
        let message = |status| {
            let refusal = Refusal {
                status,
                ..Refusal::default()
            };
            Error::Status(Box::new(refusal)).to_string()
        };
        let statuses = [498, 499, 500, 501, 503, 504];
        let messages: std::collections::BTreeSet<_> = statuses
            .map(|status| message(status).replace(&status.to_string(), ""))
            .into();
        assert_eq!(messages.len(), statuses.len(), "{messages:?}");
    }

    #[test]
    fn what_was_only_too_slow_or_broken_there_may_come_again() {
        for (status, may_help) in [
            (402, false),
            (408, true),
            (410, false),
            (498, false),
            (499, true),
            (500, true),
            (501, false),
            (503, true),
        ] {
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
    fn a_program_that_lacks_a_setting_is_told_from_one_that_fails() {
        let hint = |said: &str| {
            let (program, said) = ("npx".to_owned(), said.to_owned());
            let error = Error::ProgramEnded {
                program,
                how: None,
                said,
            };
            error.hint()
        };
        for said in [
            "Error: A Brave API key is required via BRAVE_API_KEY.",
            "ValidationError: REGION must be one of eu, us",
            "Please provide a token or set the ACCESS environment variable",
        ] {
            assert_eq!(hint(said).as_deref(), Some(LACKS_SETTING_HINT), "{said}");
        }
        assert_eq!(hint("fetch failed").as_deref(), Some(SEE_IN_TERMINAL));
        // The more exact one goes first.
        let said = "ModuleNotFoundError: a required module";
        assert_ne!(hint(said).as_deref(), Some(LACKS_SETTING_HINT));
    }

    #[test]
    fn what_a_program_lacks_is_told_from_what_it_says() {
        for (said, hint) in [
            (
                "error: Cannot find module \"zod\" from \"/srv/index.ts\"",
                "Check the path of the script, or install the dependencies of the program.",
            ),
            (
                "exec /usr/local/bin/server: exec format error",
                "Get the version that is made for this processor.",
            ),
            (
                "/srv/index.js:3\n  x ??= {};\nSyntaxError: Unexpected token '??='",
                "Try it with a newer Node.js.",
            ),
            (
                "SyntaxError: Unexpected token '<', \"<html>\" is not valid JSON",
                SEE_IN_TERMINAL,
            ),
            (
                "File \"x.py\", line 3\nSyntaxError: invalid syntax",
                SEE_IN_TERMINAL,
            ),
        ] {
            assert_eq!(hint_for(said), hint, "{said}");
        }
        let not_started = |why: &str| Error::ProgramNotStarted {
            program: "server".to_owned(),
            why: why.to_owned(),
        };
        let foreign = not_started("Exec format error (os error 8)").hint();
        assert!(foreign.unwrap().contains("this processor"));
        let denied = not_started("Permission denied (os error 13)").hint();
        assert_eq!(denied.as_deref(), Some(SEE_IN_TERMINAL));
    }

    #[test]
    fn less_data_alone_is_not_advised_for_a_response_that_is_nested_too_deeply() {
        let hint = |limit| Error::Exceeded(limit).hint().unwrap();
        assert_eq!(hint(Exceeded::Items(1)), "Request less data.");
        let deep = hint(Exceeded::Depth(64));
        assert!(deep.contains("the server's developer"), "{deep}");
    }

    #[test]
    fn what_may_have_taken_effect_is_told_from_what_was_refused() {
        let status = |status| {
            Error::Status(Box::new(Refusal {
                status,
                ..Refusal::default()
            }))
        };
        let lost = |how| Error::unreachable("a.example", how);
        for open in [lost(Unreachable::Lost), status(502), Error::unexpected("?")] {
            assert!(open.may_have_taken_effect(), "{open}");
        }
        for refused in [lost(Unreachable::Refused), status(402), Error::Cancelled] {
            assert!(!refused.may_have_taken_effect(), "{refused}");
        }
    }

    #[test]
    fn durations_read_well() {
        let error = Error::TimedOut {
            after: Duration::from_millis(1500),
        };
        assert_eq!(error.to_string(), "no response in 1.5 s");
    }

    #[test]
    fn long_waits_are_told_in_minutes_hours_or_days() {
        for (millis, told) in [
            (1_500, "1.5 s"),
            (120_000, "120 s"),
            (120_001, "3 min"),
            (7_200_000, "120 min"),
            (7_200_001, "3 h"),
            (172_800_001, "3 days"),
            (757_385_846_556, "8767 days"),
        ] {
            let error = Error::RateLimited {
                retry_after: Some(Duration::from_millis(millis)),
                refusal: Box::default(),
            };
            let hint = error.hint().unwrap();
            assert_eq!(hint, format!("Try again in {told}."));
        }
    }
}
