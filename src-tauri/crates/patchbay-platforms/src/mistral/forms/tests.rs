//! Pointers and parts of forms.

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
        assert_eq!(place(&values, wire), form, "{wire}");
    }
}

#[test]
fn the_form_has_every_member_that_a_server_tells() {
    let create =
        crate::operations::parameters::<super::super::operations::connectors::Create>().to_value();
    let wire = create["$defs"]["ServerMetadata"].clone();
    let form = metadata(Members::default(), Surface::Current).closed();
    let mut wanted: Vec<_> = wire["properties"].as_object().unwrap().keys().collect();
    let mut offered: Vec<_> = form["properties"].as_object().unwrap().keys().collect();
    wanted.sort();
    offered.sort();
    assert_eq!(offered, wanted);
    assert_eq!(form["required"], wire["required"]);
}

#[test]
fn names_keep_to_the_platforms_rule() {
    for name in ["a", "A-b_9", &"n".repeat(64)] {
        assert!(check_name(name).is_ok(), "{name}");
    }
    for name in ["", "a b", "é", "a/b", &"n".repeat(65)] {
        assert!(check_name(name).is_err(), "{name}");
    }
}

#[test]
fn a_member_is_titled_in_words() {
    assert_eq!(worded("op_policy_uri"), "Op policy uri");
    assert_eq!(worded("x_resource_url"), "Resource url");
}
