//! JSON whose numbers keep every digit.
//!
//! serde_json rounds what fits neither 64 bits nor a double. Here a number is text behind a mark that no
//! trace holds, so that the rest of serde_json stays usable.

use serde::de::IgnoredAny;
use serde_json::Value;

const MARK: char = '\0';

/// Reads JSON; `None` when it is none.
pub(crate) fn read(text: &str) -> Option<Value> {
    // Says whether it is JSON without looking at how large its numbers are.
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    serde_json::from_str(&marked(text)).ok()
}

/// The same value as [`read`] would give it, from what serde_json read.
pub(crate) fn from(value: &Value) -> Value {
    read(&value.to_string()).unwrap_or_default()
}

/// Writes JSON with the numbers as they were read.
pub(crate) fn write(value: &Value) -> String {
    match value {
        Value::String(text) => match text.strip_prefix(MARK) {
            Some(number) => number.to_owned(),
            None => value.to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(write).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, member)| format!("{}:{}", Value::String(name.clone()), write(member)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

/// The digits of a number as written; `None` for anything else.
pub(crate) fn number(value: &Value) -> Option<&str> {
    value.as_str()?.strip_prefix(MARK)
}

/// Text that is no number.
pub(crate) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.starts_with(MARK))
}

/// Whether two numbers as written are the same one.
pub(crate) fn same_number(one: &str, other: &str) -> bool {
    match (parts(one), parts(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Sign, digits without zeros at either end, and the power of ten of the last digit.
fn parts(number: &str) -> Option<(bool, String, i64)> {
    let (number, is_negative) = match number.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (number, false),
    };
    let (mantissa, power) = match number.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let kept = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - kept.len()).ok()?;
    let kept = kept.trim_start_matches('0');
    if kept.is_empty() {
        return Some((false, String::new(), 0));
    }
    let power = power - i64::try_from(fraction.len()).ok()? + zeros;
    Some((is_negative, kept.to_owned(), power))
}

/// The text of valid JSON with each number turned into marked text.
fn marked(text: &str) -> String {
    let mut marked = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find(|sign: char| sign == '"' || sign == '-' || sign.is_ascii_digit())
    {
        let (before, from) = rest.split_at(at);
        marked.push_str(before);
        let end = if from.starts_with('"') {
            string_end(from)
        } else {
            from.find(|sign: char| !matches!(sign, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
                .unwrap_or(from.len())
        };
        let (token, after) = from.split_at(end);
        if token.starts_with('"') {
            marked.push_str(token);
        } else {
            marked.push_str("\"\\u0000");
            marked.push_str(token);
            marked.push('"');
        }
        rest = after;
    }
    marked.push_str(rest);
    marked
}

/// Where the string ends that `text` begins with, its closing quote included.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_stays() {
        let text =
            r#"{"a":[9007199254740993,123456789012345678901234567890,1e400,-0.10],"1":"2\"3"}"#;
        let value = read(text).unwrap();
        assert_eq!(number(&value["a"][0]), Some("9007199254740993"));
        assert_eq!(self::text(&value["1"]), Some("2\"3"));
        assert_eq!(read(&write(&value)), Some(value.clone()));
        assert!(write(&value).contains("123456789012345678901234567890,1e400,-0.10"));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "1 2", "01", "1.", "-", "{\"a\":1,}", "nul"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("null"), Some(Value::Null));
    }

    #[test]
    fn numbers_are_the_same_by_value_alone() {
        for (one, other) in [
            ("1", "1.0"),
            ("1e20", "100000000000000000000"),
            ("1E-07", "0.0000001"),
            ("-0", "0.00"),
            ("12.50", "1.25e+1"),
        ] {
            assert!(same_number(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("9007199254740993", "9007199254740992"),
            ("1", "-1"),
            ("1", "10"),
            ("123456789012345678901", "123456789012345678902"),
            ("0.1", "0.10000000000000001"),
        ] {
            assert!(!same_number(one, other), "{one} {other}");
        }
    }
}
