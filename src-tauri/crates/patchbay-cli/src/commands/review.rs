//! What `patchbay connector add` is about to save, shown before it does.

use std::collections::{BTreeMap, BTreeSet};

use patchbay_model::{Explain as _, Problem, ServerCommand, TimeLimits};
use patchbay_ops::{
    AddProgram, Error, PastedBlank, PastedPlace, PastedServer, PastedValue, SECRET_ARGUMENT_NOTE,
    check_add_program, fill_in, find_program, is_secret_argument, path_variable, read_address,
};
use serde::Serialize;

use super::authentication::unread_values;
use super::program::{existing_folder, program, variables};
use crate::args::ProgramArgs;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::facts::Facts;
use crate::output::table::Tone;
use crate::output::{Screen, text, words};
use crate::prompt;
use crate::secret_source::parse_variable;

/// A server to be added. Placeholders that have no value yet stay as they are; no secret is in it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review {
    name: Option<String>,
    /// The one that was given.
    pub(super) short_name: Option<String>,
    transport: &'static str,
    address: Option<String>,
    host: Option<String>,
    command: Option<ServerCommand>,
    /// The file that the command starts.
    program: Option<String>,
    /// Why there is no such file.
    problem: Option<Problem>,
    /// Names of headers and variables whose values are saved in the vault, and of the secret placeholders in them.
    secrets: BTreeSet<String>,
    /// Other placeholders that have no value yet, or whose values are secret.
    open: BTreeSet<String>,
    time_limits: TimeLimits,
    is_off: bool,
    notes: Vec<String>,
}

impl Review {
    /// Reviews a server with the values of the command line; `filled` are those of placeholders, by name. Nothing is
    /// started, and no server is contacted.
    pub(super) async fn new(
        server: &PastedServer,
        title: Option<String>,
        filled: &BTreeMap<String, String>,
        given: &ProgramArgs,
    ) -> Result<Self, Failure> {
        let value = |blank: &PastedBlank| {
            let value = filled.get(&blank.name).or(blank.default.as_ref());
            value.filter(|_| !blank.is_secret).cloned()
        };
        let shown = |text: &str| {
            let value = |blank: &PastedBlank| value(blank).or_else(|| Some(blank.text.clone()));
            fill_in(text, &server.blanks, value).unwrap_or_default()
        };
        let mut plain = variables(&given.variables)?;
        let given_secrets = given.secrets.iter();
        let given_secrets = given_secrets.map(|given| Ok(parse_variable(given)?.0));
        let given_secrets: BTreeSet<String> = given_secrets.collect::<Result<_, Failure>>()?;
        let mut place = server.place.clone();
        if let PastedPlace::Program {
            folder, variables, ..
        } = &mut place
        {
            // What an option gives leaves nothing to ask for.
            if given.folder.is_some() {
                *folder = None;
            }
            let is_given = |name: &String| plain.contains_key(name) || given_secrets.contains(name);
            variables.retain(|variable| !is_given(&variable.name));
        }
        let hidden = hidden_values(&place);
        let is_hidden = |blank: &&PastedBlank| {
            let mut hidden = hidden.iter();
            blank.is_secret && hidden.any(|value| value.value.contains(&blank.text))
        };
        let texts = place.texts();
        let is_open = |blank: &&PastedBlank| {
            let mut texts = texts.iter();
            value(blank).is_none() && texts.any(|text| text.contains(&blank.text))
        };
        let open = server.blanks.iter().filter(is_open);
        let (secrets, open): (Vec<_>, Vec<_>) = open.partition(is_hidden);
        let names =
            |blanks: Vec<&PastedBlank>| blanks.into_iter().map(|it| it.name.clone()).collect();
        let mut review = Self {
            name: title.or_else(|| server.title.clone()),
            secrets: names(secrets),
            open: names(open),
            time_limits: server.time_limits,
            is_off: server.is_off,
            notes: server.notes.clone(),
            ..Self::default()
        };
        match &place {
            PastedPlace::Address { url, headers } => {
                let address = shown(url);
                let is_filled = |blank: &PastedBlank| !address.contains(&blank.text);
                let url = read_address(&address).ok();
                review.transport = "HTTP";
                review.host = url
                    .as_ref()
                    .and_then(|url| url.host_str().map(str::to_owned));
                // As it will be saved, but with its placeholders as they were written.
                let url = url.filter(|_| server.blanks.iter().all(is_filled));
                review.address = Some(url.map_or(address, String::from));
                let names = headers.iter().map(|header| header.name.clone());
                review.secrets.extend(names);
            }
            PastedPlace::Program {
                program,
                arguments,
                folder,
                variables: proposed,
            } => {
                review.notes.extend(secret_variable_notes(&given.variables));
                for variable in proposed {
                    let name = &variable.name;
                    if variable.is_secret {
                        review.secrets.insert(name.clone());
                    } else {
                        plain.insert(name.clone(), shown(&variable.value));
                    }
                }
                review.secrets.extend(given_secrets);
                let folder = match &given.folder {
                    Some(folder) => Some(existing_folder(folder)?),
                    None => folder.as_deref().map(shown),
                };
                let command = ServerCommand {
                    program: shown(program),
                    arguments: arguments.iter().map(|word| shown(word)).collect(),
                    folder,
                    variables: plain,
                };
                review.transport = "local program (stdio)";
                match find_program(&command.program, path_variable(&command.variables)).await {
                    Ok(file) => review.program = Some(file),
                    Err(error) => review.problem = Some(error.problem()),
                }
                review.command = Some(command);
            }
        }
        Ok(review)
    }

