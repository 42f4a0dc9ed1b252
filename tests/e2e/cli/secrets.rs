//! Secrets come in by safe ways, and come out nowhere.

#[cfg(unix)]
use std::path::Path;

use patchbay_playground::{
    BEARER_HEADER, CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, Consent, LoopbackPort,
    Options, Playground,
};

#[cfg(target_os = "linux")]
use super::terminal::by;
use super::terminal::{TOKEN, Terminal, snapshot_settings, words};
use super::trust::CLIENT_CERTIFICATE;

#[tokio::test(flavor = "multi_thread")]
async fn an_option_for_another_kind_of_credential_is_refused() {
    let terminal = Terminal::new().await;
    for (options, told) in [
        ("--kind bearer --header X-Key", "--header isn't for"),
        ("--kind headers --header X-Key --from -", "--from isn't for"),
        (
            "--kind oauth-client --client-id me --env-secret KEY",
            "--env-secret isn't for",
        ),
        ("--kind bearer --client-id me", "--client-id isn't for"),
    ] {
        let add = format!("credential add key {options}");
        terminal.fails(&add, 2).await.assert_stderr(told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_standard_input_is_sent_and_never_shown() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = format!("connector add {url} --name play --token-from - --connect");
    let mut command = terminal.command(&words(&add));
    command.env("PATCHBAY_LOG", "trace");
    let added = terminal.finish(command, &format!("{TOKEN}\n")).await;
    added.succeeded();
    added.assert_stderr(" INFO ");
    let mut command = terminal.command(&words("tool run play echo message=hi --json"));
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
    assert!(!terminal.stores(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_is_sent_and_never_shown() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = format!("connector add {url} --name play --header {BEARER_HEADER}");
    terminal.does_with(&add, &format!("{TOKEN}\n")).await;
    terminal.does("connector connect play").await;
    let listed = terminal.does("credential list --json").await;
    assert_eq!(listed.document()[0]["kind"], "headers");
    assert!(!listed.stdout.contains(TOKEN));
    assert!(!terminal.stores(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_resolved_at_each_use() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = format!("connector add {url} --name play --connect --token-from env://PLAY_TOKEN");
    let mut command = terminal.command(&words(&add));
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
        assert!(!refused.transcript().contains(TOKEN));
        said.push(refused.transcript());
    }
    snapshot_settings().bind(|| insta::assert_snapshot!(said.join("\n")));
    let connectors = terminal.json("connector list").await;
    assert_eq!(connectors, serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_the_place_of_another_argument_is_not_repeated() {
    let terminal = Terminal::new().await;
    for words in [
        &["credential", "add", "Key", TOKEN, "--kind", "bearer"][..],
        &["--json", "account", "add", "mistral", TOKEN],
        &["vault", "passphrase", TOKEN],
    ] {
        let refused = terminal.run(words).await;
        assert_eq!(refused.code, 2);
        refused.assert_stderr("ecrets can't be passed as arguments");
        assert!(!refused.stderr.contains(TOKEN), "{}", refused.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_before_what_powershell_pipes_is_no_part_of_a_secret() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = format!("connector add {url} --name play --token-from - --connect");
    let piped = format!("\u{feff}{TOKEN}\r\n");
    terminal.does_with(&add, &piped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_argument_that_is_marked_secret_is_not_kept() {
    let terminal = Terminal::connected().await;
    let login = "tool run play check_login --args - --json";
    let input = r#"{"user": "lena", "password": "hunter2-hunter2"}"#;
    let run = terminal.does_with(login, input).await;
    assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
    assert!(!terminal.stores("hunter2-hunter2"));
    let id = run.document()["id"].as_str().unwrap().to_owned();
    assert_eq!(terminal.run(&["run", "again", &id]).await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_keeps_replaces_and_guards() {
    let terminal = Terminal::new().await;
    let save = "credential add Key --kind bearer";
    terminal.does_with(save, "wrong\n").await;
    let url = terminal.playground.bearer_url();
    terminal
        .add(url.as_str(), &["--token-from", "wallet:Key"])
        .await;
    let refused = terminal.fails("connector connect play", 3).await;
    refused.assert_stderr("`patchbay credential replace Key`");
    terminal.does_with("credential replace Key", TOKEN).await;
    terminal.does("connector connect play").await;
    terminal.does("credential rename Key Badge").await;
    terminal.fails("credential remove Badge", 2).await;
    terminal.does("credential remove Badge --yes").await;
    let after = terminal.fails("tool run play echo message=x", 3).await;
    after.assert_stderr("`patchbay connector edit play --token-from -`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_says_how_it_is_unlocked() {
    let terminal = Terminal::connected().await;
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
        assert!(!done.transcript().contains("four words"));
        said.push(done.transcript());
    }
    snapshot_settings().bind(|| insta::assert_snapshot!(said.join("\n\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_seems_to_hold_a_key_is_noted_however_it_is_added() {
    let terminal = Terminal::new().await;
    let address = "https://127.0.0.1:1/mcp?api_key=sk-live-8f2c41d0a97be653";
    let typed = terminal.run(&["connector", "add", address]).await;
    let pasted = terminal.does_with("connector add --from -", address).await;
    for added in [typed, pasted] {
        added.assert_stderr("Note: the address seems to hold a key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_is_saved_once_the_vault_is_open() {
    let terminal = Terminal::new().await;
    terminal.add("https://127.0.0.1:1/mcp", &[]).await;
    let file = terminal.home.path().join("client.pem");
    std::fs::write(&file, CLIENT_CERTIFICATE).unwrap();
    for line in [
        "connector edit play",
        "connector add https://127.0.0.1:1/other",
    ] {
        let line = words(line);
        let with = |file| [&line[..], &["--client-certificate", file]].concat();
        let mut locked = terminal.command(&with(file.to_str().unwrap()));
        locked.env_remove("PATCHBAY_PASSPHRASE");
        let locked = terminal.finish(locked, "").await;
        locked.assert_stderr("hint: Set PATCHBAY_PASSPHRASE");
        let missing = terminal.run(&with("/nowhere.pem")).await;
        missing.assert_stderr("nowhere.pem");
        missing.assert_stderr("hint: Check the path and permissions.");
    }
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
    let status = terminal.json("vault status").await;
    assert_eq!(status["state"], "empty");
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
    let add = format!(
        "connector add {url} --name play --connect --client-id {CONFIDENTIAL_CLIENT_ID} \
         --client-secret-from -"
    );
    let input = format!("{CONFIDENTIAL_CLIENT_SECRET}\n");
    terminal.does_with(&add, &input).await;
    assert!(!terminal.stores(CONFIDENTIAL_CLIENT_SECRET));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_token_is_left_out_of_a_note_on_a_run() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.bearer_url();
    let add = format!("connector add {url} --name play --token-from - --connect");
    terminal.does_with(&add, &format!("{TOKEN}\n")).await;
    terminal.does("tool run play echo message=hi").await;
    let note = format!("it sent {TOKEN}");
    let noted = ["run", "edit", "latest", "--note", &note];
    terminal.run(&noted).await.succeeded();
    assert!(!terminal.stores(TOKEN));
    let run = terminal.json("run show latest").await;
    assert_eq!(run["label"]["note"], "it sent <redacted>");
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
            hint.contains(&format!("--allow-program \"{reference}\"")),
            "{hint}"
        );
    }
    assert_eq!(runs(), "");

    let allow = ["--allow-program", &reference];
    let words = [&add("Key")[..], &[&reference], &allow].concat();
    terminal.run(&words).await.succeeded();
    assert_eq!(runs().lines().count(), 1);
    // It is saved, for exactly these arguments.
    let words = [&add("Again")[..], &[&reference]].concat();
    terminal.run(&words).await.succeeded();
    let words = [&add("Other")[..], &[&other]].concat();
    assert_eq!(terminal.run(&words).await.code, 1);
    assert_eq!(runs().lines().count(), 2);

    let listed = terminal.json("credential programs list").await;
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
        let add = format!("credential add {name} --kind bearer --from cmd://hand-out");
        let mut command = terminal.command(&[&words(&add), allow].concat());
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
        let add = format!("credential add {name} --kind bearer --yes --from");
        let command = terminal.command(&words(&add));
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
    assert_eq!(no.code, 1, "{}", no.transcript());
    for shown in [file.as_str(), "arguments one", "[y/N]"] {
        no.assert_stdout(shown);
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
    let add = format!("connector add {url} --name play --header X-Key --connect");
    terminal.does_with(&add, &lookalike).await;
    let sent =
        |request: &patchbay_playground::LoggedRequest| request.header("x-key") == Some(&lookalike);
    assert!(terminal.playground.count(sent) > 0);
    let object = serde_json::json!({ "api_key": lookalike }).to_string();
    let save = words("credential add Token --kind bearer");
    terminal.run_with(&save, &lookalike).await;
    let sign_in = words("account add mistral --from - --base-url http://127.0.0.1:9");
    terminal.run_with(&sign_in, &object).await;
    assert!(!marker.exists(), "it was run");
}

/// A server of this computer is asked without encryption, which a proxy of the network would read.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_this_computer_goes_through_no_proxy() {
    let terminal = Terminal::new().await;
    let proxy = Playground::start(Options::default()).await.unwrap();
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let through = async |line: &str, input: &str| {
        let mut command = terminal.command(&words(line));
        for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"] {
            command.env(name, &address);
        }
        for name in ["NO_PROXY", "no_proxy"] {
            command.env_remove(name);
        }
        terminal.finish(command, input).await.succeeded();
    };
    let url = terminal.playground.bearer_url();
    let add = format!("connector add {url} --name token --token-from - --connect");
    through(&add, &format!("{TOKEN}\n")).await;
    through("tool run token echo message=hi", "").await;
    let url = terminal.playground.url();
    through(&format!("connector add {url} --name consent --connect"), "").await;
    assert!(proxy.log().is_empty(), "{:?}", proxy.log());
}
