//! Answers that repeat what they should not.

use serde_json::Value;

use crate::text;

/// Whether members of this name are secret wherever a platform might repeat them.
fn names_a_secret(name: &str) -> bool {
    // A match looks at the length first: this is asked of every member of every answer.
    matches!(
        name,
        "access_token"
            | "api_key"
            | "bearer_token"
            | "client_secret"
            | "password"
            | "refresh_token"
            | "secret_key"
            | "token"
    )
}

/// Whether a member of this name tells one thing from another: a secret that is the same word is not
/// meant by it.
fn names_a_thing(name: &str) -> bool {
    matches!(
        name,
        "description" | "id" | "name" | "provider" | "status" | "title"
    )
}

/// Whether a secret could be any word: taking it out of longer text would only spoil that.
fn is_a_word(given: &str) -> bool {
    given.len() < 8 && given.chars().all(char::is_alphabetic)
}

/// Takes secrets out of an answer: members with a secret's name that hold text, members that are one of
/// the `given` values, and the given values inside longer text.
pub(crate) fn without_secrets(value: &mut Value, given: &[&str]) {
    without(value, given, true);
}

/// Takes the `given` values out of an answer, as [`without_secrets`] does, and leaves members with a
/// secret's name: for texts whose names people choose themselves.
pub(crate) fn without_given(value: &mut Value, given: &[&str]) {
    without(value, given, false);
}

fn without(value: &mut Value, given: &[&str], by_name: bool) {
    match value {
        Value::Object(members) => {
            let is_secret = |name: &str, text: &str| {
                let is_named = names_a_secret(name);
                let may_be = |given: &&&str| is_named || (given.len() >= 3 && !names_a_thing(name));
                let mut given = given.iter().filter(may_be);
                (by_name && is_named) || given.any(|given| *given == text)
            };
            let mut has_secret = false;
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if is_secret(name, text) => has_secret = true,
                    other => without(other, given, by_name),
                }
            }
            // Nearly every answer holds none, and is not rebuilt.
            if has_secret {
                members.retain(|name, member| {
                    !member.as_str().is_some_and(|text| is_secret(name, text))
                });
            }
        }
        Value::Array(items) => {
            for item in items {
                without(item, given, by_name);
            }
        }
        Value::String(words) if !given.is_empty() => {
            let given = given.iter().copied();
            *words = text::redact(words, given.filter(|given| !is_a_word(given)));
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let mut answer = json!({
            "id": "a", "api_key": "other", "token": null, "note": "got sk-1234!",
            "oauth": {"client_secret": "x", "token_url": "https://a"},
            "list": [{"key": "sk-1234", "name": "b"}]
        });
        without_secrets(&mut answer, &["sk-1234"]);
        let left = json!({
            "id": "a", "token": null, "note": "got <redacted>!",
            "oauth": {"token_url": "https://a"}, "list": [{"name": "b"}]
        });
        assert_eq!(answer, left);

        let mut texts = json!({"token": "see the vault", "note": "sk-1234"});
        without_given(&mut texts, &["sk-1234"]);
        assert_eq!(texts, json!({"token": "see the vault"}));

        let mut short = json!({"name": "wiki", "about": "the wiki", "key": "wiki", "token": "s"});
        without_given(&mut short, &["wiki", "s"]);
        assert_eq!(short, json!({"name": "wiki", "about": "the wiki"}));
    }
}
