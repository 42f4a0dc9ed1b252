//! Full text of runs, and translation of queries to SQL.

use patchbay_model::{Content, Origin, RunId, RunQuery, RunState, ToolRun};
use rusqlite::Transaction;
use rusqlite::types::Value;
use serde_json::Value as JsonValue;

use crate::{Error, row};

/// Maximum bytes of a text that are indexed: enough to find a run again, without storing a result of many megabytes
/// twice.
const INDEXED_BYTES: usize = 64 * 1024;

/// Maximum characters of a name pattern: SQLite rejects much longer ones.
const NAME_CHARACTERS: usize = 1024;

/// Returns the searchable texts of a run, in the order of the columns of `tool_run_texts`.
pub(crate) fn texts_of(run: &ToolRun) -> [String; 6] {
    let summary = &run.summary;
    let identity = &summary.identity;
    let who = [
        Some(identity.account.as_str()),
        identity.credential.as_deref(),
    ];
    let mut arguments = String::new();
    push_json(&mut arguments, &run.arguments);
    let mut problem = String::new();
    if let Some(why) = &summary.problem {
        push(&mut problem, why.code.as_str());
        push(&mut problem, &why.message);
        push(&mut problem, why.detail.as_deref().unwrap_or_default());
    }
    let label = &summary.label;
    let mut called = summary.tool.clone();
    for said in [&label.name, &label.note].into_iter().flatten() {
        called.push(' ');
        called.push_str(said);
    }
    [
        called,
        summary.connector_title.clone(),
        arguments,
        result_text(run),
        problem,
        who.into_iter().flatten().collect::<Vec<_>>().join(" "),
    ]
    .map(separate_ideographs)
}

/// Separates what is written without spaces, so that words in it are found: the tokenizer takes all of it for one word.
fn separate_ideographs(text: String) -> String {
    if !text.contains(is_ideograph) {
        return text;
    }
    let mut separated = String::with_capacity(text.len() * 2);
    for sign in text.chars() {
        match is_ideograph(sign) {
            true => separated.extend([' ', sign, ' ']),
            false => separated.push(sign),
        }
    }
    separated
}

