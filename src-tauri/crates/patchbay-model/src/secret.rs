//! Text that must not leak.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use specta::Type;
use zeroize::Zeroizing;

/// Stands beside `writeOnly` in the schema of a secret: schemars says `writeOnly` of every member that is only
/// read in, such as an id that goes into a path.
pub const SECRET_MARK: &str = "x-secret";

/// A token, key, code, verifier or passphrase.
///
/// It can be read in but has no `Serialize` and no `Display`; `Debug` hides it. Clones share the one text,
/// whose memory is wiped when the last of them is dropped. [`Secret::expose`] is the only way to the text:
/// use it at the border where the secret leaves for the host it belongs to, and nowhere else.
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
    /// Takes ownership of the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(text.into())))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Text that is written and never read: whoever shows or keeps what fits the schema hides it.
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
