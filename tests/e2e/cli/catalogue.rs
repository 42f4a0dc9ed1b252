//! The catalogue of MCP servers, and files of the registry.

use super::terminal::Terminal;

#[tokio::test(flavor = "multi_thread")]
async fn known_servers_are_listed_searched_and_shown() {
    let terminal = Terminal::without_vault(|_| {}).await;
    let all = terminal.run(&["catalog", "list", "--json"]).await;
    let all = all.document();
    assert!(all.as_array().unwrap().len() >= 30);
    for verb in ["list", "search"] {
        let found = terminal.run(&["catalog", verb, "linear.app"]).await;
        assert!(found.stdout.contains("https://mcp.linear.app/mcp"));
        assert_eq!(found.stdout.lines().count(), 2, "{}", found.shown());
    }
    let shown = terminal.run(&["catalog", "show", "filesystem"]).await;
    let adding = "patchbay connector add filesystem -- npx";
    assert!(shown.stdout.contains(adding), "{}", shown.shown());
    let is_untested = |line: &str| line.starts_with("Tested:") && line.ends_with(" no");
    assert!(shown.stdout.lines().any(is_untested), "{}", shown.shown());
    let none = terminal.run(&["catalog", "show", "nothing"]).await;
    assert_eq!(none.code, 6, "{}", none.shown());
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
        "--file",
        file.to_str().unwrap(),
        "--json",
    ];
    let entries = terminal.run(&read).await.document();
    assert_eq!(
        entries[0]["reach"]["url"],
        "https://weather.example.com/mcp"
    );
    let input = ["catalog", "list", "--file", "-", "--json"];
    let piped = terminal.run_with(&input, server).await.document();
    assert_eq!(piped, entries);
    let refused = terminal.run_with(&input, "nonsense").await;
    assert_eq!(refused.code, 2, "{}", refused.shown());
}
