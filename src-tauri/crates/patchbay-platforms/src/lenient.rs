//! Functions for `deserialize_with` that tolerate undocumented types: such a member counts as missing, unless said
//! otherwise.

use patchbay_model::RemoteId;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Text that is not empty.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = known(from)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Text that has to be there, and is not empty.
///
/// # Errors
/// When it is something else.
pub(crate) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from)?.ok_or_else(|| Error::custom("invalid type, expected a word"))
}

/// The texts of a list.
pub(crate) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    each(from)
}

/// Those items of a list that are of the type.
pub(crate) fn each<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<Value>> = known(from)?;
    let items = items.into_iter().flatten().map(serde_json::from_value);
    Ok(items.filter_map(Result::ok).collect())
}

/// Those items of a list that are JSON objects of the type.
pub(crate) fn each_object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Vec<Value> = each(from)?;
    let items = items.into_iter().map(object);
    Ok(items.filter_map(Result::ok).collect())
}

/// An id: text, or a number that becomes text.
pub(crate) fn known_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(id) => Some(id),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    })
}

/// An id that has to be there.
///
/// # Errors
/// When it is something else.
pub(crate) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<RemoteId, D::Error> {
    let id = known_id(from)?.ok_or_else(|| Error::custom("invalid type, expected an id"));
    id.map(RemoteId::new)
}

/// Yes or no; of texts only `true` and `1` are yes, and every other one is no.
pub(crate) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => Some(flag),
        Value::String(word) => Some(word.eq_ignore_ascii_case("true") || word == "1"),
        _ => None,
    })
}

/// Whatever is of the type.
pub(crate) fn known<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(from)?).ok())
}

/// A JSON object, and never a list of what its members would be.
///
/// # Errors
/// When it is something else.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<T, D::Error> {
    match Value::deserialize(from)? {
        object @ Value::Object(_) => serde_json::from_value(object).map_err(Error::custom),
        _ => Err(Error::custom("invalid type, expected an object")),
    }
}

/// A JSON object of the type.
pub(crate) fn known_object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Ok(object(from).ok())
}

/// A list; null is an empty one.
///
/// # Errors
/// When it is something else, or one of its items is.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<T>> = Option::deserialize(from)?;
    Ok(items.unwrap_or_default())
}

/// A list of JSON objects; null is an empty one.
///
/// # Errors
/// When it is something else.
pub(crate) fn objects<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Vec<Value> = list(from)?;
    let items = items.into_iter();
    items
        .map(|item| object(item).map_err(Error::custom))
        .collect()
}
