//! What the doctor says of local programs.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

impl Programs {
    /// Has the connector start another command.
    async fn now_starts(&self, command: &[&str]) {
        let edit = words("connector edit files --connect-timeout 2 --");
        self.run(&[&edit[..], command].concat()).await.succeeded();
    }

    /// The step that fails, and all that is said.
    async fn failing_step(&self) -> (String, String) {
        let done = self.run(&["doctor", "files"]).await;
        assert_ne!(done.code, 0, "{done:?}");
        let line = done.stdout.lines().find(|line| line.starts_with("!!"));
        let step = line.and_then(|line| line.split_whitespace().nth(1));
        (step.unwrap().to_owned(), done.stdout)
    }
}

#[tokio::test]
async fn each_step_that_fails_has_its_cause_and_a_command() {
    let harness = Programs::new().await;
    harness
        .add("well", &["--env-secret", "API_KEY"])
        .await
        .succeeded();
    let allow = "connector edit files --allow";

    let (step, said) = harness.failing_step().await;
    assert_eq!(step, "started", "{said}");
    let hint = "If you trust it, run `patchbay connector edit files --allow`.";
    assert!(said.contains(hint), "{said}");
    let found = said.lines().find(|line| line.contains("  found "));
    assert!(found.unwrap().contains("/python3"), "{said}");
    harness.does(allow).await;
    harness.does("doctor files").await;

    for (manner, fails_at, why) in [
        ("ends", "spoke", "| no YES option for <redacted>"),
        ("silent", "spoke", "--connect-timeout 8`"),
        ("unlisted", "tools", "no tools today"),
    ] {
        harness
            .now_starts(&["python3", &harness.script, manner])
            .await;
        harness.does(allow).await;
        let (step, said) = harness.failing_step().await;
        assert_eq!(step, fails_at, "{said}");
        assert!(said.contains(why), "{said}");
        assert!(!said.contains(TOKEN), "{said}");
    }
    harness.now_starts(&["npx-is-not-there"]).await;
    let (step, said) = harness.failing_step().await;
    assert_eq!(step, "found", "{said}");
    let hint = "Install it, or run `patchbay connector edit files -- FULL_PATH ARGUMENTS`.";
    assert!(said.contains(hint), "{said}");
}

#[tokio::test]
async fn a_program_whose_secret_is_lost_was_not_started() {
    let harness = Programs::new().await;
    harness.connect("well").await;
    let vault = harness.home.path().join("patchbay/data/vault.json");
    std::fs::remove_file(vault).unwrap();
    let (step, said) = harness.failing_step().await;
    assert_eq!(step, "started", "{said}");
    assert!(said.contains("is missing from the vault"), "{said}");
}

#[tokio::test]
async fn what_keeps_a_program_from_starting_is_named() {
    let harness = Programs::new().await;
    harness.add("well", &["--allow"]).await.succeeded();
    let file = harness.home.path().join("server");
    std::fs::write(&file, "#!/gone/python3 -u\n").unwrap();
    harness.now_starts(&[file.to_str().unwrap()]).await;
    let (step, said) = harness.failing_step().await;
    assert_eq!(step, "found", "{said}");
    assert!(
        said.contains("it isn't executable, which chmod +x changes"),
        "{said}"
    );
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    harness.does("connector edit files --allow").await;
    let (step, said) = harness.failing_step().await;
    assert_eq!(step, "started", "{said}");
    let why = r#"its first line names "/gone/python3", which doesn't exist"#;
    assert!(said.contains(why), "{said}");
}

#[tokio::test]
async fn few_programs_are_started_at_a_time() {
    let harness = Programs::new().await;
    let (file, log) = (
        harness.home.path().join("slow"),
        harness.home.path().join("starts"),
    );
    let slow = format!(
        "#!/bin/sh\necho + >>'{log}'\nsleep 1\necho - >>'{log}'\nexec python3 '{}' well\n",
        harness.script,
        log = log.display(),
    );
    std::fs::write(&file, slow).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    let pids = format!("PID_FILE={}", harness.pids.display());
    for name in ["a", "b", "c", "d", "e", "f"] {
        let add = ["connector", "add", name, "--env", &pids, "--allow", "--"];
        let command = [file.to_str().unwrap()];
        harness
            .run(&[&add[..], &command].concat())
            .await
            .succeeded();
    }
    harness.does("doctor").await;
    let lines = std::fs::read_to_string(log).unwrap();
    let mut starting = 0;
    let at_once = lines.lines().map(|line| {
        starting += if line == "+" { 1 } else { -1 };
        starting
    });
    assert!(at_once.max() <= Some(4), "{lines}");
    assert_eq!(lines.lines().count(), 12);
}

#[tokio::test]
async fn a_report_is_fit_to_be_given_away() {
    let harness = Programs::new().await;
    let title = ["--title", "Lovelace's files", "--allow"];
    let options = [&["--env-secret", "API_KEY"][..], &title].concat();
    harness.add("ends", &options).await.succeeded();
    let mut command = harness.command(&["doctor", "files", "--report"]);
    command.env("USER", "lovelace");
    let report = harness.finish(command, "").await;
    // What it tells of failed, it did not.
    report.succeeded();
    for said in [
        "Patchbay ",
        "Connector: <user>'s files",
        "Variables: PID_FILE",
        "!!  spoke",
        "program.ended: ",
        "no YES option for <redacted>",
    ] {
        report.assert_stdout(said);
    }
    let home = std::env::home_dir().unwrap();
    for hidden in [TOKEN, "ovelace", home.to_str().unwrap()] {
        assert!(!report.stdout.contains(hidden), "{hidden}\n{report:?}");
    }
    let report = harness.json("doctor files --report").await;
    assert!(report["report"].as_str().unwrap().contains("!!  spoke"));
}
