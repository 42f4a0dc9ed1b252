//! How long a slow server is waited for.

use std::net::TcpListener;

use serde_json::json;

use super::terminal::Terminal;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_slow_names_its_limit_and_how_to_raise_it() {
    let terminal = Terminal::new().await;
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", silent.local_addr().unwrap());
    let add = [
        "connector",
        "add",
        &url,
        "--name",
        "slow",
        "--title",
        "Slow",
    ];
    terminal
        .run(&[&add[..], &["--connect-timeout", "1"]].concat())
        .await
        .succeeded();

    let told = terminal.run(&["connector", "connect", "slow"]).await;
    assert_eq!(
        told.stderr,
        "error: Slow didn't connect within its limit of 1 s.\n\
         hint: To give it more time, run `patchbay connector edit Slow --connect-timeout 4`.\n"
    );
    let edit = ["connector", "edit", "slow", "--json"];
    let kept = terminal
        .run(&[&edit[..], &["--run-timeout", "300"]].concat())
        .await
        .document();
    assert_eq!(
        kept["timeLimits"],
        json!({ "connectSeconds": 1, "runSeconds": 300 })
    );
    let longer = ["connector", "connect", "slow", "--connect-timeout", "2"];
    let told = terminal.run(&longer).await;
    assert!(told.stderr.contains("its limit of 2 s"), "{told:?}");
    let usual = terminal
        .run(&[&edit[..], &["--connect-timeout", "0"]].concat())
        .await
        .document();
    assert_eq!(
        usual["timeLimits"],
        json!({ "connectSeconds": null, "runSeconds": 300 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_too_slow_names_the_limit_that_it_had() {
    let terminal = Terminal::new().await;
    terminal.connected().await;
    let edit = ["connector", "edit", "play", "--run-timeout", "1"];
    terminal.run(&edit).await.succeeded();

    let wait = ["tool", "run", "play", "wait", "seconds:=30", "--quiet"];
    let told = terminal.run(&wait).await;
    assert_eq!(
        told.stderr,
        "error: Play didn't respond within its limit of 1 s.\n\
         hint: To give it more time, run `patchbay connector edit Play --run-timeout 4`.\n"
    );
    let told = terminal
        .run(&[&wait[..], &["--timeout", "2"]].concat())
        .await;
    assert_eq!(
        told.stderr,
        "error: Play didn't respond within the run's limit of 2 s.\n\
         hint: Run it again with a longer --timeout.\n"
    );
}
