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

/// Takes secrets out of an answer: members with a secret's name that hold text, members that are one of
/// the `given` values, and the given values inside longer text.
pub(crate) fn without_secrets(value: &mut Value, given: &[&str]) {
    without(value, given, names_a_secret);
}

/// Takes the `given` values out of an answer, as [`without_secrets`] does, and leaves members with a
/// secret's name: for texts whose names people choose themselves.
pub(crate) fn without_given(value: &mut Value, given: &[&str]) {
    without(value, given, |_| false);
}

fn without(value: &mut Value, given: &[&str], names_a_secret: fn(&str) -> bool) {
    match value {
        Value::Object(members) => {
            let is_secret = |name: &str, text: &str| {
                let is_given = given.iter().any(|given| given.len() >= 3 && *given == text);
                is_given || names_a_secret(name)
            };
            let mut has_secret = false;
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if is_secret(name, text) => has_secret = true,
                    other => without(other, given, names_a_secret),
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
                without(item, given, names_a_secret);
            }
        }
        Value::String(words) if !given.is_empty() => {
            *words = text::redact(words, given.iter().copied());
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
    }
}
