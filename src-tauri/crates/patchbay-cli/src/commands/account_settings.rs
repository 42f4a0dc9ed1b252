//! `patchbay account set|colour|sign-out`.

use patchbay_model::{AccountColour, Json};
use patchbay_ops::{
    change_account_settings, colour_account, sign_out_account, try_account_settings,
};
use serde_json::{Map, Value};

use super::account::{find, said};
use crate::door::Door;
use crate::failure::Failure;
use crate::tool_arguments;
use crate::unlock::unlock;

/// Changes settings; those that are not named stay.
pub(super) async fn set(
    door: &Door,
    account: &str,
    settings: &[String],
    dry_run: bool,
) -> Result<(), Failure> {
    let account = find(door, account).await?;
    let given = tool_arguments::read(None, settings)?;
    let settings = changed(account.settings.0.clone(), given.0);
    unlock(door).await?;
    if dry_run {
        try_account_settings(&door.cx, &account.id, settings).await?;
        return said(door, "Would work", &account);
    }
    let account = change_account_settings(&door.cx, &account.id, settings).await?;
    said(door, "Changed", &account)
}

/// What was set with what is to be laid over it; null takes a setting away.
fn changed(before: Value, given: Value) -> Json {
    let mut settings = match before {
        Value::Object(settings) => settings,
        _ => Map::new(),
    };
    if let Value::Object(given) = given {
        settings.extend(given);
    }
    settings.retain(|_, value| !value.is_null());
    Json(Value::Object(settings))
}

pub(super) async fn colour(door: &Door, account: &str, colour: &str) -> Result<(), Failure> {
    let account = find(door, account).await?;
    // The grammar lets no other word through than the colours and `none`.
    let colour = AccountColour::from_word(colour);
    let account = colour_account(&door.cx, &account.id, colour).await?;
    said(door, "Coloured", &account)
}

pub(super) async fn sign_out(door: &Door, account: &str) -> Result<(), Failure> {
    let account = find(door, account).await?;
    unlock(door).await?;
    let account = sign_out_account(&door.cx, &account.id).await?;
    said(door, "Signed out", &account)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_that_are_not_named_stay() {
        let before = json!({ "base_url": "https://a.example/", "surface": "current" });
        let given = json!({ "base_url": null, "user": "ada" });
        assert_eq!(
            changed(before, given).0,
            json!({ "surface": "current", "user": "ada" })
        );
        assert_eq!(changed(Value::Null, json!({ "a": 1 })).0, json!({ "a": 1 }));
    }
}
