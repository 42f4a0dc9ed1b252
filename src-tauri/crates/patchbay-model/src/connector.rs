//! A connector in unified form.
//!
//! Source: the product's design, "The connector in unified form".

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    AccountId, ConnectorId, Json, LogLevel, NetworkSettings, Platform, RemoteId, ServerCommand,
    Timestamp, WalletEntryId,
};

/// A stored link to a service, on any platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
// Inlined into `ConnectorView`, which adds the next action.
#[specta(inline)]
pub struct Connector {
    /// Patchbay's own stable id.
    pub id: ConnectorId,
    /// The account that holds it.
    pub account: AccountId,
    /// The platform's id; `None` for local connectors.
    pub remote_id: Option<RemoteId>,
    /// Short name, unique within its account, used on the command line.
    pub name: String,
    /// Display name.
    pub title: String,
    /// One or two sentences, cleaned of control characters.
    pub description: Option<String>,
    /// The platform's name for the kind of service, such as the type of a data source, if it is not an address.
    #[serde(default)]
    #[specta(optional)]
    pub connector_type: Option<String>,
    /// Absolute https or `data:` URL of its icon, as given by the platform and not validated.
    pub icon: Option<String>,
    /// Absolute URL of the service.
    pub endpoint: Option<String>,
    /// The local program that is the service, instead of a URL.
    #[serde(default)]
    #[specta(optional)]
    pub command: Option<ServerCommand>,
    /// Who can use it.
    pub visibility: Visibility,
    /// Its status.
    pub status: ConnectorStatus,
    /// The identity with which it acts.
    pub identity: IdentityLine,
    /// How it signs in.
    pub authentication: Authentication,
    /// How it can sign in.
    pub authentication_methods: Vec<AuthenticationMethod>,
    /// What the server reported when it was last reached.
    pub server: Option<ServerFacts>,
    /// Number of tools when they were last listed.
    pub tool_count: Option<u32>,
    /// Names of the tools that the server last refused because the sign-in lacks a permission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[specta(optional)]
    pub tools_lacking_access: Vec<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The user's tags.
    pub tags: Vec<String>,
    /// Whether it is a favourite.
    pub favourite: bool,
    /// Whether the user allows its credentials to be sent unencrypted over plain http.
    #[serde(default)]
    #[specta(optional)]
    pub allows_plain_http: bool,
    /// Time limits for its server.
    #[serde(default)]
    #[specta(optional)]
    pub time_limits: TimeLimits,
    /// Absolute paths that its server gets as MCP roots; they restrict nothing.
    #[serde(default)]
    #[specta(optional)]
    pub roots: Vec<String>,
    /// Whether its server may ask for texts of a language model, which the user writes.
    #[serde(default)]
    #[specta(optional)]
    pub sampling: bool,
    /// Least severe log messages that its server is asked for, if it logs over MCP.
    #[serde(default, skip_serializing_if = "LogLevel::is_default")]
    #[specta(optional)]
    pub log_level: LogLevel,
    /// Whether notifications are off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[specta(optional)]
    pub muted: bool,
    /// How much of its runs the history keeps.
    #[serde(default, skip_serializing_if = "CaptureLevel::is_full")]
    #[specta(optional)]
    pub capture: CaptureLevel,
    /// OAuth deviations that the user chose.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    #[specta(optional)]
    pub oauth_deviations: crate::ChosenDeviations,
    /// Its own network settings.
    #[serde(default)]
    #[specta(optional)]
    pub network: NetworkSettings,
    /// Whether it has never worked yet.
    pub draft: bool,
    /// The platform's own JSON, or Patchbay's settings of a local connector.
    pub native: Json,
}

