//! Differences between two JSON values, path by path.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant};

use patchbay_model::Json;
use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::documents::{Documents, step_of};
use super::paths::{IGNORED, PathPattern, Step, is_ignored, pointer};
use super::{RunChange, RunDifference, RunPart};

/// Time limit for matching the items of one list; the remaining ones count as replaced.
const MATCH_TIMEOUT: Duration = Duration::from_millis(500);

/// Members that identify an item of a list although other members changed.
const NAMES: [&str; 8] = ["id", "key", "uuid", "uri", "url", "path", "name", "number"];

/// A difference with its path as steps.
pub(super) struct FoundDifference {
    pub(super) part: RunPart,
    pub(super) path: Vec<Step>,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

impl From<FoundDifference> for RunDifference {
    fn from(found: FoundDifference) -> Self {
        let change = match (&found.before, &found.after) {
            (None, _) => RunChange::Added,
            (_, None) => RunChange::Removed,
            _ => RunChange::Changed,
        };
        Self {
            part: found.part,
            pointer: pointer(&found.path),
            change,
            before: Json(found.before.unwrap_or_default()),
            after: Json(found.after.unwrap_or_default()),
        }
    }
}

/// Returns all differences between two runs, part by part.
pub(super) fn differences(
    old: &Documents,
    new: &Documents,
    ignored: &[PathPattern],
) -> Vec<FoundDifference> {
    let mut all = Vec::new();
    for ((part, before), (_, after)) in old.parts().zip(new.parts()) {
        let mut walk = Walk {
            part,
            path: vec![step_of(part)],
            ignored,
            found: Vec::new(),
        };
        walk.compare(before, after);
        all.append(&mut walk.found);
    }
    all
}

struct Walk<'a> {
    part: RunPart,
    path: Vec<Step>,
    ignored: &'a [PathPattern],
    found: Vec<FoundDifference>,
}

impl Walk<'_> {
    fn compare(&mut self, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.compare_members(before, after),
            (Value::Array(before), Value::Array(after)) => self.compare_items(before, after),
            (before, after) if before == after => {}
            (before, after) => self.note(Some(before), Some(after)),
        }
    }

    fn compare_members(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) {
        for (name, value) in before {
            self.descend(Step::Member(name.clone()), |walk| match after.get(name) {
                Some(other) => walk.compare(value, other),
                None => walk.note(Some(value), None),
            });
        }
        for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            self.descend(Step::Member(name.clone()), |walk| {
                walk.note(None, Some(value));
            });
        }
    }

    fn compare_items(&mut self, before: &[Value], after: &[Value]) {
        let deadline = Some(Instant::now() + MATCH_TIMEOUT);
        let [old, new] = [before, after].map(|items| items.iter().map(hash_of).collect::<Vec<_>>());
        for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline) {
            if let DiffOp::Equal { .. } = op {
                continue;
            }
            let (_, old, new) = op.as_tag_tuple();
            self.compare_replaced((old.start, &before[old]), (new.start, &after[new]));
        }
    }

    /// Compares ranges of two lists without equal items: items that match are compared with each other.
    fn compare_replaced(&mut self, before: (usize, &[Value]), after: (usize, &[Value])) {
        for (old, new) in match_items(before.1, after.1) {
            let index = match (old, new) {
                (_, Some(new)) => after.0 + new,
                (old, None) => before.0 + old.unwrap_or_default(),
            };
            self.descend(Step::Item(index), |walk| {
                match (old.map(|at| &before.1[at]), new.map(|at| &after.1[at])) {
                    (Some(old), Some(new)) => walk.compare(old, new),
                    (old, new) => walk.note(old, new),
                }
            });
        }
    }

    fn descend(&mut self, step: Step, look: impl FnOnce(&mut Self)) {
        self.path.push(step);
        look(self);
        self.path.pop();
    }

    fn note(&mut self, before: Option<&Value>, after: Option<&Value>) {
        // A path that only one run has is not masked in the other.
        if is_ignored(self.ignored, &self.path) {
            return;
        }
        self.found.push(FoundDifference {
            part: self.part,
            path: self.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }
}

/// Matches items by name, and nameless ones by order. A named item without a counterpart was added or removed, unless
/// there is just one item on both sides.
fn match_items(before: &[Value], after: &[Value]) -> Vec<(Option<usize>, Option<usize>)> {
    if let ([_], [_]) = (before, after) {
        return vec![(Some(0), Some(0))];
    }
    let mut named = HashMap::new();
    for (index, item) in after.iter().enumerate() {
        if let Some(name) = name_of(item) {
            named.entry(name).or_insert(index);
        }
    }
    let nameless = |index: &usize| name_of(&after[*index]).is_none();
    let mut nameless = (0..after.len()).filter(nameless);
    let mut taken = HashSet::new();
    let mut pairs = Vec::with_capacity(before.len().max(after.len()));
    for (index, item) in before.iter().enumerate() {
        let partner = match name_of(item) {
            Some(name) => named.remove(&name),
            None => nameless.next(),
        };
        taken.extend(partner);
        pairs.push((Some(index), partner));
    }
    let unmatched = (0..after.len()).filter(|index| !taken.contains(index));
    pairs.extend(unmatched.map(|index| (None, Some(index))));
    pairs
}

/// Returns the first of [`NAMES`] that the object has as a string or number, with the hash of its value.
fn name_of(item: &Value) -> Option<(&'static str, u64)> {
    let members = item.as_object()?;
    NAMES.into_iter().find_map(|name| {
        let value = members.get(name)?;
        let names = (value.is_string() && *value != IGNORED) || value.is_number();
        names.then(|| (name, hash_of(value)))
    })
}

fn hash_of(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
