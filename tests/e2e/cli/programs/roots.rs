//! Folders that a person chose for a connector.

use super::sessions::Sessions;
use super::words;

impl Sessions {
    /// What the server was told when it asked for its folders.
    async fn told(&self) -> serde_json::Value {
        let answer = self.json("tool run files echo").await;
        let text = answer["result"]["content"][0]["text"].as_str();
        serde_json::from_str(text.unwrap_or_else(|| panic!("{answer}"))).unwrap()
    }
}

#[tokio::test]
async fn a_server_is_told_of_the_folders_that_were_chosen_and_of_none_else() {
    let harness = Sessions::new("roots").await;
    assert_eq!(harness.told().await["code"], -32601);

    let home = harness.home.path();
    let notes = home.join("my notes");
    std::fs::create_dir(&notes).unwrap();
    let (home, notes) = (home.to_str().unwrap(), notes.to_str().unwrap());
    let edit = words("connector edit files");
    let both = ["--root", notes, "--root", home];
    let edited = harness.run(&[&edit[..], &both].concat()).await;
    edited.succeeded();
    edited.assert_stdout(&format!("{notes}, {home}"));
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
    let shown = harness.json("connector show files").await;
    assert_eq!(shown["roots"].as_array().unwrap().len(), 2, "{shown}");

    harness.does("connector edit files --no-roots").await;
    assert_eq!(harness.told().await["code"], -32601);
}
