//! Records where secrets of the wallet were saved on hosted platforms, for rotations.

use std::collections::BTreeMap;

use patchbay_model::{Connector, Json, SecretHolder, SecretLocation, WalletEntryId, pointer};

use crate::context::Context;
use crate::error::Error;
use crate::events::Event;

/// Records which wallet entries were sent to `holder`, by JSON pointer into `values`.
pub(crate) async fn record(
    cx: &Context,
    connector: &Connector,
    holder: SecretHolder,
    values: &Json,
    entries: BTreeMap<String, WalletEntryId>,
) -> Result<(), Error> {
    let has_entries = !entries.is_empty();
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
    if has_entries {
        cx.emit(Event::WalletChanged);
    }
    Ok(())
}

/// Removes the locations of creation form and settings in these members, which now hold something else, except those at
/// `kept`.
pub(crate) async fn forget_members<'a>(
    cx: &Context,
    connector: &Connector,
    members: impl Iterator<Item = &'a String>,
    kept: &[String],
) -> Result<(), Error> {
    let paths: Vec<String> = members.map(|member| pointer::member("", member)).collect();
    for holder in [SecretHolder::Creation, SecretHolder::Settings] {
        let removing =
            cx.store()
                .remove_secret_locations_at(&connector.id, &holder, paths.clone(), kept);
        removing.await?;
    }
    Ok(())
}
