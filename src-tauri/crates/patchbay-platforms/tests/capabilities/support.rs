//! Signing in to a fake, and what every form and every act has to keep to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{CallOptions, ClientSettings, Clients, Clock};
use patchbay_model::{Action, Form, PlatformDetails, RemoteId, Secret, Timestamp};
use patchbay_platforms::{AccountConfig, Platform, hosted};
use serde_json::{Map, Value, json};

/// Always the same moment; nothing here waits.
struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-11-20T08:00:00Z").unwrap()
    }

    async fn sleep(&self, _: Duration) {}

    fn chance(&self) -> f64 {
        0.5
    }
}

pub(crate) fn sign_in(
    platform: patchbay_model::Platform,
    settings: Value,
    secrets: &[(&str, &str)],
) -> Arc<dyn Platform> {
    let secrets = secrets.iter();
    let secrets = secrets.map(|(name, secret)| ((*name).to_owned(), Secret::new(*secret)));
    let account = AccountConfig {
        settings: object(settings),
        secrets: secrets.collect::<BTreeMap<_, _>>(),
        clients: Clients::build(&ClientSettings::default()).unwrap(),
        clock: Arc::new(Still),
    };
    (hosted(platform).unwrap().sign_in)(account).unwrap()
}

pub(crate) fn options() -> CallOptions {
    CallOptions::default()
}

pub(crate) fn object(json: Value) -> Map<String, Value> {
    json.as_object().unwrap().clone()
}

/// Whether values fit a form.
pub(crate) fn fits(form: &Form, values: &Value) -> bool {
    let validator = jsonschema::validator_for(&form.schema).unwrap();
    validator.is_valid(values)
}

/// The words of a form's schema are those that a window draws: every choice says its titles, and no secret
/// stands in the values.
pub(crate) fn assert_drawable(form: &Form) {
    assert!(form.schema.is_object() && form.values.is_object());
    look(&form.schema, Some(&form.values));
}

fn look(schema: &Value, value: Option<&Value>) {
    if schema["writeOnly"] == true {
        assert_eq!(value, None, "a secret is shown");
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        look(property, value.and_then(|value| value.get(name)));
    }
    for alternative in schema["oneOf"].as_array().into_iter().flatten() {
        assert!(
            alternative["title"].is_string(),
            "a choice has no title: {alternative}"
        );
        if alternative.get("const").is_none() {
            look(alternative, None);
        }
    }
    if schema["items"].is_object() {
        look(&schema["items"], None);
    }
}

pub(crate) async fn platform_details(platform: &dyn Platform, id: &RemoteId) -> PlatformDetails {
    let details = platform.details().unwrap();
    let found = details.platform_details(id, &options()).await.unwrap();
    assert_actions_fit(platform, &found);
    found
}

/// Every act calls an operation of the table with its effect, and what is settled and asked fits the
/// operation's parameters.
fn assert_actions_fit(platform: &dyn Platform, details: &PlatformDetails) {
    let mut names: Vec<&str> = details
        .actions()
        .map(|action| action.name.as_str())
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands for two acts");
    for action in details.actions() {
        let mut operations = platform.operations().iter();
        let operation = operations.find(|operation| operation.name == action.operation);
        let operation = operation.unwrap();
        assert_eq!(action.effect, operation.effect, "{}", action.name);
        let parameters = operation.parameters().to_value();
        let validator = jsonschema::validator_for(&parameters).unwrap();
        let mut arguments = object(action.fixed.0.clone());
        if let Some(input_schema) = &action.input_schema {
            let form = Form {
                schema: input_schema.clone(),
                ..Form::default()
            };
            let asked = sample(&form.schema);
            assert!(fits(&form, &asked), "{}", action.name);
            arguments.extend(object(asked));
        }
        let arguments = Value::Object(arguments);
        assert!(
            validator.is_valid(&arguments),
            "{}: {arguments}",
            action.name
        );
    }
}

/// The smallest value with every member that a schema names.
fn sample(schema: &Value) -> Value {
    if let Some(fixed) = schema.get("const") {
        return fixed.clone();
    }
    if let Some(first) = schema["oneOf"].get(0) {
        return sample(first);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let members = properties.map(|(name, property)| (name.clone(), sample(property)));
            Value::Object(members.collect())
        }
        Some("array") => json!([sample(&schema["items"])]),
        Some("boolean") => json!(true),
        _ => json!("text"),
    }
}

/// Runs an action as a window does.
pub(crate) async fn run_action(platform: &dyn Platform, action: &Action, asked: Value) -> Value {
    let mut arguments = object(action.fixed.0.clone());
    arguments.extend(object(asked));
    let arguments = Value::Object(arguments);
    let done = platform
        .call(&action.operation, arguments, &options())
        .await;
    done.unwrap()
}
