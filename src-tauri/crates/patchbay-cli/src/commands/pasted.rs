//! `patchbay connector add --from FILE` and `--from-app APP`: the servers in a text or in another app's settings.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use patchbay_model::{Connector, Secret, ServerCommand};
use patchbay_ops::{
    AddConnector, AddProgram, AddedConnector, AuthenticationChoice, ConnectionOptions,
    ConnectorView, Error, PastedBlank, PastedPlace, PastedServer, PastedServers, PastedValue,
    SecretInput, SecretValue, add_connector_with, add_program, check_add_connector,
    check_add_program, check_filled, fill_in, is_pasted_link, read_other_app, read_pasted,
    view_connectors,
};
use url::{Position, Url};

use super::authentication::variable_values;
use super::connect;
use super::connector::note_inspection;
use super::program::{absolute, finish_adding, variables};
use super::review::{self, Review};
use crate::args::{AddArgs, PastedArgs};
use crate::cli::Cli;
use crate::command_hint::connect_command;
use crate::failure::Failure;
use crate::input::run_until_interrupted;
use crate::output::text;
use crate::prompt;
use crate::secret_source::Source;

/// One byte more than the parser accepts, so that it rejects a longer file by its length.
const MAX_BYTES: u64 = 256 * 1024 + 1;

/// What `--from` or `--from-app` names.
pub(super) struct Found {
    servers: PastedServers,
    is_link: bool,
}

/// Reads the servers of `--from` or `--from-app`; `None` if neither is given.
pub(super) async fn read(args: &PastedArgs) -> Result<Option<Found>, Failure> {
    let (servers, is_link) = match (&args.from, &args.from_app) {
        (Some(file), _) => {
            let text = text_of(file, MAX_BYTES)?;
            (read_pasted(&text)?, is_pasted_link(&text))
        }
        (None, Some(app)) => (read_other_app(app).await?, false),
        (None, None) => return Ok(None),
    };
    Ok(Some(Found { servers, is_link }))
}

/// Adds the servers, after a review. None is added unless all of them are complete.
pub(super) async fn add(cli: &Cli, found: Found, args: AddArgs) -> Result<(), Failure> {
    for note in &found.servers.notes {
        cli.say(format!("Note: {note}."));
    }
    let servers = select_servers(found.servers.servers, &args.pasted.only)?;
    if servers.len() > 1 && (args.name.is_some() || args.title.is_some()) {
        return Err(Failure::usage(
            "--name and --title are for one server, and there are several",
            "Choose one with --only NAME.",
        ));
    }
    let filled = check_names(cli, &servers, &args.pasted)?;
    check_variables(&servers, &args.program.secrets)?;
    let mut reviews = Vec::new();
    for server in &servers {
        let title = args.title.clone();
        let mut program = args.program.clone();
        let secrets = &mut program.secrets;
        secrets.retain(|given| gets_variable(server, &servers, variable_name(given)));
        reviews.push(Review::new(server, title, &filled, &program).await?);
    }
    if args.dry_run {
        return review::print(cli, &reviews);
    }
    review::confirm(cli, &reviews, found.is_link || servers.len() > 1)?;
    let mut given = PastedInput::read(cli, &servers, filled, &args).await?;
    let requests: Result<Vec<_>, Failure> = servers
        .iter()
        .map(|server| given.request(server, &args))
        .collect();
    let requests = requests?;
    for request in &requests {
        let checked = match request {
            Request::Address(request) => check_add_connector(request),
            Request::Program(request) => check_add_program(request),
        };
        checked.map_err(|error| failure(error, request.title().as_deref()))?;
    }
    if requests.iter().any(Request::has_secret) {
        cli.unlock().await?;
    }
    let mut added = Vec::new();
    if let Err(failure) = add_all(cli, requests, args.connect, &mut added).await {
        say_next(cli, &added);
        return Err(failure);
    }
    let mut connected = Vec::new();
    let mut added = added.into_iter();
    while let Some(connector) = added.next() {
        match finish(cli, connector, &args).await {
            Ok(connector) => connected.push(connector),
            Err(failure) => {
                say_next(cli, added.as_slice());
                return Err(failure);
            }
        }
    }
    if !args.connect {
        say_next(cli, &connected);
    }
    let connected = view_connectors(&cli.cx, connected).await?;
    cli.out.answer(&connected, |_| names(&connected))
}

