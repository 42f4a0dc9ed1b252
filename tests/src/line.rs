//! One line of a trace file.

use patchbay_model::Secret;
use patchbay_platforms::Error;
use serde_json::{Map, Value};

use crate::exact;
use crate::reply::Reply;

/// Every word that an error may be called.
const KINDS: &str = "
    usage unauthorized forbidden not_found conflict rate_limited invalid platform decode timeout transport
    cancelled none_found many_found grant_failed unsafe_url not_supported
";

/// A recorded case: what to call, what to answer, and what Patchbay has to make of it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name, unique in the file.
    pub id: String,
    pub op: String,
    /// Arguments of the operation; absent is not given, null is given as null.
    pub args: Map<String, Value>,
    /// Settings and call options other than the defaults.
    pub config: Map<String, Value>,
    /// Which client was recorded, such as `mistralai/2.6.0`.
    pub sdk: Option<String>,
    /// What kind of source it comes from, such as `openapi`.
    pub source: Option<String>,
    /// Requests to expect, numbers exact, and their answers.
    pub(crate) exchanges: Vec<(Value, Reply)>,
    /// `{"ok"}` or `{"error"}`, numbers exact.
    pub(crate) outcome: Value,
    /// What the clock has to move between requests, in seconds; empty when that is not compared.
    pub(crate) gaps: Vec<f64>,
    /// Whether it is background and not to be replayed.
    pub(crate) is_skipped: bool,
}

impl Line {
    /// Reads a line whose placeholders are filled in.
    pub fn read(text: &str) -> Result<Self, String> {
        let plain: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| format!("no JSON object: {error}"))?;
        let exact = exact::read(text).ok_or("no JSON")?;
        let word = |name: &str| plain.get(name).and_then(Value::as_str).map(str::to_owned);
        let members = |name: &str| match plain.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(members)) => Ok(members.clone()),
            Some(_) => Err(format!("{name} has to be an object")),
        };
        let exchanges = exchanges(&exact)?;
        let outcome = match &exact["ours"]["outcome"] {
            Value::Null => exact["outcome"].clone(),
            ours => ours.clone(),
        };
        check(&exact, &outcome)?;
        Ok(Self {
            id: word("id").ok_or("a line needs an id")?,
            op: word("op").ok_or("a line needs an op")?,
            args: members("args")?,
            config: members("config")?,
            sdk: word("sdk"),
            source: word("source"),
            gaps: gaps(&exact, exchanges.len()),
            exchanges,
            outcome,
            is_skipped: word("replay").as_deref() == Some("skip"),
        })
    }

    /// Refuses a line with a key in `config` that the contract does not have.
    pub fn check_keys(&self, keys: &str) -> Result<(), Error> {
        let unknown = self.config.keys().find(|key| !has_word(keys, key));
        unknown.map_or(Ok(()), |key| {
            Err(Error::NotSupported(format!("the config key {key}")))
        })
    }

    /// An object in `config`; empty without one.
    pub fn object(&self, name: &str) -> Map<String, Value> {
        let members = self.config.get(name).and_then(Value::as_object);
        members.cloned().unwrap_or_default()
    }

    /// The members of an object in `config`, in the order of the line; empty without one.
    pub fn pairs(&self, name: &str) -> Vec<(String, Value)> {
        self.object(name).into_iter().collect()
    }

    /// The members of an object in `config` as headers: null is none, and what is no text stands as JSON.
    pub fn headers(&self, name: &str) -> Vec<(String, Secret)> {
        let members = self.pairs(name).into_iter();
        members
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Value::String(text) => (name, Secret::new(text)),
                other => (name, Secret::new(other.to_string())),
            })
            .collect()
    }

    /// A member of `config` that is text.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.config.get(name)?.as_str()
    }

    /// A member of `config` that is a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.config.get(name)?.as_f64()
    }

    /// Whether a member of `config` is true.
    pub fn is_set(&self, name: &str) -> bool {
        self.config.get(name) == Some(&Value::Bool(true))
    }

    /// The secret that `config` gives: `usual` where it says nothing, none where it says anything but text.
    pub fn secret(&self, name: &str, usual: &str) -> Option<Secret> {
        let value = self.config.get(name);
        value.map_or(Some(usual), Value::as_str).map(Secret::new)
    }
}

