//! Splitting command lines into words like a shell, without running one.

use super::PasteError;

/// Quoting rules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Posix,
    /// `cmd.exe`: backslashes are literal and only double quotes quote.
    Windows,
}

/// Returns the words of each command. A command ends with its line unless the line is continued.
pub(super) fn split(text: &str) -> Result<Vec<Vec<String>>, PasteError> {
    let dialect = dialect_of(text);
    let mut commands = vec![Vec::new()];
    // `None` between words, as a word may be empty.
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
                // Line continuation.
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
            // A placeholder such as `<name>`, not a redirection.
            '<' => match placeholder(signs.clone()) {
                Some(name) => {
                    signs.nth(name.len());
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
                // Comment up to the end of the line.
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

/// Returns the name up to the next `>`, if it can be a placeholder.
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

/// A path with a drive letter or a line continued with `^` is for `cmd.exe`.
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
