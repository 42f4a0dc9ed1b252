//! Queries of the run history, and their results.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Origin, RunId, RunState, Timestamp, ToolRunSummary};

/// Selects runs, newest first; an empty query selects all.
///
/// `*` matches any text in `connector`, `tool` and the name of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunQuery {
    /// Text as typed into the search box, including filters such as `status:error`.
    pub text: Option<String>,
    /// Id, name or title of a connector.
    pub connector: Option<String>,
    /// Name of a tool.
    pub tool: Option<String>,
    /// States of the runs; empty for any.
    pub states: Vec<RunState>,
    /// Where the runs were started.
    pub origin: Option<Origin>,
    /// Only runs that started then or later.
    pub since: Option<Timestamp>,
    /// Only pinned runs.
    pub pinned: bool,
    /// The last run of the previous page: only older ones are selected.
    pub before: Option<RunId>,
    /// Page size, at most 500; 0 stands for 50.
    pub limit: u32,
}

/// One page of runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    /// The runs, newest first.
    pub runs: Vec<ToolRunSummary>,
    /// The value of `before` for the next page; `None` on the last one.
    pub next: Option<RunId>,
    /// Number of runs on all pages.
    pub total: u32,
    /// Whether there may be more than `total`: if a text matches very many runs, only the newest are counted.
    pub has_more_than_total: bool,
}

impl RunQuery {
    /// Parses typed text such as `status:error connector:github rate limit`.
    ///
    /// Filters are `status:` (`done`, `failed` or `error`, `running`, `cancelled`, `denied`), `is:pinned`,
    /// `connector:`, `tool:` and `source:` (`window`, `cli`, `client` for any, or a client's name). Values with spaces
    /// are in double quotes. Names match by substring. Other words stay in `text`, including quotes; so does `since:`,
    /// which [`Self::at`] resolves.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        let mut words: Vec<&str> = Vec::new();
        for word in split(text) {
            let known = word
                .split_once(':')
                .is_some_and(|(filter, value)| query.take_filter(filter, unquote(value)));
            if !known {
                words.push(word);
            }
        }
        query.text = joined(&words, text);
        query
    }

    /// The first word of `text` that looks like a filter but is none or has no value it takes, and what is taken. It is
    /// searched for as text, which is right while it is being typed.
    pub fn invalid_filter(&self) -> Option<(&str, String)> {
        split(self.text.as_deref()?).find_map(|word| {
            let (filter, value) = word.split_once(':')?;
            let filter = filter.to_lowercase();
            let expected = match filter.as_str() {
                "status" => RunState::ALL
                    .map(|state| format!("status:{}", state.as_str()))
                    .join(", "),
                "is" => "is:pinned".to_owned(),
                "since" if age_of(word).is_none() => {
                    "since: with minutes, hours, days or weeks, such as since:90m, since:24h, since:7d, since:2w"
                        .to_owned()
                }
                "since" | "connector" | "tool" | "source" => return None,
                _ if looks_like_filter(&filter, value) => {
                    "status:, is:pinned, since:, connector:, tool: or source:".to_owned()
                }
                _ => return None,
            };
            Some((word, expected))
        })
    }

    /// Moves the filters of `text` to the fields that are not set yet. Idempotent.
    #[must_use]
    pub fn expand(self) -> Self {
        let Some(text) = self.text.as_deref() else {
            return self;
        };
        let typed = Self::parse(text);
        Self {
            text: typed.text,
            connector: self.connector.or(typed.connector),
            tool: self.tool.or(typed.tool),
            states: if self.states.is_empty() {
                typed.states
            } else {
                self.states
            },
            origin: self.origin.or(typed.origin),
            since: self.since,
            pinned: self.pinned || typed.pinned,
            before: self.before,
            limit: self.limit,
        }
    }

    /// Resolves the last `since:` of `text` to a time before `now`, in minutes, hours, days or weeks, as in
    /// `since:90m`, `since:24h`, `since:7d`, `since:2w`. A time that is set already stays.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let Some(text) = self.text.as_deref() else {
            return self;
        };
        let mut since = None;
        let words: Vec<&str> = split(text)
            .filter(|word| match age_of(word) {
                Some(age) => {
                    since = Some(now - age);
                    false
                }
                None => true,
            })
            .collect();
        Self {
            text: joined(&words, text),
            since: self.since.or(since),
            ..self
        }
    }

    /// Applies a filter; `false` if there is no such filter or value.
    fn take_filter(&mut self, filter: &str, value: &str) -> bool {
        if value.is_empty() {
            return false;
        }
        match filter.to_lowercase().as_str() {
            "status" => {
                let Some(state) = state_of(value) else {
                    return false;
                };
                if !self.states.contains(&state) {
                    self.states.push(state);
                }
            }
            "is" if value.eq_ignore_ascii_case("pinned") => self.pinned = true,
            "connector" => self.connector = Some(substring_pattern(value)),
            "tool" => self.tool = Some(substring_pattern(value)),
            "source" => self.origin = Some(origin_of(value)),
            _ => return false,
        }
        true
    }
}

