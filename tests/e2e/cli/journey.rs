//! The whole way, from an address to a run in the history and back.

use super::terminal::{Terminal, snapshot_settings};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_through_consent() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.url();
    let mut said = Vec::new();
    let added = terminal.add(url.as_str(), &[]).await;
    assert_eq!(added.stdout, "play\n");
    said.push(added.transcript());
    for line in [
        "connector connect play",
        "connector list",
        "connector show play",
        "tool show play echo",
        "tool run play echo message=hello times:=2",
        "run list",
        "credential list",
        "doctor",
    ] {
        let done = terminal.does(line).await;
        said.push(format!("$ patchbay {line}\n{}", done.transcript()));
    }
    snapshot_settings().bind(|| insta::assert_snapshot!(said.join("\n\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_are_listed_with_what_they_do_to_the_world() {
    let terminal = Terminal::connected().await;
    let listed = terminal.does("tool list play").await;
    // The Playground has more tools than this test has to know.
    let known = ["CONNECTOR", " echo ", " add_note ", " delete_note "];
    let lines = listed.stdout.lines();
    let lines = lines.filter(|line| known.iter().any(|word| line.contains(word)));
    let lines: Vec<_> = lines.collect();
    snapshot_settings().bind(|| insta::assert_snapshot!(lines.join("\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_shown_and_replayed() {
    let terminal = Terminal::connected().await;
    let first = terminal.json("tool run play echo message=again").await;
    let id = first["id"].as_str().unwrap();
    let shown = terminal.run(&["run", "show", id]).await;
    let replayed = terminal.run(&["run", "again", id]).await;
    assert_eq!((replayed.code, replayed.stdout.as_str()), (0, "again\n"));
    let page = terminal.json("run list tool:echo").await;
    assert_eq!(page["total"], 2);
    let newest = page["runs"][0]["id"].as_str().unwrap();
    let newest = terminal.run(&["run", "show", newest, "--json"]).await;
    assert_eq!(newest.document()["replayOf"], id);
    snapshot_settings().bind(|| insta::assert_snapshot!(shown.transcript()));
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_revokes_and_removing_can_be_undone() {
    let terminal = Terminal::connected().await;
    let gone = terminal.json("connector disconnect play").await;
    assert_eq!(gone["revoked"], true);
    let after = terminal.fails("tool run play echo message=x", 3).await;
    after.assert_stderr("`patchbay connector connect play`");
    let removed = terminal.json("connector remove play").await;
    let id = removed["id"].as_str().unwrap().to_owned();
    terminal.fails("connector show play", 6).await;
    let restored = terminal.run(&["connector", "restore", &id]).await;
    assert_eq!(restored.stdout, "play\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_server_needs_no_vault() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.open_url();
    terminal.add(url.as_str(), &["--connect"]).await;
    let echo = ["tool", "run", "play", "echo", "message=open"];
    let mut command = terminal.command(&echo);
    command.env_remove("PATCHBAY_PASSPHRASE");
    let done = terminal.finish(command, "").await;
    assert_eq!((done.code, done.stdout.as_str()), (0, "open\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_changes_what_is_given_and_leaves_the_rest() {
    let terminal = Terminal::connected().await;
    let edit = ["connector", "edit", "play", "--json"];
    let renamed = [&edit[..], &["--title", "Stage", "--tags", "work,test"]].concat();
    let connector = terminal.run(&renamed).await.document();
    assert_eq!(connector["title"], "Stage");
    assert_eq!(connector["tags"], serde_json::json!(["work", "test"]));
    assert_eq!(connector["status"]["status"], "ready");
    let off = terminal.run(&[&edit[..], &["--off"]].concat()).await;
    assert_eq!(off.document()["status"]["status"], "disabled");
    terminal.fails("tool run play echo message=x", 1).await;
    let on = terminal.run(&[&edit[..], &["--on"]].concat()).await;
    on.succeeded();
    terminal.does("tool run play echo message=x").await;
}
