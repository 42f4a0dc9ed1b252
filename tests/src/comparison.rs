//! Whether two values of an outcome mean the same.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::exact;

/// Differences between a recorded value and ours, each with where it is.
pub(crate) struct Comparison<'a> {
    /// What was answered: a member of ours that the record lacks has to come from there.
    pub(crate) answers: &'a [Value],
}

impl Comparison<'_> {
    /// Tells what differs.
    pub(crate) fn differences(&self, recorded: &Value, ours: &Value) -> Vec<String> {
        let mut differences = Vec::new();
        self.compare("", recorded, ours, &mut differences);
        differences
    }

    fn compare(&self, at: &str, recorded: &Value, ours: &Value, found: &mut Vec<String>) {
        match (recorded, ours) {
            (Value::Object(recorded), Value::Object(ours)) => {
                self.compare_members(at, recorded, ours, found);
            }
            (Value::Array(recorded), Value::Array(ours)) if recorded.len() == ours.len() => {
                for (n, (recorded, ours)) in recorded.iter().zip(ours).enumerate() {
                    self.compare(&format!("{at}/{n}"), recorded, ours, found);
                }
            }
            _ if is_nothing(recorded) && is_nothing(ours) => {}
            _ if same_scalar(recorded, ours) => {}
            _ => found.push(format!(
                "{}: expected {}, got {}",
                place(at),
                shown(recorded),
                shown(ours)
            )),
        }
    }

    fn compare_members(
        &self,
        at: &str,
        recorded: &Map<String, Value>,
        ours: &Map<String, Value>,
        found: &mut Vec<String>,
    ) {
        for (name, value) in recorded {
            let here = format!("{at}/{name}");
            match ours.get(name) {
                Some(ours) if !ours.is_null() => self.compare_or_default(&here, value, ours, found),
                _ if is_nothing(value) || is_default(at, name, value) => {}
                _ => found.push(format!("{here}: expected {}, it is missing", shown(value))),
            }
        }
        for (name, value) in ours {
            let is_explained = recorded.contains_key(name)
                || is_nothing(value)
                || is_default(at, name, value)
                || self.answers.iter().any(|answer| holds(answer, name, value));
            if !is_explained {
                found.push(format!(
                    "{at}/{name}: only ours has it, with {}",
                    shown(value)
                ));
            }
        }
    }

    fn compare_or_default(
        &self,
        at: &str,
        recorded: &Value,
        ours: &Value,
        found: &mut Vec<String>,
    ) {
        let (parent, name) = at.rsplit_once('/').unwrap_or(("", at));
        if recorded.is_null() && is_default(parent, name, ours) {
            return;
        }
        self.compare(at, recorded, ours, found);
    }
}

/// Whether `answer` holds, at any depth, a member of that name and value.
fn holds(answer: &Value, name: &str, value: &Value) -> bool {
    match answer {
        Value::Object(members) => {
            let here = members.get(name).is_some_and(|member| same(member, value));
            here || members.values().any(|member| holds(member, name, value))
        }
        Value::Array(items) => items.iter().any(|item| holds(item, name, value)),
        _ => false,
    }
}

/// Whether two values are the same, with nothing explained by an answer.
fn same(one: &Value, other: &Value) -> bool {
    let strict = Comparison { answers: &[] };
    strict.differences(one, other).is_empty()
}

/// Null, absent and an empty list are the same.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Whether a member has the value that the contracts give it when it is absent.
fn is_default(at: &str, name: &str, value: &Value) -> bool {
    match name {
        "mistral"
        | "is_default"
        | "has_default_credentials"
        | "has_more"
        | "is_primary"
        | "isError" => *value == Value::Bool(false),
        "name" => is_preference(at) && *value == Value::String("default".to_owned()),
        "is_secret" | "is_required" => *value == Value::Bool(true),
        "settings" => value.as_object().is_some_and(Map::is_empty),
        "type" => at.ends_with("/auth_request") && *value == Value::String("code".to_owned()),
        _ => false,
    }
}

/// Whether a connection preference of Mistral stands there.
fn is_preference(at: &str) -> bool {
    let list = at.rsplit_once('/').map_or("", |(list, _)| list);
    list.ends_with("/connection_preferences")
}

fn same_scalar(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    match (exact::number(one), exact::number(other)) {
        (Some(one), Some(other)) => return exact::same_number(one, other),
        // A number and a text can only both be times.
        (Some(number), None) => {
            return exact::text(other).is_some_and(|text| is_time(number, text));
        }
        (None, Some(number)) => return exact::text(one).is_some_and(|text| is_time(number, text)),
        (None, None) => {}
    }
    let (Some(one), Some(other)) = (exact::text(one), exact::text(other)) else {
        return false;
    };
    let same_time = || match (instant(one), instant(other)) {
        (Some(one), Some(other)) => one == other,
        (Some(_), None) => is_time(other, one),
        (None, Some(_)) => is_time(one, other),
        (None, None) => false,
    };
    let same_url = || address(one).is_some_and(|one| Some(one) == address(other));
    let same_uuid = || uuid(one).is_some_and(|one| Some(one) == uuid(other));
    same_time() || same_url() || same_uuid()
}

/// Whether unix seconds and a time in words are the same instant.
fn is_time(unix: &str, words: &str) -> bool {
    let (Ok(unix), Some(instant)) = (unix.parse::<f64>(), instant(words)) else {
        return false;
    };
    (instant.unix_timestamp_nanos() as f64 / 1e9 - unix).abs() < 1e-6
}

