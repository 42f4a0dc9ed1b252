//! Something that requires the user's attention.

use patchbay_model::{
    AccountId, Code, Connector, ConnectorId, IdentityLine, Status, Timestamp, WalletEntry,
    WalletEntryId,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::abilities::abilities;
use crate::next_action::NextAction;

/// Something that requires the user's attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Need {
    /// Stays the same as long as the need persists.
    pub id: String,
    pub kind: NeedKind,
    pub connector: Option<ConnectorId>,
    /// The account itself, or that of the connector; `None` for a wallet entry.
    pub account: Option<AccountId>,
    pub entry: Option<WalletEntryId>,
    /// Title of the connector, label of the account or name of the entry.
    pub title: String,
    /// `None` for a wallet entry.
    pub identity: Option<IdentityLine>,
    /// A short phrase without a full stop, such as `HubSpot CRM needs sign-in`.
    pub headline: String,
    /// The reason, in the same form.
    pub words: Option<String>,
    /// Code of the problem.
    pub code: Option<Code>,
    /// Since when the need exists, if known.
    pub since: Option<Timestamp>,
    /// When the credential expires.
    pub lapses_at: Option<Timestamp>,
    pub fix: NeedFix,
}

/// Kinds of needs, the most urgent first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// A renewed sign-in could not be saved, and is lost when this process ends before it is.
    Unsaved,
    /// An account has no key, or its key was rejected.
    AccountSignedOut,
    /// An account cannot be read.
    AccountFailing,
    /// A person has to sign in.
    SignIn,
    /// A sign-in waits for the browser.
    Authorizing,
    /// A connector fails its check.
    Failing,
    /// Tools differ from what the user accepted.
    ToolsChanged,
    /// A rotation did not reach every location.
    Rotation,
    /// The platform disconnected a connector and gave a reason.
    PlatformMessage,
    /// A credential expires soon or has expired.
    Lapsing,
    /// A connector has never been connected.
    Draft,
}

impl NeedKind {
    /// Returns the kind of need that follows from the status of a connector.
    pub(crate) fn of(connector: &Connector) -> Option<Self> {
        let status = &connector.status;
        Some(match status.status {
            Status::NeedsAuthorization => Self::SignIn,
            Status::Authorizing => Self::Authorizing,
            Status::Failing => Self::Failing,
            Status::Disconnected
                if abilities(connector).reports_status && status.reason.is_some() =>
            {
                Self::PlatformMessage
            }
            Status::Unknown if connector.draft => Self::Draft,
            Status::Ready | Status::Unknown | Status::Disabled | Status::Disconnected => {
                return None;
            }
        })
    }
}

/// Whether a connector itself requires the user's attention. An expiry does not count: it is that of a credential.
pub(crate) fn needs_attention(connector: &Connector, changed_tools: u32) -> bool {
    changed_tools > 0 || NeedKind::of(connector).is_some()
}

/// What resolves a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NeedFix {
    /// Sign in to the connector.
    SignIn,
    /// Continue the running sign-in.
    Show,
    Connect,
    /// Check the connector or account.
    Check,
    /// Review and accept the changed tools.
    ReviewTools,
    /// Enter a new key or secret.
    ReplaceKey,
    /// Enter a key in the connector's settings.
    EditSettings,
    /// Push the new secret to the remaining locations.
    RetryRotation,
    /// Sign in again before the expiry.
    Renew,
    /// Free disk space and save again.
    SaveAgain,
}

impl NeedFix {
    /// Returns the fix for an action; `None` for an action that is not needed.
    pub(crate) fn of(action: NextAction) -> Option<Self> {
        Some(match action {
            NextAction::SignIn => Self::SignIn,
            NextAction::EnterKey => Self::ReplaceKey,
            NextAction::NewSecret => Self::EditSettings,
            NextAction::Show => Self::Show,
            NextAction::Connect => Self::Connect,
            NextAction::Doctor | NextAction::Check => Self::Check,
            NextAction::Review => Self::ReviewTools,
            NextAction::TurnOn => return None,
        })
    }
}

impl Need {
    /// Creates a need with all optional fields unset; `of` makes its id unique.
    pub(crate) fn new(
        kind: NeedKind,
        of: &str,
        title: &str,
        headline: String,
        fix: NeedFix,
    ) -> Self {
        Self {
            id: format!("{kind:?}:{of}"),
            kind,
            connector: None,
            account: None,
            entry: None,
            title: title.to_owned(),
            identity: None,
            headline,
            words: None,
            code: None,
            since: None,
            lapses_at: None,
            fix,
        }
    }

    /// The need for a renewed sign-in that is only in the memory of this process.
    pub(crate) fn unsaved(
        entry: &WalletEntry,
        error: &patchbay_vault::Error,
        now: Timestamp,
    ) -> Self {
        let headline = format!("{}: renewed sign-in isn't saved", entry.name);
        let words =
            format!("don't quit Patchbay yet: free up disk space or let it write again ({error})");
        Self {
            connector: entry.used_by.first().map(|user| user.connector.clone()),
            entry: Some(entry.id.clone()),
            words: Some(words),
            code: Some(Code::VaultUnsaved),
            since: Some(now),
            ..Self::new(
                NeedKind::Unsaved,
                entry.id.as_str(),
                &entry.name,
                headline,
                NeedFix::SaveAgain,
            )
        }
    }
}
