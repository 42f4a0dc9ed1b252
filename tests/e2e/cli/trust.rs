//! Servers that nobody vouches for, until a person does.

use patchbay_playground::SelfSigned;

use super::terminal::{Terminal, words};

pub(super) const CLIENT_CERTIFICATE: &str = concat!(
    include_str!("../../playground/src/self_signed/certificate.pem"),
    include_str!("../../playground/src/self_signed/key.pem"),
);

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_trusted_by_its_fingerprint_for_one_connector() {
    let terminal = Terminal::new().await;
    let server = SelfSigned::start().await.unwrap();
    let url = server.url().as_str();
    let place = url.strip_prefix("https://").unwrap().split('/').next();
    let place = place.unwrap();
    for name in ["wiki", "other"] {
        let add = ["connector", "add", url, "--name", name, "--title", name];
        terminal.run(&add).await.succeeded();
    }
    let connect = ["connector", "connect", "wiki"];
    let told = terminal.run(&connect).await;
    let words = format!("error: The certificate of {place} isn't trusted: it's self-signed.\n");
    assert!(told.stderr.starts_with(&words), "{told:?}");
    let hint = "hint: To see it and trust it, run `patchbay connector trust wiki`.\n";
    assert!(told.stderr.ends_with(hint), "{told:?}");
    assert_eq!(server.requests(), 0, "nothing is sent without trust");

    let found = terminal.json("connector trust wiki").await;
    assert_eq!(found["place"], place);
    let fingerprint = found["facts"]["sha256"].as_str().unwrap();
    told.assert_stderr(fingerprint);
    let trust = |fingerprint: String| {
        let words = ["connector", "trust", "wiki", "--fingerprint"].map(str::to_owned);
        [&words[..], &[fingerprint]].concat()
    };
    let wrong = trust("00".repeat(32));
    let words: Vec<_> = wrong.iter().map(String::as_str).collect();
    let told = terminal.run(&words).await;
    told.assert_stderr("shows another certificate");
    let right = trust(fingerprint.replace(':', "").to_lowercase());
    let words: Vec<_> = right.iter().map(String::as_str).collect();
    let done = terminal.run(&words).await;
    done.succeeded();
    assert_eq!(
        done.stderr,
        format!("Trusted the certificate of {place}.\n")
    );

    let told = terminal.run(&connect).await;
    assert!(!told.stderr.contains("isn't trusted"), "{told:?}");
    let requests = server.requests();
    assert!(requests > 0, "it was asked: {told:?}");
    let check = terminal.run(&["connector", "check", "other"]).await;
    check.assert_stdout("isn't trusted");

    let edit = ["connector", "edit", "wiki", "--distrust", place];
    terminal.run(&edit).await.succeeded();
    let told = terminal.run(&connect).await;
    told.assert_stderr("isn't trusted");
    assert_eq!(server.requests(), requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_ones_own_is_trusted_from_the_first_look_on() {
    let terminal = Terminal::new().await;
    let server = SelfSigned::start().await.unwrap();
    let file = terminal.home.path().join("root.pem");
    std::fs::write(&file, SelfSigned::certificate()).unwrap();
    let file = file.to_str().unwrap();
    let add = ["connector", "add", server.url().as_str(), "--name", "wiki"];
    let add = [&add[..], &["--root-certificate", file]].concat();
    terminal.run(&add).await.succeeded();
    assert!(server.requests() > 0, "it was looked at");
    let kept = terminal.json("connector show wiki").await;
    assert_eq!(kept["network"]["authorities"].as_array().unwrap().len(), 1);

    let broken = terminal.home.path().join("broken.pem");
    std::fs::write(&broken, "hello").unwrap();
    let edit = ["connector", "edit", "wiki"];
    let wrong = ["--root-certificate", broken.to_str().unwrap()];
    let told = terminal.run(&[&edit[..], &wrong].concat()).await;
    told.assert_stderr("isn't a certificate");
    let none = [&edit[..], &["--no-root-certificates"]].concat();
    terminal.run(&none).await.succeeded();
    let told = terminal.run(&["connector", "connect", "wiki"]).await;
    told.assert_stderr("isn't trusted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_used_is_noted_and_equal_titles_are_told_apart() {
    let terminal = Terminal::new().await;
    let note = "Note: the proxy isn't used for a server on this computer.";
    let near = "connector add http://127.0.0.1:9/mcp --name near --title Wiki";
    let near = format!("{near} --proxy http://127.0.0.1:3128");
    terminal.does(&near).await.assert_stderr(note);
    let edit = "connector edit near --proxy http://127.0.0.1:3129";
    let alone = terminal.does(edit).await;
    alone.assert_stderr("Updated Wiki.\n");
    alone.assert_stderr(note);
    let far = "connector add https://wiki.example/mcp --name far --title Wiki --proxy none";
    let far = terminal.does(far).await;
    assert!(!far.stderr.contains("proxy"), "{far:?}");
    let two = terminal.does("connector edit near --favorite").await;
    two.assert_stderr("Updated Wiki (near).\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_client_certificate_is_trusted_with_the_vault_open() {
    let terminal = Terminal::new().await;
    let server = SelfSigned::start().await.unwrap();
    let file = terminal.home.path().join("client.pem");
    std::fs::write(&file, CLIENT_CERTIFICATE).unwrap();
    let add = ["connector", "add", server.url().as_str(), "--name", "wiki"];
    let certificate = ["--client-certificate", file.to_str().unwrap()];
    terminal
        .run(&[&add[..], &certificate].concat())
        .await
        .succeeded();

    let told = terminal.run(&["connector", "connect", "wiki"]).await;
    told.assert_stderr("isn't trusted");
    let found = terminal.json("connector trust wiki").await;
    let trust = "connector trust wiki --fingerprint";
    let trust = format!("{trust} {}", found["facts"]["sha256"].as_str().unwrap());
    let mut locked = terminal.command(&words(&trust));
    locked.env_remove("PATCHBAY_PASSPHRASE");
    let locked = terminal.finish(locked, "").await;
    locked.assert_stderr("hint: Set PATCHBAY_PASSPHRASE");
    terminal.does(&trust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nothing_listens_is_added_with_a_note() {
    let terminal = Terminal::new().await;
    let added = terminal.add("http://127.0.0.1:9/mcp", &[]).await;
    let note = added.stderr.lines().find(|line| line.starts_with("Note: "));
    assert!(
        note.is_some_and(|note| note.contains("127.0.0.1:9")),
        "{added:?}"
    );
    added.assert_stderr("Next: patchbay ");
}
