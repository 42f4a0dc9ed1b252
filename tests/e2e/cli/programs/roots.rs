//! Folders that a person chose for a connector.

use super::sessions::Sessions;

impl Sessions {
    /// What the server was told when it asked for its folders.
    async fn told(&self) -> serde_json::Value {
        let done = self.run(&["tool", "run", "files", "echo", "--json"]).await;
        done.succeeded();
        let answer = done.document();
        let text = answer["result"]["content"][0]["text"].as_str();
        serde_json::from_str(text.unwrap_or_else(|| panic!("{answer}"))).unwrap()
    }
}

#[tokio::test]
async fn a_server_is_told_of_the_folders_that_were_chosen_and_of_none_else() {
    let harness = Sessions::new("roots").await;
    assert_eq!(harness.told().await["code"], -32601);

    let home = harness.0.terminal.home.path();
    let notes = home.join("my notes");
    std::fs::create_dir(&notes).unwrap();
    let (home, notes) = (home.to_str().unwrap(), notes.to_str().unwrap());
    let edit = ["connector", "edit", "files"];
    let both = ["--root", notes, "--root", home];
    let edited = harness.run(&[&edit[..], &both].concat()).await;
    edited.succeeded();
    assert!(
        edited.stdout.contains(&format!("{notes}, {home}")),
        "{edited:?}"
    );
    // The server that was held is another one now.
    let told = harness.told().await;
    assert_eq!(told["roots"].as_array().unwrap().len(), 2, "{told}");
    assert_eq!(told["roots"][0]["name"], "my notes");
    let uri = told["roots"][0]["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/my%20notes"),
        "{uri}"
    );

    let gone = format!("{home}/gone");
    let refused = harness.run(&[&edit[..], &["--root", &gone]].concat()).await;
    assert_eq!(
        refused.stderr,
        format!("error: Folder {gone} not found.\nhint: Choose a folder that exists.\n")
    );
    let shown = ["connector", "show", "files", "--json"];
    let shown = harness.run(&shown).await.document();
    assert_eq!(shown["roots"].as_array().unwrap().len(), 2, "{shown}");

    let none = [&edit[..], &["--no-roots"]].concat();
    harness.run(&none).await.succeeded();
    assert_eq!(harness.told().await["code"], -32601);
}
