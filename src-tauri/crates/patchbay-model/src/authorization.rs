//! One run of a click-through consent.
//!
//! Source: the product's design, "Authorization".

use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AuthorizationId, ConnectorId, IdentityLine, Problem, Timestamp, WalletEntryId};

/// A consent under way or over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Authorization {
    /// Ours.
    pub id: AuthorizationId,
    /// The connector to be connected.
    pub connector: ConnectorId,
    /// Its name for people.
    pub connector_title: String,
    /// As who.
    pub identity: IdentityLine,
    /// Who was signed in before, when somebody else is now.
    #[serde(default)]
    pub asked_as: Option<String>,
    /// What came of a sign-in for a form that is not sent yet.
    #[serde(default)]
    pub granted: Vec<Granted>,
    /// How far it is.
    pub state: AuthorizationState,
    /// When it began.
    pub started_at: Timestamp,
    /// When it expires by itself.
    pub deadline_at: Timestamp,
    /// Host of the page on which the user consents, with its port where that is not the usual one; there
    /// from `awaiting_user` on. The page's whole address holds the `state` of the sign-in: it stays with
    /// whoever opens or copies it.
    #[serde(default)]
    pub page_host: Option<String>,
    /// Where the browser comes back to.
    pub redirect: Redirect,
    /// Scopes that are asked for.
    pub scopes: Vec<String>,
    /// Those of them that the sign-in before this one was not given; none at the first one.
    #[serde(default)]
    pub new_scopes: Vec<String>,
    /// Scopes that were given; there once the code was redeemed.
    #[serde(default)]
    pub granted_scopes: Vec<String>,
    /// Whether no browser could be started, so that a person has to open the page.
    #[serde(default)]
    pub no_browser: bool,
    /// Where the server sends whoever signs in now, when that is another place than before. Nothing was
    /// asked there: a person has to agree first.
    #[serde(default)]
    pub issuer_change: Option<IssuerChange>,
    /// What was asked and answered so far, secrets redacted.
    pub trace: Vec<TraceStep>,
    /// Why it ended without success.
    pub problem: Option<Problem>,
}

impl Authorization {
    /// One that begins now: nothing was asked or answered yet. It expires after `lasts`.
    pub fn preparing(
        id: AuthorizationId,
        connector: ConnectorId,
        connector_title: String,
        identity: IdentityLine,
        redirect: Redirect,
        now: Timestamp,
        lasts: Duration,
    ) -> Self {
        Self {
            id,
            connector,
            connector_title,
            identity,
            asked_as: None,
            granted: Vec::new(),
            state: AuthorizationState::Preparing,
            started_at: now,
            deadline_at: now + lasts,
            page_host: None,
            redirect,
            scopes: Vec::new(),
            new_scopes: Vec::new(),
            granted_scopes: Vec::new(),
            no_browser: false,
            issuer_change: None,
            trace: Vec::new(),
            problem: None,
        }
    }
}

/// Another authorization server than that of the sign-in before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssuerChange {
    /// The host of the one before, or all of its address where only the rest of it is another.
    pub former: String,
    /// The same of the one now.
    pub current: String,
    /// The one now to the letter; who agrees to it says it back.
    pub issuer: String,
}

/// A token that a sign-in brought, kept in the wallet for the form it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    /// JSON pointer to its place in the form's values.
    pub path: String,
    /// The wallet entry that holds it.
    pub entry: WalletEntryId,
}

/// How far a consent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationState {
    /// Discovering, registering, binding the redirect.
    Preparing,
    /// The browser is open.
    AwaitingUser,
    /// Redeeming the code.
    Exchanging,
    /// Listing tools with the new token.
    Checking,
    /// Done.
    Authorized,
    /// The user, or the provider for them, said no.
    Denied,
    /// The deadline passed, or Patchbay was ended in the middle.
    Expired,
    /// The user stopped it.
    Cancelled,
    /// It could not be done.
    Failed,
}

impl AuthorizationState {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        !matches!(
            self,
            Self::Preparing | Self::AwaitingUser | Self::Exchanging | Self::Checking
        )
    }
}

/// How the browser comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// To a port of this computer (RFC 8252, section 7.3).
    #[default]
    Loopback,
    /// By a `patchbay://` link.
    DeepLink,
}

/// One thing that was asked on the way, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TraceStep {
    /// When.
    pub at: Timestamp,
    /// `GET`, `POST`, or a word such as `open` and `callback`.
    pub method: String,
    /// Address without query, or what was done.
    pub target: String,
    /// A few words more, such as the scopes that were asked for.
    pub note: Option<String>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u32>,
}
