//! Every documented operation of both surfaces by name.
//!
//! Source: Mistral contract, sections 2, 8 and 9.

use std::sync::LazyLock;

use schemars::Schema;

use super::arguments::{
    AuthUrl, ById, ByRef, CallTool, Create, Credentials, DeleteCredentials, ForConsumer, Get, List,
    ListCredentials, ListTools, Update, seed,
};
use super::gateway::{GatewayHttp, GatewayMcp};
use crate::Effect;
use crate::operations::{OperationEntry, listed, parameters};

/// The current surface.
pub(super) const CURRENT: &[OperationEntry] = &[
    current(
        "create",
        "Registers a connector",
        parameters::<Create>,
        Effect::Write,
    ),
    current(
        "list",
        "Lists one page of connectors",
        parameters::<List>,
        Effect::Read,
    ),
    current(
        "get",
        "Tells about one connector",
        parameters::<Get>,
        Effect::Read,
    ),
    current(
        "update",
        "Changes what is given of a connector; null clears",
        parameters::<Update>,
        Effect::Write,
    ),
    current(
        "delete",
        "Deletes a connector",
        parameters::<ById>,
        Effect::Irreversible,
    ),
    current(
        "get_auth_url",
        "Asks for the page on which a person signs in to a connector",
        parameters::<AuthUrl>,
        Effect::Write,
    ),
    current(
        "share",
        "Shares a connector with the workspace",
        parameters::<ById>,
        Effect::Write,
    ),
    current(
        "unshare",
        "Takes a connector back from the workspace",
        parameters::<ById>,
        Effect::Destructive,
    ),
    current(
        "share_to_organization",
        "Shares a connector with the organization",
        parameters::<ById>,
        Effect::Write,
    ),
    current(
        "unshare_from_organization",
        "Takes a connector back from the organization",
        parameters::<ById>,
        Effect::Destructive,
    ),
    current(
        "activate_for_consumer",
        "Switches a connector on for the organization, the workspace or the user",
        parameters::<ForConsumer>,
        Effect::Write,
    ),
    current(
        "deactivate_for_consumer",
        "Switches a connector off for the organization, the workspace or the user",
        parameters::<ForConsumer>,
        Effect::Destructive,
    ),
    current(
        "call_tool",
        "Runs a tool of a connector",
        parameters::<CallTool>,
        Effect::Write,
    ),
    current(
        "list_tools",
        "Lists the tools of a connector",
        parameters::<ListTools>,
        Effect::Read,
    ),
    current(
        "get_authentication_methods",
        "Tells how one can sign in to a connector",
        parameters::<ByRef>,
        Effect::Read,
    ),
    current(
        "list_organization_credentials",
        "Lists the organization's credentials for a connector",
        parameters::<ListCredentials>,
        Effect::Read,
    ),
    current(
        "list_workspace_credentials",
        "Lists the workspace's credentials for a connector",
        parameters::<ListCredentials>,
        Effect::Read,
    ),
    current(
        "list_user_credentials",
        "Lists the user's credentials for a connector",
        parameters::<ListCredentials>,
        Effect::Read,
    ),
    current(
        "create_credentials",
        "Keeps credentials for a connector",
        parameters::<Credentials>,
        Effect::Write,
    ),
    current(
        "update_credentials",
        "Changes credentials for a connector",
        parameters::<Credentials>,
        Effect::Write,
    ),
    current(
        "delete_credentials",
        "Deletes credentials for a connector",
        parameters::<DeleteCredentials>,
        Effect::Irreversible,
    ),
    current(
        "delete_all_user_credentials",
        "Deletes everything the user keeps for a connector",
        parameters::<ByRef>,
        Effect::Irreversible,
    ),
    gateway(
        "gateway_mcp",
        "Passes a request on to the MCP server behind a connector",
        parameters::<GatewayMcp>,
    ),
    gateway(
        "gateway_http",
        "Passes a request on to the HTTP service behind a connector",
        parameters::<GatewayHttp>,
    ),
];

