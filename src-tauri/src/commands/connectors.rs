//! Adding, inspecting, changing and removing connectors.

use std::collections::BTreeMap;

use patchbay_model::{ConnectorId, InspectionId};
use patchbay_ops::{
    self as ops, AddConnector, AddProgram, AddressInspection, Check, CheckStep, ConnectorChanges,
    ConnectorView, DeviationView, Disconnected, FirstConnectors, HeldSession, PastedServers,
    SecretValue, ServerLogLine, view_connector, view_connectors,
};

commands! {
    /// Reads pasted text: a URL, a command, another program's settings, or an install link.
    fn read_pasted(text: String) -> PastedServers = ops::read_pasted(&text)?;

    /// Resolves the name of a program to its file, without starting it.
    fn find_program(program: String, path: Option<String>) -> String =
        ops::find_program(&program, path.as_ref()).await?;
}

commands! { cx =>
    /// Returns the last lines of the log of a connector's program, oldest first.
    fn read_server_log(connector: ConnectorId) -> Vec<ServerLogLine> =
        ops::read_server_log(&cx, &connector).await?;

    /// Lists the sessions that are kept open between commands.
    fn list_sessions() -> Vec<HeldSession> = ops::list_sessions(&cx).await?;

    /// Ends the session of a connector; the next use starts a new one.
    fn end_session(connector: ConnectorId) -> () = ops::end_session(&cx, &connector).await;

    /// Lists the OAuth deviations of a connector and whether they are on.
    fn list_deviations(connector: ConnectorId) -> Vec<DeviationView> =
        ops::list_deviations(&cx, &connector).await?;

    /// Inspects a URL: whether it is an MCP server, and how to sign in. `inspection` is for [`cancel_inspection`].
    fn inspect_address(address: String, inspection: InspectionId) -> AddressInspection =
        ops::inspect_address_until_cancelled(&cx, &address, &inspection).await?;

    /// Cancels an inspection; does nothing if it is over.
    fn cancel_inspection(inspection: InspectionId) -> () = ops::cancel_inspection(&cx, &inspection);

    /// Adds a connector on this computer, as a draft until it first works.
    fn add_connector(request: AddConnector) -> ConnectorView =
        view_connector(&cx, ops::add_connector(&cx, request).await?).await?;

    /// Adds a connector whose server is a local program, without starting it.
    fn add_program(request: AddProgram) -> ConnectorView =
        view_connector(&cx, ops::add_program(&cx, request).await?).await?;

    /// Returns the first part of the list of connectors from the cache, without `native`.
    fn first_connectors() -> FirstConnectors = ops::first_connectors(&cx).await?;

    /// Lists the connectors from the cache, without `native`.
    fn list_connectors() -> Vec<ConnectorView> =
        view_connectors(&cx, ops::list_connector_rows(&cx).await?).await?;

    /// Returns a connector.
    fn find_connector(connector: ConnectorId) -> ConnectorView =
        view_connector(&cx, ops::find_connector(&cx, &connector).await?).await?;

    /// Returns the icon of a connector, or of one of its tools, as a `data:` URL of a small raster image; `None` if it
    /// has none that can be loaded.
    fn load_icon(connector: ConnectorId, tool: Option<String>) -> Option<String> =
        ops::load_icon(&cx, &connector, tool.as_deref()).await?;

    /// Applies the given changes to a connector.
    fn update_connector(connector: ConnectorId, changes: ConnectorChanges) -> ConnectorView =
        view_connector(&cx, ops::update_connector(&cx, &connector, changes).await?).await?;

    /// Saves secret environment variables of a local program; its others stay.
    fn set_secret_variables(connector: ConnectorId, values: BTreeMap<String, SecretValue>) -> ConnectorView =
        view_connector(&cx, ops::set_secret_variables(&cx, &connector, values).await?).await?;

    /// Removes a connector, which can be restored until the app ends.
    fn remove_connector(connector: ConnectorId) -> () =
        ops::remove_connector(&cx, &connector).await?;

    /// Restores a removed connector.
    fn restore_connector(connector: ConnectorId) -> ConnectorView =
        view_connector(&cx, ops::restore_connector(&cx, &connector).await?).await?;

    /// Checks a connector step by step.
    fn check_connector(connector: ConnectorId) -> Check =
        ops::check_connector(&cx, &connector).await?;

    /// Cancels the check of a connector; does nothing if none is in progress.
    fn cancel_check(connector: ConnectorId) -> () = ops::cancel_check(&cx, &connector);

    /// Returns the result of a check as text to share, without secrets and personal data.
    fn check_report(connector: ConnectorId, steps: Vec<CheckStep>) -> String =
        ops::check_report(&cx, &[(connector, steps)]).await?;

    /// Checks all connectors; each change is sent as an event.
    fn check_connectors() -> () = ops::check_connectors(&cx).await.map(drop)?;

    /// Deletes the sign-in of a connector, and revokes it at the provider if possible.
    fn disconnect_connector(connector: ConnectorId) -> Disconnected =
        ops::disconnect_connector(&cx, &connector).await?;
}
