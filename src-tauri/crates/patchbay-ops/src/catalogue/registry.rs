//! Parsing `server.json` files of the MCP registry.
//!
//! Source: `server.json` format of the MCP registry, schema 2025-12-11; the names of 2025-07-09, which had
//! underscores, are read as well.

use std::collections::BTreeMap;

use patchbay_model::{AuthenticationMethod, Transport, clean_text};
use serde::Deserialize;
use serde_json::Value;

use super::{CatalogueEntry, CatalogueVariable, Reach};
use crate::error::Error;
use crate::secret_detection::is_secret_name;

/// Maximum number of servers in one file.
const MAX_SERVERS: usize = 5_000;

pub(super) fn read(text: &str) -> Result<Vec<CatalogueEntry>, Error> {
    let json: Value = serde_json::from_str(text)
        .map_err(|error| usage(format!("not valid JSON (line {})", error.line())))?;
    Ok(parse(json)?.into_iter().flat_map(entries).collect())
}

/// Parses the servers of a file.
pub(crate) fn parse(json: Value) -> Result<Vec<Server>, Error> {
    let servers = match json {
        Value::Array(servers) => servers,
        mut page_or_server => match page_or_server.get_mut("servers").map(Value::take) {
            Some(Value::Array(servers)) => servers,
            _ => vec![page_or_server],
        },
    };
    if servers.len() > MAX_SERVERS {
        return Err(usage(format!("more than {MAX_SERVERS} servers")));
    }
    servers.into_iter().map(server).collect()
}

/// Whether JSON is a file of the registry rather than the settings of an app.
pub(crate) fn is_registry_file(json: &Value) -> bool {
    let servers = match json {
        Value::Array(servers) => Some(servers),
        _ => json.get("servers").and_then(Value::as_array),
    };
    let Some(first) = servers.map_or(Some(json), |servers| servers.first()) else {
        return false;
    };
    let server = first.get("server").unwrap_or(first);
    let is_list = |name| {
        let list = server.get(name).and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object))
    };
    server.get("name").is_some_and(Value::is_string) && (is_list("packages") || is_list("remotes"))
}

/// Parses a server, which responses of the registry wrap together with metadata.
fn server(mut json: Value) -> Result<Server, Error> {
    if json.get("server").is_some_and(Value::is_object) {
        json = json["server"].take();
    }
    serde_json::from_value(json).map_err(|error| usage(format!("not a server.json: {error}")))
}

