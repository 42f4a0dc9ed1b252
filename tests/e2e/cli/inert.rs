//! Text of servers on a terminal, in JSON and in a pipe: on a terminal nothing of it acts or hides.

use patchbay_playground::Playground;
use serde_json::{Value, json};

use super::terminal::{self, Terminal, ended};

/// Clears a terminal, sets its title and its clipboard, turns and hides letters, and ends the line.
const HOSTILE: &str = "a\u{1b}[2Jb\u{1b}]0;title\u{7}c\u{1b}]52;c;aGk=\u{1b}\\d\u{9b}31me\u{202e}f\u{2066}g\u{200b}h\u{e0041}i\u{feff}j\u{2028}k\rl";

/// What no terminal may get.
fn acts(sign: char) -> bool {
    let is_ours = matches!(sign, '\n' | '\t');
    let hides = matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    (sign.is_control() && !is_ours) || hides
}

/// Runs a command on a terminal of its own, `columns` wide.
async fn on_a_terminal(terminal: &Terminal, words: &[&str], columns: u16) -> String {
    let mut script = terminal::on_a_terminal(&terminal.command(words), columns);
    ended(script.spawn().unwrap()).await.stdout
}

/// Takes our own colours and the line that is overwritten out of what a terminal got.
fn without_our_codes(text: &str) -> String {
    [
        "\u{1b}[32m",
        "\u{1b}[33m",
        "\u{1b}[31m",
        "\u{1b}[2m",
        "\u{1b}[0m",
        "\r\u{1b}[2K",
    ]
    .iter()
    .fold(text.to_owned(), |text, code| text.replace(code, ""))
}

async fn hostile() -> Terminal {
    let terminal = Terminal::connected().await;
    turn(&terminal.playground);
    terminal.does("tool list play --refresh").await;
    terminal
}

/// The echo tool describes itself with hostile words.
fn turn(playground: &Playground) {
    let change = json!({
        "title": HOSTILE,
        "description": HOSTILE,
        "inputSchema": { "type": "object", "properties": {
            "message": { "type": "string", "title": HOSTILE, "description": HOSTILE },
        } },
    });
    playground.configure(|switches| switches.tool_changes.extend([("echo".to_owned(), change)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_server_wrote_acts_on_a_terminal_however_wide_it_says_it_is() {
    let terminal = hostile().await;
    let message = format!("message={HOSTILE}");
    let run = ["tool", "run", "play", "echo", &message];
    for columns in [0, 80] {
        for words in [
            &run[..],
            &["run", "list"],
            &["run", "show", "latest"],
            &["tool", "show", "play", "echo"],
            &["tool", "list", "play"],
            &["tool", "changes", "play"],
            &["tool", "run", "play", HOSTILE],
            &["connector", "resource", "play", "playground://dot.png"],
            &["--json", "run", "list"],
        ] {
            let shown = without_our_codes(&on_a_terminal(&terminal, words, columns).await);
            let found: Vec<char> = shown.chars().filter(|sign| acts(*sign)).collect();
            assert!(
                found.is_empty(),
                "{columns} {words:?}: {found:?}\n{shown:?}"
            );
            assert!(!shown.trim().is_empty(), "{words:?}");
        }
    }
    let shown = on_a_terminal(&terminal, &run, 0).await;
    assert!(shown.contains("a\u{fffd}[2Jb\u{fffd}]0;title"), "{shown:?}");
    assert!(
        shown.contains("e<U+202E>f<U+2066>g<U+200B>h<U+E0041>i"),
        "{shown:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_gets_the_bytes_and_json_stays_equal_with_nothing_raw_in_it() {
    let terminal = hostile().await;
    let message = format!("message={HOSTILE}");
    let piped = terminal
        .run(&["tool", "run", "play", "echo", &message])
        .await;
    piped.succeeded();
    piped.assert_stdout(HOSTILE);
    let run = ["tool", "run", "play", "echo", &message, "--json"];
    let documents = [
        terminal.run(&run).await,
        terminal.run(&["tool", "list", "play", "--json"]).await,
        terminal.run(&["run", "list", "--json"]).await,
    ];
    for done in &documents {
        done.succeeded();
        let raw: Vec<char> = done.stdout.chars().filter(|sign| acts(*sign)).collect();
        assert!(raw.is_empty(), "{raw:?} {}", done.stdout);
    }
    let text = &documents[0].document()["result"]["content"][0]["text"];
    assert_eq!(text.as_str(), Some(HOSTILE));
    let tools = documents[1].document();
    let echo = tools
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["tool"]["name"] == "echo");
    let schema = &echo.unwrap_or(&Value::Null)["tool"]["inputSchema"];
    assert_eq!(schema["properties"]["message"]["description"], HOSTILE);
}
