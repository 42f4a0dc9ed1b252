//! Secrets come in by safe ways, and come out nowhere.

use std::path::Path;

use patchbay_playground::{
    CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, Consent, LoopbackPort, Options, Playground,
};

#[cfg(target_os = "linux")]
use super::terminal::by;
use super::terminal::{TOKEN, Terminal, steady};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_standard_input_is_sent_and_never_shown() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = [
        "connector",
        "add",
        url.as_str(),
        "--name",
        "play",
        "--token-from",
        "-",
    ];
    let mut command = terminal.command(&[&add[..], &["--connect"]].concat());
    command.env("PATCHBAY_LOG", "trace");
    let added = terminal.finish(command, &format!("{TOKEN}\n")).await;
    added.succeeded();
    assert!(added.stderr.contains(" INFO "), "the log is on");
    let mut command = terminal.command(&["tool", "run", "play", "echo", "message=hi", "--json"]);
    command.env("PATCHBAY_LOG", "trace");
    let run = terminal.finish(command, "").await;
    run.succeeded();
    let bearer = format!("Bearer {TOKEN}");
    let sent = terminal
        .playground
        .count(|request| request.header("authorization") == Some(&bearer));
    assert!(sent > 0);
    for text in [&added.stdout, &added.stderr, &run.stdout, &run.stderr] {
        assert!(!text.contains(TOKEN));
    }
    assert_eq!(files_with(terminal.home.path(), TOKEN.as_bytes()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_is_sent_and_never_shown() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let header = ["--header", patchbay_playground::BEARER_HEADER];
    let add = ["connector", "add", url.as_str(), "--name", "play"];
    let added = terminal
        .run_with(&[&add[..], &header].concat(), &format!("{TOKEN}\n"))
        .await;
    added.succeeded();
    terminal
        .run(&["connector", "connect", "play"])
        .await
        .succeeded();
    let listed = terminal.run(&["credential", "list", "--json"]).await;
    assert_eq!(listed.document()[0]["kind"], "headers");
    assert!(!listed.stdout.contains(TOKEN));
    assert_eq!(files_with(terminal.home.path(), TOKEN.as_bytes()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_resolved_at_each_use() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = [
        "connector",
        "add",
        url.as_str(),
        "--name",
        "play",
        "--connect",
    ];
    let from = ["--token-from", "env://PLAY_TOKEN"];
    let mut command = terminal.command(&[&add[..], &from].concat());
    command.env("PLAY_TOKEN", TOKEN);
    terminal.finish(command, "").await.succeeded();
    let unset = terminal
        .run(&["tool", "run", "play", "echo", "message=x", "--json"])
        .await;
    assert_eq!(unset.failure()["code"], "vault.reference");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_on_the_command_line_is_refused_unrepeated() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = ["connector", "add", url.as_str()];
    let mut said = Vec::new();
    for option in [
        ["--token-from", TOKEN],
        ["--header", &format!("X-Key: {TOKEN}")],
        ["--header", &format!("X-Key={TOKEN}")],
    ] {
        let refused = terminal.run(&[&add[..], &option].concat()).await;
        assert_eq!(refused.code, 2);
        assert!(!refused.shown().contains(TOKEN));
        said.push(refused.shown());
    }
    steady().bind(|| insta::assert_snapshot!(said.join("\n")));
    let connectors = terminal.run(&["connector", "list", "--json"]).await;
    assert_eq!(connectors.document(), serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_argument_that_is_marked_secret_is_not_kept() {
    let terminal = Terminal::new().await;
    terminal.connected().await;
    let login = [
        "tool",
        "run",
        "play",
        "check_login",
        "--args",
        "-",
        "--json",
    ];
    let input = r#"{"user": "lena", "password": "hunter2-hunter2"}"#;
    let run = terminal.run_with(&login, input).await;
    run.succeeded();
    assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
    assert_eq!(files_with(terminal.home.path(), b"hunter2-hunter2"), 0);
    let id = run.document()["id"].as_str().unwrap().to_owned();
    assert_eq!(terminal.run(&["run", "again", &id]).await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_keeps_replaces_and_guards() {
    let terminal = Terminal::new().await;
    let save = ["credential", "add", "Key", "--kind", "bearer"];
    terminal.run_with(&save, "wrong\n").await.succeeded();
    let url = terminal.playground.bearer_url();
    terminal
        .add(url.as_str(), &["--token-from", "wallet:Key"])
        .await;
    let refused = terminal.run(&["connector", "connect", "play"]).await;
    assert_eq!(refused.code, 3, "{}", refused.shown());
    assert!(refused.stderr.contains("`patchbay credential replace Key`"));
    let replaced = terminal
        .run_with(&["credential", "replace", "Key"], TOKEN)
        .await;
    replaced.succeeded();
    terminal
        .run(&["connector", "connect", "play"])
        .await
        .succeeded();
    terminal
        .run(&["credential", "rename", "Key", "Badge"])
        .await
        .succeeded();
    let in_use = terminal.run(&["credential", "remove", "Badge"]).await;
    assert_eq!(in_use.code, 2);
    terminal
        .run(&["credential", "remove", "Badge", "--yes"])
        .await
        .succeeded();
    let after = terminal
        .run(&["tool", "run", "play", "echo", "message=x"])
        .await;
    assert_eq!(after.code, 3, "{}", after.shown());
    assert!(
        after
            .stderr
            .contains("`patchbay connector edit play --token-from -`")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_says_how_it_is_unlocked() {
    let terminal = Terminal::new().await;
    terminal.connected().await;
    let echo = ["tool", "run", "play", "echo", "message=x"];
    let mut said = Vec::new();
    for passphrase in [
        None,
        Some("four words of test"),
        Some("env://NOT_SET"),
        Some("env://CURL_HOME"),
    ] {
        let mut command = terminal.command(&echo);
        match passphrase {
            Some(passphrase) => command.env("PATCHBAY_PASSPHRASE", passphrase),
            None => command.env_remove("PATCHBAY_PASSPHRASE"),
        };
        let done = terminal.finish(command, "").await;
        assert!(!done.shown().contains("four words"));
        said.push(done.shown());
    }
    steady().bind(|| insta::assert_snapshot!(said.join("\n\n")));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_nothing_is_asked_of_the_browser() {
    let terminal = Terminal::without_vault(|_| {}).await;
    let url = terminal.playground.url();
    let add = ["connector", "add", url.as_str(), "--connect", "--json"];
    let refused = terminal.run(&add).await;
    assert_eq!(refused.code, 1);
    let failure = refused.failure();
    assert_eq!(failure["code"], "vault.no_keychain");
    let hint = failure["hint"].as_str().unwrap();
    assert!(hint.contains("`patchbay vault passphrase`"), "{hint}");
    assert_eq!(terminal.playground.registrations(), 0);
    let status = terminal.run(&["vault", "status", "--json"]).await;
    assert_eq!(status.document()["state"], "empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_of_ones_own_signs_in_with_its_secret() {
    let terminal = Terminal::with(|switches| {
        switches.consent = Consent::AllowAtOnce;
        switches.registration = false;
        switches.loopback_port = LoopbackPort::Free;
    });
    let terminal = terminal.await;
    let url = terminal.playground.url();
    let app = [
        "--client-id",
        CONFIDENTIAL_CLIENT_ID,
        "--client-secret-from",
        "-",
    ];
    let add = [
        "connector",
        "add",
        url.as_str(),
        "--name",
        "play",
        "--connect",
    ];
    let input = format!("{CONFIDENTIAL_CLIENT_SECRET}\n");
    let added = terminal.run_with(&[&add[..], &app].concat(), &input).await;
    added.succeeded();
    let secret = CONFIDENTIAL_CLIENT_SECRET.as_bytes();
    assert_eq!(files_with(terminal.home.path(), secret), 0);
}

/// How many files under a folder hold these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> usize {
    let entries = std::fs::read_dir(folder).unwrap();
    let found = entries.map(|entry| entry.unwrap().path()).map(|path| {
        if path.is_dir() {
            return files_with(&path, bytes);
        }
        let content = std::fs::read(&path).unwrap();
        usize::from(content.windows(bytes.len()).any(|part| part == bytes))
    });
    found.sum()
}

/// A program that hands out the Playground's token, and notes each of its runs.
#[cfg(unix)]
fn program(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(folder).unwrap();
    let file = folder.join("hand-out");
    let script = format!("#!/bin/sh\necho run >> \"$0.runs\"\necho {TOKEN}\n");
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_program_runs_only_where_it_was_allowed_by_name() {
    let terminal = Terminal::new().await;
    let folder = terminal.home.path().join("bin");
    let file = program(&folder);
    let runs = || std::fs::read_to_string(format!("{file}.runs")).unwrap_or_default();
    let reference = format!("cmd://{file} one");
    let other = format!("cmd://{file} two");
    let add = |name| ["credential", "add", name, "--kind", "bearer", "--from"];

    for more in [
        &[][..],
        &["--yes"],
        &["--no-input"],
        &["--yes", "--allow-program", &other],
    ] {
        let words = [&add("Key")[..], &[&reference, "--json"], more].concat();
        let refused = terminal.run(&words).await;
        assert_eq!(
            refused.failure()["code"],
            "reference.not_allowed",
            "{more:?}"
        );
        let hint = refused.failure()["hint"].as_str().unwrap().to_owned();
        assert!(
            hint.contains(&format!("--allow-program '{reference}'")),
            "{hint}"
        );
    }
    assert_eq!(runs(), "");

    let allow = ["--allow-program", &reference];
    let words = [&add("Key")[..], &[&reference], &allow].concat();
    terminal.run(&words).await.succeeded();
    assert_eq!(runs().lines().count(), 1);
    // It is remembered, for exactly these arguments.
    let words = [&add("Again")[..], &[&reference]].concat();
    terminal.run(&words).await.succeeded();
    let words = [&add("Other")[..], &[&other]].concat();
    assert_eq!(terminal.run(&words).await.code, 1);
    assert_eq!(runs().lines().count(), 2);

    let listed = terminal
        .run(&["credential", "programs", "list", "--json"])
        .await;
    let listed = listed.document();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["program"]["file"], *file);
    assert_eq!(
        listed[0]["program"]["arguments"],
        serde_json::json!(["one"])
    );
    let id = listed[0]["id"].as_str().unwrap();
    let forget = ["credential", "programs", "forget", id];
    terminal.run(&forget).await.succeeded();
    assert_eq!(terminal.run(&forget).await.code, 6);
    let words = [&add("Third")[..], &[&reference]].concat();
    assert_eq!(terminal.run(&words).await.code, 1);
    assert_eq!(runs().lines().count(), 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn another_file_of_the_same_name_is_another_program() {
    let terminal = Terminal::new().await;
    let [first, second] = ["first", "second"].map(|name| terminal.home.path().join(name));
    let [_, shadow] = [program(&first), program(&second)];
    let add = async |name: &str, path: String, allow: &[&str]| {
        let add = [
            "credential",
            "add",
            name,
            "--kind",
            "bearer",
            "--from",
            "cmd://hand-out",
        ];
        let mut command = terminal.command(&[&add[..], allow].concat());
        command.env("PATH", path);
        terminal.finish(command, "").await
    };
    let path = std::env::var("PATH").unwrap();
    let before = format!("{}:{path}", first.display());
    add(
        "One",
        before.clone(),
        &["--allow-program", "cmd://hand-out"],
    )
    .await
    .succeeded();
    add("Two", before.clone(), &[]).await.succeeded();
    let shadowed = format!("{}:{before}", second.display());
    assert_eq!(add("Three", shadowed, &[]).await.code, 1);
    assert!(!Path::new(&format!("{shadow}.runs")).exists());
}

/// At a terminal a person is asked, and sees file and arguments.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_at_a_terminal_is_asked_before_a_program_runs() {
    let terminal = Terminal::new().await;
    let file = program(&terminal.home.path().join("bin"));
    let runs = || std::fs::read_to_string(format!("{file}.runs")).unwrap_or_default();
    let add = async |name: &str, answer: &str| {
        let words = [
            "credential",
            "add",
            name,
            "--kind",
            "bearer",
            "--yes",
            "--from",
        ];
        let command = terminal.command(&words);
        let plain = command.as_std();
        let mut line = vec![plain.get_program().to_str().unwrap().to_owned()];
        line.extend(
            plain
                .get_args()
                .map(|word| word.to_str().unwrap().to_owned()),
        );
        line.push(format!("'cmd://{file} one'"));
        let script = by("script", &["-qec", &line.join(" "), "/dev/null"], &command);
        terminal.finish(script, answer).await
    };
    let no = add("Key", "n\n").await;
    assert_eq!(no.code, 1, "{}", no.shown());
    for shown in [file.as_str(), "arguments one", "[y/N]"] {
        assert!(no.stdout.contains(shown), "{shown}: {}", no.stdout);
    }
    assert_eq!(runs(), "");
    add("Key", "y\n").await.succeeded();
    assert_eq!(runs().lines().count(), 1);
}

/// What is piped is the secret itself.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn piped_text_that_looks_like_a_reference_is_sent_as_it_is() {
    let terminal = Terminal::new().await;
    let marker = terminal.home.path().join("was-run");
    let lookalike = format!("cmd://touch {}", marker.display());
    let url = terminal.playground.open_url();
    let add = [
        "connector",
        "add",
        url.as_str(),
        "--name",
        "play",
        "--header",
        "X-Key",
        "--connect",
    ];
    terminal.run_with(&add, &lookalike).await.succeeded();
    let sent =
        |request: &patchbay_playground::LoggedRequest| request.header("x-key") == Some(&lookalike);
    assert!(terminal.playground.count(sent) > 0);
    let object = serde_json::json!({ "api_key": lookalike }).to_string();
    for (words, input) in [
        (
            &["credential", "add", "Token", "--kind", "bearer"][..],
            &lookalike,
        ),
        (
            &[
                "account",
                "add",
                "mistral",
                "--from",
                "-",
                "--base-url",
                "http://127.0.0.1:9",
            ],
            &object,
        ),
    ] {
        terminal.run_with(words, input).await;
    }
    assert!(!marker.exists(), "it was run");
}

/// A server of this computer is asked without encryption, which a proxy of the network would read.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_this_computer_goes_through_no_proxy() {
    let terminal = Terminal::new().await;
    let proxy = Playground::start(Options::default()).await.unwrap();
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let through = async |words: &[&str], input: &str| {
        let mut command = terminal.command(words);
        for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"] {
            command.env(name, &address);
        }
        for name in ["NO_PROXY", "no_proxy"] {
            command.env_remove(name);
        }
        terminal.finish(command, input).await.succeeded();
    };
    let url = terminal.playground.bearer_url();
    let add = ["connector", "add", url.as_str(), "--name", "token"];
    let token = ["--token-from", "-", "--connect"];
    through(&[&add[..], &token].concat(), &format!("{TOKEN}\n")).await;
    through(&["tool", "run", "token", "echo", "message=hi"], "").await;
    let url = terminal.playground.url();
    let add = ["connector", "add", url.as_str(), "--name", "consent"];
    through(&[&add[..], &["--connect"]].concat(), "").await;
    assert!(proxy.log().is_empty(), "{:?}", proxy.log());
}
