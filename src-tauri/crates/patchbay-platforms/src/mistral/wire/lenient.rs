//! Values that are written in more than one way, or not as documented.
//!
//! Source: Mistral contract, section 4, "Leniency of the reader".

use patchbay_model::Timestamp;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

/// A value of the documented form, or whatever was sent in its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(in crate::mistral) enum Kept<T> {
    /// As documented.
    Read(T),
    /// Of another form.
    AsSent(Value),
}

impl<T> Kept<T> {
    /// The value, where it is as documented.
    pub(in crate::mistral) fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::AsSent(_) => None,
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(T::deserialize(&value).map_or(Self::AsSent(value), Self::Read))
    }
}

/// Yes or no, in any of many spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(in crate::mistral) struct Flag(pub(in crate::mistral) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = match Value::deserialize(deserializer)? {
            Value::Bool(flag) => Some(flag),
            Value::Number(number) => match number.as_f64() {
                Some(0.0) => Some(false),
                Some(1.0) => Some(true),
                _ => None,
            },
            Value::String(word) => match word.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "t" | "y" | "1" => Some(true),
                "false" | "no" | "off" | "f" | "n" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        };
        read.map(Self)
            .ok_or_else(|| D::Error::custom("expected true or false"))
    }
}

/// A whole number, also as text, with a fraction of zero, or as true and false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(in crate::mistral) struct Number(pub(in crate::mistral) i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = match Value::deserialize(deserializer)? {
            Value::Bool(flag) => Some(i64::from(flag)),
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => match text.trim().parse() {
                Ok(number) => Some(number),
                Err(_) => text.trim().parse().ok().and_then(whole),
            },
            _ => None,
        };
        read.map(Self)
            .ok_or_else(|| D::Error::custom("expected a whole number"))
    }
}

fn whole(number: f64) -> Option<i64> {
    // Beyond 2^53 a double no longer tells neighbours apart.
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

/// A time: RFC 3339, also without an offset, with a space in the middle or the date alone; unix seconds
/// as number or text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(in crate::mistral) struct Moment(pub(in crate::mistral) Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64().and_then(unix),
            Value::String(text) => {
                spelled(&text).or_else(|| unix(text.trim().parse::<f64>().ok()?))
            }
            _ => None,
        };
        read.map(Self)
            .ok_or_else(|| D::Error::custom("expected a time"))
    }
}

fn spelled(text: &str) -> Option<Timestamp> {
    if !text.is_ascii() || text.len() < 10 {
        return None;
    }
    if text.len() == 10 {
        return Timestamp::parse(&format!("{text}T00:00:00Z"));
    }
    let text = format!("{}T{}", &text[..10], &text[11..]);
    Timestamp::parse(&text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}

fn unix(seconds: f64) -> Option<Timestamp> {
    // Microseconds are as fine as a double of these days gets.
    let micros = (seconds * 1e6).round();
    if !micros.is_finite() || micros.abs() >= 1e18 {
        return None;
    }
    let nanos = micros as i128 * 1000;
    let instant = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?;
    (0..=9999)
        .contains(&instant.year())
        .then(|| Timestamp::new(instant))
}

/// A list; null is an empty one.
pub(in crate::mistral) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A list of objects; null is an empty one, and what is no object fails it.
pub(in crate::mistral) fn objects<'de, D: Deserializer<'de>, T>(
    deserializer: D,
) -> Result<Vec<Kept<T>>, D::Error>
where
    T: DeserializeOwned,
{
    let items: Vec<Kept<T>> = list(deserializer)?;
    let is_object = |item: &Kept<T>| !matches!(item, Kept::AsSent(value) if !value.is_object());
    if items.iter().all(is_object) {
        Ok(items)
    } else {
        Err(D::Error::custom("an item is no object"))
    }
}
