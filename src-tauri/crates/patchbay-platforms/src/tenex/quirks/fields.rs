//! Fields of an account, including the settings of the table of routes.

use super::table_form::{filter_params_form, routes_form};
use crate::AccountField;
use crate::account::ALLOW_PLAIN_HTTP;

/// Source: 10ex contract, sections 4 and 8.
pub(crate) const FIELDS: &[AccountField] = &[
    AccountField::new("api_key", "API key", "Workspace key, starts with tnx_")
        .secret()
        .unless("email")
        .sign_in_method("API key")
        .variables(&["TENEX_API_KEY"]),
    AccountField::new("email", "Email", "The one you sign in with").sign_in_method("Email"),
    AccountField::new("password", "Password", "Password of that email")
        .secret()
        .sign_in_method("Email"),
    AccountField::new("base_url", "Base URL", "Only for a private deployment")
        .variables(&["TENEX_API_BASE"])
        .advanced(),
    AccountField::new(
        "workspace_header",
        "Workspace header",
        "Sent with each request, as Name: value",
    )
    .advanced(),
    AccountField::new(
        "auth_header",
        "Authorization header",
        "Default: Authorization",
    )
    .advanced(),
    AccountField::new(
        "auth_prefix",
        "Authorization prefix",
        "Default: Bearer and a space",
    )
    .advanced(),
    AccountField::new("base_path", "Base path", "Default: /api/v1/connectors").advanced(),
    AccountField::new(
        "routes",
        "Routes",
        "Route overrides (JSON): operation to {method, path, enabled}",
    )
    .form(routes_form)
    .advanced(),
    AccountField::new("list.items_key", "Items field", "Default: items").advanced(),
    AccountField::new("list.cursor_key", "Cursor field", "Default: next_cursor").advanced(),
    AccountField::new("list.cursor_param", "Cursor parameter", "Default: cursor").advanced(),
    AccountField::new("list.limit_param", "Limit parameter", "Default: limit").advanced(),
    AccountField::new(
        "list.filter_params",
        "Filter parameters",
        "Overrides (JSON): filter to parameter",
    )
    .form(filter_params_form)
    .advanced(),
    AccountField::new(
        "oauth.redirect_keys",
        "Sign-in URL fields",
        "First match wins. Default: redirect_url, auth_url, authorization_url, url",
    )
    .advanced(),
    AccountField::new(
        "oauth.id_keys",
        "Connector id fields",
        "First match wins. Default: connector_id, id",
    )
    .advanced(),
    AccountField::new(
        "status.pending",
        "Pending status values",
        "Default: pending",
    )
    .advanced(),
    AccountField::new(
        "status.success",
        "Connected status values",
        "Default: connected",
    )
    .advanced(),
    AccountField::new(
        "status.failure",
        "Failed status values",
        "Default: error, revoked, disabled, needs_reauth",
    )
    .advanced(),
    AccountField::new(
        "poll.interval_s",
        "Sign-in poll interval (seconds)",
        "Default: 2",
    )
    .advanced(),
    AccountField::new("poll.limit_s", "Sign-in timeout (seconds)", "Default: 300").advanced(),
    AccountField::new(
        "use_mcp",
        "Use the MCP server",
        "Use 10ex's MCP server instead of these routes: true or false",
    )
    .advanced(),
    ALLOW_PLAIN_HTTP,
];
