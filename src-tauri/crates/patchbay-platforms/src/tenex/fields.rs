//! What one needs to sign in, and the settings of the table.

use crate::AccountField;
use crate::registry::ALLOW_PLAIN_HTTP;

/// Source: 10ex contract, sections 4 and 8.
pub(super) const FIELDS: &[AccountField] = &[
    AccountField::new(
        "api_key",
        "API key",
        "A workspace key that starts with tnx_; not needed with an e-mail address and password.",
    )
    .secret()
    .unless("email")
    .variables(&["TENEX_API_KEY"]),
    AccountField::new(
        "email",
        "E-mail address",
        "To sign in with a password instead of a key.",
    ),
    AccountField::new("password", "Password", "Of that e-mail address.").secret(),
    AccountField::new(
        "base_url",
        "Base URL",
        "Only for an instance other than api.10ex.ai.",
    )
    .variables(&["TENEX_API_BASE"]),
    AccountField::new(
        "workspace_header",
        "Workspace header",
        "A header that chooses the workspace, as Name: value.",
    ),
    AccountField::new(
        "auth_header",
        "Header of the credential",
        "Assumed: Authorization.",
    ),
    AccountField::new(
        "auth_prefix",
        "Prefix of the credential",
        "Assumed: Bearer and a space.",
    ),
    AccountField::new(
        "base_path",
        "Base path",
        "Where connectors live; assumed: /api/v1/connectors.",
    ),
    AccountField::new(
        "routes",
        "Routes",
        "What differs from the assumed routes, as JSON: operation to {method, path, enabled}.",
    ),
    AccountField::new(
        "list.items_key",
        "Member of a page's items",
        "Assumed: items.",
    ),
    AccountField::new(
        "list.cursor_key",
        "Member of a page's cursor",
        "Assumed: next_cursor.",
    ),
    AccountField::new(
        "list.cursor_param",
        "Parameter of the cursor",
        "Assumed: cursor.",
    ),
    AccountField::new(
        "list.limit_param",
        "Parameter of the limit",
        "Assumed: limit.",
    ),
    AccountField::new(
        "list.filter_params",
        "Parameters of the filters",
        "What differs from their own names, as JSON: filter to parameter.",
    ),
    AccountField::new(
        "oauth.redirect_keys",
        "Members of the consent page",
        "The first that is there wins; assumed: redirect_url, auth_url, authorization_url, url.",
    ),
    AccountField::new(
        "oauth.id_keys",
        "Members of the connector's id",
        "The first that is there wins; assumed: connector_id, id.",
    ),
    AccountField::new(
        "status.pending",
        "Words for a consent under way",
        "Assumed: pending.",
    ),
    AccountField::new(
        "status.success",
        "Words for connected",
        "Assumed: connected.",
    ),
    AccountField::new(
        "status.failure",
        "Words for failed",
        "Assumed: error, revoked, disabled, needs_reauth.",
    ),
    AccountField::new(
        "poll.interval_s",
        "Seconds between two looks at a consent",
        "Assumed: 2.",
    ),
    AccountField::new(
        "poll.limit_s",
        "Seconds that a consent is waited for",
        "Assumed: 300.",
    ),
    AccountField::new(
        "use_mcp",
        "Use the MCP server",
        "Lists and connects over 10ex's MCP server in place of the assumed routes: true or false.",
    ),
    ALLOW_PLAIN_HTTP,
];
