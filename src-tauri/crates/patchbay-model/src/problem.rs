//! Failures as a person meets them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A failure as windows and commands show it: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable name; branch on this, never on the words.
    pub code: Code,
    /// What happened, in plain words, without a full stop and without a secret.
    pub message: String,
    /// What to do, one imperative sentence.
    pub hint: Option<String>,
    /// The other side's own words, cleaned of control characters and secrets.
    pub detail: Option<String>,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
    /// What was asked over HTTP, such as `GET /v1/wikis`, where that was answered with a status.
    #[serde(default)]
    #[specta(optional)]
    pub request: Option<String>,
    /// The platform's own code of the failure, where it has one.
    #[serde(default)]
    #[specta(optional)]
    pub platform_code: Option<String>,
    /// The platform's own number for the request, for its support.
    pub request_id: Option<String>,
    /// What is wrong with which field.
    pub fields: Vec<FieldProblem>,
    /// Whether the same again may help.
    pub retryable: bool,
}

impl Problem {
    /// A problem of that code and message, with nothing else known.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            detail: None,
            status: None,
            request: None,
            platform_code: None,
            request_id: None,
            fields: Vec::new(),
            retryable: false,
        }
    }

    /// Sets the hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldProblem {
    /// JSON pointer to the field, empty for the whole.
    pub path: String,
    /// What is wrong, without a full stop.
    pub message: String,
}

/// An error that can be shown to a person.
///
/// Each crate's `Error` implements it; a [`Problem`] is made of it once, at the door.
pub trait Explain: std::error::Error {
    /// Its stable name.
    fn code(&self) -> Code;

    /// What to do about it.
    fn hint(&self) -> Option<String> {
        None
    }

    /// The whole problem. Override it where more than code, words and hint is known.
    fn problem(&self) -> Problem {
        Problem {
            hint: self.hint(),
            ..Problem::new(self.code(), self.to_string())
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// Stable names of failures. One is added when somebody branches on it, none is ever renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The dotted name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

codes! {
    /// The request cannot be understood.
    UsageInvalid = "usage.invalid",
    /// What was asked for is not there.
    NotFound = "not_found",
    /// A name stands for more than one thing.
    Ambiguous = "ambiguous",
    /// It exists already, or was changed elsewhere meanwhile.
    Conflict = "conflict",
    /// Asks for a confirmation first.
    ConfirmationNeeded = "confirmation_needed",
    /// The user stopped it.
    Cancelled = "cancelled",
    /// It took longer than it was given.
    TimedOut = "timed_out",
    /// No connection to the host.
    NetworkUnreachable = "network.unreachable",
    /// No such host.
    NetworkDns = "network.dns",
    /// The host's certificate is not trusted, or TLS failed otherwise.
    NetworkTls = "network.tls",
    /// The host points to another host, which is not followed.
    NetworkRedirect = "network.redirect",
    /// The answer is larger than is accepted.
    NetworkTooLarge = "network.too_large",
    /// Credentials would go unencrypted to another computer.
    NetworkPlainHttp = "network.plain_http",
    /// There is no MCP server at that address.
    McpNotAServer = "mcp.not_a_server",
    /// The server speaks MCP in a way that cannot be understood.
    McpProtocol = "mcp.protocol",
    /// The server answered in MCP, and its answer is an error of its own, under whatever HTTP status.
    McpServerError = "mcp.server_error",
    /// The program that a connector or a reference names is not on this computer.
    ProgramNotFound = "program.not_found",
    /// Nobody allowed the program of a connector to be started.
    ProgramNotAllowed = "program.not_allowed",
    /// The program of a connector could not be started.
    ProgramNotStarted = "program.not_started",
    /// The program of a connector ended while it was needed.
    ProgramEnded = "program.ended",
    /// The tool answered that it failed.
    ToolFailed = "tool.failed",
    /// The arguments do not fit the tool's schema.
    ToolArguments = "tool.arguments",
    /// The tool is not offered any more.
    ToolNotFound = "tool.not_found",
    /// A person has to sign in.
    AuthNeeded = "auth.needed",
    /// The key, token or headers that were sent are not accepted.
    AuthRefused = "auth.refused",
    /// The sign-in lapsed and could not be renewed.
    AuthExpired = "auth.expired",
    /// The consent was refused.
    AuthDenied = "auth.denied",
    /// The server sends whoever signs in to another place than before, which a person has to agree to.
    AuthIssuerChanged = "auth.issuer_changed",
    /// The consent was not given in time.
    AuthTimedOut = "auth.timed_out",
    /// The credential is not allowed to do this.
    AuthForbidden = "auth.forbidden",
    /// The server does not say how to sign in, or says it in a way that is not safe.
    AuthDiscovery = "auth.discovery",
    /// The server names an address that must not be opened.
    AuthUnsafeUrl = "auth.unsafe_url",
    /// The server takes no unknown programs: an OAuth app of one's own is needed.
    AuthClientNeeded = "auth.client_needed",
    /// The address that came back does not belong to this consent.
    AuthCallback = "auth.callback",
    /// The authorization server refused the code, or answered something else than tokens.
    AuthExchange = "auth.exchange",
    /// The port for the way back is taken.
    AuthPortBusy = "auth.port_busy",
    /// The secrets cannot be read before the keychain or the passphrase is unlocked.
    VaultLocked = "vault.locked",
    /// No keychain answers on this computer.
    VaultNoKeychain = "vault.no_keychain",
    /// The keychain or the user refused access.
    VaultDenied = "vault.denied",
    /// The key of the secrets is gone from the keychain.
    VaultKeyLost = "vault.key_lost",
    /// The passphrase is not the right one.
    VaultPassphrase = "vault.passphrase",
    /// The file of the secrets is damaged.
    VaultDamaged = "vault.damaged",
    /// The file of the secrets, or one of them, is older than what was saved last.
    VaultRolledBack = "vault.rolled_back",
    /// A renewed sign-in could not be saved yet, and lives in this process alone.
    VaultUnsaved = "vault.unsaved",
    /// A reference such as `env://NAME` stands for nothing.
    VaultReference = "vault.reference",
    /// A reference names a program that nobody allowed to be started.
    ReferenceNotAllowed = "reference.not_allowed",
    /// The database cannot be read or written.
    StoreFailed = "store.failed",
    /// The database was written by a newer Patchbay.
    StoreTooNew = "store.too_new",
    /// A file or folder cannot be read or written.
    FileFailed = "file.failed",
    /// The platform answers too many requests with a pause.
    PlatformRateLimited = "platform.rate_limited",
    /// The platform found the request wrong.
    PlatformInvalid = "platform.invalid",
    /// The server or platform failed before it could answer in its own words, such as with HTTP status 500.
    PlatformFailed = "platform.failed",
    /// The platform's answer cannot be read.
    PlatformAnswer = "platform.answer",
    /// The platform does not offer this.
    PlatformNotSupported = "platform.not_supported",
    /// The platform does not take the key of the account, or not any more.
    PlatformSignedOut = "platform.signed_out",
    /// A fault of Patchbay itself.
    Internal = "internal",
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
