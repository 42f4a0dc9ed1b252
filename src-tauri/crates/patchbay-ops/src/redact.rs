//! Redaction of secrets in what is saved or shown.

pub(crate) mod exchange;

use patchbay_http::redact_in_json_text;
use patchbay_http::text::secret_forms;
use patchbay_model::{Secret, json_parts, json_texts};
use serde_json::Value;

use crate::schema::{Root, item_schemas, member_schemas};

/// Replaces a secret.
pub(crate) const REDACTED: &str = "<redacted>";

pub(crate) fn is_redacted(text: &str) -> bool {
    text.contains(REDACTED)
}

/// Minimum length of a secret that is redacted. Shorter ones would match everywhere.
const MIN_SECRET_LENGTH: usize = 6;

/// Redacts everything in the arguments that the schema marks as secret (`writeOnly` or `format: password`).
pub(crate) fn redact_marked(arguments: &Value, schema: &Value) -> Value {
    redact_at(arguments, vec![schema], &Root::new(schema))
}

/// Returns the strings and numbers that [`redact_marked`] redacts.
pub(crate) fn marked_values(arguments: &Value, schema: &Value) -> Vec<Secret> {
    hidden_values(arguments, &redact_marked(arguments, schema))
}

fn hidden_values(arguments: &Value, hidden: &Value) -> Vec<Secret> {
    let mut found = Vec::new();
    collect_hidden(arguments, hidden, &mut found);
    found
}

/// Whether the schema marks anything as secret. If not, [`redact_marked`] changes nothing.
pub(crate) fn has_marks(schema: &Value) -> bool {
    let mut waiting = vec![schema];
    while let Some(part) = waiting.pop() {
        if is_marked(part) {
            return true;
        }
        waiting.extend(json_parts(part));
    }
    false
}

fn collect_hidden(value: &Value, hidden: &Value, found: &mut Vec<Secret>) {
    match (value, hidden) {
        (value, hidden) if value == hidden => {}
        (Value::Object(members), Value::Object(others)) => {
            for (name, member) in members {
                collect_hidden(member, &others[name], found);
            }
        }
        (Value::Array(items), Value::Array(others)) => {
            for (item, other) in items.iter().zip(others) {
                collect_hidden(item, other, found);
            }
        }
        (value, _) => found.extend(json_texts(value).into_iter().map(Secret::new)),
    }
}

/// Redacts what any applicable schema marks, including alternatives that the value does not match.
fn redact_at<'a>(value: &Value, schemas: Vec<&'a Value>, root: &Root<'a>) -> Value {
    let schemas = root.applicable_schemas(schemas);
    if schemas.is_empty() {
        return value.clone();
    }
    if schemas.iter().any(|schema| is_marked(schema)) {
        return Value::from(REDACTED);
    }
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let parts = schemas
                    .iter()
                    .flat_map(|schema| member_schemas(schema, name));
                (name.clone(), redact_at(member, parts.collect(), root))
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let parts = schemas
                    .iter()
                    .flat_map(|schema| item_schemas(schema, place));
                redact_at(item, parts.collect(), root)
            })
            .collect(),
        other => other.clone(),
    }
}

/// Whether a schema marks its value as secret, so that it is neither shown nor stored.
pub fn is_marked(schema: &Value) -> bool {
    schema.get("writeOnly") == Some(&Value::Bool(true))
        || schema.get("format").and_then(Value::as_str) == Some("password")
}

/// A member of arguments that [`redact_marked`] changes.
#[derive(Clone)]
struct MarkedMember {
    name: String,
    value: Value,
    redacted: Value,
}

/// Collects the members that differ from their redacted form, at any depth.
fn collect_members(value: &Value, hidden: &Value, found: &mut Vec<MarkedMember>) {
    match (value, hidden) {
        (Value::Object(members), Value::Object(others)) => {
            for (name, member) in members {
                let redacted = &others[name];
                if member != redacted {
                    found.push(MarkedMember {
                        name: name.clone(),
                        value: member.clone(),
                        redacted: redacted.clone(),
                    });
                    collect_members(member, redacted, found);
                }
            }
        }
        (Value::Array(items), Value::Array(others)) => {
            for (item, other) in items.iter().zip(others) {
                collect_members(item, other, found);
            }
        }
        _ => {}
    }
}

/// Secrets to redact wherever they occur. The longest come first, since one secret may contain another.
#[derive(Clone, Default)]
pub(crate) struct KnownSecrets {
    texts: Vec<Secret>,
    /// Redacted in JSON text only, by name and value, however short they are.
    members: Vec<MarkedMember>,
}

impl KnownSecrets {
    /// What a tool's schema marks as secret in arguments.
    pub(crate) fn marked(arguments: &Value, schema: &Value) -> Self {
        let hidden = redact_marked(arguments, schema);
        let mut known = Self::new(hidden_values(arguments, &hidden));
        collect_members(arguments, &hidden, &mut known.members);
        known
    }

