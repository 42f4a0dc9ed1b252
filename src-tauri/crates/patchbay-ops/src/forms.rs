//! Filling a platform's form with values and secrets, which are submitted separately.

use std::collections::BTreeMap;

use patchbay_http::CallOptions;
use patchbay_model::{
    Form, Json, Secret, WalletEntry, WalletEntryId, WalletKind, map_leaves, pointer,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use specta::Type;

use crate::address::refuse_user_info;
use crate::argument_check::check_arguments;
use crate::context::Context;
use crate::credentials::edit::add_derived_entry;
use crate::credentials::find_wallet_entry;
use crate::credentials::secret::WalletSecret;
use crate::error::Error;
use crate::json_object::not_an_object;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::parse_reference;
use crate::{redact, secrets};

/// A secret for a platform's form.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum GivenSecret {
    /// A wallet entry.
    Entry { entry: WalletEntryId },
    /// A typed secret.
    New {
        secret: Secret,
        /// Name of the wallet entry to create once the form was accepted; `None` to save it nowhere.
        save_as: Option<String>,
    },
    /// A reference such as `env://NAME`.
    Reference { reference: String },
}

/// A filled form that matches its schema.
pub(crate) struct FilledForm {
    /// The values including secrets.
    pub(crate) values: Map<String, Value>,
    /// The secrets among them.
    secrets: Vec<Secret>,
    /// The wallet entries in it, by JSON pointer.
    pub(crate) entries: BTreeMap<String, WalletEntryId>,
    /// Secrets to save in the wallet once the form was accepted: JSON pointer, name and secret.
    to_save: Vec<(String, String, Secret)>,
}

/// Fills a form to be sent.
///
/// # Errors
/// [`Error::Vault`] when a secret is to be saved and cannot be; those of [`fill_for_preview`].
pub(crate) async fn fill(
    cx: &Context,
    form: &Form,
    values: Json,
    given: BTreeMap<String, GivenSecret>,
) -> Result<FilledForm, Error> {
    let filled = fill_for_preview(cx, form, values, given).await?;
    // Before the platform is sent anything, which could not be taken back.
    if !filled.to_save.is_empty() {
        cx.vault().probe().await?;
    }
    Ok(filled)
}

/// Inserts the secrets into the values and validates the result, for a form that is not sent.
///
/// # Errors
/// [`Error::Usage`] when the values are not an object or contain a secret; [`Error::AddressSecret`]; [`Error::Fields`]
/// when they do not match the schema; [`Error::NotFound`], [`Error::Reference`] when a secret is missing.
pub(crate) async fn fill_for_preview(
    cx: &Context,
    form: &Form,
    values: Json,
    given: BTreeMap<String, GivenSecret>,
) -> Result<FilledForm, Error> {
    if !redact::marked_values(&values, &form.schema).is_empty() {
        return Err(Error::usage(
            "secret fields can't be set as plain values",
            "Enter it as a secret instead.",
        ));
    }
    refuse_user_info(&values, &form.schema, &form.values)?;
    let Json(mut values) = values;
    let (mut secrets, mut entries, mut to_save) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (path, given) in given {
        let secret = resolve_given(cx, given.clone()).await?;
        match given {
            GivenSecret::Entry { entry } => drop(entries.insert(path.clone(), entry)),
            GivenSecret::New {
                save_as: Some(name),
                ..
            } => to_save.push((path.clone(), name, secret.clone())),
            GivenSecret::New { save_as: None, .. } | GivenSecret::Reference { .. } => {}
        }
        put(&mut values, &path, Value::from(secret.expose()))?;
        secrets.push(secret);
    }
    let fields = check_arguments(&form.schema, &values);
    if !fields.is_empty() {
        return Err(Error::Fields { fields });
    }
    let Value::Object(values) = values else {
        return Err(not_an_object("values"));
    };
    Ok(FilledForm {
        values,
        secrets,
        entries,
        to_save,
    })
}

/// Takes what the schema marks as secret out of the values of a form. A platform must not return secrets, but some do.
pub(crate) fn without_secrets(mut form: Form) -> Form {
    // Without values of its own, only what is marked has a text.
    let blank = map_leaves(form.values.0.clone(), &|_| Value::Null);
    let marks = redact::redact_marked(&blank, &form.schema);
    take_marked(&mut form.values, &marks, "", &mut form.kept);
    form
}

/// Removes the members that have a text in `marks`, or a list of them.
fn take_marked(value: &mut Value, marks: &Value, at: &str, taken: &mut Vec<String>) {
    match (value, marks) {
        (Value::Object(members), Value::Object(marks)) => {
            for (name, mark) in marks {
                let is_secret = |mark: &Value| mark.is_string();
                let is_list = mark
                    .as_array()
                    .is_some_and(|list| list.iter().any(is_secret));
                let path = pointer::member(at, name);
                match members.get_mut(name) {
                    None | Some(Value::Null) => {}
                    Some(_) if is_secret(mark) || is_list => {
                        let secret = members.shift_remove(name);
                        if secret.is_some_and(|it| it != "") && !taken.contains(&path) {
                            taken.push(path);
                        }
                    }
                    Some(member) => take_marked(member, mark, &path, taken),
                }
            }
        }
        (Value::Array(items), Value::Array(marks)) => {
            for (index, (item, mark)) in items.iter_mut().zip(marks).enumerate() {
                take_marked(item, mark, &format!("{at}/{index}"), taken);
            }
        }
        _ => {}
    }
}

