//! Functions for `deserialize_with` that tolerate undocumented types: unless noted otherwise, a member of another type
//! counts as missing.
//!
//! The JSON must be in memory, where a value that fails to be read is skipped as a whole.

use std::fmt;
use std::marker::PhantomData;

use patchbay_model::RemoteId;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Text that is not empty.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = known(from)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Required text that is not empty.
pub(crate) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from)?.ok_or_else(|| Error::custom("invalid type, expected a word"))
}

/// Items of a list that have the type.
pub(crate) fn each<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<Known<T>>> = known(from)?;
    let items = items.into_iter().flatten();
    Ok(items.filter_map(|Known(item)| item).collect())
}

/// Items of a list that are JSON objects of the type.
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

/// A required id.
pub(crate) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<RemoteId, D::Error> {
    let id = known_id(from)?.ok_or_else(|| Error::custom("invalid type, expected an id"));
    id.map(RemoteId::new)
}

/// A boolean. Of texts only `true` and `1` are true, and every other one is false.
pub(crate) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => Some(flag),
        Value::String(word) => Some(word.eq_ignore_ascii_case("true") || word == "1"),
        _ => None,
    })
}

/// A value of the type.
pub(crate) fn known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(from).ok())
}

/// A boolean; true where it is missing.
pub(crate) fn true_by_default<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(known(from)?.unwrap_or(true))
}

/// The default of [`true_by_default`].
pub(crate) fn yes() -> bool {
    true
}

/// A required JSON object; never a list of what its members would be.
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

/// A required list whose items all have the type; null is an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<T>> = Option::deserialize(from)?;
    Ok(items.unwrap_or_default())
}

/// A required list of JSON objects; null is an empty one.
pub(crate) fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items = list(from)?.into_iter();
    Ok(items.map(|Object(item)| item).collect())
}

/// A value, if it has the type. Nothing is copied to find out.
struct Known<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(from).ok()))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(default, deserialize_with = "known_object")]
        inner: Option<Inner>,
        #[serde(default, deserialize_with = "each")]
        pairs: Vec<(u8, String)>,
        #[serde(default, deserialize_with = "each_object")]
        inners: Vec<Inner>,
        #[serde(default, deserialize_with = "text")]
        last: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        a: u8,
        b: String,
    }

    fn read(json: &Value) -> Outer {
        let borrowed = Outer::deserialize(json).unwrap();
        assert_eq!(borrowed, serde_json::from_value(json.clone()).unwrap());
        assert_eq!(borrowed.last.as_deref(), Some("read"));
        borrowed
    }

    #[test]
    fn what_is_of_another_type_is_missing_and_all_after_it_is_read() {
        for other in [
            json!({"a": "1", "b": "x", "c": [1, {}]}),
            json!({"b": "x"}),
            json!([1, "x"]),
            json!("x"),
            json!(1.5),
            json!(true),
            Value::Null,
        ] {
            let outer =
                read(&json!({"inner": other, "pairs": other, "inners": other, "last": "read"}));
            assert_eq!(outer.inner, None, "{other}");
            assert!(outer.pairs.is_empty() && outer.inners.is_empty(), "{other}");
        }
    }

    #[test]
    fn of_a_list_those_of_the_type_are_read() {
        let (good, b) = (json!({"b": "x", "a": 1}), "x".to_owned());
        let outer = read(&json!({
            "inner": good,
            "pairs": [[1, "x"], [1], [1, "x", 2], ["x", 1], 7, [2, "y"]],
            "inners": [[1, "x"], good, {"a": 256, "b": "x"}, null],
            "last": "read",
        }));
        assert_eq!(outer.inner, Some(Inner { a: 1, b: b.clone() }));
        assert_eq!(outer.pairs, [(1, b.clone()), (2, "y".to_owned())]);
        assert_eq!(outer.inners, [Inner { a: 1, b }]);
    }
}
