//! Which values of pasted variables may be hidden as secrets.
//!
//! Whoever wrote the text chose them, and the values of secret variables are shown nowhere. So neither code nor the host
//! that another secret is sent to may be in one without a word.

use patchbay_model::clean_text;
use serde_json::Value;
use url::Url;

use super::{PastedBlank, PastedValue, fill_in};
use crate::secret_detection::{is_secret_name, is_secret_value};
use crate::servers::steering::steers_programs;

/// Makes a variable plain if its value could be code. Returns what the user has to know about it.
pub(super) fn review(variable: &mut PastedValue, blanks: &[PastedBlank]) -> Option<String> {
    let PastedValue {
        name,
        value,
        is_secret,
    } = variable;
    if !*is_secret {
        return None;
    }
    let shown = clean_text(name, 60);
    let literal = fill_in(value, blanks, |_| Some(String::new())).unwrap_or_default();
    *is_secret = !steers_programs(name) && (is_secret_name(name) || !may_be_code(&literal));
    if *is_secret {
        let url = Url::parse(&literal).ok()?;
        let host = clean_text(url.host_str()?, 100);
        return Some(format!(
            "The secret variable {shown} is an address at {host}"
        ));
    }
    let mut secrets = blanks.iter().filter(|blank| blank.is_secret);
    let has_secret = secrets.any(|blank| value.contains(&blank.text)) || is_secret_value(&literal);
    has_secret.then(|| {
        format!(
            "A secret seems to be a part of variable {shown}. It is saved and shown with it, because the variable may \
             decide which code runs"
        )
    })
}

/// Whether a program could take a text for code, by the signs of shells and other languages.
fn may_be_code(text: &str) -> bool {
    // Some programs take headers so.
    if let Ok(Value::Object(_)) = serde_json::from_str(text) {
        return false;
    }
    let mut schemes = ["Bearer ", "Basic "].iter();
    let text = schemes
        .find_map(|scheme| text.strip_prefix(scheme))
        .unwrap_or(text);
    text.contains(|c: char| c.is_whitespace() || "$`();|<>".contains(c))
}

#[cfg(test)]
mod tests {
    use super::super::tests::one;
    use super::super::{PastedPlace, PastedServer};
    use super::*;
    use serde_json::json;

    fn with(environment: &Value, inputs: &Value) -> PastedServer {
        let entry = json!({ "command": "make", "env": environment });
        one(&json!({ "servers": { "x": entry }, "inputs": inputs }).to_string())
    }

    fn secrets(server: &PastedServer) -> Vec<&str> {
        let PastedPlace::Program { variables, .. } = &server.place else {
            panic!("a program");
        };
        let secret = variables.iter().filter(|it| it.is_secret);
        secret.map(|it| it.name.as_str()).collect()
    }

    #[test]
    fn code_is_not_hidden_as_a_secret() {
        let server = with(
            &json!({
                "A": "$(shell touch /tmp/x)#://a:b@",
                "B": "sh -c 'Bearer x'",
                "C": "os.execute([[x]])--Bearer x",
                "D": "$(shell x) ${input:password}",
                "E": "sk-`x`",
                "MAKEFLAGS": "x://a:b@c",
            }),
            &json!([{ "id": "password", "password": true }]),
        );
        assert_eq!(secrets(&server), [""; 0]);
        let notes = server.notes.iter().filter(|it| it.contains("variable D"));
        assert_eq!(notes.count(), 1, "{:?}", server.notes);
    }

    #[test]
    fn tokens_and_passwords_stay_secret() {
        let server = with(
            &json!({
                "A": "sk-live_a.b~c+d/e==",
                "B": "Bearer abc",
                "C": r#"{"Authorization": "Bearer abc"}"#,
                "D": "https://ada:${input:password}@db.example/x?a=1&b=2",
                "DB_PASSWORD": "pa$$ (w)ord",
            }),
            &json!([{ "id": "password", "password": true }]),
        );
        assert_eq!(secrets(&server), ["A", "B", "C", "D", "DB_PASSWORD"]);
        assert_eq!(
            server.notes,
            ["The secret variable D is an address at db.example"]
        );
    }

    #[test]
    fn the_text_proposes_no_secret() {
        let text = r#"{
            "inputs": [
                {"id": "api_key", "type": "promptString", "password": true, "default": "/bin/sh"},
                {"id": "token", "type": "pickString", "options": ["-c"]}
            ],
            "servers": {"x": {
                "command": "${input:api_key}",
                "args": ["${input:token}", "${MY_TOKEN:-touch x}", "${PLAIN:-a}"],
                "env": {"PASSWORD": "${PLAIN:-a}"}
            }}
        }"#;
        let server = one(text);
        assert_eq!(server.blanks.len(), 4);
        for blank in server.blanks {
            let proposed = (blank.default, blank.options.len());
            assert_eq!(
                (blank.is_secret, proposed),
                (true, (None, 0)),
                "{}",
                blank.text
            );
        }
    }
}
