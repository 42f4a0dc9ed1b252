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
    let escape = match dialect {
        Dialect::Posix => '\\',
        Dialect::Windows => '^',
    };
    let mut commands = vec![Vec::new()];
    // `None` between words, as a word may be empty.
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => {
                end_word(&mut commands, &mut word);
                commands.push(Vec::new());
            }
            _ if c.is_whitespace() => end_word(&mut commands, &mut word),
            _ if c == escape => match chars.next() {
                // Line continuation.
                Some('\n') | None => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            '\'' if dialect == Dialect::Posix => {
                let quoted = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => quoted.push(c),
                        None => return Err(PasteError::OpenQuote),
                    }
                }
            }
            '"' => {
                let quoted = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => match chars.peek() {
                            Some('"') => quoted.extend(chars.next()),
                            Some('\\' | '$' | '`') if dialect == Dialect::Posix => {
                                quoted.extend(chars.next());
                            }
                            Some('\n') if dialect == Dialect::Posix => drop(chars.next()),
                            _ => quoted.push('\\'),
                        },
                        Some('`') if dialect == Dialect::Posix => {
                            return Err(needs_shell_error("`"));
                        }
                        Some('$') if chars.peek() == Some(&'(') => {
                            return Err(needs_shell_error("$("));
                        }
                        Some(c) => quoted.push(c),
                        None => return Err(PasteError::OpenQuote),
                    }
                }
            }
            // A placeholder such as `<name>`, not a redirection.
            '<' => match placeholder(chars.clone()) {
                Some(name) => {
                    chars.nth(name.len());
                    let word = word.get_or_insert_default();
                    word.push_str(&format!("<{name}>"));
                }
                None => return Err(needs_shell_error("<")),
            },
            '$' if chars.peek() == Some(&'(') => return Err(needs_shell_error("$(")),
            '|' | '&' | ';' | '>' | '`' => {
                return Err(needs_shell_error(&operator(c, chars.peek())));
            }
            '#' if word.is_none() => {
                // Comment up to the end of the line.
                while chars.next_if(|c| *c != '\n').is_some() {}
            }
            c => word.get_or_insert_default().push(c),
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

fn operator(c: char, next: Option<&char>) -> String {
    match next {
        Some(next) if *next == c && c != '`' => format!("{c}{c}"),
        _ => c.to_string(),
    }
}

fn needs_shell_error(operator: &str) -> PasteError {
    PasteError::Shell {
        operator: operator.to_owned(),
    }
}

/// Returns the name up to the next `>`, if it can be a placeholder.
fn placeholder(chars: impl Iterator<Item = char>) -> Option<String> {
    let mut name = String::new();
    for c in chars.take(100) {
        match c {
            '>' => return (!name.is_empty()).then_some(name),
            _ if c.is_ascii_alphanumeric() || "_-.".contains(c) => name.push(c),
            _ => return None,
        }
    }
    None
}

/// A path with a drive letter or a line continued with `^` is for `cmd.exe`.
fn dialect_of(text: &str) -> Dialect {
    let bytes = text.as_bytes();
    let has_drive = bytes.windows(3).enumerate().any(|(at, path)| {
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        begins && path[0].is_ascii_alphabetic() && &path[1..] == b":\\"
    });
    let goes_on = text.lines().any(|line| line.trim_end().ends_with(" ^"));
    match has_drive || goes_on {
        true => Dialect::Windows,
        false => Dialect::Posix,
    }
}
