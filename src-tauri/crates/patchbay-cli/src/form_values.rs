//! Values and secrets of a platform's form, from command line arguments.

use std::collections::BTreeMap;

use patchbay_model::{Form, Json};
use patchbay_ops::{GivenSecret, resolve_wallet_entry};
use serde_json::{Map, Value};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::secret_source::{Source, parse_field};
use crate::tool_arguments;

/// Secrets by JSON pointer.
pub(crate) type Secrets = BTreeMap<String, GivenSecret>;

/// Merges arguments `key=value` and `key:=json` over the values of a form; null removes a member.
pub(crate) fn overlay(form: &Form, words: &[String]) -> Result<Json, Failure> {
    let mut values = form.values.0.clone();
    if values.is_null() {
        values = Value::Object(Map::new());
    }
    let Json(mut given) = tool_arguments::read(None, words)?;
    tool_arguments::read_by_schema(&mut given, words, &form.schema);
    if let Value::Object(given) = given {
        for (key, value) in given {
            let pointer = pointer(&key);
            if !value.is_null() || !remove(&mut values, &pointer) {
                put(&mut values, &pointer, value)?;
            }
        }
    }
    Ok(Json(values))
}

/// Reads the secrets of `--secret FIELD=SOURCE`.
pub(crate) async fn secrets(cli: &Cli, given: &[String]) -> Result<Secrets, Failure> {
    let mut secrets = Secrets::new();
    for given in given {
        let (slot, source) = parse_field(given)?;
        secrets.insert(pointer(slot), given_secret(cli, &source, slot).await?);
    }
    Ok(secrets)
}

pub(crate) async fn given_secret(
    cli: &Cli,
    source: &Source,
    what: &str,
) -> Result<GivenSecret, Failure> {
    Ok(match source {
        Source::Input => GivenSecret::New {
            secret: cli.secret_input(what)?,
            save_as: None,
        },
        Source::Reference(reference) => GivenSecret::Reference {
            reference: reference.to_string(),
        },
        Source::Wallet(name) => {
            cli.unlock().await?;
            GivenSecret::Entry {
                entry: resolve_wallet_entry(&cli.cx, name).await?.id,
            }
        }
    })
}

/// Turns the name of a member into a JSON pointer.
fn pointer(key: &str) -> String {
    if key.starts_with('/') {
        return key.to_owned();
    }
    patchbay_model::pointer::member("", key)
}

/// Removes a member of an object; `false` if the pointer leads to something else.
fn remove(values: &mut Value, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    match values.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&patchbay_model::pointer::unescape(name));
            true
        }
        Some(_) => false,
        None => true,
    }
}

/// Sets the value at a pointer and creates missing objects on the way.
pub(crate) fn put(values: &mut Value, pointer: &str, value: Value) -> Result<(), Failure> {
    if patchbay_model::pointer::put(values, pointer, value) {
        return Ok(());
    }
    Err(Failure::usage(
        format!("unknown field {pointer}"),
        "Add --describe to see the fields.",
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn form(values: Value) -> Form {
        let port = json!({ "type": "integer" });
        Form {
            schema: Json(json!({ "properties": { "port": port } })),
            values: Json(values),
            ..Form::default()
        }
    }

    #[test]
    fn words_go_to_their_places() {
        let values = json!({ "name": "a", "auth": { "kind": "none" }, "list": [1, 2] });
        let given = words(&[
            "name=b",
            "/auth/kind=bearer",
            "/new/deep:=3",
            "/list/1:=5",
            "port=80",
        ]);
        assert_eq!(
            overlay(&form(values), &given).unwrap().0,
            json!({
                "name": "b", "auth": { "kind": "bearer" }, "list": [1, 5], "new": { "deep": 3 },
                "port": 80,
            })
        );
        assert_eq!(overlay(&form(Value::Null), &[]).unwrap().0, json!({}));
    }

    #[test]
    fn null_removes_a_member() {
        let values = json!({ "name": "a", "auth": { "kind": "none", "a/b": 1 }, "list": [1, 2] });
        let given = words(&[
            "name:=null",
            "/auth/a~1b:=null",
            "/list/1:=null",
            "/new/deep:=null",
        ]);
        let left = overlay(&form(values), &given).unwrap().0;
        assert_eq!(
            left,
            json!({ "auth": { "kind": "none" }, "list": [1, null] })
        );
    }

    #[test]
    fn a_name_with_a_slash_in_it_is_still_a_name() {
        let read = overlay(&form(Value::Null), &words(&["a/b=c", "~=d"])).unwrap();
        assert_eq!(read.0, json!({ "a/b": "c", "~": "d" }));
    }

    #[test]
    fn a_pointer_into_a_text_is_refused() {
        assert!(overlay(&form(json!({ "a": "b" })), &words(&["/a/b=c"])).is_err());
        assert!(overlay(&form(json!({ "a": [] })), &words(&["/a/0=c"])).is_err());
    }
}
