//! Arguments of a tool, from command line arguments.

use std::io::Read as _;

use patchbay_model::{FieldProblem, Json, pointer};
use serde_json::{Map, Value};

use crate::failure::Failure;

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

/// The first invalid argument that was given as text but is valid JSON, such as `a=2` for a number.
pub(crate) fn meant_as_json<'a>(words: &'a [String], problems: &[FieldProblem]) -> Option<&'a str> {
    let pairs = words.iter().filter_map(|word| word.split_once('='));
    let mut pairs = pairs.filter(|(key, _)| !key.ends_with(':'));
    let is_meant = |key: &str, text: &str| {
        let path = pointer::member("", key);
        serde_json::from_str::<Value>(text).is_ok()
            && problems.iter().any(|problem| problem.path == path)
    };
    let found = pairs.find(|(key, text)| is_meant(key, text));
    found.map(|(key, _)| key)
}

fn invalid_pair() -> Failure {
    Failure::usage(
        "arguments must be KEY=TEXT or KEY:=JSON",
        "Example: name=Ada count:=3",
    )
}

/// Parses a value, which an error does not repeat, because it may be secret.
fn json(text: &str, key: &str) -> Result<Value, Failure> {
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
        stdin()?
    } else {
        text.to_owned()
    };
    let what = if from_input { "stdin" } else { "--args" };
    let hint = "Example: {\"name\": \"value\"}";
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

fn stdin() -> Result<String, Failure> {
    let mut text = String::new();
    tokio::task::block_in_place(|| std::io::stdin().lock().read_to_string(&mut text))
        .map_err(|error| Failure::internal(format!("couldn't read stdin: {error}")))?;
    Ok(text)
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
    fn text_that_was_meant_as_something_else_is_found() {
        let wrong = ["/a", "/b~1c"].map(|path| FieldProblem {
            path: path.to_owned(),
            message: String::new(),
        });
        let meant = |given: &[&str]| meant_as_json(&words(given), &wrong).map(ToOwned::to_owned);
        assert_eq!(meant(&["a=2"]).as_deref(), Some("a"));
        assert_eq!(meant(&["x=2", "b/c=true"]).as_deref(), Some("b/c"));
        for other in ["a=two", "a:=2", "x=2", "-", "a="] {
            assert_eq!(meant(&[other]), None, "{other}");
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
}