/// The older surface: the 25 operations of the product text.
pub(super) const SEED: &[OperationEntry] = &[
    older(
        "create",
        "Registers a connector",
        parameters::<seed::Create>,
        Effect::Write,
    ),
    older(
        "list",
        "Lists one page of connectors",
        parameters::<seed::List>,
        Effect::Read,
    ),
    older(
        "get_auth_url",
        "Asks for the page on which a person signs in to a connector",
        parameters::<seed::AuthUrl>,
        Effect::Write,
    ),
    older(
        "share",
        "Shares a connector with the workspace, for good",
        parameters::<ById>,
        Effect::Irreversible,
    ),
    older(
        "activate_for_organization",
        "Switches a connector on for the organization",
        parameters::<seed::Activate>,
        Effect::Write,
    ),
    older(
        "activate_for_workspace",
        "Switches a connector on for the workspace",
        parameters::<seed::Activate>,
        Effect::Write,
    ),
    older(
        "activate_for_user",
        "Switches a connector on for the user",
        parameters::<seed::Activate>,
        Effect::Write,
    ),
    older(
        "deactivate_for_organization",
        "Switches a connector off for the organization",
        parameters::<ById>,
        Effect::Destructive,
    ),
    older(
        "deactivate_for_workspace",
        "Switches a connector off for the workspace",
        parameters::<ById>,
        Effect::Destructive,
    ),
    older(
        "deactivate_for_user",
        "Switches a connector off for the user",
        parameters::<ById>,
        Effect::Destructive,
    ),
    older(
        "call_tool",
        "Runs a tool of a connector",
        parameters::<CallTool>,
        Effect::Write,
    ),
    older(
        "list_tools",
        "Lists the tools of a connector",
        parameters::<seed::ListTools>,
        Effect::Read,
    ),
    older(
        "get_authentication_methods",
        "Tells how one can sign in to a connector",
        parameters::<ByRef>,
        Effect::Read,
    ),
    older(
        "list_organization_credentials",
        "Lists the organization's credentials for a connector",
        parameters::<ListCredentials>,
        Effect::Read,
    ),
    older(
        "list_workspace_credentials",
        "Lists the workspace's credentials for a connector",
        parameters::<ListCredentials>,
        Effect::Read,
    ),
    older(
        "list_user_credentials",
        "Lists the user's credentials for a connector",
        parameters::<ListCredentials>,
        Effect::Read,
    ),
    older(
        "create_or_update_organization_credentials",
        "Keeps credentials of the organization for a connector",
        parameters::<seed::Credentials>,
        Effect::Write,
    ),
    older(
        "create_or_update_workspace_credentials",
        "Keeps credentials of the workspace for a connector",
        parameters::<seed::Credentials>,
        Effect::Write,
    ),
    older(
        "create_or_update_user_credentials",
        "Keeps credentials of the user for a connector",
        parameters::<seed::Credentials>,
        Effect::Write,
    ),
    older(
        "delete_organization_credentials",
        "Deletes credentials of the organization for a connector",
        parameters::<seed::DeleteCredentials>,
        Effect::Irreversible,
    ),
    older(
        "delete_workspace_credentials",
        "Deletes credentials of the workspace for a connector",
        parameters::<seed::DeleteCredentials>,
        Effect::Irreversible,
    ),
    older(
        "delete_user_credentials",
        "Deletes credentials of the user for a connector",
        parameters::<seed::DeleteCredentials>,
        Effect::Irreversible,
    ),
    older(
        "get",
        "Tells about one connector",
        parameters::<seed::Get>,
        Effect::Read,
    ),
    older(
        "update",
        "Changes what is given of a connector; null clears",
        parameters::<seed::Update>,
        Effect::Write,
    ),
    older(
        "delete",
        "Deletes a connector",
        parameters::<ById>,
        Effect::Irreversible,
    ),
];

/// Those of both surfaces, for whoever has no account yet; what both have is described as the current one
/// has it.
pub(super) fn every() -> &'static [OperationEntry] {
    static EVERY: LazyLock<Vec<OperationEntry>> = LazyLock::new(|| {
        let has = |name: &str| CURRENT.iter().any(|operation| operation.name == name);
        let only_older = SEED.iter().filter(|operation| !has(operation.name));
        CURRENT.iter().chain(only_older).copied().collect()
    });
    &EVERY
}

const fn current(
    name: &'static str,
    summary: &'static str,
    parameters: fn() -> Schema,
    effect: Effect,
) -> OperationEntry {
    listed(
        name,
        summary,
        parameters,
        effect,
        "Mistral contract, section 2",
    )
}

const fn older(
    name: &'static str,
    summary: &'static str,
    parameters: fn() -> Schema,
    effect: Effect,
) -> OperationEntry {
    listed(
        name,
        summary,
        parameters,
        effect,
        "Mistral contract, section 9",
    )
}

const fn gateway(
    name: &'static str,
    summary: &'static str,
    parameters: fn() -> Schema,
) -> OperationEntry {
    listed(
        name,
        summary,
        parameters,
        Effect::Write,
        "Mistral contract, section 8",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_surface_has_the_25_operations_of_the_product_text() {
        assert_eq!(SEED.len(), 25);
        let names: Vec<&str> = every().iter().map(|operation| operation.name).collect();
        assert!(SEED.iter().all(|operation| names.contains(&operation.name)));
        assert_eq!(names.len(), CURRENT.len() + 12);
    }
}