impl Connector {
    /// A connector that was never checked, named by its title, without anything optional.
    pub fn new(
        id: ConnectorId,
        account: AccountId,
        title: String,
        identity: IdentityLine,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            account,
            remote_id: None,
            name: title.clone(),
            title,
            description: None,
            connector_type: None,
            icon: None,
            endpoint: None,
            command: None,
            visibility: Visibility::default(),
            status: ConnectorStatus::default(),
            identity,
            authentication: Authentication::None,
            authentication_methods: Vec::new(),
            server: None,
            tool_count: None,
            tools_lacking_access: Vec::new(),
            created_at,
            updated_at: created_at,
            tags: Vec::new(),
            favourite: false,
            allows_plain_http: false,
            time_limits: TimeLimits::default(),
            roots: Vec::new(),
            sampling: false,
            log_level: LogLevel::default(),
            muted: false,
            capture: CaptureLevel::default(),
            oauth_deviations: crate::ChosenDeviations::new(),
            network: NetworkSettings::default(),
            draft: false,
            native: Json::default(),
        }
    }

    /// Returns the address of its icon, from its platform or its server.
    pub fn icon_address(&self) -> Option<&str> {
        let server = self.server.as_ref();
        self.icon.as_deref().or_else(|| server?.icon.as_deref())
    }

    /// Whether it signs in with a browser.
    pub fn signs_in_by_browser(&self) -> bool {
        match self.authentication {
            Authentication::Oauth { .. } => true,
            Authentication::None => self
                .authentication_methods
                .contains(&AuthenticationMethod::Oauth),
            Authentication::Bearer { .. }
            | Authentication::Headers { .. }
            | Authentication::Variables { .. } => false,
        }
    }
}

/// Time limits for a server; `None` for the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TimeLimits {
    /// Seconds until it is connected.
    #[specta(optional)]
    pub connect_seconds: Option<u32>,
    /// Seconds of silence in a run.
    #[specta(optional)]
    pub run_seconds: Option<u32>,
}

/// Who can use a connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Only its owner.
    #[default]
    Private,
    /// Everyone in the workspace.
    Workspace,
    /// Everyone in the organization.
    Organization,
}

word_enum! {
    /// The status of a connector, common to all platforms.
    Status {
        /// Its tools could be listed, or the platform's nearest equivalent.
        Ready = "ready",
        /// The user has to sign in.
        NeedsAuthorization = "needs_authorization",
        /// A sign-in is in progress.
        Authorizing = "authorizing",
        /// Disconnected by the user or the platform.
        Disconnected = "disconnected",
        /// Turned off.
        Disabled = "disabled",
        /// It should work but does not.
        Failing = "failing",
        /// Not checked yet, or a state that is specific to the platform.
        Unknown = "unknown",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "a variant of the macro has no attribute for it"
)]
impl Default for Status {
    fn default() -> Self {
        Self::Unknown
    }
}

/// A status with its reason and times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorStatus {
    /// The status common to all platforms.
    pub status: Status,
    /// The platform's own word, for the tooltip and for unknown states.
    pub word: Option<String>,
    /// The reason, a short phrase without a full stop.
    pub reason: Option<String>,
    /// Code of the problem, such as `network.unreachable`.
    pub code: Option<crate::Code>,
    /// When it was last checked.
    pub checked_at: Option<Timestamp>,
    /// When it last worked: its tools were listed, or its platform tested it successfully.
    pub last_ok_at: Option<Timestamp>,
}

/// Identity that is shown with every connector, authorization and run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityLine {
    /// The platform of the account.
    pub platform: Platform,
    /// Label of the account, `This computer` for local connectors.
    pub account: String,
    /// Name of the credential; `None` where none is used.
    pub credential: Option<String>,
    /// The user at the service, an email address or a name as reported by the provider, cleaned. For display only.
    #[serde(default)]
    #[specta(optional)]
    pub user: Option<String>,
    /// Level of the credential.
    pub level: Option<Level>,
    /// When the credential expires; `None` if it does not or that is unknown.
    pub expires_at: Option<Timestamp>,
}

word_enum! {
    /// The level at which a credential is shared.
    Level {
        /// Personal.
        User = "user",
        /// Shared in the workspace.
        Workspace = "workspace",
        /// Shared in the organization.
        Organization = "organization",
    }
}

