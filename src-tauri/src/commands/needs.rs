//! What needs the user's attention, and tools that changed since the user accepted them.

use patchbay_model::ConnectorId;
use patchbay_ops::{self as ops, Need, ToolChange};

commands! { cx =>
    /// Lists what needs the user's attention, the most urgent first.
    fn list_needs() -> Vec<Need> = ops::list_needs(&cx).await?;

    /// Lists the tools of a connector that changed since the user accepted them.
    fn list_tool_changes(connector: ConnectorId) -> Vec<ToolChange> =
        ops::list_tool_changes(&cx, Some(&connector)).await?;

    /// Accepts the tools of a connector as they are now.
    fn accept_tools(connector: ConnectorId) -> () = ops::accept_tools(&cx, &connector).await?;

    /// Returns whether connectors are checked in the background.
    fn background_checks() -> bool = ops::background_checks(&cx).await?;

    /// Turns background checks on or off.
    fn switch_background_checks(on: bool) -> () = ops::switch_background_checks(&cx, on).await?;
}