fn usage(what: String) -> Error {
    Error::usage(
        what,
        "Use a server.json of the MCP registry or a list of them.",
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Server {
    name: String,
    title: Option<String>,
    description: Option<String>,
    repository: Option<Repository>,
    website_url: Option<String>,
    #[serde(default)]
    remotes: Vec<Remote>,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Repository {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Remote {
    #[serde(alias = "transport_type")]
    r#type: String,
    url: String,
    #[serde(default)]
    headers: Vec<Input>,
    variables: Option<BTreeMap<String, Input>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(alias = "registry_type", alias = "registry_name")]
    registry_type: String,
    #[serde(alias = "name")]
    identifier: String,
    version: Option<String>,
    #[serde(alias = "runtime_hint")]
    runtime_hint: Option<String>,
    #[serde(default, alias = "runtime_arguments")]
    runtime_arguments: Vec<Input>,
    #[serde(default, alias = "package_arguments")]
    package_arguments: Vec<Input>,
    #[serde(default, alias = "environment_variables")]
    environment_variables: Vec<Input>,
    transport: Option<PackageTransport>,
}

#[derive(Deserialize)]
struct PackageTransport {
    r#type: String,
}

/// A header, an argument, an environment variable or a variable in the value of one of them.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pub(crate) name: Option<String>,
    /// Names in braces are those of `variables`.
    pub(crate) value: Option<String>,
    pub(crate) default: Option<String>,
    #[serde(alias = "value_hint")]
    pub(crate) value_hint: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(alias = "is_required")]
    is_required: Option<bool>,
    #[serde(alias = "is_secret")]
    is_secret: Option<bool>,
    format: Option<String>,
    pub(crate) choices: Option<Vec<String>>,
    pub(crate) variables: Option<BTreeMap<String, Self>>,
}

impl Input {
    pub(crate) fn is_required(&self) -> bool {
        self.is_required == Some(true)
    }

    /// Whether it is marked as a secret or has the name of one.
    pub(crate) fn is_secret(&self) -> bool {
        let name = self.name.as_deref().unwrap_or_default();
        self.is_secret == Some(true) || is_secret_name(name)
    }

    /// Returns what takes the place of an argument's value that the user has to give: its hint in angle brackets.
    pub(crate) fn placeholder(&self) -> Option<String> {
        let has_value = self.value.is_some() || self.default.is_some();
        let is_switch = self.is_required() && self.format.as_deref() == Some("boolean");
        let is_asked_for = match &self.name {
            // Unlike a variable, an argument can't be left empty.
            _ if has_value || self.is_required == Some(false) => false,
            Some(_) => !is_switch && (self.is_required() || self.is_secret()),
            None => true,
        };
        let name = self.name.as_deref().map(|it| it.trim_start_matches('-'));
        let hint = self.value_hint.as_deref().or(name);
        let hint = hint.filter(|_| is_asked_for)?;
        Some(format!("<{hint}>"))
    }

    /// Whether an argument is optional and has no value. A name without anything else is a flag.
    pub(crate) fn is_left_out(&self) -> bool {
        let is_described = self.value_hint.is_some()
            || self.description.is_some()
            || self.format.is_some()
            || self.choices.is_some();
        let is_optional = match &self.name {
            Some(_) => self.is_required == Some(false) || is_described && !self.is_required(),
            None => true,
        };
        let has_value = self.value.is_some() || self.default.is_some();
        is_optional && !has_value && self.placeholder().is_none()
    }
}

fn entries(server: Server) -> Vec<CatalogueEntry> {
    let id = clean_text(&server.name, 200);
    let title = server.title();
    let description = server.description.map(|text| clean_text(&text, 1_000));
    let source = server.repository.and_then(|repository| repository.url);
    let source = source.or(server.website_url);
    let source = source.map(|url| clean_text(&url, 2_000));
    let endpoints = endpoints(server.remotes, server.packages).enumerate();
    endpoints
        .map(|(index, endpoint)| CatalogueEntry {
            id: match index {
                0 => id.clone(),
                _ => format!("{id}#{}", index + 1),
            },
            title: title.clone(),
            description: description.clone(),
            category: None,
            reach: endpoint.reach,
            authentication: endpoint.authentication,
            note: endpoint.note,
            source: source.clone(),
            source_date: None,
            verified: false,
        })
        .collect()
}

impl Server {
    pub(crate) fn title(&self) -> String {
        match &self.title {
            Some(title) => clean_text(title, 120),
            None => last_of(&self.name),
        }
    }

    pub(crate) fn endpoints(self) -> impl Iterator<Item = Endpoint> {
        endpoints(self.remotes, self.packages)
    }
}

fn endpoints(remotes: Vec<Remote>, packages: Vec<Package>) -> impl Iterator<Item = Endpoint> {
    let remotes = remotes.into_iter().map(remote);
    remotes.chain(packages.into_iter().map(package))
}

/// Returns `weather-mcp` for `io.github.someone/weather-mcp`.
fn last_of(name: &str) -> String {
    clean_text(name.rsplit('/').next().unwrap_or(name), 120)
}

/// A way to reach a server.
pub(crate) struct Endpoint {
    pub(crate) reach: Reach,
    /// Whether the words of a command begin with a program; a bundle has a URL there.
    pub(crate) has_program: bool,
    pub(crate) is_bundle: bool,
    authentication: Vec<AuthenticationMethod>,
    pub(crate) note: Option<String>,
    /// Headers of an address, or environment variables of a program.
    pub(crate) values: Vec<Input>,
    pub(crate) arguments: Vec<Input>,
    /// Variables of an address.
    pub(crate) variables: BTreeMap<String, Input>,
}

fn remote(remote: Remote) -> Endpoint {
    let url = clean_text(&remote.url, 2_000);
    let transport = match remote.r#type.as_str() {
        "sse" => Transport::Sse,
        _ => Transport::StreamableHttp,
    };
    let names: Vec<&str> = remote
        .headers
        .iter()
        .filter_map(|header| header.name.as_deref())
        .collect();
    let is_bearer = |name: &&str| name.eq_ignore_ascii_case("authorization");
    let authentication = match names.as_slice() {
        [] => Vec::new(),
        [one] if is_bearer(one) => vec![AuthenticationMethod::Bearer],
        _ => vec![AuthenticationMethod::Headers],
    };
    let headers = (!names.is_empty()).then(|| {
        let names = clean_text(&names.join(", "), 300);
        format!("Needs headers: {names}.")
    });
    let braces = url
        .contains('{')
        .then(|| "Fill in the {braces} in the address first.".to_owned());
    let notes: Vec<String> = headers.into_iter().chain(braces).collect();
    Endpoint {
        reach: Reach::Address { url, transport },
        has_program: false,
        is_bundle: false,
        authentication,
        note: (!notes.is_empty()).then(|| notes.join(" ")),
        values: remote.headers,
        arguments: Vec::new(),
        variables: remote.variables.unwrap_or_default(),
    }
}

