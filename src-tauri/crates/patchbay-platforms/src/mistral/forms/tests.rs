//! Parts of forms.

use serde_json::json;

use super::*;
use crate::form::schema_of;
use crate::mistral::operations::server_metadata::ServerMetadata;
use crate::mistral::quirks::surface::Surface;
use crate::mistral::wire::AuthMethod;

/// What an authorization server tells, as it is typed in when a connector is registered on that surface.
fn typed_in(form: &patchbay_model::Form) -> Value {
    let servers = &form.schema["properties"]["authorization_server"]["oneOf"];
    let mut servers = servers.as_array().unwrap().iter();
    let given = servers.find(|server| server["properties"]["kind"]["const"] == "given");
    given.unwrap().clone()
}

#[test]
fn the_form_has_every_member_that_a_server_tells() {
    let wire = schema_of::<ServerMetadata>();
    let mut wanted: Vec<_> = wire["properties"].as_object().unwrap().keys().collect();
    let form = typed_in(&profile::Profile::creation_form());
    let offered = form["properties"].as_object().unwrap().keys();
    let mut offered: Vec<_> = offered.filter(|name| *name != "kind").collect();
    wanted.sort();
    offered.sort();
    assert_eq!(offered, wanted);
    let needed = serde_json::json!(["kind", "issuer", "token_endpoint"]);
    assert_eq!(form["required"], needed);
    let of_seed = typed_in(&seed::Profile::creation_form());
    assert_eq!(of_seed["required"][3], "authorization_endpoint");
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
    let members = &typed_in(&profile::Profile::creation_form())["properties"];
    assert_eq!(members["op_policy_uri"]["title"], "Op policy uri");
    assert_eq!(members["x_resource_url"]["title"], "Resource url");
    assert_eq!(members["x_resource_url"]["x-advanced"], true);
    assert!(members["issuer"].get("x-advanced").is_none());
}

#[test]
fn a_method_that_is_listed_twice_is_one_choice() {
    let methods = ["oauth2", "slack_app", "oauth2"].map(|word| json!({ "method_type": word }));
    let methods: Vec<AuthMethod> = serde_json::from_value(json!(methods)).unwrap();
    let form = authorization::form(Surface::Current, &methods).schema;
    let words = form["properties"]["method_type"]["oneOf"].as_array();
    assert_eq!(words.map(Vec::len), Some(2));
    let form = credential::form(Surface::Seed, &methods).unwrap().schema;
    let credential = &form["properties"]["credential"]["properties"];
    assert_eq!(credential["kind"]["const"], "oauth_token");
}
