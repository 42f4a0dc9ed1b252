//! Credentials stored by Mistral, at three levels.
//!
//! Source: Mistral contract, sections 2, 3 and 9; the rules about defaults: the official client's
//! documentation of `is_default`, and Mistral's cookbook "Multiple Authentication Credentials".

use std::mem;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{CredentialLevel, Form, Level, PlatformCredential, RemoteId, clean_text};
use serde_json::Map;

use crate::form::map_field_pointers;
use crate::mistral::forms::check_name;
use crate::mistral::forms::credential::{self, Credential, NewCredential};
use crate::mistral::operations::credentials::{
    CreateCredentials, CredentialFilter, CredentialInput, UpdateCredentials,
};
use crate::mistral::operations::levels::AtLevel;
use crate::mistral::operations::seed::credentials::{
    CredentialInput as SeedInput, NamedCredentials,
};
use crate::mistral::quirks::surface::Surface;
use crate::mistral::{Mistral, mapping};
use crate::operations::arguments;
use crate::{CredentialToSave, Credentials, Error, Operation, Result};

const NAME_LIMIT: usize = 300;

const LEVELS: [(Level, &str); 3] = [
    (Level::User, "Used when you run this connector"),
    (
        Level::Workspace,
        "Used by workspace members without their own",
    ),
    (Level::Organization, "Used by everyone without their own"),
];

#[async_trait]
impl Credentials for Mistral {
    async fn credential_levels(
        &self,
        _: &RemoteId,
        _: &CallOptions,
    ) -> Result<Vec<CredentialLevel>> {
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
    ) -> Result<Vec<PlatformCredential>> {
        let all = CredentialFilter::all_of(id);
        let listed = all.run_at(self, level.into(), options).await?;
        let listed = listed.value.credentials.iter();
        Ok(listed.map(|one| mapping::credential(one, level)).collect())
    }

    async fn credential_form(
        &self,
        id: &RemoteId,
        _: Level,
        options: &CallOptions,
    ) -> Result<Form> {
        let methods = self.methods(id, options).await?;
        credential::form(self.surface, &methods)
    }

    async fn save_credential(
        &self,
        id: &RemoteId,
        mut credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<()> {
        check_name(&credential.name)?;
        let given: NewCredential = arguments(mem::take(&mut credential.values).into())?;
        let known = self.list_credentials(id, credential.level, options).await?;
        check_default(&credential, &given, &known)?;
        let saved = self.save(id, credential, given, options).await;
        map_field_pointers(saved, |path, _| credential::form_pointer(path))
    }

    async fn make_default(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
        options: &CallOptions,
    ) -> Result<()> {
        let known = self.list_credentials(id, level, options).await?;
        // The older surface would create a credential with an unknown name.
        if find_named(&known, name)?.is_default {
            return Ok(());
        }
        let credential = CredentialToSave {
            name: name.to_owned(),
            level,
            values: Map::new(),
            is_default: Some(true),
            is_replacement: true,
        };
        let unchanged = NewCredential::default();
        self.save(id, credential, unchanged, options).await
    }

    async fn delete_credential(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
        options: &CallOptions,
    ) -> Result<()> {
        let known = self.list_credentials(id, level, options).await?;
        let credential = find_named(&known, name)?;
        let mut others = known.iter().filter(|other| other.name != name);
        if credential.is_default && others.any(|other| other.word == credential.word) {
            return Err(Error::Usage(format!(
                "make another credential the default before deleting {name}"
            )));
        }
        let named = NamedCredentials {
            connector_id_or_name: id.clone(),
            credentials_name: name.to_owned(),
        };
        // The same on both surfaces.
        named.run_at(self, level.into(), options).await.map(drop)
    }
}

impl Mistral {
    /// Saves what was entered in the form, with name, level and default of `credential`.
    async fn save(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        given: NewCredential,
        options: &CallOptions,
    ) -> Result<()> {
        let scope = credential.level.into();
        match self.surface {
            Surface::Current => {
                let values = given.credential.map(Credential::wire);
                let input = CredentialInput {
                    connector_id_or_name: id.clone(),
                    consumer_scope: scope,
                    name: credential.name,
                    title: given.title,
                    is_default: credential.is_default.into(),
                    credentials: values.transpose()?.into(),
                };
                match credential.is_replacement {
                    true => UpdateCredentials(input).run(self, options).await,
                    false => CreateCredentials(input).run(self, options).await,
                }
            }
            Surface::Seed => {
                let values = given.credential.map(Credential::into_seed_wire);
                let input = SeedInput {
                    connector_id_or_name: id.clone(),
                    name: credential.name,
                    is_default: credential.is_default.into(),
                    credentials: values.transpose()?.into(),
                };
                input.run_at(self, scope, options).await
            }
        }
        .map(drop)
    }
}

/// Rejects changes that violate the rule that each sign-in method with credentials has exactly one default. The platform
/// would refuse them, or do something else than requested.
fn check_default(
    credential: &CredentialToSave,
    given: &NewCredential,
    known: &[PlatformCredential],
) -> Result<()> {
    let name = &credential.name;
    let present = known.iter().find(|known| known.name == *name);
    if present.is_some() && !credential.is_replacement {
        return Err(Error::Usage(format!(
            "a credential named {name} already exists"
        )));
    }
    if credential.is_default != Some(false) {
        return Ok(());
    }
    if present.is_some_and(|present| present.is_default) {
        return Err(Error::Usage(format!(
            "make another credential the default instead of {name}"
        )));
    }
    let word = given.credential.as_ref().map_or("bearer", Credential::word);
    let mut known = known.iter();
    let is_first = !known.any(|known| known.word.as_deref() == Some(word));
    if present.is_none() && is_first {
        return Err(Error::Usage(format!(
            "the first credential for {word} is always the default"
        )));
    }
    Ok(())
}

fn find_named<'a>(known: &'a [PlatformCredential], name: &str) -> Result<&'a PlatformCredential> {
    let found = known.iter().find(|credential| credential.name == name);
    found.ok_or_else(|| Error::NoneFound(format!("credential {}", clean_text(name, NAME_LIMIT))))
}

#[cfg(test)]
mod tests;