/// Adds one server after the other to `added`, until one can't be added.
async fn add_all(
    cli: &Cli,
    requests: Vec<Request>,
    connects: bool,
    added: &mut Vec<Connector>,
) -> Result<(), Failure> {
    for request in requests {
        let title = request.title();
        let one = match request {
            Request::Address(request) => {
                let options = ConnectionOptions::default();
                add_connector_with(&cli.cx, request, options).await
            }
            Request::Program(request) => {
                let connector = add_program(&cli.cx, request).await;
                connector.map(AddedConnector::from)
            }
        };
        let one = one.map_err(|error| failure(error, title.as_deref()))?;
        cli.say(format!("Added {}.", one.connector.title));
        if !connects {
            note_inspection(cli, &one);
        }
        added.push(one.connector);
    }
    Ok(())
}

/// The failure to add the server of this title.
fn failure(error: Error, title: Option<&str>) -> Failure {
    let failure = Failure::from(error);
    match title {
        Some(title) => failure.of_server(title),
        None => failure,
    }
}

async fn finish(cli: &Cli, connector: Connector, args: &AddArgs) -> Result<Connector, Failure> {
    let is_allowed = args.program.is_allowed;
    let connector = finish_adding(cli, connector, is_allowed, &args.how).await?;
    match args.connect {
        true => connect::connect_added(cli, connector, args.how.clone()).await,
        false => Ok(connector),
    }
}

/// Names the commands that connect these connectors.
fn say_next(cli: &Cli, connectors: &[Connector]) {
    for connector in connectors {
        cli.say(format!("Next: patchbay {}", connect_command(connector)));
    }
}

fn names(connectors: &[ConnectorView]) -> String {
    let names = connectors.iter();
    names.map(|one| format!("{}\n", one.name)).collect()
}

/// Reads at most `max_bytes` of a file, or of standard input for `-`.
pub(super) fn text_of(file: &Path, max_bytes: u64) -> Result<String, Failure> {
    if file == Path::new("-") {
        return prompt::read_input("stdin", move || {
            std::io::read_to_string(std::io::stdin().lock().take(max_bytes))
        });
    }
    let path = file.to_owned();
    let read = run_until_interrupted(move || {
        std::io::read_to_string(std::fs::File::open(path)?.take(max_bytes))
    });
    read.ok_or_else(Failure::cancelled)?.map_err(|source| {
        let path = file.display().to_string();
        Error::File { path, source }.into()
    })
}

/// Selects the servers with these names, or all of them.
fn select_servers(
    mut servers: Vec<PastedServer>,
    only: &[String],
) -> Result<Vec<PastedServer>, Failure> {
    let is_named = |server: &PastedServer, name: &str| server.title.as_deref() == Some(name);
    let mut names = only.iter();
    if let Some(missing) = names.find(|name| !servers.iter().any(|one| is_named(one, name))) {
        let titles = servers.iter().filter_map(|one| one.title.as_deref());
        let titles: Vec<_> = titles.collect();
        return Err(Failure::usage(
            format!("no server is named {missing}"),
            format!("Use one of these names: {}.", titles.join(", ")),
        ));
    }
    servers.retain(|one| only.is_empty() || only.iter().any(|name| is_named(one, name)));
    Ok(servers)
}

/// Checks that the servers have all placeholders that values are given for. Returns the values of `--fill`.
fn check_names(
    cli: &Cli,
    servers: &[PastedServer],
    args: &PastedArgs,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut filled = BTreeMap::new();
    for (name, text) in parse_fill(&args.filled)? {
        check_filled(servers, name, Some(text))?;
        let mut blanks = servers.iter().flat_map(|server| &server.blanks);
        if blanks.any(|blank| blank.is_secret && blank.name == name) {
            return Err(Failure::usage(
                format!("the value of placeholder {name} is secret"),
                format!("Use {}.", fill_option(name, true)),
            ));
        }
        filled.insert(name.to_owned(), text.to_owned());
    }
    for given in &args.filled_secrets {
        let name = variable_name(given);
        check_filled(servers, name, None)?;
        check_recipients(cli, servers, name)?;
    }
    Ok(filled)
}

