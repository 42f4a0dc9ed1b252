//! Files that were replaced, text that a user was given to paste, and other programs on this computer.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use patchbay_model::{AuthorizationState, Explain as _, Redirect};
use patchbay_ops::{Context, read_pasted, read_registry_file, refresh_tools, vault_status};
use patchbay_testkit::find_leaks;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::payload::{self, places_of_text};
use crate::support::{Answer, Harness, TIMEOUT, parameter};
use crate::terminal::Terminal;
use crate::traps::{Traps, assert_inert};

/// A valid registry file with every member.
fn registry_file() -> Value {
    json!({
        "name": "com.example/weather", "title": "Weather", "description": "Tells the weather",
        "version": "1.0.0", "websiteUrl": "https://weather.example.com",
        "repository": { "url": "https://git.example.com/weather", "source": "git" },
        "remotes": [{
            "type": "streamable-http", "url": "https://weather.example.com/mcp",
            "headers": [{ "name": "X-Key", "value": "{key}" }]
        }],
        "packages": [{
            "registryType": "npm", "identifier": "weather-mcp", "version": "1.0.0",
            "runtimeHint": "npx", "transport": { "type": "stdio" },
            "runtimeArguments": [{ "type": "positional", "value": "-y" }],
            "packageArguments": [{ "type": "named", "name": "--port", "value": "1" }],
            "environmentVariables": [{ "name": "KEY", "value": "x" }]
        }]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_registry_is_text_and_no_more() {
    let traps = Traps::set().await;
    let terminal = Terminal::without_vault(|_| {}).await;
    let good = registry_file();
    read_registry_file(&good.to_string()).unwrap();
    let mut texts = Vec::new();
    for pointer in places_of_text(&good) {
        for payload in [
            payload::references(&traps),
            payload::addresses(&traps),
            vec![payload::mixed(&traps), payload::long()],
        ]
        .concat()
        {
            let mut file = good.clone();
            *file.pointer_mut(&pointer).unwrap() = Value::String(payload.text);
            texts.push((
                format!("{pointer} holds {}", payload.name),
                file.to_string(),
            ));
        }
    }
    assert!(texts.len() > 100);
    for body in payload::bodies(good.to_string().as_bytes()) {
        let text = String::from_utf8_lossy(&body.bytes).into_owned();
        texts.push((body.name.to_owned(), text));
    }
    for (case, text) in &texts {
        match read_registry_file(text) {
            Ok(entries) => {
                let shown = serde_json::to_value(&entries).unwrap();
                for pointer in places_of_text(&shown) {
                    let text = shown.pointer(&pointer).and_then(Value::as_str).unwrap();
                    assert_inert(case, text);
                    assert!(
                        text.len() < 10_000,
                        "{case}: {} bytes at {pointer}",
                        text.len()
                    );
                }
            }
            Err(error) => assert_eq!(error.code().as_str(), "usage.invalid", "{case}"),
        }
    }
    // Some of each through the command line.
    for (case, text) in texts.iter().step_by(19) {
        let done = terminal
            .run_with(&["catalog", "list", "--file", "-"], text)
            .await;
        assert!(matches!(done.code, 0 | 2), "{case}: {}", done.transcript());
        for output in [&done.stdout, &done.stderr] {
            assert_inert(case, output);
        }
    }
    traps.assert_quiet("files of a registry", &[], &terminal.playground.log());
}

/// Settings of another program, with every member that is read.
fn settings(with_address: bool) -> Value {
    let mut settings = json!({
        "inputs": [{
            "id": "mode", "type": "promptString", "description": "How it works", "default": "fast",
            "options": ["fast", { "value": "slow" }]
        }],
        "servers": { "files": {
            "name": "Files", "command": "npx-is-not-there", "args": ["-y", "server", "${input:mode}"],
            "env": { "MODE": "${input:mode}", "SPEED": "high" }, "cwd": "/tmp", "type": "stdio", "odd": "x"
        } }
    });
    if with_address {
        settings["servers"]["far"] = json!({
            "url": "https://far.example/mcp", "headers": { "X-Team": "blue", "Authorization": "Bearer t" }
        });
    }
    settings
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_text_is_text_and_no_more() {
    let traps = Traps::set().await;
    let terminal = Terminal::without_vault(|_| {}).await;
    let payloads = || {
        let mut payloads = payload::references(&traps);
        payloads.extend(payload::addresses(&traps));
        payloads.extend([payload::mixed(&traps), payload::long()]);
        payloads
    };
    let holding = |good: &Value| {
        let mut texts = Vec::new();
        for pointer in places_of_text(good) {
            for payload in payloads() {
                let mut settings = good.clone();
                *settings.pointer_mut(&pointer).unwrap() = Value::String(payload.text);
                texts.push((
                    format!("{pointer} holds {}", payload.name),
                    settings.to_string(),
                ));
            }
        }
        texts
    };
    let mut texts = holding(&settings(true));
    for payload in payloads() {
        for before in [
            "",
            "npx ",
            "MODE=",
            "cursor://x/mcp/install?config=",
            "vscode:mcp/install?",
            "goose://extension?cmd=npx&arg=",
            "claude mcp add x -- ",
        ] {
            let name = format!("{} behind {before:?}", payload.name);
            texts.push((name, format!("{before}{}", payload.text)));
        }
    }
    for body in payload::bodies(settings(true).to_string().as_bytes()) {
        let text = String::from_utf8_lossy(&body.bytes).into_owned();
        texts.push((body.name.to_owned(), text));
    }
    assert!(texts.len() > 100);
    for (case, text) in &texts {
        match read_pasted(text) {
            Ok(found) => {
                let mut shown = found.notes.clone();
                for server in found.servers {
                    shown.extend(server.title);
                    shown.extend(server.notes);
                    for blank in server.blanks {
                        shown.push(blank.name);
                        shown.extend(blank.description);
                    }
                }
                for text in shown {
                    assert_inert(case, &text);
                    assert!(text.len() < 10_000, "{case}: {} bytes", text.len());
                }
            }
            Err(error) => assert_eq!(error.code().as_str(), "usage.invalid", "{case}"),
        }
    }
    // Some of those with a program alone, which asks nobody, through the command line.
    for (case, text) in holding(&settings(false)).iter().step_by(7) {
        let add = ["connector", "add", "--from", "-", "--no-input"];
        let done = terminal.run_with(&add, text).await;
        assert!(matches!(done.code, 0..=2), "{case}: {}", done.transcript());
        for output in [&done.stdout, &done.stderr] {
            assert_inert(case, output);
        }
    }
    // A line break ends a comment of a shell, so a review can't show it as a space.
    let mut lines = settings(false);
    lines["servers"]["files"]["args"] = json!(["-c", "true # see the docs\ntouch x"]);
    let add = ["connector", "add", "--from", "-", "--no-input"];
    let done = terminal.run_with(&add, &lines.to_string()).await;
    done.assert_stderr("-c 'true # see the docs<U+000A>touch x'");
    traps.assert_quiet("pasted texts", &[], &terminal.playground.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused_and_asks_nobody() {
    let traps = Traps::set().await;
    let terminal = Terminal::without_vault(|_| {}).await;
    let mut texts = payload::references(&traps);
    texts.extend(payload::addresses(&traps));
    texts.push(payload::mixed(&traps));
    for payload in texts {
        // Another origin is an address like any other when a person types it.
        if payload.name == "another origin" || payload.text.contains('\0') {
            continue;
        }
        let add = ["connector", "add", payload.text.as_str(), "--no-input"];
        let done = terminal.run(&add).await;
        let case = payload.name;
        let is_added = done.code == 0;
        assert!(
            !is_added || case == "the inside of a cloud",
            "{case}: {}",
            done.transcript()
        );
        for output in [&done.stdout, &done.stderr] {
            assert_inert(case, output);
        }
        traps.assert_quiet(case, &[], &terminal.playground.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_from_a_pipe_are_data_and_no_more() {
    let traps = Traps::set().await;
    let terminal = Terminal::new().await;
    let url = terminal.playground.open_url();
    terminal.add(url.as_str(), &["--connect"]).await;
    let mut texts: Vec<(&str, Vec<u8>)> = payload::bodies(br#"{"message":"m"}"#)
        .into_iter()
        .map(|body| (body.name, body.bytes))
        .collect();
    let all = [
        payload::references(&traps),
        vec![payload::mixed(&traps), payload::long()],
    ];
    for payload in all.concat() {
        let arguments = json!({ "message": payload.text });
        texts.push((payload.name, arguments.to_string().into_bytes()));
    }
    for (case, text) in texts {
        let text = String::from_utf8_lossy(&text).into_owned();
        let run = ["tool", "run", "play", "echo", "--args", "-", "--json"];
        let done = terminal.run_with(&run, &text).await;
        assert!(matches!(done.code, 0..=2), "{case}: {}", done.transcript());
        if done.code == 0 {
            let sent = terminal.playground.log();
            let sent: Value = serde_json::from_str(&sent.last().unwrap().body).unwrap();
            let given = text.trim_start_matches('\u{feff}');
            let given: Value = serde_json::from_str(given).unwrap();
            assert_eq!(
                sent["params"]["arguments"], given,
                "{case}: sent as it was given"
            );
        }
        traps.assert_quiet(case, &[], &terminal.playground.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_of_this_computer_cannot_take_or_stop_a_sign_in() {
    let traps = Traps::set().await;
    let (harness, connector) = Harness::unanswered().await;
    let pending = harness.start(&connector, Redirect::Loopback).await;
    let page = harness.browser.page(1).await;
    let callback = Url::parse(&parameter(&page, "redirect_uri")).unwrap();
    let state = parameter(&page, "state");
    let port = callback.port().unwrap();
    let issuer = harness.playground.issuer();
    let path = callback.path().to_owned();
    // An open connection does not block others.
    let mut held = Vec::new();
    for _ in 0..64 {
        held.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    let marker = traps.marker();
    for request in [
        format!(
            "GET {path}?code=x&state=wrong&iss={issuer} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"
        ),
        format!("GET {path}?code=x&iss={issuer} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"),
        format!(
            "GET {path}?state={state}&state={state}&code=x HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"
        ),
        format!(
            "POST {path}?code=x&state={state} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: 0\r\n\r\n"
        ),
        format!(
            "GET {path}?code=x&state={state}&iss={issuer} HTTP/1.1\r\nhost: evil.example\r\n\r\n"
        ),
        format!(
            "GET {path}?error=cmd://touch%20{}&state=wrong HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n",
            marker.display()
        ),
        format!("GET /../../etc/passwd HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"),
        format!("GET {path}?{} HTTP/1.1\r\n\r\n", "a=b&".repeat(50_000)),
        "\u{0}".repeat(100_000),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n".repeat(10_000),
    ] {
        let answer = send_raw(port, request.as_bytes()).await;
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!head.contains(&state), "{head}");
        assert!(!answer.contains("root:"), "{answer}");
        assert_eq!(
            harness.state(&pending).await,
            AuthorizationState::AwaitingUser,
            "{request:.80}"
        );
    }
    drop(held);
    // The callback of the user still works.
    harness.browser.set_answer(Answer::Allow);
    harness.open_page(&pending).await;
    harness.assert_authorized(&pending).await;
    traps.assert_quiet("a callback", &harness.playground.secrets(), &[]);
    // Nobody listens any more.
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

/// Sends bytes and returns what is answered within a second.
async fn send_raw(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    // The server may close the connection before it has read everything.
    drop(stream.write_all(bytes).await);
    drop(stream.shutdown().await);
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    drop(tokio::time::timeout(Duration::from_secs(1), reading).await);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_vault_file_is_an_error_and_stays_as_it_is() {
    broken_file("data/vault.json", |cx, _| async move {
        let status = vault_status(&cx).await;
        assert!(status.problem.is_some(), "{status:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(
    windows,
    ignore = "Windows removes no file that is open, as this test's own database is"
)]
async fn a_broken_database_is_an_error_and_stays_as_it_is() {
    broken_file("data/patchbay.db", |_, body| async move {
        panic!("{body}: it opens");
    })
    .await;
}

/// Opens Patchbay over each way in which that file can be broken; it fails, or `opened` says what it sees.
async fn broken_file<F: Future<Output = ()>>(
    file: &str,
    opened: impl Fn(Context, &'static str) -> F,
) {
    let (mut harness, connector) = Harness::connected().await;
    harness.cx.close().await;
    let path = harness.home.path().join(file);
    // A database is good together with its log only; a broken one gets none.
    let logs = ["-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", path.display())));
    let good = std::fs::read(&path).unwrap();
    let good_logs = logs.each_ref().map(|log| std::fs::read(log).ok());
    let put = |bytes: &[u8]| {
        for log in logs.iter().filter(|log| log.exists()) {
            std::fs::remove_file(log).unwrap();
        }
        std::fs::write(&path, bytes).unwrap();
    };
    for body in payload::bodies(&good) {
        // SQLite takes an empty file for a new database.
        if body.bytes.is_empty() {
            continue;
        }
        put(&body.bytes);
        let started = Instant::now();
        let cx = tokio::time::timeout(TIMEOUT, try_open(&harness)).await;
        let cx = cx.unwrap_or_else(|_| panic!("{}: it hangs", body.name));
        if let Ok(cx) = cx {
            opened(cx.clone(), body.name).await;
            assert!(
                refresh_tools(&cx, &connector.id).await.is_err(),
                "{}",
                body.name
            );
            cx.close().await;
        }
        assert!(started.elapsed() < TIMEOUT, "{}", body.name);
        assert_eq!(std::fs::read(&path).unwrap(), body.bytes, "{}", body.name);
    }
    put(&good);
    for (log, bytes) in logs.iter().zip(good_logs) {
        if let Some(bytes) = bytes {
            std::fs::write(log, bytes).unwrap();
        }
    }
    harness.restart().await;
    refresh_tools(&harness.cx, &connector.id).await.unwrap();
    let leaks = find_leaks(harness.home.path(), &harness.playground.secrets()).unwrap();
    assert!(leaks.is_empty(), "{leaks:?}");
}

async fn try_open(harness: &Harness) -> Result<Context, patchbay_ops::Error> {
    use std::sync::Arc;

    use patchbay_ops::{AppPaths, ContextOptions, NoProgramConsent};

    let home: &Path = harness.home.path();
    Context::open(ContextOptions {
        paths: AppPaths::under(home),
        keychain: Arc::new(harness.keychain.clone()),
        browser: Arc::new(harness.browser.clone()),
        clock: harness.clock.clone(),
        programs: Arc::new(NoProgramConsent),
        client_document: None,
        can_ask: false,
    })
    .await
}
