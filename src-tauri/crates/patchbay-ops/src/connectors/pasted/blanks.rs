//! Placeholders to fill in.

use patchbay_http::text::is_scheme;
use patchbay_model::clean_text;
use serde_json::Value;

use super::words::strip_env_prefix;
use super::{MAX_VALUES, PasteError, PastedBlank, PastedPlace, PastedValue};
use crate::secret_detection::{is_secret_name, is_secret_value};

/// Maximum length of the name of a blank; longer ones are plain text.
const MAX_NAME: usize = 100;

/// Builds a header or variable, which is secret by its name or its value.
pub(super) fn value(name: &str, value: String) -> PastedValue {
    PastedValue {
        is_secret: is_secret_name(name) || is_secret_value(&value),
        name: name.to_owned(),
        value,
    }
}

/// Finds blanks in texts.
#[derive(Clone, Default)]
pub(super) struct Blanks {
    /// Inputs declared in VS Code settings.
    inputs: Vec<PastedBlank>,
    /// Whether `$NAME` (POSIX), `%NAME%` (Windows) and `$env:NAME` (PowerShell) are blanks too.
    pub(super) has_shell_variables: bool,
}

impl Blanks {
    pub(super) fn from_inputs(lists: Vec<&Value>) -> Self {
        let lists = lists.into_iter().filter_map(Value::as_array);
        let inputs = lists.flatten().filter_map(parse_input);
        Self {
            inputs: inputs.take(MAX_VALUES).collect(),
            ..Self::default()
        }
    }

    pub(super) fn for_shell() -> Self {
        Self {
            has_shell_variables: true,
            ..Self::default()
        }
    }

    /// Finds all blanks of a server and marks the values that become secret by them.
    pub(super) fn finish(&self, place: &mut PastedPlace) -> Result<Vec<PastedBlank>, PasteError> {
        let mut blanks: Vec<PastedBlank> = Vec::new();
        for text in place.texts() {
            for blank in self.find(text) {
                if !blanks.iter().any(|known| known.text == blank.text) {
                    blanks.push(blank);
                }
            }
            if blanks.len() > MAX_VALUES {
                return Err(PasteError::LONG_COMMAND);
            }
        }
        let (PastedPlace::Address {
            headers: values, ..
        }
        | PastedPlace::Program {
            variables: values, ..
        }) = place;
        // A secret value makes its blank secret, and the other way round, also in the values before it.
        let mut has_changed = true;
        while std::mem::take(&mut has_changed) {
            for value in &mut *values {
                for blank in &mut blanks {
                    if value.is_secret != blank.is_secret && value.value.contains(&blank.text) {
                        value.is_secret = true;
                        blank.make_secret();
                        has_changed = true;
                    }
                }
            }
        }
        Ok(blanks)
    }

    fn find(&self, text: &str) -> Vec<PastedBlank> {
        if let Some(name) = placeholder_name(text) {
            return vec![self.blank(text, name, None)];
        }
        let values = parts(text).filter_map(|part| Some((part, placeholder_name(part)?)));
        let values = values.map(|(part, name)| self.blank(part, name, None));
        let mut blanks: Vec<_> = values.take(MAX_VALUES + 1).collect();
        let mut rest = text;
        // In an address, `%` begins an escaped letter.
        let is_address = text.contains("://");
        let begins = |sign| matches!(sign, '$' | '<' | '{') || sign == '%' && !is_address;
        while let Some(at) = rest.find(begins) {
            rest = &rest[at..];
            let (length, blank) = self.first(rest);
            blanks.extend(blank);
            rest = &rest[length..];
            if blanks.len() > MAX_VALUES {
                break;
            }
        }
        blanks
    }

