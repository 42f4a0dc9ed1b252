//! Which servers of a text are added, and which of them get the values of the options.

use std::collections::BTreeMap;

use patchbay_ops::{PastedBlank, PastedPlace, PastedServer, PastedValue, check_filled};
use url::{Position, Url};

use crate::args::PastedArgs;
use crate::cli::Cli;
use crate::commands::fill::{fill_option, parse_fill};
use crate::failure::Failure;

/// Selects the servers with these names, or all of them.
pub(super) fn select_servers(
    mut servers: Vec<PastedServer>,
    only: &[String],
) -> Result<Vec<PastedServer>, Failure> {
    let is_named = |server: &PastedServer, name: &str| server.title.as_deref() == Some(name);
    let mut names = only.iter();
    if let Some(missing) = names.find(|name| !servers.iter().any(|one| is_named(one, name))) {
        let titles = servers.iter().filter_map(|one| one.title.as_deref());
        let titles: Vec<_> = titles.collect();
        let hint = match titles.as_slice() {
            [] => "Leave --only out: no server has a name.".to_owned(),
            titles => format!("Use one of these names: {}.", titles.join(", ")),
        };
        return Err(Failure::usage(
            format!("no server is named {missing}"),
            hint,
        ));
    }
    servers.retain(|one| only.is_empty() || only.iter().any(|name| is_named(one, name)));
    Ok(servers)
}

/// Checks that the servers have all placeholders that values are given for. Returns the values of `--fill`.
pub(super) fn check_names(
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
pub(super) fn check_variables(servers: &[PastedServer], given: &[String]) -> Result<(), Failure> {
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
pub(super) fn variable_name(given: &str) -> &str {
    given.split_once('=').map_or(given, |(name, _)| name)
}

/// Whether a secret variable of the options is for that server: the only program, or one that names it.
pub(super) fn gets_variable(server: &PastedServer, servers: &[PastedServer], name: &str) -> bool {
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
pub(super) fn is_input(blank: &PastedBlank) -> bool {
    blank.text.starts_with("${input:")
}

/// Names the servers and their hosts.
pub(super) fn labels(servers: &[&PastedServer]) -> String {
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

#[cfg(test)]
mod tests {
    use patchbay_ops::read_pasted;

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
