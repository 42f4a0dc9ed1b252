//! An account on a fake Mistral.

use patchbay_model::RemoteId;
use patchbay_testkit::fakes::FakeMistral;
use serde_json::{Value, json};

use crate::form::test_support::{members, with_members};
use crate::{CredentialToSave, testing};

pub(crate) type Fixture = testing::Fixture<FakeMistral>;

impl Fixture {
    pub(crate) async fn new(surface: &str) -> Self {
        let mut mistral = FakeMistral::new("k-12345");
        mistral.seed = surface == "seed";
        Self::start(mistral, |url| {
            let settings = json!({"base_url": url, "surface": surface});
            let account = super::account(settings, Some("k-12345"));
            (super::MISTRAL.sign_in)(account).unwrap()
        })
        .await
    }

    /// Sets a member of the first connector as the platform shows it.
    pub(crate) fn show(&self, member: &str, value: Value) {
        self.fake.with(|mistral| {
            let shown = &mut mistral.connectors[0].shown;
            shown.insert(member.to_owned(), value);
        });
    }

    pub(crate) async fn created(&self, more: Value) -> RemoteId {
        self.create("mcp", wiki(more)).await
    }
}

pub(crate) fn wiki(more: Value) -> Value {
    let values = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
    });
    with_members(values, more)
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
