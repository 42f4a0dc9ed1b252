//! Settings of hosted connectors, and their platforms' own details and actions.

use patchbay_model::{ConnectorId, ConnectorSettings, PlatformDetails};
use patchbay_ops::{
    self as ops, ActionOutcome, ChangeSettings, ConnectorView, RunAction, SettingsPlan,
    view_connector,
};

commands! { cx =>
    /// Returns the settings of a hosted connector as its platform has them now.
    fn connector_settings(connector: ConnectorId) -> ConnectorSettings =
        ops::connector_settings(&cx, &connector).await?;

    /// Returns what a change would do, without changing anything.
    fn plan_settings(connector: ConnectorId, change: ChangeSettings) -> SettingsPlan =
        ops::plan_settings(&cx, &connector, change).await?;

    /// Changes the settings of a hosted connector.
    fn change_settings(connector: ConnectorId, change: ChangeSettings) -> ConnectorView =
        view_connector(&cx, ops::change_settings(&cx, &connector, change).await?).await?;

    /// Returns the facts and actions that are specific to the connector's platform.
    fn connector_details(connector: ConnectorId) -> PlatformDetails =
        ops::connector_details(&cx, &connector).await?;

    /// Runs an action of the connector's platform.
    fn run_action(request: RunAction) -> ActionOutcome = ops::run_action(&cx, request).await?;
}
