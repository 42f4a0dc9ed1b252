//! Failures as they are shown to users.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A failure as windows and commands show it: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable code. Code branches on this, never on the message.
    pub code: Code,
    /// What happened, in plain words, without a full stop and without a secret.
    pub message: String,
    /// What to do, one imperative sentence.
    pub hint: Option<String>,
    /// The other side's own message, cleaned of control characters and secrets.
    pub detail: Option<String>,
    /// HTTP status, if there was one.
    pub status: Option<u16>,
    /// The HTTP request, such as `GET /v1/wikis`, if it was answered.
    #[serde(default)]
    #[specta(optional)]
    pub request: Option<String>,
    /// The platform's own error code, if it has one.
    #[serde(default)]
    #[specta(optional)]
    pub platform_code: Option<String>,
    /// The platform's request id, for its support.
    pub request_id: Option<String>,
    /// Problems of single fields.
    pub fields: Vec<FieldProblem>,
    /// Whether a retry may help.
    pub retryable: bool,
    /// Whether what failed may be done nevertheless, and would be done twice if it was repeated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[specta(optional)]
    pub may_be_done: bool,
}

/// The message of a problem as a sentence: capitalized unless it begins with a name, and with a full stop.
pub fn sentence(message: &str, code: Code) -> String {
    let begins_with_name =
        matches!(code, Code::ToolFailed | Code::ConfirmationNeeded) || begins_with_address(message);
    let words = match begins_with_name {
        true => message.to_owned(),
        false => capitalize(message),
    };
    match words.ends_with(['.', '!', '?']) {
        true => words,
        false => words + ".",
    }
}

/// Whether the first word is a host or the name of a field, such as `mistral.ai`, `localhost:80` or `client_id`.
fn begins_with_address(message: &str) -> bool {
    let first = message.split(' ').next().unwrap_or_default();
    let first = first.trim_end_matches(['.', ':', ',', '!', '?']);
    first.contains(['.', ':', '_', '@', '/'])
}

