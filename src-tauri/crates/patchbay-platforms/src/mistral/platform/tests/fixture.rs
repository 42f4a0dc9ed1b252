//! An account on a fake Mistral.

use std::sync::Arc;

use patchbay_http::CallOptions;
use patchbay_model::RemoteId;
use patchbay_testkit::fakes::{Fake, FakeMistral};
use serde_json::{Value, json};

use crate::form::test_support::{assert_fits, members};
use crate::{CredentialToSave, Platform};

pub(crate) struct Fixture {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) fake: Fake<FakeMistral>,
    pub(crate) options: CallOptions,
}

impl Fixture {
    pub(crate) async fn new(surface: &str) -> Self {
        let mut mistral = FakeMistral::new("k-12345");
        mistral.seed = surface == "seed";
        let fake = Fake::start(mistral).await.unwrap();
        let settings = json!({"base_url": fake.url(), "surface": surface});
        let account = super::account(settings, Some("k-12345"));
        Self {
            platform: (super::MISTRAL.sign_in)(account).unwrap(),
            fake,
            options: CallOptions::default(),
        }
    }

    /// Creates a connector from values that fit the form.
    pub(crate) async fn created(&self, more: Value) -> RemoteId {
        let values = wiki(more);
        let creation = self.platform.creation().unwrap();
        let form = creation.creation_form("mcp", &self.options).await.unwrap();
        assert_fits(&form, &values);
        let made = creation
            .create_connector("mcp", members(values), &self.options)
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

pub(crate) fn wiki(more: Value) -> Value {
    let mut values = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
    });
    for (name, value) in members(more) {
        values[name] = value;
    }
    values
}

pub(crate) fn token(name: &str, is_default: Option<bool>) -> CredentialToSave {
    let values = json!({"credential": {"kind": "bearer", "bearer_token": "tok-12345"}});
    CredentialToSave {
        name: name.to_owned(),
        level: patchbay_model::Level::User,
        values: members(values),
        is_default,
        is_replacement: false,
    }
}
