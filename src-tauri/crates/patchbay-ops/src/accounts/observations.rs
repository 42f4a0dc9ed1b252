//! Observations of platforms about the connectors of an account, shared between processes in the database.
//!
//! Each process merges its own observations into the stored ones, so that two processes that check different connectors
//! don't overwrite each other.

use std::collections::BTreeSet;

use patchbay_model::{AccountId, Json};
use patchbay_platforms::Platform;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::Error;

/// Depth to which observations are merged: maps by connector, or by kind and connector. Values below are replaced.
const DEPTH: u32 = 2;

/// Restores the saved observations in a new platform client.
pub(super) async fn restore(cx: &Context, account: &AccountId, platform: &dyn Platform) {
    let Some(observations) = platform.observations() else {
        return;
    };
    match find_saved(cx, account).await {
        Ok(Some(found)) => {
            observations.restore(found);
            record_synced(cx, account, observations.to_json());
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "what was found out before could not be read"),
    }
}

/// Saves the observations of a platform for other processes. A failure is only logged, as they only affect how
/// connectors are displayed.
pub(crate) async fn save_observations(cx: &Context, account: &AccountId, platform: &dyn Platform) {
    let Some(observations) = platform.observations() else {
        return;
    };
    let ours = observations.to_json();
    let before = find_synced(cx, account);
    let has_changed = match &before {
        Some(before) => *before != ours,
        None => !is_empty(&ours),
    };
    if !has_changed {
        return;
    }
    let (before, found) = (before.unwrap_or_default(), ours.clone());
    let merge_stored = move |stored: Option<Json>| {
        let stored = stored.unwrap_or_default().0;
        Json(merge_observations(&before, found, stored))
    };
    let name = setting_name(account);
    match cx.store().change_setting(&name, merge_stored).await {
        Ok(Json(merged)) if merged == ours => record_synced(cx, account, ours),
        Ok(Json(merged)) => {
            // What was observed during the save is not saved yet.
            let now = observations.to_json();
            observations.restore(merged.clone());
            record_synced(cx, account, observations.to_json());
            if now != ours {
                observations.restore(merge_observations(&ours, now, merged));
            }
        }
        Err(error) => tracing::warn!(%error, "what was found out could not be kept"),
    }
}

/// Merges the observations that other processes saved into a platform.
pub(super) async fn merge_saved(
    cx: &Context,
    account: &AccountId,
    platform: &dyn Platform,
) -> Result<(), Error> {
    let Some(observations) = platform.observations() else {
        return Ok(());
    };
    let before = find_synced(cx, account).unwrap_or_default();
    let found = find_saved(cx, account).await?.unwrap_or_default();
    if found != before {
        let now = merge_observations(&before, observations.to_json(), found.clone());
        observations.restore(now);
        record_synced(cx, account, found);
    }
    Ok(())
}

/// Deletes the observations of a removed account.
pub(crate) async fn delete_observations(cx: &Context, account: &AccountId) -> Result<(), Error> {
    cx.sign_ins().observations.lock().remove(account);
    let names = vec![setting_name(account)];
    Ok(cx.store().put_settings(names, &Json::default()).await?)
}

fn find_synced(cx: &Context, account: &AccountId) -> Option<Value> {
    cx.sign_ins().observations.lock().get(account).cloned()
}

fn record_synced(cx: &Context, account: &AccountId, synced: Value) {
    let mut observations = cx.sign_ins().observations.lock();
    observations.insert(account.clone(), synced);
}

async fn find_saved(cx: &Context, account: &AccountId) -> Result<Option<Value>, Error> {
    let found: Option<Json> = cx.store().find_setting(&setting_name(account)).await?;
    Ok(found.map(|found| found.0))
}

fn setting_name(account: &AccountId) -> String {
    format!("observations.{account}")
}

fn is_empty(saved: &Value) -> bool {
    saved.is_null() || saved.as_object().is_some_and(Map::is_empty)
}

/// Three-way merge of observations with `before` as the common base; on a conflict `ours` wins.
fn merge_observations(before: &Value, ours: Value, theirs: Value) -> Value {
    merge(Some(before), Some(ours), Some(theirs), DEPTH).unwrap_or_default()
}

