//! Resources and prompts of an MCP server.

use super::terminal::Terminal;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_offers_is_listed_read_and_filled_in() {
    let terminal = Terminal::connected().await;
    let listed = terminal.json("connector resources play").await;
    assert_eq!(listed[0]["title"], "Welcome");
    let read = ["connector", "resource", "play", "playground://welcome"];
    let text = terminal.run(&read).await;
    assert_eq!(
        (text.code, text.stdout.as_str()),
        (0, "Welcome to the playground.\n")
    );
    let dot = terminal
        .json("connector resource play playground://dot.png")
        .await;
    assert_eq!(dot[0]["mimeType"], "image/png");

    assert_eq!(listed[2]["uri"], "playground://greeting/{name}");
    assert_eq!(listed[2]["variables"][0]["name"], "name");
    let greeting = [
        "connector",
        "resource",
        "play",
        "playground://greeting/{name}",
    ];
    let filled = terminal
        .run(&[&greeting[..], &["name=Ada L."]].concat())
        .await;
    assert_eq!(filled.stdout, "Hello, Ada%20L..\n");
    for refused in [&["other=1"][..], &["name="], &[]] {
        let refused = terminal.run(&[&greeting[..], refused].concat()).await;
        assert_eq!(refused.code, 2, "{}", refused.transcript());
    }

    let prompts = terminal.json("connector prompts play").await;
    assert_eq!(prompts[0]["name"], "greet");
    let greet = ["connector", "prompt", "play", "greet"];
    let filled = terminal.run(&[&greet[..], &["name=Ada"]].concat()).await;
    assert_eq!(filled.stdout, "user: Greet Ada.\n");
    let lacking = terminal.run(&greet).await;
    assert_eq!(lacking.code, 2, "{}", lacking.transcript());
    lacking.assert_stderr("The argument name is missing");
    lacking.assert_stderr("hint: Add name=TEXT.");
}
