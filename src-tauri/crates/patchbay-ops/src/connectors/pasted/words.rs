//! Splitting command lines into words like a shell, without running one.

use super::PasteError;

/// Quoting rules.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Posix,
    /// `cmd.exe`: backslashes are literal and only double quotes quote.
    Windows,
    /// Backslashes are literal, and a doubled quotation mark is one within its own kind.
    PowerShell,
}

/// Returns the words of each command. A command ends with its line unless the line is continued; one that only sets
/// variables also ends before another in the same line.
pub(super) fn split(text: &str) -> Result<Vec<Vec<String>>, PasteError> {
    split_for(dialect_of(text), text)
}

/// As [`split`], with these quoting rules.
pub(super) fn split_for(dialect: Dialect, text: &str) -> Result<Vec<Vec<String>>, PasteError> {
    let escape = match dialect {
        Dialect::Posix => '\\',
        Dialect::Windows => '^',
        Dialect::PowerShell => '`',
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
            '\'' if dialect != Dialect::Windows => {
                let quoted = word.get_or_insert_default();
                let is_doubled = dialect == Dialect::PowerShell;
                loop {
                    match chars.next() {
                        Some('\'') if is_doubled && chars.next_if_eq(&'\'').is_some() => {
                            quoted.push('\'');
                        }
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
                        Some(quote @ ('"' | '`')) if dialect == Dialect::PowerShell => {
                            match chars.next_if(|next| quote == '`' || *next == '"') {
                                Some(escaped) => quoted.push(escaped),
                                None => break,
                            }
                        }
                        Some('"') => break,
                        Some('\\') if dialect == Dialect::Windows => {
                            let mut count = 1;
                            while chars.next_if_eq(&'\\').is_some() {
                                count += 1;
                            }
                            // Only before a quotation mark do backslashes escape.
                            let escapes = chars.peek() == Some(&'"');
                            let kept = if escapes { count / 2 } else { count };
                            quoted.extend(std::iter::repeat_n('\\', kept));
                            if escapes && count % 2 == 1 {
                                quoted.extend(chars.next());
                            }
                        }
                        Some('\\') if dialect == Dialect::Posix => match chars.peek() {
                            Some('"' | '\\' | '$' | '`') => quoted.extend(chars.next()),
                            Some('\n') => drop(chars.next()),
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
            // The call operator.
            '&' if dialect == Dialect::PowerShell
                && word.is_none()
                && commands.last().is_some_and(Vec::is_empty)
                && chars.peek() == Some(&' ') => {}
            '|' | '&' | ';' | '>' | '`' => {
                let operator = operator(c, chars.peek());
                end_word(&mut commands, &mut word);
                if !matches!(operator.as_str(), ";" | "&&")
                    || !commands.last().is_some_and(|words| sets_variables(words))
                {
                    return Err(needs_shell_error(&operator));
                }
                chars.next_if_eq(&'&');
                commands.push(Vec::new());
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

/// Whether a command only sets variables for those after it: `export`, `set` of `cmd.exe`, `$env:NAME =` of PowerShell.
pub(super) fn sets_variables(words: &[String]) -> bool {
    let first = words.first().map_or("", String::as_str);
    first == "export"
        || first.eq_ignore_ascii_case("set")
        || strip_env_prefix(first).is_some_and(|_| words.concat().contains('='))
}

/// Returns what follows `$env:`.
pub(super) fn strip_env_prefix(word: &str) -> Option<&str> {
    const PREFIX: &str = "$env:";
    let begin = word.get(..PREFIX.len())?;
    begin
        .eq_ignore_ascii_case(PREFIX)
        .then(|| &word[PREFIX.len()..])
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

pub(super) fn needs_shell_error(operator: &str) -> PasteError {
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

/// A variable of `$env:`, a line continued with a backquote or a call operator is for PowerShell, a line continued with
/// `^` for `cmd.exe`. Either may have a path of Windows, but `cmd.exe` has no single quotes.
fn dialect_of(text: &str) -> Dialect {
    let is_continued = |mark: &str| text.lines().any(|line| line.trim_end().ends_with(mark));
    if is_continued(" `")
        || text.lines().any(|line| line.trim_start().starts_with("& "))
        || text
            .match_indices('$')
            .any(|(at, _)| strip_env_prefix(&text[at..]).is_some())
    {
        return Dialect::PowerShell;
    }
    let bytes = text.as_bytes();
    let has_drive = bytes.windows(3).enumerate().any(|(at, path)| {
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        begins && path[0].is_ascii_alphabetic() && &path[1..] == b":\\"
    });
    let words = || text.split(|c: char| c.is_whitespace() || "\"=".contains(c));
    let has_path = has_drive || words().any(begins_windows_path);
    if is_continued(" ^") {
        Dialect::Windows
    } else if !has_path {
        Dialect::Posix
    } else if words().any(|word| word.starts_with('\'')) {
        Dialect::PowerShell
    } else {
        Dialect::Windows
    }
}

/// Whether a word begins with a path of Windows that has no drive letter.
fn begins_windows_path(word: &str) -> bool {
    let mut begins = [r".\", r"..\", r"~\"].iter();
    let rest = begins.find_map(|begin| word.strip_prefix(begin));
    let share = word.strip_prefix(r"\\").filter(|rest| rest.contains('\\'));
    let is_path = rest
        .or(share)
        .is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    is_path || (word.starts_with('%') && word.contains(r"%\"))
}
