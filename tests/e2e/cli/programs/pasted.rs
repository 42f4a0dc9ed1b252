//! Servers that a text names, and the secrets that each of them gets.

use super::*;

/// Two servers whose header has that value.
fn two_servers(value: &str) -> Value {
    let server = |host: &str| {
        json!({
            "url": format!("https://{host}/mcp"),
            "headers": { "Authorization": format!("Bearer {value}") },
        })
    };
    json!({ "servers": { "a": server("a.example"), "b": server("b.example:8443") } })
}

#[tokio::test]
async fn a_typed_secret_goes_to_the_server_that_it_was_asked_for() {
    let harness = Programs::new().await;
    let file = harness.home.path().join("mcp.json");
    std::fs::write(&file, two_servers("YOUR_API_KEY").to_string()).unwrap();
    let add = ["connector", "add", "--from", file.to_str().unwrap()];
    let steps = [
        ("Add these 2 servers? [y/N] ", "y\n"),
        ("YOUR_API_KEY for a (a.example): ", "first-key\n"),
        ("YOUR_API_KEY for b (b.example:8443): ", "second-key\n"),
    ];
    harness.typed(&add, &steps).await.succeeded();

    let one = ["--fill-secret", "YOUR_API_KEY"];
    let refused = [&add[..], &one].concat();
    let refused = harness.run_with(&refused, &format!("{TOKEN}\n")).await;
    assert_eq!(refused.code, 2, "{refused:?}");
    refused.assert_stderr("for several servers: a (a.example), b (b.example:8443)");
    refused.assert_stderr("with --only NAME");
    let only = [&add[..], &one, &["--only", "b"]].concat();
    harness
        .run_with(&only, &format!("{TOKEN}\n"))
        .await
        .succeeded();
}

#[tokio::test]
async fn an_input_of_the_text_is_asked_for_once_with_all_who_get_it() {
    let harness = Programs::new().await;
    let file = harness.home.path().join("mcp.json");
    std::fs::write(&file, two_servers("${input:key}").to_string()).unwrap();
    let add = ["connector", "add", "--from", file.to_str().unwrap()];
    let steps = [
        ("Add these 2 servers? [y/N] ", "y\n"),
        ("key for a (a.example), b (b.example:8443): ", "the-key\n"),
    ];
    harness.typed(&add, &steps).await.succeeded();

    let given = [&add[..], &["--fill-secret", "key"]].concat();
    let given = harness.run_with(&given, &format!("{TOKEN}\n")).await;
    given.succeeded();
    given.assert_stderr("Note: key is for a (a.example), b (b.example:8443).\n");
}

#[tokio::test]
async fn a_plain_variable_named_like_a_secret_input_is_shown() {
    let harness = Programs::new().await;
    let entry = json!({
        "name": "x",
        "command": "python3",
        "env": { "PYTHONPATH": "/tmp/evil", "API": "${input:PYTHONPATH}" },
        "inputs": [{ "id": "PYTHONPATH", "type": "promptString", "password": true }],
    });
    let link = format!("vscode:mcp/install?{entry}");
    let shown = harness.does_with("connector add --from - --dry-run", &link);
    shown
        .await
        .assert_stdout("Variables:  PYTHONPATH=/tmp/evil\n");
}

#[tokio::test]
async fn none_of_several_servers_is_added_before_all_can_be() {
    let harness = Programs::new().await;
    let good = json!({ "command": "python3", "args": ["x.py"] });
    let header = json!({ "X-Key": "some-key-83910" });
    for (bad, said) in [
        (json!({ "command": "python3", "cwd": "sub" }), "a full path"),
        (json!({ "url": "https://u:p@wiki.example/mcp" }), "password"),
        (
            json!({ "url": "http://wiki.example/mcp", "headers": header }),
            "http",
        ),
        (
            json!({ "url": "https://wiki.example/mcp", "headers": { "X Key": "k" } }),
            "isn't a valid header name",
        ),
    ] {
        let text = json!({ "mcpServers": { "good": good, "odd": bad, "last": good } });
        let add = words("connector add --from -");
        let refused = harness.run_with(&add, &text.to_string()).await;
        assert_ne!(refused.code, 0, "{refused:?}");
        refused.assert_stderr("error: Can't add odd: ");
        refused.assert_stderr(said);
        assert_eq!(harness.json("connector list").await, json!([]), "{said}");
    }
}

