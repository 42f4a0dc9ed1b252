//! What a person has to fill in, and what seems to be a secret.

use serde_json::Value;

use super::{MAX_VALUES, PasteError, PastedBlank, PastedPlace, PastedValue, texts_of};
use patchbay_model::clean_text;

/// The most characters of the name of a blank; longer ones are text.
const MAX_NAME: usize = 100;

/// Whether something of that name seems to be a secret.
pub(in crate::connectors) fn is_secret_name(name: &str) -> bool {
    const PARTS: [&str; 9] = [
        "token",
        "secret",
        "password",
        "passwd",
        "passphrase",
        "credential",
        "apikey",
        "bearer",
        "cookie",
    ];
    const WORDS: [&str; 9] = [
        "key",
        "keys",
        "pass",
        "pwd",
        "pat",
        "auth",
        "authorization",
        "dsn",
        "signature",
    ];
    let name = name.to_ascii_lowercase();
    // The folder in which a shell works has that name.
    if name == "pwd" || name == "oldpwd" {
        return false;
    }
    let mut words = name.split(|sign: char| !sign.is_ascii_alphanumeric());
    PARTS.iter().any(|part| name.contains(part)) || words.any(|word| WORDS.contains(&word))
}

/// Whether a value seems to be a secret by itself, whatever it is called.
pub(in crate::connectors) fn is_secret_value(value: &str) -> bool {
    const BEGINS: [&str; 12] = [
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_",
        "glpat-",
        "sk-",
        "sk_",
        "xoxb-",
        "xoxp-",
        "AKIA",
        "eyJhbGci",
        "Bearer ",
    ];
    BEGINS.iter().any(|begin| value.starts_with(begin)) || has_password(value)
}

/// Whether an argument seems to be one, or to carry one.
pub(in crate::connectors) fn is_secret_argument(word: &str) -> bool {
    let value = word.split_once('=').map_or("", |(_, value)| value);
    let option = word.split('=').next().unwrap_or_default();
    let names_one = option.starts_with('-') && option.len() > 2 && is_secret_name(option);
    names_one || is_secret_value(word) || is_secret_value(value) || {
        !value.is_empty() && is_secret_name(option)
    }
}

/// Whether it is an address with a password in it.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user_info = authority.rsplit_once('@').map(|(user_info, _)| user_info);
    user_info.is_some_and(|user_info| user_info.contains(':'))
}

/// A header or variable; its value decides with its name whether it is a secret.
pub(super) fn value(name: &str, value: String) -> PastedValue {
    PastedValue {
        is_secret: is_secret_name(name) || is_secret_value(&value),
        name: name.to_owned(),
        value,
    }
}

/// What is known of the blanks of a text.
#[derive(Clone, Default)]
pub(super) struct Blanks {
    inputs: Vec<Input>,
    /// Whether a name after `$` alone is a blank, as in a shell, and one between `%`, as in its neighbor.
    pub(super) has_shell_variables: bool,
}

/// An input that settings of VS Code declare.
#[derive(Clone)]
struct Input {
    id: String,
    description: Option<String>,
    default: Option<String>,
    options: Vec<String>,
    is_secret: bool,
}

impl Blanks {
    /// Of settings that declare what they ask for.
    pub(super) fn from_inputs(inputs: Option<&Value>) -> Self {
        let inputs = inputs.and_then(Value::as_array).map(Vec::as_slice);
        let inputs = inputs.unwrap_or_default().iter().filter_map(input);
        Self {
            inputs: inputs.take(MAX_VALUES).collect(),
            has_shell_variables: false,
        }
    }

    /// Of a command line.
    pub(super) fn for_shell() -> Self {
        Self {
            inputs: Vec::new(),
            has_shell_variables: true,
        }
    }