fn merge(
    before: Option<&Value>,
    ours: Option<Value>,
    theirs: Option<Value>,
    depth: u32,
) -> Option<Value> {
    if ours.as_ref() == before {
        return theirs;
    }
    if theirs.as_ref() == before {
        return ours;
    }
    match (ours, theirs) {
        (Some(Value::Object(mut ours)), Some(Value::Object(mut theirs))) if depth > 0 => {
            let names: BTreeSet<String> = ours.keys().chain(theirs.keys()).cloned().collect();
            let members = names.into_iter().filter_map(|name| {
                let before = before.and_then(|before| before.get(&name));
                let (ours, theirs) = (ours.remove(&name), theirs.remove(&name));
                Some((name, merge(before, ours, theirs, depth - 1)?))
            });
            Some(Value::Object(members.collect()))
        }
        (ours, theirs) => ours.or(theirs),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::accounts::platform::platform_of;
    use crate::testing::{account, open_temporary};

    #[tokio::test]
    async fn what_is_observed_during_a_save_is_saved_by_the_next() {
        let (_home, cx) = open_temporary().await;
        let secrets = json!({ "api_key": { "kind": "secret", "secret": "own-key-1" } });
        let account = account(&cx, patchbay_model::Platform::Mistral, &secrets).await;
        let platform = platform_of(&cx, &account).await.unwrap();
        let id = &account.id;
        let of = |names: &[&str]| -> Value {
            let each = names.iter().copied();
            each.map(|name| (name, json!({ "tools": "Well" })))
                .collect()
        };
        let observe = |names: &[&str]| platform.observations().unwrap().restore(of(names));
        let save = || save_observations(&cx, id, &*platform);
        let saved = async || {
            let saved = find_saved(&cx, id).await.unwrap().unwrap();
            let mut names: Vec<String> = saved.as_object().unwrap().keys().cloned().collect();
            names.sort();
            names.concat()
        };

        observe(&["a"]);
        futures::future::join(save(), async { observe(&["a", "b"]) }).await;
        save().await;
        assert_eq!(saved().await, "ab");
        // Another process saves too.
        let others = Json(of(&["a", "b", "c"]));
        let name = setting_name(id);
        let change = move |_: Option<Json>| others;
        cx.store().change_setting(&name, change).await.unwrap();
        observe(&["a", "b", "d"]);
        futures::future::join(save(), async { observe(&["a", "b", "d", "e"]) }).await;
        save().await;
        assert_eq!(saved().await, "abcde");
    }

    #[test]
    fn observations_of_different_connectors_are_merged() {
        let before = json!({ "a": { "test": null }, "gone": { "test": null } });
        let ours = json!({ "a": { "test": null }, "b": { "test": { "Ok": null } } });
        let theirs = json!({ "a": { "test": { "Err": "no" } }, "gone": { "test": null } });
        assert_eq!(
            merge_observations(&before, ours, theirs),
            json!({ "a": { "test": { "Err": "no" } }, "b": { "test": { "Ok": null } } })
        );
    }

    #[test]
    fn own_observations_win_a_conflict() {
        let ours = json!({ "a": { "test": { "Ok": null }, "until": null } });
        let theirs = json!({ "a": { "test": { "Err": "no" }, "until": 5 } });
        assert_eq!(
            merge_observations(&json!({ "a": { "until": null } }), ours, theirs),
            json!({ "a": { "test": { "Ok": null }, "until": 5 } })
        );
    }

    #[test]
    fn a_removal_loses_against_a_newer_observation() {
        let before = json!({ "a": { "test": null } });
        let theirs = json!({ "a": { "test": { "Err": "no" } } });
        assert_eq!(
            merge_observations(&before, json!({}), theirs.clone()),
            theirs
        );
        assert_eq!(
            merge_observations(&before, json!({}), before.clone()),
            json!({})
        );
        assert_eq!(
            merge_observations(&Value::Null, before.clone(), Value::Null),
            before
        );
    }
}
