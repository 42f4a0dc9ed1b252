//! Names that are similar to one that was meant, for errors.

use patchbay_model::clean_text;

/// Maximum number of similar names in an error.
const MAX_SIMILAR: usize = 3;

/// Maximum length of such a name, which a server chose.
const MAX_NAME: usize = 100;

/// The names that are similar to the one that was meant, the most similar first. A server chose them.
pub(crate) fn similar_names<'a>(meant: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut similar: Vec<_> = names
        .filter_map(|name| Some((distance(meant, name)?, name)))
        .collect();
    similar.sort_unstable();
    similar.truncate(MAX_SIMILAR);
    let names = similar.into_iter();
    names.map(|(_, name)| clean_text(name, MAX_NAME)).collect()
}

/// How different a name is from the one that was meant; `None` if it is another one. Case and separators don't count.
fn distance(meant: &str, name: &str) -> Option<usize> {
    let letters = |name: &str| -> String {
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).take(100).collect()
    };
    let (meant, name) = (letters(meant), letters(name));
    let distance = strsim::osa_distance(&meant, &name);
    let length = meant.chars().count();
    let is_part = length > 2 && name.contains(&meant);
    (is_part || distance <= length / 3).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_similar_name_is_found_whatever_its_case_and_separators() {
        for (meant, name, expected) in [
            ("addNote", "add_note", Some(0)),
            ("ad_note", "add_note", Some(1)),
            ("ecoh", "echo", Some(1)),
            ("note", "add_note", Some(3)),
            ("add_note", "delete_note", None),
            ("nothing", "echo", None),
            ("e", "echo", None),
            ("", "echo", None),
        ] {
            assert_eq!(distance(meant, name), expected, "{meant} {name}");
        }
    }
}
