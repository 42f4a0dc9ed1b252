//! `patchbay catalogue …`: MCP servers that one can add.

use std::io::Read as _;
use std::path::Path;

use patchbay_model::{AuthenticationMethod, Code, Problem, Transport};
use patchbay_ops::{CatalogueEntry, Error, Reach, list_catalogue, read_registry_file};

use crate::args::CatalogueVerb;
use crate::door::Door;
use crate::failure::Failure;
use crate::output::Screen;
use crate::output::facts::Facts;
use crate::output::table::{Cell, Table};

pub(super) fn run(door: &Door, verb: CatalogueVerb) -> Result<(), Failure> {
    match verb {
        CatalogueVerb::List => list(door, &list_catalogue()),
        CatalogueVerb::Search { words } => {
            let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
            let mut entries = list_catalogue();
            entries.retain(|entry| answers(entry, &words));
            list(door, &entries)
        }
        CatalogueVerb::Show { name } => show(door, &name),
        CatalogueVerb::Read { file } => {
            let entries = read_registry_file(&text_of(&file)?)?;
            list(door, &entries)
        }
    }
}

fn answers(entry: &CatalogueEntry, words: &[String]) -> bool {
    let texts = [
        Some(&entry.id),
        Some(&entry.title),
        entry.description.as_ref(),
        entry.category.as_ref(),
    ];
    let all = texts.into_iter().flatten().map(|text| text.to_lowercase());
    let all: Vec<String> = all.chain([place(entry).to_lowercase()]).collect();
    words
        .iter()
        .all(|word| all.iter().any(|text| text.contains(word.as_str())))
}

fn list(door: &Door, entries: &[CatalogueEntry]) -> Result<(), Failure> {
    if entries.is_empty() {
        door.talk.say("No such servers.");
    }
    door.out.answer(entries, |screen| {
        if entries.is_empty() {
            return String::new();
        }
        let rows = entries.iter().map(|entry| {
            [
                Cell::from(&entry.id),
                Cell::from(place(entry)),
                Cell::from(sign_in(entry)),
                Cell::from(entry.description.as_deref().unwrap_or_default()),
            ]
        });
        Table::new(
            ["NAME", "ADDRESS OR COMMAND", "SIGN-IN", "DESCRIPTION"],
            rows,
        )
        .render(screen)
    })
}

fn show(door: &Door, name: &str) -> Result<(), Failure> {
    let mut entries = list_catalogue().into_iter();
    let entry = entries.find(|entry| entry.id == name || entry.title == name);
    let entry = entry.ok_or_else(|| {
        let problem = Problem::new(Code::NotFound, format!("the catalogue has no {name}"));
        Failure::from(problem).hinting("Run `patchbay catalogue list` to see them all.")
    })?;
    door.out.answer(&entry, |screen| facts(&entry, screen))
}

fn facts(entry: &CatalogueEntry, screen: Screen) -> String {
    let facts = Facts::default()
        .add("Name", &entry.id)
        .add("Title", &entry.title)
        .maybe("Description", entry.description.as_ref())
        .maybe("Category", entry.category.as_ref());
    let facts = match &entry.reach {
        Reach::Address { url, transport } => facts
            .add("Address", url)
            .maybe("Transport", deprecated(*transport))
            .add("Add it with", format!("patchbay connector add {url}")),
        Reach::Command { words, variables } => facts
            .add("Command", words.join(" "))
            .add("Takes", variables.join(", "))
            .add(
                "Add it with",
                "servers that are started by a command cannot be connected yet",
            ),
    };
    facts
        .add("Sign-in", sign_in(entry))
        .maybe("Good to know", entry.note.as_ref())
        .maybe("Read from", entry.source.as_ref())
        .maybe("As of", entry.source_date.as_ref())
        .add(
            "Tried",
            if entry.verified {
                "with Patchbay"
            } else {
                "not with Patchbay"
            },
        )
        .render(screen)
}

fn deprecated(transport: Transport) -> Option<&'static str> {
    (transport == Transport::Sse).then_some("HTTP with SSE, deprecated")
}

fn place(entry: &CatalogueEntry) -> String {
    match &entry.reach {
        Reach::Address { url, .. } => url.clone(),
        Reach::Command { words, .. } => words.join(" "),
    }
}

fn sign_in(entry: &CatalogueEntry) -> String {
    let ways = entry.authentication.iter().map(|way| match way {
        AuthenticationMethod::None => "none",
        AuthenticationMethod::Oauth => "oauth",
        AuthenticationMethod::Bearer => "bearer",
        AuthenticationMethod::Headers => "headers",
    });
    ways.collect::<Vec<_>>().join(", ")
}

fn text_of(file: &Path) -> Result<String, Failure> {
    let read = tokio::task::block_in_place(|| {
        if file == Path::new("-") {
            let mut text = String::new();
            return std::io::stdin()
                .lock()
                .read_to_string(&mut text)
                .map(|_| text);
        }
        std::fs::read_to_string(file)
    });
    read.map_err(|source| {
        let path = file.display().to_string();
        Error::File { path, source }.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let entries = list_catalogue().into_iter();
        let found = entries.filter(|entry| answers(entry, &words));
        found.map(|entry| entry.id).collect()
    }

    #[test]
    fn every_word_has_to_be_found_somewhere() {
        assert_eq!(found(&["linear.app"]), ["linear"]);
        assert_eq!(found(&["issues", "jira"]), ["atlassian"]);
        assert!(found(&["jira", "payments"]).is_empty());
    }
}
