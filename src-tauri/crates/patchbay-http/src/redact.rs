//! Takes secrets out of responses.

use patchbay_model::{Secret, json_parts, json_parts_mut};
use schemars::{JsonSchema, Schema, schema_for};
use serde_json::Value;

use crate::text;

/// Names of tokens in RFC 6749, section 5.1, and OpenID Connect.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Tokens {
    access_token: Secret,
    refresh_token: Secret,
    id_token: Secret,
}

/// Names of JSON properties that are secret in any response of a platform: those that its operations take as secrets,
/// those of its credentials, and those of tokens.
pub struct SecretNames(Vec<String>);

impl SecretNames {
    /// No names.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// The names that schemas of arguments mark as secret, those of tokens, and `others`.
    pub fn new<'a>(
        arguments: impl IntoIterator<Item = Schema>,
        others: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut names = Vec::new();
        for schema in arguments {
            collect_marked(schema.as_value(), &mut names);
        }
        collect_marked(schema_for!(Tokens).as_value(), &mut names);
        names.extend(others.into_iter().map(str::to_owned));
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// Whether a name is one of them.
    pub fn contains(&self, name: &str) -> bool {
        self.0
            .binary_search_by(|known| known.as_str().cmp(name))
            .is_ok()
    }
}

impl Default for &SecretNames {
    fn default() -> Self {
        SecretNames::NONE
    }
}

/// Collects the names of the properties that a schema marks as secret, at any depth.
fn collect_marked(schema: &Value, names: &mut Vec<String>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let marked = properties.into_iter().flatten();
    let marked = marked.filter(|(_, member)| member["writeOnly"] == true);
    names.extend(marked.map(|(name, _)| name.clone()));
    json_parts(schema).for_each(|part| collect_marked(part, names));
}

/// Whether a property of this name identifies something, and may equal a secret by chance.
fn is_identifier_name(name: &str) -> bool {
    matches!(
        name,
        "description" | "id" | "name" | "provider" | "status" | "title"
    )
}

/// Whether a secret may be an ordinary word, which is not taken out of longer text.
fn is_plain_word(given: &str) -> bool {
    given.len() < 8 && given.chars().all(char::is_alphabetic)
}

/// Removes properties that have one of the names and hold text.
pub fn redact_members(value: &mut Value, names: &SecretNames) {
    remove(value, &|name, _| names.contains(name));
}

/// Removes properties that equal one of the `given` values, and redacts these values within longer text.
pub(crate) fn redact_given(value: &mut Value, given: &[&str]) {
    remove(value, &|name, text| {
        let mut given = given.iter();
        given.any(|given| given.len() >= 3 && *given == text && !is_identifier_name(name))
    });
    let words = given.iter().copied();
    let words = words.filter(|given| !is_plain_word(given));
    redact_texts(value, &text::Redaction::new(words));
}

/// Removes properties that hold text and are secret by name and text.
fn remove(value: &mut Value, is_secret: &impl Fn(&str, &str) -> bool) {
    if let Value::Object(members) = value {
        members.retain(|name, member| !member.as_str().is_some_and(|text| is_secret(name, text)));
    }
    json_parts_mut(value).for_each(|part| remove(part, is_secret));
}

/// Redacts all texts.
fn redact_texts(value: &mut Value, redaction: &text::Redaction) {
    if let Value::String(words) = value {
        *words = redaction.redact(words);
    }
    json_parts_mut(value).for_each(|part| redact_texts(part, redaction));
}

/// Replaces what `hide` does in a text, and then in each JSON string in it whose escapes may conceal that, names
/// included: `hide` gets strings unescaped, also those within strings. Every other byte stays.
pub fn redact_in_json_text(text: &str, hide: &impl Fn(&str) -> String) -> String {
    let text = hide(text);
    if !text.contains('\\') {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_str();
    loop {
        // The text may begin within a string, or have a quote outside of any: what is between two quotes may be one.
        let (part, after) = rest.split_at(next_quote(rest));
        match redact_escaped(part, hide) {
            Some(hidden) => shown.push_str(&hidden),
            None => shown.push_str(part),
        }
        let Some(next) = after.strip_prefix('"') else {
            return shown;
        };
        shown.push('"');
        rest = next;
    }
}

/// Replaces what `hide` does in the content of a JSON string; `None` where that is nothing, or it is none.
fn redact_escaped(content: &str, hide: &impl Fn(&str) -> String) -> Option<String> {
    if !content.contains('\\') {
        return None;
    }
    let text: String = serde_json::from_str(&format!("\"{content}\"")).ok()?;
    let hidden = redact_in_json_text(&text, hide);
    let literal = (hidden != text).then(|| Value::from(hidden).to_string())?;
    Some(literal[1..literal.len() - 1].to_owned())
}

/// Position of the first quote that is not escaped; the length of the text where there is none.
fn next_quote(text: &str) -> usize {
    let mut is_escaped = false;
    let found = text.bytes().position(|byte| {
        let is_quote = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_quote
    });
    found.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Keep {
        name: String,
        oauth: Option<OAuth>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct OAuth {
        client_secret: Option<Secret>,
    }

    #[test]
    fn members_go_that_are_secret_in_some_operation() {
        let names = SecretNames::new([schema_for!(Keep)], ["api_key"]);
        let mut answer = json!({
            "id": "a", "api_key": "other", "access_token": null, "id_token": "t",
            "oauth": {"client_secret": "x", "token_url": "https://a"}, "name": "client_secret"
        });
        redact_members(&mut answer, &names);
        let left = json!({
            "id": "a", "access_token": null, "oauth": {"token_url": "https://a"}, "name": "client_secret"
        });
        assert_eq!(answer, left);
    }

    #[test]
    fn what_was_given_goes_and_the_rest_stays() {
        let mut answer = json!({
            "id": "a", "note": "got sk-1234!", "list": [{"key": "sk-1234", "name": "b"}], "token": "see it"
        });
        redact_given(&mut answer, &["sk-1234"]);
        let left = json!({"id": "a", "note": "got <redacted>!", "list": [{"name": "b"}], "token": "see it"});
        assert_eq!(answer, left);

        let mut short = json!({"name": "wiki", "about": "the wiki", "key": "wiki", "token": "s"});
        redact_given(&mut short, &["wiki", "s"]);
        assert_eq!(
            short,
            json!({"name": "wiki", "about": "the wiki", "token": "s"})
        );
    }

    #[test]
    fn json_text_stays_as_it_came_but_for_what_is_hidden() {
        for (text, shown) in [
            (
                r#"{ "b":12.0,"a" : "\u00e9\/" ,"n":1e400}"#,
                r#"{ "b":12.0,"a" : "\u00e9\/" ,"n":1e400}"#,
            ),
            (
                r#"{"sk\/12345":["Bearer sk\u002f12345", 12.0]}"#,
                r#"{"<redacted>":["Bearer <redacted>", 12.0]}"#,
            ),
            (
                r#"{"a":"{\"b\":\"sk\\/12345\"}"}"#,
                r#"{"a":"{\"b\":\"<redacted>\"}"}"#,
            ),
            (r#"no "JSON: sk/12345"#, r#"no "JSON: <redacted>"#),
            (r#""\\" sk/12345 "\"#, r#""\\" <redacted> "\"#),
            ("", ""),
        ] {
            assert_eq!(text::redact(text, ["sk/12345"]), shown);
        }
    }
}
