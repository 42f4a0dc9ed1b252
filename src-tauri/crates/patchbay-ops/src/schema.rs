//! Analysis of untrusted JSON Schemas: which subschemas apply to a value, and whether validation terminates in a
//! reasonable time.
//!
//! Source: JSON Schema 2020-12, core, sections 8.2 and 10.2.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use patchbay_model::json_parts;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Maximum chain of subschemas that apply to the same value. Validators recurse along it, and a stack overflow aborts
/// the process.
const MAX_CHAIN: usize = 64;

/// Maximum subschemas that apply to one value, counted once per path to them.
const MAX_PARTS: u32 = 10_000;

/// Maximum steps of a validation. A validator may need some kilobytes per step.
const MAX_STEPS: usize = 20_000;

/// Maximum nesting of a value and the subschemas that apply to it.
const MAX_DEPTH: usize = 500;

/// Maximum JSON values in a schema. Hand-written schemas have some hundreds.
const MAX_VALUES: usize = 50_000;

/// Maximum bytes of regular expressions, which take some hundred times as much memory when compiled.
const PATTERN_BYTES: usize = 64 * 1024;

/// Keywords for subschemas that apply to the same value: lists, single schemas, maps and references.
const ADJACENT: [&[&str]; 4] = [
    &["oneOf", "anyOf", "allOf"],
    &["if", "then", "else", "not"],
    &["dependentSchemas", "dependencies"],
    &["$ref", "$dynamicRef", "$recursiveRef"],
];

/// Keywords that apply several subschemas to a part of the value, or compare its parts.
const SEARCHING: [&str; 7] = [
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "contains",
    "additionalItems",
    "unevaluatedItems",
    "uniqueItems",
];

/// A schema document with an index of reference targets, which is built when the first reference is resolved. There may
/// be as many references as targets.
pub(crate) struct Root<'a> {
    schema: &'a Value,
    /// Subschemas by `$id`.
    ids: OnceCell<Names<'a>>,
    /// Subschemas by anchor, for each embedded document that a reference led to.
    anchors: RefCell<HashMap<*const Value, Names<'a>>>,
}

type Names<'a> = HashMap<&'a str, &'a Value>;

impl<'a> Root<'a> {
    pub(crate) fn new(schema: &'a Value) -> Self {
        Self {
            schema,
            ids: OnceCell::new(),
            anchors: RefCell::default(),
        }
    }

    /// Returns the subschemas that apply to the same value as `schema`: alternatives, conditions and references. `None`
    /// stands for a dangling reference.
    fn adjacent_schemas(&self, schema: &'a Value) -> Vec<Option<&'a Value>> {
        let mut found = Vec::new();
        let mut words = schema.as_object().into_iter().flat_map(|all| all.keys());
        if !words.any(|word| ADJACENT.iter().any(|some| some.contains(&word.as_str()))) {
            return found;
        }
        let [lists, schemas, maps, references] = ADJACENT;
        for word in lists {
            let list = schema.get(word).and_then(Value::as_array);
            found.extend(list.into_iter().flatten().map(Some));
        }
        for word in schemas {
            found.extend(schema.get(word).map(Some));
        }
        for word in maps {
            let members = schema.get(word).and_then(Value::as_object);
            found.extend(members.into_iter().flat_map(|all| all.values()).map(Some));
        }
        for word in references {
            let reference = schema.get(word).and_then(Value::as_str);
            found.extend(reference.map(|reference| self.resolve(reference)));
        }
        found
    }

    /// Returns every schema that applies to the same value as one of `schemas`, including those, each once.
    pub(crate) fn applicable_schemas(&self, schemas: Vec<&'a Value>) -> Vec<&'a Value> {
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        let mut waiting = schemas;
        while let Some(schema) = waiting.pop() {
            if seen.insert(std::ptr::from_ref(schema)) {
                all.push(schema);
                waiting.extend(self.adjacent_schemas(schema).into_iter().flatten());
            }
        }
        all
    }

    /// Number of subschemas that apply to the same value as `schema`; `None` for too many. A cycle exceeds the chain
    /// limit.
    fn count_parts(
        &self,
        schema: &'a Value,
        chain_length: usize,
        weights: &mut HashMap<*const Value, u32>,
    ) -> Option<u32> {
        if let Some(known) = weights.get(&std::ptr::from_ref(schema)) {
            return Some(*known);
        }
        if chain_length > MAX_CHAIN {
            return None;
        }
        let mut weight = 1_u32;
        for part in self.adjacent_schemas(schema) {
            weight = weight.saturating_add(self.count_parts(part?, chain_length + 1, weights)?);
        }
        if weight > MAX_PARTS {
            return None;
        }
        weights.insert(schema, weight);
        Some(weight)
    }

    /// Number of steps for validating the value and its parts, counted once per path; `None` for too many.
    fn steps(
        &self,
        value: &Value,
        schema: &'a Value,
        depth: usize,
        known: &mut HashMap<(*const Value, *const Value), usize>,
    ) -> Option<usize> {
        let both = (std::ptr::from_ref(value), std::ptr::from_ref(schema));
        if let Some(steps) = known.get(&both) {
            return Some(*steps);
        }
        if depth > MAX_DEPTH || known.len() >= MAX_STEPS {
            return None;
        }
        let mut steps = 1;
        let mut add = |value, part| {
            steps += self.steps(value, part, depth + 1, known)?;
            (steps <= MAX_STEPS).then_some(())
        };
        for part in self.adjacent_schemas(schema) {
            add(value, part?)?;
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    for part in member_schemas(schema, name) {
                        add(member, part)?;
                    }
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    let contained = schema.get("contains");
                    for part in item_schemas(schema, place).into_iter().chain(contained) {
                        add(item, part)?;
                    }
                }
            }
            _ => {}
        }
        known.insert(both, steps);
        Some(steps)
    }

