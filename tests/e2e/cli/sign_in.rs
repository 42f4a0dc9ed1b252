//! Consents that end in every other way, and the link for those without a browser.

use std::net::TcpListener;
#[cfg(unix)]
use std::time::Duration;

use patchbay_playground::{
    APP_CLIENT_ID, Consent, Document, Endpoint, Failure, LoopbackPort, Options, Playground,
    Switches,
};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr};

#[cfg(unix)]
use super::terminal::interrupt;
use super::terminal::{Terminal, ended, snapshot_settings, words};
#[cfg(target_os = "linux")]
use super::terminal::{by, on_a_terminal, send};

/// How long what has to happen may take.
#[cfg(unix)]
const LIMIT: Duration = Duration::from_secs(30);

const CONNECT: &str = "connector connect play";

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_consent_is_denied() {
    let terminal = Terminal::with(|switches| switches.consent = Consent::DenyAtOnce).await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let denied = terminal.fails(CONNECT, 4).await;
    snapshot_settings().bind(|| insta::assert_snapshot!(denied.transcript()));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_browser_is_not_told_where_the_passphrase_is() {
    use std::os::unix::fs::PermissionsExt as _;

    let terminal = Terminal::with(|switches| switches.consent = Consent::AllowAtOnce).await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let script = terminal.home.path().join("browser");
    let told = terminal.home.path().join("told");
    let lines = format!("#!/bin/sh\nenv >'{}'\nexec curl \"$1\"\n", told.display());
    std::fs::write(&script, lines).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut connect = terminal.command(&words(CONNECT));
    connect.env("BROWSER", script);
    let done = terminal.finish(connect, "").await;
    assert_eq!(done.code, 0, "{}", done.transcript());
    let told = std::fs::read_to_string(told).unwrap();
    assert!(
        told.contains("PATCHBAY_HOME") && !told.contains("PASSPHRASE"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_does_not_come_times_out() {
    let terminal = Terminal::with(|switches| switches.consent = Consent::Ask).await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let late = format!("{CONNECT} --timeout 1");
    let late = terminal.fails(&late, 3).await;
    snapshot_settings().bind(|| insta::assert_snapshot!(late.transcript()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_announces_no_pkce_is_used_where_the_person_chose_so() {
    let silent = json!({ "code_challenge_methods_supported": null });
    let terminal = Terminal::with(|switches| {
        switches.server_metadata = Document::Patched(silent);
        switches.consent = Consent::AllowAtOnce;
    })
    .await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let refused = terminal.run(&words(CONNECT)).await;
    assert_ne!(refused.code, 0, "{}", refused.transcript());
    let command = "connector edit play --oauth-deviation unpublished-pkce=on";
    refused.assert_stderr(command);
    let edited = terminal.does(command).await;
    let line =
        "unpublished-pkce: use PKCE though the provider doesn't announce it (on, weakens a check)";
    edited.assert_stdout(line);
    terminal.does(CONNECT).await;
    let checked = terminal.does("connector check play").await;
    checked.assert_stdout("use PKCE though");
    // It stays until it is taken back, also where another setting of the sign-in changes.
    let scoped = terminal.does("connector edit play --scope read").await;
    scoped.assert_stdout(line);
    let back = "connector edit play --oauth-deviation unpublished-pkce=auto";
    let back = terminal.does(back).await;
    assert!(!back.stdout.contains("deviations"));
    let again = format!("{CONNECT} --again");
    assert_ne!(terminal.run(&words(&again)).await.code, 0);
    let unknown = "connector edit play --oauth-deviation no-tls";
    terminal.fails(unknown, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_one_setting_of_a_sign_in_keeps_the_others() {
    let terminal = Terminal::with(|switches| {
        switches.consent = Consent::AllowAtOnce;
        switches.loopback_port = LoopbackPort::Free;
    });
    let terminal = terminal.await;
    let url = terminal.playground.url();
    // Another test may use the default one.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let add = format!(
        "connector add {url} --name play --connect --client-id {APP_CLIENT_ID} --callback-port {port}"
    );
    terminal.does(&add).await;
    let before = terminal.json("connector show play").await;
    assert!(before["identity"]["credential"].is_string(), "{before}");
    terminal.does("connector edit play --scope read").await;
    let after = terminal.json("connector show play").await;
    assert_eq!(after["identity"], before["identity"]);
    let mut expected = before["authentication"].clone();
    expected["scopes"] = json!(["read"]);
    assert_eq!(after["authentication"], expected);
    // It works as before, also where the next sign-in is denied.
    terminal
        .playground
        .configure(|switches| switches.consent = Consent::DenyAtOnce);
    terminal.fails(CONNECT, 4).await;
    let denied = terminal.json("connector show play").await;
    assert_eq!(denied["status"]["status"], "unknown");
    terminal.does("tool run play echo message=hi").await;
    terminal.does("connector edit play --auth oauth").await;
    let reset = terminal.json("connector show play").await;
    assert!(reset["authentication"]["client"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_tells_why_the_last_sign_in_failed() {
    let terminal = Terminal::with(|switches| switches.consent = Consent::DenyAtOnce).await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let code = async || terminal.json("connector show play").await["status"]["code"].take();
    terminal.fails(CONNECT, 4).await;
    assert_eq!(code().await, "auth.denied");
    terminal
        .playground
        .configure(|switches| switches.consent = Consent::Ask);
    terminal.fails(&format!("{CONNECT} --timeout 1"), 3).await;
    assert_eq!(code().await, "auth.timed_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sign_in_with_the_same_account_says_so() {
    let terminal = Terminal::with(|switches| switches.consent = Consent::AllowAtOnce).await;
    let url = terminal.playground.url();
    for (name, says_so) in [("one", false), ("two", true)] {
        let add = format!(
            "connector add {url} --name {name} --title {name} --scope openid --scope read --connect"
        );
        let added = terminal.does(&add).await;
        let note = "Signed in as lena-fischer, the same account as one.";
        assert_eq!(
            added.stderr.contains(note),
            says_so,
            "{}",
            added.transcript()
        );
        let command = format!("run `patchbay connector connect {name}`");
        assert_eq!(added.stderr.contains(&command), says_so);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_signed_in_connector_can_be_changed() {
    let terminal = Terminal::connected().await;
    let other = Playground::start(Options::default()).await.unwrap();
    let edit = format!("connector edit play --url {}", other.url());
    terminal.does(&edit).await;
    let moved = terminal.json("connector show play").await;
    assert_eq!(moved["endpoint"], other.url().as_str());
    assert!(moved["authentication"]["entry"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_ends_in_the_app_is_not_waited_for() {
    let terminal = Terminal::new().await;
    let url = terminal.playground.url();
    let add = format!("connector add {url} --name play --redirect deep-link");
    terminal.does(&add).await;
    let refused = terminal.fails(CONNECT, 2).await;
    let command = "connector edit play --redirect loopback";
    refused.assert_stderr(&format!("`patchbay {command}`"));
    terminal.does(command).await;
    terminal.does(CONNECT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_authorization_server_takes_a_flag_that_names_it() {
    let terminal = Terminal::connected().await;
    let other = Playground::start(Options::default()).await.unwrap();
    let named = json!({ "authorization_servers": [other.issuer()] });
    terminal
        .playground
        .configure(|switches| switches.resource_metadata = Document::Patched(named));
    let host = |playground: &Playground| format!("127.0.0.1:{}", playground.port());
    let same = format!("{CONNECT} --accept-issuer {}", host(&terminal.playground));
    for line in [CONNECT, &format!("{CONNECT} --yes"), &same] {
        let refused = terminal.fails(line, 3).await;
        for named in [host(&terminal.playground), host(&other)] {
            refused.assert_stderr(&named);
        }
        assert_eq!(other.registrations(), 0, "{line}");
    }
    let agreed = format!("{CONNECT} --accept-issuer {} --timeout 5", host(&other));
    let agreed = terminal.run(&words(&agreed)).await;
    assert_eq!(other.registrations(), 1, "{}", agreed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_browser_the_link_is_enough() {
    let terminal = Terminal::new().await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let (child, link) = waiting(&terminal).await;
    let at_page = terminal
        .playground
        .count(|request| request.path == "/auth/authorize");
    assert_eq!(at_page, 0);
    let page = reqwest::get(link).await.unwrap().text().await.unwrap();
    assert!(page.contains("Play"), "{page}");
    let done = ended(child).await;
    done.succeeded();
    done.assert_stderr("Connected Play (This computer");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_cancels_the_consent() {
    let terminal = Terminal::new().await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let (child, _link) = waiting(&terminal).await;
    interrupt(&child).await;
    let done = ended(child).await;
    assert_eq!(
        (done.code, done.stderr.as_str()),
        (130, "error: Cancelled.\n")
    );
    let connector = terminal.json("connector show play").await;
    assert_eq!(connector["status"]["status"], "needs_authorization");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_open_oneself_is_printed_also_with_quiet() {
    let terminal = Terminal::new().await;
    terminal.add(terminal.playground.url().as_str(), &[]).await;
    let line = format!("{CONNECT} --no-browser --quiet");
    let mut child = terminal.command(&words(&line)).spawn().unwrap();
    let link = read_line(child.stderr.as_mut().unwrap()).await;
    assert!(link.starts_with("http"), "{link}");
    interrupt(&child).await;
    assert_eq!(ended(child).await.code, 130);
}

/// The pipe that it writes to is full, and nobody reads.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_a_command_that_can_write_no_more() {
    let terminal = Terminal::connected().await;
    let run = words("tool run play echo --args - --json");
    let mut child = terminal.command(&run).spawn().unwrap();
    let unread = child.stdout.take().unwrap();
    let arguments = json!({ "message": "x".repeat(300_000) }).to_string();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(arguments.as_bytes()).await.unwrap();
    drop(stdin);
    let done = async || terminal.json("run list").await["runs"][0]["state"] == "done";
    while !done().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    interrupt(&child).await;
    assert_eq!(ended(child).await.code, 130);
    drop(unread);
}

/// Nobody writes to the pipe that it reads.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_a_command_that_waits_for_a_file() {
    let terminal = Terminal::new().await;
    let pipe = terminal.home.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let from = pipe.to_str().unwrap();
    let child = terminal
        .command(&["connector", "add", "--from", from])
        .spawn()
        .unwrap();
    // It listens before it opens the pipe.
    tokio::time::sleep(Duration::from_secs(1)).await;
    interrupt(&child).await;
    assert_eq!(ended(child).await.code, 130);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_cancels_a_run_at_its_server() {
    let terminal = Terminal::connected().await;
    let wait = terminal.command(&["tool", "run", "play", "wait", "seconds:=60"]);
    let child = waits(&terminal, wait).await;
    interrupt(&child).await;
    assert_eq!(ended(child).await.code, 130);
    let heard = |playground: &Playground| playground.waits_cancelled() == 1;
    assert!(terminal.playground.wait_until(heard, LIMIT).await);
    assert_eq!(runs(&terminal, "cancelled").await, 1);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_terminal_cancels_a_run_at_its_server() {
    let terminal = Terminal::connected().await;
    let wait = terminal.command(&["tool", "run", "play", "wait", "seconds:=60"]);
    let mut child = waits(&terminal, on_a_terminal(&wait, 80)).await;
    // The terminal goes with the program that made it.
    child.kill().await.unwrap();
    let heard = |playground: &Playground| playground.waits_cancelled() == 1;
    assert!(terminal.playground.wait_until(heard, LIMIT).await);
    let noted = async {
        while runs(&terminal, "cancelled").await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LIMIT, noted).await.unwrap();
    assert_eq!(runs(&terminal, "running").await, 0);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_to_outlive_its_terminal_does() {
    let terminal = Terminal::connected().await;
    let wait = terminal.command(&["tool", "run", "play", "wait", "seconds:=3"]);
    let line: Vec<_> = std::iter::once(wait.as_std().get_program())
        .chain(wait.as_std().get_args())
        .map(|word| word.to_str().unwrap())
        .collect();
    let child = waits(&terminal, by("nohup", &line, &wait)).await;
    send("-HUP", &child).await;
    assert_eq!(ended(child).await.code, 0);
    assert_eq!(runs(&terminal, "done").await, 1);
}

/// Starts a command and waits until its run waits at the server.
#[cfg(unix)]
async fn waits(terminal: &Terminal, mut command: tokio::process::Command) -> Child {
    let child = command.spawn().unwrap();
    let begun = |playground: &Playground| playground.waits_begun() == 1;
    assert!(terminal.playground.wait_until(begun, LIMIT).await);
    child
}

/// How many runs of the history are in that state.
#[cfg(unix)]
async fn runs(terminal: &Terminal, state: &str) -> u64 {
    let page = terminal.json(&format!("run list --status {state}")).await;
    page["total"].as_u64().unwrap()
}

/// A `connect` that opens no browser, and the link that it shows.
async fn waiting(terminal: &Terminal) -> (Child, String) {
    let line = format!("{CONNECT} --no-browser");
    let mut child = terminal.command(&words(&line)).spawn().unwrap();
    let stderr = child.stderr.as_mut().unwrap();
    let mut link = String::new();
    while !link.starts_with("http") {
        link = read_line(stderr).await;
    }
    (child, link)
}

/// The next line, and nothing of what follows it: that is read at the end.
async fn read_line(stderr: &mut ChildStderr) -> String {
    let mut line = Vec::new();
    loop {
        match stderr.read_u8().await.expect("it ended without a link") {
            b'\n' => return String::from_utf8(line).unwrap(),
            byte => line.push(byte),
        }
    }
}

/// A server that wants a token and tells nowhere how to get one.
async fn token_server() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let refused = r#"{"error": "send your Well token as a bearer token"}"#;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            let read = stream.read(&mut request).await.unwrap_or_default();
            let status = match request[..read].starts_with(b"POST /mcp ") {
                true => "401 Unauthorized",
                false => "404 Not Found",
            };
            let length = refused.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{refused}"
            );
            drop(stream.write_all(answer.as_bytes()).await);
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_token_is_not_taken_for_one_with_a_sign_in() {
    let terminal = Terminal::new().await;
    let url = format!("http://{}/mcp", token_server().await);
    let way_on = "patchbay connector edit well --token-from -";
    let added = format!("connector add {url} --name well");
    let added = terminal.does(&added).await;
    added.assert_stderr(way_on);
    for line in ["connector connect well", "tool list well"] {
        let refused = terminal.fails(line, 3).await;
        for words in ["needs a token", "send your Well token", way_on] {
            refused.assert_stderr(words);
        }
    }
    let edit = "connector edit well --token-from -";
    terminal.does_with(edit, "wrong\n").await;
    let refused = terminal.run(&["tool", "list", "well"]).await;
    refused.assert_stderr("rejected its token");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_server_that_is_down_is_named_and_stays_the_way_to_sign_in() {
    let terminal = Terminal::new().await;
    let failure = Failure::always(503, "unavailable");
    let fail = |switches: &mut Switches| {
        switches.failures.insert(Endpoint::ServerMetadata, failure);
    };
    terminal.playground.configure(fail);
    let url = terminal.playground.url();
    let added = terminal.add(url.as_str(), &[]).await;
    added.assert_stderr("has no valid authorization server metadata");
    added.assert_stderr("Next: patchbay connector connect play\n");
    let restore = |switches: &mut Switches| switches.failures.clear();
    terminal.playground.configure(restore);
    terminal.does(CONNECT).await;
}