impl FilledForm {
    /// Values without any secret.
    #[cfg(test)]
    pub(crate) fn of(values: Map<String, Value>) -> Self {
        Self {
            values,
            secrets: Vec::new(),
            entries: BTreeMap::new(),
            to_save: Vec::new(),
        }
    }

    /// The options of the call that sends the values, whose secrets an error response must not repeat.
    pub(crate) fn options(&self, options: &CallOptions) -> CallOptions {
        CallOptions {
            secrets: self.secrets.clone(),
            ..options.clone()
        }
    }

    /// Saves secrets in the wallet after the form was accepted, with a number if a name is taken. Returns all wallet
    /// entries in the form by JSON pointer.
    pub(crate) async fn save_secrets(
        self,
        cx: &Context,
    ) -> Result<BTreeMap<String, WalletEntryId>, Error> {
        let mut entries = self.entries;
        for (path, name, token) in self.to_save {
            let secret = WalletSecret::Bearer { token };
            let entry = add_derived_entry(cx, &name, secret).await?;
            entries.insert(path, entry.id);
        }
        Ok(entries)
    }
}

pub(crate) async fn resolve_given(cx: &Context, given: GivenSecret) -> Result<Secret, Error> {
    match given {
        GivenSecret::Entry { entry } => {
            single_secret(cx, &find_wallet_entry(cx, &entry).await?).await
        }
        GivenSecret::New { secret, .. } => Ok(secret),
        GivenSecret::Reference { reference } => {
            let reference = parse_reference(&reference)?;
            cx.references().resolve(&reference, Occasion::Given).await
        }
    }
}

/// Returns the only secret of an entry.
///
/// # Errors
/// [`Error::Usage`] when it has none or several.
pub(crate) async fn single_secret(cx: &Context, entry: &WalletEntry) -> Result<Secret, Error> {
    let refused = || not_single(entry);
    let references = cx.references();
    match entry.kind {
        WalletKind::Bearer => secrets::read(cx.vault(), references, entry).await,
        WalletKind::OauthClient => {
            let app = secrets::read_oauth_app(cx.vault(), entry).await?;
            let secret = app.client_secret(references, Occasion::Needed).await?;
            secret.ok_or_else(refused)
        }
        WalletKind::Headers | WalletKind::Variables => {
            let headers = secrets::headers(cx.vault(), references, entry).await?;
            let mut values = headers.into_values();
            match (values.next(), values.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(refused()),
            }
        }
        WalletKind::Oauth => Err(refused()),
    }
}

pub(crate) fn not_single(entry: &WalletEntry) -> Error {
    Error::usage(
        format!("credential {} isn't a single secret", entry.name),
        "Choose a credential that is a token or a key.",
    )
}

/// Sets a value at a JSON pointer and creates missing objects.
pub(crate) fn put(root: &mut Value, path: &str, value: Value) -> Result<(), Error> {
    if pointer::put(root, path, value) {
        return Ok(());
    }
    Err(Error::usage(
        format!("the form has no field {path}"),
        "Use a JSON pointer such as /credentials/token.",
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::credentials::secret::SecretValue;

    #[test]
    fn secrets_that_come_back_are_taken_out_of_a_form() {
        let secret = json!({ "type": "string", "writeOnly": true });
        let schema = json!({ "properties": {
            "name": { "type": "string" },
            "key": secret,
            "unset": secret,
            "empty": secret,
            "keys": { "items": secret },
            "hosts": { "items": { "properties": { "host": {}, "password": secret } } },
            "login": { "oneOf": [
                { "properties": { "user": {}, "password": secret } }, { "type": "null" },
            ] },
        } });
        let form = without_secrets(Form {
            schema: Json(schema),
            values: Json(json!({
                "name": "foo", "key": "<redacted>", "unset": null, "empty": "", "keys": ["k"],
                "hosts": [{ "host": "a" }, { "host": "b", "password": "**********" }],
                "login": { "user": "lena", "password": 1234 },
            })),
            kept: vec!["/key".to_owned()],
        });
        let hosts = json!([{ "host": "a" }, { "host": "b" }]);
        let left =
            json!({ "name": "foo", "unset": null, "hosts": hosts, "login": { "user": "lena" } });
        assert_eq!(form.values.0, left);
        let kept = ["/key", "/keys", "/hosts/1/password", "/login/password"];
        assert_eq!(form.kept, kept);
    }

    #[tokio::test]
    async fn the_reference_of_an_oauth_app_is_resolved() {
        let (_home, cx) = crate::testing::open_temporary().await;
        let secret = WalletSecret::OauthClient {
            client_id: "me".to_owned(),
            client_secret: Some(SecretValue::Reference {
                reference: "env://PATH".to_owned(),
            }),
        };
        let entry = crate::testing::add_credential(&cx, "App", secret).await;
        let secret = single_secret(&cx, &entry).await.unwrap();
        assert_eq!(secret.expose(), std::env::var("PATH").unwrap());
    }
}
