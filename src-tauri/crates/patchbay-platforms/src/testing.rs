//! Responses and arbitrary JSON for unit tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use patchbay_http::{AddressPolicy, Answer, CallOptions, Clients, Clock};
use patchbay_model::{Action, Form, Level, PlatformCredential, PlatformDetails, RemoteId, Secret};
use patchbay_testkit::fakes::{Fake, FakePlatform};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::form::test_support::{assert_fits, members, with_members};
use crate::{AccountConfig, CredentialToSave, Platform, RemoteConnector, Result};

pub(crate) fn account(
    settings: &Value,
    secrets: &[(&str, &str)],
    clock: Arc<dyn Clock>,
) -> AccountConfig {
    let secrets = secrets.iter();
    AccountConfig {
        settings: members(settings.clone()),
        secrets: secrets
            .map(|(name, secret)| ((*name).to_owned(), Secret::new(*secret)))
            .collect(),
        clients: Clients::build(AddressPolicy::default()).unwrap(),
        clock,
    }
}

pub(crate) fn answer(body: &Value) -> Answer {
    Answer {
        status: 200,
        body: body.to_string().into(),
        ..Answer::default()
    }
}

pub(crate) async fn call(platform: &dyn Platform, operation: &str, given: Value) -> Result<Value> {
    let options = CallOptions::default();
    platform.call(operation, given, &options).await
}

/// An account on a fake platform.
pub(crate) struct Fixture<F> {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) fake: Fake<F>,
    pub(crate) options: CallOptions,
}

impl<F: FakePlatform> Fixture<F> {
    pub(crate) async fn start(fake: F, sign_in: impl FnOnce(&str) -> Arc<dyn Platform>) -> Self {
        let fake = Fake::start(fake).await.unwrap();
        Self {
            platform: sign_in(fake.url()),
            fake,
            options: CallOptions::default(),
        }
    }

    pub(crate) async fn creation_form(&self, definition: &str) -> Result<Form> {
        let creation = self.platform.creation().unwrap();
        creation.creation_form(definition, &self.options).await
    }

    pub(crate) async fn try_create(
        &self,
        definition: &str,
        values: Value,
    ) -> Result<RemoteConnector> {
        let creation = self.platform.creation().unwrap();
        let values = members(values);
        creation
            .create_connector(definition, values, &self.options)
            .await
    }

    /// Creates a connector from values that fit the form.
    pub(crate) async fn create(&self, definition: &str, values: Value) -> RemoteId {
        assert_fits(&self.creation_form(definition).await.unwrap(), &values);
        self.try_create(definition, values).await.unwrap().remote_id
    }

    pub(crate) async fn settings_form(&self, id: &RemoteId) -> Form {
        let settings = self.platform.settings().unwrap();
        settings.settings(id, &self.options).await.unwrap().form
    }

    pub(crate) async fn change(&self, id: &RemoteId, changes: Value) -> Result<()> {
        let settings = self.platform.settings().unwrap();
        let changes = members(changes);
        settings.change_settings(id, changes, &self.options).await
    }

    pub(crate) async fn credentials(
        &self,
        id: &RemoteId,
        level: Level,
    ) -> Result<Vec<PlatformCredential>> {
        let credentials = self.platform.credentials().unwrap();
        credentials.list_credentials(id, level, &self.options).await
    }

    pub(crate) async fn credential_form(&self, id: &RemoteId, level: Level) -> Result<Form> {
        let credentials = self.platform.credentials().unwrap();
        credentials.credential_form(id, level, &self.options).await
    }

    pub(crate) async fn save(&self, id: &RemoteId, credential: CredentialToSave) -> Result<()> {
        let credentials = self.platform.credentials().unwrap();
        credentials
            .save_credential(id, credential, &self.options)
            .await
    }

