//! Connectors whose servers are programs of this computer.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::process::Child;

use super::terminal::{Done, TOKEN, Terminal, by, words};
use crate::support::wait_until;

mod doctor;
mod pasted;
mod roots;
mod sessions;

/// Options that give a server its secret, allow it and connect it.
const CONNECTED: [&str; 4] = ["--env-secret", "API_KEY", "--allow", "--connect"];

const SERVER: &str =
    include_str!("../../../src-tauri/crates/patchbay-platforms/src/mcp/tests/programs/server.py");

/// Whether a process lives; one that is dead and was not waited for does not.
fn lives(pid: &str) -> bool {
    let listed = std::process::Command::new("ps")
        .args(["-o", "stat=", "-p", pid])
        .output();
    let state = String::from_utf8(listed.unwrap().stdout).unwrap();
    let state = state.trim();
    !state.is_empty() && !state.starts_with('Z')
}

/// The lines that a server and what it started have written.
fn pids(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

struct Programs {
    terminal: Terminal,
    script: String,
    pids: PathBuf,
}

impl Deref for Programs {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl Programs {
    async fn new() -> Self {
        Self::at(Terminal::new().await)
    }

    fn at(terminal: Terminal) -> Self {
        let script = terminal.home.path().join("server.py");
        std::fs::write(&script, SERVER).unwrap();
        Self {
            script: script.to_str().unwrap().to_owned(),
            pids: terminal.home.path().join("pids"),
            terminal,
        }
    }

    /// Adds a server of that manner, with more options before its command.
    async fn add(&self, manner: &str, more: &[&str]) -> Done {
        let pids = format!("PID_FILE={}", self.pids.display());
        let first = ["connector", "add", "files", "--env", &pids];
        let command = ["--", "python3", &self.script, manner];
        self.run_with(&[&first, more, &command].concat(), &format!("{TOKEN}\n"))
            .await
    }

    /// Adds a server of that manner with a secret, allowed and connected.
    async fn connect(&self, manner: &str) {
        self.add(manner, &CONNECTED).await.succeeded();
    }

    /// Asserts that the server may not be started yet.
    async fn assert_not_allowed(&self) {
        let refused = self.run(&["connector", "connect", "files", "--json"]).await;
        let problem = refused.failure().to_string();
        assert!(problem.contains("program.not_allowed"), "{problem}");
    }

    /// Adds a server that ignores the end of its input, and starts a run that waits for it.
    async fn start_deaf_run(&self) -> Child {
        self.add("deaf", &["--allow"]).await.succeeded();
        self.does("connector connect files").await;
        assert!(self.nothing_lives(), "a deaf one is ended too");
        std::fs::remove_file(&self.pids).unwrap();
        let run = words("tool run files echo --yes");
        let patchbay = self.command(&run).spawn().unwrap();
        let called = || pids(&self.pids).iter().any(|line| line == "called");
        wait_until("the tool was not called", called).await;
        patchbay
    }

    /// The history's entry of a run, newest first.
    async fn find_run(&self, index: usize) -> Value {
        let runs = self.json("run list").await;
        let id = runs["runs"][index]["id"].as_str().unwrap();
        self.json(&format!("run show {id}")).await
    }

    fn nothing_lives(&self) -> bool {
        let pids = pids(&self.pids);
        assert!(!pids.is_empty());
        !pids
            .iter()
            .filter(|pid| *pid != "called")
            .any(|pid| lives(pid))
    }
}

#[tokio::test]
async fn a_program_is_added_allowed_used_and_never_left_behind() {
    let harness = Programs::new().await;
    let added = harness.add("well", &["--env-secret", "API_KEY"]).await;
    added.succeeded();
    added.assert_stderr("Next: patchbay connector connect files");

    // Nobody is there to be asked.
    harness.assert_not_allowed().await;
    assert_eq!(pids(&harness.pids), [""; 0], "nothing was started");

    harness.does("connector remove files").await;
    let added = harness.add("well", &CONNECTED).await;
    added.succeeded();
    added.assert_stderr("Connected files");
    assert!(harness.nothing_lives());

    // Allowed is allowed, for exactly these words.
    let run = harness.does("tool run files echo text=hello --json").await;
    run.assert_stdout("hello");
    let check = harness.json("connector check files").await;
    let steps = check["steps"].as_array().unwrap();
    let names: Vec<_> = steps
        .iter()
        .map(|step| step["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["found", "started", "spoke", "negotiation", "tools"]);
    assert!(
        steps.iter().all(|step| step["state"] == "passed"),
        "{check}"
    );
    let shown = harness.does("connector show files").await;
    shown.assert_stdout(&format!("python3 {} well", harness.script));
    assert!(!shown.stdout.contains(TOKEN));

    // The secret is a credential of its own kind; another value of the same variable is allowed as well.
    let wallet = harness.json("credential list").await;
    let entry = &wallet[1];
    assert_eq!(entry["kind"], "variables", "{entry}");
    assert_eq!(entry["headerNames"], json!(["API_KEY"]));
    let name = entry["name"].as_str().unwrap();
    let replace = ["credential", "replace", name, "--env-secret", "API_KEY"];
    harness
        .run_with(&replace, "other-token\n")
        .await
        .succeeded();
    harness.does("tool run files echo text=again --json").await;
    assert!(harness.nothing_lives());
}

#[tokio::test]
async fn a_tool_is_run_as_a_task_where_the_user_chooses_that() {
    let harness = Programs::new().await;
    harness.connect("tasks").await;
    let shown = harness.does("tool show files maybe").await;
    shown.assert_stdout("with --as-task");
    let run = "tool run files maybe how=well --as-task --json";
    harness.does(run).await.assert_stdout("done");
    let earlier = harness.find_run(0).await;
    assert_eq!(earlier["asTask"], true, "{earlier}");
    let again = format!("run again {} --json", earlier["id"].as_str().unwrap());
    harness.does(&again).await.assert_stdout("done");
    assert_eq!(harness.find_run(0).await["asTask"], true);

    harness.does("connector remove files").await;
    harness.connect("well").await;
    let refused = harness.run(&words("tool run files echo --as-task")).await;
    assert_eq!(refused.code, 2, "{}", refused.transcript());
    let unknown = harness.fails("tool run files missing", 6).await;
    unknown.assert_stderr("`patchbay tool list files`. A tool that asks questions may be");
    let asked = harness.typed(&words("tool run files missing"), &[]).await;
    assert!(!asked.stdout.contains("A tool that asks"), "{asked:?}");
}

#[tokio::test]
async fn a_program_that_was_added_without_secrets_gets_one_later() {
    let harness = Programs::new().await;
    harness.add("well", &[]).await.succeeded();
    let edit = [
        "connector",
        "edit",
        "files",
        "--env-secret",
        "API_KEY",
        "--allow",
    ];
    let edited = harness.run_with(&edit, &format!("{TOKEN}\n")).await;
    edited.succeeded();
    edited.assert_stderr("Saved the variables of");
    let wallet = harness.json("credential list").await;
    let entries = wallet.as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["kind"] == "variables");
    assert_eq!(entry.unwrap()["headerNames"], json!(["API_KEY"]));
    let variables = harness.does("exec files -- env").await;
    variables.assert_stdout(&format!("API_KEY={TOKEN}"));
    harness.does("connector connect files").await.succeeded();
    assert!(harness.nothing_lives());

    // It is removed as a plain one is, with the credential that held nothing else.
    let shown = harness.does("connector show files").await;
    shown.assert_stdout("Secret variables:");
    let removed = harness.does("connector edit files --remove-env API_KEY");
    removed.await.assert_stderr("Removed API_KEY of files.");
    let left = harness.json("credential list").await;
    assert_eq!(left.as_array().unwrap().len(), entries.len() - 1);
    assert!(!left.to_string().contains("API_KEY"), "{left}");
    let missing = "connector edit files --remove-env API_KEY";
    harness.fails(missing, 2).await;
}

#[tokio::test]
async fn a_secret_stays_if_another_change_is_refused() {
    let harness = Programs::new().await;
    let add = "connector add files --env-secret API_KEY -- python3 x.py";
    harness.does_with(add, TOKEN).await;
    harness.does("connector add notes -- python3 y.py").await;
    let edit = "connector edit files --remove-env API_KEY --name notes";
    harness.fails(edit, 1).await;
    let wallet = harness.json("credential list").await;
    assert_eq!(wallet[0]["headerNames"], json!(["API_KEY"]));
    let edit = "connector edit files --remove-env API_KEY --env API_KEY=none --name docs";
    harness.does(edit).await;
    let shown = harness.json("connector show docs").await;
    assert_eq!(shown["command"]["variables"], json!({ "API_KEY": "none" }));
}

#[tokio::test]
async fn a_secret_like_word_of_a_command_is_pointed_out() {
    let harness = Programs::new().await;
    let word = "A secret seems to be a part of the command.";
    let variable = "Variable API_KEY seems to be a secret";
    let add = "connector add files --env API_KEY=k3y --env MODE=fast -- python3 x.py --token t0ken";
    let added = harness.does(add).await;
    added.assert_stderr(word);
    added.assert_stderr(variable);
    assert!(!added.stderr.contains("Variable MODE"), "{}", added.stderr);
    let edit = "connector edit files --env API_KEY=other -- python3 x.py --token other";
    let edited = harness.does(edit).await;
    edited.assert_stderr(word);
    edited.assert_stderr(variable);
}

#[tokio::test]
async fn a_secret_is_added_where_the_references_of_the_others_lead_nowhere() {
    let harness = Programs::new().await;
    let run = async |line: &str, variable: &str| {
        let mut command = harness.command(&words(line));
        command.env(variable, TOKEN);
        harness.finish(command, "").await.succeeded();
    };
    let add = "connector add files --env-secret FIRST=env://FIRST_SOURCE -- python3 x.py";
    run(add, "FIRST_SOURCE").await;
    let edit = "connector edit files --env-secret SECOND=env://SECOND_SOURCE";
    run(edit, "SECOND_SOURCE").await;
    let wallet = harness.json("credential list").await;
    assert_eq!(wallet[0]["headerNames"], json!(["FIRST", "SECOND"]));
    // What is given now has to lead somewhere.
    harness.fails(edit, 1).await;
}

#[tokio::test]
async fn another_command_is_allowed_anew() {
    let harness = Programs::new().await;
    let failed = harness.add("ends", &CONNECTED).await;
    assert_eq!(failed.code, 1, "{failed:?}");
    // The hint names the next command.
    failed.assert_stderr("files stays, not connected yet.\n");
    failed.assert_stderr("hint: ");

    let command = format!("python3 {} well", harness.script);
    let edit = "connector edit files";
    let edited = format!("{edit} --env GREETING=hello -- {command}");
    let edited = harness.does(&edited).await;
    edited.assert_stdout(&command);
    edited.assert_stdout("GREETING=hello");
    edited.assert_stdout("PID_FILE=");
    harness.assert_not_allowed().await;
    harness.does(&format!("{edit} --allow")).await;
    harness.does("connector connect files").await;

    let remove = format!("{edit} --remove-env GREETING");
    let removed = harness.does(&remove).await;
    assert!(!removed.stdout.contains("GREETING"), "{removed:?}");
    harness.fails(&remove, 2).await;
    let secret = [&words(edit)[..], &["--env", "API_KEY=open"]].concat();
    let secret = harness.run(&secret).await;
    secret.assert_stderr("API_KEY is given twice");
}

#[tokio::test]
async fn what_a_program_has_logged_is_shown_from_a_level_on() {
    let harness = Programs::new().await;
    harness.connect("logs").await;
    harness.does("tool run files echo --yes").await;
    let log = async |level: &str| {
        let log = format!("connector log files --level {level}");
        harness.json(&log).await
    };
    let shown = log("notice").await;
    assert_eq!(shown.as_array().map(Vec::len), Some(3), "{shown}");
    // From which level on it is to log it may hear after it was called.
    let last = shown[2]["text"].as_str().unwrap();
    let is_whole = last.starts_with("[notice] files: 2 from ") && last.ends_with(" on <redacted>");
    assert!(is_whole, "{shown}");
    assert_eq!(shown[2]["level"], "notice");
    assert_eq!(log("warning").await, json!([]));
    harness.fails("connector log files --level loud", 2).await;
}

#[tokio::test]
async fn a_program_that_fails_says_what_it_wrote_without_the_secret() {
    let harness = Programs::new().await;
    let failed = harness.add("ends", &CONNECTED).await;
    assert_eq!(failed.code, 1, "{failed:?}");
    failed.assert_stderr("ended (exit code 3)");
    failed.assert_stderr("no YES option for <redacted>");
    assert!(!failed.stderr.contains(TOKEN));
    let log = harness.does("connector log files").await;
    log.assert_stdout("Patchbay starts ");
    log.assert_stdout("no YES option for <redacted>");
    let last = harness.json("connector log files --lines 1").await;
    assert_eq!(last.as_array().map(Vec::len), Some(1), "{last}");
    let missing = words("connector add gone --allow -- npx-is-not-there");
    let missing = harness.run(&missing).await;
    missing.assert_stderr("program npx-is-not-there wasn't found");
    missing.assert_stderr("it isn't in PATH");
    // It stays, and is mended where it is.
    missing.assert_stderr("Added gone.");
    missing.assert_stderr("`patchbay connector edit gone -- FULL_PATH ARGUMENTS`");
    let npx = harness.home.path().join("v20/bin/npx");
    let moved = ["connector", "add", "moved", "--allow", "--"];
    let moved = [&moved[..], &[npx.to_str().unwrap(), "-y", "x"]].concat();
    let moved = harness.run(&moved).await;
    moved.assert_stderr("Check the path, or run `patchbay connector edit moved -- npx ARGUMENTS`.");
}

#[tokio::test]
async fn a_first_start_that_downloads_shows_what_it_writes() {
    let harness = Programs::new().await;
    let added = harness.add("downloads", &CONNECTED).await;
    added.succeeded();
    added.assert_stderr(": fetched part ");
    let again = harness.does("connector connect files").await;
    assert!(!again.stderr.contains("fetched"), "{again:?}");
}

#[tokio::test]
async fn a_program_without_a_name_is_named_by_its_command() {
    let harness = Programs::new().await;
    let added = harness
        .does("connector add -- npx -y @scope/server-notes@1")
        .await;
    assert_eq!(added.stdout, "notes\n");
    let add = "connector add --proxy none -- npx -y @scope/server-notes";
    let refused = harness.fails(add, 2).await;
    refused.assert_stderr("has no address to sign in to");
}

#[tokio::test]
async fn killing_patchbay_leaves_nothing_that_it_had_started() {
    let harness = Programs::new().await;
    let mut patchbay = harness.start_deaf_run().await;
    assert!(!harness.nothing_lives());
    // No chance to do anything about it.
    patchbay.start_kill().unwrap();
    patchbay.wait().await.unwrap();
    wait_until("something was left", || harness.nothing_lives()).await;
}

/// The process that ends what another one leaves, of the program that is named the same.
fn watcher_of(patchbay: u32) -> String {
    let listed = std::process::Command::new("ps")
        .args(["-A", "-o", "pid=", "-o", "ppid=", "-o", "args="])
        .output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let watcher = listed.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let is_it = words[1] == patchbay.to_string() && words.last() == Some(&"__watch-programs");
        is_it.then(|| words[0].to_owned())
    });
    watcher.unwrap_or_else(|| panic!("nobody watches: {listed}"))
}

#[tokio::test]
async fn what_a_kill_of_every_patchbay_leaves_the_next_one_ends() {
    let harness = Programs::new().await;
    let mut patchbay = harness.start_deaf_run().await;
    // What another one started is not touched while it is there.
    harness.does("connector list").await;
    assert!(!harness.nothing_lives());

    // The watcher first, or it would see the end of the other. The last one leads the group of the server.
    let id = patchbay.id().unwrap();
    let leader = pids(&harness.pids).swap_remove(0);
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &watcher_of(id), &id.to_string(), &leader])
        .status();
    assert!(killed.unwrap().success());
    patchbay.wait().await.unwrap();
    assert!(!harness.nothing_lives(), "a deaf one is left");
    harness.does("connector list").await;
    wait_until("something was left", || harness.nothing_lives()).await;
    let running = harness.home.path().join("patchbay/data/servers/running");
    assert_eq!(std::fs::read_dir(running).unwrap().count(), 0);
}

