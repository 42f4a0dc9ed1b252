//! Secret arguments of operations.

use std::borrow::Cow;
use std::cell::RefCell;

use patchbay_model::{SECRET_MARK, Secret};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// A secret among the arguments of an operation: a text, or JSON whose texts are secret.
///
/// Its schema is marked `writeOnly`, by which windows, confirmations, dry runs and history hide it, and `Debug` hides
/// it too. It can be serialized only within [`reveal_secrets`], which collects what was written so that it can be
/// redacted in the response.
#[derive(Clone, PartialEq)]
pub struct SecretArgument<T = Secret>(T);

/// Content of a [`SecretArgument`].
pub trait Sensitive {
    /// Its form on the wire.
    type Plain: Serialize + ?Sized;

    /// Exposes it in its form on the wire.
    fn as_plain(&self) -> &Self::Plain;

    /// Appends each of its texts, which have to be redacted in the response.
    fn collect(&self, found: &mut Vec<Secret>);
}

impl Sensitive for Secret {
    type Plain = str;

    fn as_plain(&self) -> &str {
        self.expose()
    }

    fn collect(&self, found: &mut Vec<Secret>) {
        if !self.is_empty() {
            found.push(self.clone());
        }
    }
}

impl Sensitive for Value {
    type Plain = Self;

    fn as_plain(&self) -> &Self {
        self
    }

    fn collect(&self, found: &mut Vec<Secret>) {
        match self {
            Self::String(text) => Secret::new(text.as_str()).collect(found),
            Self::Array(items) => items.iter().for_each(|item| item.collect(found)),
            Self::Object(members) => members.collect(found),
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
        }
    }
}

impl Sensitive for Map<String, Value> {
    type Plain = Self;

    fn as_plain(&self) -> &Self {
        self
    }

    fn collect(&self, found: &mut Vec<Secret>) {
        self.values().for_each(|member| member.collect(found));
    }
}

impl<T> From<T> for SecretArgument<T> {
    fn from(secret: T) -> Self {
        Self(secret)
    }
}

impl SecretArgument {
    /// Returns the secret.
    pub fn into_secret(self) -> Secret {
        self.0
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Sensitive> SecretArgument<T> {
    /// Exposes the form on the wire; only for the code that sends it.
    pub fn expose(&self) -> &T::Plain {
        self.0.as_plain()
    }

    /// Each text in it, to be redacted in the response.
    pub fn texts(&self) -> Vec<Secret> {
        let mut found = Vec::new();
        self.0.collect(&mut found);
        found
    }
}

impl<T> std::fmt::Debug for SecretArgument<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for SecretArgument<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for SecretArgument<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Secret{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("writeOnly".to_owned(), Value::Bool(true));
        schema.insert(SECRET_MARK.to_owned(), Value::Bool(true));
        schema
    }
}

thread_local! {
    /// The secrets serialized since [`reveal_secrets`] began; `None` outside of it.
    static REVEALED: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// Serializes arguments for the wire in `write`; also returns the secrets among them. Outside of it a
/// [`SecretArgument`] can't be serialized, so a log, a window or a file gets an error instead.
pub fn reveal_secrets<R>(write: impl FnOnce() -> R) -> (R, Vec<Secret>) {
    /// Restores the former state, also if `write` panics.
    struct Restore(Option<Vec<Secret>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            REVEALED.set(self.0.take());
        }
    }
    let _restore = Restore(REVEALED.replace(Some(Vec::new())));
    let written = write();
    (written, REVEALED.take().unwrap_or_default())
}

impl<T: Sensitive> Serialize for SecretArgument<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_for_the_wire = REVEALED.with_borrow_mut(|revealed| match revealed {
            Some(found) => {
                self.0.collect(found);
                true
            }
            None => false,
        });
        match is_for_the_wire {
            true => self.0.as_plain().serialize(serializer),
            false => Err(S::Error::custom("a secret is written into requests only")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Field;

    #[derive(Debug, Deserialize, Serialize, JsonSchema)]
    struct Keep {
        name: String,
        #[serde(default, skip_serializing_if = "Field::is_absent")]
        token: Field<SecretArgument>,
        headers: Map<String, Value>,
        #[serde(default)]
        values: Option<SecretArgument<Map<String, Value>>>,
    }

    fn keep() -> Keep {
        serde_json::from_value(json!({
            "name": "a", "token": "tok-12345", "headers": {}, "values": {"pin": "4321", "deep": ["k-1"]}
        }))
        .unwrap()
    }

    #[test]
    fn a_secret_is_written_for_the_wire_and_named() {
        let (written, found) = reveal_secrets(|| serde_json::to_value(keep()));
        assert_eq!(written.unwrap()["token"], "tok-12345");
        let mut found: Vec<_> = found.iter().map(Secret::expose).collect();
        found.sort_unstable();
        assert_eq!(found, ["4321", "k-1", "tok-12345"]);
    }

    #[test]
    fn a_secret_is_written_nowhere_else() {
        assert!(serde_json::to_value(keep()).is_err());
        let panicked = std::panic::catch_unwind(|| reveal_secrets(|| panic!("while writing")));
        assert!(panicked.is_err());
        assert!(serde_json::to_value(keep()).is_err());
        let shown = format!("{:?}", keep());
        assert!(
            !shown.contains("tok-12345") && !shown.contains("4321"),
            "{shown}"
        );
    }

    #[test]
    fn its_schema_is_marked_as_a_secret() {
        let schema = schemars::schema_for!(Keep).to_value();
        let token = &schema["properties"]["token"];
        assert_eq!(token["writeOnly"], true);
        assert_eq!(token["type"], json!(["string", "null"]));
        assert_eq!(schema["properties"]["values"]["writeOnly"], true);
        assert!(schema["properties"]["name"].get("writeOnly").is_none());
    }
}
