//! A connector in unified form.
//!
//! Source: the product's design, "The connector in unified form".

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    AccountId, CaptureLevel, ConnectorId, Json, NetworkSettings, Platform, RemoteId, ServerCommand,
    Timestamp, WalletEntryId,
};

/// A stored link to a service, whatever platform holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
// The window has it with what helps it on, by its own name.
#[specta(inline)]
pub struct Connector {
    /// Ours, stable.
    pub id: ConnectorId,
    /// The account that holds it.
    pub account: AccountId,
    /// The platform's own id; `None` for connectors of this computer.
    pub remote_id: Option<RemoteId>,
    /// Short name, unique within its account, used on the command line.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// One or two sentences, cleaned of control characters.
    pub description: Option<String>,
    /// What it connects to, in its platform's words, where that is no address: the type of a data source, say.
    #[serde(default)]
    #[specta(optional)]
    pub connector_type: Option<String>,
    /// Where its icon lies, as its platform names it: an absolute URL of https or `data:`, not looked at yet.
    pub icon: Option<String>,
    /// Absolute URL of the service.
    pub endpoint: Option<String>,
    /// The program of this computer that is the service, in place of an address.
    #[serde(default)]
    #[specta(optional)]
    pub command: Option<ServerCommand>,
    /// Who can use it.
    pub visibility: Visibility,
    /// How it is.
    pub status: ConnectorStatus,
    /// As who it acts.
    pub identity: IdentityLine,
    /// How it signs in now.
    pub authentication: Authentication,
    /// How it could sign in.
    pub authentication_methods: Vec<AuthenticationMethod>,
    /// What the server said of itself when it was last reached.
    pub server: Option<ServerFacts>,
    /// Number of tools when they were last listed.
    pub tool_count: Option<u32>,
    /// Names of the tools that were last refused for a right that its sign-in lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[specta(optional)]
    pub tools_lacking_access: Vec<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// The user's own words for it.
    pub tags: Vec<String>,
    /// Whether the user keeps it at the top.
    pub favourite: bool,
    /// Whether its credentials may go over plain http, unencrypted, for the user insists on that address.
    #[serde(default)]
    #[specta(optional)]
    pub allows_plain_http: bool,
    /// How long its server is waited for.
    #[serde(default)]
    #[specta(optional)]
    pub time_limits: TimeLimits,
    /// Full paths of the folders that its server is told of, as MCP roots; it fences nothing in.
    #[serde(default)]
    #[specta(optional)]
    pub roots: Vec<String>,
    /// Whether its server may ask for texts that a language model would write, which the person writes then.
    #[serde(default)]
    #[specta(optional)]
    pub sampling: bool,
    /// Whether the system notifies nobody of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[specta(optional)]
    pub muted: bool,
    /// How much of its runs is kept.
    #[serde(default, skip_serializing_if = "CaptureLevel::is_full")]
    #[specta(optional)]
    pub capture: CaptureLevel,
    /// Where its sign-in differs from the standards, as far as a person chose it.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    #[specta(optional)]
    pub oauth_deviations: crate::ChosenDeviations,
    /// How it connects, where that is not as all others do.
    #[serde(default)]
    #[specta(optional)]
    pub network: NetworkSettings,
    /// Whether it has never worked yet: a draft becomes a connector at its first success.
    pub draft: bool,
    /// The platform's own JSON, or Patchbay's settings of a connector of this computer.
    pub native: Json,
}

impl Connector {
    /// Where its icon lies, by its platform or by the server itself.
    pub fn icon_address(&self) -> Option<&str> {
        let server = self.server.as_ref();
        self.icon.as_deref().or_else(|| server?.icon.as_deref())
    }

    /// Whether a browser is the way to sign in to it.
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

/// How long a server is waited for; `None` for as long as any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TimeLimits {
    /// Seconds from the first request until it is connected.
    #[specta(optional)]
    pub connect_seconds: Option<u32>,
    /// Seconds of silence in a run.
    #[specta(optional)]
    pub run_seconds: Option<u32>,
}

/// Who can use a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Its owner alone.
    Private,
    /// Everyone in the workspace.
    Workspace,
    /// Everyone in the organization.
    Organization,
}

