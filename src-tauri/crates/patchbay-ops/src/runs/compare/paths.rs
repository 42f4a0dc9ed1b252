//! Paths into a compared run, and path patterns.

use std::borrow::Cow;

use serde_json::Value;

/// Replaces an ignored value.
pub(super) const IGNORED: &str = "<ignored>";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

impl Step {
    /// The step as text, without escapes.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Member(name) => Cow::Borrowed(name),
            Self::Item(place) => Cow::Owned(place.to_string()),
        }
    }

    fn escape(&self) -> String {
        patchbay_model::pointer::escape(&self.text())
    }
}

/// Formats a path as a JSON pointer (RFC 6901).
pub(super) fn pointer(path: &[Step]) -> String {
    path.iter()
        .map(|step| format!("/{}", step.escape()))
        .collect()
}

/// Formats a path as a pattern that matches every item of its lists.
pub(super) fn to_pattern(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Member(_) => format!("/{}", step.escape()),
            Step::Item(_) => "/*".to_owned(),
        })
        .collect()
}

/// A path with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Named(String),
    /// Any one step.
    One,
    /// Any number of steps.
    Any,
}

impl PathPattern {
    /// Parses a pattern that a person typed.
    pub(super) fn parse(text: &str) -> Self {
        let part = |word: &str| match word {
            "*" => Part::One,
            "**" => Part::Any,
            name => Part::Named(patchbay_model::pointer::unescape(name)),
        };
        if let Some(pointer) = text.strip_prefix('/') {
            return Self(pointer.split('/').map(part).collect());
        }
        // `items[*].id` is the same as `items.*.id`.
        let dotted = text.replace('[', ".").replace(']', "");
        let words = dotted.split('.').filter(|word| !word.is_empty());
        Self(std::iter::once(Part::Any).chain(words.map(part)).collect())
    }

    /// Whether the pattern matches the path or one above it.
    fn covers(&self, path: &[Step]) -> bool {
        covers(&self.0, path)
    }
}

fn covers(parts: &[Part], path: &[Step]) -> bool {
    match (parts.split_first(), path.split_first()) {
        (None, _) => true,
        (Some((Part::Any, rest)), None) => covers(rest, path),
        (Some(_), None) => false,
        (Some((Part::Any, rest)), Some((_, beneath))) => {
            covers(rest, path) || covers(parts, beneath)
        }
        (Some((Part::One, rest)), Some((_, beneath))) => covers(rest, beneath),
        (Some((Part::Named(name), rest)), Some((step, beneath))) => {
            *name == step.text() && covers(rest, beneath)
        }
    }
}

/// Whether any pattern covers the path.
pub(super) fn is_ignored(patterns: &[PathPattern], path: &[Step]) -> bool {
    patterns.iter().any(|pattern| pattern.covers(path))
}

/// Replaces everything that is ignored in `value`, which is at `path`.
pub(super) fn mask(value: Value, path: &mut Vec<Step>, patterns: &[PathPattern]) -> Value {
    if patterns.is_empty() {
        return value;
    }
    if is_ignored(patterns, path) {
        return Value::from(IGNORED);
    }
    let mut beneath = |step: Step, value: Value| {
        path.push(step);
        let value = mask(value, path, patterns);
        path.pop();
        value
    };
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name.clone(), beneath(Step::Member(name), member)))
            .collect(),
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(place, item)| beneath(Step::Item(place), item))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(words: &[&str]) -> Vec<Step> {
        words
            .iter()
            .map(|word| match word.parse() {
                Ok(place) => Step::Item(place),
                Err(_) => Step::Member((*word).to_owned()),
            })
            .collect()
    }

    #[test]
    fn patterns_match_a_path_and_everything_below() {
        let steps = path(&["outcome", "result", "items", "3", "updatedAt"]);
        for (pattern, fits) in [
            ("/outcome/result/items/3/updatedAt", true),
            ("/outcome/result/items/*/updatedAt", true),
            ("/outcome", true),
            ("/**/updatedAt", true),
            ("updatedAt", true),
            ("items.*.updatedAt", true),
            ("items[*].updatedAt", true),
            ("items", true),
            ("/outcome/*/updatedAt", false),
            ("/items", false),
            ("/outcome/result/items/4", false),
            ("result.updatedAt", false),
        ] {
            assert_eq!(
                PathPattern::parse(pattern).covers(&steps),
                fits,
                "{pattern}"
            );
        }
    }

    #[test]
    fn names_with_slashes_are_escaped_both_ways() {
        let steps = path(&["a/b", "c~d", "0"]);
        assert_eq!(pointer(&steps), "/a~1b/c~0d/0");
        assert_eq!(to_pattern(&steps), "/a~1b/c~0d/*");
        assert!(PathPattern::parse(&pointer(&steps)).covers(&steps));
    }

    #[test]
    fn ignored_values_are_masked_in_place() {
        let value = json!({ "items": [{ "id": 1, "at": "x" }, { "id": 2 }], "at": "y" });
        let patterns = [PathPattern::parse("/items/*/at")];
        assert_eq!(
            mask(value, &mut Vec::new(), &patterns),
            json!({ "items": [{ "id": 1, "at": IGNORED }, { "id": 2 }], "at": "y" })
        );
    }
}
