//! Every operation of the assumed contract by name.

use crate::operations::{Effect, OperationEntry, listed, parameters};

use super::arguments::{List, ListProviders, One, StartOauth, SubmitByok, Update, WaitForGrant};

const ASSUMED: &str =
    "10ex contract, section 3 (assumed: 10ex publishes no reference of its routes)";

const DERIVED: &str = "10ex contract, section 6 (assumed; made of other operations by Patchbay)";

/// An operation of the table of routes.
macro_rules! assumed {
    ($name:literal, $effect:ident, $arguments:ty, $summary:literal) => {
        listed(
            $name,
            concat!($summary, " (assumed)"),
            parameters::<$arguments>,
            Effect::$effect,
            ASSUMED,
        )
    };
}

pub(super) static OPERATIONS: &[OperationEntry] = &[
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
    listed(
        "list_all",
        "Lists the connectors of all pages, 100 at most (assumed)",
        parameters::<List>,
        Effect::Read,
        DERIVED,
    ),
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
    listed(
        "wait_for_grant",
        "Asks how far a consent is until it is given (assumed)",
        parameters::<WaitForGrant>,
        Effect::Read,
        DERIVED,
    ),
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
