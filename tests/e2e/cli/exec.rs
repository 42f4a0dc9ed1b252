//! `patchbay exec`: a program with secrets in its environment.

use super::terminal::{TOKEN, Terminal, words};

/// A program that says what a variable holds, and ends with a code of its own.
const SAYS: [&str; 3] = ["sh", "-c", "printf %s \"got $API_KEY\"; exit 7"];

async fn with_token() -> Terminal {
    let terminal = Terminal::new().await;
    let add = "credential add key --kind bearer";
    terminal.does_with(add, &format!("{TOKEN}\n")).await;
    terminal
}

#[tokio::test]
async fn a_program_gets_the_secret_and_its_exit_code_is_ours() {
    let terminal = with_token().await;
    for line in [
        "exec key --env API_KEY --",
        "exec wallet:key --env API_KEY --",
        "exec --env API_KEY=wallet:key --",
    ] {
        let done = terminal.run(&[&words(line)[..], &SAYS].concat()).await;
        assert_eq!(done.code, 7, "{done:?}");
        assert_eq!(done.stdout.trim_end(), format!("got {TOKEN}"), "{done:?}");
        assert_eq!(done.stderr, "");
    }
}

#[tokio::test]
async fn a_program_gets_the_secret_that_it_is_given_and_not_the_key_to_all() {
    let terminal = with_token().await;
    let line = words("exec key --env API_KEY -- env");
    let done = terminal.run(&line).await;
    assert!(
        done.stdout.contains(&format!("API_KEY={TOKEN}")),
        "{done:?}"
    );
    assert!(!done.stdout.contains("PASSPHRASE"), "{done:?}");
}

#[tokio::test]
async fn what_cannot_be_given_starts_nothing() {
    let terminal = with_token().await;
    let secret = "secrets can't be passed as arguments";
    for (line, code, said) in [
        ("exec key --", 2, "Say which variable gets it"),
        ("exec nobody --", 6, "nobody not found"),
        ("exec --env API_KEY=hunter2 --", 2, secret),
        ("exec --", 2, "required"),
    ] {
        let done = terminal.run(&[&words(line)[..], &SAYS].concat()).await;
        assert_eq!(done.code, code, "{done:?}");
        done.assert_stderr(said);
        assert!(!done.stderr.contains("hunter2"), "{done:?}");
        assert_eq!(done.stdout, "", "{done:?}");
    }
    // An option of the program is none of ours.
    let line = "exec key --nope -- sh --json";
    terminal
        .fails(line, 2)
        .await
        .assert_stderr("error: unexpected argument '--nope'");
    let gone = terminal.fails("exec key --env A -- not-there-at-all", 1);
    let gone = gone.await;
    gone.assert_stderr("isn't in PATH");
}

#[tokio::test]
async fn signals_and_streams_reach_the_program_itself() {
    use tokio::io::{AsyncBufReadExt as _, BufReader};

    let terminal = with_token().await;
    let script = "trap 'exit 9' TERM; read line; echo \"$$ $line\"; while :; do sleep 0.05; done";
    let words = ["exec", "key", "--env", "A", "--", "sh", "-c", script];
    let mut child = terminal.command(&words).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stdin, b"hello\n")
        .await
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.next_line().await.unwrap().unwrap();
    // It took our place: nobody stands between.
    assert_eq!(said, format!("{} hello", child.id().unwrap()));
    super::terminal::send("-TERM", &child).await;
    assert_eq!(child.wait().await.unwrap().code(), Some(9));
}

#[tokio::test]
async fn a_local_connector_gives_what_its_server_gets() {
    let terminal = Terminal::new().await;
    let add = "connector add files --env MODE=fast --env-secret API_KEY -- files-server";
    terminal.does_with(add, &format!("{TOKEN}\n")).await;
    let says = ["exec", "files", "--", "sh", "-c", "echo $MODE $API_KEY"];
    let done = terminal.run(&says).await;
    done.succeeded();
    assert_eq!(done.stdout, format!("fast {TOKEN}\n"));
}
