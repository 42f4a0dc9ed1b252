//! Hostile servers, used through the command line, which shows all text for people.

use std::process::Stdio;
use std::sync::atomic::Ordering;

use patchbay_playground::{Consent, Reply};
use patchbay_testkit::{find_leaks, leaks_in};
use serde_json::Value;

use super::Exchange;
use crate::payload;
use crate::terminal::{Done, Terminal, by, ended};
use crate::traps::{Traps, active_characters};

/// Members of answers whose text is for people.
const SHOWN: &str = "
    title description text message instructions resource_name client_name version mimeType error_description
";

/// Commands that show something of the connector `play`, from its addition to its end.
const COMMANDS: &[&str] = &[
    "connector add URL --name play --title Play --connect",
    "connector show play",
    "connector list",
    "tool list play",
    "tool show play echo",
    "tool run play echo message=m",
    "tool run play crash",
    "connector resources play",
    "connector resource play playground://welcome",
    "connector prompts play",
    "connector prompt play greet name=Ada",
    "run list",
    "connector check play",
    "status",
    "connector disconnect play",
];

/// Replaces every text for people.
fn replace_shown(value: &mut Value, text: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_shown = SHOWN.split_whitespace().any(|known| known == name);
                match member {
                    Value::String(shown) if is_shown => text.clone_into(shown),
                    member => replace_shown(member, text),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_shown(item, text)),
        _ => {}
    }
}

/// Runs the commands while every text for people in the answers to `exchanges` is replaced by `text`.
async fn show(exchanges: &'static [Exchange], text: impl Fn(&Traps) -> String) {
    let traps = Traps::set().await;
    let text = text(&traps);
    let terminal = Terminal::with(|switches| switches.consent = Consent::AllowAtOnce).await;
    let with = text.clone();
    let changed = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&changed);
    terminal.playground.tamper(move |asked, reply: &mut Reply| {
        if !exchanges.iter().any(|exchange| exchange.is_asked(asked)) {
            return;
        }
        if let Some(mut json) = reply.json() {
            replace_shown(&mut json, &with);
            reply.set_json(&json);
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let url = terminal.playground.url();
    for command in COMMANDS {
        let words: Vec<&str> = command
            .split(' ')
            .map(|word| if word == "URL" { url.as_str() } else { word })
            .collect();
        let on_terminal = on_terminal(&terminal, &words).await;
        let piped = terminal.run(&[&words[..], &["--json"]].concat()).await;
        for (what, done) in [("on a terminal", &on_terminal), ("as JSON", &piped)] {
            for output in [&done.stdout, &done.stderr] {
                let output = output.replace("\r\n", "\n");
                let active = active_characters(&output);
                assert!(
                    active.is_empty(),
                    "{command} {what}: {active:?} in {output:.2000?}"
                );
                let secrets = terminal.playground.secrets();
                let leaks = leaks_in(command, output.as_bytes(), &secrets);
                assert!(leaks.is_empty(), "{command} {what}: {leaks:?}");
            }
        }
    }
    let secrets = terminal.playground.secrets();
    let case = format!("{exchanges:?} show {text:?}");
    traps.assert_quiet(&case, &secrets, &terminal.playground.log());
    let leaks = find_leaks(terminal.home.path(), &secrets).unwrap();
    assert!(leaks.is_empty(), "{case}: {leaks:?}");
    assert!(changed.load(Ordering::SeqCst) > 0, "{case}: never reached");
}

/// Runs a command with a terminal as its standard output.
async fn on_terminal(terminal: &Terminal, words: &[&str]) -> Done {
    let plain = terminal.command(words);
    let program = plain.as_std().get_program().to_string_lossy().into_owned();
    let quoted: Vec<String> = [program.as_str()]
        .iter()
        .chain(words)
        .map(|word| format!("'{word}'"))
        .collect();
    let line = format!("{} 2>/dev/null", quoted.join(" "));
    let mut command = by("script", &["-qec", &line, "/dev/null"], &plain);
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    ended(command.spawn().unwrap()).await
}

const SIGN_IN: &[Exchange] = &[
    Exchange::ResourceMetadata,
    Exchange::ServerMetadata,
    Exchange::Registration,
    Exchange::Token,
    Exchange::Refresh,
];

const USE: &[Exchange] = &[
    Exchange::Handshake,
    Exchange::ToolList,
    Exchange::ToolResult,
    Exchange::ToolError,
    Exchange::ResourceList,
    Exchange::Resource,
    Exchange::PromptList,
    Exchange::Prompt,
];

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_says_at_sign_in_is_shown_inertly() {
    show(SIGN_IN, |traps| payload::mixed(traps).text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_says_in_use_is_shown_inertly() {
    show(USE, |traps| payload::mixed(traps).text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_a_server_says_at_sign_in_is_not_run() {
    show(SIGN_IN, |traps| payload::references(traps)[0].text.clone()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_a_server_says_in_use_is_not_run() {
    show(USE, |traps| payload::references(traps)[0].text.clone()).await;
}