    /// Reviews a local program that is to be added by its command.
    pub(super) async fn of_command(
        name: Option<String>,
        title: Option<String>,
        words: &[String],
        args: &ProgramArgs,
    ) -> Result<Self, Failure> {
        let server = PastedServer {
            title: name.clone(),
            place: PastedPlace::Program {
                program: program(words.first().cloned().unwrap_or_default())?,
                arguments: words.iter().skip(1).cloned().collect(),
                folder: None,
                variables: Vec::new(),
            },
            blanks: Vec::new(),
            time_limits: TimeLimits::default(),
            is_off: false,
            notes: secret_word_note(words).into_iter().collect(),
        };
        let review = Self::new(&server, title, &BTreeMap::new(), args).await?;
        Ok(Self {
            short_name: name,
            ..review
        })
    }

    /// Checks what adding the program refuses, unless placeholders are left.
    pub(super) fn check_program(&self) -> Result<(), Error> {
        let Some(command) = self.command.clone() else {
            return Ok(());
        };
        check_add_program(&AddProgram {
            command,
            secrets: unread_values(self.secrets.iter().cloned()),
            ..AddProgram::default()
        })
    }

    fn facts(&self, screen: Screen) -> String {
        let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" ");
        let mut facts = Facts::default()
            .add_optional("Name", self.name.as_ref())
            .add_optional(
                "Short name",
                self.short_name
                    .as_ref()
                    .filter(|_| self.short_name != self.name),
            )
            .add("Transport", self.transport)
            .add_optional("Address", self.address.as_ref())
            .add_optional("Host", self.host.as_ref());
        if let Some(command) = &self.command {
            facts = facts.add_words("Command", command.line());
        }
        facts = facts.add_optional("Starts", self.program.as_ref());
        if let Some(problem) = &self.problem {
            let hint = problem.hint.as_deref().unwrap_or_default();
            facts = facts.toned("Starts", format!("not found. {hint}"), Tone::Warning);
        }
        if let Some(command) = &self.command {
            facts = facts.add_words("Folder", command.folder.as_deref().unwrap_or_default());
            // Each on a line of its own, as a value may look like another variable.
            for (name, value) in &command.variables {
                facts = facts.add_words("Variables", format!("{name}={value}"));
            }
        }
        let facts = facts
            .add("Secrets", names(&self.secrets))
            .add("Asks for", names(&self.open))
            .add_optional("Time limits", words::time_limits(self.time_limits))
            .add_optional("Status", self.is_off.then_some("turned off"));
        facts.render(screen) + &self.note_lines()
    }

    fn note_lines(&self) -> String {
        let notes = self.notes.iter();
        let notes = notes.map(|note| text::line(&format!("Note: {note}.")) + "\n");
        notes.collect()
    }
}

/// What the user should know of a command if one of its words looks like a secret.
pub(super) fn secret_word_note(words: &[String]) -> Option<String> {
    let mut words = words.iter();
    let has_secret = words.any(|word| is_secret_argument(word));
    has_secret.then(|| SECRET_ARGUMENT_NOTE.to_owned())
}

/// What the user should know of plain variables `NAME=VALUE` that look like secrets.
pub(super) fn secret_variable_notes(given: &[String]) -> impl Iterator<Item = String> {
    let secrets = given.iter().filter(|pair| is_secret_argument(pair));
    let names = secrets.filter_map(|pair| pair.split_once('='));
    names.map(|(name, _)| {
        format!(
            "Variable {name} seems to be a secret, but is saved and shown with the command. Use --env-secret {name} instead"
        )
    })
}

/// The values of a server that are saved in the vault.
fn hidden_values(place: &PastedPlace) -> Vec<&PastedValue> {
    match place {
        PastedPlace::Address { headers, .. } => headers.iter().collect(),
        PastedPlace::Program { variables, .. } => {
            variables.iter().filter(|it| it.is_secret).collect()
        }
    }
}

/// Renders reviews, one after the other.
fn render(reviews: &[Review], screen: Screen) -> String {
    let reviews: Vec<_> = reviews.iter().map(|review| review.facts(screen)).collect();
    reviews.join("\n")
}

/// Outputs the reviews, for `--dry-run`.
pub(super) fn print(cli: &Cli, reviews: &[Review]) -> Result<(), Failure> {
    cli.out.answer(reviews, |screen| render(reviews, screen))
}

/// Shows the reviews, and asks once if `asks`, unless `--yes` or `--json` is given or the user can't be prompted.
pub(super) fn confirm(cli: &Cli, reviews: &[Review], asks: bool) -> Result<(), Failure> {
    let shown = match cli.is_json() {
        true => reviews.iter().map(Review::note_lines).collect(),
        false => render(reviews, Screen::PLAIN),
    };
    if !asks || cli.assume_yes() || cli.is_json() || !cli.is_interactive() {
        shown.lines().for_each(|line| cli.say(line));
        return Ok(());
    }
    let what = match reviews.len() {
        1 => "this server".to_owned(),
        several => format!("these {several} servers"),
    };
    cli.stderr.clear();
    match prompt::confirm_lines(&format!("{shown}\nAdd {what}?"))? {
        true => Ok(()),
        false => Err(Failure::cancelled()),
    }
}
