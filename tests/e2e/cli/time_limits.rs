//! How long a slow server is waited for.

use std::net::TcpListener;

use serde_json::json;

use super::terminal::{Terminal, words};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_slow_names_its_limit_and_how_to_raise_it() {
    let terminal = Terminal::new().await;
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", silent.local_addr().unwrap());
    let add = format!("connector add {url} --name slow --title Slow --connect-timeout 1");
    terminal.does(&add).await;

    let told = terminal.run(&["connector", "connect", "slow"]).await;
    assert_eq!(
        told.stderr,
        "error: Connector Slow didn't connect within its limit of 1 s.\n\
         hint: To give it more time, run `patchbay connector edit slow --connect-timeout 4`.\n"
    );
    let kept = terminal.json("connector edit slow --run-timeout 300").await;
    assert_eq!(
        kept["timeLimits"],
        json!({ "connectSeconds": 1, "runSeconds": 300 })
    );
    let longer = words("connector connect slow --connect-timeout 2");
    let told = terminal.run(&longer).await;
    told.assert_stderr("its limit of 2 s");
    let usual = terminal.json("connector edit slow --connect-timeout 0");
    let usual = usual.await;
    assert_eq!(
        usual["timeLimits"],
        json!({ "connectSeconds": null, "runSeconds": 300 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_too_slow_names_the_limit_that_it_had() {
    let terminal = Terminal::connected().await;
    terminal.does("connector edit play --run-timeout 1").await;

    let wait = words("tool run play wait seconds:=30 --quiet");
    let told = terminal.run(&wait).await;
    assert_eq!(
        told.stderr,
        "error: Connector Play didn't respond within its limit of 1 s.\n\
         hint: To give it more time, run `patchbay connector edit play --run-timeout 4`.\n"
    );
    let told = terminal
        .run(&[&wait[..], &["--timeout", "2"]].concat())
        .await;
    assert_eq!(
        told.stderr,
        "error: Connector Play didn't respond within the run's limit of 2 s.\n\
         hint: Run it again with a longer --timeout.\n"
    );
}
