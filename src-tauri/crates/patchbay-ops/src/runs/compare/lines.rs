//! Line by line comparison of two texts.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::ComparedLine;

/// Number of unchanged lines that are shown around changes.
const CONTEXT_LINES: usize = 3;

/// Time limit for matching; the remaining lines count as replaced.
const MATCH_TIMEOUT: Duration = Duration::from_millis(500);

/// Maximum number of lines; further ones are only counted.
const MAX_LINES: usize = 4000;

/// Maximum characters of a line; further ones are only counted.
const MAX_LINE_LENGTH: usize = 2000;

/// Returns the lines of both texts with unchanged ones folded; none when the texts are equal.
pub(super) fn compare_lines(before: &str, after: &str) -> Vec<ComparedLine> {
    if before == after {
        return Vec::new();
    }
    let diff = TextDiff::configure()
        .timeout(MATCH_TIMEOUT)
        .diff_lines(before, after);
    let mut lines = Vec::new();
    // Number of lines of the earlier text that are shown or folded already.
    let mut past = 0;
    for group in diff.grouped_ops(CONTEXT_LINES) {
        let start = group.first().map_or(past, |op| op.old_range().start);
        fold(&mut lines, start - past);
        for op in &group {
            lines.extend(diff.iter_changes(op).map(|change| line_of(&change)));
        }
        past = group.last().map_or(past, |op| op.old_range().end);
    }
    fold(&mut lines, diff.old_slices().len() - past);
    cut(lines)
}

fn line_of(change: &similar::Change<&str>) -> ComparedLine {
    let number = |index: Option<usize>| {
        u32::try_from(index.unwrap_or_default()).map_or(u32::MAX, |index| index.saturating_add(1))
    };
    let (before, after) = (number(change.old_index()), number(change.new_index()));
    let text = shorten(change.value().trim_end_matches(['\n', '\r']));
    match change.tag() {
        ChangeTag::Equal => ComparedLine::Same {
            before,
            after,
            text,
        },
        ChangeTag::Delete => ComparedLine::Removed { before, text },
        ChangeTag::Insert => ComparedLine::Added { after, text },
    }
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(MAX_LINE_LENGTH) {
        Some((end, _)) => format!(
            "{} … {} more characters",
            &line[..end],
            line[end..].chars().count()
        ),
        None => line.to_owned(),
    }
}

fn fold(lines: &mut Vec<ComparedLine>, count: usize) {
    if count > 0 {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        lines.push(ComparedLine::Folded { count });
    }
}

fn cut(mut lines: Vec<ComparedLine>) -> Vec<ComparedLine> {
    if lines.len() > MAX_LINES {
        let count = u32::try_from(lines.len() - MAX_LINES).unwrap_or(u32::MAX);
        lines.truncate(MAX_LINES);
        lines.push(ComparedLine::Cut { count });
    }
    lines
}
