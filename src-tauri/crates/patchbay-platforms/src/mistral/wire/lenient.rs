//! Parsers of scalars with undocumented spellings.
//!
//! Source: Mistral contract, section 4, "Leniency of the reader".

use patchbay_model::Timestamp;
use serde_json::Value;
use time::OffsetDateTime;

pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
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
    }
}

/// An integer, also as text, as a float without fraction, or as a boolean.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => match text.trim().parse() {
            Ok(number) => Some(number),
            Err(_) => text.trim().parse().ok().and_then(whole),
        },
        _ => None,
    }
}

fn whole(number: f64) -> Option<i64> {
    // Beyond 2^53, a double is not exact.
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

/// A time: RFC 3339, also without offset, with a space instead of `T`, or only the date; or Unix seconds as number or
/// text.
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => number.as_f64().and_then(unix),
        Value::String(text) => {
            parse_spelling(text).or_else(|| unix(text.trim().parse::<f64>().ok()?))
        }
        _ => None,
    }
}

fn parse_spelling(text: &str) -> Option<Timestamp> {
    if !text.is_ascii() || text.len() < 10 {
        return None;
    }
    if text.len() == 10 {
        return Timestamp::parse(&format!("{text}T00:00:00Z"));
    }
    if text.as_bytes()[10] == b'T'
        && let Some(at) = Timestamp::parse(text)
    {
        return Some(at);
    }
    let text = format!("{}T{}", &text[..10], &text[11..]);
    Timestamp::parse(&text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}

fn unix(seconds: f64) -> Option<Timestamp> {
    // A double of current times is precise to about a microsecond.
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
