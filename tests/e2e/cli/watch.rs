//! Lists that are shown again whenever they change.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use super::terminal::{Terminal, words};

/// The next document of a command that goes on.
async fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> Value {
    let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line());
    let line = line.await.expect("nothing more was shown");
    serde_json::from_str(&line.unwrap().expect("it ended")).unwrap()
}

/// Starts a command that shows its document again whenever that changes.
fn watch(terminal: &Terminal, line: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let line = format!("{line} --watch --json");
    let mut child = terminal.command(&words(&line)).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_another_command_is_one_more_document() {
    let terminal = Terminal::new().await;
    let mut watching = ["connector list", "run list", "status"].map(|line| watch(&terminal, line));
    assert_eq!(next(&mut watching[0].1).await, Value::Array(Vec::new()));
    assert_eq!(next(&mut watching[1].1).await["total"], 0);
    next(&mut watching[2].1).await;

    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let connectors = next(&mut watching[0].1).await;
    assert_eq!(connectors[0]["name"], "play");
    let needs = next(&mut watching[2].1).await;
    assert!(needs.to_string().contains("Play"), "{needs}");

    terminal.does("connector connect play").await;
    terminal.does("tool run play echo message=hello").await;
    assert_eq!(next(&mut watching[1].1).await["runs"][0]["tool"], "echo");
    for (child, _lines) in watching {
        end(child).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_ends_it() {
    let terminal = Terminal::new().await;
    let (child, mut lines) = watch(&terminal, "connector list");
    next(&mut lines).await;
    drop(lines);
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    super::terminal::ended(child).await.succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_is_shown_again_when_its_server_says_that_it_changed() {
    let terminal = Terminal::connected().await;
    let mut watching = [
        "connector resource play playground://notes",
        "connector resource play playground://{list} list=notes",
    ]
    .map(|line| watch(&terminal, line));
    for (_, lines) in &mut watching {
        assert_eq!(next(lines).await[0]["text"], "");
    }
    for (text, all) in [("one", "one\n"), ("two", "one\ntwo\n")] {
        let add = format!("tool run play add_note --yes text={text}");
        terminal.does(&add).await;
        for (_, lines) in &mut watching {
            assert_eq!(next(lines).await[0]["text"], all);
        }
    }
    for (child, _lines) in watching {
        end(child).await;
    }

    let refused = terminal
        .fails("connector resource play playground://welcome --watch", 1)
        .await;
    let told = "Watching this resource isn't supported";
    refused.assert_stderr(told);
}

/// Ctrl-C is how it ends, and no failure.
async fn end(child: Child) {
    #[cfg(unix)]
    {
        super::terminal::interrupt(&child).await;
        assert!(child.wait_with_output().await.unwrap().status.success());
    }
    #[cfg(not(unix))]
    drop(child);
}
