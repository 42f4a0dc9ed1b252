//! Parsing `server.json` files of the MCP registry.
//!
//! Source: `server.json` format of the MCP registry, schema 2025-12-11; the names of 2025-07-09, which had
//! underscores, are read as well.

use patchbay_model::{AuthenticationMethod, Transport, clean_text};
use serde::Deserialize;
use serde_json::Value;

use super::{CatalogueEntry, Reach};
use crate::error::Error;

/// Maximum number of servers in one file.
const MAX_SERVERS: usize = 5_000;

pub(super) fn read(text: &str) -> Result<Vec<CatalogueEntry>, Error> {
    let json: Value = serde_json::from_str(text)
        .map_err(|error| usage(format!("not valid JSON (line {})", error.line())))?;
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
    let read: Result<Vec<_>, Error> = servers.into_iter().map(server).collect();
    Ok(read?.into_iter().flat_map(entries).collect())
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
struct Server {
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

/// A header, an argument or an environment variable.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    name: Option<String>,
    value: Option<String>,
    default: Option<String>,
    #[serde(alias = "value_hint")]
    value_hint: Option<String>,
}

fn entries(server: Server) -> Vec<CatalogueEntry> {
    let id = clean_text(&server.name, 200);
    let title = match &server.title {
        Some(title) => clean_text(title, 120),
        None => last_of(&server.name),
    };
    let description = server.description.map(|text| clean_text(&text, 1_000));
    let source = server.repository.and_then(|repository| repository.url);
    let source = source.or(server.website_url);
    let source = source.map(|url| clean_text(&url, 2_000));
    let remotes = server.remotes.into_iter().map(remote);
    let packages = server.packages.into_iter().map(package);
    let endpoints = remotes.chain(packages).enumerate();
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

/// Returns `weather-mcp` for `io.github.someone/weather-mcp`.
fn last_of(name: &str) -> String {
    clean_text(name.rsplit('/').next().unwrap_or(name), 120)
}

struct Endpoint {
    reach: Reach,
    authentication: Vec<AuthenticationMethod>,
    note: Option<String>,
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
        authentication,
        note: (!notes.is_empty()).then(|| notes.join(" ")),
    }
}

fn package(package: Package) -> Endpoint {
    let variables: Vec<String> = package
        .environment_variables
        .iter()
        .filter_map(|variable| variable.name.as_deref())
        .map(|name| clean_text(name, 120))
        .collect();
    let is_http = package
        .transport
        .as_ref()
        .is_some_and(|transport| transport.r#type != "stdio");
    let note = is_http.then(|| "Runs over HTTP once started.".to_owned());
    Endpoint {
        reach: Reach::Command {
            words: words(&package, &variables),
            variables,
        },
        authentication: Vec::new(),
        note,
    }
}

/// Returns the command that starts a package.
fn words(package: &Package, variables: &[String]) -> Vec<String> {
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
                before.extend(["-e".to_owned(), variable.clone()]);
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
    let hint = || input.value_hint.as_ref().map(|hint| format!("<{hint}>"));
    let value = input.value.clone().or_else(|| input.default.clone());
    let value = value.or_else(hint);
    input.name.clone().into_iter().chain(value).collect()
}

#[cfg(test)]
mod tests;
