//! A command line, taken apart into words as a shell would, without one.

use super::PasteError;

/// How a command line is quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Posix,
    /// `cmd.exe`: a backslash is a part of a path, and only double quotes are quotes.
    Windows,
}

/// The words of each command of a text: a line ends a command unless it says that it goes on.
///
/// # Errors
/// When a shell would be needed, or a quote has no end.
pub(super) fn split(text: &str) -> Result<Vec<Vec<String>>, PasteError> {
    let dialect = dialect_of(text);
    let mut commands = vec![Vec::new()];
    // `None` between words: an empty word is one too.
    let mut word: Option<String> = None;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\n' => {
                end_word(&mut commands, &mut word);
                commands.push(Vec::new());
            }
            _ if sign.is_whitespace() => end_word(&mut commands, &mut word),
            '\\' if dialect == Dialect::Posix => match signs.next() {
                // The line goes on.
                Some('\n') | None => {}
                Some(plain) => word.get_or_insert_default().push(plain),
            },
            '^' if dialect == Dialect::Windows => match signs.next() {
                Some('\n') | None => {}
                Some(plain) => word.get_or_insert_default().push(plain),
            },
            '\'' if dialect == Dialect::Posix => {
                let quoted = word.get_or_insert_default();
                loop {
                    match signs.next() {
                        Some('\'') => break,
                        Some(sign) => quoted.push(sign),
                        None => return Err(PasteError::OpenQuote),
                    }
                }
            }
            '"' => {
                let quoted = word.get_or_insert_default();
                loop {
                    match signs.next() {
                        Some('"') => break,
                        Some('\\') => match signs.peek() {
                            Some('"') => quoted.extend(signs.next()),
                            Some('\\' | '$' | '`') if dialect == Dialect::Posix => {
                                quoted.extend(signs.next());
                            }
                            Some('\n') if dialect == Dialect::Posix => drop(signs.next()),
                            _ => quoted.push('\\'),
                        },
                        Some('`') if dialect == Dialect::Posix => {
                            return Err(needs_shell_error("`"));
                        }
                        Some('$') if signs.peek() == Some(&'(') => {
                            return Err(needs_shell_error("$("));
                        }
                        Some(sign) => quoted.push(sign),
                        None => return Err(PasteError::OpenQuote),
                    }
                }
            }
            // What documentation asks to replace, which a shell would take for a file.
            '<' => match placeholder(signs.clone()) {
                Some(name) => {
                    for _ in name.chars().chain(['>']) {
                        signs.next();
                    }
                    let word = word.get_or_insert_default();
                    word.push_str(&format!("<{name}>"));
                }
                None => return Err(needs_shell_error("<")),
            },
            '$' if signs.peek() == Some(&'(') => return Err(needs_shell_error("$(")),
            '|' | '&' | ';' | '>' | '`' => {
                return Err(needs_shell_error(&operator(sign, signs.peek())));
            }
            '#' if word.is_none() => {
                // A comment, up to the end of its line.
                while signs.next_if(|sign| *sign != '\n').is_some() {}
            }
            sign => word.get_or_insert_default().push(sign),
        }
    }
    end_word(&mut commands, &mut word);
    commands.retain(|words| !words.is_empty());
    Ok(commands)
}

fn end_word(commands: &mut [Vec<String>], word: &mut Option<String>) {
    if let (Some(words), Some(word)) = (commands.last_mut(), word.take()) {
        words.push(word);
    }
}

fn operator(sign: char, next: Option<&char>) -> String {
    match next {
        Some(next) if *next == sign && sign != '`' => format!("{sign}{sign}"),
        _ => sign.to_string(),
    }
}

fn needs_shell_error(sign: &str) -> PasteError {
    PasteError::Shell {
        sign: sign.to_owned(),
    }
}

/// The name up to the next `>`, where it is one.
fn placeholder(signs: impl Iterator<Item = char>) -> Option<String> {
    let mut name = String::new();
    for sign in signs.take(100) {
        match sign {
            '>' => return (!name.is_empty()).then_some(name),
            _ if sign.is_ascii_alphanumeric() || "_-.".contains(sign) => name.push(sign),
            _ => return None,
        }
    }
    None
}

/// A path with a drive, a line that goes on with `^`, or a variable between `%` belong to `cmd.exe`.
fn dialect_of(text: &str) -> Dialect {
    let bytes = text.as_bytes();
    let has_drive = bytes.windows(3).enumerate().any(|(at, signs)| {
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        begins && signs[0].is_ascii_alphabetic() && &signs[1..] == b":\\"
    });
    let goes_on = text.lines().any(|line| line.trim_end().ends_with(" ^"));
    match has_drive || goes_on {
        true => Dialect::Windows,
        false => Dialect::Posix,
    }
}
