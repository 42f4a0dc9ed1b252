//! Differences between two JSON values.

use patchbay_model::{Difference, Json, pointer};
use serde_json::Value;

/// Returns the differences at the deepest possible paths, in the order of `after`, removed members last. Arrays of
/// different length differ as a whole.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(String::new(), Some(before), Some(after), &mut found);
    found
}

fn collect(
    path: String,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            for (name, value) in after {
                collect(
                    pointer::member(&path, name),
                    before.get(name),
                    Some(value),
                    found,
                );
            }
            for (name, value) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
                collect(pointer::member(&path, name), Some(value), None, found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                let path = pointer::member(&path, &index.to_string());
                collect(path, Some(before), Some(after), found);
            }
        }
        (before, after) => found.push(Difference {
            path,
            before: before.cloned().map(Json),
            after: after.cloned().map(Json),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_member_is_told_where_it_differs() {
        let before = json!({ "same": 1, "deep": { "a": 1, "b": 2 }, "gone": true, "list": [1, 2] });
        let after = json!({ "same": 1, "deep": { "a": 1, "b": 3 }, "list": [1], "x/y": null });
        let paths: Vec<_> = differences(&before, &after)
            .into_iter()
            .map(|difference| {
                let there = (difference.before.is_some(), difference.after.is_some());
                (difference.path, there)
            })
            .collect();
        assert_eq!(
            paths,
            [
                ("/deep/b".to_owned(), (true, true)),
                ("/list".to_owned(), (true, true)),
                ("/x~1y".to_owned(), (false, true)),
                ("/gone".to_owned(), (true, false)),
            ]
        );
    }

    #[test]
    fn equal_values_do_not_differ() {
        let value = json!({ "a": [1, { "b": null }] });
        assert!(differences(&value, &value.clone()).is_empty());
    }
}
