//! Every operation of the assumed contract by name.

use crate::operations::{Effect, Operation, parameters};

use super::arguments::{List, ListProviders, One, StartOauth, SubmitByok, Update, WaitForGrant};

const ASSUMED: &str =
    "10ex contract, section 3 (assumed: 10ex publishes no reference of its routes)";

const DERIVED: &str = "10ex contract, section 6 (assumed; made of other operations by Patchbay)";

/// An operation of the table of routes.
macro_rules! assumed {
    ($name:literal, $effect:ident, $arguments:ty, $summary:literal) => {
        Operation {
            name: $name,
            summary: concat!($summary, " (assumed)"),
            parameters: parameters::<$arguments>,
            effect: Effect::$effect,
            source: ASSUMED,
        }
    };
}

pub(super) static OPERATIONS: &[Operation] = &[
    assumed!(
        "list_providers",
        Read,
        ListProviders,
        "Lists a page of the providers that can be connected"
    ),
    assumed!(
        "list",
        Read,
        List,
        "Lists a page of the configured connectors"
    ),
    Operation {
        name: "list_all",
        summary: "Lists the connectors of all pages, 100 at most (assumed)",
        parameters: parameters::<List>,
        effect: Effect::Read,
        source: DERIVED,
    },
    assumed!("get", Read, One, "Shows a connector"),
    assumed!(
        "start_oauth",
        Write,
        StartOauth,
        "Asks for the page on which you connect a provider"
    ),
    assumed!(
        "get_status",
        Read,
        One,
        "Shows how far the consent of a connector is"
    ),
    Operation {
        name: "wait_for_grant",
        summary: "Asks how far a consent is until it is given (assumed)",
        parameters: parameters::<WaitForGrant>,
        effect: Effect::Read,
        source: DERIVED,
    },
    assumed!(
        "submit_byok",
        Write,
        SubmitByok,
        "Connects a provider by its API key"
    ),
    assumed!(
        "update",
        Write,
        Update,
        "Changes name, role, primary, settings or switch of a connector"
    ),
    assumed!("disable", Write, One, "Switches a connector off"),
    assumed!("enable", Write, One, "Switches a connector on"),
    assumed!(
        "refresh",
        Write,
        One,
        "Renews the provider's token of a connector"
    ),
    assumed!(
        "revoke",
        Destructive,
        One,
        "Gives up the consent of a connector at the provider"
    ),
    assumed!(
        "test",
        Read,
        One,
        "Makes a light read at the provider of a connector"
    ),
    assumed!("delete", Irreversible, One, "Removes a connector"),
];