    /// Secrets are redacted in all their [forms](secret_forms).
    pub(crate) fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let forms = secrets
            .into_iter()
            .flat_map(|secret| secret_forms(secret.expose()));
        let forms = forms.filter(|form| form.len() >= MIN_SECRET_LENGTH);
        Self::of_forms(forms.map(Secret::new).collect())
    }

    fn of_forms(mut texts: Vec<Secret>) -> Self {
        texts.sort_by(|a, b| {
            let (a, b) = (a.expose(), b.expose());
            b.len().cmp(&a.len()).then_with(|| a.cmp(b))
        });
        texts.dedup_by(|a, b| a.expose() == b.expose());
        Self {
            texts,
            members: Vec::new(),
        }
    }

    pub(crate) fn and(self, others: Self) -> Self {
        if others.is_empty() {
            return self;
        }
        let mut members = self.members;
        members.extend(others.members);
        // These are forms already. A form of a form would be a word of its own.
        let texts = self.texts.into_iter().chain(others.texts);
        Self {
            members,
            ..Self::of_forms(texts.collect())
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.members.is_empty()
    }

    /// Redacts every occurrence of a secret, also in keys, and numbers that are one.
    pub(crate) fn redact(&self, value: Value) -> Value {
        if self.is_empty() {
            return value;
        }
        match value {
            Value::String(text) => Value::String(self.redact_text(text)),
            Value::Number(number) if self.is_secret(&number.to_string()) => Value::from(REDACTED),
            Value::Array(items) => items.into_iter().map(|item| self.redact(item)).collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, member)| (self.redact_text(name), self.redact(member)))
                .collect(),
            other => other,
        }
    }

    /// Redacts a header of a request. One with a marked argument of a tool is redacted however short that is.
    ///
    /// Source: MCP 2026-07-28, "Streamable HTTP", `Mcp-Param-*`.
    pub(crate) fn redact_sent_header(&self, name: String, value: String) -> (String, String) {
        let is_argument = name.to_ascii_lowercase().starts_with("mcp-param-");
        let has = |member: &MarkedMember| {
            let text = member.value.as_str().map(str::to_owned);
            let forms = secret_forms(&text.unwrap_or_else(|| member.value.to_string()));
            forms.into_iter().any(|form| value.contains(&form))
        };
        let value = match is_argument && self.members.iter().any(has) {
            true => REDACTED.to_owned(),
            false => self.redact_text(value),
        };
        (name, value)
    }

    fn is_secret(&self, text: &str) -> bool {
        self.texts.iter().any(|secret| secret.expose() == text)
    }

    /// As [`KnownSecrets::redact_text`] in JSON text, which is written again if a marked member is redacted in it.
    pub(crate) fn redact_json_text(&self, text: String) -> String {
        self.redact_text(self.redact_members_in_text(text))
    }

    fn redact_members_in_text(&self, text: String) -> String {
        if self.members.is_empty() {
            return text;
        }
        let Ok(mut json) = serde_json::from_str(&text) else {
            return text;
        };
        match self.redact_members(&mut json) {
            true => json.to_string(),
            false => text,
        }
    }

    /// Returns whether anything was redacted.
    fn redact_members(&self, value: &mut Value) -> bool {
        let mut is_changed = false;
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let mut marked = self.members.iter();
                    let marked = marked.find(|it| it.name == *name && it.value == *member);
                    is_changed |= match marked {
                        Some(marked) => {
                            *member = marked.redacted.clone();
                            true
                        }
                        None => self.redact_members(member),
                    };
                }
            }
            Value::Array(items) => {
                for item in items {
                    is_changed |= self.redact_members(item);
                }
            }
            _ => {}
        }
        is_changed
    }

    /// Redacts every occurrence of a secret in a text, however it is escaped in JSON within the text. Keeps every other
    /// byte.
    pub(crate) fn redact_text(&self, text: String) -> String {
        if self.texts.is_empty() {
            return text;
        }
        redact_in_json_text(&text, &|text| {
            let texts = self.texts.iter().map(Secret::expose);
            let found = texts.filter(|secret| text.contains(secret));
            found.fold(text.to_owned(), |text, secret| {
                text.replace(secret, REDACTED)
            })
        })
    }
}

/// Redacts [`KnownSecrets`] in a stream, also those that are split between chunks.
pub(crate) struct StreamRedaction {
    known: KnownSecrets,
    /// Pending bytes that may be the start of a secret.
    held: Vec<u8>,
}

impl StreamRedaction {
    pub(crate) fn new(known: KnownSecrets) -> Self {
        Self {
            known,
            held: Vec::new(),
        }
    }

