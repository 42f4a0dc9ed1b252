//! Whether the app looks after connectors by itself.

use serde_json::json;

use super::terminal::Terminal;

#[tokio::test(flavor = "multi_thread")]
async fn background_checks_are_switched_off_and_on_again() {
    let terminal = Terminal::without_vault(|_| {}).await;
    let asked = ["connector", "auto-check"];
    let background = async |words: &[&str]| {
        let words = [&asked[..], words, &["--json"]].concat();
        terminal.run(&words).await.document()
    };
    assert_eq!(background(&[]).await, json!({ "on": true }));
    assert_eq!(background(&["off"]).await, json!({ "on": false }));
    assert_eq!(background(&[]).await, json!({ "on": false }));
    let said = terminal.run(&asked).await;
    assert_eq!(said.stdout, "off\n", "{}", said.transcript());
    assert_eq!(background(&["on"]).await, json!({ "on": true }));
    terminal.fails("connector auto-check maybe", 2).await;
}
