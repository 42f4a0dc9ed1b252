//! Providers as 10ex is assumed to list them, and what a form asks for each.
//!
//! Source: 10ex contract, section 3, `Provider` (assumed).

use std::collections::HashSet;

use patchbay_http::CallOptions;
use patchbay_model::clean_text;
use serde_json::{Map, Value, json};

use super::Tenex;
use super::arguments::ListProviders;
use crate::Error;
use crate::acts::plain;
use crate::form::{self, Members};

/// Roles of the documentation; which of them a provider takes it says itself.
const ROLES: [&str; 5] = ["source", "sink", "both", "primary_source", "crm_sink"];

/// Roles that one connector has at most: whoever gets one takes it from another.
pub(super) const SOLE: [&str; 2] = ["primary_source", "crm_sink"];

/// The most providers that are assumed to be given at once.
const PAGE: i64 = 200;

/// A list that goes on after so many pages is cut there.
const MOST_PAGES: usize = 100;

/// The service behind a connector.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Provider(Map<String, Value>);

/// Something that a person types in to connect by a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyField {
    pub(super) name: String,
    label: String,
    pub(super) is_secret: bool,
    is_required: bool,
}

impl Provider {
    /// `None` without a name to call it by.
    pub(super) fn read(json: Value) -> Option<Self> {
        let Value::Object(json) = json else {
            return None;
        };
        let provider = Self(json);
        (!provider.slug().is_empty()).then_some(provider)
    }

    pub(super) fn slug(&self) -> &str {
        self.text("provider").unwrap_or_default()
    }

    pub(super) fn title(&self) -> String {
        let name = self.text("name").map(|name| clean_text(name, 200));
        name.unwrap_or_else(|| plain(self.slug()))
    }

    pub(super) fn category(&self) -> Option<String> {
        self.text("category").map(|words| clean_text(words, 100))
    }

    /// Whether it can be connected in that way; one that names no way may take any.
    pub(super) fn takes(&self, auth_type: &str) -> bool {
        let told: Vec<&str> = self.words("auth_types").collect();
        told.is_empty() || told.contains(&auth_type)
    }

    /// Roles that its connectors can have, with the one that one has.
    pub(super) fn roles(&self, current: Option<&str>) -> Vec<String> {
        let mut roles: Vec<String> = self.words("roles").map(str::to_owned).collect();
        if roles.is_empty() {
            roles = ROLES.map(str::to_owned).to_vec();
        }
        if let Some(current) = current
            && !roles.iter().any(|role| role == current)
        {
            roles.push(current.to_owned());
        }
        roles
    }

    /// The schema of a role.
    pub(super) fn role(&self, current: Option<&str>) -> Value {
        let roles = self.roles(current);
        let titles: Vec<String> = roles.iter().map(|role| title_of_role(role)).collect();
        let options = roles.iter().zip(&titles);
        form::choice(
            "Role",
            "What 10ex uses it for.",
            options.map(|(role, title)| (role.as_str(), title.as_str())),
        )
    }

    /// What it wants beside the key itself, and the label of the key.
    pub(super) fn key_fields(&self) -> (String, Vec<KeyField>) {
        let listed = self.0.get("byok_fields").and_then(Value::as_array);
        let mut fields: Vec<KeyField> = listed
            .into_iter()
            .flatten()
            .filter_map(KeyField::read)
            .collect();
        let named = fields.iter().position(|field| field.name == "api_key");
        let key = named.or_else(|| fields.iter().position(|field| field.is_secret));
        let label = key.map(|place| fields.remove(place).label);
        (label.unwrap_or_else(|| "API key".to_owned()), fields)
    }

    /// Adds key and settings to the members of a form.
    pub(super) fn with_key(&self, members: Members) -> Members {
        let (label, fields) = self.key_fields();
        let key = form::secret(&label, "The provider's key; 10ex never gives it back.");
        let members = members.needs("api_key", key);
        let is_needed = fields.iter().any(|field| field.is_required);
        match (fields.is_empty(), is_needed) {
            (true, _) => members.folds("settings", settings(fields)),
            (false, false) => members.with("settings", settings(fields)),
            (false, true) => members.needs("settings", settings(fields)),
        }
    }

    /// Secrets among the settings that were given.
    pub(super) fn secrets<'a>(&self, settings: &'a Map<String, Value>) -> Vec<&'a str> {
        let (_, fields) = self.key_fields();
        let secrets = fields.iter().filter(|field| field.is_secret);
        let secrets = secrets.filter_map(|field| settings.get(&field.name)?.as_str());
        secrets.collect()
    }

    fn text(&self, member: &str) -> Option<&str> {
        let text = self.0.get(member)?.as_str()?;
        Some(text).filter(|text| !text.is_empty())
    }

    fn words(&self, member: &str) -> impl Iterator<Item = &str> {
        let words = self.0.get(member).and_then(Value::as_array);
        words.into_iter().flatten().filter_map(Value::as_str)
    }
}