/// Joins the remaining words. A trailing space stays, because it marks the last word as complete.
fn joined(words: &[&str], typed: &str) -> Option<String> {
    let end = if typed.ends_with(char::is_whitespace) {
        " "
    } else {
        ""
    };
    (!words.is_empty()).then(|| words.join(" ") + end)
}

fn state_of(word: &str) -> Option<RunState> {
    match word.to_lowercase().as_str() {
        "error" => Some(RunState::Failed),
        word => RunState::from_word(word),
    }
}

/// Whether a word is meant as a filter: addresses, ports and times have colons too.
fn looks_like_filter(filter: &str, value: &str) -> bool {
    let is_name = !filter.is_empty() && filter.chars().all(char::is_alphabetic);
    is_name && value.starts_with(|sign: char| sign.is_alphabetic() || sign == '"')
}

/// The duration of a `since:` filter; `None` for other words.
fn age_of(word: &str) -> Option<Duration> {
    let (filter, age) = word.split_once(':')?;
    let unit = age.chars().last()?;
    let minutes: u64 = match unit.to_ascii_lowercase() {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        'w' => 7 * 24 * 60,
        _ => return None,
    };
    let number: u16 = age.strip_suffix(unit)?.parse().ok()?;
    filter
        .eq_ignore_ascii_case("since")
        .then(|| Duration::from_secs(u64::from(number) * minutes * 60))
}

fn origin_of(word: &str) -> Origin {
    match word.to_lowercase().as_str() {
        "window" => Origin::Window,
        "cli" => Origin::CommandLine,
        "client" => Origin::Client { name: "*".into() },
        _ => Origin::Client {
            name: substring_pattern(word),
        },
    }
}

/// A pattern for names that contain the word.
fn substring_pattern(word: &str) -> String {
    format!("*{word}*")
}

fn unquote(value: &str) -> &str {
    let value = value.strip_prefix('"').unwrap_or(value);
    value.strip_suffix('"').unwrap_or(value)
}