#[tokio::test]
async fn servers_that_a_text_names_are_added_filled_in_and_run() {
    let harness = Programs::new().await;
    let text = json!({
        "inputs": [
            { "type": "promptString", "id": "key", "password": true },
            { "type": "pickString", "id": "place", "options": ["us", "eu"], "default": "us" },
        ],
        "servers": {
            "files": {
                "command": "python3",
                "args": [harness.script, "${input:manner}"],
                "env": { "PID_FILE": harness.pids, "API_KEY": "${input:key}", "PLACE": "${input:place}" },
                "disabled": true,
            },
            "notes": { "command": "python3", "args": [harness.script, "well"], "timeout": 90_000 },
            "odd": { "url": "unix:///tmp/x" },
        },
    });
    let file = harness.home.path().join("mcp.json");
    std::fs::write(&file, format!("// from another app\n{text:#},")).unwrap();
    let from = ["connector", "add", "--from", file.to_str().unwrap()];

    let shown = [&from[..], &["--dry-run"]].concat();
    let shown = harness.run(&shown).await;
    shown.assert_stdout("Status:     turned off\n");
    shown.assert_stdout("Time limits:  90 s of silence in a run\n");

    // Nothing is added before all of it is there.
    let open = harness.run(&from).await;
    assert_eq!(open.code, 2, "{open:?}");
    open.assert_stderr("Enter a value for manner, which files needs");
    open.assert_stderr("hint: Pass --fill manner=TEXT.");
    for (given, said) in [
        ("NOPE=1", "hint: Choose one of: key, manner, place."),
        ("place=mars", "hint: Choose one of: us, eu."),
        ("key=plain", "hint: Use --fill-secret key."),
    ] {
        let refused = [&from[..], &["--fill", given]].concat();
        let refused = harness.run(&refused).await;
        assert_eq!(refused.code, 2, "{refused:?}");
        refused.assert_stderr(said);
    }
    assert_eq!(harness.json("connector list").await, json!([]));

    let filled = words("--fill manner=well --fill-secret key --allow --json");
    let added = [&from[..], &filled].concat();
    let added = harness.run_with(&added, &format!("{TOKEN}\n")).await;
    added.succeeded();
    let connectors = added.document();
    let names: Vec<_> = connectors
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["files", "notes"]);
    for said in [
        "Note: odd was left out: its address isn't http or https.",
        "Added files.",
        "Added notes.",
        "Next: patchbay connector edit files --on\n",
        "Next: patchbay connector connect notes\n",
    ] {
        added.assert_stderr(said);
    }
    assert_eq!(connectors[0]["status"]["status"], "disabled");
    assert_eq!(connectors[1]["timeLimits"]["runSeconds"], 90);
    harness.does("connector edit files --on").await;
    assert!(!added.stdout.contains(TOKEN) && !added.stderr.contains(TOKEN));
    assert_eq!(pids(&harness.pids), [""; 0], "nothing was started");
    let run = harness.does("tool run files echo text=hello --json").await;
    run.assert_stdout("hello");
    assert!(harness.nothing_lives());

    // A command line from a pipe, one server of several, and what no text can be.
    let line = format!("$ MODE='a b' python3 {} well\n", harness.script);
    let piped = "connector add --from - --name piped";
    let piped = harness.does_with(piped, &line).await;
    assert_eq!(piped.stdout, "piped\n");
    for (text, hint) in [
        ("npx -y notes", "Write a command after --"),
        (
            "cursor://anysphere.cursor-deeplink/mcp/install?name=x",
            "--from -",
        ),
        ("/tmp/w.mcpb", "`patchbay connector add --bundle FILE`"),
        (
            "https://a.example/w.mcpb",
            "`patchbay connector add --bundle FILE`",
        ),
    ] {
        let refused = harness.run(&["connector", "add", text]).await;
        assert_eq!(refused.code, 2, "{refused:?}");
        refused.assert_stderr(hint);
    }
    let only = [&from[..], &["--only", "notes", "--title", "Mine"]].concat();
    let only = harness.run(&only).await;
    only.succeeded();
    assert_eq!(only.stdout, "mine\n");
    for (text, said) in [
        ("npx server | sh", "| needs a shell, and Patchbay runs none"),
        ("{\"mcpServers\": ", "This isn't valid JSON"),
        ("", "Nothing was pasted"),
        ("/tmp/w.mcpb", "`patchbay connector add --bundle FILE`"),
    ] {
        let from = words("connector add --from -");
        let refused = harness.run_with(&from, text).await;
        assert_eq!(refused.code, 2, "{refused:?}");
        refused.assert_stderr(said);
    }
}