    /// Adds a chunk and returns what can be shown.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut text = std::mem::take(&mut self.held);
        text.extend_from_slice(piece);
        let (shown, held) = self.redact_prefix(&text, false);
        self.held = held.to_vec();
        shown
    }

    /// Returns the pending rest.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.redact_prefix(&self.held, true).0
    }

    /// Returns what can be shown, and the rest that may be the start of a secret.
    fn redact_prefix<'a>(&self, text: &'a [u8], is_end: bool) -> (Vec<u8>, &'a [u8]) {
        let secrets = || {
            let texts = self.known.texts.iter();
            texts.map(|secret| secret.expose().as_bytes())
        };
        let mut shown = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.first() {
            let begins = |secret: &[u8]| secret.len() > rest.len() && secret.starts_with(rest);
            if !is_end && secrets().any(begins) {
                return (shown, rest);
            }
            match secrets().find(|secret| rest.starts_with(secret)) {
                Some(secret) => {
                    shown.extend_from_slice(REDACTED.as_bytes());
                    rest = &rest[secret.len()..];
                }
                None => {
                    shown.push(*first);
                    rest = &rest[1..];
                }
            }
        }
        (shown, rest)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn marked_members_are_redacted_through_references_and_alternatives() {
        let schema = json!({
            "properties": {
                "login": { "$ref": "#/$defs/login" },
                "keys": { "items": { "format": "password" } },
                "choice": { "oneOf": [
                    { "properties": { "pin": { "writeOnly": true } } },
                    { "type": "null" },
                ] },
            },
            "$defs": { "login": { "properties": { "password": { "writeOnly": true } } } },
        });
        let arguments = json!({
            "login": { "user": "lena", "password": "hunter2" },
            "keys": ["a", "b"],
            "choice": { "pin": 1234, "name": "x" },
            "other": 1,
        });
        assert_eq!(
            redact_marked(&arguments, &schema),
            json!({
                "login": { "user": "lena", "password": REDACTED },
                "keys": [REDACTED, REDACTED],
                "choice": { "pin": REDACTED, "name": "x" },
                "other": 1,
            })
        );
    }

    #[test]
    fn a_short_secret_is_redacted_as_a_header_too() {
        let schema = json!({ "properties": { "pin": { "writeOnly": true } } });
        let known = KnownSecrets::marked(&json!({ "pin": "1234", "region": "eu-1234" }), &schema);
        let redacted = |name: &str, value: &str| {
            let (_, value) = known.redact_sent_header(name.to_owned(), value.to_owned());
            value
        };
        assert_eq!(redacted("Mcp-Param-Pin", "1234"), REDACTED);
        assert_eq!(redacted("mcp-param-city", "Lisbon"), "Lisbon");
        assert_eq!(redacted("mcp-name", "tool-1234"), "tool-1234");
    }

    #[test]
    fn a_number_may_be_a_secret() {
        let known = KnownSecrets::new([Secret::new("1234567890")]);
        let said = json!({ "n": 1_234_567_890, "other": 12, "text": "it is 1234567890" });
        assert_eq!(
            known.redact(said),
            json!({ "n": REDACTED, "other": 12, "text": "it is <redacted>" })
        );
    }

    #[test]
    fn texts_below_a_marked_member_are_secrets() {
        let schema = json!({ "properties": { "login": { "writeOnly": true } } });
        let arguments =
            json!({ "login": { "user": "lena", "keys": ["k1"], "pin": 7 }, "other": "x" });
        let mut texts: Vec<_> = marked_values(&arguments, &schema)
            .iter()
            .map(|secret| secret.expose().to_owned())
            .collect();
        texts.sort();
        assert_eq!(texts, ["7", "k1", "lena"]);
    }

    #[test]
    fn marked_members_are_redacted_in_json_text_however_short_they_are() {
        let secret = json!({ "writeOnly": true });
        let schema = json!({ "properties": {
            "pin": secret,
            "login": { "properties": { "code": secret } },
            "keys": { "items": secret },
        } });
        let arguments = json!({
            "pin": 1234, "login": { "code": "ab", "user": "lena" }, "keys": ["k"], "days": 3,
        });
        let known = KnownSecrets::marked(&arguments, &schema);
        let wrapped =
            json!({ "params": { "arguments": arguments, "pin": 5 }, "code": "ab", "id": 1234 });
        let shown = known.redact_json_text(wrapped.to_string());
        assert_eq!(
            serde_json::from_str::<Value>(&shown).unwrap(),
            json!({
                "params": {
                    "arguments": {
                        "pin": REDACTED, "login": { "code": REDACTED, "user": "lena" },
                        "keys": [REDACTED], "days": 3,
                    },
                    "pin": 5,
                },
                "code": REDACTED,
                "id": 1234,
            })
        );
        let other = r#"{ "pin":5, "z":12.0 }"#.to_owned();
        assert_eq!(known.redact_json_text(other.clone()), other);
        let both = known.and(KnownSecrets::default());
        assert_eq!(
            both.redact_json_text(r#"{"pin":1234}"#.to_owned()),
            r#"{"pin":"<redacted>"}"#
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let many = vec![json!({ "$ref": "#" }); 12];
        for schema in [json!({ "$ref": "#" }), json!({ "anyOf": many })] {
            assert_eq!(
                redact_marked(&json!({ "a": 1 }), &schema),
                json!({ "a": 1 })
            );
            assert!(!has_marks(&schema), "{schema}");
        }
    }

    #[test]
    fn marks_are_found_wherever_a_schema_can_have_them() {
        let secret = json!({ "writeOnly": true });
        for (schema, arguments, hidden) in [
            (
                json!({ "prefixItems": [true, secret], "items": true }),
                json!(["a", "b", "c"]),
                json!(["a", REDACTED, "c"]),
            ),
            (
                json!({ "patternProperties": { "^pin_": secret } }),
                json!({ "pin_1": "1" }),
                json!({ "pin_1": REDACTED }),
            ),
            (
                json!({ "if": true, "then": { "properties": { "key": secret } } }),
                json!({ "key": "k" }),
                json!({ "key": REDACTED }),
            ),
            (
                json!({ "dependentSchemas": { "user": { "properties": { "key": secret } } } }),
                json!({ "user": "u", "key": "k" }),
                json!({ "user": "u", "key": REDACTED }),
            ),
            (
                json!({ "additionalProperties": { "$ref": "#key" }, "$defs": {
                    "a b": { "$anchor": "key", "writeOnly": true },
                } }),
                json!({ "key": "k" }),
                json!({ "key": REDACTED }),
            ),
        ] {
            assert_eq!(redact_marked(&arguments, &schema), hidden, "{schema}");
            assert!(has_marks(&schema), "{schema}");
        }
    }

    #[test]
    fn known_secrets_are_redacted_everywhere() {
        let known = KnownSecrets::new([Secret::new("tok-123456"), Secret::new("abc")]);
        let hidden = known.redact(json!({ "tok-123456": ["Bearer tok-123456", "abc", 7] }));
        assert_eq!(
            hidden,
            json!({ "<redacted>": ["Bearer <redacted>", "abc", 7] })
        );
    }

    #[test]
    fn a_token_goes_with_and_without_its_scheme() {
        let known = KnownSecrets::new([Secret::new("Bearer sk-123456")]);
        let hidden = known.redact_text("you sent Bearer sk-123456, that is sk-123456".to_owned());
        assert_eq!(hidden, "you sent <redacted>, that is <redacted>");
    }

    #[test]
    fn only_the_whole_of_a_passphrase_is_redacted() {
        let known = || KnownSecrets::new([Secret::new("Token horse battery staple")]);
        let hidden = known().and(known()).and(known());
        let text = "a battery staple, horse battery staple".to_owned();
        assert_eq!(hidden.redact_text(text), "a battery staple, <redacted>");
    }

    #[test]
    fn a_secret_in_json_within_a_text_is_redacted() {
        let known = KnownSecrets::new([Secret::new("pa\"ss\\word")]);
        let said = json!({ "key": "pa\"ss\\word" }).to_string();
        let content = json!([{ "text": said }]);
        let hidden = json!([{ "text": r#"{"key":"<redacted>"}"# }]);
        assert_eq!(known.redact(content.clone()), hidden);
        let hidden = hidden.to_string();
        assert_eq!(known.redact_json_text(content.to_string()), hidden);
    }

    #[test]
    fn a_secret_in_a_stream_is_redacted_across_chunks() {
        let known =
            || KnownSecrets::new(["tok-123456", "tok-123456-long", "aab-aab-aac"].map(Secret::new));
        let text = "tok-123456-long, tok-123456-lo, aab-aab-aab-aac, tok-12345";
        let hidden = "<redacted>, <redacted>-lo, aab-<redacted>, tok-12345";
        for size in 1..text.len() {
            let mut stream = StreamRedaction::new(known());
            let mut shown = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                shown.extend(stream.push(piece));
            }
            shown.extend(stream.finish());
            assert_eq!(String::from_utf8(shown).unwrap(), hidden, "{size}");
        }
    }

    #[test]
    fn a_secret_within_another_is_redacted() {
        let [first, second] = ["tok-123456", "tok-123456-long"].map(|it| [Secret::new(it)]);
        let known = KnownSecrets::new(first).and(KnownSecrets::new(second));
        let hidden = known.redact_text("tok-123456-long tok-123456".to_owned());
        assert_eq!(hidden, "<redacted> <redacted>");
    }
}
