//! The one credential of a connector: the app with which users consent, or a token for everybody.
//!
//! Source: Cohere contract, section 3, `oauth` and `service_auth`.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{
    AuthenticationMethod, CredentialLevel, CredentialStatus, Form, Level, PlatformCredential,
    RemoteId,
};
use serde_json::{Map, Value, json};

use super::wire::Connector;
use super::{Cohere, forms};
use crate::form::{Members, empty};
use crate::{CredentialToSave, Credentials, Error};

#[async_trait]
impl Credentials for Cohere {
    async fn credential_levels(
        &self,
        _id: &RemoteId,
        _options: &CallOptions,
    ) -> Result<Vec<CredentialLevel>, Error> {
        Ok(vec![CredentialLevel {
            level: Level::Organization,
            help: "What Cohere signs in with at the connector's URL, for the whole organization. With an \
                   OAuth app each user consents besides."
                .to_owned(),
            is_named: false,
            has_default: false,
            can_delete: true,
            is_listed: true,
        }])
    }

    async fn list_credentials(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Vec<PlatformCredential>, Error> {
        check_level(level)?;
        let connector = self.known(id, options).await?;
        Ok(credential(&connector).into_iter().collect())
    }

    async fn credential_form(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Form, Error> {
        check_level(level)?;
        let connector = self.known(id, options).await?;
        let mut choice = forms::authentication(None);
        // Without one is what deleting is for.
        if let Some(variants) = choice["oneOf"].as_array_mut() {
            variants.retain(|variant| variant["properties"]["kind"]["const"] != "none");
        }
        let schema = Members::default().needs("authentication", choice).closed();
        let mut form = empty(schema);
        if forms::kind(&connector) == "oauth" {
            form.values.0 = json!({"authentication": forms::signs_in(&connector)});
        }
        Ok(form)
    }

    async fn save_credential(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<(), Error> {
        check_level(credential.level)?;
        if !credential.name.is_empty() || credential.is_default.is_some() {
            return Err(Error::Usage(
                "the one credential of a connector has no name and is no default".to_owned(),
            ));
        }
        let connector = self.known(id, options).await?;
        let mut changes = credential.values;
        forms::put_authentication(&mut changes, Some(&connector))?;
        self.update(id, changes, options).await
    }

    async fn delete_credential(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
        options: &CallOptions,
    ) -> Result<(), Error> {
        check_level(level)?;
        let connector = self.known(id, options).await?;
        let kind = forms::kind(&connector);
        if kind == "none" || !name.is_empty() {
            return Err(Error::NoneFound("such credential".to_owned()));
        }
        let changes = Map::from_iter([(kind.to_owned(), Value::Null)]);
        self.update(id, changes, options).await
    }
}

fn check_level(level: Level) -> Result<(), Error> {
    match level {
        Level::Organization => Ok(()),
        Level::User | Level::Workspace => Err(Error::NotSupported(
            "a credential at another level than the organization's".to_owned(),
        )),
    }
}

/// The credential of a connector, where it has one. Whether it works is told of consents only.
fn credential(connector: &Connector) -> Option<PlatformCredential> {
    let kind = forms::kind(connector);
    let (method, status, reason) = match (kind, connector.text("auth_status")) {
        ("none", _) => return None,
        ("oauth", Some("valid")) => (AuthenticationMethod::Oauth, CredentialStatus::Valid, None),
        ("oauth", Some("expired")) => {
            let reason = "your consent has expired";
            (
                AuthenticationMethod::Oauth,
                CredentialStatus::Invalid,
                Some(reason),
            )
        }
        ("oauth", None) => {
            let reason = "you have not consented yet";
            (
                AuthenticationMethod::Oauth,
                CredentialStatus::Unknown,
                Some(reason),
            )
        }
        ("oauth", Some(_)) => (AuthenticationMethod::Oauth, CredentialStatus::Unknown, None),
        _ => (
            AuthenticationMethod::Bearer,
            CredentialStatus::Unknown,
            None,
        ),
    };
    Some(PlatformCredential {
        name: String::new(),
        title: None,
        level: Level::Organization,
        method: Some(method),
        word: Some(kind.to_owned()),
        is_default: false,
        status,
        reason: reason.map(str::to_owned),
        checked_at: None,
        expires_at: None,
        created_at: None,
        created_by: None,
    })
}

#[cfg(test)]
mod tests;