#[tokio::test]
async fn what_is_pasted_is_reviewed_before_it_is_added() {
    let harness = Programs::new().await;
    let key = "k3y-of-the-text-8391";
    let text = json!({ "mcpServers": {
        "files": {
            "command": "python3",
            "args": [harness.script, "${MANNER}"],
            "env": { "API_KEY": key, "MODE": "fast" },
        },
        "wiki": {
            "url": "https://wiki.example/mcp",
            "headers": { "Authorization": format!("Bearer {key}") },
        },
        "gone": { "command": "npx-is-not-there" },
    } });
    let file = harness.home.path().join("mcp.json");
    std::fs::write(&file, text.to_string()).unwrap();
    let add = ["connector", "add", "--from", file.to_str().unwrap()];

    let dry = [&add[..], &["--dry-run", "--fill", "MANNER=well"]].concat();
    let shown = harness.run(&dry).await;
    shown.succeeded();
    for said in [
        "Transport:  local program (stdio)\n",
        &format!("Command:    python3 {} well\n", harness.script),
        "/python3\n",
        "Variables:  MODE=fast\n",
        "Secrets:    API_KEY\n",
        "Host:       wiki.example\n",
        "Secrets:    Authorization\n",
        "Starts:     not found. Install it",
    ] {
        shown.assert_stdout(said);
    }
    let document = harness.run(&[&dry[..], &["--json"]].concat()).await;
    assert!(document.document()[0]["program"].is_string());
    let open = [&add[..], &["--dry-run"]].concat();
    harness
        .run(&open)
        .await
        .assert_stdout("Asks for:   MANNER\n");

    let question = "Add these 3 servers? [y/N] ";
    let declined = harness.typed(&add, &[(question, "n\n")]).await;
    assert_eq!(declined.code, 1, "{declined:?}");
    assert_eq!(harness.json("connector list").await, json!([]));
    let steps = [(question, "y\n"), ("MANNER: ", "well\n")];
    let added = harness.typed(&add, &steps).await;
    added.succeeded();
    added.assert_stdout("Added gone.");
    for done in [&shown, &document, &declined, &added] {
        assert!(
            !done.stdout.contains(key) && !done.stderr.contains(key),
            "{done:?}"
        );
    }

    // One is shown only, unless others made the text.
    let one = [&add[..], &["--only", "gone", "--name", "one"]].concat();
    let one = harness.typed(&one, &[]).await;
    one.succeeded();
    one.assert_stdout("Command:     npx-is-not-there");
    std::fs::write(
        &file,
        "patchbay://install?url=https://wiki.example/mcp&name=Wiki",
    )
    .unwrap();
    let linked = [&add[..], &["--name", "linked"]].concat();
    let asked = [("Add this server? [y/N] ", "y\n")];
    harness.typed(&linked, &asked).await.succeeded();
    let silent = [&add[..], &["--name", "silent", "--yes"]].concat();
    harness.typed(&silent, &[]).await.succeeded();
    // So is a command that is typed.
    let typed = harness
        .run(&words("connector add typed -- python3 x.py"))
        .await;
    typed.assert_stderr("Command:    python3 x.py\n");
    typed.assert_stderr("/python3\n");
}

