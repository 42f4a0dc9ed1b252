//! Sanitizes a connector's own schema for forms and validation: only known keywords of the right type remain, and
//! references are resolved.
//!
//! Source: Airbyte contract, section 3, `definitions`; the keywords that start with `airbyte_`, `order` and `multiline` are
//! those of Airbyte's connector specifications.

use std::cell::Cell;

use patchbay_http::text;
use patchbay_model::clean_text;
use serde_json::{Map, Value, json};

use crate::actions::humanize;

/// Maximum nesting; deeper parts become free JSON.
const MAX_DEPTH: usize = 16;

/// Maximum number of parts of a schema, with references counted each time.
const MAX_PARTS: usize = 4000;

const TITLE_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 1000;

const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

pub(super) fn sanitize_schema(schema: &Value) -> Value {
    let cleaner = Cleaner {
        root: schema,
        left: Cell::new(MAX_PARTS),
    };
    cleaner.clean(schema, 0)
}

struct Cleaner<'a> {
    root: &'a Value,
    left: Cell<usize>,
}

impl Cleaner<'_> {
    fn clean(&self, schema: &Value, depth: usize) -> Value {
        let left = self.left.get();
        let Some(own) = schema.as_object().filter(|_| depth < MAX_DEPTH && left > 0) else {
            return json!({});
        };
        self.left.set(left - 1);
        if let Some(target) = self.target(own) {
            let mut whole = target.clone();
            let own = own.iter().filter(|(word, _)| *word != "$ref");
            whole.extend(own.map(|(word, value)| (word.clone(), value.clone())));
            return self.clean(&Value::Object(whole), depth + 1);
        }
        let mut clean = annotations(own);
        constraints(own, &mut clean);
        self.object(own, &mut clean, depth);
        for word in ["items", "if", "then", "else"] {
            if let Some(part) = own.get(word).filter(|part| part.is_object()) {
                clean.insert(word.to_owned(), self.clean(part, depth + 1));
            }
        }
        if let Some(all) = self.parts(own, "allOf", depth) {
            clean.insert("allOf".to_owned(), Value::Array(all));
        }
        let alternatives = ["oneOf", "anyOf"];
        let alternatives = alternatives
            .iter()
            .find_map(|word| self.parts(own, word, depth));
        if let Some(mut alternatives) = alternatives {
            let word = match ensure_discriminator(&mut alternatives) {
                true => "oneOf",
                // Without a discriminator, several may fit at once.
                false => "anyOf",
            };
            clean.insert(word.to_owned(), Value::Array(alternatives));
        }
        Value::Object(clean)
    }

    /// Resolves a reference within the schema.
    fn target(&self, own: &Map<String, Value>) -> Option<&Map<String, Value>> {
        let pointer = own.get("$ref")?.as_str()?.strip_prefix('#')?;
        self.root.pointer(pointer)?.as_object()
    }

    fn parts(&self, own: &Map<String, Value>, word: &str, depth: usize) -> Option<Vec<Value>> {
        let parts = own.get(word)?.as_array()?.iter();
        let parts = parts.filter(|part| part.is_object());
        let parts: Vec<Value> = parts.map(|part| self.clean(part, depth + 1)).collect();
        (!parts.is_empty()).then_some(parts)
    }

    fn object(&self, own: &Map<String, Value>, clean: &mut Map<String, Value>, depth: usize) {
        let properties = own.get("properties").and_then(Value::as_object);
        let required = texts(own.get("required"));
        if properties.is_none() && required.is_empty() {
            if let Some(additional) = own.get("additionalProperties") {
                let additional = match additional {
                    Value::Bool(_) => additional.clone(),
                    other => self.clean(other, depth + 1),
                };
                clean.insert("additionalProperties".to_owned(), additional);
            }
            return;
        }
        let mut drawn = Map::new();
        for (name, property) in properties.into_iter().flatten() {
            let mut property = self.clean(property, depth + 1);
            if property.get("title").is_none() {
                property["title"] = humanize(name).into();
            }
            drawn.insert(name.clone(), property);
        }
        // Required members without a description are shown too.
        for name in &required {
            if !drawn.contains_key(*name) {
                drawn.insert((*name).to_owned(), json!({"title": humanize(name)}));
            }
        }
        let drawn = sort_properties(drawn, properties, &required);
        clean.insert("properties".to_owned(), Value::Object(drawn));
        if !required.is_empty() {
            clean.insert("required".to_owned(), json!(required));
        }
        clean.insert("type".to_owned(), "object".into());
    }
}

