//! The history as a whole: two runs compared, a run repeated elsewhere, a file, and how long it lasts.

use serde_json::Value;

use super::terminal::{TOKEN, Terminal, steady};

/// Runs the tool that answers what it is told, and gives the run's id.
async fn echoed(terminal: &Terminal, connector: &str, message: &str) -> String {
    let message = format!("message={message}");
    let echo = ["tool", "run", connector, "echo", &message, "--json"];
    let run = terminal.run(&echo).await.document();
    run["id"].as_str().unwrap().to_owned()
}

async fn open() -> Terminal {
    let terminal = Terminal::new().await;
    let url = terminal.playground.open_url();
    terminal.add(url.as_str(), &["--connect"]).await;
    terminal
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_are_compared_and_what_is_ignored_is_remembered() {
    let terminal = open().await;
    let first = echoed(&terminal, "play", "one").await;
    let second = echoed(&terminal, "play", "two").await;
    let compared = terminal.run(&["run", "compare", &first, &second]).await;
    compared.succeeded();
    for said in [
        "~ /arguments/message: \"one\" → \"two\"",
        "- one",
        "+ two",
        "Identity: no difference",
    ] {
        assert!(
            compared.stdout.contains(said),
            "{said}: {}",
            compared.shown()
        );
    }
    // The only run that is named is the later one.
    let pointers = |document: &Value| -> Vec<String> {
        let differences = document["differences"].as_array().unwrap().iter();
        let pointers = differences.map(|one| one["pointer"].as_str().unwrap().to_owned());
        pointers.filter(|one| !one.starts_with("/timing")).collect()
    };
    let compare = ["run", "compare", &second, "--json"];
    let document = terminal.run(&compare).await.document();
    assert_eq!(document["before"]["id"], first);
    assert_eq!(
        pointers(&document),
        ["/arguments/message", "/outcome/result"]
    );
    let ignoring = ["--ignore", "message", "--ignore", "/outcome", "--remember"];
    let without = terminal.run(&[&compare[..], &ignoring].concat()).await;
    assert_eq!(pointers(&without.document()), [""; 0]);
    let remembered = terminal.run(&compare).await.document();
    assert_eq!(
        remembered["ignored"],
        serde_json::json!(["message", "/outcome"])
    );
    assert_eq!(pointers(&remembered), [""; 0]);
    let all = terminal.run(&[&compare[..], &["--all"]].concat()).await;
    assert_eq!(pointers(&all.document()).len(), 2);
    let alone = terminal.run(&["run", "compare", &first]).await;
    assert_eq!(alone.code, 2, "{}", alone.shown());
    assert_eq!(terminal.run(&["run", "compare", "run_none"]).await.code, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_repeated_on_another_copy_of_its_connector() {
    let terminal = open().await;
    let run = echoed(&terminal, "play", "there").await;
    let url = terminal.playground.open_url();
    let add = [
        "connector",
        "add",
        url.as_str(),
        "--name",
        "copy",
        "--connect",
    ];
    terminal.run(&add).await.succeeded();
    let replay = ["run", "again", &run, "--connector", "copy", "--json"];
    let again = terminal.run(&replay).await.document();
    let copy = terminal.run(&["connector", "show", "copy", "--json"]).await;
    assert_eq!(again["connector"], copy.document()["id"]);
    assert_eq!(again["replayOf"], run);
    // It is compared with what it repeats, though that ran elsewhere.
    let compare = ["run", "compare", again["id"].as_str().unwrap(), "--json"];
    let compared = terminal.run(&compare).await.document();
    assert_eq!(compared["before"]["id"], run);
    let beside = ["run", "again", &run, "--connector", "copy", "--compare"];
    let beside = terminal.run(&[&beside[..], &["--json"]].concat()).await;
    let beside = beside.document();
    assert_eq!(beside["before"]["id"], run);
    assert_eq!(beside["after"]["connector"], again["connector"]);
    let nowhere = ["run", "again", &run, "--connector", "nowhere"];
    assert_eq!(terminal.run(&nowhere).await.code, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_written_for_other_programs_without_secrets() {
    let terminal = open().await;
    for message in ["one", "two, \"quoted\"", "=1+1"] {
        echoed(&terminal, "play", message).await;
    }
    terminal.run(&["tool", "run", "play", "fail"]).await;
    let lines = terminal.run(&["run", "export", "tool:echo"]).await;
    lines.succeeded();
    let runs: Vec<Value> = lines
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let messages: Vec<_> = runs
        .iter()
        .map(|run| &run["arguments"]["message"])
        .collect();
    assert_eq!(messages, ["=1+1", "two, \"quoted\"", "one"]);
    let file = terminal.home.path().join("runs.csv");
    let export = ["run", "export", "--format", "csv", "--limit", "2", "-o"];
    let written = terminal
        .run(&[&export[..], &[file.to_str().unwrap(), "--json"]].concat())
        .await;
    assert_eq!(written.document()["runs"], 2);
    let table = std::fs::read_to_string(&file).unwrap();
    let heads = table.lines().next().unwrap();
    assert!(heads.starts_with("id,started_at,connector_id,"), "{heads}");
    assert!(table.contains("\"'=1+1\""), "{table}");
    assert!(!table.contains("quoted"), "{table}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let folder = terminal.home.path().to_str().unwrap();
    let refused = terminal.run(&[&export[..], &[folder]].concat()).await;
    assert_eq!(refused.code, 1, "{}", refused.shown());
    let left = std::fs::read_dir(terminal.home.path()).unwrap();
    let mut names = left.map(|entry| entry.unwrap().file_name());
    assert!(names.all(|name| !name.to_string_lossy().ends_with(".part")));
    assert_eq!(terminal.run(&["run", "export", "--json"]).await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_an_export_acts_on_a_terminal() {
    let terminal = open().await;
    let message = "a\u{9b}2J\u{202e}b";
    echoed(&terminal, "play", message).await;
    let lines = terminal.run(&["run", "export"]).await;
    let run: Value = serde_json::from_str(&lines.stdout).unwrap();
    assert_eq!(run["arguments"]["message"], message);
    let table = terminal.run(&["run", "export", "--format", "csv"]).await;
    assert!(
        table.stdout.contains("a\u{fffd}2J<U+202E>b"),
        "{}",
        table.shown()
    );
    for shown in [&lines.stdout, &table.stdout] {
        assert!(!shown.contains(['\u{9b}', '\u{202e}']), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_run_is_opened_where_nobody_ran_it() {
    let terminal = open().await;
    let first = echoed(&terminal, "play", "a\u{1b}[2Jb").await;
    let second = echoed(&terminal, "play", "two").await;
    let path = |name: &str| {
        let path = terminal.home.path().join(name);
        path.to_str().unwrap().to_owned()
    };
    let (one, all) = (path("one.jsonl"), path("all.jsonl"));
    let export = ["run", "export", "--run", &first, "-o", &one];
    assert_eq!(terminal.run(&export).await.code, 0);
    let export = ["run", "export", "--run", &first];
    let printed = terminal.run(&export).await.stdout;
    assert_eq!(printed, std::fs::read_to_string(&one).unwrap());
    terminal
        .run(&["run", "export", "-o", &all])
        .await
        .succeeded();

    let elsewhere = Terminal::new().await;
    let show = ["run", "show", "--file"];
    let shown = elsewhere.run(&[&show[..], &[&one]].concat()).await;
    shown.succeeded();
    assert!(shown.stdout.contains(&first), "{}", shown.shown());
    // The result goes to another program as it is, as that of any run.
    let facts = shown.stdout.split("\n\n").next().unwrap();
    assert!(!facts.contains('\u{1b}'), "{}", shown.shown());
    assert!(shown.stderr.contains("not from your history"));
    let listed = elsewhere.run(&[&show[..], &[&all]].concat()).await;
    assert!(listed.stdout.contains(&first) && listed.stdout.contains(&second));
    let named = [&show[..], &[&all, &second, "--json"]].concat();
    let document = elsewhere.run(&named).await.document();
    assert_eq!(document["arguments"]["message"], "two");
    let missing = elsewhere
        .run(&[&show[..], &[&all, "run_none"]].concat())
        .await;
    assert_eq!(missing.code, 2, "{}", missing.shown());
    // It is in nobody's history, and can't be repeated.
    for words in [&["run", "show", &first][..], &["run", "again", &first]] {
        assert_eq!(elsewhere.run(words).await.code, 6, "{words:?}");
    }
    let other = path("other.jsonl");
    std::fs::write(&other, "{}").unwrap();
    let refused = elsewhere.run(&[&show[..], &[&other]].concat()).await;
    assert_eq!(refused.code, 2, "{}", refused.shown());
    assert!(
        refused.stderr.contains("no exported runs"),
        "{}",
        refused.shown()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_secret_since_does_not_leave() {
    let terminal = open().await;
    // Nobody knew then that this is a token.
    echoed(&terminal, "play", TOKEN).await;
    let before = terminal.run(&["run", "export"]).await;
    assert!(before.stdout.contains(TOKEN));
    let edit = [
        "connector",
        "edit",
        "play",
        "--auth",
        "bearer",
        "--token-from",
        "-",
    ];
    terminal.run_with(&edit, TOKEN).await.succeeded();
    for format in ["jsonl", "csv"] {
        let export = ["run", "export", "--format", format];
        let after = terminal.run(&export).await;
        after.succeeded();
        assert!(after.stdout.contains("<redacted>"), "{}", after.shown());
        assert!(!after.stdout.contains(TOKEN), "{}", after.shown());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_keeps_what_it_is_told_to() {
    let terminal = open().await;
    for message in ["one", "two", "three"] {
        echoed(&terminal, "play", message).await;
    }
    let usual = terminal.run(&["run", "limits"]).await;
    let mut settings = steady();
    // What is kept of the wire holds times and ports of any length.
    settings.add_filter(r"Size:  \d\.\d kB", "Size:  SIZE");
    settings.bind(|| insta::assert_snapshot!(usual.shown()));
    let keep = [
        "run", "limits", "--days", "forever", "--runs", "2", "--json",
    ];
    let kept = terminal.run(&keep).await.document();
    assert_eq!(
        kept["retention"],
        serde_json::json!({ "days": null, "runs": 2 })
    );
    assert_eq!((&kept["runs"], &kept["due"]), (&3.into(), &1.into()));
    let trimmed = terminal.run(&["run", "prune", "--json"]).await;
    assert_eq!(trimmed.document(), 1);
    let listed = terminal.run(&["run", "list", "--json"]).await.document();
    assert_eq!(listed["total"], 2);
    assert_eq!(
        terminal.run(&["run", "limits", "--days", "0"]).await.code,
        2
    );
    let asked = terminal.run(&["run", "delete", "--all"]).await;
    assert_eq!(asked.code, 2, "{}", asked.shown());
    let cleared = terminal
        .run(&["run", "delete", "--all", "--yes", "--json"])
        .await;
    assert_eq!(cleared.document(), 2);
    let empty = terminal.run(&["run", "limits", "--json"]).await.document();
    assert_eq!(
        (&empty["runs"], &empty["kilobytes"]),
        (&0.into(), &0.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_named_noted_and_pinned_and_stays() {
    let terminal = open().await;
    let kept = echoed(&terminal, "play", "one").await;
    echoed(&terminal, "play", "two").await;
    let edit = ["run", "edit", &kept];
    let label = ["--name", "Before the move", "--note", "harbour", "--pin"];
    let edited = terminal
        .run(&[&edit[..], &label, &["--json"]].concat())
        .await;
    assert_eq!(
        edited.document()["label"],
        serde_json::json!({ "name": "Before the move", "note": "harbour", "pinned": true })
    );
    let shown = terminal.run(&["run", "show", &kept]).await;
    for said in ["Before the move", "harbour", "Pinned:"] {
        assert!(shown.stdout.contains(said), "{said}: {}", shown.shown());
    }
    for query in ["is:pinned", "harbour", "move"] {
        let listed = terminal.run(&["run", "list", query, "--json"]).await;
        let listed = listed.document();
        assert_eq!(listed["total"], 1, "{query}");
        assert_eq!(listed["runs"][0]["id"], kept.as_str(), "{query}");
    }
    let listed = terminal.run(&["run", "list"]).await;
    assert!(
        listed.stdout.contains("echo (Before the move)"),
        "{}",
        listed.shown()
    );
    let all = ["run", "delete", "--all", "--yes", "--json"];
    assert_eq!(terminal.run(&all).await.document(), 1);
    // What is not given stays as it was.
    let unpin = [&edit[..], &["--unpin", "--note", "", "--json"]].concat();
    assert_eq!(
        terminal.run(&unpin).await.document()["label"],
        serde_json::json!({ "name": "Before the move", "note": null, "pinned": false })
    );
    assert_eq!(terminal.run(&all).await.document(), 1);
    assert_eq!(terminal.run(&edit).await.code, 2);
    assert_eq!(
        terminal
            .run(&["run", "edit", "run_none", "--pin"])
            .await
            .code,
        6
    );
}

/// Whether any file of the home holds the text, the database's own log among them.
fn is_on_disk(home: &std::path::Path, text: &str) -> bool {
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path)
                && bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
            {
                return true;
            }
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn of_runs_no_more_is_kept_than_their_connector_lets() {
    let terminal = open().await;
    let home = terminal.home.path();
    echoed(&terminal, "play", "zeppelin-full").await;
    assert!(is_on_disk(home, "zeppelin-full"));
    for level in ["redacted", "metadata"] {
        let edit = ["connector", "edit", "play", "--capture", level];
        terminal.run(&edit).await.succeeded();
        let word = format!("zeppelin-{level}");
        let argument = format!("message={word}");
        let echo = ["tool", "run", "play", "echo", &argument];
        // Whoever asked has the whole answer.
        let answered = terminal.run(&echo).await;
        assert!(answered.stdout.contains(&word), "{}", answered.shown());
        let id = echoed(&terminal, "play", &word).await;
        assert!(!is_on_disk(home, &word), "{level}");
        let kept = terminal.run(&["run", "show", &id, "--json"]).await;
        let kept = kept.document();
        assert_eq!(kept["capture"], level);
        assert_eq!(
            (&kept["tool"], &kept["state"]),
            (&"echo".into(), &"done".into())
        );
        assert!(kept["durationMs"].is_number());
        assert_eq!(kept["result"].is_null(), level == "metadata");
        let message = &kept["arguments"]["message"];
        if level == "metadata" {
            assert!(message.is_null() && kept["exchange"].is_null());
        } else {
            assert_eq!(message, "<redacted>");
        }
        let again = terminal.run(&["run", "again", &id]).await;
        assert_eq!(again.code, 2, "{}", again.shown());
        assert!(again.stderr.contains("weren't kept"), "{}", again.shown());
    }
    let shown = terminal.run(&["connector", "show", "play"]).await;
    assert!(shown.stdout.contains("metadata only"), "{}", shown.shown());
    let full = ["connector", "edit", "play", "--capture", "full"];
    terminal.run(&full).await.succeeded();
    let id = echoed(&terminal, "play", "zeppelin-again").await;
    let again = ["run", "again", &id, "--json"];
    let again = terminal.run(&again).await.document();
    assert_eq!(again["arguments"]["message"], "zeppelin-again");
}