    /// Parses the blank at the start of a text; returns the length to skip.
    fn first(&self, text: &str) -> (usize, Option<PastedBlank>) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        // The paths of files may have further signs.
        for (begin, end, signs) in [
            ("<", ">", ""),
            ("{env:", "}", ""),
            ("{file:", "}", "~./\\:"),
            ("{{", "}}", ""),
            ("${{", "}}", ""),
        ] {
            let inner = text.strip_prefix(begin).and_then(|it| it.split_once(end));
            if let Some((inner, _)) = inner {
                let whole = &text[..begin.len() + inner.len() + end.len()];
                let inner = inner.trim();
                let fits = |c: char| is_name(c) || "-. ".contains(c) || signs.contains(c);
                let begins =
                    inner.starts_with(|c: char| c.is_ascii_alphanumeric() || signs.contains(c));
                if begins && inner.len() <= MAX_NAME && inner.chars().all(fits) {
                    return (whole.len(), Some(self.blank(whole, inner, None)));
                }
            }
        }
        if let Some(inner) = text.strip_prefix("${") {
            let Some((inner, _)) = inner.split_once('}') else {
                return (2, None);
            };
            let length = inner.len() + 3;
            let (name, default) = match inner.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (inner, None),
            };
            let name = ["input:", "env:", "user_config."]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .unwrap_or(name);
            let fits = |c: char| is_name(c) || "-.: ".contains(c);
            let fits = !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(fits);
            let mut inputs = self.inputs.iter();
            let is_input = inner.starts_with("input:") && inputs.any(|input| input.name == name);
            if !(fits || is_input) {
                return (2, None);
            }
            return (length, Some(self.blank(&text[..length], name, default)));
        }
        if !self.has_shell_variables || text.starts_with(['<', '{']) {
            return (1, None);
        }
        let name = strip_env_prefix(text).unwrap_or(&text[1..]);
        let start = text.len() - name.len();
        let name = &name[..name.find(|c| !is_name(c)).unwrap_or(name.len())];
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let length = start + name.len();
        let after = text[length..].starts_with('%');
        let length = match text.starts_with('%') {
            true if begins && after => length + 1,
            false if begins && name.len() <= MAX_NAME => length,
            _ => return (1, None),
        };
        (length, Some(self.blank(&text[..length], name, None)))
    }

    fn blank(&self, text: &str, name: &str, default: Option<&str>) -> PastedBlank {
        let is_input = text.starts_with("${input:");
        let mut inputs = self.inputs.iter().filter(|_| is_input);
        let input = inputs.find(|input| input.name == name);
        let input = input.cloned().unwrap_or_default();
        let mut blank = PastedBlank {
            text: text.to_owned(),
            name: clean_text(name, MAX_NAME),
            default: input.default.or_else(|| default.map(str::to_owned)),
            ..input
        };
        if blank.is_secret || is_secret_name(name) {
            blank.make_secret();
        }
        blank
    }
}

impl PastedBlank {
    /// Makes it secret. Its value is then shown nowhere, so it has to be the user's: what the text proposes is dropped.
    pub(super) fn make_secret(&mut self) {
        self.is_secret = true;
        self.default = None;
        self.options.clear();
    }
}

/// Splits off the parts of a text that can be placeholders: what follows the scheme of an `Authorization` header, and the
/// values of options and parameters.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let of_scheme = text.split_once(' ');
    let of_scheme = of_scheme.filter(|(scheme, _)| is_scheme(scheme));
    let of_scheme = of_scheme.map(|(_, rest)| rest.trim());
    let of_options = text.split(['=', '&']).skip(1);
    of_scheme.into_iter().chain(of_options)
}

/// Returns the name of a value that consists of a placeholder: `<api key>`, `YOUR_API_KEY`, `$API_KEY`, `sk-xxxx`,
/// `/path/to/folder`.
fn placeholder_name(text: &str) -> Option<&str> {
    const BEGINS: [&str; 11] = [
        "your_",
        "your-",
        "your ",
        "insert_your",
        "insert-your",
        "replace_with",
        "replace-with",
        "/path/to/",
        "/absolute/path/",
        "/full/path/",
        "/your/path/",
    ];
    const ENDS: [&str; 2] = ["_here", "-here"];
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-. ".contains(c);
    if let Some(inner) = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        let fits = !inner.is_empty() && inner.len() <= MAX_NAME && inner.chars().all(is_name);
        return fits.then_some(inner);
    }
    if let Some(name) = text.strip_prefix('$') {
        let is_variable = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let fits = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.len() <= MAX_NAME
            && name.chars().all(is_variable);
        return fits.then_some(name);
    }
    if text.len() > MAX_NAME || text.starts_with('-') {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let is_described = BEGINS.iter().any(|begin| lower.starts_with(begin))
        || ENDS.iter().any(|end| lower.ends_with(end));
    let is_path = lower.starts_with('/');
    let other = if is_path { '/' } else { '@' };
    let fits = text.chars().all(|c| is_name(c) || c == other);
    let hidden = text.rsplit(['_', '-']).next().unwrap_or_default();
    let is_hidden = ['x', 'X', '*', '•']
        .iter()
        .any(|mark| hidden.chars().count() > 2 && hidden.chars().all(|c| c == *mark));
    ((is_described && fits) || is_hidden).then_some(text)
}

/// Parses an input declaration, whose name stays unchanged for comparison. Its `command` is ignored: the user fills it
/// in.
fn parse_input(value: &Value) -> Option<PastedBlank> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let id = text("id").filter(|id| id.len() <= MAX_NAME)?;
    let options = value.get("options").and_then(Value::as_array);
    let options = options.map(Vec::as_slice).unwrap_or_default();
    let option = |option: &Value| {
        let value = option.get("value").unwrap_or(option);
        value.as_str().map(|text| clean_text(text, 200))
    };
    Some(PastedBlank {
        text: String::new(),
        name: id.to_owned(),
        description: text("description").map(|text| clean_text(text, 200)),
        default: text("default").map(|text| clean_text(text, 200)),
        options: options.iter().filter_map(option).take(MAX_VALUES).collect(),
        is_secret: value.get("password") == Some(&Value::Bool(true)),
    })
}