/// Sorts by `order`, then required members first.
fn sort_properties(
    drawn: Map<String, Value>,
    properties: Option<&Map<String, Value>>,
    required: &[&str],
) -> Map<String, Value> {
    let place = |name: &str| {
        let place = properties?.get(name)?.get("order")?;
        place.as_i64()
    };
    let mut drawn: Vec<(String, Value)> = drawn.into_iter().collect();
    drawn.sort_by_key(|(name, _)| {
        let place = place(name).unwrap_or(i64::MAX);
        (place, !required.contains(&name.as_str()))
    });
    drawn.into_iter().collect()
}

fn annotations(own: &Map<String, Value>) -> Map<String, Value> {
    let mut clean = Map::new();
    let text = |word: &str| own.get(word).and_then(Value::as_str);
    if let Some(title) = text("title") {
        clean.insert("title".to_owned(), clean_text(title, TITLE_LIMIT).into());
    }
    if let Some(words) = text("description") {
        let words = text::clean_lines(&strip_html_tags(words), DESCRIPTION_LIMIT);
        clean.insert("description".to_owned(), words.into());
    }
    let types: Vec<&str> = match own.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        several => texts(several),
    };
    let types: Vec<&str> = types
        .into_iter()
        .filter(|kind| TYPES.contains(kind))
        .collect();
    match types.as_slice() {
        [] => {}
        [one] => drop(clean.insert("type".to_owned(), (*one).into())),
        several => drop(clean.insert("type".to_owned(), json!(several))),
    }
    let is = |word: &str| own.get(word) == Some(&Value::Bool(true));
    if is("airbyte_secret") || is("writeOnly") || text("format") == Some("password") {
        clean.insert("writeOnly".to_owned(), true.into());
    }
    if is("airbyte_hidden") {
        clean.insert("x-advanced".to_owned(), true.into());
    }
    if is("multiline") {
        clean.insert("contentMediaType".to_owned(), "text/plain".into());
    }
    clean
}

fn constraints(own: &Map<String, Value>, clean: &mut Map<String, Value>) {
    for (word, value) in own {
        let is_fine = match word.as_str() {
            "const" | "default" => true,
            "enum" | "examples" => value.as_array().is_some_and(|values| !values.is_empty()),
            "pattern" | "contentMediaType" => value.is_string(),
            "format" => value.is_string() && value != "password",
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => value.is_u64(),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
            "multipleOf" => value.as_f64().is_some_and(|step| step > 0.0),
            "uniqueItems" => value.is_boolean(),
            _ => false,
        };
        if is_fine {
            clean.insert(word.clone(), value.clone());
        }
    }
    // A single value is no choice.
    if let Some([only]) = clean
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        let only = only.clone();
        clean.shift_remove("enum");
        clean.insert("const".to_owned(), only);
    }
}

/// Requires the discriminator in each alternative. Returns whether there is one.
pub(super) fn ensure_discriminator(alternatives: &mut [Value]) -> bool {
    let Some(name) = discriminator(alternatives) else {
        return false;
    };
    for alternative in alternatives {
        let word =
            constant(alternative, &name).map(|word| humanize(&word.to_string().replace('"', "")));
        if alternative.get("title").is_none()
            && let Some(word) = word
        {
            alternative["title"] = word.into();
        }
        let mut required = texts(alternative.get("required"));
        if !required.contains(&name.as_str()) {
            required.insert(0, &name);
            alternative["required"] = json!(required);
        }
    }
    true
}

/// The member that has a different constant in each alternative.
fn discriminator(alternatives: &[Value]) -> Option<String> {
    let first = alternatives.first()?.get("properties")?.as_object()?;
    let is_it = |name: &&String| {
        let constants = alternatives.iter().map(|each| constant(each, name));
        let constants: Option<Vec<&Value>> = constants.collect();
        constants.is_some_and(|constants| {
            let others = |n: usize| &constants[n + 1..];
            !(0..constants.len()).any(|n| others(n).contains(&constants[n]))
        })
    };
    first.keys().find(is_it).cloned()
}

fn constant<'a>(alternative: &'a Value, name: &str) -> Option<&'a Value> {
    alternative.get("properties")?.get(name)?.get("const")
}

/// The texts of a list without duplicates, which would make a schema invalid.
fn texts(value: Option<&Value>) -> Vec<&str> {
    let values = value.and_then(Value::as_array).into_iter().flatten();
    let mut texts = Vec::new();
    for text in values.filter_map(Value::as_str) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Removes HTML tags, which descriptions contain for links, but keeps the text between them.
fn strip_html_tags(words: &str) -> String {
    let mut left = String::new();
    let mut rest = words;
    while let Some((before, tag)) = rest.split_once('<') {
        left.push_str(before);
        let is_tag = tag.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '/');
        match tag.split_once('>').filter(|_| is_tag) {
            Some((_, after)) => rest = after,
            None => {
                left.push('<');
                rest = tag;
            }
        }
    }
    left.push_str(rest);
    left
}

#[cfg(test)]
mod tests;
