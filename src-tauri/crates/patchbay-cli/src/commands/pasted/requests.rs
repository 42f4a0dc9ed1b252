//! What is added for a server of a text: the text with the values of the options, and with those typed for what is left
//! open.

use std::collections::BTreeMap;

use patchbay_model::{Secret, ServerCommand};
use patchbay_ops::{
    AddConnector, AddProgram, AuthenticationChoice, PastedBlank, PastedPlace, PastedServer,
    PastedValue, SecretInput, SecretValue, check_filled, fill_in,
};

use super::recipients::{gets_variable, is_input, labels};
use crate::args::AddArgs;
use crate::cli::Cli;
use crate::commands::authentication::variable_values;
use crate::commands::fill::{ask_for, fill_option, read_fill_secrets};
use crate::commands::program::{absolute, variables};
use crate::failure::Failure;

/// Values from the command line that complete the servers.
pub(super) struct PastedInput<'a> {
    servers: &'a [PastedServer],
    /// Values of placeholders that the options give, by name.
    filled: BTreeMap<String, SecretValue>,
    /// Values typed for the current server, by the name of the placeholder: a secret is for one server.
    typed: BTreeMap<String, SecretValue>,
    /// Values typed for inputs, by the text of the placeholder and whether it is secret.
    inputs: BTreeMap<(String, bool), SecretValue>,
    /// Variables that replace those of the text.
    plain: BTreeMap<String, String>,
    secrets: BTreeMap<String, SecretValue>,
    folder: Option<String>,
}

pub(super) enum Request {
    Address(AddConnector),
    Program(AddProgram),
}

impl Request {
    pub(super) fn title(&self) -> Option<String> {
        match self {
            Self::Address(request) => request.title.clone(),
            Self::Program(request) => request.title.clone(),
        }
    }

    pub(super) fn has_secret(&self) -> bool {
        match self {
            Self::Address(request) => !matches!(
                request.authentication,
                None | Some(AuthenticationChoice::None)
            ),
            Self::Program(request) => !request.secrets.is_empty(),
        }
    }
}

impl<'a> PastedInput<'a> {
    /// Reads what the options give. If something secret is left to be asked for, opens the vault before.
    pub(super) async fn read(
        cli: &Cli,
        servers: &'a [PastedServer],
        filled: BTreeMap<String, String>,
        args: &AddArgs,
    ) -> Result<Self, Failure> {
        let plain = filled.into_iter();
        let plain = plain.map(|(name, text)| (name, Secret::new(text).into()));
        let mut filled: BTreeMap<String, SecretValue> = plain.collect();
        let secrets = read_fill_secrets(cli, &args.pasted.filled_secrets).await?;
        for (name, value) in &secrets {
            if let SecretValue::New { secret } = value {
                check_filled(servers, name, Some(secret.expose()))?;
            }
        }
        filled.extend(secrets);
        let is_asked = |blank: &PastedBlank| {
            let is_open = blank.default.is_none() && !filled.contains_key(&blank.name);
            blank.is_secret && is_open
        };
        let mut blanks = servers.iter().flat_map(|server| &server.blanks);
        if blanks.any(is_asked) && cli.is_interactive() {
            cli.open_vault().await?;
        }
        let secrets = variable_values(cli, &args.program.secrets).await?;
        let folder = args.program.folder.as_deref();
        Ok(Self {
            servers,
            filled,
            typed: BTreeMap::new(),
            inputs: BTreeMap::new(),
            plain: variables(&args.program.variables)?,
            secrets,
            folder: folder.map(absolute).transpose()?,
        })
    }

    pub(super) fn request(
        &mut self,
        server: &PastedServer,
        args: &AddArgs,
    ) -> Result<Request, Failure> {
        self.typed.clear();
        let title = args.title.clone().or_else(|| server.title.clone());
        match &server.place {
            PastedPlace::Address { url, headers } => Ok(Request::Address(AddConnector {
                url: self.text(url, server)?,
                name: args.name.clone(),
                title,
                authentication: self.authentication(headers, server)?,
                allow_plain_http: args.allow_plain_http,
                time_limits: server.time_limits,
                is_off: server.is_off,
            })),
            PastedPlace::Program {
                program,
                arguments,
                folder,
                variables,
            } => {
                let words = arguments.iter().map(|word| self.text(word, server));
                let words = words.collect::<Result<_, _>>()?;
                let folder = match (&self.folder, folder) {
                    (Some(folder), _) => Some(folder.clone()),
                    (None, Some(folder)) => Some(self.text(folder, server)?),
                    (None, None) => None,
                };
                let mut plain = self.plain.clone();
                let mut secrets = self.secrets.clone();
                secrets.retain(|name, _| gets_variable(server, self.servers, name));
                for variable in variables {
                    let name = &variable.name;
                    if plain.contains_key(name) || secrets.contains_key(name) {
                        continue;
                    }
                    if variable.value.is_empty() {
                        let option = format!("--env {name}=VALUE or --env-secret {name}");
                        return Err(missing_value(server, name, &option));
                    }
                    if variable.is_secret {
                        secrets.insert(name.clone(), self.secret(&variable.value, server)?);
                    } else {
                        plain.insert(name.clone(), self.text(&variable.value, server)?);
                    }
                }
                Ok(Request::Program(AddProgram {
                    command: ServerCommand {
                        program: self.text(program, server)?,
                        arguments: words,
                        folder,
                        variables: plain,
                    },
                    secrets,
                    name: args.name.clone(),
                    title,
                    time_limits: server.time_limits,
                    is_off: server.is_off,
                }))
            }
        }
    }

