//! `server.json` of the MCP registry: each remote and each package is a proposal.

use patchbay_model::{clean_text, is_variable_name};
use serde_json::Value;

use super::blanks::{Blanks, value};
use super::{
    Draft, MAX_SERVERS, MAX_VALUES, PasteError, PastedBlank, PastedPlace, PastedServer,
    PastedServers, PastedValue,
};
use crate::catalogue::Reach;
use crate::catalogue::registry::{Endpoint, Input, parse};
use crate::secret_detection::{SECRET_ARGUMENT_NOTE, is_secret_name};

pub(super) fn read(root: Value, home: &str) -> Result<PastedServers, PasteError> {
    let files = parse(root).map_err(|error| PasteError::NotUsable {
        name: None,
        why: clean_text(&error.to_string(), 200),
    })?;
    let mut found = PastedServers::from(Vec::new());
    let mut refused = PasteError::NoServer;
    for file in files {
        let title = file.title();
        for endpoint in file.endpoints() {
            let draft = Draft::new(home, Blanks::default());
            let is_bundle = endpoint.is_bundle;
            if let Some(server) = server(&title, endpoint, draft)? {
                found.servers.push(server);
            } else if is_bundle {
                found.notes.push(format!(
                    "An MCP bundle of {title} was left out: download it and add its file"
                ));
                let name = Some(title.clone());
                refused = PasteError::Bundle { name };
            } else {
                let why = "Patchbay doesn't know how to start it";
                let note = format!("A package of {title} was left out: {why}");
                found.notes.push(note);
                refused = PasteError::NotUsable {
                    name: Some(title.clone()),
                    why: why.to_owned(),
                };
            }
            if found.servers.len() > MAX_SERVERS || found.notes.len() > MAX_SERVERS {
                return Err(PasteError::LONG_LIST);
            }
        }
    }
    match found.servers.is_empty() {
        true => Err(refused),
        false => Ok(found),
    }
}

/// Builds the proposal of an endpoint; `None` if there is no command that starts it.
fn server(
    title: &str,
    endpoint: Endpoint,
    mut draft: Draft<'_>,
) -> Result<Option<PastedServer>, PasteError> {
    let mut blanks = Vec::new();
    let mut optional = Vec::new();
    let values: Vec<_> = endpoint.values.into_iter().take(MAX_VALUES + 1).collect();
    let place = match endpoint.reach {
        Reach::Address { url, .. } => {
            let headers = fill(values, &mut blanks, &mut optional);
            for name in names_in_braces(&url) {
                let variable = endpoint.variables.get(name).cloned();
                blanks.push(blank(name, &variable.unwrap_or_default()));
            }
            PastedPlace::Address { url, headers }
        }
        Reach::Command { mut words, .. } => {
            if !endpoint.has_program || words.is_empty() {
                return Ok(None);
            }
            let values = values.into_iter().filter(|value| {
                let name = value.name.as_deref();
                name.is_some_and(is_variable_name)
            });
            if let Some(note) = endpoint.note {
                draft.note(note.trim_end_matches('.'));
            }
            let left_out = endpoint.arguments.iter().filter(|it| it.is_left_out());
            let names = left_out.filter_map(|it| it.name.as_ref().or(it.value_hint.as_ref()));
            optional.extend(names.map(|name| clean_text(name, 60)));
            let declared = endpoint.arguments.iter().flat_map(|it| &it.variables);
            for (name, variable) in declared.flatten().take(MAX_VALUES) {
                blanks.push(blank(name, variable));
            }
            PastedPlace::Program {
                program: words.remove(0),
                arguments: words,
                folder: None,
                variables: fill(values.collect(), &mut blanks, &mut optional),
            }
        }
    };
    if !optional.is_empty() {
        draft.note(format!(
            "Optional, and not taken over: {}",
            clean_text(&optional.join(", "), 300)
        ));
    }
    let mut server = draft.finish(Some(title.to_owned()), place)?;
    for found in &mut server.blanks {
        let is_of = |input: &&Input| input.placeholder().as_ref() == Some(&found.text);
        let Some(input) = endpoint.arguments.iter().find(is_of) else {
            continue;
        };
        *found = PastedBlank {
            text: found.text.clone(),
            ..blank(&found.name, input)
        };
        if found.is_secret && !server.notes.iter().any(|note| note == SECRET_ARGUMENT_NOTE) {
            server.notes.push(SECRET_ARGUMENT_NOTE.to_owned());
        }
    }
    for blank in blanks {
        if !server.blanks.iter().any(|known| known.text == blank.text) {
            server.blanks.push(blank);
        }
    }
    Ok(Some(server))
}

/// Builds headers or variables. A value to be given is a blank; the names of those that are left out are `optional`.
fn fill(
    inputs: Vec<Input>,
    blanks: &mut Vec<PastedBlank>,
    optional: &mut Vec<String>,
) -> Vec<PastedValue> {
    let mut filled = Vec::new();
    for input in inputs {
        let Some(name) = &input.name else { continue };
        let mut is_secret = input.is_secret();
        let text = match &input.value {
            Some(text) => {
                let mut variables = input.variables.clone().unwrap_or_default();
                variables.retain(|name, _| text.contains(&format!("{{{name}}}")));
                let of_text = variables
                    .iter()
                    .map(|(name, variable)| blank(name, variable));
                let mut of_text: Vec<_> = of_text.collect();
                // What the entry gives is public, and is shown: only what the user fills in is theirs.
                if of_text.is_empty() {
                    is_secret = value(name, text.clone()).is_secret;
                }
                is_secret |= of_text.iter().any(|blank| blank.is_secret);
                if is_secret {
                    of_text.iter_mut().for_each(PastedBlank::make_secret);
                }
                blanks.append(&mut of_text);
                text.clone()
            }
            None if is_secret || input.is_required() || input.default.is_some() => {
                let blank = blank(name, &input);
                let text = blank.text.clone();
                blanks.push(blank);
                text
            }
            None => {
                optional.push(clean_text(name, 60));
                continue;
            }
        };
        filled.push(PastedValue {
            name: name.clone(),
            value: text,
            is_secret,
        });
    }
    filled
}

fn blank(name: &str, input: &Input) -> PastedBlank {
    let choices = input.choices.iter().flatten().take(MAX_VALUES);
    let mut blank = PastedBlank {
        text: format!("{{{name}}}"),
        name: clean_text(name, 100),
        description: description(input),
        default: input.default.as_deref().map(|text| clean_text(text, 200)),
        options: choices.map(|choice| clean_text(choice, 200)).collect(),
        is_secret: false,
    };
    if input.is_secret() || is_secret_name(name) {
        blank.make_secret();
    }
    blank
}

fn description(input: &Input) -> Option<String> {
    let text = input.description.as_deref()?;
    Some(clean_text(text, 200))
}

/// Returns `tenant` for `https://example.com/{tenant}/mcp`.
fn names_in_braces(url: &str) -> Vec<&str> {
    let parts = url.split('{').skip(1).take(MAX_VALUES);
    let names = parts.filter_map(|part| part.split_once('}').map(|(name, _)| name));
    names.filter(|name| !name.is_empty()).collect()
}
