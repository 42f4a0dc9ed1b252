//! Connectors whose servers are programs of this computer.

use std::path::Path;
use std::time::{Duration, Instant};

use super::terminal::{Done, TOKEN, Terminal};

mod doctor;
mod roots;
mod sessions;

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

async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

struct Programs {
    terminal: Terminal,
    script: String,
    pids: std::path::PathBuf,
}

impl Programs {
    async fn new() -> Self {
        let terminal = Terminal::new().await;
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
        self.terminal
            .run_with(&[&first, more, &command].concat(), &format!("{TOKEN}\n"))
            .await
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
    assert!(
        added
            .stderr
            .contains("Next: patchbay connector connect files"),
        "{added:?}"
    );

    // Nobody is there to be asked.
    let refused = harness
        .terminal
        .run(&["connector", "connect", "files", "--json"])
        .await;
    let problem = refused.failure();
    assert!(
        problem.to_string().contains("program.not_allowed"),
        "{problem}"
    );
    assert_eq!(pids(&harness.pids), [""; 0], "nothing was started");

    harness
        .terminal
        .run(&["connector", "remove", "files"])
        .await
        .succeeded();
    let options = ["--env-secret", "API_KEY", "--allow", "--connect"];
    let added = harness.add("well", &options).await;
    added.succeeded();
    assert!(added.stderr.contains("Connected files"), "{added:?}");
    assert!(harness.nothing_lives());

    // Allowed is allowed, for exactly these words.
    let run = ["tool", "run", "files", "echo", "text=hello", "--json"];
    let run = harness.terminal.run(&run).await;
    run.succeeded();
    assert!(run.stdout.contains("hello"), "{run:?}");
    let check = harness
        .terminal
        .run(&["connector", "check", "files", "--json"])
        .await;
    check.succeeded();
    let check = check.document();
    let steps: Vec<_> = check["steps"].as_array().unwrap().iter().collect();
    let names: Vec<_> = steps
        .iter()
        .map(|step| step["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["found", "started", "spoke", "negotiation", "tools"]);
    assert!(
        steps.iter().all(|step| step["state"] == "passed"),
        "{check}"
    );
    let shown = harness.terminal.run(&["connector", "show", "files"]).await;
    assert!(
        shown
            .stdout
            .contains(&format!("python3 {} well", harness.script)),
        "{shown:?}"
    );
    assert!(!shown.stdout.contains(TOKEN));

    // The secret is a credential of its own kind; another value of the same variable is allowed as well.
    let wallet = harness
        .terminal
        .run(&["credential", "list", "--json"])
        .await;
    let entry = &wallet.document()[1];
    assert_eq!(entry["kind"], "variables", "{entry}");
    assert_eq!(entry["headerNames"], serde_json::json!(["API_KEY"]));
    let name = entry["name"].as_str().unwrap();
    let replace = ["credential", "replace", name, "--env-secret", "API_KEY"];
    let other = harness.terminal.run_with(&replace, "other-token\n").await;
    other.succeeded();
    let run = ["tool", "run", "files", "echo", "text=again", "--json"];
    harness.terminal.run(&run).await.succeeded();
    assert!(harness.nothing_lives());
}

#[tokio::test]
async fn another_command_is_allowed_anew() {
    let harness = Programs::new().await;
    let options = ["--env-secret", "API_KEY", "--allow", "--connect"];
    let failed = harness.add("ends", &options).await;
    assert_eq!(failed.code, 1, "{failed:?}");

    let edit = ["connector", "edit", "files"];
    let words = [
        "--env",
        "GREETING=hello",
        "--",
        "python3",
        &harness.script,
        "well",
    ];
    let edited = harness.terminal.run(&[&edit[..], &words].concat()).await;
    edited.succeeded();
    let command = format!("python3 {} well", harness.script);
    assert!(edited.stdout.contains(&command), "{edited:?}");
    assert!(edited.stdout.contains("GREETING=hello"), "{edited:?}");
    assert!(
        edited.stdout.contains("PID_FILE="),
        "what was not named stays"
    );
    let refused = harness
        .terminal
        .run(&["connector", "connect", "files", "--json"])
        .await;
    let problem = refused.failure().to_string();
    assert!(problem.contains("program.not_allowed"), "{problem}");
    harness
        .terminal
        .run(&[&edit[..], &["--allow"]].concat())
        .await
        .succeeded();
    let connected = harness
        .terminal
        .run(&["connector", "connect", "files"])
        .await;
    connected.succeeded();

    let removed = harness
        .terminal
        .run(&[&edit[..], &["--remove-env", "GREETING"]].concat())
        .await;
    removed.succeeded();
    assert!(!removed.stdout.contains("GREETING"), "{removed:?}");
    let again = harness
        .terminal
        .run(&[&edit[..], &["--remove-env", "GREETING"]].concat())
        .await;
    assert_eq!(again.code, 2, "{again:?}");
    let secret = harness
        .terminal
        .run(&[&edit[..], &["--env", "API_KEY=open"]].concat())
        .await;
    assert!(
        secret.stderr.contains("API_KEY is given twice"),
        "{secret:?}"
    );
}

#[tokio::test]
async fn what_a_program_has_logged_is_shown_from_a_level_on() {
    let harness = Programs::new().await;
    let options = ["--env-secret", "API_KEY", "--allow", "--connect"];
    harness.add("logs", &options).await.succeeded();
    let run = harness
        .terminal
        .run(&["tool", "run", "files", "echo", "--yes"])
        .await;
    run.succeeded();
    let log = async |level: &str| {
        let shown = ["connector", "log", "files", "--level", level, "--json"];
        harness.terminal.run(&shown).await.document()
    };
    let shown = log("notice").await;
    assert_eq!(shown.as_array().map(Vec::len), Some(3), "{shown}");
    // From which level on it is to log it may hear after it was called.
    let last = shown[2]["text"].as_str().unwrap();
    let is_whole = last.starts_with("[notice] files: 2 from ") && last.ends_with(" on <redacted>");
    assert!(is_whole, "{shown}");
    assert_eq!(log("warning").await, serde_json::json!([]));
    let loud = ["connector", "log", "files", "--level", "loud"];
    assert_eq!(harness.terminal.run(&loud).await.code, 2);
}

#[tokio::test]
async fn a_program_that_fails_says_what_it_wrote_without_the_secret() {
    let harness = Programs::new().await;
    let options = ["--env-secret", "API_KEY", "--allow", "--connect"];
    let failed = harness.add("ends", &options).await;
    assert_eq!(failed.code, 1, "{failed:?}");
    assert!(failed.stderr.contains("ended (exit code 3)"), "{failed:?}");
    assert!(
        failed.stderr.contains("no YES option for <redacted>"),
        "{failed:?}"
    );
    assert!(!failed.stderr.contains(TOKEN));
    let log = harness.terminal.run(&["connector", "log", "files"]).await;
    log.succeeded();
    assert!(log.stdout.contains("Patchbay starts "), "{log:?}");
    assert!(
        log.stdout.contains("no YES option for <redacted>"),
        "{log:?}"
    );
    let last = ["connector", "log", "files", "--lines", "1", "--json"];
    let last = harness.terminal.run(&last).await.document();
    assert_eq!(last.as_array().map(Vec::len), Some(1), "{last}");
    let missing = [
        "connector",
        "add",
        "gone",
        "--allow",
        "--",
        "npx-is-not-there",
    ];
    let missing = harness.terminal.run(&missing).await;
    assert!(
        missing.stderr.contains("npx-is-not-there isn't in PATH"),
        "{missing:?}"
    );
}

#[tokio::test]
async fn killing_patchbay_leaves_nothing_that_it_had_started() {
    let harness = Programs::new().await;
    harness.add("deaf", &["--allow"]).await.succeeded();
    harness
        .terminal
        .run(&["connector", "connect", "files"])
        .await
        .succeeded();
    assert!(harness.nothing_lives(), "a deaf one is ended too");
    std::fs::remove_file(&harness.pids).unwrap();

    let run = ["tool", "run", "files", "echo", "--yes"];
    let mut patchbay = harness.terminal.command(&run).spawn().unwrap();
    let called = || pids(&harness.pids).iter().any(|line| line == "called");
    wait_until("the tool was not called", called).await;
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
    harness.add("deaf", &["--allow"]).await.succeeded();
    harness
        .terminal
        .run(&["connector", "connect", "files"])
        .await
        .succeeded();
    std::fs::remove_file(&harness.pids).unwrap();
    let run = ["tool", "run", "files", "echo", "--yes"];
    let mut patchbay = harness.terminal.command(&run).spawn().unwrap();
    let called = || pids(&harness.pids).iter().any(|line| line == "called");
    wait_until("the tool was not called", called).await;
    // What another one started is not touched while it is there.
    let list = ["connector", "list"];
    harness.terminal.run(&list).await.succeeded();
    assert!(!harness.nothing_lives());

    // The watcher first, or it would see the end of the other.
    let id = patchbay.id().unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &watcher_of(id), &id.to_string()])
        .status();
    assert!(killed.unwrap().success());
    patchbay.wait().await.unwrap();
    assert!(!harness.nothing_lives(), "a deaf one is left");
    harness.terminal.run(&list).await.succeeded();
    wait_until("something was left", || harness.nothing_lives()).await;
    let running = harness
        .terminal
        .home
        .path()
        .join("patchbay/data/servers/running");
    assert_eq!(std::fs::read_dir(running).unwrap().count(), 0);
}

#[tokio::test]
async fn servers_that_a_text_names_are_added_filled_in_and_run() {
    let harness = Programs::new().await;
    let text = serde_json::json!({
        "inputs": [{ "type": "promptString", "id": "key", "password": true }],
        "servers": {
            "files": {
                "command": "python3",
                "args": [harness.script, "${input:manner}"],
                "env": { "PID_FILE": harness.pids, "API_KEY": "${input:key}" },
                "disabled": true,
            },
            "notes": { "command": "python3", "args": [harness.script, "well"] },
            "odd": { "url": "unix:///tmp/x" },
        },
    });
    let file = harness.terminal.home.path().join("mcp.json");
    std::fs::write(&file, format!("// from another app\n{text:#},")).unwrap();
    let from = ["connector", "add", "--from", file.to_str().unwrap()];

    // Nothing is added before all of it is there.
    let open = harness.terminal.run(&from).await;
    assert_eq!(open.code, 2, "{open:?}");
    assert!(
        open.stderr
            .contains("Enter a value for manner, which files needs"),
        "{open:?}"
    );
    assert!(
        open.stderr.contains("hint: Pass --fill manner=TEXT."),
        "{open:?}"
    );
    let none = harness.terminal.run(&["connector", "list", "--json"]).await;
    assert_eq!(none.document(), serde_json::json!([]));

    let filled = [
        "--fill",
        "manner=well",
        "--fill-secret",
        "key",
        "--allow",
        "--json",
    ];
    let added = [&from[..], &filled].concat();
    let added = harness
        .terminal
        .run_with(&added, &format!("{TOKEN}\n"))
        .await;
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
        "Note: Not taken over: disabled.",
        "Added files.",
        "Added notes.",
    ] {
        assert!(added.stderr.contains(said), "{said}: {added:?}");
    }
    assert!(!added.stdout.contains(TOKEN) && !added.stderr.contains(TOKEN));
    assert_eq!(pids(&harness.pids), [""; 0], "nothing was started");
    let run = ["tool", "run", "files", "echo", "text=hello", "--json"];
    let run = harness.terminal.run(&run).await;
    run.succeeded();
    assert!(run.stdout.contains("hello"), "{run:?}");
    assert!(harness.nothing_lives());

