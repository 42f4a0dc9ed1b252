use serde_json::json;

use super::*;

#[test]
fn a_place_on_the_wire_is_found_in_the_form() {
    let values = json!({
        "auth_methods": [
            {"kind": "oauth_app"},
            {"kind": "bearer", "secret_global_headers": [{"name": "X-Key"}]},
            {"kind": "other"},
        ],
        "global_headers": [{"name": "X-A"}], "secret_global_headers": [{"name": "X-B"}],
        "headers": [{"name": "X-C"}],
    });
    for (wire, form) in [
        ("/mcp/name", "/name"),
        ("/server", "/server"),
        (
            "/http/oauth2_server_metadata_url",
            "/authorization_server/url",
        ),
        (
            "/mcp/oauth2_server_metadata/issuer",
            "/authorization_server/issuer",
        ),
        (
            "/mcp/global_headers/X-B/value",
            "/secret_global_headers/0/value",
        ),
        ("/mcp/global_headers/X-Z/value", "/global_headers"),
        ("/headers/X-C", "/headers/0/value"),
        ("/auth_data/client_id", "/oauth_app/client_id"),
        (
            "/mcp/auth_methods/0/oauth2/authorization_code/auth_data/client_id",
            "/auth_methods/0/client_id",
        ),
        (
            "/auth_methods/0/OAuth2AuthorizationCodeAuthMethod/oauth2_server_metadata/issuer",
            "/auth_methods/0/authorization_server/issuer",
        ),
        ("/auth_methods/0/method_type", "/auth_methods/0/kind"),
        ("/auth_methods/2/method_type", "/auth_methods/2/method_type"),
        (
            "/auth_methods/1/global_headers/X-Key/value",
            "/auth_methods/1/secret_global_headers/0/value",
        ),
        (
            "/auth_methods/7/headers/0/name",
            "/auth_methods/7/headers/0/name",
        ),
        ("", ""),
    ] {
        assert_eq!(form_pointer(&values, wire), form, "{wire}");
    }
}