#[tokio::test]
async fn a_script_in_the_folder_of_the_command_is_noted() {
    let terminal = Terminal::new().await;
    let here = terminal.home.path();
    std::fs::write(here.join("server.js"), "").unwrap();
    let note = "Note: server.js is a file in this folder";
    for (line, is_noted) in [
        ("connector add one -- node server.js", true),
        ("connector add two --cwd . -- node server.js", false),
        ("connector edit two -- node other.js", false),
        ("connector edit one -- node --inspect server.js", true),
    ] {
        let mut command = terminal.command(&words(line));
        command.current_dir(here);
        let done = terminal.finish(command, "").await;
        done.succeeded();
        assert_eq!(done.stderr.contains(note), is_noted, "{done:?}");
    }
}

#[tokio::test]
async fn servers_of_another_app_are_added_by_its_name() {
    let harness = Programs::new().await;
    let home = harness.home.path();
    std::fs::create_dir_all(home.join(".cursor")).unwrap();
    let settings = json!({"mcpServers": {
        "notes": { "command": "python3", "args": [harness.script, "well"] },
    }});
    std::fs::write(home.join(".cursor/mcp.json"), settings.to_string()).unwrap();
    let run = async |app: &str| {
        let mut command = harness.command(&["connector", "add", "--from-app", app]);
        command.env("HOME", home);
        for other in ["XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME"] {
            command.env_remove(other);
        }
        harness.finish(command, "").await
    };

    let added = run("cursor").await;
    added.succeeded();
    assert_eq!(added.stdout, "notes\n");
    assert_eq!(pids(&harness.pids), [""; 0], "nothing was started");

    let missing = run("zed").await;
    assert_eq!(missing.code, 2, "{missing:?}");
    let said = missing.stderr.to_lowercase();
    assert!(
        said.contains("no mcp servers were found in the settings of zed"),
        "{said}"
    );
    missing.assert_stderr("hint: Use one of these apps: cursor.");
}

