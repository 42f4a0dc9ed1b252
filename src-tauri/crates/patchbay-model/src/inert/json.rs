//! JSON without characters that a terminal would act on. Parsed again it equals the original value.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};

use super::is_invisible;

/// Serializes a value as indented JSON, with control and invisible characters as `\u` escapes. Empty for a value that
/// is not JSON, which no type of the model is.
pub fn inert_json_pretty<T: Serialize + ?Sized>(value: &T) -> String {
    serialize_inert(value, PrettyFormatter::new())
}

/// As [`inert_json_pretty`], but on one line.
pub fn inert_json<T: Serialize + ?Sized>(value: &T) -> String {
    serialize_inert(value, CompactFormatter)
}

fn serialize_inert<T: Serialize + ?Sized>(value: &T, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Escaping(formatter));
    let written = value.serialize(&mut serializer);
    written
        .ok()
        .and_then(|()| String::from_utf8(bytes).ok())
        .unwrap_or_default()
}

/// Escapes control characters and characters that hide or reorder others.
struct Escaping<F>(F);

/// Whether the character is escaped although JSON allows it.
fn is_escaped(sign: char) -> bool {
    sign.is_control() || is_invisible(sign)
}

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_escaped) {
            let (before, from) = rest.split_at(at);
            self.0.write_string_fragment(writer, before)?;
            let sign = from.chars().next().unwrap_or_default();
            for unit in sign.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &from[sign.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, is_first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, is_first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
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
