//! Something that waits for a person, in the form in which it is shown.

use patchbay_model::{
    AccountId, Code, ConnectorId, IdentityLine, Timestamp, WalletEntry, WalletEntryId,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::next_action::NextAction;

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Need {
    /// The same as long as it is the same need.
    pub id: String,
    /// What is the matter.
    pub kind: NeedKind,
    /// The connector that it is about.
    pub connector: Option<ConnectorId>,
    /// The account that it is about, or that has the connector; `None` for a credential of the wallet.
    pub account: Option<AccountId>,
    /// The wallet entry that it is about.
    pub entry: Option<WalletEntryId>,
    /// What it is called: the connector's, the account's or the entry's name for people.
    pub title: String,
    /// As who it acts; `None` for a credential of the wallet.
    pub identity: Option<IdentityLine>,
    /// What is the matter, a few plain words without a full stop, such as `HubSpot CRM needs sign-in`.
    pub headline: String,
    /// Why, likewise.
    pub words: Option<String>,
    /// Code of the problem behind it.
    pub code: Option<Code>,
    /// Since when it is so, as far as that is known.
    pub since: Option<Timestamp>,
    /// When it lapses, where that is the matter.
    pub lapses_at: Option<Timestamp>,
    /// What helps.
    pub fix: NeedFix,
}

/// What is the matter, the most urgent first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// A renewed sign-in could not be saved: it is lost when this process ends before it can.
    Unsaved,
    /// An account has no key, or its key is not taken any more.
    AccountSignedOut,
    /// An account cannot be read.
    AccountFailing,
    /// A person has to sign in.
    SignIn,
    /// A sign-in waits for the browser.
    Authorizing,
    /// A connector fails its check.
    Failing,
    /// Tools are not any more as the user agreed to them.
    ToolsChanged,
    /// A rotation has not reached every place.
    Rotation,
    /// The platform says something of a connector that it has let go.
    PlatformMessage,
    /// Something lapses soon, or has lapsed.
    Lapsing,
    /// A connector has never worked yet.
    Draft,
}

/// The one thing that helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NeedFix {
    /// Sign in to the connector.
    SignIn,
    /// Go on with the sign-in that is under way.
    Show,
    Connect,
    /// Have the doctor look at it, or ask the account again.
    Check,
    /// Look at what changed, and agree to it.
    ReviewTools,
    /// Enter another key or secret.
    ReplaceKey,
    /// Enter a key that is one of the connector's settings.
    EditSettings,
    /// Push the new secret to the places that it has not reached.
    RetryRotation,
    /// Sign in again before it lapses.
    Renew,
    /// Free space on the disk, then save again.
    SaveAgain,
}

impl NeedFix {
    /// The fix that is that step; `None` for what waits for nobody.
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
    /// One without anything but its kind, what it is about, and what helps.
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

    /// A renewed sign-in that lives in this process alone.
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
