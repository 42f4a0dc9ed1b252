//! Each kind of failure ends with its own exit code, in words and as JSON.

use serde_json::json;

use super::terminal::{Terminal, snapshot_settings, words};

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_exit_code() {
    let terminal = Terminal::connected().await;
    let dead = "connector add http://127.0.0.1:9/mcp --name dead --auth none";
    terminal.does(dead).await;
    let mut said = Vec::new();
    for (line, code) in [
        ("connector link play", 2),
        ("connector show nobody", 6),
        ("connector connect dead", 7),
        ("connector check dead", 7),
        ("tool run play nothing", 6),
        ("tool run play echo", 2),
        ("tool run play echo message", 2),
        ("tool run play echo message:=x", 2),
        ("tool run play fail", 5),
        ("tool run play crash", 5),
        ("tool run play wait seconds:=30 --timeout 1", 3),
        ("tool run play admin_report", 4),
        ("tool run play delete_note id:=1", 2),
        ("tool run dead echo message=x", 7),
        ("run show run_nothing", 6),
        ("credential rename nobody somebody", 6),
        ("connector edit play", 2),
        ("connector actions play", 2),
        ("connector restore play", 6),
        ("account rename local Mine", 2),
        ("catalog list --file /nonexistent", 1),
    ] {
        let done = terminal.fails(line, code).await;
        said.push(format!("$ patchbay {line}\n{}", done.transcript()));
    }
    snapshot_settings().bind(|| insta::assert_snapshot!(said.join("\n\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_opens_a_vault_that_no_connector_needs() {
    let terminal = Terminal::new().await;
    let found = terminal.does("doctor").await;
    let vault = "ok  vault        ready, protected by a passphrase";
    found.assert_stdout(vault);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_a_folder_in_which_nothing_can_be_written() {
    let terminal = Terminal::new().await;
    // Root can write in any other.
    let settings = terminal.home.path().join("patchbay/settings");
    std::os::unix::fs::symlink("/proc", &settings).unwrap();
    let found = terminal.run(&["doctor"]).await;
    assert_ne!(found.code, 0);
    let line = format!("!!  settings     {}: not writable (", settings.display());
    found.assert_stdout(&line);
    found.assert_stdout("ok  data ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destructive_tool_runs_once_it_is_confirmed() {
    let terminal = Terminal::connected().await;
    terminal.does("tool run play add_note text=a").await;
    // A number is read where the tool takes no text.
    let dry = "tool run play delete_note id=1 --dry-run";
    let dry = terminal.json(dry).await;
    let body: serde_json::Value = serde_json::from_str(dry["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["params"]["arguments"], json!({ "id": 1 }));
    let wrong = terminal.fails("tool run play delete_note id=one", 2).await;
    wrong.assert_stderr("`patchbay tool show play delete_note`");
    let delete = "tool run play delete_note id=1";
    let refused = terminal.run(&words(&format!("{delete} --json"))).await;
    assert_eq!(refused.failure()["code"], "confirmation_needed");
    let runs = terminal.json("run list tool:delete").await;
    assert_eq!(runs["total"], 0);
    terminal.does(&format!("{delete} --yes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_when_nothing_fits() {
    let terminal = Terminal::new().await;
    let none = terminal.does("connector list --status off").await;
    none.assert_stderr("No connectors yet.");
    terminal.connect().await;
    let none = terminal.does("connector list --status off").await;
    assert_eq!(none.stdout, "");
    none.assert_stderr("No matching connectors.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_working_folder_that_does_not_exist_is_told_at_once() {
    let terminal = Terminal::new().await;
    let missing = terminal.home.path().join("missing").display().to_string();
    let add = ["connector", "add", "local", "--cwd", &missing, "--", "cat"];
    let refused = terminal.run(&add).await;
    assert_eq!(refused.code, 2, "{}", refused.transcript());
    refused.assert_stderr("There is no folder");
    assert_eq!(terminal.json("connector list").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_nothing_could_fit_is_refused() {
    let terminal = Terminal::connected().await;
    for (line, exit, told) in [
        ("connector list --platform nope", 2, "local"),
        ("connector list --status nope", 2, "needs sign-in"),
        ("connector list --status nope --refresh", 2, "needs sign-in"),
        ("connector list --account nope", 6, "nope not found"),
        ("run list server:play", 2, "connector:"),
    ] {
        terminal.fails(line, exit).await.assert_stderr(told);
    }
    let listed = terminal.does("connector list --platform Local").await;
    listed.assert_stdout("play");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named_with_a_way_on() {
    let terminal = Terminal::connected().await;
    terminal.does("tool run play echo message=hi").await;
    for (line, exit, told) in [
        (
            "connector resource play playground://none",
            5,
            "run `patchbay connector resources play`",
        ),
        (
            "connector prompt play none",
            5,
            "run `patchbay connector prompts play`",
        ),
        (
            "connector connect play x=1",
            2,
            "Connector Play has no sign-in options.",
        ),
        (
            "connector edit play --distrust nas.example:8443",
            2,
            "Connector Play has no trusted certificate of nas.example:8443.",
        ),
        ("run next latest", 6, "has no next page"),
        (
            "run save latest --part 99",
            2,
            "There is no part 99 in the result, which has 1 part.",
        ),
        ("account test local", 2, "This computer has no sign-in."),
        (
            "credential programs allow env://KEY",
            2,
            "env://KEY runs no program",
        ),
        (
            "credential add key --kind bearer --from cmd://missing-program",
            1,
            "hint: Run its command in a terminal",
        ),
    ] {
        terminal.fails(line, exit).await.assert_stderr(told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_json_a_failure_is_one_line_of_json() {
    let terminal = Terminal::new().await;
    for (line, code, exit) in [
        ("connector show nobody", "not_found", 6),
        ("nonsense", "usage.invalid", 2),
        ("tool run", "usage.invalid", 2),
    ] {
        let done = terminal.fails(&format!("{line} --json"), exit).await;
        assert_eq!(done.stdout, "");
        assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
        let failure = done.failure();
        assert_eq!(failure["code"], code);
        if line == "tool run" {
            let message = failure["message"].as_str().unwrap();
            assert!(message.ends_with(": <CONNECTOR> <TOOL>"), "{message}");
        }
        let members: Vec<_> = failure.as_object().unwrap().keys().collect();
        let all = "code message hint detail status request platformCode requestId fields retryable";
        assert_eq!(members, words(all));
    }
    // Its progress is for a person only.
    terminal.add("http://127.0.0.1:1/mcp", &[]).await;
    let done = terminal.run(&["doctor", "--json"]).await;
    assert_ne!(done.code, 0);
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
    let removed = terminal.does("connector remove play --json").await;
    assert!(!removed.stderr.contains("Undo"), "{}", removed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_a_server_added_since_is_found_and_a_similar_name_offered() {
    let terminal = Terminal::new().await;
    let hide = |name: Option<&str>| {
        let hidden = name.map(str::to_owned).into_iter().collect();
        let playground = &terminal.playground;
        playground.configure(|switches| switches.hidden_tools = hidden);
    };
    hide(Some("echo"));
    terminal.connect().await;
    terminal.fails("tool run play echo message=x", 6).await;
    hide(None);
    terminal.does("tool run play echo message=x").await;
    let mistyped = terminal.fails("tool run play ecko message=x", 6).await;
    mistyped.assert_stderr("Use echo, or run `patchbay tool list play`.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_added_before_a_failure_is_named_with_what_goes_on() {
    let terminal = Terminal::new().await;
    let file = terminal.home.path().join("servers.json");
    let server = json!({
        "url": "http://127.0.0.1:9/mcp", "headers": { "Authorization": "Bearer key-1" },
    });
    let servers = json!({ "mcpServers": { "one": server, "two": server } });
    std::fs::write(&file, servers.to_string()).unwrap();
    let from = file.to_str().unwrap();
    let failed = terminal
        .run(&["connector", "add", "--from", from, "--connect"])
        .await;
    assert_eq!(failed.code, 7, "{}", failed.transcript());
    failed.assert_stderr("one stays, not connected yet. Next: patchbay connector connect one");
    failed.assert_stderr("Next: patchbay connector connect two");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_after_one_that_fails_are_connected_too() {
    let terminal = Terminal::new().await;
    let file = terminal.home.path().join("servers.json");
    let servers = json!({ "mcpServers": {
        "bad": { "url": "http://127.0.0.1:9/mcp" },
        "good": { "url": terminal.playground.open_url() },
    } });
    std::fs::write(&file, servers.to_string()).unwrap();
    let from = file.to_str().unwrap();
    let add = [
        "connector",
        "add",
        "--from",
        from,
        "--connect",
        "--yes",
        "--json",
    ];
    let failed = terminal.run(&add).await;
    assert_eq!(failed.code, 7, "{}", failed.transcript());
    let added = failed.document();
    assert_eq!(
        [&added[0]["name"], &added[1]["name"]],
        [&json!("bad"), &json!("good")]
    );
    assert_eq!(added[1]["status"]["status"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_tool_still_gives_its_answer() {
    let terminal = Terminal::connected().await;
    let failed = terminal.fails("tool run play fail --json --quiet", 5).await;
    let run = failed.document();
    assert_eq!(run["state"], "failed");
    assert_eq!(run["result"]["isError"], true);
    let expected = json!("tool.failed");
    assert_eq!(
        (&run["problem"]["code"], &failed.failure()["code"]),
        (&expected, &expected)
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn messages_that_nobody_reads_are_no_failure() {
    let terminal = Terminal::new().await;
    let mut command = terminal.command(&["connector", "list"]);
    command.env("PATCHBAY_LOG", "debug");
    let mut child = command.spawn().unwrap();
    drop(child.stderr.take());
    super::terminal::ended(child).await.succeeded();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let terminal = Terminal::connected().await;
    let huge = "tool run play huge bytes:=4000000 --quiet";
    let mut child = terminal.command(&words(huge)).spawn().unwrap();
    drop(child.stdout.take());
    let done = super::terminal::ended(child).await;
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
}
