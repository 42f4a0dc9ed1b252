//! An account on a fake Cohere.

use patchbay_model::RemoteId;
use patchbay_testkit::fakes::FakeCohere;
use serde_json::{Value, json};

use crate::form::test_support::with_members;
use crate::testing;

pub(crate) type Fixture = testing::Fixture<FakeCohere>;

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::start(FakeCohere::new("test-key"), |url| {
            let account = super::account(&json!({ "base_url": url }), "test-key");
            (super::COHERE.sign_in)(account).unwrap()
        })
        .await
    }

    pub(crate) async fn created(&self, more: Value) -> RemoteId {
        self.create("search", docs(more)).await
    }
}

pub(crate) fn docs(more: Value) -> Value {
    let values = json!({"name": "docs", "url": "https://docs.example/search"});
    with_members(values, more)
}

pub(crate) fn app() -> Value {
    json!({
        "kind": "oauth", "client_id": "cid", "client_secret": "sec-12345",
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
        "scope": "read",
    })
}
