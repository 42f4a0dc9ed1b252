//! Every documented operation by name.

use super::arguments::{Connect, Create, Mcp, Nothing, One, WaitForDeletion, WaitForState};
use crate::operations::{Effect, Operation, parameters};

const SOURCE: &str = "Agent Stack contract, section 3";

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "create",
        summary: "Registers a connector for an MCP server, filled in from a preset of its URL",
        parameters: parameters::<Create>,
        effect: Effect::Write,
        source: SOURCE,
    },
    Operation {
        name: "list",
        summary: "Lists all of your connectors at once",
        parameters: parameters::<Nothing>,
        effect: Effect::Read,
        source: SOURCE,
    },
    Operation {
        name: "get",
        summary: "Shows a connector",
        parameters: parameters::<One>,
        effect: Effect::Read,
        source: SOURCE,
    },
    Operation {
        name: "refresh",
        summary: "Shows a connector as it is now",
        parameters: parameters::<One>,
        effect: Effect::Read,
        source: SOURCE,
    },
    Operation {
        name: "delete",
        summary: "Removes a connector with its tokens",
        parameters: parameters::<One>,
        effect: Effect::Irreversible,
        source: SOURCE,
    },
    Operation {
        name: "connect",
        summary: "Has the platform try the server; names the page on which you consent where it must",
        parameters: parameters::<Connect>,
        effect: Effect::Write,
        source: SOURCE,
    },
    Operation {
        name: "disconnect",
        summary: "Leaves the server and gives its token back",
        parameters: parameters::<One>,
        effect: Effect::Destructive,
        source: SOURCE,
    },
    Operation {
        name: "presets",
        summary: "Lists the servers that the platform has prepared",
        parameters: parameters::<Nothing>,
        effect: Effect::Read,
        source: SOURCE,
    },
    Operation {
        name: "wait_for_state",
        summary: "Waits until a connector is in a state, or cannot come to be connected",
        parameters: parameters::<WaitForState>,
        effect: Effect::Read,
        source: SOURCE,
    },
    Operation {
        name: "wait_for_deletion",
        summary: "Waits until a connector is in the list no more",
        parameters: parameters::<WaitForDeletion>,
        effect: Effect::Read,
        source: SOURCE,
    },
    Operation {
        name: "mcp",
        summary: "Sends a request of your own through the relay to the MCP server",
        parameters: parameters::<Mcp>,
        effect: Effect::Write,
        source: SOURCE,
    },
];
