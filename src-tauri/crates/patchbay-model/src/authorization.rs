//! One authorization by click-through consent.
//!
//! Source: the product's design, "Authorization".

use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    AuthorizationId, ConnectorId, IdentityLine, Problem, Redirect, Timestamp, WalletEntryId,
};

/// An authorization in progress or finished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Authorization {
    /// Patchbay's own id.
    pub id: AuthorizationId,
    /// The connector to connect.
    pub connector: ConnectorId,
    /// Its display name.
    pub connector_title: String,
    /// The identity that is signed in.
    pub identity: IdentityLine,
    /// The user who was signed in before, if another one is now.
    #[serde(default)]
    pub asked_as: Option<String>,
    /// Title of another connector of the same server with the same user; its short name if the titles are equal.
    #[serde(default)]
    pub same_as: Option<String>,
    /// The tokens of a provider sign-in, for a form that is not sent yet.
    #[serde(default)]
    pub granted: Vec<Granted>,
    /// Its state.
    pub state: AuthorizationState,
    /// When it began.
    pub started_at: Timestamp,
    /// When it expires.
    pub deadline_at: Timestamp,
    /// Host of the sign-in page, with its port if it is not the default, from `awaiting_user` on. The whole URL
    /// contains the `state` and is only passed to the browser and the clipboard.
    #[serde(default)]
    pub page_host: Option<String>,
    /// How the browser returns.
    pub redirect: Redirect,
    /// Requested scopes.
    pub scopes: Vec<String>,
    /// Requested scopes that the previous sign-in was not granted; empty for the first one.
    #[serde(default)]
    pub new_scopes: Vec<String>,
    /// Granted scopes, known once the code is redeemed.
    #[serde(default)]
    pub granted_scopes: Vec<String>,
    /// Whether no browser could be started, so that the user has to open the page.
    #[serde(default)]
    pub no_browser: bool,
    /// Whether the page is asked for with an earlier registration. A provider that forgot it says so on its page only.
    #[serde(default)]
    pub reuses_registration: bool,
    /// Whether the server says nothing about its sign-in, so that Patchbay guessed where it is and cannot verify that it
    /// is protected.
    #[serde(default)]
    pub is_guessed: bool,
    /// The new authorization server, if it changed, or the first that gets the secret of the user's own OAuth app without
    /// a page that shows it. No request is sent to it until the user accepts it.
    #[serde(default)]
    pub issuer_change: Option<IssuerChange>,
    /// Requests and responses so far, with secrets redacted.
    pub trace: Vec<TraceStep>,
    /// Why it failed.
    pub problem: Option<Problem>,
}

impl Authorization {
    /// Starts an authorization now, which expires after `lasts`.
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
            same_as: None,
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
            reuses_registration: false,
            is_guessed: false,
            issuer_change: None,
            trace: Vec::new(),
            problem: None,
        }
    }
}

/// An authorization server that the user has to accept first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssuerChange {
    /// Host of the server of the previous sign-in, or its whole URL if the hosts are equal; `None` for the first one.
    pub former: Option<String>,
    /// Host of the current server, or its whole URL likewise.
    pub current: String,
    /// Host of its sign-in page, where that is another's and nothing shows that they belong together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[specta(optional)]
    pub page: Option<String>,
    /// The exact issuer of the current server, which an accepting request repeats.
    pub issuer: String,
}

/// A token of a provider sign-in, saved in the wallet for a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    /// JSON pointer into the form's values.
    pub path: String,
    /// The wallet entry that holds it.
    pub entry: WalletEntryId,
}

/// The state of an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationState {
    /// Discovery, client registration, binding the redirect.
    Preparing,
    /// Waiting for the user in the browser.
    AwaitingUser,
    /// Exchanging the code for tokens.
    Exchanging,
    /// Listing tools with the new token.
    Checking,
    /// Succeeded.
    Authorized,
    /// The user or the provider denied it.
    Denied,
    /// The deadline passed, or Patchbay ended meanwhile.
    Expired,
    /// The user cancelled it.
    Cancelled,
    /// It failed.
    Failed,
}

impl AuthorizationState {
    /// Whether the authorization has ended.
    pub fn is_over(self) -> bool {
        !matches!(
            self,
            Self::Preparing | Self::AwaitingUser | Self::Exchanging | Self::Checking
        )
    }
}

/// A request of an authorization and its response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TraceStep {
    /// When it happened.
    pub at: Timestamp,
    /// `GET`, `POST`, or a word such as `open` and `callback`.
    pub method: String,
    /// URL without query, or a description.
    pub target: String,
    /// More details, such as the requested scopes.
    pub note: Option<String>,
    /// HTTP status of the response.
    pub status: Option<u16>,
    /// Duration in milliseconds.
    pub duration_ms: Option<u32>,
}
