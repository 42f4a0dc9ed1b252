//! News for whoever shows something: the window listens, the command line does not need to.

use patchbay_model::{AccountId, Authorization, ConnectorId, Problem, ToolRunSummary, VaultStatus};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::connectors::view::ConnectorView;
use crate::need::Need;

/// Something changed.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// Accounts changed: read their list again.
    AccountsChanged,
    /// Connectors came, went or changed, nobody says which: read the lists again.
    ConnectorsChanged,
    /// A connector or its tools changed.
    ConnectorChanged {
        /// As it stands now.
        connector: Box<ConnectorView>,
    },
    /// The wallet changed: read it again.
    WalletChanged,
    /// A consent moved on.
    AuthorizationChanged {
        /// As it stands now.
        authorization: Box<Authorization>,
    },
    /// A run began or ended.
    RunChanged {
        /// As it stands now.
        run: Box<ToolRunSummary>,
    },
    /// Runs were taken out of the history, or how long they are kept changed.
    HistoryChanged,
    /// Settings that the command line has too changed: read them again.
    SettingsChanged,
    /// The vault was unlocked, locked or moved.
    VaultChanged {
        /// As it stands now.
        status: VaultStatus,
    },
    /// A `patchbay://` link was not followed.
    LinkRefused {
        /// Why.
        problem: Box<Problem>,
    },
    /// A `patchbay://` link proposes a server to be added: it can be taken.
    LinkOffered,
    /// An account was asked for something, and that tells how it is.
    AccountAsked {
        account: AccountId,
        /// What ails it; `None` when nothing does.
        problem: Option<Box<Problem>>,
    },
    /// A look in the background found something that waits for a person; told once.
    NeedArose { need: Box<Need> },
    /// Resources or prompts of a connector changed: read what is shown of them again.
    OfferChanged { connector: ConnectorId },
    /// A resource that somebody waits for is to be read: its changes are told from now on, or there was one.
    ResourceChanged {
        connector: ConnectorId,
        /// Which of its resources.
        uri: String,
    },
    /// A server asks something, or does not wait for the answer any more: read what is open again.
    QuestionsChanged,
    /// The window should come to the front.
    Raise,
}