    pub(crate) async fn make_default(&self, id: &RemoteId, level: Level, name: &str) -> Result<()> {
        let credentials = self.platform.credentials().unwrap();
        credentials
            .make_default(id, level, name, &self.options)
            .await
    }

    pub(crate) async fn delete_credential(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
    ) -> Result<()> {
        let credentials = self.platform.credentials().unwrap();
        credentials
            .delete_credential(id, level, name, &self.options)
            .await
    }

    pub(crate) async fn details(&self, id: &RemoteId) -> PlatformDetails {
        let details = self.platform.details().unwrap();
        details.platform_details(id, &self.options).await.unwrap()
    }

    /// The details of a connector. Each action has its own name and the effect of its operation, and its arguments fit the
    /// operation, with `answers` where it asks for input.
    pub(crate) async fn checked_details(
        &self,
        id: &RemoteId,
        answers: Option<&Value>,
    ) -> PlatformDetails {
        let details = self.details(id).await;
        let mut names = BTreeSet::new();
        for action in details.actions() {
            assert!(names.insert(&action.name), "{} twice", action.name);
            let mut table = self.platform.operations().iter();
            let operation = table.find(|known| known.name == action.operation);
            let operation = operation.unwrap();
            assert_eq!(action.effect, operation.effect, "{}", action.name);
            let parameters = operation.parameters().to_value();
            let fits = |given: &Value| jsonschema::is_valid(&parameters, given);
            assert!(fits(&action.fixed), "{} {}", action.name, action.fixed.0);
            if let Some(input_schema) = &action.input_schema {
                let answers = answers.unwrap();
                assert!(
                    jsonschema::is_valid(input_schema, answers),
                    "{}",
                    action.name
                );
                let given = with_members(action.fixed.0.clone(), answers.clone());
                assert!(fits(&given), "{} {given}", action.name);
                for name in input_schema["properties"].as_object().unwrap().keys() {
                    let is_free = action.fixed.get(name).is_none();
                    let is_known = parameters["properties"].get(name).is_some();
                    assert!(is_free && is_known, "{}: {name}", action.name);
                }
            }
        }
        details
    }

    /// Runs all actions of a connector, with `answers` where they ask for input.
    pub(crate) async fn run_all(&self, id: &RemoteId, answers: Option<&Value>) {
        for action in self.checked_details(id, answers).await.actions() {
            let is_asking = action.input_schema.is_some();
            let answers = answers.filter(|_| is_asking).cloned();
            self.run_with(action, answers.unwrap_or(json!({}))).await;
        }
    }

    pub(crate) async fn run(&self, action: &Action) {
        self.run_with(action, json!({})).await;
    }

    pub(crate) async fn run_with(&self, action: &Action, answers: Value) {
        let given = with_members(action.fixed.0.clone(), answers);
        let done = call(&*self.platform, &action.operation, given).await;
        done.unwrap();
    }

    /// The body of the last request.
    pub(crate) fn sent(&self) -> Value {
        let log = self.fake.log();
        serde_json::from_slice(&log.last().unwrap().body).unwrap()
    }

    /// Asserts that all requests conformed to the contract.
    pub(crate) fn over(&self) {
        assert_eq!(self.fake.faults(), Vec::<String>::new());
    }
}

/// The same response to a request that contained this secret.
pub(crate) fn with_sent_secret(answer: Answer, secret: &str) -> Answer {
    Answer {
        given: vec![Secret::new(secret)],
        ..answer
    }
}

/// Arbitrary JSON in which these member names occur, separated by spaces.
pub(crate) fn any_json(names: &'static str) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    nested_json(leaf, names)
}

/// Arbitrary JSON with these leaves and, among others, these member names.
pub(crate) fn nested_json(
    leaf: impl Strategy<Value = Value> + 'static,
    names: &'static str,
) -> impl Strategy<Value = Value> {
    let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
    leaf.prop_recursive(4, 48, 8, move |inner| {
        let name = prop_oneof![prop::sample::select(names.clone()), "\\PC{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
