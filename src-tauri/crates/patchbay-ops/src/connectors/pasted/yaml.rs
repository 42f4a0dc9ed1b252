//! YAML settings of other apps.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use crate::json_object::scalar_text;

/// Maximum nesting.
const MAX_DEPTH: usize = 60;

/// A list or an object that isn't complete yet.
enum Open {
    List(Vec<Value>),
    /// With the name of the member whose value follows.
    Object(Map<String, Value>, Option<String>),
}

/// Parses the first document of a text; the error is the number of a line. Aliases are refused, as a short text could
/// stand for a huge one.
pub(super) fn parse(text: &str) -> Result<Value, usize> {
    let mut stack: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.marker().line())?;
        let refused = span.start.line();
        let value = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) if stack.len() >= MAX_DEPTH => {
                return Err(refused);
            }
            Event::SequenceStart(..) => {
                stack.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                stack.push(Open::Object(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Open::List(items)) => items.into(),
                Some(Open::Object(members, _)) => members.into(),
                None => return Err(refused),
            },
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::Alias(_) => return Err(refused),
            _ => continue,
        };
        match stack.last_mut() {
            None => return Ok(value),
            Some(Open::List(items)) => items.push(value),
            Some(Open::Object(members, name)) => match name.take() {
                Some(name) => drop(members.insert(name, value)),
                None => *name = Some(scalar_text(&value).ok_or(refused)?),
            },
        }
    }
    Ok(Value::Null)
}

/// Numbers stay text, as nothing is calculated with them and `3.10` would become `3.1`.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null") => Value::Null,
        (ScalarStyle::Plain, "true") => true.into(),
        (ScalarStyle::Plain, "false") => false.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_become_json() {
        let text = "a: # first\n  b: [-y, 'x y', \"\\n\", true]\n  c: 3.10\n  d:\n1:\n- e: 'true'\n  f: |\n    g\n---\nh: i\n";
        let expected = json!({
            "a": {"b": ["-y", "x y", "\n", true], "c": "3.10", "d": null},
            "1": [{"e": "true", "f": "g\n"}],
        });
        assert_eq!(parse(text), Ok(expected));
        assert_eq!(parse("# nothing"), Ok(Value::Null));
    }

    #[test]
    fn what_could_take_much_memory_is_refused() {
        assert_eq!(parse("a: &x [1]\nb: *x\n"), Err(2));
        assert!(parse(&"[".repeat(50_000)).is_err());
        assert!(parse(&"- ".repeat(50_000)).is_err());
        assert!(parse("? [a]\n: b\n").is_err());
    }
}