/// Whether a character is Han, Hiragana or Katakana.
fn is_ideograph(sign: char) -> bool {
    matches!(
        sign,
        '\u{3040}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// Returns the text of the result; images and other binary content are not searched.
fn result_text(run: &ToolRun) -> String {
    let Some(result) = &run.result else {
        return String::new();
    };
    let mut text = String::new();
    for content in &result.content {
        match content {
            Content::Text { text: part, .. } => push(&mut text, part),
            Content::Resource {
                uri, text: part, ..
            } => {
                push(&mut text, uri);
                push(&mut text, part.as_deref().unwrap_or_default());
            }
            Content::ResourceLink {
                uri,
                name,
                title,
                description,
                ..
            } => {
                for part in [title, description].into_iter().flatten() {
                    push(&mut text, part);
                }
                push(&mut text, name);
                push(&mut text, uri);
            }
            Content::Image { .. } | Content::Audio { .. } | Content::Other { .. } => {}
        }
    }
    if let Some(structured) = result.unrepeated_structured() {
        push_json(&mut text, structured);
    }
    text
}

/// Appends as much of `part` as may still be indexed.
fn push(text: &mut String, part: &str) {
    let room = INDEXED_BYTES.saturating_sub(text.len() + 1);
    let end = part.floor_char_boundary(room);
    if end > 0 {
        text.push_str(&part[..end]);
        text.push(' ');
    }
}

/// Appends the keys and values of the JSON without escapes, which would hide words.
fn push_json(text: &mut String, json: &JsonValue) {
    match json {
        JsonValue::Null => {}
        JsonValue::Bool(_) | JsonValue::Number(_) => push(text, &json.to_string()),
        JsonValue::String(part) => push(text, part),
        JsonValue::Array(parts) => parts.iter().for_each(|part| push_json(text, part)),
        JsonValue::Object(fields) => {
            for (name, value) in fields {
                push(text, name);
                push_json(text, value);
            }
        }
    }
}

/// Maximum rows of a text search that are counted: counting takes as long as there are rows.
const COUNTED_ROWS: u32 = 20_000;

/// Maximum words that replace a typed prefix.
const MAX_WORDS: usize = 200;

/// Prefixes up to this length have their own index.
const INDEXED_PREFIX: usize = 3;

const MATCHING_ROWS: &str =
    "SELECT rowid AS found FROM tool_run_texts WHERE tool_run_texts MATCH ?";

/// Conditions on `tool_runs`, joined by AND, with the values of their `?`.
///
/// Results of a text search are in the order in which they were inserted, which is the order of their starts but for
/// milliseconds: the index returns them lazily in this order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    text: Option<Value>,
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// The conditions of the query, without paging.
    pub(crate) fn of(query: &RunQuery) -> Self {
        let text = query.text.as_deref().and_then(match_expression);
        let mut conditions = Self {
            text: text.map(Value::from),
            ..Self::default()
        };
        if let Some(connector) = &query.connector {
            let pattern = like_pattern(connector);
            conditions.add(
                "(connector = ? OR connector_title LIKE ? ESCAPE '\\' OR connector IN
                    (SELECT id FROM connectors WHERE name LIKE ? ESCAPE '\\'))",
                [connector.clone(), pattern.clone(), pattern],
            );
        }
        if let Some(tool) = &query.tool {
            conditions.add("tool LIKE ? ESCAPE '\\'", [like_pattern(tool)]);
        }
        if !query.states.is_empty() {
            let marks = vec!["?"; query.states.len()].join(", ");
            let states = query
                .states
                .iter()
                .map(|state| state_word(*state).to_owned());
            conditions.add(&format!("state IN ({marks})"), states);
        }
        if let Some(origin) = &query.origin {
            let (kind, client) = origin_columns(origin);
            conditions.add("origin = ?", [kind.to_owned()]);
            if let Some(name) = client.filter(|name| *name != "*") {
                conditions.add("client LIKE ? ESCAPE '\\'", [like_pattern(name)]);
            }
        }
        if query.pinned {
            conditions.add("pinned = 1", std::iter::empty::<String>());
        }
        if let Some(since) = query.since {
            conditions.add("started_at >= ?", [since.unix_millis()]);
        }
        conditions
    }

    /// Splits a trailing word prefix off the text, if it is longer than the indexed ones.
    fn prefix(&self) -> Option<(&str, &str)> {
        let Some(Value::Text(text)) = &self.text else {
            return None;
        };
        // No phrase contains a quotation mark.
        let (before, word) = text.strip_suffix("\"*")?.rsplit_once('"')?;
        let is_one_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_one_word && word.len() > INDEXED_PREFIX).then_some((before, word))
    }

    /// Whether [`Conditions::expand_prefix`] has something to do.
    pub(crate) fn ends_with_prefix(&self) -> bool {
        self.prefix().is_some()
    }

    /// Replaces a trailing prefix by the indexed words that start with it, unless they are too many. FTS5 collects all
    /// rows of a prefix before it returns the first, but returns rows of whole words lazily.
    pub(crate) fn expand_prefix(&mut self, tx: &Transaction<'_>) -> Result<(), Error> {
        let Some((before, word)) = self.prefix() else {
            return Ok(());
        };
        let words = words_with_prefix(tx, &word.to_ascii_lowercase())?;
        if words.is_empty() || words.len() > MAX_WORDS {
            return Ok(());
        }
        let and = if before.is_empty() { "" } else { "AND " };
        let text = format!("{before}{and}(\"{}\")", words.join("\" OR \""));
        self.text = Some(Value::Text(text));
        Ok(())
    }

    /// Adds a condition with the values of its `?`.
    pub(crate) fn add<V: Into<Value>>(&mut self, sql: &str, values: impl IntoIterator<Item = V>) {
        self.sql.push(sql.into());
        self.values.extend(values.into_iter().map(Into::into));
    }

    /// Restricts to runs after `last`, the last run of the previous page, which may have been removed since.
    pub(crate) fn after(&mut self, last: &RunId) {
        let id = last.to_string();
        if self.text.is_none() {
            return self.add("id < ?", [id]);
        }
        self.add(
            "found < coalesce((SELECT rowid FROM tool_runs WHERE id = ?),
                (SELECT rowid + 1 FROM tool_runs WHERE id < ? ORDER BY id DESC LIMIT 1))",
            [id.clone(), id],
        );
    }

    /// SQL for the number of runs and whether there may be more: a text search only counts among the newest
    /// [`COUNTED_ROWS`] matches.
    pub(crate) fn count(&self) -> String {
        if self.text.is_none() {
            // As a subquery, for which SQLite counts the rows of a table without reading each.
            return format!("SELECT (SELECT count(*) FROM {}), false", self.rest());
        }
        let newest =
            format!("WITH newest AS ({MATCHING_ROWS} ORDER BY rowid DESC LIMIT {COUNTED_ROWS})");
        let is_cut = format!("count(*) = {COUNTED_ROWS}");
        if self.sql.is_empty() {
            return format!("{newest} SELECT count(*), {is_cut} FROM newest");
        }
        let conditions = self.sql.join(" AND ");
        format!(
            "{newest} SELECT count(*) FILTER (WHERE {conditions}), {is_cut}
             FROM newest CROSS JOIN tool_runs ON tool_runs.rowid = found"
        )
    }

    /// SQL for ids and summaries of the first runs; the last `?` is the limit.
    pub(crate) fn page(&self) -> String {
        let order = if self.text.is_some() { "found" } else { "id" };
        let rest = self.rest();
        format!("SELECT id, summary FROM {rest} ORDER BY {order} DESC LIMIT ?")
    }

    fn rest(&self) -> String {
        let from = if self.text.is_some() {
            format!("({MATCHING_ROWS}) CROSS JOIN tool_runs ON tool_runs.rowid = found")
        } else {
            "tool_runs".to_owned()
        };
        if self.sql.is_empty() {
            return from;
        }
        format!("{from} WHERE {}", self.sql.join(" AND "))
    }

    /// The values of its `?`, in order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.text.iter().chain(&self.values)
    }
}

