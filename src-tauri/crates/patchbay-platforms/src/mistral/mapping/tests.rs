use std::time::Duration;

use super::*;
use crate::mistral::platform::SECRET_NAMES;

fn now() -> Timestamp {
    Timestamp::parse("2026-10-21T07:27:30Z").unwrap()
}

fn mapped(more: Value, observed: &Observation) -> RemoteConnector {
    let mut given = json!({
        "id": "1", "name": "wiki", "description": "Search\nthe wiki", "protocol": "mcp",
        "created_at": "2026-03-04T05:06:07Z", "modified_at": "2026-03-05T06:07:08Z",
        "visibility": "shared_workspace", "server": "https://mcp.wiki.test"
    });
    for (name, value) in more.as_object().unwrap() {
        given[name] = value.clone();
    }
    connector(&Object::of(given).unwrap(), observed, now(), &SECRET_NAMES)
}

fn status(more: Value, observed: &Observation) -> (Status, Option<String>) {
    let connector = mapped(more, observed);
    (connector.status, connector.reason)
}

fn listed(tools: ToolListOutcome) -> Observation {
    Observation {
        tools: Some(tools),
        ..Observation::default()
    }
}

fn oauth(is_authenticated: Option<bool>) -> Value {
    json!({"supported_auth_methods": [{"method_type": "oauth2"}], "is_authenticated": is_authenticated})
}

#[test]
fn an_icon_is_an_address_that_may_lead_to_a_picture() {
    let icon = |address: &str| mapped(json!({"icon_url": address}), &Observation::default()).icon;
    let address = "https://icons.example/wiki.png";
    assert_eq!(icon(address).as_deref(), Some(address));
    assert_eq!(icon("javascript:alert(1)"), None);
    assert_eq!(mapped(json!({}), &Observation::default()).icon, None);
}

/// Source: Mistral contract, section 13, a row each.
#[test]
fn the_first_row_that_fits_decides() {
    let new = Observation::default();
    let reason = |words: &str| Some(words.to_owned());
    assert_eq!(
        status(
            json!({"blocked_by": ["system", "org"], "active": false}),
            &new
        ),
        (Status::Disabled, reason("blocked by the organization"))
    );
    let switched_off = (Status::Disabled, reason("off for you"));
    assert_eq!(status(json!({"active": false}), &new), switched_off);
    let off = Observation {
        is_switched_off: true,
        ..Observation::default()
    };
    assert_eq!(status(oauth(Some(true)), &off), switched_off);
    let open = |seconds: u64| Observation {
        page_until: Some(now() + Duration::from_secs(seconds)),
        ..Observation::default()
    };
    assert_eq!(status(oauth(Some(false)), &open(1)).0, Status::Authorizing);
    assert_eq!(
        status(oauth(Some(false)), &open(0)).0,
        Status::NeedsAuthorization
    );
    assert_eq!(
        status(
            oauth(None),
            &listed(ToolListOutcome::Failed("down".to_owned()))
        ),
        (Status::Failing, reason("down"))
    );
    assert_eq!(
        status(oauth(Some(false)), &new).0,
        Status::NeedsAuthorization
    );
    assert_eq!(
        status(oauth(None), &listed(ToolListOutcome::Unauthorized)).0,
        Status::NeedsAuthorization
    );
    assert_eq!(
        status(oauth(Some(true)), &listed(ToolListOutcome::Well)),
        (Status::Ready, None)
    );
    let none = json!({"supported_auth_methods": [{"method_type": "none"}]});
    assert_eq!(
        status(none.clone(), &listed(ToolListOutcome::Well)).0,
        Status::Ready
    );
    assert_eq!(
        status(none, &new),
        (Status::Unknown, reason("signed in, tools not loaded"))
    );
    let odd = mapped(json!({"protocol": "grpc"}), &new);
    assert_eq!((odd.status, odd.word), (Status::Unknown, reason("grpc")));
}

