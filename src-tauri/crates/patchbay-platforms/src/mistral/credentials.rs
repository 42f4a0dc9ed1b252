//! Credentials that Mistral keeps, at three levels.
//!
//! Source: Mistral contract, sections 2, 3 and 9; the rules about defaults: the official client's
//! documentation of `is_default`, and Mistral's cookbook "Multiple Authentication Credentials".

mod form;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{
    AuthenticationMethod, CredentialLevel, CredentialStatus, Form, Level, PlatformCredential,
    RemoteId, clean_text,
};
use serde_json::{Map, Value, json};

use super::Mistral;
use super::forms::check_name;
use super::operations::authorization::GetAuthenticationMethods;
use super::operations::credentials::{
    CreateCredentials, CredentialFilter, CredentialInput, DeleteCredentials,
    ListOrganizationCredentials, ListUserCredentials, ListWorkspaceCredentials, UpdateCredentials,
};
use super::operations::{Scope, seed};
use super::quirks::surface::Surface;
use super::wire::{Credential, CredentialStatus as WireStatus};
use crate::form::{at_fields, empty};
use crate::operations::arguments;
use crate::variants::kind_of;
use crate::{CredentialToSave, Credentials, Error, Operation};

const WORDS_LIMIT: usize = 300;

const LEVELS: [(Level, &str); 3] = [
    (
        Level::User,
        "Yours alone: the connector acts with them when you use it.",
    ),
    (
        Level::Workspace,
        "The workspace's: its members use them who have none of their own.",
    ),
    (
        Level::Organization,
        "The organization's: all its members use them who have none of their own.",
    ),
];

#[async_trait]
impl Credentials for Mistral {
    async fn credential_levels(
        &self,
        _id: &RemoteId,
        _options: &CallOptions,
    ) -> Result<Vec<CredentialLevel>, Error> {
        let level = |(level, help): (Level, &str)| CredentialLevel {
            level,
            help: help.to_owned(),
            is_named: true,
            has_default: true,
            can_delete: true,
            is_listed: true,
        };
        Ok(LEVELS.map(level).to_vec())
    }

