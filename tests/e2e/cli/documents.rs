//! `--json`: one document, the types of the model as they are.

use serde_json::{Value, json};

use super::terminal::{Terminal, snapshot_settings};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_one_document() {
    let terminal = Terminal::connected().await;
    let run = terminal.json("tool run play echo message=hi").await;
    let id = run["id"].as_str().unwrap().to_owned();
    for line in [
        "connector list",
        "connector show play",
        "connector check play",
        "tool list",
        "tool list play --refresh",
        "tool show play echo",
        "tool run play echo message=x --dry-run",
        "run list",
        &format!("run show {id}"),
        &format!("run again {id}"),
        "credential list",
        "vault status",
        "doctor",
        "connector connect play",
        "connector disconnect play",
        "connector remove play",
    ] {
        let document = terminal.json(line).await;
        assert!(document.is_object() || document.is_array(), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_the_model_as_it_is() {
    let terminal = Terminal::connected().await;
    let echo = ["tool", "run", "play", "echo", "message=hi", "--json"];
    let done = terminal.run(&echo).await;
    let mut run = done.document();
    // What was sent and received on the wire is not this test's to hold still.
    assert_eq!(run["exchange"]["response"]["status"], 200);
    run["exchange"] = "raw".into();
    snapshot_settings()
        .bind(|| insta::assert_snapshot!(serde_json::to_string_pretty(&run).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_leaves_standard_error_empty() {
    let terminal = Terminal::connected().await;
    let done = terminal
        .run(&["tool", "run", "play", "echo", "message=hi", "--quiet"])
        .await;
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("hi\n", ""));
}

/// What a command shows is its answer, and what it leaves behind is not.
#[tokio::test(flavor = "multi_thread")]
async fn quiet_shows_what_was_asked_for_and_no_change() {
    let terminal = Terminal::connected().await;
    for change in [
        "connector edit play --favorite",
        "connector auto-check on",
        "run limits --days 30",
    ] {
        let done = terminal.does(&format!("{change} --quiet")).await;
        assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
        let told = terminal.does(change).await;
        assert!(!told.stdout.is_empty(), "{change}");
        terminal.json(&format!("{change} --quiet")).await;
    }
    for shown in ["connector show play", "connector auto-check", "run limits"] {
        let done = terminal.does(&format!("{shown} --quiet")).await;
        assert!(!done.stdout.is_empty(), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_come_from_words_or_standard_input() {
    let terminal = Terminal::connected().await;
    let run = ["tool", "run", "play", "echo"];
    let piped = terminal
        .run_with(&[&run[..], &["-"]].concat(), r#"{"message":"in"}"#)
        .await;
    assert_eq!(piped.stdout, "in\n");
    let named = [&run[..], &["--args", "-", "message=over"]].concat();
    let over = terminal.run_with(&named, r#"{"message":"in"}"#).await;
    assert_eq!(over.stdout, "over\n");
    // As PowerShell pipes it.
    let marked = terminal
        .run_with(&[&run[..], &["-"]].concat(), "\u{feff}{\"message\":\"in\"}")
        .await;
    assert_eq!(marked.stdout, "in\n", "{}", marked.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_need_no_home() {
    let terminal = Terminal::new().await;
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let mut command = terminal.command(&["completions", shell]);
        command.env("PATCHBAY_HOME", "/dev/null/nowhere");
        let done = terminal.finish(command, "").await;
        done.succeeded();
        done.assert_stdout("PATCHBAY_COMPLETE");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn manual_pages_need_no_home() {
    let terminal = Terminal::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (pages, file) = (folder.path().join("man1"), folder.path().join("file"));
    std::fs::write(&file, "").unwrap();
    for (place, code) in [(&pages, 0), (&file, 1)] {
        let mut command = terminal.command(&["man", place.to_str().unwrap()]);
        command.env("PATCHBAY_HOME", "/dev/null/nowhere");
        let done = terminal.finish(command, "").await;
        assert_eq!(done.code, code, "{}", done.stderr);
    }
    let page = std::fs::read_to_string(pages.join("patchbay-tool-run.1")).unwrap();
    assert!(
        page.contains(".SH SYNOPSIS") && page.contains("dry\\-run"),
        "{page}"
    );
    assert!(pages.join("patchbay.1").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_completed_from_what_is_known_here() {
    let terminal = Terminal::new().await;
    let complete = async |words: &[&str]| {
        let mut command = terminal.command(&[&["--", "patchbay"], words].concat());
        command.env("PATCHBAY_COMPLETE", "bash");
        command.env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        let done = terminal.finish(command, "").await;
        done.succeeded();
        assert_eq!(done.stderr, "");
        done.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["conn"]).await, ["connector"]);
    terminal.connect().await;
    assert_eq!(complete(&["connector", "show", "p"]).await, ["play"]);
    assert_eq!(complete(&["tool", "list", "pl"]).await, ["play"]);
    assert_eq!(complete(&["tool", "run", "play", "ech"]).await, ["echo"]);
    assert_eq!(
        complete(&["tool", "run", "--json", "play", "ech"]).await,
        ["echo"]
    );
    assert!(complete(&["tool", "run", "gone", "ech"]).await.is_empty());
    let argument = complete(&["tool", "run", "play", "echo", "me"]).await;
    assert_eq!(argument, ["message="]);
    let run = terminal.json("tool run play echo message=hi").await;
    assert_eq!(complete(&["run", "show", "la"]).await, ["latest"]);
    let newest = [run["id"].as_str().unwrap()];
    assert_eq!(complete(&["run", "again", "run_"]).await, newest);

    // Where there is no home, none is made.
    let mut command = terminal.command(&["--", "patchbay", "connector", "show", ""]);
    let home = terminal.home.path().join("elsewhere");
    command.env("PATCHBAY_COMPLETE", "fish");
    command.env("PATCHBAY_HOME", &home);
    let done = terminal.finish(command, "").await;
    done.assert_stdout("--json");
    assert!(!home.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_says_what_helps_it_on() {
    let terminal = Terminal::connected().await;
    let helps = async |next: Value, changed: u32| {
        for line in ["connector list", "connector show play"] {
            let document = terminal.json(line).await;
            let one = document.get(0).unwrap_or(&document);
            let said = json!([one["nextAction"], one["changedTools"], one["reauthAction"]]);
            assert_eq!(said, json!([next, changed, "sign_in"]));
        }
    };
    helps(Value::Null, 0).await;
    terminal
        .playground
        .configure(|switches| switches.hidden_tools = ["count".to_owned()].into());
    terminal.does("tool list play --refresh").await;
    helps("review".into(), 1).await;
    let accepted = terminal.json("tool accept play").await;
    assert_eq!(accepted["nextAction"], Value::Null);
    terminal.does("connector disconnect play").await;
    helps("connect".into(), 0).await;
}
