//! JSON pointers, with which forms, problems and differences name a place in JSON.
//!
//! Source: RFC 6901.

use jsonptr::{Pointer, Token};
use serde_json::{Map, Value};

/// Escapes a member's name as a pointer segment.
pub fn escape(name: &str) -> String {
    Token::new(name).encoded().to_owned()
}

/// Unescapes a pointer segment; invalid segments are returned unchanged.
pub fn unescape(segment: &str) -> String {
    let token = Token::from_encoded(segment);
    token.map_or_else(|_| segment.to_owned(), |token| token.decoded().into_owned())
}

/// Returns the pointer to a member of the object at `parent`.
pub fn member(parent: &str, name: &str) -> String {
    format!("{parent}/{}", escape(name))
}

/// Sets the value at a pointer and creates missing objects on the way. Returns `false` if the pointer is invalid, leads
/// past the end of an array, or into a value without members; only missing objects may have been created then.
#[must_use]
pub fn put(root: &mut Value, pointer: &str, value: Value) -> bool {
    let Ok(pointer) = Pointer::parse(pointer) else {
        return false;
    };
    let mut slot = root;
    for name in pointer.tokens() {
        let name = name.decoded();
        if slot.is_null() {
            *slot = Value::Object(Map::new());
        }
        let next = match slot {
            Value::Object(members) => Some(members.entry(name).or_insert(Value::Null)),
            Value::Array(items) => name.parse().ok().and_then(|at: usize| items.get_mut(at)),
            _ => None,
        };
        let Some(next) = next else {
            return false;
        };
        slot = next;
    }
    *slot = value;
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_come_back_from_their_segments() {
        for name in ["", "a/b", "~1", "~0/~", "plain"] {
            assert_eq!(unescape(&escape(name)), name);
            let document = json!({ name: 1 });
            assert_eq!(document.pointer(&member("", name)), Some(&json!(1)));
        }
    }

    #[test]
    fn a_value_is_put_where_its_pointer_leads() {
        let mut root = json!({ "headers": [{ "name": "X-Key" }] });
        assert!(put(&mut root, "/headers/0/value", json!("s")));
        assert!(put(&mut root, "/auth/a~1b", json!("t")));
        assert_eq!(
            root,
            json!({ "headers": [{ "name": "X-Key", "value": "s" }], "auth": { "a/b": "t" } })
        );
    }

    #[test]
    fn a_pointer_to_no_place_is_refused() {
        let mut root = json!({ "name": "text", "list": [] });
        for path in ["name", "/name/deeper", "/list/0", "/list/x"] {
            assert!(!put(&mut root, path, json!(1)), "{path}");
        }
    }
}
