//! Arguments of a tool, from command line arguments.

use std::cell::Cell;
use std::path::Path;

use patchbay_model::{Json, pointer};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::text_file::text_of;

/// Reads the JSON object of `--args`, `-`, `key=value` and `key:=json`; later ones take precedence.
pub(crate) fn read(whole: Option<&str>, words: &[String]) -> Result<Json, Failure> {
    let mut arguments = Map::new();
    if let Some(text) = whole {
        arguments.extend(object(text)?);
    }
    for word in words {
        if word == "-" {
            arguments.extend(object("-")?);
            continue;
        }
        let (key, value) = pair(word)?;
        arguments.insert(key, value);
    }
    Ok(Json(Value::Object(arguments)))
}

/// Whether an argument of that name can be given as `KEY=TEXT`.
pub(crate) fn is_key(name: &str) -> bool {
    !name.is_empty() && !name.contains('=') && !name.ends_with(':')
}

fn pair(word: &str) -> Result<(String, Value), Failure> {
    let (key, value) = word.split_once('=').ok_or_else(invalid_pair)?;
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, json(value, key)?),
        None => (key, Value::String(value.to_owned())),
    };
    if key.is_empty() {
        return Err(invalid_pair());
    }
    Ok((key.to_owned(), value))
}

/// Whether any argument is given as text.
pub(crate) fn has_text(words: &[String]) -> bool {
    texts(words).next().is_some()
}

fn texts(words: &[String]) -> impl Iterator<Item = (&str, &str)> {
    let pairs = words.iter().filter_map(|word| word.split_once('='));
    pairs.filter(|(key, _)| !key.ends_with(':'))
}

/// Reads as JSON what was given as text for a value that is no text by the schema, such as `a=2` for a number. What is
/// no JSON stays text.
pub(crate) fn read_by_schema(arguments: &mut Value, words: &[String], schema: &Value) {
    for (key, text) in texts(words) {
        if let Some(value) = arguments.get_mut(key)
            && value.as_str() == Some(text)
            && !has_oversized_number(text)
            && let Ok(read) = serde_json::from_str(text)
            && let Some(property) = property(schema, key)
            && refuses_text(schema, property, 0, &Cell::new(MAX_PARTS))
        {
            *value = read;
        }
    }
}

/// The schema of a value, by its name or JSON pointer.
fn property<'a>(schema: &'a Value, key: &str) -> Option<&'a Value> {
    let own = schema["properties"].get(key);
    let nested = || {
        let mut names = key.strip_prefix('/')?.split('/');
        names.try_fold(schema, |schema, name| {
            schema["properties"].get(pointer::unescape(name))
        })
    };
    own.or_else(nested)
}

/// Parts of a schema that may describe further properties.
const OTHER_PROPERTIES: [&str; 9] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "dependentSchemas",
    "if",
    "oneOf",
    "patternProperties",
    "unevaluatedProperties",
];

/// The arguments that a schema doesn't know although it lists some: probably misspelled ones, which a server ignores.
pub(crate) fn unknown<'a>(arguments: &'a Value, schema: &Value) -> Vec<&'a str> {
    let lists = |properties: &Map<_, _>| !properties.is_empty();
    let is_whole = schema["properties"].as_object().is_some_and(lists)
        && OTHER_PROPERTIES.iter().all(|it| schema.get(it).is_none());
    let names = arguments.as_object().filter(|_| is_whole).into_iter();
    let names = names.flat_map(Map::keys).map(String::as_str);
    names
        .filter(|it| schema["properties"].get(it).is_none())
        .collect()
}

/// How many references and choices of a schema are followed.
const MAX_DEPTH: u32 = 8;

/// How many parts of a schema are looked at: one may apply many others, and each of these as many again.
const MAX_PARTS: u32 = 10_000;

