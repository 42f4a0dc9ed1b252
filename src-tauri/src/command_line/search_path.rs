//! The value of `Path` in the Windows registry: folders separated by semicolons.

/// Appends a folder to the value; `None` if it is there already.
pub(super) fn add(
    path: &str,
    folder: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    if contains(path, folder, variable) {
        return None;
    }
    let between = match path.is_empty() || path.ends_with(';') {
        true => "",
        false => ";",
    };
    Some(format!("{path}{between}{folder}"))
}

/// Removes a folder from the value and keeps the others as they are written; `None` if it is not there.
pub(super) fn remove(
    path: &str,
    folder: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let others: Vec<_> = entries(path)
        .filter(|entry| !is_folder(entry, folder, &variable))
        .collect();
    let has_it = others.len() < entries(path).count();
    has_it.then(|| others.join(";"))
}

pub(super) fn contains(
    path: &str,
    folder: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> bool {
    entries(path).any(|entry| is_folder(entry, folder, &variable))
}

/// Splits at the semicolons that are not within quotes.
fn entries(path: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    path.split(move |letter| {
        is_quoted ^= letter == '"';
        letter == ';' && !is_quoted
    })
}

fn is_folder(entry: &str, folder: &str, variable: impl Fn(&str) -> Option<String>) -> bool {
    normalize_folder(&expand_variables(entry, variable)) == normalize_folder(folder)
}

/// Normalizes the spellings of a folder that Windows treats as equal.
fn normalize_folder(folder: &str) -> String {
    let folder = folder.replace('"', "").replace('/', r"\").to_lowercase();
    folder.trim().trim_end_matches('\\').to_owned()
}

/// Expands `%NAME%`; unknown variables stay.
fn expand_variables(text: &str, variable: impl Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        let filled = after
            .split_once('%')
            .and_then(|(name, after)| Some((variable(name)?, after)));
        let (value, after) = filled.unwrap_or(("%".to_owned(), after));
        expanded.extend([before, &value]);
        rest = after;
    }
    expanded + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = r"C:\Users\Ada\AppData\Local\Patchbay";
    const USUAL: &str = r"%USERPROFILE%\AppData\Local\Microsoft\WindowsApps;D:\a tool\bin";

    fn variable(name: &str) -> Option<String> {
        match name {
            "LOCALAPPDATA" => Some(r"C:\Users\Ada\AppData\Local".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn a_folder_is_appended_once_and_can_be_removed() {
        for (before, after) in [
            (USUAL, format!("{USUAL};{FOLDER}")),
            (r"C:\a;", format!(r"C:\a;{FOLDER}")),
            ("", FOLDER.to_owned()),
        ] {
            assert!(!contains(before, FOLDER, variable));
            assert_eq!(add(before, FOLDER, variable), Some(after.clone()));
            assert_eq!(add(&after, FOLDER, variable), None);
            let removed = remove(&after, FOLDER, variable).unwrap();
            assert_eq!(removed, before.trim_end_matches(';'));
            assert_eq!(remove(&removed, FOLDER, variable), None);
        }
    }

    #[test]
    fn a_folder_is_recognized_in_every_spelling() {
        for written in [
            r"c:\users\ada\appdata\local\patchbay",
            r"C:\Users\Ada\AppData\Local\Patchbay\",
            "C:/Users/Ada/AppData/Local/Patchbay",
            r#""C:\Users\Ada\AppData\Local\Patchbay""#,
            r"%LOCALAPPDATA%\Patchbay",
            r" %LOCALAPPDATA%\Patchbay\ ",
        ] {
            let path = format!(r"%A%\bin;{written};;D:\x");
            assert_eq!(add(&path, FOLDER, variable), None, "{written}");
            let rest = remove(&path, FOLDER, variable).unwrap();
            assert_eq!(rest, r"%A%\bin;;D:\x", "{written}");
        }
    }

    #[test]
    fn no_other_folder_matches() {
        for path in [
            r"C:\Users\Ada\AppData\Local\Patchbay\old",
            r"C:\Users\Ada\AppData\Local\Patch;bay",
            r#""D:\;C:\Users\Ada\AppData\Local\Patchbay;""#,
            r"%OTHER%\Patchbay;100%",
            ";;",
        ] {
            assert!(!contains(path, FOLDER, variable), "{path}");
            assert_eq!(remove(path, FOLDER, variable), None);
            let more = add(path, FOLDER, variable).unwrap();
            assert!(more.starts_with(path) && more.ends_with(FOLDER), "{more}");
        }
    }
}
