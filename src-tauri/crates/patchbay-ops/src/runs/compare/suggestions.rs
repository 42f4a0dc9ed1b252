//! Suggests paths that probably differ every time.

use patchbay_model::Timestamp;
use serde_json::Value;

use super::RunPart;
use super::differences::FoundDifference;
use super::paths::{Step, to_pattern};

const MAX_SUGGESTIONS: usize = 8;

/// Suffixes of normalized names whose values are new with every call.
const NAMES: [&str; 16] = [
    "timestamp",
    "time",
    "date",
    "requestid",
    "traceid",
    "spanid",
    "correlationid",
    "sessionid",
    "uuid",
    "guid",
    "nonce",
    "etag",
    "cursor",
    "pagetoken",
    "elapsed",
    "durationms",
];

/// Returns paths among the differences that probably differ every time, with wildcards for indexes.
pub(super) fn suggest(found: &[FoundDifference]) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for one in found.iter().filter(|one| changes_every_time(one)) {
        let path = to_pattern(&one.path);
        if !paths.contains(&path) {
            paths.push(path);
        }
        if paths.len() == MAX_SUGGESTIONS {
            break;
        }
    }
    paths
}

fn changes_every_time(found: &FoundDifference) -> bool {
    let (Some(before), Some(after)) = (&found.before, &found.after) else {
        return false;
    };
    found.part == RunPart::Outcome
        && is_plain(before)
        && is_plain(after)
        && (has_volatile_name(&found.path) || [before, after].into_iter().all(is_volatile_value))
}

fn is_plain(value: &Value) -> bool {
    value.is_string() || value.is_number()
}

/// Whether the last name of the path is typical for a time or an id of one call.
fn has_volatile_name(path: &[Step]) -> bool {
    let name = path.iter().rev().find_map(|step| match step {
        Step::Member(name) => Some(name),
        Step::Item(_) => None,
    });
    let Some(name) = name else {
        return false;
    };
    let words = name.ends_with("_at") || name.ends_with("At") || name == "ts";
    let small: String = name
        .chars()
        .filter(|sign| sign.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    // `paid` and `valid` are no ids: `id` has to be a word of its own.
    let is_id =
        name == "id" || name.ends_with("_id") || name.ends_with("Id") || name.ends_with("ID");
    words || is_id || NAMES.iter().any(|end| small.ends_with(end))
}

/// Whether the value is a timestamp or a UUID.
fn is_volatile_value(value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return false;
    };
    Timestamp::parse(text).is_some() || is_uuid(text)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(place, sign)| match place {
            8 | 13 | 18 | 23 => sign == '-',
            _ => sign.is_ascii_hexdigit(),
        })
}
