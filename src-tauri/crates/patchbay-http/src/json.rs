//! Parses untrusted JSON within limits.
//!
//! Parsed JSON can take twenty times the memory of its text, so limiting bytes is not enough: values, depth and text
//! lengths are counted while parsing, which stops at the first excess.

use std::cell::Cell;
use std::fmt;

use patchbay_model::json_parts;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::strip_byte_order_mark;

/// Limits of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of values on all levels; an object counts twice, since it takes that much more memory.
    pub values: usize,
    /// Maximum number of levels of arrays and objects; at most 120.
    pub depth: usize,
    /// Maximum bytes of one string, be it a value or the name of a property.
    pub text: usize,
    /// Maximum number of items of arrays at one level; `None` to limit values only.
    pub items: Option<Items>,
}

/// Limit of the items of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items {
    /// Level of the arrays that are limited; an array that is the whole document is at level 1.
    pub level: usize,
    /// Maximum number of items.
    pub most: usize,
}

/// Why a document could not be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It isn't JSON. The parser's message is dropped: it quotes the document, which may contain a secret.
    #[error("not JSON")]
    NotJson,
    /// It exceeds a limit.
    #[error(transparent)]
    Exceeded(#[from] Exceeded),
}

/// The limit that a document exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Exceeded {
    /// Too many values.
    #[error("more than {0} values")]
    Values(usize),
    /// Nested too deeply.
    #[error("more than {0} levels")]
    Depth(usize),
    /// A text is too long.
    #[error("a text of more than {0} bytes")]
    Text(usize),
    /// An array is too long.
    #[error("more than {0} items")]
    Items(usize),
}

/// Parses a document.
///
/// # Errors
/// [`Error::NotJson`]; [`Error::Exceeded`] at the first excess, without parsing the rest.
pub fn parse(bytes: &[u8], limits: Limits) -> Result<Value, Error> {
    parse_counting(bytes, limits).map(|(value, _)| value)
}