    /// The sign-in that the headers stand for; `None` to detect it.
    fn authentication(
        &mut self,
        headers: &[PastedValue],
        server: &PastedServer,
    ) -> Result<Option<AuthenticationChoice>, Failure> {
        if let [header] = headers
            && header.name.eq_ignore_ascii_case("authorization")
            && let Some(token) = header.value.strip_prefix("Bearer ")
        {
            let token = match self.secret(token.trim(), server)? {
                SecretValue::New { secret } => SecretInput::New { secret },
                SecretValue::Reference { reference } => SecretInput::Reference { reference },
            };
            return Ok(Some(AuthenticationChoice::Bearer { token }));
        }
        let mut values = BTreeMap::new();
        for header in headers {
            values.insert(header.name.clone(), self.secret(&header.value, server)?);
        }
        Ok(
            (!values.is_empty()).then_some(AuthenticationChoice::Headers {
                entry: None,
                values,
            }),
        )
    }

    /// Fills in a secret. A reference is possible only as the whole value.
    fn secret(&mut self, text: &str, server: &PastedServer) -> Result<SecretValue, Failure> {
        self.ask(text, server)?;
        let whole = server.blanks.iter().find(|blank| blank.text == text);
        if let Some(value) = whole.and_then(|blank| self.value(blank)) {
            return Ok(value.clone());
        }
        Ok(Secret::new(self.text(text, server)?).into())
    }

    /// The value that was given for a placeholder of the current server.
    fn value(&self, blank: &PastedBlank) -> Option<&SecretValue> {
        let input = is_input(blank).then(|| (blank.text.clone(), blank.is_secret));
        let input = input.and_then(|key| self.inputs.get(&key));
        let given = self.filled.get(&blank.name);
        given.or(input).or_else(|| self.typed.get(&blank.name))
    }

    /// Asks at a terminal for the placeholders of a text that have no value yet.
    fn ask(&mut self, text: &str, server: &PastedServer) -> Result<(), Failure> {
        for blank in &server.blanks {
            let is_filled = blank.default.is_some() || self.value(blank).is_some();
            if is_filled || !text.contains(&blank.text) {
                continue;
            }
            let name = &blank.name;
            let question = self.question(blank, server);
            if let Some(value) = ask_for(&question, &blank.options, blank.is_secret)? {
                check_filled(std::slice::from_ref(server), name, Some(value.expose()))?;
                match is_input(blank) {
                    true => {
                        let key = (blank.text.clone(), blank.is_secret);
                        self.inputs.insert(key, value.into())
                    }
                    false => self.typed.insert(name.clone(), value.into()),
                };
            }
        }
        Ok(())
    }

    /// What to ask for a placeholder: where there are several servers, a secret and what several of them have with the
    /// servers that get it.
    fn question(&self, blank: &PastedBlank, server: &PastedServer) -> String {
        let name = &blank.name;
        let is_same = |other: &PastedBlank| match is_input(blank) {
            true => other.text == blank.text && other.is_secret == blank.is_secret,
            false => other.name == *name,
        };
        let has = |server: &&PastedServer| server.blanks.iter().any(is_same);
        let all: Vec<_> = self.servers.iter().filter(has).collect();
        let own = [server];
        let recipients = if is_input(blank) { &all[..] } else { &own };
        let is_ambiguous = self.servers.len() > 1 && (blank.is_secret || all.len() > 1);
        match is_ambiguous {
            true => format!("{name} for {}", labels(recipients)),
            false => name.clone(),
        }
    }

    fn text(&mut self, text: &str, server: &PastedServer) -> Result<String, Failure> {
        self.ask(text, server)?;
        let filled = |blank: &PastedBlank| match self.value(blank) {
            Some(SecretValue::New { secret }) => Some(secret.expose().to_owned()),
            Some(SecretValue::Reference { .. }) => None,
            None => blank.default.clone(),
        };
        if let Some(text) = fill_in(text, &server.blanks, filled) {
            return Ok(text);
        }
        let mut blanks = server.blanks.iter();
        let open = blanks.find(|blank| text.contains(&blank.text) && filled(blank).is_none());
        let name = open.map_or("", |blank| blank.name.as_str());
        if open.is_some_and(|blank| self.value(blank).is_some()) {
            return Err(Failure::usage(
                format!(
                    "placeholder {name} is a part of a text here, and can't be a secret reference"
                ),
                "Pass the secret on stdin.",
            ));
        }
        let option = fill_option(name, open.is_some_and(|blank| blank.is_secret));
        Err(missing_value(server, name, &option))
    }
}

fn missing_value(server: &PastedServer, name: &str, option: &str) -> Failure {
    let title = server.title.as_deref().unwrap_or("this server");
    Failure::usage(
        format!("enter a value for {name}, which {title} needs"),
        format!("Pass {option}."),
    )
}
