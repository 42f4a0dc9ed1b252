//! Text from a file that the user names, or from standard input.

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use patchbay_ops::Error;

use crate::failure::Failure;
use crate::input::run_until_interrupted;
use crate::prompt;

/// Reads at most `max_bytes` of a file, or of standard input for `-`.
pub(crate) fn text_of(file: &Path, max_bytes: u64) -> Result<String, Failure> {
    if file == Path::new("-") {
        return prompt::read_input("stdin", move || {
            read_text(io::stdin().lock().take(max_bytes))
        });
    }
    let path = file.to_owned();
    let read = run_until_interrupted(move || read_text(std::fs::File::open(path)?.take(max_bytes)));
    read.ok_or_else(Failure::cancelled)?.map_err(|source| {
        let path = file.display().to_string();
        match source.kind() {
            ErrorKind::InvalidData => {
                Failure::usage(format!("{path} isn't text in UTF-8"), "Save it as UTF-8.")
            }
            _ => Error::File { path, source }.into(),
        }
    })
}

/// Reads text, without the mark that programs on Windows put before it.
fn read_text(mut from: io::Take<impl Read>) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // Cut within a character, which is no fault of the text: whoever reads it finds it too long.
        Err(error) if from.limit() == 0 && error.utf8_error().error_len().is_none() => {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
        Err(_) => return Err(ErrorKind::InvalidData.into()),
    };
    Ok(match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => text.to_owned(),
        None => text,
    })
}

/// Begins a text in UTF-8 from some programs on Windows, such as what PowerShell pipes.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_cut_within_a_character_is_still_a_text() {
        let read = |text: &[u8], limit| read_text(text.take(limit)).map_err(|error| error.kind());
        let text = "aé".as_bytes();
        assert_eq!(read(text, 10).unwrap(), "aé");
        assert_eq!(read(text, 2).unwrap(), "a\u{fffd}");
        assert_eq!(read(b"a\xc3", 10), Err(ErrorKind::InvalidData));
        assert_eq!(read(b"a\xffb", 3), Err(ErrorKind::InvalidData));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let read = |text: &str| read_text(text.as_bytes().take(20)).unwrap();
        assert_eq!(read("\u{feff}{}"), "{}");
        assert_eq!(read("a\u{feff}"), "a\u{feff}");
    }
}
