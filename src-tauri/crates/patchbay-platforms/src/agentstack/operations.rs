//! Every documented operation by name.

use super::arguments::{Connect, Create, Mcp, Nothing, One, WaitForDeletion, WaitForState};
use crate::operations::{Effect, OperationEntry, listed, parameters};

const SOURCE: &str = "Agent Stack contract, section 3";

pub(super) static OPERATIONS: &[OperationEntry] = &[
    listed(
        "create",
        "Registers a connector for an MCP server, filled in from a preset of its URL",
        parameters::<Create>,
        Effect::Write,
        SOURCE,
    ),
    listed(
        "list",
        "Lists all of your connectors at once",
        parameters::<Nothing>,
        Effect::Read,
        SOURCE,
    ),
    listed(
        "get",
        "Shows a connector",
        parameters::<One>,
        Effect::Read,
        SOURCE,
    ),
    listed(
        "refresh",
        "Shows a connector as it is now",
        parameters::<One>,
        Effect::Read,
        SOURCE,
    ),
    listed(
        "delete",
        "Removes a connector with its tokens",
        parameters::<One>,
        Effect::Irreversible,
        SOURCE,
    ),
    listed(
        "connect",
        "Has the platform try the server; names the page on which you consent where it must",
        parameters::<Connect>,
        Effect::Write,
        SOURCE,
    ),
    listed(
        "disconnect",
        "Leaves the server and gives its token back",
        parameters::<One>,
        Effect::Destructive,
        SOURCE,
    ),
    listed(
        "presets",
        "Lists the servers that the platform has prepared",
        parameters::<Nothing>,
        Effect::Read,
        SOURCE,
    ),
    listed(
        "wait_for_state",
        "Waits until a connector is in a state, or cannot come to be connected",
        parameters::<WaitForState>,
        Effect::Read,
        SOURCE,
    ),
    listed(
        "wait_for_deletion",
        "Waits until a connector is in the list no more",
        parameters::<WaitForDeletion>,
        Effect::Read,
        SOURCE,
    ),
    listed(
        "mcp",
        "Sends a request of your own through the relay to the MCP server",
        parameters::<Mcp>,
        Effect::Write,
        SOURCE,
    ),
];
