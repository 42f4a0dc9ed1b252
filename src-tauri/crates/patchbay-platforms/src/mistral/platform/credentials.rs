//! Credentials that Mistral keeps, at three levels.
//!
//! Source: Mistral contract, sections 2, 3 and 9; the rules about defaults: the official client's
//! documentation of `is_default`, and Mistral's cookbook "Multiple Authentication Credentials".

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{CredentialLevel, Form, Level, PlatformCredential, RemoteId, clean_text};

use crate::form::map_field_pointers;
use crate::mistral::forms::check_name;
use crate::mistral::forms::credential::{self, NewCredential};
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
use crate::{CredentialToSave, Credentials, Error, Field, Operation, Result};

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
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<()> {
        check_name(&credential.name)?;
        let given: NewCredential = arguments(credential.values.clone().into())?;
        let known = self.list_credentials(id, credential.level, options).await?;
        check_default(&credential, &given, &known)?;
        let save = CredentialWrite {
            id,
            level: credential.level,
            name: &credential.name,
            is_default: credential.is_default.into(),
            exists: credential.is_replacement,
        };
        let saved = self.save(save, given, options).await;
        saved.map_err(|error| map_field_pointers(error, |path, _| credential::form_pointer(path)))
    }

    async fn make_default(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
        options: &CallOptions,
    ) -> Result<()> {
        let known = self.list_credentials(id, level, options).await?;
        // The older surface would make one of a name that there is not.
        if find_named(&known, name)?.is_default {
            return Ok(());
        }
        let save = CredentialWrite {
            id,
            level,
            name,
            is_default: Field::Value(true),
            exists: true,
        };
        self.save(save, NewCredential::default(), options).await
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
        // Both surfaces delete alike.
        let deleted = named.run_at(self, level.into(), options).await;
        deleted.map(drop)
    }
}

/// What is to be saved beside what was filled in.
struct CredentialWrite<'a> {
    id: &'a RemoteId,
    level: Level,
    name: &'a str,
    is_default: Field<bool>,
    /// Whether there is one of that name already.
    exists: bool,
}

impl Mistral {
    async fn save(
        &self,
        save: CredentialWrite<'_>,
        given: NewCredential,
        options: &CallOptions,
    ) -> Result<()> {
        match self.surface {
            Surface::Current => self.save_current(save, given, options).await,
            Surface::Seed => self.save_seed(save, given, options).await,
        }
    }

    async fn save_current(
        &self,
        save: CredentialWrite<'_>,
        given: NewCredential,
        options: &CallOptions,
    ) -> Result<()> {
        let values = given.credential.map(credential::Credential::wire);
        let input = CredentialInput {
            connector_id_or_name: save.id.clone(),
            consumer_scope: save.level.into(),
            name: save.name.to_owned(),
            title: given.title,
            is_default: save.is_default,
            credentials: values.transpose()?.into(),
        };
        let saved = match save.exists {
            true => UpdateCredentials(input).run(self, options).await,
            false => CreateCredentials(input).run(self, options).await,
        };
        saved.map(drop)
    }

    async fn save_seed(
        &self,
        save: CredentialWrite<'_>,
        given: NewCredential,
        options: &CallOptions,
    ) -> Result<()> {
        let values = given.credential.map(credential::Credential::into_seed_wire);
        let input = SeedInput {
            connector_id_or_name: save.id.clone(),
            name: save.name.to_owned(),
            is_default: save.is_default,
            credentials: values.transpose()?.into(),
        };
        let saved = input.run_at(self, save.level.into(), options).await;
        saved.map(drop)
    }
}

/// There is one default for each way to sign in, as soon as there is a credential for it. What the platform
/// would refuse, or would do otherwise than asked, is explained before it is sent.
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
    let word = given
        .credential
        .as_ref()
        .map_or("bearer", credential::Credential::word);
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