/// Source: Mistral contract, section 13, rows 4, 5 and 7.
#[test]
fn the_credential_in_use_tells_what_is_wrong() {
    let with = |message: &str, code: Value| {
        json!({
            "is_authenticated": true,
            "connection_credentials": [
                {"name": "org", "authentication_type": "oauth2", "scope": "org", "is_default": true},
                {"name": "spare", "authentication_type": "oauth2", "scope": "user",
                 "status": {"status_type": "invalid", "error_message": "MCP server error"}},
                {"name": "mine", "authentication_type": "oauth2", "scope": "user", "is_default": "yes",
                 "status": {"status_type": "error", "error_message": message, "error_http_code": code}}
            ]
        })
    };
    let new = Observation::default();
    let expired = mapped(with("OAuth expired", json!(401)), &new);
    assert_eq!(expired.status, Status::NeedsAuthorization);
    assert_eq!(expired.reason.as_deref(), Some("OAuth expired"));
    assert_eq!(expired.word.as_deref(), Some("error"));
    assert_eq!(expired.credential.as_deref(), Some("mine"));
    assert_eq!(expired.level, Some(Level::User));
    assert_eq!(
        status(with("MCP server timed out", json!("504")), &new),
        (
            Status::Failing,
            Some("MCP server timed out (504)".to_owned())
        )
    );
    let near = json!({
        "is_authenticated": true,
        "connection_credentials": [
            {"name": "m", "authentication_type": "oauth2", "scope": "workspace", "is_default": true,
             "status": {"status_type": "valid", "error_message": "oauth near expiry"}}
        ]
    });
    assert_eq!(
        status(near, &listed(ToolListOutcome::Well)),
        (Status::Ready, Some("expires soon".to_owned()))
    );
}

#[test]
fn words_are_ours_and_secrets_stay_out() {
    let connector = mapped(
        json!({
            "title": "Wi\u{1b}ki", "visibility": "shared_galaxy",
            "supported_auth_methods": [
                {"method_type": "oauth2"}, {"method_type": "slack_app"}, {"method_type": "passkey"}, 7
            ],
            "extra": {"auth_data": {"client_secret": "hush"}, "kept": 1}
        }),
        &Observation::default(),
    );
    assert_eq!(connector.visibility, Visibility::Private);
    assert_eq!(connector.methods, [AuthenticationMethod::Oauth]);
    assert_eq!(connector.description.as_deref(), Some("Search\nthe wiki"));
    assert_eq!(connector.native.0["extra"], json!({"kept": 1}));
    assert!(!connector.title.unwrap().contains('\u{1b}'));
}

#[test]
fn stored_tools_get_a_schema_and_others_stay_as_they_are() {
    let stored =
        as_mcp_tool(json!({"name": "a", "execution_config": null, "jsonschema": {"x": 1}}));
    assert_eq!(stored["inputSchema"], json!({"x": 1}));
    let stored = as_mcp_tool(json!({"name": "a", "execution_config": null}));
    assert_eq!(stored["inputSchema"], json!({"type": "object"}));
    assert_eq!(as_mcp_tool(json!({"name": "x"})), json!({"name": "x"}));
    assert_eq!(as_mcp_tool(json!("x")), json!("x"));
}

/// Source: Mistral contract, section 4, trace `call-tool-is-error`.
#[test]
fn a_tool_that_failed_says_so_in_its_metadata() {
    let read = |given: Value| tool_result(&Object::of(given).unwrap(), |_| Vec::new());
    let meta = json!({"mcp_meta": {"isError": true, "structuredContent": {"n": 1}}});
    let failed = read(json!({"content": [], "metadata": meta}));
    assert!(failed.is_error);
    assert_eq!(failed.structured, Some(Json(json!({"n": 1}))));
    assert!(!read(json!({"content": [], "isError": true})).is_error);
    assert!(!read(json!({"content": [], "metadata": null})).is_error);
}
