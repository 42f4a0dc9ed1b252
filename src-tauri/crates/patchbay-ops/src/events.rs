//! Events for the window.

use patchbay_model::{AccountId, Authorization, ConnectorId, Problem, ToolRunSummary, VaultStatus};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::connector_view::ConnectorView;
use crate::need::Need;

/// A change.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// Reload the accounts.
    AccountsChanged,
    /// Reload the connectors; it is unknown which ones changed.
    ConnectorsChanged,
    /// A connector or its tools changed.
    ConnectorChanged {
        connector: Box<ConnectorView>,
    },
    /// Reload the wallet.
    WalletChanged,
    AuthorizationChanged {
        authorization: Box<Authorization>,
    },
    /// A run started, ended or was labelled.
    RunChanged {
        run: Box<ToolRunSummary>,
    },
    /// Runs were removed from the history, or its retention changed.
    HistoryChanged,
    /// Reload the settings that the command line shares.
    SettingsChanged,
    /// The vault was unlocked, reset or protected in another way.
    VaultChanged {
        status: VaultStatus,
    },
    /// A `patchbay://` link was rejected.
    LinkRefused {
        problem: Box<Problem>,
    },
    /// A `patchbay://` link proposes a server to add.
    LinkOffered,
    /// A file was dropped on the window.
    BundleDropped,
    /// A request for an account succeeded or failed.
    AccountAsked {
        account: AccountId,
        /// `None` after a success.
        problem: Option<Box<Problem>>,
    },
    /// Background work found a new need.
    NeedArose {
        need: Box<Need>,
    },
    /// Reload the resources and prompts of a connector.
    OfferChanged {
        connector: ConnectorId,
    },
    /// Reload a watched resource: watching started, or the resource changed.
    ResourceChanged {
        connector: ConnectorId,
        uri: String,
    },
    /// Reload the open questions of servers.
    QuestionsChanged,
    /// Events were lost: reload everything.
    EventsLost,
    /// Bring the window to the front.
    Raise,
}
