//! Redacting words that look like secrets.

use crate::redact::REDACTED;
use crate::secret_detection::{is_secret_argument, is_secret_name, is_secret_value};

/// Redacts words that look like secrets or follow an option or label for one.
pub(super) fn redact_secret_words(line: &str) -> String {
    let mut is_next = false;
    let words = line.split(' ').map(|word| {
        let bare = word.trim_matches(['\'', '"', '(', ')', ',', ';', '`']);
        let follows = std::mem::take(&mut is_next);
        if bare.is_empty() {
            is_next = follows;
            return word.to_owned();
        }
        if follows && is_scheme(bare) {
            is_next = true;
            return word.to_owned();
        }
        if (follows && !bare.starts_with('-')) || is_secret_value(bare) {
            return word.replace(bare, REDACTED);
        }
        match bare.split_once('=') {
            Some((name, _)) if is_secret_argument(bare) => {
                word.replace(bare, &format!("{name}={REDACTED}"))
            }
            Some(_) => word.to_owned(),
            None => {
                let is_label = bare.strip_suffix(':').is_some_and(is_secret_name);
                is_next = is_label || is_scheme(bare) || is_secret_argument(bare);
                word.to_owned()
            }
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a word is an HTTP authentication scheme, which a secret follows.
fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_look_like_secrets_are_redacted() {
        for (line, shown) in [
            ("npx -y pkg --port 3", "npx -y pkg --port 3"),
            ("x --api-key hunter2 y", "x --api-key <redacted> y"),
            ("x --token=hunter2, y", "x --token=<redacted>, y"),
            ("x --token --verbose y", "x --token --verbose y"),
            ("sent (ghp_1234567890)", "sent (<redacted>)"),
            (
                "Authorization: Bearer hunter2",
                "Authorization: Bearer <redacted>",
            ),
            ("bad token: hunter2", "bad token: <redacted>"),
            ("API_KEY=hunter2 MODE=fast", "API_KEY=<redacted> MODE=fast"),
        ] {
            assert_eq!(redact_secret_words(line), shown);
        }
    }
}
