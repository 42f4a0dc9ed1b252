//! Everything about a running Playground that can be changed, in one place.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use url::Url;

/// How the Playground behaves from the next request on.
///
/// The default is a well-behaved server: every switch away from it is one thing a client must cope with.
#[derive(Clone, Debug)]
pub struct Switches {
    /// How long an access token lives, counted from its issue; `expires_in` says so in whole seconds.
    pub access_token_life: Duration,
    /// How long an authorization code may be redeemed. Default: 60 s.
    pub code_life: Duration,
    /// When a refresh token is handed out.
    pub refresh_tokens: RefreshTokens,
    /// Whether each refresh answers with a new refresh token. When off, the answer names none and the old one stays good.
    pub rotate_refresh_tokens: bool,
    /// Who answers the consent page.
    pub consent: Consent,
    /// Who can be chosen on the consent page; the first is chosen when nobody says otherwise.
    pub people: Vec<String>,
    /// The `iss` parameter of the redirect back (RFC 9207).
    pub issuer_parameter: IssuerParameter,
    /// Whether `resource` (RFC 8707) must be sent to the authorization and the token endpoint.
    /// When it is sent it must be right in any case.
    pub require_resource: bool,
    /// For which clients the port of a loopback redirect URI may differ from the registered one.
    pub loopback_port: LoopbackPort,
    /// Whether clients may register themselves (RFC 7591); when off, metadata names no such endpoint.
    pub registration: bool,
    /// JSON merge patch (RFC 7396) over the answer to a registration. The client counts as registered with the id,
    /// secret and way of authentication that it was told.
    pub registration_answer: Option<Value>,
    /// JSON merge patch over the answers of the token endpoint. What was issued stays as it is.
    pub token_answer: Option<Value>,
    /// Whether a URL is taken as a client id and its document read; when off, metadata does not offer it.
    pub client_id_documents: bool,
    /// What a 401 says about where to sign in.
    pub challenge: Challenge,
    /// Scopes needed beyond a valid token, by the name of a tool or by a method such as `tools/list`.
    pub extra_scopes: BTreeMap<String, BTreeSet<String>>,
    /// The protected-resource metadata (RFC 9728) of `/mcp`.
    pub resource_metadata: Document,
    /// The authorization server metadata (RFC 8414).
    pub server_metadata: Document,
    /// Endpoints that answer with an error instead of doing their work.
    pub failures: BTreeMap<Endpoint, Failure>,
    /// Endpoints that wait before they answer.
    pub delays: BTreeMap<Endpoint, Duration>,
    /// JSON merge patches (RFC 7396) over tool definitions as listed, by tool name. The tools themselves stay as they are.
    pub tool_changes: BTreeMap<String, Value>,
    /// Tools left out of the list; calling them is refused too.
    pub hidden_tools: BTreeSet<String>,
    /// Where `/redirect-elsewhere` points with a 307; `None`: `/open/mcp` under the name `localhost`.
    pub redirect_target: Option<Url>,
    /// How often the sessions of `/sessions/mcp` ask whether their client is still there; without an answer they end.
    /// `None`: never.
    pub session_pings: Option<Duration>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            access_token_life: Duration::from_secs(300),
            code_life: Duration::from_secs(60),
            refresh_tokens: RefreshTokens::Always,
            rotate_refresh_tokens: true,
            consent: Consent::Ask,
            people: vec!["lena-fischer".to_owned(), "sam-okafor".to_owned()],
            issuer_parameter: IssuerParameter::Right,
            require_resource: true,
            loopback_port: LoopbackPort::FreeUnlessPreregistered,
            registration: true,
            registration_answer: None,
            token_answer: None,
            client_id_documents: true,
            challenge: Challenge::Full,
            extra_scopes: BTreeMap::from([(
                "admin_report".to_owned(),
                BTreeSet::from(["admin".to_owned()]),
            )]),
            resource_metadata: Document::Published,
            server_metadata: Document::Published,
            failures: BTreeMap::new(),
            delays: BTreeMap::new(),
            tool_changes: BTreeMap::new(),
            hidden_tools: BTreeSet::new(),
            redirect_target: None,
            session_pings: None,
        }
    }
}

/// Who answers the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The page is shown and waits for Allow or Deny.
    Ask,
    /// No page: the redirect back carries a code.
    AllowAtOnce,
    /// No page: the redirect back carries `error=access_denied`.
    DenyAtOnce,
}

impl Switches {
    /// Whether `offline_access` can be asked for.
    pub(crate) fn offers_offline_access(&self) -> bool {
        matches!(
            self.refresh_tokens,
            RefreshTokens::WithOfflineAccess | RefreshTokens::WithConsent
        )
    }
}

/// When a refresh token is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokens {
    /// With every sign-in.
    Always,
    /// Only when `offline_access` was granted, which metadata then lists.
    WithOfflineAccess,
    /// The same, and only when the client insisted on consent (OpenID Connect Core 1.0, section 11).
    WithConsent,
    Never,
}

/// The `iss` parameter of the redirect back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerParameter {
    /// The issuer, as metadata has it; metadata announces that it is sent.
    Right,
    /// None, and metadata does not announce one.
    Absent,
    /// None, although metadata announces one.
    Missing,
    /// This text instead of the issuer.
    Wrong(String),
}

/// For which clients the port of a loopback redirect URI is free (RFC 8252, section 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopbackPort {
    /// For no client: every redirect URI is compared as text.
    Exact,
    /// For clients that registered themselves or have a document, not for pre-registered ones.
    FreeUnlessPreregistered,
    /// For every client.
    Free,
}

/// What a 401 of `/mcp` says in `WWW-Authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// `Bearer` with `resource_metadata` and `scope`.
    Full,
    /// `Bearer` with `scope`, so that the well-known paths must be tried.
    WithoutMetadata,
    /// The header is left out.
    Absent,
}

/// How a metadata document is served.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// As it should be.
    Published,
    /// As it should be, with this JSON merge patch (RFC 7396) laid over it: `null` removes a key.
    Patched(Value),
}

/// A group of paths that can be made to fail or to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// `/mcp`
    Mcp,
    /// `/open/mcp`
    OpenMcp,
    /// `/bearer/mcp`
    BearerMcp,
    ResourceMetadata,
    ServerMetadata,
    Registration,
    Authorize,
    Token,
    Revocation,
    UserInfo,
}

/// An error an endpoint answers with instead of working.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub status: u16,
    /// The body, sent as `application/json`.
    pub body: Value,
    /// For how many requests; `None`: until the switch is reset.
    pub times: Option<u32>,
}

impl Failure {
    /// Fails every request with `status` and the body `{"error": error}`.
    #[must_use]
    pub fn always(status: u16, error: &str) -> Self {
        Self {
            status,
            body: serde_json::json!({ "error": error }),
            times: None,
        }
    }

    /// Fails the next request only.
    #[must_use]
    pub fn once(status: u16, error: &str) -> Self {
        Self {
            times: Some(1),
            ..Self::always(status, error)
        }
    }
}
