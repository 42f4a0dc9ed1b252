//! The one key of a connector that was connected by a key.
//!
//! Source: 10ex contract, section 3, `submit_byok` with `connector_id` (assumed).

use async_trait::async_trait;
use patchbay_http::{CallOptions, SecretArgument};
use patchbay_model::{
    AuthenticationMethod, CredentialLevel, CredentialStatus, Form, Json, Level, PlatformCredential,
    RemoteId, Timestamp, clean_text,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::SubmitByok;
use super::creation::place;
use super::wire::Connector;
use super::{Tenex, one};
use crate::capabilities::SingleCredential;
use crate::form::{self, Members};
use crate::operations::arguments;
use crate::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    api_key: SecretArgument,
    settings: Option<Map<String, Value>>,
}

#[async_trait]
impl SingleCredential for Tenex {
    const LEVEL: Level = Level::Workspace;

    /// None for a connector that lives by a consent.
    async fn level(&self, id: &RemoteId, options: &CallOptions) -> Result<Option<CredentialLevel>> {
        let connector = self.client.get(&one(id), options).await?;
        let has_key = connector.text("auth_type") != Some("oauth");
        Ok(has_key.then(|| CredentialLevel {
            level: Self::LEVEL,
            help: "The provider's key, which everyone in the workspace uses. 10ex never gives it back; \
                   a new one takes its place."
                .to_owned(),
            is_named: false,
            has_default: false,
            can_delete: false,
            is_listed: true,
        }))
    }

    async fn credential(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Option<PlatformCredential>> {
        let connector = self.client.get(&one(id), options).await?;
        let has_key = connector.text("auth_type") != Some("oauth");
        Ok(has_key.then(|| key(&connector)))
    }

    async fn form(&self, id: &RemoteId, options: &CallOptions) -> Result<Form> {
        let connector = self.client.get(&one(id), options).await?;
        let provider = self.provider_of(connector.provider(), options).await;
        let native = connector.into_json();
        let mut values = json!({});
        if let Some(settings) = native["settings"].as_object().filter(|all| !all.is_empty()) {
            values["settings"] = Value::Object(settings.clone());
        }
        Ok(Form {
            values: Json(values),
            kept: vec!["/api_key".to_owned()],
            ..form::empty(provider.with_key(Members::default()).closed())
        })
    }

    async fn save(
        &self,
        id: &RemoteId,
        values: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()> {
        let given: Given = arguments(values.into())?;
        if given.api_key.is_empty() {
            return Err(Error::Usage("api_key is empty".to_owned()));
        }
        let connector = self.client.get(&one(id), options).await?;
        let key = SubmitByok {
            provider: connector.provider().to_owned(),
            api_key: given.api_key,
            name: None,
            role: None,
            settings: given.settings.filter(|settings| !settings.is_empty()),
            connector_id: Some(id.as_str().to_owned()),
        };
        let submitted = self.submit(&key, options).await;
        submitted
            .map(drop)
            .map_err(|error| form::at_fields(error, |path, _| place(path)))
    }
}

/// The key as far as its connector tells.
fn key(connector: &Connector) -> PlatformCredential {
    let status = match (connector.status(), connector.text("health")) {
        ("needs_reauth" | "revoked", _) => CredentialStatus::Invalid,
        ("error", _) | (_, Some("failing")) => CredentialStatus::Failing,
        ("connected", Some("ok" | "degraded")) => CredentialStatus::Valid,
        _ => CredentialStatus::Unknown,
    };
    let time = |member| connector.text(member).and_then(Timestamp::parse);
    PlatformCredential {
        method: Some(AuthenticationMethod::Bearer),
        word: connector
            .text("auth_type")
            .map(|word| clean_text(word, 100)),
        is_default: true,
        status,
        reason: connector.error().map(|words| clean_text(words, 300)),
        checked_at: time("last_checked_at"),
        created_at: time("created_at"),
        ..PlatformCredential::new("", Level::Workspace)
    }
}