/// Makes the first letter a capital.
pub fn capitalize(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

impl Problem {
    /// Creates a problem with nothing but a code and a message.
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
            may_be_done: false,
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

/// A problem with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldProblem {
    /// JSON pointer to the field, empty for the whole.
    pub path: String,
    /// What is wrong, without a full stop.
    pub message: String,
}

/// An error that can be shown to a user.
///
/// Each crate's `Error` implements it; the outermost layer turns it into a [`Problem`].
pub trait Explain: std::error::Error {
    /// Returns the stable code.
    fn code(&self) -> Code;

    /// Returns what the user can do about it.
    fn hint(&self) -> Option<String> {
        None
    }

    /// Returns the whole problem. Errors override it if they know more than code, message and hint.
    fn problem(&self) -> Problem {
        Problem {
            hint: self.hint(),
            ..Problem::new(self.code(), self.to_string())
        }
    }
}

word_enum! {
    /// Stable names of failures. One is added when some code branches on it; none is ever renamed.
    #[non_exhaustive]
    Code {
        /// The request is invalid.
        UsageInvalid = "usage.invalid",
        /// The requested item does not exist.
        NotFound = "not_found",
        /// A name matches more than one item.
        Ambiguous = "ambiguous",
        /// The item exists already, or was changed elsewhere meanwhile.
        Conflict = "conflict",
        /// A confirmation is needed first.
        ConfirmationNeeded = "confirmation_needed",
        /// The user cancelled it.
        Cancelled = "cancelled",
        /// It exceeded its time limit.
        TimedOut = "timed_out",
        /// No connection to the host.
        NetworkUnreachable = "network.unreachable",
        /// No such host.
        NetworkDns = "network.dns",
        /// The host's certificate is not trusted, or TLS failed otherwise.
        NetworkTls = "network.tls",
        /// The host redirects to another host, which is not followed.
        NetworkRedirect = "network.redirect",
        /// The response exceeds the size limit.
        NetworkTooLarge = "network.too_large",
        /// Credentials would be sent unencrypted to another computer.
        NetworkPlainHttp = "network.plain_http",
        /// There is no MCP server at that address.
        McpNotAServer = "mcp.not_a_server",
        /// The server violates the MCP protocol.
        McpProtocol = "mcp.protocol",
        /// The server answered with an MCP error, with any HTTP status.
        McpServerError = "mcp.server_error",
        /// The server asked for a feature of clients that is off for its connector.
        McpFeatureOff = "mcp.feature_off",
        /// The program of a connector or a reference does not exist on this computer.
        ProgramNotFound = "program.not_found",
        /// The program of a connector is not allowed to run.
        ProgramNotAllowed = "program.not_allowed",
        /// The program of a connector could not be started.
        ProgramNotStarted = "program.not_started",
        /// The program of a connector ended while it was needed.
        ProgramEnded = "program.ended",
        /// The tool reported an error.
        ToolFailed = "tool.failed",
        /// The arguments are invalid by the tool's schema.
        ToolArguments = "tool.arguments",
        /// The tool does not exist any more.
        ToolNotFound = "tool.not_found",
        /// The user has to sign in.
        AuthNeeded = "auth.needed",
        /// The key, token or headers were rejected.
        AuthRefused = "auth.refused",
        /// The sign-in expired and could not be renewed.
        AuthExpired = "auth.expired",
        /// The consent was denied.
        AuthDenied = "auth.denied",
        /// The authorization server changed, which the user has to accept.
        AuthIssuerChanged = "auth.issuer_changed",
        /// The consent was not given in time.
        AuthTimedOut = "auth.timed_out",
        /// The credential is not allowed to do this.
        AuthForbidden = "auth.forbidden",
        /// The server does not tell how to sign in, or not in a safe way.
        AuthDiscovery = "auth.discovery",
        /// The server names an address that must not be opened.
        AuthUnsafeUrl = "auth.unsafe_url",
        /// The server does not register clients: the user's own OAuth app is needed.
        AuthClientNeeded = "auth.client_needed",
        /// The callback URL does not belong to this authorization.
        AuthCallback = "auth.callback",
        /// The authorization server rejected the code, or did not answer with tokens.
        AuthExchange = "auth.exchange",
        /// The port of the loopback redirect is in use.
        AuthPortBusy = "auth.port_busy",
        /// The keychain or the passphrase has to be unlocked first.
        VaultLocked = "vault.locked",
        /// There is no keychain on this computer.
        VaultNoKeychain = "vault.no_keychain",
        /// The keychain or the user refused access.
        VaultDenied = "vault.denied",
        /// The key of the vault is missing in the keychain.
        VaultKeyLost = "vault.key_lost",
        /// The passphrase is wrong.
        VaultPassphrase = "vault.passphrase",
        /// The vault file is damaged.
        VaultDamaged = "vault.damaged",
        /// The vault file, or a secret in it, is older than the one that was saved last.
        VaultRolledBack = "vault.rolled_back",
        /// A renewed sign-in could not be saved yet, and exists in this process only.
        VaultUnsaved = "vault.unsaved",
        /// A reference such as `env://NAME` could not be resolved.
        VaultReference = "vault.reference",
        /// The program of a reference is not allowed to run.
        ReferenceNotAllowed = "reference.not_allowed",
        /// The database cannot be read or written.
        StoreFailed = "store.failed",
        /// The database was written by a newer Patchbay.
        StoreTooNew = "store.too_new",
        /// A file or folder cannot be read or written.
        FileFailed = "file.failed",
        /// The platform limits the rate of requests.
        PlatformRateLimited = "platform.rate_limited",
        /// The platform rejected the request as invalid.
        PlatformInvalid = "platform.invalid",
        /// The server or platform failed without an error message of its own, such as with HTTP status 500.
        PlatformFailed = "platform.failed",
        /// The platform's response is invalid.
        PlatformAnswer = "platform.answer",
        /// The platform does not offer this.
        PlatformNotSupported = "platform.not_supported",
        /// The platform rejects the key of the account.
        PlatformSignedOut = "platform.signed_out",
        /// A bug in Patchbay.
        Internal = "internal",
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
