//! Creating and copying connectors on hosted platforms.

use patchbay_model::{AccountId, ConnectorId, Definition, Form};
use patchbay_ops::{
    self as ops, ConnectorCopy, ConnectorView, CopyForm, CopyTarget, CreateConnector,
    view_connector,
};

commands! { cx =>
    /// Lists what can be created on an account.
    fn list_definitions(account: AccountId) -> Vec<Definition> =
        ops::list_definitions(&cx, &account).await?;

    /// Returns the form for creating a connector from a definition.
    fn creation_form(account: AccountId, definition: String) -> Form =
        ops::creation_form(&cx, &account, &definition).await?;

    /// Creates a connector on an account.
    fn create_connector(request: CreateConnector) -> ConnectorView =
        view_connector(&cx, ops::create_connector(&cx, request).await?).await?;

    /// Lists the other connectors for the same service.
    fn list_copies(connector: ConnectorId) -> Vec<ConnectorCopy> =
        ops::list_copies(&cx, &connector).await?;

    /// Lists the accounts to which a connector can be copied.
    fn list_copy_targets(connector: ConnectorId) -> Vec<CopyTarget> =
        ops::list_copy_targets(&cx, &connector).await?;

    /// Returns the form for creating the same connector on another account.
    fn copy_form(connector: ConnectorId, account: AccountId) -> CopyForm =
        ops::copy_form(&cx, &connector, &account).await?;
}
