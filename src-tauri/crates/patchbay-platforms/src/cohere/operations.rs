//! Every documented operation by name.

use crate::operations::{Effect, Operation, parameters};

use super::arguments::{Authorize, Create, List, One, TestSearch, Update};

const SOURCE: &str = "Cohere contract, section 2";

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "list",
        summary: "Lists a page of connectors, newest first",
        parameters: parameters::<List>,
        effect: Effect::Read,
        source: SOURCE,
    },
    Operation {
        name: "create",
        summary: "Registers a connector after asking its URL once",
        parameters: parameters::<Create>,
        effect: Effect::Write,
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
        name: "update",
        summary: "Changes a connector; what is left out stays as it is",
        parameters: parameters::<Update>,
        effect: Effect::Write,
        source: SOURCE,
    },
    Operation {
        name: "delete",
        summary: "Removes a connector with its credentials and every user's consent",
        parameters: parameters::<One>,
        effect: Effect::Irreversible,
        source: SOURCE,
    },
    Operation {
        name: "o_auth_authorize",
        summary: "Asks for the page on which you consent to a connector",
        parameters: parameters::<Authorize>,
        effect: Effect::Write,
        source: SOURCE,
    },
    Operation {
        name: "test_search",
        summary: "Asks a connector's own URL as Cohere would ask it",
        parameters: parameters::<TestSearch>,
        effect: Effect::Read,
        source: "Cohere's guide \"Creating and Deploying a Connector\"; an operation of Patchbay's",
    },
];