#[tokio::test]
async fn each_server_that_is_not_connected_is_named_with_what_helps() {
    let harness = Programs::new().await;
    harness.does("connector add b --title b2 -- sh").await;
    let server = json!({ "command": "sh" });
    let text = json!({ "mcpServers": { "b1": server, "b2": server } });
    let add = words("connector add --from - --connect");
    let failed = harness.run_with(&add, &text.to_string()).await;
    assert_eq!(failed.code, 1, "{}", failed.transcript());
    failed.assert_stderr("b2 (b2) stays, not connected yet.");
    failed.assert_stderr("b2 (b2): Patchbay isn't allowed to run");
    for name in ["b1", "b2"] {
        failed.assert_stderr(&format!("`patchbay connector edit {name} --allow`"));
    }
}

#[tokio::test]
async fn what_an_option_gives_is_not_asked_for() {
    let harness = Programs::new().await;
    let text = json!({ "mcpServers": { "a": {
        "command": "server", "env": { "LANG": "${LANG}", "API_KEY": "YOUR_API_KEY" },
    } } });
    let add = "connector add --from - --dry-run";
    let open = harness.does_with(add, &text.to_string()).await;
    open.assert_stdout("Asks for:   LANG\n");
    open.assert_stdout("Secrets: ");
    let given = format!("{add} --env LANG=de --env API_KEY=env");
    let shown = harness.does_with(&given, &text.to_string()).await;
    shown.assert_stdout("Variables:  API_KEY=env\nVariables:  LANG=de\n");
    for absent in ["Asks for:", "Secrets:"] {
        assert!(!shown.stdout.contains(absent), "{shown:?}");
    }
}

#[tokio::test]
async fn a_secret_in_an_address_is_not_said_to_be_in_the_vault() {
    let harness = Programs::new().await;
    let text = json!({ "servers": { "a": {
        "url": "https://a.example/${input:token}/mcp",
        "headers": { "Authorization": "Bearer ${input:key}" },
    } } });
    let add = "connector add --from - --dry-run";
    let shown = harness.does_with(add, &text.to_string()).await;
    shown.assert_stdout("Secrets:    Authorization key\n");
    shown.assert_stdout("Asks for:   token\n");
    shown.assert_stdout("Note: A secret seems to be a part of the address.");
}

#[tokio::test]
async fn a_dry_run_of_an_address_adds_nothing_and_takes_what_adding_takes() {
    let harness = Programs::new().await;
    let add = words("connector add --dry-run https://a.example/mcp");
    let shown = harness.run_with(&add, "").await;
    shown.succeeded();
    shown.assert_stdout("Host:       a.example\n");
    let add = words("connector add --dry-run cursor://x/mcp/install?name=x");
    let refused = harness.run_with(&add, "").await;
    assert_ne!(refused.code, 0, "{refused:?}");
    refused.assert_stderr("--from -");
    let options = "--header X-Key=env://TP --name wiki";
    let add = format!("connector add --dry-run a.example/mcp {options}");
    let shown = harness.does(&add).await;
    for line in [
        "Short name:  wiki\n",
        "Address:     https://a.example/mcp\n",
        "Host:        a.example\n",
        "Secrets:     X-Key\n",
    ] {
        shown.assert_stdout(line);
    }
    for refused in [
        "http://a.example/mcp --token-from env://TP",
        "https://a.example/mcp --proxy junk",
        "https://a.example/mcp --root-certificate /nope",
        "https://a.example/mcp --client-certificate /nope",
        "https://a.example/mcp --name a/b",
        "https://a.example/mcp --header Host=env://TP",
        "a/b -- node x",
        "ad --env A.B=1 -- node x",
        "ad --env-secret A=env://TP --env A=1 -- node x",
    ] {
        let add = format!("connector add --dry-run {refused}");
        let done = harness.run(&words(&add)).await;
        assert_ne!(done.code, 0, "{add}");
        assert_eq!(done.stdout, "", "{add}");
    }
    let text = json!({ "mcpServers": { "a": {
        "url": "http://a.example/mcp", "headers": { "X-Key": "k3y-of-it" },
    } } });
    let add = words("connector add --from - --dry-run");
    let refused = harness.run_with(&add, &text.to_string()).await;
    assert_ne!(refused.code, 0, "{refused:?}");
    assert_eq!(harness.json("connector list").await, json!([]));
    harness.does("connector add ad -- node x").await;
    let taken = words("connector add --dry-run ad -- node x");
    let refused = harness.run(&taken).await;
    assert_ne!(refused.code, 0, "{refused:?}");
}
