//! Functions for `deserialize_with` that tolerate undocumented types: such a member counts as missing, unless said
//! otherwise.
//!
//! They are for JSON that is in memory: what is of another type is left behind half read.

use std::fmt;
use std::marker::PhantomData;

use patchbay_model::RemoteId;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
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
pub(crate) fn each<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<Known<T>>> = known(from)?;
    let items = items.into_iter().flatten();
    Ok(items.filter_map(|Known(item)| item).collect())
}

/// Those items of a list that are JSON objects of the type.
pub(crate) fn each_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items = each(from)?.into_iter();
    Ok(items.map(|Object(item)| item).collect())
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
pub(crate) fn known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Known::deserialize(from).map(|Known(value)| value)
}

/// A JSON object, and never a list of what its members would be.
///
/// # Errors
/// When it is something else.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Object::deserialize(from).map(|Object(value)| value)
}

/// A JSON object of the type.
pub(crate) fn known_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Ok(known(from)?.map(|Object(value)| value))
}

/// A list; null is an empty one.
///
/// # Errors
/// When it is something else, or one of its items is.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<T>> = Option::deserialize(from)?;
    Ok(items.unwrap_or_default())
}

/// A list of JSON objects; null is an empty one.
///
/// # Errors
/// When it is something else.
pub(crate) fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items = list(from)?.into_iter();
    Ok(items.map(|Object(item)| item).collect())
}

/// A value where it is of the type. Nothing is copied to find out.
struct Known<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(KnownVisitor(PhantomData)).map(Self)
    }
}

struct KnownVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> KnownVisitor<T> {
    fn scalar<E>(value: impl Into<Value>) -> Result<Option<T>, E> {
        Ok(T::deserialize(value.into()).ok())
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for KnownVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Self::scalar(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<T>, E> {
        Self::scalar(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<T>, E> {
        Self::scalar(value)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<T>, E> {
        Self::scalar(value)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<T>, E> {
        Self::scalar(value)
    }

    fn visit_str<E>(self, value: &str) -> Result<Option<T>, E> {
        Self::scalar(value)
    }

    fn visit_string<E>(self, value: String) -> Result<Option<T>, E> {
        Self::scalar(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<T>, A::Error> {
        let known = T::deserialize(SeqAccessDeserializer::new(&mut items)).ok();
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(known)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Option<T>, A::Error> {
        let known = T::deserialize(MapAccessDeserializer::new(&mut members)).ok();
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(known)
    }
}

/// A value that is a JSON object.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}