/// Returns the indexed words with that prefix, at most one more than [`MAX_WORDS`].
fn words_with_prefix(tx: &Transaction<'_>, prefix: &str) -> Result<Vec<String>, Error> {
    tx.execute_batch(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.tool_run_words
             USING fts5vocab (main, tool_run_texts, instance)",
    )?;
    let sql = "SELECT term FROM temp.tool_run_words WHERE term >= ?1 LIMIT 1";
    let mut words = Vec::new();
    let mut from = prefix.to_owned();
    while words.len() <= MAX_WORDS {
        let found: Option<String> = row::find(tx, sql, [&from])?;
        let Some(word) = found.filter(|word| word.starts_with(prefix)) else {
            break;
        };
        // The next word in order: words contain no space.
        from = format!("{word} ");
        words.push(word);
    }
    Ok(words)
}

pub(crate) fn state_word(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Done => "done",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
        RunState::Denied => "denied",
    }
}

/// Returns the values of the columns `origin` and `client`.
pub(crate) fn origin_columns(origin: &Origin) -> (&'static str, Option<&str>) {
    match origin {
        Origin::Window => ("window", None),
        Origin::CommandLine => ("command_line", None),
        Origin::Client { name } => ("client", Some(name)),
    }
}

/// Returns an FTS5 expression for all typed words, the last one as a prefix; `None` when the text has no word.
///
/// Every word is quoted, so that FTS5 takes none for an operator.
fn match_expression(text: &str) -> Option<String> {
    // FTS5 stops at the first NUL, which would cut off a closing quote.
    let text = text.replace('\0', " ");
    let mut terms: Vec<String> = Vec::new();
    let mut open_end = false;
    for (index, part) in text.split('"').enumerate() {
        let quoted = index % 2 == 1;
        let phrases: Vec<&str> = if quoted {
            vec![part]
        } else {
            part.split_whitespace().collect()
        };
        for phrase in phrases.into_iter().filter(|phrase| has_token(phrase)) {
            let words = separate_ideographs(phrase.to_owned());
            terms.push(format!("\"{words}\""));
            open_end = !quoted && part.ends_with(phrase);
        }
    }
    if open_end {
        terms.last_mut()?.push('*');
    }
    (!terms.is_empty()).then(|| terms.join(" "))
}

/// Whether the tokenizer finds a word in the phrase; one without words would match nothing.
fn has_token(phrase: &str) -> bool {
    phrase.contains(char::is_alphanumeric)
}

/// Converts a pattern with `*` for any text to one for `LIKE`.
fn like_pattern(pattern: &str) -> String {
    let mut like = String::new();
    for sign in pattern.chars().take(NAME_CHARACTERS) {
        match sign {
            '*' => like.push('%'),
            '%' | '_' | '\\' => like.extend(['\\', sign]),
            _ => like.push(sign),
        }
    }
    like
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_the_last_is_a_prefix() {
        let expression = |text| match_expression(text);
        assert_eq!(expression("rate lim").as_deref(), Some("\"rate\" \"lim\"*"));
        assert_eq!(expression("rate lim ").as_deref(), Some("\"rate\" \"lim\""));
        assert_eq!(
            expression("a AND (b*").as_deref(),
            Some("\"a\" \"AND\" \"(b*\"*")
        );
        assert_eq!(
            expression("\"two words\"").as_deref(),
            Some("\"two words\"")
        );
        assert_eq!(
            expression("x \"not closed").as_deref(),
            Some("\"x\" \"not closed\"")
        );
        assert_eq!(expression("a\0b\"").as_deref(), Some("\"a\" \"b\"*"));
    }

    #[test]
    fn text_without_words_has_no_match_expression() {
        for text in ["", "  ", "\"", "* - \"()\"", "\0"] {
            assert_eq!(match_expression(text), None);
        }
    }

    #[test]
    fn only_the_star_is_a_wildcard() {
        assert_eq!(like_pattern("*a_b%*"), "%a\\_b\\%%");
    }

    #[test]
    fn indexed_text_is_capped_between_characters() {
        let mut text = String::new();
        push(&mut text, &"ü".repeat(INDEXED_BYTES));
        push(&mut text, "more");
        assert!((INDEXED_BYTES - 2..=INDEXED_BYTES).contains(&text.len()));
        assert!(!text.contains("more"));
    }
}
