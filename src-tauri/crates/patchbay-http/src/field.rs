//! A JSON property that distinguishes absent, null and a value.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Absent, null, or a value. Put it into a struct with
/// `#[serde(default, skip_serializing_if = "Field::is_absent")]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Left out: the other side keeps its value.
    #[default]
    Absent,
    /// Null: the other side clears its value.
    Null,
    /// A value.
    Value(T),
}

impl<T> Field<T> {
    /// Whether it is left out.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

/// `None` is absent.
impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Only called for a property that is present.
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    struct Update {
        #[serde(default, skip_serializing_if = "Field::is_absent")]
        title: Field<String>,
    }

    #[test]
    fn the_three_are_read_and_written_apart() {
        for (wire, field) in [
            (json!({}), Field::Absent),
            (json!({"title": null}), Field::Null),
            (json!({"title": "a"}), Field::Value("a".to_owned())),
        ] {
            let update: Update = serde_json::from_value(wire.clone()).unwrap();
            assert_eq!(update.title, field);
            assert_eq!(serde_json::to_value(update).unwrap(), wire);
        }
    }

    #[test]
    fn its_schema_is_optional_and_nullable() {
        let schema = schemars::schema_for!(Update).to_value();
        assert_eq!(
            schema["properties"]["title"]["type"],
            json!(["string", "null"])
        );
        assert!(schema.get("required").is_none());
    }
}
