//! Removing the user's name and home folder from texts.

use std::collections::BTreeSet;
use std::env;

/// Minimum length of a name: shorter ones occur in any text.
const MIN_LENGTH: usize = 2;

/// The user's home folder and names.
pub(super) struct Person {
    /// The home folder in each spelling, the longest first.
    folders: Vec<String>,
    names: BTreeSet<String>,
}

impl Person {
    pub(super) fn of_system() -> Self {
        let home = env::home_dir();
        let home = home.as_deref().and_then(|home| home.to_str());
        let names = ["USER", "LOGNAME", "USERNAME"].map(|name| env::var(name).unwrap_or_default());
        Self::new(home.unwrap_or_default(), names)
    }

    fn new(home: &str, names: impl IntoIterator<Item = String>) -> Self {
        let home = home.trim_end_matches(['/', '\\']);
        let of_home = home.rsplit(['/', '\\']).next().map(str::to_owned);
        // Escaped as in JSON, plain, and with forward slashes.
        let folders = [
            home.replace('\\', "\\\\"),
            home.to_owned(),
            home.replace('\\', "/"),
        ];
        let is_distinctive = |text: &String| text.len() >= MIN_LENGTH;
        Self {
            folders: folders.into_iter().filter(is_distinctive).collect(),
            names: names
                .into_iter()
                .chain(of_home)
                .filter(is_distinctive)
                .collect(),
        }
    }

    pub(super) fn redact(&self, text: &str) -> String {
        let folders = self.folders.iter().map(|folder| (folder, "~"));
        let names = self.names.iter().map(|name| (name, "<user>"));
        folders
            .chain(names)
            .fold(text.to_owned(), |text, (word, instead)| {
                replace_word(&text, word, instead)
            })
    }
}

/// Replaces a word wherever it stands alone, ignoring ASCII case as some file systems do.
fn replace_word(text: &str, word: &str, instead: &str) -> String {
    let word = word.to_ascii_lowercase();
    let lowercase = text.to_ascii_lowercase();
    let (mut shown, mut from) = (String::with_capacity(text.len()), 0);
    while let Some(found) = lowercase[from..].find(&word) {
        let (at, end) = (from + found, from + found + word.len());
        let is_alone = !text[..at].ends_with(char::is_alphanumeric)
            && !text[end..].starts_with(char::is_alphanumeric);
        shown.push_str(&text[from..at]);
        shown.push_str(if is_alone { instead } else { &text[at..end] });
        from = end;
    }
    shown + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_folder_and_names_are_redacted() {
        let person = Person::new("/home/ada", ["lovelace".to_owned(), String::new()]);
        for (text, shown) in [
            ("/home/ada/x:/home/ada", "~/x:~"),
            ("/home/adam and /home/ada_old", "/home/adam and ~_old"),
            ("Ada, adapter, (ADA)", "<user>, adapter, (<user>)"),
            ("-u lovelace ü lovelaces", "-u <user> ü lovelaces"),
        ] {
            assert_eq!(person.redact(text), shown);
        }
    }

    #[test]
    fn windows_folders_are_redacted_in_each_spelling() {
        let person = Person::new(r"C:\Users\Ada B", []);
        for path in [
            r"c:\users\ada b\x",
            r#""C:\\Users\\Ada B\\x""#,
            "C:/Users/Ada B/x",
        ] {
            let shown = person.redact(path);
            assert!(shown.contains('~') && !shown.contains("Ada B"), "{shown}");
        }
    }

    #[test]
    fn without_a_home_folder_nothing_is_redacted() {
        assert_eq!(Person::new("/", []).redact("/ is /"), "/ is /");
    }
}