/// The recorded pairs, with what Patchbay does instead in their place.
fn exchanges(line: &Value) -> Result<Vec<(Value, Reply)>, String> {
    let pair = |pair: &Value| Ok((pair["request"].clone(), Reply::read(&pair["response"])?));
    if let Some(ours) = line["ours"]["exchanges"].as_array() {
        return ours.iter().map(pair).collect();
    }
    let ours = line["ours"].get("request");
    if ours.is_some_and(Value::is_null) {
        return Ok(Vec::new());
    }
    let mut pairs: Vec<(Value, Reply)> = match line["exchanges"].as_array() {
        Some(pairs) => pairs.iter().map(pair).collect::<Result<_, String>>()?,
        None if line["request"].is_null() && ours.is_none() => Vec::new(),
        None => vec![pair(line)?],
    };
    if let (Some(ours), Some(first)) = (ours, pairs.first_mut()) {
        first.0 = ours.clone();
    }
    Ok(pairs)
}

fn gaps(line: &Value, requests: usize) -> Vec<f64> {
    let recorded = match &line["ours"]["gaps_s"] {
        Value::Null => &line["gaps_s"],
        ours => ours,
    };
    let seconds = |gap: &Value| exact::number(gap).and_then(|text| text.parse().ok());
    let gaps: Vec<f64> = recorded
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(seconds)
        .collect();
    // Those of the recorded pairs say nothing about other pairs.
    if gaps.len() + 1 == requests {
        gaps
    } else {
        Vec::new()
    }
}

fn has_word(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}

fn check(line: &Value, outcome: &Value) -> Result<(), String> {
    if line.get("ours").is_some() && exact::text(&line["ours"]["why"]).is_none() {
        return Err("ours needs a why".to_owned());
    }
    let error = match outcome.as_object() {
        Some(outcome) if outcome.contains_key("ok") => return Ok(()),
        Some(outcome) => outcome.get("error"),
        None => None,
    };
    match error.and_then(|error| exact::text(&error["kind"])) {
        Some(kind) if has_word(KINDS, kind) || kind == "unknown_slug" => Ok(()),
        Some(kind) => Err(format!("there is no kind {kind}")),
        None => Err("the outcome is neither ok nor an error with a kind".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: impl FnOnce(&mut Value)) -> Result<Line, String> {
        let mut line = json!({
            "id": "a", "op": "get", "args": {}, "request": {"method": "GET"},
            "response": {"status": 200, "headers": {}, "body": null},
            "outcome": {"ok": null}
        });
        change(&mut line);
        Line::read(&line.to_string())
    }

    #[test]
    fn what_patchbay_does_replaces_what_was_recorded() {
        let ours = |ours: Value| read(|line| line["ours"] = ours).unwrap();
        let line = ours(json!({"request": {"method": "PUT"}, "why": "w"}));
        assert_eq!(line.exchanges[0].0, json!({"method": "PUT"}));
        assert_eq!(line.exchanges[0].1.status, Some(200));
        assert!(
            ours(json!({"request": null, "why": "w"}))
                .exchanges
                .is_empty()
        );
        let pairs = json!([{"request": {}, "response": {"status": 404, "headers": {}}}]);
        let line = ours(json!({"exchanges": pairs, "why": "w"}));
        assert_eq!(line.exchanges[0].1.status, Some(404));
        assert_eq!(line.outcome, json!({"ok": null}));
        let line = ours(json!({"outcome": {"error": {"kind": "usage"}}, "why": "w"}));
        assert_eq!(line.outcome, json!({"error": {"kind": "usage"}}));
    }

    #[test]
    fn members_keep_their_order_however_deep() {
        let config = json!({"q": {"b": 1, "a": {"z": 2, "c": null}}, "n": 1});
        let line = read(|line| line["config"] = config).unwrap();
        let pairs = Value::from_iter(line.pairs("q"));
        assert_eq!(pairs.to_string(), r#"{"b":1,"a":{"z":2,"c":null}}"#);
        assert!(line.pairs("n").is_empty() && line.pairs("none").is_empty());
    }

    #[test]
    fn nothing_arrives_where_the_request_is_null() {
        let line = read(|line| line["request"] = Value::Null).unwrap();
        assert!(line.exchanges.is_empty());
    }

    #[test]
    fn a_line_that_breaks_the_format_is_refused() {
        assert!(read(|line| line["ours"] = json!({"request": null})).is_err());
        assert!(read(|line| line["outcome"] = json!({"error": {"kind": "odd"}})).is_err());
        assert!(read(|line| line["outcome"] = json!({})).is_err());
        assert!(read(|line| line["args"] = json!([])).is_err());
        assert!(read(|line| line["response"]["status"] = json!("200")).is_err());
    }
}