/// As [`parse`]; also returns the number of values, counted as for [`Limits::values`].
///
/// # Errors
/// As [`parse`].
pub fn parse_counting(bytes: &[u8], limits: Limits) -> Result<(Value, usize), Error> {
    // From bytes, serde_json would check each string for UTF-8 by itself, which is much slower.
    // RFC 8259, section 8.1, allows to leave a byte order mark out.
    let bytes = strip_byte_order_mark(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Error::NotJson)?;
    let budget = Budget {
        limits,
        spent: Cell::new(0),
        exceeded: Cell::new(None),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = One {
        budget: &budget,
        level: 0,
    }
    .deserialize(&mut reader)
    .and_then(|value| reader.end().map(|()| value));
    match read {
        Ok(value) => Ok((value, budget.spent.get())),
        Err(_) => Err(budget
            .exceeded
            .get()
            .map_or(Error::NotJson, Error::Exceeded)),
    }
}

/// Number of values of a document, counted as for [`Limits::values`].
pub fn count_values(value: &Value) -> usize {
    let own = if value.is_object() { 2 } else { 1 };
    own + json_parts(value).map(count_values).sum::<usize>()
}

struct Budget {
    limits: Limits,
    spent: Cell<usize>,
    exceeded: Cell<Option<Exceeded>>,
}

impl Budget {
    fn spend<E: serde::de::Error>(&self, values: usize) -> Result<(), E> {
        let spent = self.spent.get() + values;
        self.spent.set(spent);
        let most = self.limits.values;
        self.ensure(spent <= most, Exceeded::Values(most))
    }

    fn check_text<E: serde::de::Error>(&self, text: &str) -> Result<(), E> {
        let most = self.limits.text;
        self.ensure(text.len() <= most, Exceeded::Text(most))
    }

    fn check_level<E: serde::de::Error>(&self, level: usize) -> Result<(), E> {
        let most = self.limits.depth;
        self.ensure(level <= most, Exceeded::Depth(most))
    }

    fn check_items<E: serde::de::Error>(&self, level: usize, count: usize) -> Result<(), E> {
        match self.limits.items {
            Some(items) if items.level == level => {
                self.ensure(count <= items.most, Exceeded::Items(items.most))
            }
            _ => Ok(()),
        }
    }

    fn ensure<E: serde::de::Error>(&self, holds: bool, otherwise: Exceeded) -> Result<(), E> {
        if holds {
            return Ok(());
        }
        self.exceeded.set(Some(otherwise));
        Err(E::custom(otherwise))
    }
}

/// Parses one value within the budget.
#[derive(Clone, Copy)]
struct One<'a> {
    budget: &'a Budget,
    /// Number of arrays and objects around the value.
    level: usize,
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.scalar(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.scalar(value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.scalar(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.scalar(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        self.scalar(value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.budget.spend(1)?;
        self.budget.check_text(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.budget.spend(1)?;
        let inner = self.inner()?;
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            read.push(item);
            self.budget.check_items(inner.level, read.len())?;
        }
        read.shrink_to_fit();
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.budget.spend(2)?;
        let inner = self.inner()?;
        // Collected first, so that the map is allocated in its final size.
        let mut read = Vec::new();
        while let Some(name) = members.next_key_seed(Name(self.budget))? {
            read.push((name, members.next_value_seed(inner)?));
        }
        let mut map = Map::with_capacity(read.len());
        map.extend(read);
        Ok(Value::Object(map))
    }
}

impl One<'_> {
    fn scalar<E: serde::de::Error>(self, value: impl Into<Value>) -> Result<Value, E> {
        self.budget.spend(1)?;
        Ok(value.into())
    }

    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let level = self.level + 1;
        self.budget.check_level(level)?;
        Ok(Self { level, ..self })
    }
}

/// Parses the name of a property.
struct Name<'a>(&'a Budget);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<String, E> {
        self.0.check_text(name)?;
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIGHT: Limits = Limits {
        values: 20,
        depth: 4,
        text: 10,
        items: Some(Items { level: 3, most: 3 }),
    };

    fn read(text: &str) -> Result<Value, Error> {
        parse(text.as_bytes(), TIGHT)
    }

    #[test]
    fn what_is_within_the_limits_is_read_as_it_is() {
        for text in [
            "null",
            "true",
            "-7",
            "18446744073709551615",
            "1.5e300",
            r#""a\u00e9\n""#,
            r#"{"b":[1,{"c":null}],"a":{}}"#,
            r#"{"a":1,"a":2}"#,
        ] {
            let wanted: Value = serde_json::from_str(text).unwrap();
            let read = read(text).unwrap();
            assert_eq!(read, wanted, "{text}");
            let (_, values) = parse_counting(text.as_bytes(), TIGHT).unwrap();
            // A member that stands twice is kept once.
            let is_kept_once = usize::from(text == r#"{"a":1,"a":2}"#);
            assert_eq!(count_values(&read) + is_kept_once, values, "{text}");
            assert_eq!(read.to_string(), wanted.to_string(), "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_in_front_is_left_out() {
        assert_eq!(read("\u{feff}[1]"), read("[1]"));
        assert_eq!(read("\u{feff}\u{feff}[1]"), Err(Error::NotJson));
    }

    #[test]
    fn each_limit_is_named_when_it_is_exceeded() {
        let cases = [
            (
                "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]",
                Exceeded::Values(20),
            ),
            ("[[[[[]]]]]", Exceeded::Depth(4)),
            (r#"["12345678901"]"#, Exceeded::Text(10)),
            (r#"{"12345678901":1}"#, Exceeded::Text(10)),
            (r#"{"result":{"tools":[1,2,3,4]}}"#, Exceeded::Items(3)),
        ];
        for (text, exceeded) in cases {
            assert_eq!(read(text), Err(Error::Exceeded(exceeded)), "{text}");
        }
        assert!(read(r#"{"result":[1,2,3,4]}"#).is_ok());
    }

    #[test]
    fn the_rest_is_not_looked_at_once_a_limit_is_exceeded() {
        let text = format!("[{}no json at all", "1,".repeat(20));
        let exceeded = Exceeded::Values(20);
        assert_eq!(read(&text), Err(Error::Exceeded(exceeded)));
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in ["", "{", "[1,]", "{} {}", "nul", "\"\u{0}\""] {
            assert_eq!(read(text), Err(Error::NotJson), "{text:?}");
        }
        assert_eq!(parse(b"\"\xff\"", TIGHT), Err(Error::NotJson));
    }
}