/// How a local connector signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Authentication {
    /// It needs no sign-in, or the platform signs in.
    None,
    /// Click-through consent, with Patchbay as the OAuth client.
    Oauth {
        /// The user's own OAuth app, a wallet entry of kind `oauth_client`; `None` to register a client.
        client: Option<WalletEntryId>,
        /// The tokens, a wallet entry of kind `oauth`; `None` before the first sign-in.
        entry: Option<WalletEntryId>,
        /// Port of the loopback redirect, if the provider needs a fixed one.
        callback_port: Option<u16>,
        /// Host of the loopback redirect, `127.0.0.1` or `localhost`; `None` for the first.
        callback_host: Option<String>,
        /// How the browser returns.
        redirect: Redirect,
        /// Scopes to request instead of those that the server names; empty to let the server decide.
        scopes: Vec<String>,
        /// Whether it signs in as a user or as the app itself.
        #[serde(default)]
        #[specta(optional)]
        grant: OauthGrant,
    },
    /// `Authorization: Bearer` with a wallet entry of kind `bearer`.
    Bearer {
        /// The wallet entry.
        entry: WalletEntryId,
    },
    /// Secret headers, a wallet entry of kind `headers`.
    Headers {
        /// The wallet entry.
        entry: WalletEntryId,
    },
    /// Secret environment variables of a program, a wallet entry of kind `variables`.
    Variables {
        /// The wallet entry.
        entry: WalletEntryId,
    },
}

impl Authentication {
    /// Consent with these wallet entries and the defaults for all else.
    pub fn oauth(client: Option<WalletEntryId>, entry: Option<WalletEntryId>) -> Self {
        Self::Oauth {
            client,
            entry,
            callback_port: None,
            callback_host: None,
            redirect: Redirect::default(),
            scopes: Vec::new(),
            grant: OauthGrant::default(),
        }
    }

    /// Returns the wallet entry that it signs in with.
    pub fn entry(&self) -> Option<&WalletEntryId> {
        match self {
            Self::None => None,
            Self::Oauth { entry, .. } => entry.as_ref(),
            Self::Bearer { entry } | Self::Headers { entry } | Self::Variables { entry } => {
                Some(entry)
            }
        }
    }

    /// Returns the wallet entry of the user's own OAuth app.
    pub fn app(&self) -> Option<&WalletEntryId> {
        match self {
            Self::Oauth { client, .. } => client.as_ref(),
            _ => None,
        }
    }
}

/// The OAuth grant of a connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OauthGrant {
    /// As the user who consents in the browser (RFC 6749, section 4.1).
    #[default]
    AuthorizationCode,
    /// As the user's own OAuth app, by its secret and without a browser (RFC 6749, section 4.4).
    ClientCredentials,
}

word_enum! {
    /// A method with which a connector can sign in.
    AuthenticationMethod {
        /// No sign-in.
        None = "none",
        /// Click-through consent.
        Oauth = "oauth",
        /// A token that the user enters.
        Bearer = "bearer",
        /// Headers that the user enters.
        Headers = "headers",
    }
}

/// The transport of an MCP server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Streamable HTTP.
    StreamableHttp,
    /// A local program, over its standard streams.
    Stdio,
    /// The deprecated HTTP with server-sent events.
    Sse,
}

/// What a server reports about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerFacts {
    /// Its name, cleaned of control characters.
    pub name: String,
    /// Its version, cleaned of control characters.
    pub version: String,
    /// Negotiated MCP revision, for example `2025-11-25`.
    pub protocol_version: String,
    /// Why that revision was chosen, as words after "because"; `None` if that is unknown.
    #[serde(default)]
    #[specta(optional)]
    pub protocol_reason: Option<String>,
    /// Its transport.
    pub transport: Transport,
    /// Its instructions for models that use it.
    pub instructions: Option<String>,
    /// Address of its icon, as [`Connector::icon`].
    #[serde(default)]
    #[specta(optional)]
    pub icon: Option<String>,
}

impl ServerFacts {
    /// The protocol and why it was chosen, for example `MCP 2025-11-25, because the server refused 2026-07-28`.
    pub fn protocol(&self) -> String {
        let reason = self.protocol_reason.as_ref();
        let because = reason.map(|reason| format!(", because {reason}"));
        format!(
            "MCP {}{}",
            self.protocol_version,
            because.unwrap_or_default()
        )
    }
}

/// How the browser returns after a sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// To a loopback port (RFC 8252, section 7.3).
    #[default]
    Loopback,
    /// By a `patchbay://` link.
    DeepLink,
}

/// How much of a run the history keeps. Secrets are never kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CaptureLevel {
    /// Arguments, result, request and response.
    #[default]
    Full,
    /// The same without values: field names, kinds of content, sizes and times.
    Redacted,
    /// Tool, time, identity, outcome and duration.
    Metadata,
}

impl CaptureLevel {
    /// Whether everything but secrets is kept.
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }
}