/// Splits at white space that is not in double quotes.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |sign: char| {
        quoted ^= sign == '"';
        !quoted && sign.is_whitespace()
    })
    .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_leave_the_text() {
        let query = RunQuery::parse("status:error rate connector:github  tool:search limit");
        assert_eq!(query.states, [RunState::Failed]);
        assert_eq!(query.connector.as_deref(), Some("*github*"));
        assert_eq!(query.tool.as_deref(), Some("*search*"));
        assert_eq!(query.text.as_deref(), Some("rate limit"));
    }

    #[test]
    fn a_blank_behind_the_last_word_stays() {
        let query = RunQuery::parse("tool:search  rate lim \n").expand();
        assert_eq!(query.text.as_deref(), Some("rate lim "));
        let now = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
        assert_eq!(query.at(now).text.as_deref(), Some("rate lim "));
        assert_eq!(RunQuery::parse("tool:search ").text, None);
    }

    #[test]
    fn pinned_runs_are_asked_for_by_what_they_are() {
        let query = RunQuery::parse("rate is:Pinned").expand();
        assert!(query.pinned);
        assert_eq!(query.text.as_deref(), Some("rate"));
        let other = RunQuery::parse("is:red");
        assert_eq!(
            (other.pinned, other.text.as_deref()),
            (false, Some("is:red"))
        );
    }

    #[test]
    fn a_filter_without_a_value_it_takes_is_named() {
        for (typed, named) in [
            ("status:bogus rate", Some("status:bogus")),
            ("rate since:7x", Some("since:7x")),
            ("is:red", Some("is:red")),
            ("rate server:wiki", Some("server:wiki")),
            ("localhost:8080 at 10:30 tool: :x", None),
            ("status:error since:7d is:pinned tool:x https://a.b", None),
            ("\"status:bogus\"", None),
        ] {
            let query = RunQuery::parse(typed);
            let invalid = query.invalid_filter();
            assert_eq!(invalid.map(|(word, _)| word), named, "{typed}");
        }
        let query = RunQuery::parse("Status:bogus");
        assert!(query.invalid_filter().unwrap().1.contains("status:failed"));
    }

    #[test]
    fn several_states_add_up() {
        let query = RunQuery::parse("status:denied Status:Cancelled status:denied");
        assert_eq!(query.states, [RunState::Denied, RunState::Cancelled]);
        assert_eq!(query.text, None);
    }

    #[test]
    fn sources_are_doors_or_clients() {
        let source = |text| RunQuery::parse(text).origin;
        assert_eq!(source("source:window"), Some(Origin::Window));
        assert_eq!(source("source:cli"), Some(Origin::CommandLine));
        let client = |name: &str| Some(Origin::Client { name: name.into() });
        assert_eq!(source("source:client"), client("*"));
        assert_eq!(
            source("source:\"Claude Desktop\""),
            client("*Claude Desktop*")
        );
    }

    #[test]
    fn what_is_no_filter_stays_text() {
        for text in [
            "status:odd",
            "tool:",
            "http://x",
            "\"status:error\"",
            "\"two words\" x",
            "a \"b",
        ] {
            let query = RunQuery::parse(text);
            assert_eq!(query.text.as_deref(), Some(text));
            assert_eq!(
                RunQuery {
                    text: None,
                    ..query
                },
                RunQuery::default()
            );
        }
    }

    #[test]
    fn a_time_is_told_by_how_long_ago_it_was() {
        let now = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
        let at = |text: &str| {
            let query = RunQuery::parse(text).at(now);
            (query.since.map(|since| since.to_string()), query.text)
        };
        let since = |time: &str| Some(time.to_owned());
        assert_eq!(at("since:90m"), (since("2026-11-20T10:30:00Z"), None));
        assert_eq!(at("Since:24h"), (since("2026-11-19T12:00:00Z"), None));
        assert_eq!(
            at("rate since:1d tool:x since:2w"),
            (since("2026-11-06T12:00:00Z"), Some("rate".into()))
        );
        for text in [
            "since:",
            "since:d",
            "since:-1d",
            "since:7y",
            "until:7d",
            "\"since:7d\"",
        ] {
            assert_eq!(at(text), (None, Some(text.to_owned())));
        }
    }

    #[test]
    fn expanding_keeps_what_is_set_and_settles() {
        let query = RunQuery {
            text: Some("status:done tool:a x".into()),
            tool: Some("b".into()),
            limit: 7,
            ..RunQuery::default()
        }
        .expand();
        assert_eq!(query.tool.as_deref(), Some("b"));
        assert_eq!(query.states, [RunState::Done]);
        assert_eq!((query.text.as_deref(), query.limit), (Some("x"), 7));
        assert_eq!(query.clone().expand(), query);
    }
}
