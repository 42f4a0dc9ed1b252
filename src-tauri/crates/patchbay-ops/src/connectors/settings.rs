//! Editing the settings of hosted connectors, with a preview of the changes.

use std::collections::BTreeMap;

use patchbay_model::{
    Connector, ConnectorId, ConnectorSettings, Difference, Form, Json, SecretHolder, pointer,
};
use patchbay_platforms::Settings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::accounts::remote_call::HostedConnector;
use crate::context::Context;
use crate::credentials::locations;
use crate::differences::differences;
use crate::error::Error;
use crate::forms::{FilledForm, GivenSecret, fill, fill_for_preview, without_secrets};
use crate::stored_connectors::find_connector;

/// Request to change the settings of a connector.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSettings {
    /// The values that the form was loaded with.
    pub base: Json,
    /// The new values, without secrets.
    pub values: Json,
    /// New secrets, by JSON pointer into the values.
    pub secrets: BTreeMap<String, GivenSecret>,
    /// Whether to overwrite changes that were made elsewhere since the form was loaded.
    pub overwrite: bool,
}

/// Preview of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsPlan {
    /// Changes to the platform's current values.
    pub changes: Vec<Difference>,
    /// JSON pointers to the secrets that would be replaced.
    pub secrets: Vec<String>,
    /// Changes made elsewhere since the form was loaded.
    pub changed_elsewhere: Vec<Difference>,
}

/// Fetches the editable settings of a hosted connector.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a local connector; [`Error::Platform`], also if nothing can be edited;
/// [`Error::Vault`], [`Error::Reference`].
pub async fn connector_settings(
    cx: &Context,
    id: &ConnectorId,
) -> Result<ConnectorSettings, Error> {
    fetch_settings(&HostedConnector::find(cx, id).await?).await
}

async fn fetch_settings(hosted: &HostedConnector<'_>) -> Result<ConnectorSettings, Error> {
    let settings = settings(hosted)?;
    let read = settings.settings(&hosted.remote, &hosted.options).await;
    let read = hosted.finish(read).await?;
    Ok(ConnectorSettings {
        form: without_secrets(read.form),
        ..read
    })
}

/// Previews a change; only reads from the platform.
///
/// # Errors
/// [`Error::Fields`] for invalid values; as [`connector_settings`].
pub async fn plan_settings(
    cx: &Context,
    id: &ConnectorId,
    change: ChangeSettings,
) -> Result<SettingsPlan, Error> {
    let now = connector_settings(cx, id).await?;
    fill_for_preview(cx, &now.form, change.values.clone(), change.secrets.clone()).await?;
    Ok(plan(&now, &change))
}

/// Changes the settings of a hosted connector and refreshes it.
///
/// # Errors
/// [`Error::ChangedElsewhere`] unless `overwrite` is set; [`Error::Fields`] and [`Error::Usage`] before anything is
/// sent; [`Error::Platform`] with the fields that the platform refused.
pub async fn change_settings(
    cx: &Context,
    id: &ConnectorId,
    change: ChangeSettings,
) -> Result<Connector, Error> {
    let hosted = HostedConnector::find(cx, id).await?;
    let now = fetch_settings(&hosted).await?;
    let plan = plan(&now, &change);
    if !plan.changed_elsewhere.is_empty() && !change.overwrite {
        return Err(Error::ChangedElsewhere {
            title: hosted.connector.title,
        });
    }
    let filled = fill(cx, &now.form, change.values.clone(), change.secrets).await?;
    let changes = changed_members(&plan, &filled);
    if changes.is_empty() {
        return Ok(hosted.connector);
    }
    let members: Vec<String> = changes.keys().cloned().collect();
    let options = filled.options(&hosted.options);
    let changed = settings(&hosted)?.change_settings(&hosted.remote, changes, &options);
    hosted.finish(changed.await).await?;
    let connector = &hosted.connector;
    let kept = kept_secrets(&now.form, &change.values, &plan.secrets);
    locations::forget_members(cx, connector, members.iter(), &kept).await?;
    let entries = filled.save_secrets(cx).await?;
    let holder = SecretHolder::Settings;
    locations::record(cx, connector, holder, &change.values, entries).await?;
    hosted.refresh_after_change().await?;
    find_connector(cx, id).await
}

fn plan(now: &ConnectorSettings, change: &ChangeSettings) -> SettingsPlan {
    let elsewhere = differences(&change.base, &now.form.values);
    let mut changes = differences(&now.form.values, &change.values);
    // Values that were only changed elsewhere are not reverted.
    let touched = differences(&change.base, &change.values);
    changes.retain(|difference| {
        let ours = |other: &Difference| is_within(&difference.path, &other.path);
        touched.iter().any(ours)
    });
    SettingsPlan {
        changes,
        secrets: change.secrets.keys().cloned().collect(),
        changed_elsewhere: elsewhere,
    }
}

/// Whether two JSON pointers are equal or one contains the other.
fn is_within(one: &str, other: &str) -> bool {
    let contains = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    contains(one, other) || contains(other, one)
}

