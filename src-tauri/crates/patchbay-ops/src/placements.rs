//! Where secrets of the wallet were placed on hosted platforms, so that the next ones can follow them.

use std::collections::BTreeMap;

use patchbay_model::{Connector, Json, Level, Place, Placement, WalletEntryId};

use crate::differences::below;
use crate::{Context, Error, Event};

/// Which credential of a connector.
pub(crate) struct CredentialPlace {
    pub(crate) level: Level,
    pub(crate) name: String,
}

impl From<CredentialPlace> for Place {
    fn from(place: CredentialPlace) -> Self {
        let CredentialPlace { level, name } = place;
        Self::Credential { level, name }
    }
}

/// Notes what a connector was created with.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn note_creation(
    cx: &Context,
    connector: &Connector,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    note(cx, connector, Place::Creation, values, entries).await
}

/// Notes what the settings of a connector were given.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn note_settings(
    cx: &Context,
    connector: &Connector,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    note(cx, connector, Place::Settings, values, entries).await
}

/// Notes what a credential was given. Whatever it was given before is not there any more.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn note_credential(
    cx: &Context,
    connector: &Connector,
    place: CredentialPlace,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    let place = Place::from(place);
    cx.store().remove_placements(&connector.id, &place).await?;
    note(cx, connector, place, values, entries).await
}

/// Forgets what a connector was created with, or its settings were given, in these members: something else
/// stands there now, and a rotation must not put the old values back.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn forget_members<'a>(
    cx: &Context,
    connector: &Connector,
    members: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    let paths: Vec<String> = members.map(|member| below("", member)).collect();
    for place in [Place::Creation, Place::Settings] {
        let removing = cx
            .store()
            .remove_placements_at(&connector.id, &place, paths.clone());
        removing.await?;
    }
    Ok(())
}

/// Forgets a credential that was deleted.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn forget_credential(
    cx: &Context,
    connector: &Connector,
    place: CredentialPlace,
) -> Result<(), Error> {
    let place = Place::from(place);
    Ok(cx.store().remove_placements(&connector.id, &place).await?)
}

async fn note(
    cx: &Context,
    connector: &Connector,
    place: Place,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    let is_news = !entries.is_empty();
    for (path, entry) in entries {
        let placement = Placement {
            entry,
            connector: connector.id.clone(),
            place: place.clone(),
            path,
            values: values.clone(),
            placed_at: cx.now(),
            problem: None,
        };
        cx.store().save_placement(&placement).await?;
    }
    if is_news {
        cx.emit(Event::WalletChanged);
    }
    Ok(())
}
