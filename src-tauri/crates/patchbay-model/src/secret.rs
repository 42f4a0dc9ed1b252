//! Secret text.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use specta::Type;
use zeroize::Zeroizing;

/// Marks a secret in a schema, in addition to `writeOnly`, which schemars also adds to members that are only
/// deserialized.
pub const SECRET_MARK: &str = "x-secret";

/// A token, key, code, verifier or passphrase.
///
/// It can be deserialized but has no `Serialize` and no `Display`; `Debug` hides it. Clones share the text, whose
/// memory is wiped when the last one is dropped. [`Secret::expose`] is the only access to the text and meant for the
/// place where it is sent to the host it belongs to.
#[derive(Clone, Deserialize, Type)]
#[serde(transparent)]
pub struct Secret(
    #[serde(deserialize_with = "deserialize_shared")]
    #[specta(type = String)]
    Arc<Zeroizing<String>>,
);

fn deserialize_shared<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Arc<Zeroizing<String>>, D::Error> {
    Zeroizing::deserialize(from).map(Arc::new)
}

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(text.into())))
    }

    /// Returns the text.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The schema marks the text as secret, so that values are hidden wherever they are shown or saved.
impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true, SECRET_MARK: true })
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_text() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "<redacted>");
    }
}
