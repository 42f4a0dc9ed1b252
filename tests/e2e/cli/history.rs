//! The history as a whole: two runs compared, a run repeated elsewhere, a file, and how long it lasts.

#[cfg(unix)]
use patchbay_ops::AppPaths;
use serde_json::{Value, json};

use super::terminal::{TOKEN, Terminal, snapshot_settings, words};

/// Runs the tool that answers what it is told, and gives the run's id.
async fn run_echo(terminal: &Terminal, connector: &str, message: &str) -> String {
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
async fn a_run_of_a_removed_connector_says_how_it_is_repeated() {
    let terminal = open().await;
    let run = run_echo(&terminal, "play", "one").await;
    let connector = terminal.json("connector show play").await;
    let connector = connector["id"].as_str().unwrap();
    terminal.does("connector remove play").await;
    let restore = format!("patchbay connector restore {connector}");
    let again = format!("patchbay run again {run} --connector NAME");
    for (line, commands) in [
        ("run again latest", &[&again, &restore][..]),
        ("run next latest", &[&restore][..]),
    ] {
        let refused = terminal.fails(line, 6).await;
        refused.assert_stderr("The connector of this run was removed.");
        for command in commands {
            refused.assert_stderr(&format!("`{command}`"));
        }
    }
    terminal.does(restore.trim_start_matches("patchbay ")).await;
    terminal.does("run again latest").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_are_compared_and_what_is_ignored_is_remembered() {
    let terminal = open().await;
    let first = run_echo(&terminal, "play", "one").await;
    let second = run_echo(&terminal, "play", "two").await;
    let compared = format!("run compare {first} {second}");
    let compared = terminal.does(&compared).await;
    for said in [
        "~ /arguments/message: \"one\" → \"two\"",
        "- one",
        "+ two",
        "Identity: no difference",
    ] {
        compared.assert_stdout(said);
    }
    // The only run that is named is the later one.
    let pointers = |document: &Value| -> Vec<String> {
        let differences = document["differences"].as_array().unwrap().iter();
        let pointers = differences.map(|one| one["pointer"].as_str().unwrap().to_owned());
        pointers.filter(|one| !one.starts_with("/timing")).collect()
    };
    let compare = format!("run compare {second}");
    let document = terminal.json(&compare).await;
    assert_eq!(document["before"]["id"], first);
    assert_eq!(
        pointers(&document),
        ["/arguments/message", "/outcome/result"]
    );
    let ignoring = format!("{compare} --ignore message --ignore /outcome --remember");
    let without = terminal.json(&ignoring).await;
    assert_eq!(pointers(&without), [""; 0]);
    let saved = terminal.json(&compare).await;
    assert_eq!(saved["ignored"], json!(["message", "/outcome"]));
    assert_eq!(pointers(&saved), [""; 0]);
    let all = terminal.json(&format!("{compare} --all")).await;
    assert_eq!(pointers(&all).len(), 2);
    terminal.fails(&format!("run compare {first}"), 2).await;
    terminal.fails("run compare run_none", 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_that_fails_is_compared_and_fails() {
    let terminal = open().await;
    terminal.fails("tool run play fail", 5).await;
    let again = terminal.fails("run again latest --compare", 5).await;
    again.assert_stdout("Outcome: no difference");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_run_has_a_name() {
    let terminal = open().await;
    terminal.fails("run show latest", 6).await;
    let first = run_echo(&terminal, "play", "one").await;
    let second = run_echo(&terminal, "play", "two").await;
    let shown = terminal.json("run show latest").await;
    assert_eq!(shown["id"], second);
    let compared = terminal.json("run compare latest").await;
    assert_eq!(compared["before"]["id"], first);
    // It is the one that was the newest before.
    let again = terminal.json("run again latest --compare").await;
    assert_eq!(again["before"]["id"], second);
    let third = again["after"]["id"].clone();
    let exported = terminal.does("run export --run latest").await;
    exported.assert_stdout(third.as_str().unwrap());
    terminal.does("run edit latest --pin").await;
    assert_eq!(terminal.json("run delete latest --yes").await, third);
    terminal.fails("run next latest", 6).await;
    let named = terminal.json("run follow latest").await;
    assert_eq!(named["id"], second);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_from_a_run_and_from_no_other_word() {
    let terminal = open().await;
    let first = run_echo(&terminal, "play", "one").await;
    run_echo(&terminal, "play", "two").await;
    let ids = async |command: &str| -> Vec<String> {
        let page = terminal.json(command).await;
        let runs = page["runs"].as_array().unwrap().iter();
        runs.map(|run| run["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids("run list --before latest").await, [first.as_str()]);
    let none = terminal.does(&format!("run list --before {first}")).await;
    none.assert_stderr("No matching runs.");
    for command in ["run list", "run export"] {
        let unknown = terminal
            .fails(&format!("{command} --before zebra"), 6)
            .await;
        unknown.assert_stderr("error: Run zebra not found.\nhint: Run `patchbay run list`.");
    }
    // A page may end with a run that is deleted before the next page.
    terminal.does("run delete latest --yes").await;
    let page = terminal.json("run list --limit 1").await;
    terminal.does(&format!("run delete {first}")).await;
    assert_eq!(page["runs"][0]["id"], first);
    terminal.does(&format!("run list --before {first}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_is_followed_to_its_end_though_its_connector_is_gone() {
    let terminal = open().await;
    let failed = terminal.run(&["tool", "run", "play", "fail"]).await;
    terminal.does("connector remove play --yes").await;
    let followed = terminal.fails("run follow latest", failed.code).await;
    assert_eq!(followed.stdout, failed.stdout);
    assert_ne!(failed.code, 6, "the connector isn't found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_repeated_on_another_copy_of_its_connector() {
    let terminal = open().await;
    let run = run_echo(&terminal, "play", "there").await;
    let url = terminal.playground.open_url();
    let add = format!("connector add {url} --name copy --connect");
    terminal.does(&add).await;
    let replay = format!("run again {run} --connector copy");
    let again = terminal.json(&replay).await;
    let copy = terminal.json("connector show copy").await;
    assert_eq!(again["connector"], copy["id"]);
    assert_eq!(again["replayOf"], run);
    // It is compared with what it repeats, though that ran elsewhere.
    let compare = format!("run compare {}", again["id"].as_str().unwrap());
    let compared = terminal.json(&compare).await;
    assert_eq!(compared["before"]["id"], run);
    let beside = terminal.json(&format!("{replay} --compare")).await;
    assert_eq!(beside["before"]["id"], run);
    assert_eq!(beside["after"]["connector"], again["connector"]);
    let nowhere = format!("run again {run} --connector nowhere");
    terminal.fails(&nowhere, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_written_for_other_programs_without_secrets() {
    let terminal = open().await;
    for message in ["one", "two, \"quoted\"", "=1+1"] {
        run_echo(&terminal, "play", message).await;
    }
    terminal.run(&["tool", "run", "play", "fail"]).await;
    let lines = terminal.does("run export tool:echo").await;
    let runs: Vec<Value> = lines
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let messages = runs.iter().map(|run| &run["arguments"]["message"]);
    let messages: Vec<_> = messages.collect();
    assert_eq!(messages, ["=1+1", "two, \"quoted\"", "one"]);
    let file = terminal.home.path().join("runs.csv");
    let export = words("run export --format csv --limit 2 -o");
    let file_name = file.to_str().unwrap();
    let written = [&export[..], &[file_name, "--json"]].concat();
    let written = terminal.run(&written).await;
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
    let again = [&export[..], &[file_name]].concat();
    let kept = terminal.run(&again).await;
    assert_eq!(kept.code, 2, "{}", kept.transcript());
    kept.assert_stderr("hint: Add --yes to confirm.");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), table);
    let replaced = terminal.run(&[&again[..], &["--yes"]].concat()).await;
    replaced.succeeded();
    let folder = terminal.home.path().to_str().unwrap();
    let refused = terminal.run(&[&export[..], &[folder]].concat()).await;
    assert_eq!(refused.code, 1, "{}", refused.transcript());
    let left = std::fs::read_dir(terminal.home.path()).unwrap();
    let mut names = left.map(|entry| entry.unwrap().file_name());
    assert!(names.all(|name| !name.to_string_lossy().ends_with(".part")));
    terminal.fails("run export --json", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_an_export_acts_on_a_terminal() {
    let terminal = open().await;
    let message = "a\u{9b}2J\u{202e}b";
    run_echo(&terminal, "play", message).await;
    let lines = terminal.does("run export").await;
    let run: Value = serde_json::from_str(&lines.stdout).unwrap();
    assert_eq!(run["arguments"]["message"], message);
    let table = terminal.does("run export --format csv").await;
    table.assert_stdout("a\u{fffd}2J<U+202E>b");
    for shown in [&lines.stdout, &table.stdout] {
        assert!(!shown.contains(['\u{9b}', '\u{202e}']), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_a_removed_connector_are_exported() {
    let terminal = open().await;
    let run = run_echo(&terminal, "play", "kept").await;
    terminal.does("connector remove play --yes").await;
    for export in ["run export", &format!("run export --run {run}")] {
        terminal.does(export).await.assert_stdout("kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_run_is_opened_where_nobody_ran_it() {
    let terminal = open().await;
    let first = run_echo(&terminal, "play", "a\u{1b}[2Jb").await;
    let second = run_echo(&terminal, "play", "two").await;
    let path = |name: &str| {
        let path = terminal.home.path().join(name);
        path.to_str().unwrap().to_owned()
    };
    let (one, all) = (path("one.jsonl"), path("all.jsonl"));
    let export = ["run", "export", "--run", &first, "-o", &one];
    terminal.run(&export).await.succeeded();
    let printed = terminal.does(&format!("run export --run {first}")).await;
    let printed = printed.stdout;
    assert_eq!(printed, std::fs::read_to_string(&one).unwrap());
    terminal
        .run(&["run", "export", "-o", &all])
        .await
        .succeeded();

    let elsewhere = Terminal::new().await;
    let show = ["run", "show", "--file"];
    let shown = elsewhere.run(&[&show[..], &[&one]].concat()).await;
    shown.succeeded();
    shown.assert_stdout(&first);
    // The result goes to another program as it is, as that of any run.
    let facts = shown.stdout.split("\n\n").next().unwrap();
    assert!(!facts.contains('\u{1b}'), "{}", shown.transcript());
    shown.assert_stderr("not from your history");
    let listed = elsewhere.run(&[&show[..], &[&all]].concat()).await;
    assert!(listed.stdout.contains(&first) && listed.stdout.contains(&second));
    let named = [&show[..], &[&all, &second, "--json"]].concat();
    let document = elsewhere.run(&named).await.document();
    assert_eq!(document["arguments"]["message"], "two");
    let missing = [&show[..], &[&all, "run_none"]].concat();
    let missing = elsewhere.run(&missing).await;
    assert_eq!(missing.code, 2, "{}", missing.transcript());
    // It is in nobody's history, and can't be repeated.
    for verb in ["show", "again"] {
        elsewhere.fails(&format!("run {verb} {first}"), 6).await;
    }
    let other = path("other.jsonl");
    std::fs::write(&other, "{}").unwrap();
    let refused = elsewhere.run(&[&show[..], &[&other]].concat()).await;
    assert_eq!(refused.code, 2, "{}", refused.transcript());
    refused.assert_stderr("no exported runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_secret_since_does_not_leave() {
    let terminal = open().await;
    // Nobody knew then that this is a token.
    run_echo(&terminal, "play", TOKEN).await;
    let before = terminal.does("run export").await;
    before.assert_stdout(TOKEN);
    let edit = "connector edit play --auth bearer --token-from -";
    terminal.does_with(edit, TOKEN).await;
    for format in ["jsonl", "csv"] {
        let after = terminal
            .does(&format!("run export --format {format}"))
            .await;
        after.assert_stdout("<redacted>");
        assert!(!after.stdout.contains(TOKEN), "{}", after.transcript());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_keeps_what_it_is_told_to() {
    let terminal = open().await;
    for message in ["one", "two", "three"] {
        run_echo(&terminal, "play", message).await;
    }
    let usual = terminal.does("run limits").await;
    let mut settings = snapshot_settings();
    // What is kept of the wire holds times and ports of any length.
    settings.add_filter(r"Size:  \d\.\d kB", "Size:  SIZE");
    settings.bind(|| insta::assert_snapshot!(usual.transcript()));
    let kept = terminal.json("run limits --days forever --runs 2").await;
    assert_eq!(kept["retention"], json!({ "days": null, "runs": 2 }));
    assert_eq!((&kept["runs"], &kept["due"]), (&3.into(), &1.into()));
    assert_eq!(terminal.json("run prune").await, 1);
    let listed = terminal.json("run list").await;
    assert_eq!(listed["total"], 2);
    terminal.fails("run limits --days 0", 2).await;
    terminal.fails("run delete --all", 2).await;
    assert_eq!(terminal.json("run delete --all --yes").await, 2);
    let empty = terminal.json("run limits").await;
    assert_eq!(
        (&empty["runs"], &empty["kilobytes"]),
        (&0.into(), &0.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_named_noted_and_pinned_and_stays() {
    let terminal = open().await;
    let kept = run_echo(&terminal, "play", "one").await;
    run_echo(&terminal, "play", "two").await;
    let edit = ["run", "edit", &kept];
    let label = ["--name", "Before the move", "--note", "harbour", "--pin"];
    let edited = [&edit[..], &label, &["--json"]].concat();
    assert_eq!(
        terminal.run(&edited).await.document()["label"],
        json!({ "name": "Before the move", "note": "harbour", "pinned": true })
    );
    let shown = terminal.does(&format!("run show {kept}")).await;
    for said in ["Before the move", "harbour", "Pinned:"] {
        shown.assert_stdout(said);
    }
    for query in ["is:pinned", "harbour", "move"] {
        let listed = terminal.json(&format!("run list {query}")).await;
        assert_eq!(listed["total"], 1, "{query}");
        assert_eq!(listed["runs"][0]["id"], kept.as_str(), "{query}");
    }
    let unknown = terminal.fails("run list status:bogus", 2).await;
    unknown.assert_stderr("status:failed");
    let listed = terminal.does("run list").await;
    listed.assert_stdout("echo (Before the move)");
    let all = "run delete --all --yes";
    assert_eq!(terminal.json(all).await, 1);
    let pinned = terminal.fails(&format!("run delete {kept}"), 2).await;
    pinned.assert_stderr("hint: Add --yes to confirm.");
    // What is not given stays as it was.
    let unpin = [&edit[..], &["--unpin", "--note", "", "--json"]].concat();
    assert_eq!(
        terminal.run(&unpin).await.document()["label"],
        json!({ "name": "Before the move", "note": null, "pinned": false })
    );
    assert_eq!(terminal.json(all).await, 1);
    assert_eq!(terminal.run(&edit).await.code, 2);
    terminal.fails("run edit run_none --pin", 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_runs_no_more_is_kept_than_their_connector_lets() {
    let terminal = open().await;
    let full = run_echo(&terminal, "play", "zeppelin-full").await;
    assert!(terminal.stores("zeppelin-full"));
    for (level, same) in [
        ("redacted", "same structure, values not kept"),
        ("metadata", "not kept"),
    ] {
        let edit = format!("connector edit play --capture {level}");
        terminal.does(&edit).await;
        let word = format!("zeppelin-{level}");
        let argument = format!("message={word}");
        let echo = ["tool", "run", "play", "echo", &argument];
        // Whoever asked has the whole answer.
        let answered = terminal.run(&echo).await;
        answered.assert_stdout(&word);
        let id = run_echo(&terminal, "play", &word).await;
        assert!(!terminal.stores(&word), "{level}");
        let kept = terminal.json(&format!("run show {id}")).await;
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
        // What only one of them has is no difference, and none found does not mean that there is none.
        let compared = terminal.does(&format!("run compare {full} {id}")).await;
        compared.assert_stdout(&format!("Arguments: {same}\n\nOutcome: {same}\n"));
        let shown = terminal.does(&format!("run show {id}")).await;
        assert_eq!(shown.stdout.contains("Arguments:"), level == "redacted");
        let again = terminal.fails(&format!("run again {id}"), 2).await;
        again.assert_stderr("weren't kept");
        again.assert_stderr("hint: Run `patchbay tool run play echo` with its arguments.");
    }
    let shown = terminal.does("connector show play").await;
    shown.assert_stdout("metadata only");
    terminal.does("connector edit play --capture full").await;
    let id = run_echo(&terminal, "play", "zeppelin-again").await;
    let again = ["run", "again", &id, "--json"];
    let again = terminal.run(&again).await.document();
    assert_eq!(again["arguments"]["message"], "zeppelin-again");
}

#[cfg(unix)]
#[tokio::test]
async fn a_run_whose_end_cannot_be_saved_says_so() {
    let terminal = Terminal::connected().await;
    let database = AppPaths::under(&terminal.home.path().join("patchbay")).database();
    let refuse =
        "CREATE TRIGGER refuse BEFORE UPDATE ON tool_runs BEGIN SELECT RAISE(FAIL, 'refused'); END";
    let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
    let mut python = std::process::Command::new("python3");
    python.args(["-c", script]).arg(database).arg(refuse);
    assert!(python.status().unwrap().success());
    let done = terminal.does("tool run play echo message=hi").await;
    done.assert_stderr("Not saved in the history: ");
}