    /// Resolves a reference within the document; others are not fetched.
    fn resolve(&self, reference: &str) -> Option<&'a Value> {
        let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = match document {
            "" => self.schema,
            id => self
                .ids
                .get_or_init(|| collect_named(self.schema, &["$id"]))
                .get(id)?,
        };
        let fragment = percent_decode_str(fragment).decode_utf8().ok()?;
        if fragment.is_empty() || fragment.starts_with('/') {
            return document.pointer(&fragment);
        }
        let mut anchors = self.anchors.borrow_mut();
        let of_document = anchors
            .entry(document)
            .or_insert_with(|| collect_named(document, &["$anchor", "$dynamicAnchor"]));
        of_document.get(&*fragment).copied()
    }
}

/// Whether validation terminates in a reasonable time: no subschema refers to itself without descending into the value,
/// not too many apply to one value, and the schema is not excessively large.
pub(crate) fn terminates(schema: &Value) -> bool {
    let root = Root::new(schema);
    let mut weights = HashMap::new();
    let (mut values, mut pattern_bytes) = (0, 0);
    let mut waiting = vec![schema];
    while let Some(part) = waiting.pop() {
        values += 1;
        pattern_bytes += count_pattern_bytes(part);
        if values > MAX_VALUES || pattern_bytes > PATTERN_BYTES {
            return false;
        }
        if part.is_object() && root.count_parts(part, 0, &mut weights).is_none() {
            return false;
        }
        waiting.extend(json_parts(part));
    }
    true
}

/// Returns the schemas for a member. Patterns are not evaluated; all of them count.
pub(crate) fn member_schemas<'a>(schema: &'a Value, name: &str) -> Vec<&'a Value> {
    let named = schema.get("properties").and_then(|all| all.get(name));
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    let mut parts: Vec<_> = named.into_iter().collect();
    parts.extend(patterns.into_iter().flat_map(|all| all.values()));
    if named.is_none() {
        let others = ["additionalProperties", "unevaluatedProperties"];
        parts.extend(others.iter().filter_map(|word| schema.get(*word)));
    }
    parts
}

/// Returns the schemas for the item at that index, by the keywords of this and earlier drafts.
pub(crate) fn item_schemas(schema: &Value, place: usize) -> Vec<&Value> {
    let own = |word: &str| schema.get(word)?.as_array()?.get(place);
    if let Some(own) = own("prefixItems").or_else(|| own("items")) {
        return vec![own];
    }
    let others = ["items", "additionalItems", "unevaluatedItems"];
    others.iter().filter_map(|word| schema.get(*word)).collect()
}

/// Whether at most one subschema applies to each part of a value, and none searches it, so that the steps of a validation
/// grow with the value only.
pub(crate) fn is_linear(schema: &Value) -> bool {
    let mut waiting = vec![schema];
    while let Some(part) = waiting.pop() {
        let mut words = part.as_object().into_iter().flat_map(|all| all.keys());
        let multiplies = |word: &String| {
            let word = word.as_str();
            SEARCHING.contains(&word) || ADJACENT.iter().any(|some| some.contains(&word))
        };
        if words.any(multiplies) {
            return false;
        }
        waiting.extend(json_parts(part));
    }
    true
}

/// Whether the value is validated in a reasonable number of steps, by a schema that [terminates](terminates). If two
/// subschemas apply at each level, the number of paths doubles with each level.
pub(crate) fn is_cheap_to_check(schema: &Value, value: &Value) -> bool {
    Root::new(schema)
        .steps(value, schema, 0, &mut HashMap::new())
        .is_some()
}

/// Bytes of the regular expressions directly in this schema.
fn count_pattern_bytes(part: &Value) -> usize {
    let own = part.get("pattern").and_then(Value::as_str);
    let of_members = part.get("patternProperties").and_then(Value::as_object);
    let of_members = of_members.into_iter().flat_map(|members| members.keys());
    own.map_or(0, str::len) + of_members.map(String::len).sum::<usize>()
}

