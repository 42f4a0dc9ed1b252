//! Finds the one connector of a kind.
//!
//! Source: Airbyte contract, section 3, `connect`, the sentences on Patchbay.

use patchbay_model::clean_text;

use super::wire::Connector;
use crate::Error;

/// The one connector of that kind: by slug in any letter case, or by the id of the definition.
///
/// # Errors
/// [`Error::NoneFound`] also for a slug that nobody knows; [`Error::ManyFound`].
pub(super) fn only<'a>(
    connectors: &'a [Connector],
    wanted: &str,
    workspace: &str,
) -> Result<&'a Connector, Error> {
    let mut found = connectors.iter().filter(|item| is_of_kind(item, wanted));
    let wanted = clean_text(wanted, 200);
    let workspace = clean_text(workspace, 200);
    match (found.next(), found.count()) {
        (Some(connector), 0) => Ok(connector),
        (None, _) => Err(Error::NoneFound(format!(
            "connector {wanted} in workspace {workspace}"
        ))),
        (Some(_), more) => Err(Error::ManyFound {
            name: format!("{wanted} in workspace {workspace}"),
            count: more + 1,
        }),
    }
}

fn is_of_kind(connector: &Connector, wanted: &str) -> bool {
    match uuid(wanted) {
        Some(wanted) => connector.definition_id().and_then(uuid) == Some(wanted),
        None => connector.slug() == Some(wanted.to_lowercase()),
    }
}

/// Whether two ids are the same; the platform may spell a UUID in another way than the caller.
pub(super) fn same_id(one: &str, other: &str) -> bool {
    one == other || uuid(one).is_some_and(|one| uuid(other) == Some(one))
}

/// The number that a UUID stands for, in whatever spelling.
fn uuid(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|sign| *sign != '-').collect();
    let is_long = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_long.then(|| u128::from_str_radix(&digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn connectors(templates: &[Value]) -> Vec<Connector> {
        let item = |(n, template): (usize, &Value)| {
            Connector::read(json!({"id": n, "summarized_source_template": template})).unwrap()
        };
        templates.iter().enumerate().map(item).collect()
    }

    fn found(templates: &[Value], wanted: &str) -> String {
        match only(&connectors(templates), wanted, "default") {
            Ok(connector) => connector.id().to_owned(),
            Err(error) => error.kind().to_owned(),
        }
    }

    #[test]
    fn none_one_and_many_are_told_apart() {
        let github = json!({"connector_name": "github", "name": "GitHub"});
        let stripe = json!({"connector_name": "Stripe", "name": "x"});
        let two = [github.clone(), stripe];
        assert_eq!(found(&two, "STRIPE"), "1");
        assert_eq!(found(&two, "not-a-thing"), "none_found");
        assert_eq!(found(&[github.clone(), github], "github"), "many_found");
    }

    #[test]
    fn without_a_slug_the_name_of_the_kind_counts() {
        let unnamed = json!({"name": "Zendesk Support"});
        let null = json!({"connector_name": null, "name": "Google Ads"});
        let templates = [unnamed, null, Value::Null];
        assert_eq!(found(&templates, "zendesk-support"), "0");
        assert_eq!(found(&templates, "google-ads"), "1");
        // A slug that is there wins over the name.
        let named = json!({"connector_name": "gads", "name": "Google Ads"});
        assert_eq!(found(&[named], "google-ads"), "none_found");
    }

    #[test]
    fn a_uuid_is_the_definition_in_any_spelling() {
        let template = json!({
            "connector_name": "stripe",
            "actor_definition_id": "e094cb9a-26de-4645-8761-65c0c425d1de",
        });
        let wanted = "E094CB9A26DE4645876165C0C425D1DE";
        assert_eq!(found(std::slice::from_ref(&template), wanted), "0");
        let other = "e094cb9a-26de-4645-8761-65c0c425d1df";
        assert_eq!(found(&[template], other), "none_found");
        assert!(same_id(wanted, "e094cb9a-26de-4645-8761-65c0c425d1de"));
        assert!(!same_id(wanted, other) && !same_id("a", "A") && same_id("a", "a"));
    }
}
