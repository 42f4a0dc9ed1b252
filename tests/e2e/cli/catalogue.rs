//! The catalogue of MCP servers, and files of the registry.

use super::terminal::{Terminal, words};

#[tokio::test(flavor = "multi_thread")]
async fn known_servers_are_listed_searched_and_shown() {
    let terminal = Terminal::without_vault(|_| {}).await;
    let all = terminal.json("catalog list").await;
    assert!(all.as_array().unwrap().len() >= 30);
    for verb in ["list", "search"] {
        let found = terminal.does(&format!("catalog {verb} linear.app")).await;
        found.assert_stdout("https://mcp.linear.app/mcp");
        assert_eq!(found.stdout.lines().count(), 2, "{}", found.transcript());
    }
    let shown = terminal.does("catalog show filesystem").await;
    let adding = "patchbay connector add filesystem -- npx";
    shown.assert_stdout(adding);
    let is_untested = |line: &str| line.starts_with("Tested:") && line.ends_with(" no");
    assert!(
        shown.stdout.lines().any(is_untested),
        "{}",
        shown.transcript()
    );
    terminal.fails("catalog show nothing", 6).await;
    let named = terminal.fails("connector add linear", 2).await;
    named.assert_stderr("Run `patchbay connector add https://mcp.linear.app/mcp`.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_file_is_read_from_a_file_and_from_input() {
    let terminal = Terminal::without_vault(|_| {}).await;
    let server = r#"{"name": "com.example/weather", "remotes":
        [{"type": "streamable-http", "url": "https://weather.example.com/mcp"}]}"#;
    let file = terminal.home.path().join("server.json");
    std::fs::write(&file, server).unwrap();
    let read = [
        "catalog",
        "list",
        "--json",
        "--file",
        file.to_str().unwrap(),
    ];
    let entries = terminal.run(&read).await.document();
    assert_eq!(
        entries[0]["reach"]["url"],
        "https://weather.example.com/mcp"
    );
    let input = words("catalog list --file - --json");
    let piped = terminal.run_with(&input, server).await.document();
    assert_eq!(piped, entries);
    let refused = terminal.run_with(&input, "nonsense").await;
    assert_eq!(refused.code, 2, "{}", refused.transcript());
}
