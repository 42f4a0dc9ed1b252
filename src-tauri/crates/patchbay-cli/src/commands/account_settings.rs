//! `patchbay account edit|color|sign-out`.

use patchbay_model::{AccountColour, Json};
use patchbay_ops::{
    change_account_settings, colour_account, resolve_account, sign_out_account,
    try_account_settings,
};
use serde_json::{Map, Value};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::tool_arguments;
use crate::unlock::unlock;

/// Changes the given settings.
pub(super) async fn set(
    cli: &Cli,
    account: &str,
    settings: &[String],
    dry_run: bool,
) -> Result<(), Failure> {
    let account = resolve_account(&cli.cx, account).await?;
    let given = tool_arguments::read(None, settings)?;
    let settings = merge_settings(account.settings.0.clone(), given.0);
    unlock(cli).await?;
    if dry_run {
        try_account_settings(&cli.cx, &account.id, settings).await?;
        return cli.print_done(
            &format!("{}: settings work (not saved).", account.label),
            &account,
        );
    }
    let account = change_account_settings(&cli.cx, &account.id, settings).await?;
    cli.print_done(&format!("Updated {}.", account.label), &account)
}

/// Merges the given settings over those before; null removes one.
fn merge_settings(before: Value, given: Value) -> Json {
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

pub(super) async fn colour(cli: &Cli, account: &str, colour: &str) -> Result<(), Failure> {
    let account = resolve_account(&cli.cx, account).await?;
    // The grammar allows only the colours and `none`.
    let colour = AccountColour::from_word(colour);
    let account = colour_account(&cli.cx, &account.id, colour).await?;
    cli.print_done(&format!("Updated {}.", account.label), &account)
}

pub(super) async fn sign_out(cli: &Cli, account: &str) -> Result<(), Failure> {
    let account = resolve_account(&cli.cx, account).await?;
    unlock(cli).await?;
    let account = sign_out_account(&cli.cx, &account.id).await?;
    cli.print_done(&format!("Signed out of {}.", account.label), &account)
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
            merge_settings(before, given).0,
            json!({ "surface": "current", "user": "ada" })
        );
        assert_eq!(
            merge_settings(Value::Null, json!({ "a": 1 })).0,
            json!({ "a": 1 })
        );
    }
}