/// Runs a command at a terminal of its own and types each text once what is before it was shown; its output follows.
const AT_A_TERMINAL: &str = r#"
import json, os, pty, sys, termios, time
steps, words = json.loads(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    # Python may have been started by a shim that changed it, and another python3 is another program.
    os.environ["PATH"] = os.environ.pop("OWN_PATH")
    os.execvp(words[0], words)
shown, seen = b"", 0
def read():
    global shown
    try:
        more = os.read(terminal, 65536)
    except OSError:
        return False
    shown += more
    return bool(more)
for awaited, typed in steps:
    while True:
        at = shown.find(awaited.encode(), seen)
        if at >= 0:
            break
        if not read():
            sys.exit("ended before: " + awaited + "\n" + shown.decode(errors="replace"))
    seen = at + len(awaited.encode())
    while "password" in awaited and termios.tcgetattr(terminal)[3] & termios.ECHO:
        time.sleep(0.01)
    os.write(terminal, typed.encode())
while read():
    pass
if not termios.tcgetattr(terminal)[3] & termios.ECHO:
    sys.exit("the terminal doesn't show what is typed any more")
sys.stdout.write(shown.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

impl Programs {
    /// What a run shows at a terminal where those texts are typed.
    async fn typed(&self, words: &[&str], steps: &[(&str, &str)]) -> Done {
        let command = self.command(words);
        let steps = serde_json::to_string(steps).unwrap();
        let mut driven = by("python3", &["-c", AT_A_TERMINAL, &steps], &command);
        driven
            .arg(command.as_std().get_program())
            .args(command.as_std().get_args())
            .env("OWN_PATH", std::env::var_os("PATH").unwrap_or_default());
        self.finish(driven, "").await
    }
}

const RUN: [&str; 4] = ["tool", "run", "files", "echo"];

#[tokio::test]
async fn ctrl_c_at_a_prompt_ends_the_command_and_saves_nothing() {
    let harness = Programs::new().await;
    let secret = ["credential", "add", "key", "--kind", "bearer"];
    let question = ["run", "delete", "--all"];
    for (words, prompt) in [(&secret[..], "token: "), (&question[..], "[y/N] ")] {
        let done = harness.typed(words, &[(prompt, "\u{3}")]).await;
        assert_eq!(done.code, 130, "{done:?}");
        done.assert_stdout("error: Cancelled.");
    }
    assert_eq!(harness.json("credential list").await, json!([]));
}

#[tokio::test]
async fn a_secret_that_answers_its_prompt_at_once_is_not_shown() {
    let harness = Programs::new().await;
    let token = format!("{TOKEN}\n");
    for name in ["a", "b", "c", "d", "e"] {
        let add = ["credential", "add", name, "--kind", "bearer"];
        let done = harness.typed(&add, &[("token: ", &*token)]).await;
        done.succeeded();
        assert!(!done.stdout.contains(TOKEN), "{done:?}");
    }
}

#[tokio::test]
async fn without_input_no_command_waits_for_somebody_to_type() {
    let harness = Programs::new().await;
    for line in [
        "connector add --from -",
        "credential add key --kind bearer",
        "tool run files echo -",
        "run delete --all",
    ] {
        let words = [&words(line)[..], &["--no-input"]].concat();
        let done = harness.typed(&words, &[]).await;
        assert_eq!(done.code, 2, "{line}: {done:?}");
    }
}

#[tokio::test]
async fn what_a_text_leaves_open_is_asked_for_at_a_terminal() {
    let harness = Programs::new().await;
    let text = json!({ "mcpServers": { "open": {
        "command": "python3",
        "args": [harness.script, "${MANNER}"],
        "env": { "DB_password": "${DB_password}" },
    } } });
    let file = harness.home.path().join("mcp.json");
    std::fs::write(&file, text.to_string()).unwrap();
    let add = ["connector", "add", "--from", file.to_str().unwrap()];
    let silent = [&add[..], &["--no-input"]].concat();
    let silent = harness.typed(&silent, &[]).await;
    assert_eq!(silent.code, 2, "{silent:?}");
    let token = format!("{TOKEN}\n");
    let steps = [("MANNER: ", "well\n"), ("DB_password: ", &*token)];
    let added = harness.typed(&add, &steps).await;
    assert_eq!(added.code, 0, "{added:?}");
    added.assert_stdout("Added open.");
    assert!(!added.stdout.contains(TOKEN), "{added:?}");
    let shown = harness.does("connector show open").await;
    shown.assert_stdout("well");
}

#[tokio::test]
async fn no_secret_is_asked_for_that_could_not_be_saved() {
    let harness = Programs::at(Terminal::without_vault(|_| {}).await);
    let text = json!({ "mcpServers": { "open": {
        "command": "python3",
        "env": { "DB_PASSWORD": "${DB_PASSWORD}" },
    } } });
    let file = harness.home.path().join("mcp.json");
    std::fs::write(&file, text.to_string()).unwrap();
    let pasted = ["connector", "add", "--from", file.to_str().unwrap()];
    let variable = words("connector add files --env-secret DB_PASSWORD -- python3");
    let token = words("connector add https://wiki.example/mcp --token-from -");
    let credential = words("credential add key --kind bearer");
    for words in [&pasted[..], &variable, &token, &credential] {
        let done = harness.typed(words, &[]).await;
        done.assert_stdout("hint: Start a keychain");
        for prompt in ["PASSWORD: ", "token: "] {
            assert!(!done.stdout.contains(prompt), "{words:?}: {done:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_a_sign_in_reaches_its_question() {
    let harness = Programs::new().await;
    let files = json!({
        "command": "python3", "args": [harness.script, "well"], "env": { "PID_FILE": harness.pids },
    });
    let url = harness.playground.url();
    let servers = json!({ "mcpServers": { "a": { "url": url }, "files": files } });
    let file = harness.home.path().join("mcp.json");
    std::fs::write(&file, servers.to_string()).unwrap();
    let from = file.to_str().unwrap();
    let add = ["connector", "add", "--from", from, "--connect"];
    let reviewed = ("Add these 2 servers? [y/N] ", "y\n");
    let steps = [reviewed, ("Connected a ", ""), ("[y/N] ", "y\n")];
    let done = harness.typed(&add, &steps).await;
    done.succeeded();
    done.assert_stdout("Connected files");
}

#[tokio::test]
async fn what_a_server_asks_is_answered_at_the_terminal() {
    let harness = Programs::new().await;
    harness.connect("asks").await;
    let steps = [
        ("Your name [Ada]: ", "\n"),
        ("Color, number (optional): ", "2\n"),
        ("[c]ancel: ", "y\n"),
    ];
    let done = harness.typed(&RUN, &steps).await;
    done.succeeded();
    let shown = &done.stdout;
    done.assert_stdout("The server \"files\" asks, while echo runs as This computer · files:");
    done.assert_stdout("Who are you?");
    done.assert_stdout(r#""content": {"color": "g", "name": "Ada"}"#);
    let is_clean = !shown.contains("\u{1b}[2J") && !shown.contains('\u{202e}');
    assert!(is_clean, "{shown}");

    // No is not nothing, and the end of input is nothing.
    for (typed, word) in [("d\n", "decline"), ("c\n", "cancel"), ("\u{4}", "cancel")] {
        let steps = [
            ("Your name [Ada]: ", "Grace\n"),
            ("(optional): ", "\n"),
            ("[c]ancel: ", typed),
        ];
        let done = harness.typed(&RUN, &steps).await;
        done.succeeded();
        let told = format!(r#"{{"action": "{word}"}}"#);
        done.assert_stdout(&told);
    }
    let shown = harness.find_run(2).await;
    assert_eq!(shown["questions"][0]["reply"], "declined");
}

#[tokio::test]
async fn a_server_gets_the_text_of_a_person_only_where_that_is_turned_on() {
    let harness = Programs::new().await;
    harness.connect("samples").await;
    let done = harness.typed(&RUN, &[]).await;
    done.succeeded();
    done.assert_stdout("-32601");

    let on = harness.does("connector edit files --sampling on").await;
    on.assert_stdout("texts of a language model");
    let steps = [
        ("A name for a ship?", ""),
        ("> ", "Beagle\n"),
        ("> ", ".\n"),
        ("[c]ancel: ", "y\n"),
    ];
    let done = harness.typed(&RUN, &steps).await;
    done.succeeded();
    done.assert_stdout(r#""text": "Beagle""#);
    assert!(!done.stdout.contains("\u{1b}[2J"), "{done:?}");
    let done = harness.typed(&RUN, &[("> ", ".\n")]).await;
    done.assert_stdout("User rejected");
    // Without somebody at the terminal it is not declared.
    let done = harness.run(&RUN).await;
    done.assert_stdout("-32601");

    let shown = harness.find_run(2).await;
    assert_eq!(shown["questions"][0]["reply"], "answered");
    assert!(!shown["questions"].to_string().contains("Beagle"));

    harness.does("connector edit files --sampling off").await;
    let done = harness.typed(&RUN, &[]).await;
    done.assert_stdout("-32601");
}

#[tokio::test]
async fn a_page_is_opened_after_a_yes_only() {
    let harness = Programs::new().await;
    harness.connect("asks page").await;
    let steps = [
        ("Page: https://127.0.0.1/pay?x=1", ""),
        ("[c]ancel: ", "n\n"),
    ];
    let done = harness.typed(&RUN, &steps).await;
    done.succeeded();
    done.assert_stdout(r#"{"action": "decline"}"#);
    // Nobody answers at that address, so that the browser of the tests fails.
    let steps = [("[c]ancel: ", "y\n"), ("opened it: ", "\n")];
    let done = harness.typed(&RUN, &steps).await;
    done.assert_stdout(r#"{"action": "accept"}"#);
}

#[tokio::test]
async fn what_looks_like_a_secret_is_not_shown_and_not_kept() {
    let harness = Programs::new().await;
    harness.connect("asks secret").await;
    let secret = "typed-secret-3141";
    let typed = format!("{secret}\n");
    let done = harness
        .typed(&RUN, &[("password: ", &typed), ("[c]ancel: ", "y\n")])
        .await;
    done.succeeded();
    done.assert_stdout("must not ask for secrets");
    assert!(!done.stdout.contains(secret), "{done:?}");
    let shown = harness.find_run(0).await;
    assert!(!shown.to_string().contains(secret), "{shown}");
    assert_eq!(shown["questions"][0]["reply"], "answered");
}

#[tokio::test]
async fn a_secret_in_what_a_tool_says_of_its_progress_is_not_shown() {
    let harness = Programs::new().await;
    harness.connect("tells").await;
    let done = harness.typed(&RUN, &[]).await;
    done.succeeded();
    done.assert_stdout("with <redacted>");
    assert!(!done.stdout.contains(TOKEN), "{done:?}");
}

#[tokio::test]
async fn a_run_that_ends_while_a_secret_is_typed_leaves_the_terminal_as_it_was() {
    let harness = Programs::new().await;
    harness.connect("asks secret and leaves").await;
    let done = harness.typed(&RUN, &[("password: ", "half")]).await;
    done.succeeded();
    done.assert_stdout("left");
    let shown = harness.find_run(0).await;
    assert_eq!(shown["questions"][0]["reply"], "cancelled", "{shown}");
}

#[tokio::test]
async fn where_nobody_is_there_servers_are_not_told_that_they_may_ask() {
    let harness = Programs::new().await;
    harness.connect("asks").await;
    for more in [&["--json"][..], &["--no-input"], &[]] {
        let done = harness.run(&[&RUN, more].concat()).await;
        done.succeeded();
        done.assert_stdout("-32601");
    }
    let done = harness
        .typed(&[&RUN[..], &["--no-input"]].concat(), &[])
        .await;
    done.assert_stdout("-32601");
}

#[tokio::test]
async fn a_hint_names_the_connector_that_was_given_though_another_is_called_by_its_title() {
    let terminal = Terminal::new().await;
    terminal.does("connector add notes -- notes-server").await;
    let same_title = "connector add notes-2 --title notes";
    let add = format!("{same_title} --env NODE_OPTIONS=--inspect -- node server.js");
    terminal.does(&add).await;
    let refused = terminal.fails("exec notes-2 -- env", 1).await;
    refused.assert_stderr("`patchbay connector edit notes-2 --allow`");
    terminal.does("connector edit notes-2 --off").await;
    let url = "http://127.0.0.1:9/mcp --name notes-3 --title notes --auth oauth";
    terminal.does(&format!("connector add {url}")).await;
    terminal.does("connector edit notes-3 --off").await;
    for (line, name) in [
        ("connector check notes-2", "notes-2"),
        ("doctor notes-2", "notes-2"),
        ("connector connect notes-3", "notes-3"),
    ] {
        let off = terminal.fails(line, 1).await;
        off.assert_stderr(&format!("`patchbay connector edit {name} --on`"));
    }
    let doctor = terminal.fails("doctor notes-2", 1).await;
    doctor.assert_stdout("ok  vault ");
}

#[tokio::test]
async fn an_edit_that_fails_changes_nothing() {
    let harness = Programs::new().await;
    harness.add("well", &[]).await.succeeded();
    let web = "connector add http://127.0.0.1:9/mcp --name web --auth none";
    harness.does(web).await;
    for (name, options, told) in [
        ("files", "--name x2 --env-secret K=env://NOPE", "env://NOPE"),
        (
            "files",
            "--name x2 --client-certificate /nope",
            "is a program and has no address",
        ),
        (
            "web",
            "--url https://other.example/ --client-certificate /nope",
            "/nope",
        ),
        (
            "web",
            "--name x2 --env-secret K=env://PATH",
            "has an address, not a program",
        ),
    ] {
        let show = format!("connector show {name}");
        let before = harness.json(&show).await;
        let edit = format!("connector edit {name} {options}");
        let failed = harness.run(&words(&edit)).await;
        assert_ne!(failed.code, 0, "{edit}");
        failed.assert_stderr(told);
        assert_eq!(harness.json(&show).await, before, "{edit}");
    }
}

#[tokio::test]
async fn a_prompt_that_a_program_lacks_leads_to_those_it_has() {
    let harness = Programs::new().await;
    harness.add("prompts", &["--allow"]).await.succeeded();
    let refused = harness.fails("connector prompt files none", 5).await;
    refused.assert_stderr("run `patchbay connector prompts files`");
}

#[tokio::test]
async fn what_needs_an_address_is_refused_for_a_program() {
    let terminal = Terminal::new().await;
    terminal.does("connector add every -- sh").await;
    let plain = terminal
        .fails("connector edit every --allow-plain-http", 2)
        .await;
    plain.assert_stderr("Connector every is a program and has no address.");
    let copy = terminal.fails("connector copy every --to local", 2).await;
    copy.assert_stderr("Connector every can't be copied to This computer: no address to copy.");
    copy.assert_stderr("hint: Choose a connector with an address.");
}
