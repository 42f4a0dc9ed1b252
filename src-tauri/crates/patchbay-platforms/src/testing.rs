//! Responses and arbitrary JSON for unit tests.

use std::sync::Arc;

use patchbay_http::{Answer, CallOptions, ClientSettings, Clients, Clock};
use patchbay_model::{PlatformDetails, RemoteId, Secret};
use patchbay_testkit::fakes::{Fake, FakePlatform};
use proptest::prelude::*;
use serde_json::Value;

use crate::form::test_support::{assert_fits, members};
use crate::{AccountConfig, Platform, Result};

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
        clients: Clients::build(&ClientSettings::default()).unwrap(),
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

    /// Creates a connector from values that fit the form.
    pub(crate) async fn create(&self, definition: &str, values: Value) -> RemoteId {
        let creation = self.platform.creation().unwrap();
        let form = creation.creation_form(definition, &self.options);
        assert_fits(&form.await.unwrap(), &values);
        let made = creation.create_connector(definition, members(values), &self.options);
        made.await.unwrap().remote_id
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

pub(crate) async fn details_of(platform: &dyn Platform, id: &RemoteId) -> PlatformDetails {
    let details = platform.details().unwrap();
    let options = CallOptions::default();
    details.platform_details(id, &options).await.unwrap()
}

/// Arbitrary JSON in which these member names occur.
pub(crate) fn any_json(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 30, 4, move |inner| {
        let name = prop_oneof![
            prop::sample::select(names).prop_map(str::to_owned),
            "\\PC{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