/// RFC 3339, also with a space for the `T`, without an offset, or the date alone.
fn instant(text: &str) -> Option<OffsetDateTime> {
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    if bytes.len() == 10 {
        return OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok();
    }
    let mut text = text.to_owned();
    if bytes[10] == b' ' {
        text.replace_range(10..11, "T");
    }
    OffsetDateTime::parse(&text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339))
        .ok()
}

fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The 32 digits of a UUID in any spelling.
fn uuid(text: &str) -> Option<String> {
    let text = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let digits: String = text
        .chars()
        .filter(|sign| !matches!(sign, '-' | '{' | '}'))
        .collect();
    let is_hex = digits.chars().all(|digit| digit.is_ascii_hexdigit());
    (digits.len() == 32 && is_hex).then(|| digits.to_lowercase())
}

fn place(at: &str) -> &str {
    if at.is_empty() { "the whole" } else { at }
}

fn shown(value: &Value) -> String {
    let text = exact::write(value);
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(recorded: Value, ours: Value) -> Vec<String> {
        Comparison { answers: &[] }.differences(&exact::from(&recorded), &exact::from(&ours))
    }

    fn is_same(recorded: Value, ours: Value) -> bool {
        differences(recorded, ours).is_empty()
    }

    #[test]
    fn null_absent_and_an_empty_list_are_the_same() {
        assert!(is_same(
            json!({"a": null, "b": [], "c": null}),
            json!({"c": []})
        ));
        assert!(is_same(json!({"c": []}), json!({"a": null, "b": []})));
        assert!(!is_same(json!({"a": null}), json!({"a": 0})));
        assert!(!is_same(json!({"a": {}}), json!({})));
        assert!(!is_same(json!({"a": ""}), json!({})));
    }

    #[test]
    fn named_defaults_count_on_both_sides() {
        assert!(is_same(
            json!({"mistral": false, "settings": {}}),
            json!({})
        ));
        assert!(is_same(
            json!({}),
            json!({"is_secret": true, "has_more": false})
        ));
        assert!(is_same(
            json!({"is_primary": null}),
            json!({"is_primary": false})
        ));
        assert!(is_same(
            json!({"auth_request": {"u": 1}}),
            json!({"auth_request": {"u": 1, "type": "code"}})
        ));
        let preference = |name: &str| json!({"connection_preferences": [{"name": name, "x": 1}]});
        let nameless = json!({"connection_preferences": [{"x": 1}]});
        assert!(is_same(preference("default"), nameless.clone()));
        assert!(!is_same(preference("other"), nameless));
        assert!(!is_same(json!({"name": "default"}), json!({})));
        assert!(!is_same(json!({"is_secret": false}), json!({})));
        assert!(!is_same(json!({"mistral": true}), json!({})));
        assert!(!is_same(json!({}), json!({"type": "code"})));
    }

    #[test]
    fn times_urls_and_uuids_compare_by_meaning() {
        for (one, other) in [
            (
                json!("2026-03-04T05:06:07Z"),
                json!("2026-03-04 06:06:07.000+01:00"),
            ),
            (json!("2026-03-04T05:06:07"), json!("2026-03-04T05:06:07Z")),
            (json!("2026-03-04"), json!("2026-03-04T00:00:00Z")),
            (json!(1_772_600_767), json!("2026-03-04T05:06:07Z")),
            (json!("1772600767"), json!("2026-03-04T05:06:07Z")),
            (json!("https://a.test:443"), json!("https://A.test/")),
            (
                json!("0F0A3C527D1E4B6F9A512C8E6A1B7D10"),
                json!("0f0a3c52-7d1e-4b6f-9a51-2c8e6a1b7d10"),
            ),
        ] {
            assert!(is_same(one.clone(), other.clone()), "{one} {other}");
        }
        for (one, other) in [
            (json!("2026-03-04T05:06:07Z"), json!("2026-03-04T05:06:08Z")),
            (json!("https://a.test/x"), json!("https://a.test/x/")),
            (json!("a"), json!("A")),
            (json!("1"), json!(1)),
            (json!(1), json!(true)),
        ] {
            assert!(!is_same(one.clone(), other.clone()), "{one} {other}");
        }
    }

    #[test]
    fn a_list_keeps_its_order_and_length() {
        assert!(!is_same(json!([1, 2]), json!([2, 1])));
        assert!(!is_same(json!([1]), json!([1, 2])));
        assert!(!is_same(json!([1]), json!([])));
        assert!(is_same(json!([1.0]), json!([1])));
    }

    #[test]
    fn what_only_ours_has_must_come_from_the_answer() {
        let answers = [exact::from(&json!({"items": [{"extra": {"n": 1}}]}))];
        let likeness = Comparison { answers: &answers };
        let found = |ours: Value| likeness.differences(&json!({}), &exact::from(&ours));
        assert!(found(json!({"extra": {"n": 1.0}})).is_empty());
        assert_eq!(found(json!({"extra": {"n": 2}})).len(), 1);
        assert_eq!(found(json!({"other": 1})).len(), 1);
    }

    #[test]
    fn a_difference_names_its_place() {
        let found = differences(json!({"a": [{"b": 1}]}), json!({"a": [{"b": 2}]}));
        assert_eq!(found, ["/a/0/b: expected 1, got 2"]);
    }
}
