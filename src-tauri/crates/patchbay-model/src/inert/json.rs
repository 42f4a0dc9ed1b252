//! JSON without characters that a terminal would act on. Parsed again it equals the original value.

use serde::Serialize;

use super::is_invisible;

/// Serializes a value as indented JSON, with control and invisible characters as `\u` escapes. Empty for a value that
/// is not JSON, which no type of the model is.
pub fn inert_json_pretty<T: Serialize + ?Sized>(value: &T) -> String {
    escape(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// As [`inert_json_pretty`], but on one line.
pub fn inert_json<T: Serialize + ?Sized>(value: &T) -> String {
    escape(&serde_json::to_string(value).unwrap_or_default())
}

/// Escapes in the strings of a JSON document what JSON allows but a terminal should not get.
fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for sign in json.chars() {
        // A line break is only between tokens: in strings it is escaped already.
        if sign == '\n' || !is_escaped(sign) {
            escaped.push(sign);
            continue;
        }
        for unit in sign.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

fn is_escaped(sign: char) -> bool {
    sign.is_control() || is_invisible(sign)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_acts_or_hides_is_escaped_and_the_document_stays_equal() {
        let text =
            "a\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{200b}\u{2028}\u{2029}\u{feff}\u{e0041}\"\\\n é 日";
        let value = json!({ text: [text, { "n": 1.5, "none": null, "yes": true }, []] });
        for written in [inert_json_pretty(&value), inert_json(&value)] {
            let is_plain = |sign: char| sign == '\n' || !is_escaped(sign);
            assert!(written.chars().all(is_plain), "{written:?}");
            assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
            for escape in [
                "\\u001b",
                "\\u009b",
                "\\u007f",
                "\\u202e",
                "\\u2028",
                "\\udb40\\udc41",
            ] {
                assert!(written.contains(escape), "{escape} {written}");
            }
            assert!(written.contains("é 日"));
        }
    }

    #[test]
    fn what_needs_no_escape_is_written_as_ever() {
        let value = json!({ "a": [1, "x", {}], "b": { "c": "é" }, "d": [] });
        assert_eq!(
            inert_json_pretty(&value),
            serde_json::to_string_pretty(&value).unwrap()
        );
        assert_eq!(inert_json(&value), value.to_string());
    }
}