    async fn list_credentials(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Vec<PlatformCredential>, Error> {
        let all = CredentialFilter::all_of(id);
        let listed = match level {
            Level::User => ListUserCredentials(all).run(self, options).await,
            Level::Workspace => ListWorkspaceCredentials(all).run(self, options).await,
            Level::Organization => ListOrganizationCredentials(all).run(self, options).await,
        }?;
        let listed = listed.read();
        Ok(listed.map(|one| credential(one, level)).collect())
    }

    async fn credential_form(
        &self,
        id: &RemoteId,
        _level: Level,
        options: &CallOptions,
    ) -> Result<Form, Error> {
        let methods = GetAuthenticationMethods {
            connector_id_or_name: id.clone(),
        };
        let methods = methods.run(self, options).await?;
        let methods: Vec<_> = methods.read().collect();
        form::schema(self.surface, &methods).map(empty)
    }

    async fn save_credential(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<(), Error> {
        check_name(&credential.name)?;
        let known = self.list_credentials(id, credential.level, options).await?;
        check_default(&credential, &known)?;
        let saved = match self.surface {
            Surface::Current => {
                let body = form::current_body(id, credential.level.into(), &credential);
                self.save_current(body, credential.is_replacement, options)
                    .await
            }
            Surface::Seed => {
                let body = form::seed_body(id, &credential);
                self.save_seed(credential.level, body, options).await
            }
        };
        saved.map_err(|error| at_fields(error, |path, _| form::place(path)))
    }

    async fn make_default(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
        options: &CallOptions,
    ) -> Result<(), Error> {
        let known = self.list_credentials(id, level, options).await?;
        // The older surface would make one of a name that there is not.
        let credential = named(&known, name)?;
        if credential.is_default {
            return Ok(());
        }
        let mut body = json!({
            "connector_id_or_name": id.as_str(), "name": name, "is_default": true,
        });
        match self.surface {
            Surface::Current => {
                body["consumer_scope"] = Scope::from(level).as_str().into();
                self.save_current(body, true, options).await
            }
            Surface::Seed => self.save_seed(level, body, options).await,
        }
    }

    async fn delete_credential(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
        options: &CallOptions,
    ) -> Result<(), Error> {
        let known = self.list_credentials(id, level, options).await?;
        let credential = named(&known, name)?;
        let others = known.iter().filter(|other| other.name != name);
        if credential.is_default && others.clone().any(|other| other.word == credential.word) {
            return Err(Error::Usage(format!(
                "{name} is the default, and the default cannot be deleted while there are others: make \
                 another one the default first"
            )));
        }
        let (connector_id_or_name, credentials_name) = (id.clone(), name.to_owned());
        let deleted = match self.surface {
            Surface::Current => {
                let delete = DeleteCredentials {
                    connector_id_or_name,
                    consumer_scope: level.into(),
                    credentials_name,
                };
                delete.run(self, options).await
            }
            Surface::Seed => {
                let named = seed::credentials::NamedCredentials {
                    connector_id_or_name,
                    credentials_name,
                };
                match level {
                    Level::User => seed::DeleteUserCredentials(named).run(self, options).await,
                    Level::Workspace => {
                        let delete = seed::DeleteWorkspaceCredentials(named);
                        delete.run(self, options).await
                    }
                    Level::Organization => {
                        let delete = seed::DeleteOrganizationCredentials(named);
                        delete.run(self, options).await
                    }
                }
            }
        };
        deleted.map(drop)
    }
}

impl Mistral {
    async fn save_current(
        &self,
        body: Value,
        is_there: bool,
        options: &CallOptions,
    ) -> Result<(), Error> {
        let given: CredentialInput = arguments(body)?;
        let saved = match is_there {
            true => UpdateCredentials(given).run(self, options).await,
            false => CreateCredentials(given).run(self, options).await,
        };
        saved.map(drop)
    }

    async fn save_seed(
        &self,
        level: Level,
        body: Value,
        options: &CallOptions,
    ) -> Result<(), Error> {
        let given: seed::credentials::CredentialInput = arguments(body)?;
        let saved = match level {
            Level::User => {
                let save = seed::CreateOrUpdateUserCredentials(given);
                save.run(self, options).await
            }
            Level::Workspace => {
                let save = seed::CreateOrUpdateWorkspaceCredentials(given);
                save.run(self, options).await
            }
            Level::Organization => {
                let save = seed::CreateOrUpdateOrganizationCredentials(given);
                save.run(self, options).await
            }
        };
        saved.map(drop)
    }
}

/// There is one default for each way to sign in, as soon as there is a credential for it. What the platform
/// would refuse, or would do otherwise than asked, is explained before it is sent.
///
/// # Errors
/// [`Error::Usage`].
fn check_default(credential: &CredentialToSave, known: &[PlatformCredential]) -> Result<(), Error> {
    let name = &credential.name;
    let present = known.iter().find(|known| known.name == *name);
    if present.is_some() && !credential.is_replacement {
        return Err(Error::Usage(format!(
            "there is a credential {name} already: choose another name, or replace it"
        )));
    }
    if credential.is_default != Some(false) {
        return Ok(());
    }
    if present.is_some_and(|present| present.is_default) {
        return Err(Error::Usage(format!(
            "{name} is the default: make another one the default in place of it"
        )));
    }
    let word = method_word(&credential.values);
    let is_first = !known
        .iter()
        .any(|known| known.word.as_deref() == Some(word));
    if present.is_none() && is_first {
        return Err(Error::Usage(format!(
            "the first credential for {word} becomes the default: another one can be made it later"
        )));
    }
    Ok(())
}

/// The platform's word for the way to sign in that a filled form is for.
fn method_word(values: &Map<String, Value>) -> &str {
    let credential = values.get("credential").and_then(Value::as_object);
    match credential.and_then(kind_of) {
        Some("client_credentials" | "oauth_token") => "oauth2",
        Some(word) => word,
        None => "bearer",
    }
}

fn named<'a>(known: &'a [PlatformCredential], name: &str) -> Result<&'a PlatformCredential, Error> {
    let found = known.iter().find(|credential| credential.name == name);
    found.ok_or_else(|| Error::NoneFound(format!("credential {}", clean_text(name, WORDS_LIMIT))))
}

/// A credential in our words, listed at a level.
fn credential(wire: Credential<'_>, level: Level) -> PlatformCredential {
    let told = |name: &str| {
        let words = wire.member(name).and_then(Value::as_str);
        let words = words.map(|words| clean_text(words, WORDS_LIMIT));
        words.filter(|words| !words.is_empty())
    };
    let status = wire.status();
    let message = status.and_then(WireStatus::error_message);
    let code = status.and_then(WireStatus::error_http_code);
    let reason = match (message, code) {
        (Some(message), Some(code)) => Some(format!("{message} ({code})")),
        (Some(message), None) => Some(message.to_owned()),
        (None, Some(code)) => Some(format!("status {code}")),
        (None, None) => None,
    };
    PlatformCredential {
        name: wire.name().to_owned(),
        title: told("title"),
        level,
        method: method(wire.authentication_type()),
        word: Some(wire.authentication_type().to_owned()),
        is_default: wire.is_default(),
        status: match status.map(WireStatus::status_type) {
            Some("valid") => CredentialStatus::Valid,
            Some("invalid") => CredentialStatus::Invalid,
            Some("error") => CredentialStatus::Failing,
            _ => CredentialStatus::Unknown,
        },
        reason: reason.map(|reason| clean_text(&reason, WORDS_LIMIT)),
        checked_at: status.and_then(WireStatus::last_checked_at),
        expires_at: None,
        created_at: None,
        created_by: told("creator_id"),
    }
}

fn method(word: &str) -> Option<AuthenticationMethod> {
    match word {
        "none" => Some(AuthenticationMethod::None),
        "bearer" => Some(AuthenticationMethod::Bearer),
        "oauth2" | "github_app" | "slack_app" => Some(AuthenticationMethod::Oauth),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