    // A command line from a pipe, one server of several, and what no text can be.
    let line = format!("$ MODE='a b' python3 {} well\n", harness.script);
    let piped = ["connector", "add", "--from", "-", "--name", "piped"];
    let piped = harness.terminal.run_with(&piped, &line).await;
    piped.succeeded();
    assert_eq!(piped.stdout, "piped\n");
    let only = [&from[..], &["--only", "notes", "--title", "Mine"]].concat();
    let only = harness.terminal.run(&only).await;
    only.succeeded();
    assert_eq!(only.stdout, "mine\n");
    for (text, said) in [
        ("npx server | sh", "| needs a shell, and Patchbay runs none"),
        ("{\"mcpServers\": ", "This isn't valid JSON"),
        ("", "Nothing was pasted"),
    ] {
        let refused = harness
            .terminal
            .run_with(&["connector", "add", "--from", "-"], text)
            .await;
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains(said), "{said}: {refused:?}");
    }
}

#[tokio::test]
async fn servers_of_another_app_are_added_by_its_name() {
    let harness = Programs::new().await;
    let home = harness.terminal.home.path();
    std::fs::create_dir_all(home.join(".cursor")).unwrap();
    let settings = serde_json::json!({"mcpServers": {
        "notes": { "command": "python3", "args": [harness.script, "well"] },
    }});
    std::fs::write(home.join(".cursor/mcp.json"), settings.to_string()).unwrap();
    let run = async |app: &str| {
        let mut command = harness
            .terminal
            .command(&["connector", "add", "--from-app", app]);
        command.env("HOME", home).env_remove("XDG_CONFIG_HOME");
        harness.terminal.finish(command, "").await
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
    assert!(
        missing
            .stderr
            .contains("hint: Use one of these apps: cursor."),
        "{missing:?}"
    );
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
sys.stdout.write(shown.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

impl Programs {
    /// What a run shows at a terminal where those texts are typed.
    async fn typed(&self, words: &[&str], steps: &[(&str, &str)]) -> Done {
        let command = self.terminal.command(words);
        let command = command.as_std();
        let mut driven = tokio::process::Command::new("python3");
        driven
            .args(["-c", AT_A_TERMINAL])
            .arg(serde_json::to_string(steps).unwrap())
            .arg(command.get_program())
            .args(command.get_args())
            .env("OWN_PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .kill_on_drop(true);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => driven.env(name, value),
                None => driven.env_remove(name),
            };
        }
        self.terminal.finish(driven, "").await
    }

    /// Adds a server that asks, allowed and connected.
    async fn asking(&self, manner: &str) {
        let options = ["--env-secret", "API_KEY", "--allow", "--connect"];
        self.add(manner, &options).await.succeeded();
    }
}

const RUN: [&str; 4] = ["tool", "run", "files", "echo"];

#[tokio::test]
async fn what_a_server_asks_is_answered_at_the_terminal() {
    let harness = Programs::new().await;
    harness.asking("asks").await;
    let steps = [
        ("Your name [Ada]: ", "\n"),
        ("Color, number (optional): ", "2\n"),
        ("[c]ancel: ", "y\n"),
    ];
    let done = harness.typed(&RUN, &steps).await;
    done.succeeded();
    let shown = &done.stdout;
    assert!(
        shown.contains("files asks, while echo runs as This computer · files:"),
        "{shown}"
    );
    assert!(shown.contains("Who are you?"), "{shown}");
    assert!(
        !shown.contains("\u{1b}[2J") && !shown.contains('\u{202e}'),
        "{shown}"
    );
    assert!(
        shown.contains(r#""content": {"color": "g", "name": "Ada"}"#),
        "{shown}"
    );

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
        assert!(done.stdout.contains(&told), "{done:?}");
    }
    let runs = harness.terminal.run(&["run", "list", "--json"]).await;
    runs.succeeded();
    let id = runs.document()["runs"][2]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = harness.terminal.run(&["run", "show", &id, "--json"]).await;
    assert_eq!(shown.document()["questions"][0]["reply"], "declined");
}

#[tokio::test]
async fn a_server_gets_the_text_of_a_person_only_where_that_is_turned_on() {
    let harness = Programs::new().await;
    harness.asking("samples").await;
    let done = harness.typed(&RUN, &[]).await;
    done.succeeded();
    assert!(done.stdout.contains("-32601"), "{done:?}");

    let edit = ["connector", "edit", "files", "--sampling"];
    let on = harness.terminal.run(&[&edit[..], &["on"]].concat()).await;
    on.succeeded();
    assert!(on.stdout.contains("texts of a language model"), "{on:?}");
    let steps = [
        ("A name for a ship?", ""),
        ("> ", "Beagle\n"),
        ("> ", ".\n"),
        ("[c]ancel: ", "y\n"),
    ];
    let done = harness.typed(&RUN, &steps).await;
    done.succeeded();
    assert!(done.stdout.contains(r#""text": "Beagle""#), "{done:?}");
    assert!(!done.stdout.contains("\u{1b}[2J"), "{done:?}");
    let done = harness.typed(&RUN, &[("> ", ".\n")]).await;
    assert!(done.stdout.contains("User rejected"), "{done:?}");
    // Without somebody at the terminal it is not declared.
    let done = harness.terminal.run(&RUN).await;
    assert!(done.stdout.contains("-32601"), "{done:?}");

    let runs = harness.terminal.run(&["run", "list", "--json"]).await;
    let id = runs.document()["runs"][2]["id"].clone();
    let shown = ["run", "show", id.as_str().unwrap(), "--json"];
    let shown = harness.terminal.run(&shown).await.document();
    assert_eq!(shown["questions"][0]["reply"], "answered");
    assert!(!shown["questions"].to_string().contains("Beagle"));

    let off = [&edit[..], &["off"]].concat();
    harness.terminal.run(&off).await.succeeded();
    let done = harness.typed(&RUN, &[]).await;
    assert!(done.stdout.contains("-32601"), "{done:?}");
}

#[tokio::test]
async fn a_page_is_opened_after_a_yes_only() {
    let harness = Programs::new().await;
    harness.asking("asks page").await;
    let done = harness
        .typed(
            &RUN,
            &[
                ("Page: https://127.0.0.1/pay?x=1", ""),
                ("[c]ancel: ", "n\n"),
            ],
        )
        .await;
    done.succeeded();
    assert!(done.stdout.contains(r#"{"action": "decline"}"#), "{done:?}");
    // Nobody answers at that address, so that the browser of the tests fails.
    let steps = [("[c]ancel: ", "y\n"), ("opened it: ", "\n")];
    let done = harness.typed(&RUN, &steps).await;
    assert!(done.stdout.contains(r#"{"action": "accept"}"#), "{done:?}");
}

#[tokio::test]
async fn what_looks_like_a_secret_is_not_shown_and_not_kept() {
    let harness = Programs::new().await;
    harness.asking("asks secret").await;
    let secret = "typed-secret-3141";
    let typed = format!("{secret}\n");
    let done = harness
        .typed(&RUN, &[("password: ", &typed), ("[c]ancel: ", "y\n")])
        .await;
    done.succeeded();
    assert!(done.stdout.contains("must not ask for secrets"), "{done:?}");
    assert!(!done.stdout.contains(secret), "{done:?}");
    let runs = harness.terminal.run(&["run", "list", "--json"]).await;
    let id = runs.document()["runs"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = harness.terminal.run(&["run", "show", &id, "--json"]).await;
    assert!(!shown.stdout.contains(secret), "{shown:?}");
    assert_eq!(shown.document()["questions"][0]["reply"], "answered");
}

#[tokio::test]
async fn where_nobody_is_there_servers_are_not_told_that_they_may_ask() {
    let harness = Programs::new().await;
    harness.asking("asks").await;
    for more in [&["--json"][..], &["--no-input"], &[]] {
        let done = harness.terminal.run(&[&RUN, more].concat()).await;
        done.succeeded();
        assert!(done.stdout.contains("-32601"), "{done:?}");
    }
    let done = harness
        .typed(&[&RUN[..], &["--no-input"]].concat(), &[])
        .await;
    assert!(done.stdout.contains("-32601"), "{done:?}");
}
