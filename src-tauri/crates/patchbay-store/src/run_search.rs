//! Full text of runs, and what a query means in SQL.

use patchbay_model::{Content, Origin, RunId, RunQuery, RunState, ToolRun};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction};
use serde_json::Value as JsonValue;

use crate::Error;

/// How much of a text is indexed, in bytes: enough to find a run again, and a result of many megabytes
/// does not grow the file twice.
const INDEXED_BYTES: usize = 64 * 1024;

/// How many characters of a name that is looked for count: SQLite refuses much longer patterns.
const NAME_CHARACTERS: usize = 1024;

/// The searchable texts of a run, in the order of the columns of `tool_run_texts`.
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
}

/// The text of what the tool answered; pictures and other bytes are not searched.
fn result_text(run: &ToolRun) -> String {
    let Some(result) = &run.result else {
        return String::new();
    };
    let mut text = String::new();
    for content in &result.content {
        match content {
            Content::Text { text: part } => push(&mut text, part),
            Content::Resource {
                uri, text: part, ..
            } => {
                push(&mut text, uri);
                push(&mut text, part.as_deref().unwrap_or_default());
            }
            Content::ResourceLink { uri, name, .. } => {
                push(&mut text, name);
                push(&mut text, uri);
            }
            Content::Image { .. } | Content::Audio { .. } | Content::Other { .. } => {}
        }
    }
    // Tools that answer in JSON repeat it as text; only where they do not is it needed.
    if let Some(structured) = result.structured.as_ref().filter(|_| text.is_empty()) {
        push_json(&mut text, structured);
    }
    text
}

/// Adds as much of the part as may still be indexed.
fn push(text: &mut String, part: &str) {
    let room = INDEXED_BYTES.saturating_sub(text.len() + 1);
    let end = part.floor_char_boundary(room);
    if end > 0 {
        text.push_str(&part[..end]);
        text.push(' ');
    }
}

/// Adds the names and values of the JSON, without the escapes that would hide the words in them.
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

/// The most rows that a text finds which are counted: a page comes at once, a count takes as long as there are rows.
const COUNTED_ROWS: u32 = 20_000;

/// The most words that a typed beginning is replaced by.
const MAX_WORDS: usize = 200;

/// Beginnings up to this length are found in an index of their own.
const INDEXED_BEGINNING: usize = 3;

/// The rows that a text finds.
const MATCHING_ROWS: &str =
    "SELECT rowid AS found FROM tool_run_texts WHERE tool_run_texts MATCH ?";

/// Conditions on `tool_runs`, joined by AND, with the values of their `?`.
///
/// Runs that a text finds come in the order in which they were written, which is that in which they began but for
/// milliseconds: the index gives them so, and no more of them than are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    text: Option<Value>,
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// What the query asks for, paging aside.
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

    /// The text without the beginning of a word that it ends with, and that beginning, where looking it up by its words
    /// pays.
    fn beginning(&self) -> Option<(&str, &str)> {
        let Some(Value::Text(text)) = &self.text else {
            return None;
        };
        // No phrase has a quotation mark in it.
        let (before, word) = text.strip_suffix("\"*")?.rsplit_once('"')?;
        let is_one_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_one_word && word.len() > INDEXED_BEGINNING).then_some((before, word))
    }

    /// Whether [`Conditions::expand`] has something to do.
    pub(crate) fn ends_with_beginning(&self) -> bool {
        self.beginning().is_some()
    }

    /// Puts the words that the typed beginning stands for in its place, where they are not too many: all rows of a
    /// beginning are gathered before the first is there, those of a word come one by one.
    pub(crate) fn expand(&mut self, tx: &Transaction<'_>) -> Result<(), Error> {
        let Some((before, word)) = self.beginning() else {
            return Ok(());
        };
        let words = words_with(tx, &word.to_ascii_lowercase())?;
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

    /// Only what comes after that run, the last of the page before; it may have been removed since.
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

    /// How many runs meet the conditions, and whether there may be more: of those that a text finds the newest
    /// [`COUNTED_ROWS`] are looked at.
    pub(crate) fn count(&self) -> String {
        if self.text.is_none() {
            // By itself, for SQLite counts all rows of a table without looking at each.
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

    /// Ids and summaries of the first runs, of which the last `?` says how many.
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

/// The indexed words that begin so, one more than [`MAX_WORDS`] at most.
fn words_with(tx: &Transaction<'_>, beginning: &str) -> Result<Vec<String>, Error> {
    tx.execute_batch(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.tool_run_words
             USING fts5vocab (main, tool_run_texts, instance)",
    )?;
    let mut next =
        tx.prepare_cached("SELECT term FROM temp.tool_run_words WHERE term >= ?1 LIMIT 1")?;
    let mut words = Vec::new();
    let mut from = beginning.to_owned();
    while words.len() <= MAX_WORDS {
        let found: Option<String> = next.query_row([&from], |row| row.get(0)).optional()?;
        let Some(word) = found.filter(|word| word.starts_with(beginning)) else {
            break;
        };
        // What comes after it: no word has a space.
        from = format!("{word} ");
        words.push(word);
    }
    Ok(words)
}

/// The word for the state in the column.
pub(crate) fn state_word(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Done => "done",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
        RunState::Denied => "denied",
    }
}

/// The word for the kind of origin, and the name of the client where it is one.
pub(crate) fn origin_columns(origin: &Origin) -> (&'static str, Option<&str>) {
    match origin {
        Origin::Window => ("window", None),
        Origin::CommandLine => ("command_line", None),
        Origin::Client { name } => ("client", Some(name)),
    }
}

/// An FTS5 expression that finds all of the typed words, the last one by its beginning; `None` when
/// nothing in the text can be searched for.
///
/// Every word is quoted, so that nothing of it is taken for an operator.
fn match_expression(text: &str) -> Option<String> {
    // FTS5 reads up to the first NUL, which would cut a closing quote off.
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
            terms.push(format!("\"{phrase}\""));
            open_end = !quoted && part.ends_with(phrase);
        }
    }
    if open_end {
        terms.last_mut()?.push('*');
    }
    (!terms.is_empty()).then(|| terms.join(" "))
}

/// Whether the tokenizer finds a word in it; a phrase without one would match nothing.
fn has_token(phrase: &str) -> bool {
    phrase.contains(char::is_alphanumeric)
}

/// A pattern for `LIKE` from one in which `*` stands for any text.
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
    fn words_are_quoted_and_the_last_is_a_beginning() {
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
    fn signs_alone_search_for_nothing() {
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