/// Refuses one secret for the equally named placeholders of several servers, unless they are one input of the text.
fn check_recipients(cli: &Cli, servers: &[PastedServer], name: &str) -> Result<(), Failure> {
    let has = |server: &&PastedServer| server.blanks.iter().any(|blank| blank.name == name);
    let recipients: Vec<_> = servers.iter().filter(has).collect();
    let blanks = recipients.iter().flat_map(|server| &server.blanks);
    let mut blanks = blanks.filter(|blank| blank.name == name);
    if recipients.len() < 2 {
        return Ok(());
    }
    if blanks.all(is_input) {
        cli.say(format!("Note: {name} is for {}.", labels(&recipients)));
        return Ok(());
    }
    Err(Failure::usage(
        format!(
            "placeholder {name} can't get one secret for several servers: {}",
            labels(&recipients)
        ),
        "Add them one at a time, with --only NAME.",
    ))
}

/// Checks that each secret variable of the options is for one of the programs.
fn check_variables(servers: &[PastedServer], given: &[String]) -> Result<(), Failure> {
    for name in given.iter().map(|given| variable_name(given)) {
        let gets_it = |server: &&PastedServer| gets_variable(server, servers, name);
        let recipients: Vec<_> = servers.iter().filter(gets_it).collect();
        let what = match recipients.len() {
            0 => format!("no program of the text names variable {name}"),
            1 => continue,
            _ => {
                let recipients = labels(&recipients);
                format!("variable {name} can't get one secret for several servers: {recipients}")
            }
        };
        let hint = "Add them one at a time, with --only NAME.";
        return Err(Failure::usage(what, hint));
    }
    Ok(())
}

/// The name in `NAME[=SOURCE]`.
fn variable_name(given: &str) -> &str {
    given.split_once('=').map_or(given, |(name, _)| name)
}

/// Whether a secret variable of the options is for that server: the only program, or one that names it.
fn gets_variable(server: &PastedServer, servers: &[PastedServer], name: &str) -> bool {
    let programs = servers.iter().filter_map(variables_of);
    match variables_of(server) {
        Some(own) => programs.count() == 1 || own.iter().any(|variable| variable.name == name),
        None => false,
    }
}

/// The variables of a program.
fn variables_of(server: &PastedServer) -> Option<&[PastedValue]> {
    match &server.place {
        PastedPlace::Program { variables, .. } => Some(variables),
        PastedPlace::Address { .. } => None,
    }
}

/// Whether a placeholder stands for an input, which all servers of a text share. Others belong to one server.
fn is_input(blank: &PastedBlank) -> bool {
    blank.text.starts_with("${input:")
}

/// Names the servers and their hosts.
fn labels(servers: &[&PastedServer]) -> String {
    let label = |server: &&PastedServer| {
        let title = server.title.clone();
        let url = match &server.place {
            PastedPlace::Address { url, .. } => Url::parse(url).ok(),
            PastedPlace::Program { .. } => None,
        };
        let host = url.map(|url| url[Position::BeforeHost..Position::AfterPort].to_owned());
        match (title, host) {
            (Some(title), Some(host)) => format!("{title} ({host})"),
            (title, host) => title.or(host).unwrap_or_else(|| "this server".to_owned()),
        }
    };
    servers.iter().map(label).collect::<Vec<_>>().join(", ")
}

/// Values from the command line that complete the servers.
struct PastedInput<'a> {
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

enum Request {
    Address(AddConnector),
    Program(AddProgram),
}

impl Request {
    fn title(&self) -> Option<String> {
        match self {
            Self::Address(request) => request.title.clone(),
            Self::Program(request) => request.title.clone(),
        }
    }

