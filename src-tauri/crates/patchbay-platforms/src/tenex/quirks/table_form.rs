//! Forms of the table's settings that are JSON.
//!
//! Source: 10ex contract, sections 3 and 4.

use http::Method;
use patchbay_model::Form;
use schemars::JsonSchema;
use serde_json::Value;

use super::table::{Change, ROUTES};
use crate::form::{self, Members};

/// What the query calls a filter of a list, in the contract's words.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Filters {
    #[schemars(title = "provider", length(min = 1), extend("default" = "provider"))]
    provider: Option<String>,
    #[schemars(title = "role", length(min = 1), extend("default" = "role"))]
    role: Option<String>,
    #[schemars(title = "status", length(min = 1), extend("default" = "status"))]
    status: Option<String>,
    #[schemars(title = "category", length(min = 1), extend("default" = "category"))]
    category: Option<String>,
}

/// The form of the setting `routes`, which overrides the assumed routes. It is initially empty, with the assumed route as
/// default of each member.
pub(super) fn routes_form() -> Form {
    let add_route = |members: Members, (name, method, path): &(&str, Method, &str)| {
        members.optional(name, route(name, method.as_str(), path))
    };
    let mut schema = ROUTES
        .iter()
        .fold(Members::default(), add_route)
        .build_strict();
    schema["title"] = "Routes".into();
    schema["description"] = "Overrides per operation, relative to the base path.".into();
    form::empty(schema)
}

fn route(name: &str, method: &str, path: &str) -> Value {
    let mut schema = form::schema_of::<Change>();
    schema["title"] = name.into();
    schema["description"] = format!("Default: {method} {path}").trim().into();
    let members = &mut schema["properties"];
    members["method"]["oneOf"] =
        form::options(["GET", "POST", "PUT", "PATCH", "DELETE"].map(|word| (word, word)));
    members["method"]["default"] = method.into();
    members["path"]["default"] = path.into();
    if path.contains("{id}") {
        // Without an id, the operation would affect all connectors or none.
        members["path"]["pattern"] = "(^|/)\\{id\\}(/|$)".into();
    }
    schema
}

/// The form of the setting `list.filter_params`.
pub(super) fn filter_params_form() -> Form {
    let mut schema = form::schema_of::<Filters>();
    schema["title"] = "Filter parameters".into();
    form::empty(schema)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::settings::Settings;
    use super::super::table::Table;
    use super::*;

    #[test]
    fn what_fits_the_form_is_a_table_that_can_be_used_and_the_other_way_round() {
        let form = routes_form();
        let validator = jsonschema::validator_for(&form.schema).unwrap();
        for (routes, is_fine) in [
            (json!({}), true),
            (
                json!({"get": {"method": "POST", "path": "/one/{id}"}}),
                true,
            ),
            (json!({"get": {"path": "{id}"}}), true),
            (json!({"test": {"enabled": false}}), true),
            (json!({"list": {"path": "/all"}}), true),
            (json!({"get": {"path": "/"}}), false),
            (json!({"get": {"path": "/x{id}"}}), false),
            (json!({"get": {"method": "GE T"}}), false),
            (json!({"nope": {}}), false),
            (json!({"get": {"paths": "/{id}"}}), false),
            (json!({"get": {"enabled": "no"}}), false),
        ] {
            assert_eq!(validator.is_valid(&routes), is_fine, "{routes}");
            let settings = json!({ "routes": routes });
            let table = Table::read(&Settings(settings.as_object().unwrap()));
            assert_eq!(table.is_ok(), is_fine, "{settings}");
        }
    }

    #[test]
    fn every_route_of_the_table_is_in_the_form() {
        let form = routes_form();
        let properties = form.schema["properties"].as_object().unwrap();
        assert_eq!(properties.len(), ROUTES.len());
        assert_eq!(
            properties["update"]["properties"]["method"]["default"],
            "PATCH"
        );
        let filters = filter_params_form();
        let filters = filters.schema["properties"].as_object().unwrap();
        assert!(
            filters
                .keys()
                .eq(["provider", "role", "status", "category"])
        );
    }
}
