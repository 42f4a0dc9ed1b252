//! A search for secrets in files and output.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret that was found in clear, or in a reversible encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The file, or the name that the caller gave to the text.
    pub place: PathBuf,
    pub secret: String,
    /// Encoding: `plain`, `base64` or `utf-16`.
    pub form: &'static str,
}

/// Searches the contents and names of all files below `folder` for the secrets.
///
/// # Errors
/// When a file or folder cannot be read. A file that vanishes meanwhile is skipped.
pub fn find_leaks(folder: &Path, secrets: &[String]) -> io::Result<Vec<Leak>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            found.extend(leaks_in(&path, path.to_string_lossy().as_bytes(), secrets));
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            match fs::read(&path) {
                Ok(bytes) => found.extend(leaks_in(&path, &bytes, secrets)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(found)
}

/// Searches bytes, which the result names `place`, for the secrets. Each secret has at least 11 bytes.
pub fn leaks_in(place: impl AsRef<Path>, bytes: &[u8], secrets: &[String]) -> Vec<Leak> {
    let patterns: Vec<_> = secrets
        .iter()
        .flat_map(|secret| forms(secret).into_iter().map(move |form| (secret, form)))
        .collect();
    // One pass for all patterns: a pass over a database for each of hundreds takes long.
    let mut by_beginning: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut may_begin = vec![false; 1 << 16];
    for (number, (_, (_, pattern))) in patterns.iter().enumerate() {
        may_begin[first_two(pattern)] = true;
        by_beginning
            .entry(&pattern[..PREFIX_BYTES])
            .or_default()
            .push(number);
    }
    let mut found = BTreeSet::new();
    for (at, beginning) in bytes.windows(PREFIX_BYTES).enumerate() {
        if may_begin[first_two(beginning)]
            && let Some(candidates) = by_beginning.get(beginning)
        {
            let fits = |number: &&usize| bytes[at..].starts_with(&patterns[**number].1.1);
            found.extend(candidates.iter().filter(fits).copied());
        }
    }
    let leak = |number: usize| {
        let (secret, (form, _)) = &patterns[number];
        Leak {
            place: place.as_ref().to_owned(),
            secret: (*secret).clone(),
            form,
        }
    };
    found.into_iter().map(leak).collect()
}

/// Number of leading bytes of a pattern that are looked up at once.
const PREFIX_BYTES: usize = 8;

fn first_two(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// The encodings of a secret. There are three in base64, one for each offset of the secret modulo 3; the characters
/// at both ends depend on the neighbouring bytes and are left out.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![("plain", secret.as_bytes().to_vec()), ("utf-16", utf16)];
    for before in 0..3 {
        let padded = [&vec![0; before], secret.as_bytes()].concat();
        let certain = |text: String| {
            let first = (before * 8).div_ceil(6);
            let last = padded.len() * 8 / 6;
            text.as_bytes()[first..last].to_vec()
        };
        forms.push(("base64", certain(STANDARD_NO_PAD.encode(&padded))));
        forms.push(("base64", certain(URL_SAFE_NO_PAD.encode(&padded))));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "pga_s3cret~token?";

    fn found(bytes: &[u8]) -> Vec<&'static str> {
        let leaks = leaks_in("text", bytes, &[SECRET.to_owned()]);
        leaks.iter().map(|leak| leak.form).collect()
    }

    #[test]
    fn a_secret_is_found_in_each_of_its_forms() {
        assert_eq!(found(format!("Bearer {SECRET}.").as_bytes()), ["plain"]);
        let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&utf16), ["utf-16"]);
        for before in ["", "i", "id", "id:"] {
            let text = STANDARD_NO_PAD.encode(format!("{before}{SECRET}.."));
            assert!(found(text.as_bytes()).contains(&"base64"), "{before:?}");
        }
        assert!(found(b"pga_s3cret~toke").is_empty());
    }

    #[test]
    fn files_and_their_names_are_looked_through() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("deep")).unwrap();
        fs::write(home.path().join("deep/file"), format!("x{SECRET}x")).unwrap();
        fs::write(home.path().join("s3cret-name"), "").unwrap();
        let secrets = [SECRET.to_owned(), "s3cret-name".to_owned()];
        let mut found = find_leaks(home.path(), &secrets).unwrap();
        found.sort_by(|one, other| one.place.cmp(&other.place));
        assert_eq!(found.len(), 2);
        assert!(found[0].place.ends_with("deep/file"));
        assert!(found[1].place.ends_with("s3cret-name"));
    }
}