    fn has_secret(&self) -> bool {
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
    async fn read(
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

    fn request(&mut self, server: &PastedServer, args: &AddArgs) -> Result<Request, Failure> {
        self.typed.clear();
        let title = args.title.clone().or_else(|| server.title.clone());
        match &server.place {
            PastedPlace::Address { url, headers } => Ok(Request::Address(AddConnector {
                url: self.text(url, server)?,
                name: args.name.clone(),
                title,
                authentication: self.authentication(headers, server)?,
                allow_plain_http: args.allow_plain_http,
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

/// Asks for a value, without showing it if it is secret; `None` if it is empty or nobody can be asked.
pub(super) fn ask_for(
    name: &str,
    options: &[String],
    is_secret: bool,
) -> Result<Option<Secret>, Failure> {
    if !prompt::is_interactive() {
        return Ok(None);
    }
    let what = match options {
        [] => name.to_owned(),
        options => format!("{name} ({})", options.join(", ")),
    };
    let given = match is_secret {
        true => Some(prompt::secret(&what)?),
        false => prompt::line(&format!("{what}: "))?.map(Secret::new),
    };
    Ok(given.filter(|value| !value.expose().is_empty()))
}

/// The option that gives the value.
pub(super) fn fill_option(name: &str, is_secret: bool) -> String {
    match is_secret {
        true => format!("--fill-secret {}", text::quote(name)),
        false => format!("--fill {}", text::quote(&format!("{name}=TEXT"))),
    }
}

/// Parses `--fill NAME=TEXT`.
pub(super) fn parse_fill(pairs: &[String]) -> Result<impl Iterator<Item = (&str, &str)>, Failure> {
    let pairs = pairs.iter().map(|pair| {
        pair.split_once('=').ok_or_else(|| {
            Failure::usage("--fill needs a name and a text", "Use --fill NAME=TEXT.")
        })
    });
    let pairs: Result<Vec<_>, Failure> = pairs.collect();
    Ok(pairs?.into_iter())
}

/// Reads the secrets of `--fill-secret`, by name.
pub(super) async fn read_fill_secrets(
    cli: &Cli,
    given: &[String],
) -> Result<BTreeMap<String, SecretValue>, Failure> {
    let mut filled = BTreeMap::new();
    for given in given {
        let (name, from) = given.split_once('=').unwrap_or((given, "-"));
        let source = match Source::parse("--fill-secret", from)? {
            Source::Wallet(_) => return Err(wallet_not_supported()),
            source => source,
        };
        let value = cli.reference_or_secret(&source, name).await?;
        filled.insert(name.to_owned(), value);
    }
    Ok(filled)
}

fn missing_value(server: &PastedServer, name: &str, option: &str) -> Failure {
    let title = server.title.as_deref().unwrap_or("this server");
    Failure::usage(
        format!("enter a value for {name}, which {title} needs"),
        format!("Pass {option}."),
    )
}

fn wallet_not_supported() -> Failure {
    Failure::usage(
        "--fill-secret can't take a saved credential",
        "Use - (stdin), env://NAME, cmd://… or op://….",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_variable_is_for_the_program_that_names_it() {
        let text = r#"{ "mcpServers": {
            "files": { "command": "files", "env": { "KEY": "a", "BOTH": "b" } },
            "notes": { "command": "notes", "env": { "BOTH": "b" } },
            "wiki": { "url": "https://wiki.example/mcp" }
        } }"#;
        let all = read_pasted(text).unwrap().servers;
        let gets = |name| {
            let gets_it = |server: &&PastedServer| gets_variable(server, &all, name);
            labels(&all.iter().filter(gets_it).collect::<Vec<_>>())
        };
        assert_eq!(gets("KEY"), "files");
        let check = |servers: &[PastedServer], given: &str| {
            let checked = check_variables(servers, &[given.to_owned()]);
            checked.err().map(|failure| failure.message().to_owned())
        };
        assert_eq!(check(&all, "KEY=env://K"), None);
        let several = check(&all, "BOTH").unwrap();
        assert!(
            several.ends_with("several servers: files, notes"),
            "{several}"
        );
        let none = "no program of the text names variable OTHER";
        assert_eq!(check(&all, "OTHER").unwrap(), none);
        let notes = select_servers(all.clone(), &["notes".to_owned()]).unwrap();
        assert_eq!(check(&notes, "OTHER"), None, "the only program");
    }
}
