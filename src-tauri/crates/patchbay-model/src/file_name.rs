//! File names chosen by another party.

use std::path::{Path, PathBuf};

use crate::clean_text;

/// Maximum lengths of a name: file systems allow 255, and a number may be added.
const MAX_CHARS: usize = 120;
const MAX_BYTES: usize = 200;

/// Maximum length of an extension that is kept when a name is cut.
const MAX_ENDING: usize = 16;

/// Names that are devices on Windows, with any extension and in any folder.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A file name that cannot leave its folder on any system: no separators, no leading dot or dash, no device name, no
/// control or direction characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainFileName(String);

impl PlainFileName {
    /// Sanitizes the last component of a path; `None` if nothing is left.
    pub fn from_outside(text: &str) -> Option<Self> {
        let last = text.rsplit(['/', '\\', ':']).next().unwrap_or_default();
        let name: String = clean_text(last, usize::MAX)
            .chars()
            .map(|sign| match sign {
                '<' | '>' | '"' | '|' | '*' | '?' => '_',
                sign => sign,
            })
            .collect();
        let name = name.trim_start_matches([' ', '.', '-']);
        let name = shorten(name);
        let name = name.trim_end_matches([' ', '.']);
        let mark = if is_device_name(name) { "_" } else { "" };
        (!name.is_empty()).then(|| Self(format!("{mark}{name}")))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path of the file in a folder.
    pub fn within(&self, folder: &Path) -> PathBuf {
        folder.join(&self.0)
    }

    /// Adds a number, as in `report (2).csv`.
    #[must_use]
    pub fn with_number(&self, number: u32) -> Self {
        Self(match self.0.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => format!("{stem} ({number}).{ending}"),
            _ => format!("{} ({number})", self.0),
        })
    }
}

/// Cuts the name but keeps its extension.
fn shorten(name: &str) -> String {
    if name.chars().count() <= MAX_CHARS && name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.len() <= MAX_ENDING {
        ending
    } else {
        ""
    };
    let mut stem = String::new();
    for sign in name.chars().take(MAX_CHARS - ending.len()) {
        if stem.len() + sign.len_utf8() + ending.len() > MAX_BYTES {
            break;
        }
        stem.push(sign);
    }
    stem + ending
}

/// Whether Windows takes the name for that of a device, in any folder and with any extension.
pub fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let number = stem
            .strip_prefix(port)
            .map(|number| number.chars().collect::<Vec<_>>());
        matches!(number.as_deref(), Some(['0'..='9' | '¹' | '²' | '³']))
    });
    numbered || DEVICES.contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(text: &str) -> String {
        PlainFileName::from_outside(text).map_or_else(String::new, |name| name.0)
    }

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        for (given, name) in [
            ("report.csv", "report.csv"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\secret", "secret"),
            ("C:\\Windows\\x.dll", "x.dll"),
            ("file:hidden", "hidden"),
            (".bashrc", "bashrc"),
            ("..", ""),
            (" . ", ""),
            ("", ""),
            ("a/", ""),
            ("-rf", "rf"),
            ("a*b?<c>|\"", "a_b__c___"),
            ("x.txt. .", "x.txt"),
            ("a\u{0}b\u{202e}gpj.exe", "a bgpj.exe"),
        ] {
            assert_eq!(named(given), name, "{given:?}");
        }
    }

    #[test]
    fn a_device_of_windows_is_a_file() {
        for given in [
            "con",
            "NUL.txt",
            "com1",
            "Lpt9.tar.gz",
            "aux .x",
            "COM¹",
            "CONIN$",
        ] {
            assert_eq!(named(given), format!("_{given}"));
        }
        for given in ["console", "com", "com10", "null.txt"] {
            assert_eq!(named(given), given);
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = named(&format!("{}.tar", "x".repeat(500)));
        assert!(long.chars().count() == MAX_CHARS && long.ends_with("x.tar"));
        let wide = named(&format!("{}.csv", "日".repeat(500)));
        assert!(wide.len() <= MAX_BYTES && wide.ends_with("日.csv"));
        let ending = named(&format!("a.{}", "x".repeat(500)));
        assert_eq!(ending.chars().count(), MAX_CHARS);
    }

    #[test]
    fn files_of_one_name_are_told_apart() {
        let number = |name| PlainFileName::from_outside(name).unwrap().with_number(2).0;
        assert_eq!(number("report.csv"), "report (2).csv");
        assert_eq!(number("README"), "README (2)");
    }

    proptest! {
        #[test]
        fn whatever_is_given_stays_one_plain_part(text in any::<String>()) {
            if let Some(name) = PlainFileName::from_outside(&text) {
                let inside = name.within(Path::new("/folder"));
                prop_assert_eq!(inside.parent(), Some(Path::new("/folder")));
                prop_assert_eq!(inside.components().count(), 3);
                prop_assert!(!name.as_str().starts_with(['.', '-', ' ']));
                prop_assert!(name.as_str().len() <= MAX_BYTES + 1);
            }
        }
    }
}
