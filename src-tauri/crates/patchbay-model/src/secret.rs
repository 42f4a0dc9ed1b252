//! Text that must not leak.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use specta::Type;
use zeroize::Zeroizing;

/// A token, key, code, verifier or passphrase.
///
/// It can be read in but has no `Serialize` and no `Display`; `Debug` hides it. Clones share the one text,
/// whose memory is wiped when the last of them is dropped. [`Secret::expose`] is the only way to the text:
/// use it at the border where the secret leaves for the host it belongs to, and nowhere else.
#[derive(Clone, Deserialize, Type)]
#[serde(transparent)]
pub struct Secret(
    #[serde(deserialize_with = "shared")]
    #[specta(type = String)]
    Arc<Zeroizing<String>>,
);

fn shared<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Zeroizing<String>>, D::Error> {
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