    /// All that a person has to fill in, and with that which values are secrets.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn finish(&self, place: &mut PastedPlace) -> Result<Vec<PastedBlank>, PasteError> {
        let mut blanks: Vec<PastedBlank> = Vec::new();
        for text in texts_of(place) {
            for blank in self.find(text) {
                if !blanks.iter().any(|known| known.text == blank.text) {
                    blanks.push(blank);
                }
            }
            if blanks.len() > MAX_VALUES {
                return Err(PasteError::TooMuch {
                    what: "command",
                    most: "a command",
                });
            }
        }
        let (PastedPlace::Address {
            headers: values, ..
        }
        | PastedPlace::Program {
            variables: values, ..
        }) = place;
        for value in values {
            for blank in &mut blanks {
                if value.value.contains(&blank.text) {
                    // What is a secret in one place is one in the other.
                    value.is_secret |= blank.is_secret;
                    blank.is_secret |= value.is_secret;
                }
            }
        }
        Ok(blanks)
    }

    fn find(&self, text: &str) -> Vec<PastedBlank> {
        let mut blanks = Vec::new();
        if let Some(name) = placeholder_name(text) {
            blanks.push(self.blank(text, name, None));
            return blanks;
        }
        let mut rest = text;
        while let Some(at) = rest.find(['$', '%']) {
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

    /// What begins with the first sign of a text, and its length.
    fn first(&self, text: &str) -> (usize, Option<PastedBlank>) {
        let is_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
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
            let fits = |sign: char| is_name(sign) || "-.: ".contains(sign);
            if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(fits) {
                return (2, None);
            }
            return (length, Some(self.blank(&text[..length], name, default)));
        }
        if !self.has_shell_variables {
            return (1, None);
        }
        let name = &text[1..];
        let name = &name[..name.find(|sign| !is_name(sign)).unwrap_or(name.len())];
        let begins = name.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
        let after = text[1 + name.len()..].starts_with('%');
        let length = match text.starts_with('%') {
            true if begins && after => name.len() + 2,
            false if begins && name.len() <= MAX_NAME => name.len() + 1,
            _ => return (1, None),
        };
        (length, Some(self.blank(&text[..length], name, None)))
    }

    fn blank(&self, text: &str, name: &str, default: Option<&str>) -> PastedBlank {
        let is_input = text.starts_with("${input:");
        let mut inputs = self.inputs.iter().filter(|_| is_input);
        let input = inputs.find(|input| input.id == name);
        PastedBlank {
            text: text.to_owned(),
            name: clean_text(name, MAX_NAME),
            description: input.and_then(|input| input.description.clone()),
            default: input
                .and_then(|input| input.default.clone())
                .or_else(|| default.map(str::to_owned)),
            options: input.map(|input| input.options.clone()).unwrap_or_default(),
            is_secret: is_secret_name(name) || input.is_some_and(|input| input.is_secret),
        }
    }
}

/// The name in a value that is nothing but a request to replace it: `<api key>`, `YOUR_API_KEY`, `$API_KEY`.
fn placeholder_name(text: &str) -> Option<&str> {
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || "_-. ".contains(sign);
    if let Some(inner) = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        let fits = !inner.is_empty() && inner.len() <= MAX_NAME && inner.chars().all(is_name);
        return fits.then_some(inner);
    }
    if let Some(name) = text.strip_prefix('$') {
        let is_variable = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        let fits = name.starts_with(|sign: char| sign.is_ascii_uppercase() || sign == '_')
            && name.len() <= MAX_NAME
            && name.chars().all(is_variable);
        return fits.then_some(name);
    }
    let begins = ["YOUR_", "YOUR-", "your_", "your-"]
        .iter()
        .any(|begin| text.starts_with(begin));
    (begins && text.len() <= MAX_NAME && text.chars().all(is_name)).then_some(text)
}

/// One that asks for the output of a command is left out: it is filled in by a person, as any other.
fn input(value: &Value) -> Option<Input> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let id = text("id").filter(|id| id.len() <= MAX_NAME)?;
    let options = value.get("options").and_then(Value::as_array);
    let options = options.map(Vec::as_slice).unwrap_or_default();
    let option = |option: &Value| {
        let value = option.get("value").unwrap_or(option);
        value.as_str().map(|text| clean_text(text, 200))
    };
    let is_password = value.get("password").and_then(Value::as_bool) == Some(true);
    Some(Input {
        id: id.to_owned(),
        description: text("description").map(|text| clean_text(text, 200)),
        default: text("default").map(|text| clean_text(text, 200)),
        options: options.iter().filter_map(option).take(MAX_VALUES).collect(),
        is_secret: is_password,
    })
}
