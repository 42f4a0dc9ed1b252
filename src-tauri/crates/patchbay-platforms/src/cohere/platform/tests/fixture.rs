//! An account on a fake Cohere.

use std::sync::Arc;

use patchbay_http::CallOptions;
use patchbay_model::RemoteId;
use patchbay_testkit::fakes::{Fake, FakeCohere};
use serde_json::{Value, json};

use crate::Platform;
use crate::form::test_support::{assert_fits, members};

pub(crate) struct Fixture {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) fake: Fake<FakeCohere>,
    pub(crate) options: CallOptions,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let fake = Fake::start(FakeCohere::new("test-key")).await.unwrap();
        let account = super::account(&json!({"base_url": fake.url()}), "test-key");
        Self {
            platform: (super::COHERE.sign_in)(account).unwrap(),
            fake,
            options: CallOptions::default(),
        }
    }

    /// Creates a connector from values that fit the form.
    pub(crate) async fn created(&self, more: Value) -> RemoteId {
        let values = docs(more);
        let creation = self.platform.creation().unwrap();
        let form = creation
            .creation_form("search", &self.options)
            .await
            .unwrap();
        assert_fits(&form, &values);
        let made = creation
            .create_connector("search", members(values), &self.options)
            .await;
        made.unwrap().remote_id
    }

    /// The body of the last request.
    pub(crate) fn sent(&self) -> Value {
        let log = self.fake.log();
        serde_json::from_slice(&log.last().unwrap().body).unwrap()
    }

    /// Nothing was sent that the contract does not allow.
    pub(crate) fn over(&self) {
        assert_eq!(self.fake.faults(), Vec::<String>::new());
    }
}

pub(crate) fn docs(more: Value) -> Value {
    let mut values = json!({"name": "docs", "url": "https://docs.example/search"});
    for (name, value) in members(more) {
        values[name] = value;
    }
    values
}

pub(crate) fn app() -> Value {
    json!({
        "kind": "oauth", "client_id": "cid", "client_secret": "sec-12345",
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
        "scope": "read",
    })
}
