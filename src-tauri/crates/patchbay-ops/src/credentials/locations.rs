//! Records where secrets of the wallet were saved on hosted platforms, for rotations.

use std::collections::BTreeMap;

use patchbay_model::{Connector, Json, Level, SecretHolder, SecretLocation, WalletEntryId};

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use patchbay_model::pointer;

/// Which credential of a connector.
pub(crate) struct CredentialHolder {
    pub(crate) level: Level,
    pub(crate) name: String,
}

impl From<CredentialHolder> for SecretHolder {
    fn from(holder: CredentialHolder) -> Self {
        let CredentialHolder { level, name } = holder;
        Self::Credential { level, name }
    }
}

/// Notes what a connector was created with.
pub(crate) async fn record_creation(
    cx: &Context,
    connector: &Connector,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    record(cx, connector, SecretHolder::Creation, values, entries).await
}

/// Notes what the settings of a connector were given.
pub(crate) async fn record_settings(
    cx: &Context,
    connector: &Connector,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    record(cx, connector, SecretHolder::Settings, values, entries).await
}

/// Notes what a credential was given. Whatever it was given before is not there any more.
pub(crate) async fn record_credential(
    cx: &Context,
    connector: &Connector,
    holder: CredentialHolder,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    let holder = SecretHolder::from(holder);
    cx.store()
        .remove_secret_locations(&connector.id, &holder)
        .await?;
    record(cx, connector, holder, values, entries).await
}

/// Removes the locations of creation form and settings in these members, which now hold something else: a rotation must
/// not restore the old values.
pub(crate) async fn forget_members<'a>(
    cx: &Context,
    connector: &Connector,
    members: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    let paths: Vec<String> = members.map(|member| pointer::member("", member)).collect();
    for holder in [SecretHolder::Creation, SecretHolder::Settings] {
        let removing = cx
            .store()
            .remove_secret_locations_at(&connector.id, &holder, paths.clone());
        removing.await?;
    }
    Ok(())
}

pub(crate) async fn forget_credential(
    cx: &Context,
    connector: &Connector,
    holder: CredentialHolder,
) -> Result<(), Error> {
    let holder = SecretHolder::from(holder);
    Ok(cx
        .store()
        .remove_secret_locations(&connector.id, &holder)
        .await?)
}

async fn record(
    cx: &Context,
    connector: &Connector,
    holder: SecretHolder,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    let is_news = !entries.is_empty();
    for (path, entry) in entries {
        let location = SecretLocation {
            entry,
            connector: connector.id.clone(),
            holder: holder.clone(),
            path,
            values: values.clone(),
            placed_at: cx.now(),
            problem: None,
        };
        cx.store().save_secret_location(&location).await?;
    }
    if is_news {
        cx.emit(Event::WalletChanged);
    }
    Ok(())
}
