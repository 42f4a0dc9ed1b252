//! Reading JSON Schemas of strangers: which of their parts speak of the same value, and whether
//! following them comes to an end.
//!
//! Source: JSON Schema 2020-12, core, sections 8.2 and 10.2.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The longest way from one part to the next that speaks of the same value. Validators go it by calling
/// themselves, and a stack that overflows ends the whole process.
const LONGEST_WAY: usize = 64;

/// How many parts may speak of one value, counted once for every way that leads to them.
const MOST_PARTS: u32 = 10_000;

/// The schemas beside `schema` that speak of the same value: alternatives, conditions and references.
/// `None` among them stands for a reference that leads nowhere.
pub(crate) fn beside<'a>(schema: &'a Value, root: &'a Value) -> Vec<Option<&'a Value>> {
    let mut found = Vec::new();
    for word in ["oneOf", "anyOf", "allOf"] {
        let list = schema.get(word).and_then(Value::as_array);
        found.extend(list.into_iter().flatten().map(Some));
    }
    for word in ["if", "then", "else", "not"] {
        found.extend(schema.get(word).map(Some));
    }
    for word in ["dependentSchemas", "dependencies"] {
        let members = schema.get(word).and_then(Value::as_object);
        found.extend(members.into_iter().flat_map(|all| all.values()).map(Some));
    }
    for word in ["$ref", "$dynamicRef", "$recursiveRef"] {
        let reference = schema.get(word).and_then(Value::as_str);
        found.extend(reference.map(|reference| resolve(reference, root)));
    }
    found
}

/// Every schema that speaks of the same value as one of `schemas`, those included, each once.
pub(crate) fn all_beside<'a>(schemas: Vec<&'a Value>, root: &'a Value) -> Vec<&'a Value> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    let mut waiting = schemas;
    while let Some(schema) = waiting.pop() {
        if seen.insert(std::ptr::from_ref(schema)) {
            all.push(schema);
            waiting.extend(beside(schema, root).into_iter().flatten());
        }
    }
    all
}

/// Whether a validator comes to an end with it, in a reasonable time: no part leads back to itself
/// without going into the value, and no value is spoken of by too many parts.
pub(crate) fn comes_to_an_end(root: &Value) -> bool {
    let mut weights = HashMap::new();
    let mut waiting = vec![root];
    while let Some(part) = waiting.pop() {
        if part.is_object() && weigh(part, root, 0, &mut weights).is_none() {
            return false;
        }
        match part {
            Value::Object(members) => waiting.extend(members.values()),
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    true
}

/// How many parts speak of a value that `schema` speaks of; `None` for too many. A part that leads back
/// to itself makes the way too long.
fn weigh(
    schema: &Value,
    root: &Value,
    way: usize,
    weights: &mut HashMap<*const Value, u32>,
) -> Option<u32> {
    if let Some(known) = weights.get(&std::ptr::from_ref(schema)) {
        return Some(*known);
    }
    if way > LONGEST_WAY {
        return None;
    }
    let mut weight = 1_u32;
    for part in beside(schema, root) {
        weight = weight.saturating_add(weigh(part?, root, way + 1, weights)?);
    }
    if weight > MOST_PARTS {
        return None;
    }
    weights.insert(schema, weight);
    Some(weight)
}

/// The part to which a reference leads, within the schema: others are not fetched.
fn resolve<'a>(reference: &str, root: &'a Value) -> Option<&'a Value> {
    let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let document = match document {
        "" => root,
        id => named(root, &["$id"], id)?,
    };
    let fragment = percent_decode_str(fragment).decode_utf8().ok()?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return document.pointer(&fragment);
    }
    named(document, &["$anchor", "$dynamicAnchor"], &fragment)
}

/// The part that carries that name in one of the words.
fn named<'a>(root: &'a Value, words: &[&str], name: &str) -> Option<&'a Value> {
    let mut waiting = vec![root];
    while let Some(part) = waiting.pop() {
        let carries = |word: &&str| part.get(*word).and_then(Value::as_str) == Some(name);
        if words.iter().any(carries) {
            return Some(part);
        }
        match part {
            Value::Object(members) => waiting.extend(members.values()),
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_that_go_into_the_value_come_to_an_end() {
        let tree = json!({ "$ref": "#/$defs/node", "$defs": { "node": {
            "properties": { "children": { "items": { "$ref": "#/$defs/node" } } },
        } } });
        assert!(comes_to_an_end(&tree));
        let named = json!({ "$ref": "#name", "$defs": { "a b": { "$anchor": "name" } } });
        assert!(comes_to_an_end(&named));
        assert!(comes_to_an_end(
            &json!({ "$ref": "#/$defs/a%20b", "$defs": { "a b": true } })
        ));
    }

    #[test]
    fn schemas_that_turn_in_circles_do_not() {
        let two = json!({ "$defs": {
            "a": { "$ref": "#/$defs/b" }, "b": { "anyOf": [{ "$ref": "#/$defs/a" }] },
        } });
        let by_id = json!({ "$id": "https://x.example/s", "$ref": "https://x.example/s" });
        for schema in [
            json!({ "$ref": "#" }),
            json!({ "not": { "$ref": "#" } }),
            json!({ "properties": { "x": { "$ref": "#/properties/x" } } }),
            two,
            by_id,
        ] {
            assert!(!comes_to_an_end(&schema), "{schema}");
        }
    }

    #[test]
    fn schemas_of_too_many_or_too_long_ways_do_not() {
        let next = |number: usize| json!({ "$ref": format!("#/$defs/{number}") });
        let doubling: serde_json::Map<_, _> = (0..40)
            .map(|number| {
                let part = json!({ "allOf": [next(number + 1), next(number + 1)] });
                (number.to_string(), part)
            })
            .chain([("40".to_owned(), json!(true))])
            .collect();
        assert!(!comes_to_an_end(&json!({ "$defs": doubling })));
        let chain: serde_json::Map<_, _> = (0..5_000)
            .map(|number| (number.to_string(), next(number + 1)))
            .chain([("5000".to_owned(), json!(true))])
            .collect();
        assert!(!comes_to_an_end(
            &json!({ "$ref": "#/$defs/0", "$defs": chain })
        ));
    }

    #[test]
    fn references_that_lead_nowhere_end_nothing_well() {
        assert!(!comes_to_an_end(
            &json!({ "$ref": "https://elsewhere.example/schema" })
        ));
        assert!(!comes_to_an_end(&json!({ "$ref": "#/$defs/gone" })));
    }
}