fn package(package: Package) -> Endpoint {
    let inputs = package.environment_variables.iter();
    let variables: Vec<_> = inputs.filter_map(variable).collect();
    let is_http = package
        .transport
        .as_ref()
        .is_some_and(|transport| transport.r#type != "stdio");
    let note = is_http.then(|| "Runs over HTTP once started.".to_owned());
    let words = words(&package, &variables);
    let is_bundle = package.registry_type == "mcpb";
    let has_program = !is_bundle && words.first() != Some(&clean_text(&package.identifier, 500));
    Endpoint {
        reach: Reach::Command { words, variables },
        has_program,
        is_bundle,
        authentication: Vec::new(),
        note,
        values: package.environment_variables,
        arguments: [package.runtime_arguments, package.package_arguments].concat(),
        variables: BTreeMap::new(),
    }
}

fn variable(input: &Input) -> Option<CatalogueVariable> {
    let description = input.description.as_deref();
    Some(CatalogueVariable {
        name: clean_text(input.name.as_deref()?, 120),
        description: description.map(|text| clean_text(text, 300)),
        is_secret: input.is_secret(),
        is_required: input.is_required(),
    })
}

/// Returns the command that starts a package.
fn words(package: &Package, variables: &[CatalogueVariable]) -> Vec<String> {
    let Package {
        identifier: name,
        version,
        ..
    } = package;
    let versioned = |separator: &str| match version.as_deref() {
        Some(version) if !version.is_empty() => format!("{name}{separator}{version}"),
        _ => name.clone(),
    };
    let (program, before, subject) = match package.registry_type.as_str() {
        "npm" => ("npx", vec!["-y".to_owned()], versioned("@")),
        "pypi" => ("uvx", Vec::new(), versioned("==")),
        "nuget" => ("dnx", vec!["--yes".to_owned()], versioned("@")),
        "oci" | "docker" => {
            let mut before: Vec<String> = ["run", "-i", "--rm"].map(str::to_owned).to_vec();
            for variable in variables {
                before.extend(["-e".to_owned(), variable.name.clone()]);
            }
            let is_tagged = name
                .rsplit('/')
                .next()
                .is_some_and(|last| last.contains([':', '@']));
            let image = match is_tagged {
                true => name.clone(),
                false => versioned(":"),
            };
            ("docker", before, image)
        }
        // Such as a bundle, whose manifest has the command.
        _ => ("", Vec::new(), name.clone()),
    };
    let program = package.runtime_hint.as_deref().unwrap_or(program);
    let runtime = package.runtime_arguments.iter().flat_map(argument);
    let arguments = package.package_arguments.iter().flat_map(argument);
    let all = std::iter::once(program.to_owned())
        .chain(before)
        .chain(runtime)
        .chain(std::iter::once(subject))
        .chain(arguments);
    let mut words: Vec<String> = all
        .filter(|word| !word.is_empty())
        .map(|word| clean_text(&word, 500))
        .collect();
    words.dedup_by(|later, earlier| later == earlier && later == "-y");
    words
}

/// Returns the words of an argument; a value to fill in appears as its hint in angle brackets.
fn argument(input: &Input) -> Vec<String> {
    if input.is_left_out() {
        return Vec::new();
    }
    let value = input.value.clone().or_else(|| input.default.clone());
    let value = value.or_else(|| input.placeholder());
    input.name.clone().into_iter().chain(value).collect()
}

#[cfg(test)]
mod tests;