/// Returns the changed top-level members in full; null for removed ones.
fn changed_members(plan: &SettingsPlan, filled: &FilledForm) -> Map<String, Value> {
    let paths = plan.changes.iter().map(|difference| &difference.path);
    let touched: Vec<&String> = paths.chain(&plan.secrets).collect();
    let mut members: Map<String, Value> = Map::new();
    let mut add = |name: &str, value: Value| {
        let member = pointer::member("", name);
        if touched.iter().any(|path| is_within(path, &member)) {
            members.insert(name.to_owned(), value);
        }
    };
    for (name, value) in &filled.values {
        add(name, value.clone());
    }
    for change in plan.changes.iter().filter(|change| change.after.is_none()) {
        let name = pointer::unescape(change.path.strip_prefix('/').unwrap_or_default());
        if !filled.values.contains_key(&name) {
            add(&name, Value::Null);
        }
    }
    members
}

/// Returns the pointers to stored secrets that stay where they are: those that are not replaced, and whose object is
/// neither gone nor of another kind.
fn kept_secrets(form: &Form, values: &Value, replaced: &[String]) -> Vec<String> {
    let stays =
        |path: &&String| !replaced.contains(path) && is_same_place(path, &form.values, values);
    form.kept.iter().filter(stays).cloned().collect()
}

/// Whether every object on the way to a pointer is there before and after, with the same kind. Items of arrays of
/// different length can't be told apart.
fn is_same_place(path: &str, before: &Value, after: &Value) -> bool {
    let Some((parent, _)) = path.rsplit_once('/') else {
        return true;
    };
    let alike = match (before.pointer(parent), after.pointer(parent)) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            before.get("kind") == after.get("kind")
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => before.len() == after.len(),
        _ => false,
    };
    alike && is_same_place(parent, before, after)
}

fn settings<'a>(hosted: &'a HostedConnector<'_>) -> Result<&'a dyn Settings, Error> {
    hosted.platform.settings().ok_or_else(|| {
        let account = &hosted.connector.identity.account;
        Error::not_supported(format!("editing connectors on {account}"))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn settings_with(values: Value) -> ConnectorSettings {
        ConnectorSettings {
            form: Form {
                values: Json(values),
                ..Form::default()
            },
            native: Json(Value::Null),
        }
    }

    fn change(base: Value, values: Value) -> ChangeSettings {
        ChangeSettings {
            base: Json(base),
            values: Json(values),
            secrets: BTreeMap::new(),
            overwrite: false,
        }
    }

    fn members(now: Value, base: Value, values: Value) -> Value {
        let plan = plan(&settings_with(now), &change(base, values.clone()));
        let Value::Object(values) = values else {
            panic!("an object")
        };
        let filled = FilledForm::of(values);
        Value::Object(changed_members(&plan, &filled))
    }

    #[test]
    fn only_changed_members_are_sent_in_full() {
        let base = json!({ "name": "a", "deep": { "x": 1, "y": 2 }, "gone": 1 });
        let values = json!({ "name": "a", "deep": { "x": 1, "y": 3 } });
        assert_eq!(
            members(base.clone(), base, values),
            json!({ "deep": { "x": 1, "y": 3 }, "gone": null })
        );
    }

    #[test]
    fn escaped_member_names_are_supported() {
        let base = json!({ "a~b": null, "c/d": 1, "e~1f": 1 });
        let values = json!({ "a~b": 1 });
        assert_eq!(
            members(base.clone(), base, values),
            json!({ "a~b": 1, "c/d": null, "e~1f": null })
        );
    }

    #[test]
    fn changes_made_elsewhere_are_reported_and_not_reverted() {
        let base = json!({ "name": "a", "active": true });
        let now = json!({ "name": "a", "active": false });
        let mine = json!({ "name": "b", "active": true });
        let plan = plan(
            &settings_with(now.clone()),
            &change(base.clone(), mine.clone()),
        );
        assert_eq!(plan.changed_elsewhere.len(), 1);
        assert_eq!(plan.changes.len(), 1, "{:?}", plan.changes);
        assert_eq!(members(now, base, mine), json!({ "name": "b" }));
    }

    #[test]
    fn a_stored_secret_is_kept_until_it_or_its_object_is_replaced() {
        let before = json!({ "auth": { "kind": "app", "scope": "a" }, "list": [{}, {}] });
        let form = Form {
            values: Json(before),
            kept: vec!["/auth/secret".to_owned(), "/list/1/secret".to_owned()],
            ..Form::default()
        };
        let kept = |values: Value, replaced: &[String]| kept_secrets(&form, &values, replaced);
        let edited = json!({ "auth": { "kind": "app", "scope": "b" }, "list": [{}, { "x": 1 }] });
        assert_eq!(kept(edited.clone(), &[]), form.kept);
        assert_eq!(kept(edited, &form.kept[..1]), form.kept[1..]);
        let other = json!({ "auth": { "kind": "token", "scope": "a" }, "list": [{}] });
        assert_eq!(kept(other, &[]), [""; 0]);
        assert_eq!(kept(json!({}), &[]), [""; 0]);
    }

    #[test]
    fn pointers_are_compared_by_whole_names() {
        assert!(is_within("/a/b", "/a"));
        assert!(is_within("", "/a"));
        assert!(!is_within("/ab", "/a"));
    }
}
