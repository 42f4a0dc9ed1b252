//! Lists that are shown again whenever they change.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

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
    for (child, _lines) in watching {
        end(child).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_is_shown_again_when_its_server_says_that_it_changed() {
    let terminal = Terminal::new().await;
    terminal.connected().await;
    let named = ["playground://notes"];
    let filled_in = ["playground://{list}", "list=notes"];
    let mut watching = [&named[..], &filled_in].map(|resource| {
        let words = [
            &["connector", "resource", "play"],
            resource,
            &["--watch", "--json"],
        ];
        let mut child = terminal.command(&words.concat()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        (child, lines)
    });
    for (_, lines) in &mut watching {
        assert_eq!(next(lines).await[0]["text"], "");
    }
    for (text, all) in [("one", "one\n"), ("two", "one\ntwo\n")] {
        let add = [
            "tool",
            "run",
            "play",
            "add_note",
            "--yes",
            &format!("text={text}"),
        ];
        terminal.run(&add).await.succeeded();
        for (_, lines) in &mut watching {
            assert_eq!(next(lines).await[0]["text"], all);
        }
    }
    for (child, _lines) in watching {
        end(child).await;
    }

    let welcome = [
        "connector",
        "resource",
        "play",
        "playground://welcome",
        "--watch",
    ];
    let refused = terminal.run(&welcome).await;
    assert_eq!(refused.code, 1, "{}", refused.shown());
    let told = "Watching this resource isn't supported";
    assert!(refused.stderr.contains(told), "{}", refused.shown());
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
