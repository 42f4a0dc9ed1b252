//! Lists that are shown again whenever they change.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::ChildStdout;

use super::terminal::Terminal;

/// The next document of a command that goes on.
async fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> Value {
    let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line());
    let line = line.await.expect("nothing more was shown");
    serde_json::from_str(&line.unwrap().expect("it ended")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_another_command_is_one_more_document() {
    let terminal = Terminal::new().await;
    let mut watching = [&["connector", "list"][..], &["run", "list"], &["status"]].map(|words| {
        let words = [words, &["--watch", "--json"]].concat();
        let mut child = terminal.command(&words).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        (child, lines)
    });
    assert_eq!(next(&mut watching[0].1).await, Value::Array(Vec::new()));
    assert_eq!(next(&mut watching[1].1).await["total"], 0);
    next(&mut watching[2].1).await;

    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let connectors = next(&mut watching[0].1).await;
    assert_eq!(connectors[0]["name"], "play");
    let needs = next(&mut watching[2].1).await;
    assert!(needs.to_string().contains("Play"), "{needs}");

    let connect = ["connector", "connect", "play"];
    terminal.run(&connect).await.succeeded();
    let run = ["tool", "run", "play", "echo", "message=hello"];
    terminal.run(&run).await.succeeded();
    assert_eq!(next(&mut watching[1].1).await["runs"][0]["tool"], "echo");

    // Ctrl-C is how it ends, and no failure.
    #[cfg(unix)]
    for (mut child, _lines) in watching {
        super::terminal::interrupt(&child).await;
        assert!(child.wait().await.unwrap().success());
    }
}
