//! What one needs to sign in, and the settings of the table.

use crate::AccountField;
use crate::registry::ALLOW_PLAIN_HTTP;

/// Source: 10ex contract, sections 4 and 8.
pub(super) const FIELDS: &[AccountField] = &[
    AccountField {
        name: "api_key",
        title: "API key",
        help: "A workspace key that starts with tnx_; not needed with an e-mail address and password.",
        is_secret: true,
        is_required: false,
        unless: Some("email"),
        variables: &["TENEX_API_KEY"],
        choices: &[],
    },
    setting(
        "email",
        "E-mail address",
        "To sign in with a password instead of a key.",
    ),
    AccountField {
        name: "password",
        title: "Password",
        help: "Of that e-mail address.",
        is_secret: true,
        is_required: false,
        unless: None,
        variables: &[],
        choices: &[],
    },
    AccountField {
        name: "base_url",
        title: "Base URL",
        help: "Only for an instance other than api.10ex.ai.",
        is_secret: false,
        is_required: false,
        unless: None,
        variables: &["TENEX_API_BASE"],
        choices: &[],
    },
    setting(
        "workspace_header",
        "Workspace header",
        "A header that chooses the workspace, as Name: value.",
    ),
    setting(
        "auth_header",
        "Header of the credential",
        "Assumed: Authorization.",
    ),
    setting(
        "auth_prefix",
        "Prefix of the credential",
        "Assumed: Bearer and a space.",
    ),
    setting(
        "base_path",
        "Base path",
        "Where connectors live; assumed: /api/v1/connectors.",
    ),
    setting(
        "routes",
        "Routes",
        "What differs from the assumed routes, as JSON: operation to {method, path, enabled}.",
    ),
    setting(
        "list.items_key",
        "Member of a page's items",
        "Assumed: items.",
    ),
    setting(
        "list.cursor_key",
        "Member of a page's cursor",
        "Assumed: next_cursor.",
    ),
    setting(
        "list.cursor_param",
        "Parameter of the cursor",
        "Assumed: cursor.",
    ),
    setting(
        "list.limit_param",
        "Parameter of the limit",
        "Assumed: limit.",
    ),
    setting(
        "list.filter_params",
        "Parameters of the filters",
        "What differs from their own names, as JSON: filter to parameter.",
    ),
    setting(
        "oauth.redirect_keys",
        "Members of the consent page",
        "The first that is there wins; assumed: redirect_url, auth_url, authorization_url, url.",
    ),
    setting(
        "oauth.id_keys",
        "Members of the connector's id",
        "The first that is there wins; assumed: connector_id, id.",
    ),
    setting(
        "status.pending",
        "Words for a consent under way",
        "Assumed: pending.",
    ),
    setting(
        "status.success",
        "Words for connected",
        "Assumed: connected.",
    ),
    setting(
        "status.failure",
        "Words for failed",
        "Assumed: error, revoked, disabled, needs_reauth.",
    ),
    setting(
        "poll.interval_s",
        "Seconds between two looks at a consent",
        "Assumed: 2.",
    ),
    setting(
        "poll.limit_s",
        "Seconds that a consent is waited for",
        "Assumed: 300.",
    ),
    setting(
        "use_mcp",
        "Use the MCP server",
        "Lists and connects over 10ex's MCP server in place of the assumed routes: true or false.",
    ),
    ALLOW_PLAIN_HTTP,
];

const fn setting(name: &'static str, title: &'static str, help: &'static str) -> AccountField {
    AccountField {
        name,
        title,
        help,
        is_secret: false,
        is_required: false,
        unless: None,
        variables: &[],
        choices: &[],
    }
}