/// Returns all subschemas with one of these keywords, by its value.
fn collect_named<'a>(document: &'a Value, words: &[&str]) -> Names<'a> {
    let mut names = Names::new();
    let mut waiting = vec![document];
    while let Some(part) = waiting.pop() {
        let own = words.iter().filter_map(|word| part.get(*word)?.as_str());
        for name in own {
            names.entry(name).or_insert(part);
        }
        waiting.extend(json_parts(part));
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn recursion_into_the_value_terminates() {
        let tree = json!({ "$ref": "#/$defs/node", "$defs": { "node": {
            "properties": { "children": { "items": { "$ref": "#/$defs/node" } } },
        } } });
        assert!(terminates(&tree));
        let named = json!({ "$ref": "#name", "$defs": { "a b": { "$anchor": "name" } } });
        assert!(terminates(&named));
        assert!(terminates(
            &json!({ "$ref": "#/$defs/a%20b", "$defs": { "a b": true } })
        ));
    }

    #[test]
    fn circular_references_do_not_terminate() {
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
            assert!(!terminates(&schema), "{schema}");
        }
    }

    #[test]
    fn too_many_or_too_long_paths_are_refused() {
        let next = |number: usize| json!({ "$ref": format!("#/$defs/{number}") });
        let doubling: serde_json::Map<_, _> = (0..40)
            .map(|number| {
                let part = json!({ "allOf": [next(number + 1), next(number + 1)] });
                (number.to_string(), part)
            })
            .chain([("40".to_owned(), json!(true))])
            .collect();
        assert!(!terminates(&json!({ "$defs": doubling })));
        let chain: serde_json::Map<_, _> = (0..5_000)
            .map(|number| (number.to_string(), next(number + 1)))
            .chain([("5000".to_owned(), json!(true))])
            .collect();
        assert!(!terminates(&json!({ "$ref": "#/$defs/0", "$defs": chain })));
    }

    /// As many references as names: looking each of them up anew would take minutes.
    #[test]
    fn many_references_are_resolved_quickly() {
        let began = std::time::Instant::now();
        let names: serde_json::Map<_, _> = (0..8_000)
            .map(|number| {
                let name = format!("a{number}");
                (number.to_string(), json!({ "$anchor": name, "$id": name }))
            })
            .collect();
        let references: Vec<_> = (0..2_000)
            .flat_map(|number| [format!("#a{number}"), format!("a{number}")])
            .map(|reference| json!({ "$ref": reference }))
            .collect();
        let schema = json!({ "$defs": names, "prefixItems": references, "allOf": references });
        assert!(terminates(&schema));
        assert_eq!(
            Root::new(&schema).applicable_schemas(vec![&schema]).len(),
            6_001
        );
        let took = began.elapsed();
        assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    }

    #[test]
    fn huge_schemas_are_refused() {
        let values = vec![json!({}); MAX_VALUES];
        assert!(!terminates(&json!({ "examples": values })));
        let pattern = "a|".repeat(PATTERN_BYTES / 2);
        assert!(!terminates(&json!({ "pattern": format!("{pattern}b") })));
        let [one, two] = ["a", "b"].map(|name| name.repeat(PATTERN_BYTES / 2 + 1));
        let both = json!({ "patternProperties": { one: true, two: true } });
        assert!(!terminates(&both));
        assert!(terminates(
            &json!({ "pattern": pattern, "examples": [1, 2] })
        ));
    }

    #[test]
    fn exponential_validation_is_refused() {
        let next = json!({ "properties": { "c": { "$ref": "#" } } });
        let nested = |levels: usize| (0..levels).fold(json!({}), |inner, _| json!({ "c": inner }));
        for word in ["allOf", "anyOf", "oneOf"] {
            let schema = json!({ word: [next, next] });
            assert!(terminates(&schema));
            assert!(is_cheap_to_check(&schema, &nested(8)), "{word}");
            assert!(!is_cheap_to_check(&schema, &nested(30)), "{word}");
        }
        let items = json!({ "items": { "$ref": "#" }, "contains": { "$ref": "#" } });
        let lists = (0..30).fold(json!([]), |inner, _| json!([inner]));
        assert!(!is_cheap_to_check(&items, &lists));
        let tree = json!({ "properties": { "c": { "$ref": "#" } } });
        assert!(is_cheap_to_check(&tree, &nested(100)));
        let table = json!({ "items": { "properties": { "a": { "type": "integer" } } } });
        assert!(is_cheap_to_check(
            &table,
            &json!(vec![json!({ "a": 1 }); 5_000])
        ));
    }

    #[test]
    fn dangling_references_are_refused() {
        assert!(!terminates(
            &json!({ "$ref": "https://elsewhere.example/schema" })
        ));
        assert!(!terminates(&json!({ "$ref": "#/$defs/gone" })));
    }
}