/// Whether a schema takes no text, as far as `left` further parts of it tell.
fn refuses_text(root: &Value, schema: &Value, depth: u32, left: &Cell<u32>) -> bool {
    let Some(fewer) = left.get().checked_sub(1).filter(|_| depth <= MAX_DEPTH) else {
        return false;
    };
    left.set(fewer);
    let refuses = |schema: &Value| refuses_text(root, schema, depth + 1, left);
    let all = |name: &str| schema[name].as_array().map(Vec::as_slice);
    let referred = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    let is_refused_by_type = match &schema["type"] {
        Value::String(kind) => kind != "string",
        Value::Array(kinds) => kinds.iter().all(|kind| kind != "string"),
        _ => false,
    };
    let choices = ["anyOf", "oneOf"].into_iter().filter_map(all);
    let is_other = |value: &Value| !value.is_string();
    is_refused_by_type
        || referred.is_some_and(|it| root.pointer(it).is_some_and(refuses))
        || choices.into_iter().any(|some| some.iter().all(refuses))
        || all("allOf").is_some_and(|some| some.iter().any(refuses))
        || all("enum").is_some_and(|some| some.iter().all(is_other))
        || schema.get("const").is_some_and(is_other)
}

fn invalid_pair() -> Failure {
    Failure::usage(
        "arguments must be KEY=TEXT or KEY:=JSON",
        "Example: name=Ada count:=3",
    )
}

/// Whether JSON contains a whole number that 64 bits don't hold, which would be sent rounded.
pub(crate) fn has_oversized_number(json: &str) -> bool {
    let (mut is_text, mut is_escaped) = (false, false);
    let mut rest = json.split(|sign: char| {
        is_text ^= sign == '"' && !is_escaped;
        is_escaped = sign == '\\' && !is_escaped;
        is_text || !(sign.is_ascii_alphanumeric() || "+-.".contains(sign))
    });
    rest.any(|word| {
        let digits = word.strip_prefix('-').unwrap_or(word);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_whole && word.parse::<i64>().is_err() && word.parse::<u64>().is_err()
    })
}

fn oversized_number(what: &str) -> Failure {
    Failure::usage(
        format!("{what} contains a whole number of more than 64 bits, which would be rounded"),
        "Write it as text, or with an exponent, if the tool takes that.",
    )
}

/// Parses a value, which an error does not repeat, because it may be secret.
fn json(text: &str, key: &str) -> Result<Value, Failure> {
    if has_oversized_number(text) {
        return Err(oversized_number(&format!("the value of {key}")));
    }
    serde_json::from_str(text).map_err(|error| {
        Failure::usage(
            format!("the value of {key} isn't valid JSON ({})", position(&error)),
            format!("For text, use {key}=VALUE."),
        )
    })
}

fn object(text: &str) -> Result<Map<String, Value>, Failure> {
    let from_input = text == "-";
    let text = if from_input {
        text_of(Path::new("-"), u64::MAX)?
    } else {
        text.to_owned()
    };
    let what = if from_input { "stdin" } else { "--args" };
    let hint = "Example: {\"name\": \"value\"}";
    if has_oversized_number(&text) {
        return Err(oversized_number(what));
    }
    match serde_json::from_str(&text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::usage(
            format!("{what} must be a JSON object"),
            hint,
        )),
        Err(error) => {
            let position = position(&error);
            Err(Failure::usage(
                format!("{what} isn't valid JSON ({position})"),
                hint,
            ))
        }
    }
}

