//! What platforms have observed of the connectors of an account, shared with other processes.
//!
//! It lies in the database. A process lays what it found out itself over what is there, so that two that
//! look at different connectors take nothing from one another.

use std::collections::BTreeSet;

use patchbay_model::{AccountId, Json};
use patchbay_platforms::Platform;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::Error;

/// How deep observations are told apart: a map by connector, or by kind and connector, and what stands under
/// that belongs together.
const DEPTH: u32 = 2;

/// Gives a platform that was just signed in to what any process found out before.
pub(super) async fn restore(cx: &Context, account: &AccountId, platform: &dyn Platform) {
    let Some(observations) = platform.observations() else {
        return;
    };
    match find_saved(cx, account).await {
        Ok(Some(found)) => {
            observations.restore(found);
            let known = observations.to_json();
            cx.sign_ins().observations.record(account, known);
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "what was found out before could not be read"),
    }
}

/// Keeps what a platform found out that it would not tell again, for other processes. Nothing depends on
/// it but how connectors are shown.
pub(crate) async fn save_observations(cx: &Context, account: &AccountId, platform: &dyn Platform) {
    let Some(observations) = platform.observations() else {
        return;
    };
    let ours = observations.to_json();
    let before = cx.sign_ins().observations.of(account);
    let is_news = match &before {
        Some(before) => *before != ours,
        None => !is_empty(&ours),
    };
    if !is_news {
        return;
    }
    let (before, found) = (before.unwrap_or_default(), ours.clone());
    let lay_over = move |stored: Option<Json>| {
        let stored = stored.unwrap_or_default().0;
        Json(merge_observations(&before, found, stored))
    };
    let name = name_of(account);
    match cx.store().change_setting(&name, lay_over).await {
        Ok(Json(kept)) => {
            if kept != ours {
                observations.restore(kept);
            }
            let known = observations.to_json();
            cx.sign_ins().observations.record(account, known);
        }
        Err(error) => tracing::warn!(%error, "what was found out could not be kept"),
    }
}

/// Gives a platform what another process found out meanwhile; what was found out here stays.
///
/// # Errors
/// [`Error::Store`].
pub(super) async fn merge_saved(
    cx: &Context,
    account: &AccountId,
    platform: &dyn Platform,
) -> Result<(), Error> {
    let Some(observations) = platform.observations() else {
        return Ok(());
    };
    let before = cx.sign_ins().observations.of(account).unwrap_or_default();
    let found = find_saved(cx, account).await?.unwrap_or_default();
    if found != before {
        let now = merge_observations(&before, observations.to_json(), found.clone());
        observations.restore(now);
        cx.sign_ins().observations.record(account, found);
    }
    Ok(())
}

/// Forgets what was kept of an account that is gone.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn delete_observations(cx: &Context, account: &AccountId) -> Result<(), Error> {
    cx.sign_ins().observations.lock().remove(account);
    let names = vec![name_of(account)];
    Ok(cx.store().put_settings(names, &Json::default()).await?)
}

async fn find_saved(cx: &Context, account: &AccountId) -> Result<Option<Value>, Error> {
    let found: Option<Json> = cx.store().find_setting(&name_of(account)).await?;
    Ok(found.map(|found| found.0))
}

/// The name under which an account's observations are kept.
fn name_of(account: &AccountId) -> String {
    format!("remembered.{account}")
}

fn is_empty(saved: &Value) -> bool {
    saved.is_null() || saved.as_object().is_some_and(Map::is_empty)
}

/// What two processes found out since they knew the same; where both did of the same thing, ours counts.
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

    #[test]
    fn findings_of_different_connectors_stand_side_by_side() {
        let before = json!({ "a": { "test": null }, "gone": { "test": null } });
        let ours = json!({ "a": { "test": null }, "b": { "test": { "Ok": null } } });
        let theirs = json!({ "a": { "test": { "Err": "no" } }, "gone": { "test": null } });
        assert_eq!(
            merge_observations(&before, ours, theirs),
            json!({ "a": { "test": { "Err": "no" } }, "b": { "test": { "Ok": null } } })
        );
    }

    #[test]
    fn where_both_found_out_something_of_the_same_thing_ours_counts_whole() {
        let ours = json!({ "a": { "test": { "Ok": null }, "until": null } });
        let theirs = json!({ "a": { "test": { "Err": "no" }, "until": 5 } });
        assert_eq!(
            merge_observations(&json!({ "a": { "until": null } }), ours, theirs),
            json!({ "a": { "test": { "Ok": null }, "until": 5 } })
        );
    }

    #[test]
    fn what_one_forgot_and_the_other_looked_at_again_is_there() {
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
