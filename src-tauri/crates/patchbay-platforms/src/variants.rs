//! Alternatives in forms: objects that a `kind` tells apart, so that what excludes each other cannot be
//! given together.

use serde_json::{Map, Value, json};

use crate::form::Members;

/// The member that tells alternatives apart.
const KIND: &str = "kind";

/// One alternative; `fill` adds its members.
pub(crate) fn variant(kind: &str, title: &str, fill: impl FnOnce(Members) -> Members) -> Value {
    let members = Members::default().needs(KIND, json!({"type": "string", "const": kind}));
    let mut schema = fill(members).closed();
    schema["title"] = title.into();
    schema
}

/// The choice between alternatives; a single one is no choice, and stands for itself.
pub(crate) fn one_of(title: &str, description: &str, mut variants: Vec<Value>) -> Value {
    let mut schema = match variants.as_mut_slice() {
        [only] => only.take(),
        _ => json!({"type": "object", "oneOf": variants}),
    };
    schema["title"] = title.into();
    schema["description"] = description.into();
    schema
}

/// The word that tells which alternative a value is.
pub(crate) fn kind_of(value: &Map<String, Value>) -> Option<&str> {
    value.get(KIND)?.as_str()
}

/// Something that is on or off; what holds when it is left out is said, not sent.
pub(crate) fn flag(title: &str, description: &str, usual: impl Into<Option<bool>>) -> Value {
    let mut schema = json!({"type": "boolean", "title": title, "description": description});
    if let Some(usual) = usual.into() {
        schema["default"] = usual.into();
    }
    schema
}

/// Any number of the same.
pub(crate) fn list(title: &str, description: &str, items: Value) -> Value {
    json!({"type": "array", "title": title, "description": description, "items": items})
}

/// Texts by names of the user's own.
pub(crate) fn map(title: &str, description: &str) -> Value {
    json!({
        "type": "object", "title": title, "description": description,
        "additionalProperties": {"type": "string"},
    })
}

/// An absolute URL.
pub(crate) fn url(title: &str, description: &str) -> Value {
    json!({"type": "string", "format": "uri", "title": title, "description": description})
}

/// Text of several lines.
pub(crate) fn lines(title: &str, description: &str) -> Value {
    json!({"type": "string", "format": "textarea", "title": title, "description": description})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::text;

    #[test]
    fn an_alternative_is_told_by_its_kind_and_takes_nothing_else() {
        let key = variant("key", "A key", |members| {
            members.needs("value", text("Value", "Which."))
        });
        assert_eq!(key["properties"]["kind"]["const"], "key");
        assert_eq!(key["required"], json!(["kind", "value"]));
        assert_eq!(key["additionalProperties"], false);
        assert_eq!(key["title"], "A key");
    }

    #[test]
    fn one_alternative_alone_is_no_choice() {
        let none = || variant("none", "Nothing", |members| members);
        let both = one_of("Sign-in", "How.", vec![none(), none()]);
        assert_eq!(both["oneOf"].as_array().map(Vec::len), Some(2));
        let alone = one_of("Sign-in", "How.", vec![none()]);
        assert!(alone.get("oneOf").is_none());
        assert_eq!(alone["title"], "Sign-in");
        assert_eq!(alone["properties"]["kind"]["const"], "none");
    }
}