/// How a connector is, in one word for all platforms.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Tools were listed, or the platform's nearest equivalent.
    Ready,
    /// A person has to sign in.
    NeedsAuthorization,
    /// A sign-in is under way.
    Authorizing,
    /// Left by the user, or dropped by the platform.
    Disconnected,
    /// Switched off.
    Disabled,
    /// It should work and does not.
    Failing,
    /// Not looked at yet, or a state that only the platform has a word for.
    Unknown,
}

/// A status with its reason and date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorStatus {
    /// The word common to all platforms.
    pub status: Status,
    /// The platform's own word, kept for the tooltip and for states that we do not know.
    pub word: Option<String>,
    /// Why, in a few plain words without a full stop.
    pub reason: Option<String>,
    /// Stable code of the problem behind it, such as `network.unreachable`.
    pub code: Option<crate::Code>,
    /// When it was last looked at.
    pub checked_at: Option<Timestamp>,
    /// When it last worked: tools were listed, or its platform tried it with success.
    pub last_ok_at: Option<Timestamp>,
}

/// "As who": shown on every connector, authorization and run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityLine {
    /// The platform of the account.
    pub platform: Platform,
    /// Label of the account, `This computer` for local connectors.
    pub account: String,
    /// Name of the credential; `None` where none is used.
    pub credential: Option<String>,
    /// Whose account it is at the service, as its provider told when it was signed in to: an email address or
    /// a name, cleaned. Only shown: nothing is decided by it.
    #[serde(default)]
    #[specta(optional)]
    pub user: Option<String>,
    /// Level of the credential.
    pub level: Option<Level>,
    /// When the credential lapses; `None` when it does not or nobody knows.
    pub expires_at: Option<Timestamp>,
}

/// Whose a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// One person's.
    User,
    /// The workspace's.
    Workspace,
    /// The organization's.
    Organization,
}

/// How a connector of this computer signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Authentication {
    /// It asks for nothing, or the platform takes care of it.
    None,
    /// Click-through consent, Patchbay being the OAuth client.
    Oauth {
        /// The user's own OAuth app, a wallet entry of kind `oauth_client`; `None` to register by itself.
        client: Option<WalletEntryId>,
        /// The tokens, a wallet entry of kind `oauth`; `None` before the first consent.
        entry: Option<WalletEntryId>,
        /// Port of the loopback redirect, where the provider wants one fixed.
        callback_port: Option<u16>,
        /// Host of the loopback redirect, `127.0.0.1` or `localhost`; `None` for the first.
        callback_host: Option<String>,
        /// Where the browser is sent back to.
        redirect: crate::Redirect,
        /// Scopes to ask for in place of those the server names; empty to let the server decide.
        scopes: Vec<String>,
        /// As whom it signs in.
        #[serde(default)]
        #[specta(optional)]
        grant: OauthGrant,
    },
    /// `Authorization: Bearer` with the text of a wallet entry of kind `bearer`.
    Bearer {
        /// The entry.
        entry: WalletEntryId,
    },
    /// Own headers, a wallet entry of kind `headers`.
    Headers {
        /// The entry.
        entry: WalletEntryId,
    },
    /// Secret variables in the environment of a program, a wallet entry of kind `headers`: names with their values.
    Variables {
        /// The entry.
        entry: WalletEntryId,
    },
}

/// As whom a connector signs in by OAuth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OauthGrant {
    /// As the person who consents in the browser (RFC 6749, section 4.1).
    #[default]
    AuthorizationCode,
    /// As the user's own OAuth app itself, by its secret and without a browser (RFC 6749, section 4.4).
    ClientCredentials,
}

/// A way in which a connector can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AuthenticationMethod {
    /// Without.
    None,
    /// Click-through consent.
    Oauth,
    /// A token typed in.
    Bearer,
    /// Headers typed in.
    Headers,
}

/// How an MCP server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Streamable HTTP.
    StreamableHttp,
    /// A program of this computer, spoken to over its standard streams.
    Stdio,
    /// The deprecated HTTP with server-sent events.
    Sse,
}

/// What a server said of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerFacts {
    /// Its name, cleaned of control characters.
    pub name: String,
    /// Its version, likewise.
    pub version: String,
    /// Negotiated MCP revision, for example `2025-11-25`.
    pub protocol_version: String,
    /// How it was reached.
    pub transport: Transport,
    /// Its advice to the models that use it.
    pub instructions: Option<String>,
    /// Where its icon lies, as [`Connector::icon`].
    #[serde(default)]
    #[specta(optional)]
    pub icon: Option<String>,
}