impl KeyField {
    fn read(json: &Value) -> Option<Self> {
        let name = json["name"].as_str().filter(|name| !name.is_empty())?;
        let label = json["label"].as_str().map(|label| clean_text(label, 200));
        Some(Self {
            name: name.to_owned(),
            label: label
                .filter(|label| !label.is_empty())
                .unwrap_or_else(|| plain(name)),
            // A secret that is shown cannot be taken back.
            is_secret: json["secret"].as_bool().unwrap_or(true),
            is_required: json["required"].as_bool().unwrap_or(true),
        })
    }
}

/// What is kept beside the key: an object that may hold more than is known of it.
pub(super) fn settings(fields: Vec<KeyField>) -> Value {
    let mut members = Members::default();
    for field in fields {
        let schema = match field.is_secret {
            true => form::secret(&field.label, "Never given back."),
            false => json!({"type": "string", "title": field.label}),
        };
        members = match field.is_required {
            true => members.needs(&field.name, schema),
            false => members.with(&field.name, schema),
        };
    }
    let mut schema = members.open();
    schema["title"] = "Settings".into();
    schema["description"] = "Further settings of the connector, such as a sender alias.".into();
    schema
}

/// What a role is called in a list of them.
pub(super) fn title_of_role(role: &str) -> String {
    match role {
        "both" => "Source and sink".to_owned(),
        "primary_source" => "Primary data source".to_owned(),
        "crm_sink" => "CRM sink".to_owned(),
        other => plain(other),
    }
}

impl Tenex {
    /// All providers, over all pages.
    ///
    /// # Errors
    /// Those of `list_providers`.
    pub(super) async fn providers(&self, options: &CallOptions) -> Result<Vec<Provider>, Error> {
        let (mut all, mut cursors) = (Vec::new(), HashSet::new());
        let mut page = ListProviders {
            limit: Some(PAGE),
            cursor: None,
            category: None,
        };
        for _ in 0..MOST_PAGES {
            let found = self.client.list_providers(&page, options).await?;
            all.extend(found.items.into_iter().filter_map(Provider::read));
            match found.next_cursor {
                Some(cursor) if cursors.insert(cursor.clone()) => page.cursor = Some(cursor),
                _ => break,
            }
        }
        Ok(all)
    }

    /// The provider of a connector that is there; one that is known by its name only where the list
    /// cannot be had.
    pub(super) async fn provider_of(&self, slug: &str, options: &CallOptions) -> Provider {
        let all = self.providers(options).await.unwrap_or_default();
        let mut all = all.into_iter();
        all.find(|provider| provider.slug() == slug)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tenex::tests::any_json;

    fn provider(json: Value) -> Provider {
        Provider::read(json).unwrap()
    }

    #[test]
    fn the_key_is_the_field_of_that_name_or_the_first_secret() {
        for (fields, label, others) in [
            (json!(null), "API key", vec![]),
            (
                json!([{"name": "site", "secret": false}, {"name": "api_key", "label": "Master key"}]),
                "Master key",
                vec!["site"],
            ),
            (
                json!([{"name": "dataset", "secret": false}, {"name": "token", "label": "Token"}]),
                "Token",
                vec!["dataset"],
            ),
        ] {
            let sanity = provider(json!({"provider": "sanity", "byok_fields": fields}));
            let (found, rest) = sanity.key_fields();
            assert_eq!(found, label, "{fields}");
            let names: Vec<String> = rest.into_iter().map(|field| field.name).collect();
            assert_eq!(names, others, "{fields}");
        }
    }

    #[test]
    fn a_secret_beside_the_key_is_one_in_the_form_too() {
        let twice = provider(json!({"provider": "p", "byok_fields": [
            {"name": "api_key"}, {"name": "pin", "label": "PIN", "secret": true, "required": false}
        ]}));
        let form = twice.with_key(Members::default()).closed();
        assert_eq!(form["required"], json!(["api_key"]));
        let settings = &form["properties"]["settings"];
        assert_eq!(settings["properties"]["pin"]["writeOnly"], true);
        assert!(settings.get("required").is_none());
        let given = json!({"pin": "1234", "other": "x"});
        assert_eq!(twice.secrets(given.as_object().unwrap()), ["1234"]);
    }

    #[test]
    fn roles_are_the_providers_or_all_and_the_present_one_is_among_them() {
        let gmail = provider(json!({"provider": "gmail", "roles": ["sink"]}));
        assert_eq!(gmail.roles(None), ["sink"]);
        assert_eq!(gmail.roles(Some("odd")), ["sink", "odd"]);
        let schema = Provider::default().role(None);
        assert_eq!(schema["oneOf"][3]["title"], "Primary data source");
    }

    proptest! {
        #[test]
        fn any_provider_has_a_form(json in any_json()) {
            if let Some(provider) = Provider::read(json) {
                let form = provider.with_key(Members::default()).closed();
                prop_assert!(jsonschema::validator_for(&form).is_ok());
                prop_assert!(!provider.roles(None).is_empty());
            }
        }
    }
}
