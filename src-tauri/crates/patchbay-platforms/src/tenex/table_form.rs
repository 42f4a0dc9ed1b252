//! Forms of those settings of the table that are JSON: what an account says of 10ex's routes where they
//! are not as assumed.
//!
//! Source: 10ex contract, sections 3 and 4.

use patchbay_model::Form;
use serde_json::{Value, json};

use super::table::ROUTES;
use crate::form::{self, Members};

/// Filters of the lists, in the contract's words.
const FILTERS: [&str; 4] = ["provider", "role", "status", "category"];

/// The form of the setting `routes`: for each operation what differs from the assumption. Nothing stands
/// in it at first; the assumed route is the default of each member.
pub(crate) fn routes_form() -> Form {
    let members = ROUTES
        .iter()
        .fold(Members::default(), |members, (name, method, path)| {
            members.with(name, route(name, method.as_str(), path))
        });
    let mut schema = members.closed();
    schema["title"] = "Routes".into();
    schema["description"] =
        "How each operation is called, where that is not as assumed; below the base path.".into();
    form::empty(schema)
}

fn route(name: &str, method: &str, path: &str) -> Value {
    let mut method_member = form::choice(
        "Method",
        "HTTP method.",
        ["GET", "POST", "PUT", "PATCH", "DELETE"].map(|word| (word, word)),
    );
    method_member["default"] = method.into();
    let mut path_member = json!({
        "type": "string", "title": "Path", "default": path,
        "description": "Below the base path; names in braces are filled in, each as one segment.",
    });
    if path.contains("{id}") {
        // Without it, the operation would be done to all connectors, or to none.
        path_member["pattern"] = "(^|/)\\{id\\}(/|$)".into();
    }
    let enabled = json!({
        "type": "boolean", "title": "Offered", "default": true,
        "description": "What is switched off is offered nowhere.",
    });
    let mut schema = Members::default()
        .with("method", method_member)
        .with("path", path_member)
        .with("enabled", enabled)
        .closed();
    schema["title"] = name.into();
    schema["description"] = format!("Assumed: {method} {path}").trim().into();
    schema
}

/// The form of the setting `list.filter_params`: what the query calls a filter.
pub(crate) fn filter_params_form() -> Form {
    let members = FILTERS.iter().fold(Members::default(), |members, filter| {
        let schema = json!({"type": "string", "title": filter, "default": filter, "minLength": 1});
        members.with(filter, schema)
    });
    let mut schema = members.closed();
    schema["title"] = "Parameters of the filters".into();
    form::empty(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenex::settings::Settings;
    use crate::tenex::table::Table;

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
        assert!(filters.keys().eq(FILTERS));
    }
}
