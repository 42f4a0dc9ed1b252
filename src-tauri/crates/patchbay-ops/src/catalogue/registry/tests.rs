use patchbay_model::{Code, Explain as _};
use serde_json::json;

use super::*;

fn read_json(json: &Value) -> Vec<CatalogueEntry> {
    read(&json.to_string()).unwrap()
}

fn command(entry: &CatalogueEntry) -> String {
    match &entry.reach {
        Reach::Command { words, .. } => words.join(" "),
        Reach::Address { url, .. } => panic!("{url} is no command"),
    }
}

#[test]
fn a_server_has_an_entry_for_each_remote_and_package() {
    let entries = read_json(&json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": "com.example/acme-analytics",
        "title": "ACME Analytics",
        "description": "Reports\u{1b}[2J of all kinds",
        "version": "2.0.0",
        "repository": { "url": "https://github.com/example/acme", "source": "github" },
        "remotes": [
            { "type": "streamable-http", "url": "https://analytics.example.com/{team}/mcp" },
            { "type": "sse", "url": "https://analytics.example.com/sse",
              "headers": [{ "name": "X-API-Key", "isSecret": true }, { "name": "X-Region" }] },
        ],
        "packages": [{
            "registryType": "npm", "identifier": "@acme/mcp", "version": "2.0.0",
            "transport": { "type": "stdio" },
            "packageArguments": [
                { "type": "positional", "valueHint": "folder" },
                { "type": "named", "name": "--mode", "default": "local" },
            ],
            "environmentVariables": [
                { "name": "ACME_CODE", "description": "Code\u{1b} of ACME", "isSecret": true, "isRequired": true },
                { "name": "ACME_TOKEN" },
                { "name": "ACME_MODE", "choices": null },
            ],
        }],
    }));
    let [first, second, third] = entries.as_slice() else {
        panic!("{entries:?}");
    };
    assert_eq!(first.title, "ACME Analytics");
    assert_eq!(
        first.description.as_deref(),
        Some("Reports [2J of all kinds")
    );
    assert_eq!(
        first.source.as_deref(),
        Some("https://github.com/example/acme")
    );
    assert_eq!(first.id, "com.example/acme-analytics");
    assert!(first.authentication.is_empty() && !first.verified);
    assert!(first.note.as_deref().unwrap().contains("braces"));
    assert_eq!(second.id, "com.example/acme-analytics#2");
    assert_eq!(second.authentication, [AuthenticationMethod::Headers]);
    assert!(matches!(
        &second.reach,
        Reach::Address {
            transport: Transport::Sse,
            ..
        }
    ));
    assert_eq!(
        command(third),
        "npx -y @acme/mcp@2.0.0 <folder> --mode local"
    );
    let Reach::Command { variables, .. } = &third.reach else {
        panic!("{third:?}");
    };
    let variables: Vec<_> = variables
        .iter()
        .map(|one| (&*one.name, one.is_secret, one.is_required))
        .collect();
    assert_eq!(
        variables,
        [
            ("ACME_CODE", true, true),
            ("ACME_TOKEN", true, false),
            ("ACME_MODE", false, false),
        ]
    );
}

#[test]
fn packages_are_started_by_their_registry_type() {
    let package = |kind: &str, name: &str| {
        json!({ "name": "a/b", "packages": [{ "registryType": kind, "identifier": name, "version": "1.2.3",
            "environmentVariables": [{ "name": "KEY" }] }] })
    };
    for (kind, name, wanted) in [
        ("pypi", "weather-mcp", "uvx weather-mcp==1.2.3"),
        ("nuget", "Sample.Mcp", "dnx --yes Sample.Mcp@1.2.3"),
        (
            "oci",
            "ghcr.io/a/b",
            "docker run -i --rm -e KEY ghcr.io/a/b:1.2.3",
        ),
        (
            "oci",
            "ghcr.io/a/b:9",
            "docker run -i --rm -e KEY ghcr.io/a/b:9",
        ),
        (
            "mcpb",
            "https://example.com/a.mcpb",
            "https://example.com/a.mcpb",
        ),
    ] {
        assert_eq!(command(&read_json(&package(kind, name))[0]), wanted);
    }
}

#[test]
fn older_names_and_registry_responses_are_parsed() {
    let entries = read_json(&json!({ "servers": [
        { "server": { "name": "io.example/remote", "remotes": [
            { "transport_type": "streamable-http", "url": "https://mcp.example.com",
              "headers": [{ "name": "Authorization" }] } ] }, "_meta": {} },
        { "name": "io.example/files", "packages": [
            { "registry_type": "pypi", "identifier": "files", "runtime_hint": "uvx",
              "package_arguments": [{ "type": "positional", "value_hint": "target" }] } ] },
    ], "metadata": { "count": 2 } }));
    assert_eq!(entries[0].title, "remote");
    assert_eq!(entries[0].authentication, [AuthenticationMethod::Bearer]);
    assert_eq!(command(&entries[1]), "uvx files <target>");
}

#[test]
fn other_files_are_refused() {
    for text in ["", "{", "{\"mcpServers\": {}}", "[1]", "{\"name\": 3}"] {
        let error = read(text).unwrap_err();
        assert_eq!(error.code(), Code::UsageInvalid, "{text}");
    }
    assert!(read("[]").unwrap().is_empty());
}