/// Where JSON is invalid, without its text.
pub(crate) fn position(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use patchbay_model::Code;
    use serde_json::json;

    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn text_and_json_are_told_apart() {
        let given = words(&[
            "text=a=b",
            "count:=3",
            "list:=[1, null]",
            "empty=",
            "say=:=x",
        ]);
        let read = read(None, &given).unwrap();
        let expected = json!({
            "text": "a=b", "count": 3, "list": [1, null], "empty": "", "say": ":=x"
        });
        assert_eq!(read.0, expected);
    }

    #[test]
    fn text_is_read_as_what_the_schema_wants_and_stays_text_where_it_may() {
        let schema = json!({
            "properties": {
                "count": { "type": "integer" },
                "flag": { "anyOf": [{ "type": "boolean" }, { "type": "null" }] },
                "list": { "$ref": "#/$defs/list" },
                "either": { "type": ["string", "number"] },
                "any": {},
                "level": { "enum": [1, 2] },
                "word": { "enum": ["1", 2] },
                "zip": { "pattern": "^[0-9]+$" },
                "at": { "properties": { "port": { "allOf": [{ "type": "integer" }] } } },
                "in/out": { "properties": { "port": { "type": "integer" } } },
                "loop": { "$ref": "#/properties/loop" },
            },
            "$defs": { "list": { "type": "array" } },
        });
        let read = |given: &[&str]| {
            let given = words(given);
            let mut arguments = read(None, &given).unwrap().0;
            read_by_schema(&mut arguments, &given, &schema);
            arguments
        };
        let given = [
            "count=3",
            "flag=true",
            "list=[\"a\"]",
            "level=2",
            "/at/port=80",
            "/in~1out/port=90",
        ];
        let expected = json!({
            "count": 3, "flag": true, "list": ["a"], "level": 2, "/at/port": 80, "/in~1out/port": 90,
        });
        assert_eq!(read(&given), expected);
        let given = [
            "either=3", "any=3", "word=1", "zip=123", "loop=1", "other=1",
        ];
        let expected = json!({
            "either": "3", "any": "3", "word": "1", "zip": "123", "loop": "1", "other": "1",
        });
        assert_eq!(read(&given), expected);
        // What is no JSON is left to the check of the arguments, and what was given as JSON stays.
        let given = ["count=three", "flag:=\"true\"", "list=a,b"];
        let expected = json!({ "count": "three", "flag": "true", "list": "a,b" });
        assert_eq!(read(&given), expected);
    }

    #[test]
    fn a_schema_that_applies_itself_many_times_is_looked_at_in_part() {
        let again = vec![json!({ "$ref": "#/$defs/again" }); 1000];
        let schema = json!({
            "properties": { "a": { "$ref": "#/$defs/again" } },
            "$defs": { "again": { "allOf": again } },
        });
        let mut arguments = json!({ "a": "1" });
        read_by_schema(&mut arguments, &words(&["a=1"]), &schema);
        assert_eq!(arguments, json!({ "a": "1" }));
    }

    #[test]
    fn a_whole_number_that_would_be_rounded_is_refused() {
        let big = "123456789012345678901";
        for given in [
            format!("n:={big}"),
            format!("n:=[1, -{big}]"),
            format!("n:={{\"a\\\"\": {big}}}"),
        ] {
            let failure = read(None, &[given]).unwrap_err();
            assert_eq!(failure.code(), Code::UsageInvalid);
        }
        assert!(read(Some(&format!("{{\"n\":{big}}}")), &[]).is_err());
        for given in [
            format!("n={big}"),
            format!("n:=\"\\\"{big}\""),
            format!("n:={big}.0"),
            "n:=1e30".to_owned(),
            "n:=18446744073709551615".to_owned(),
            "n:=-9223372036854775808".to_owned(),
        ] {
            assert!(read(None, std::slice::from_ref(&given)).is_ok(), "{given}");
        }
    }

    #[test]
    fn words_are_laid_over_the_whole() {
        let read = read(Some(r#"{"a": 1, "b": 2}"#), &words(&["b:=3"])).unwrap();
        assert_eq!(read.0, json!({ "a": 1, "b": 3 }));
    }

    #[test]
    fn what_is_neither_is_refused_without_being_repeated() {
        for given in ["hunter2", "=hunter2", ":=1", "pin:=hunter2"] {
            let failure = read(None, &words(&[given])).unwrap_err();
            assert_eq!(failure.code(), Code::UsageInvalid);
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
        assert!(read(Some("[1]"), &[]).is_err());
    }

    #[test]
    fn an_argument_that_a_schema_would_have_listed_is_unknown() {
        let given = json!({ "count": 1, "cuont": 2 });
        let mut schema = json!({ "properties": { "count": {} } });
        assert_eq!(unknown(&given, &schema), ["cuont"]);
        schema["anyOf"] = json!([{ "properties": { "cuont": {} } }]);
        assert!(unknown(&given, &schema).is_empty());
        assert!(unknown(&given, &json!({ "properties": {} })).is_empty());
        assert!(unknown(&given, &json!(true)).is_empty());
    }
}
