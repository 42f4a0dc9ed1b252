//! What the documentation of well-known servers tells people to copy.

use super::{blanks, line, one};

/// Each a text, and what it becomes: the title, the words (or address and headers), and behind ` ? ` the names of what is
/// left to fill in; `!` marks secrets.
const SNIPPETS: &str = include_str!("snippets.txt");

#[test]
fn snippets_of_documentation_become_what_they_mean() {
    for snippet in SNIPPETS.trim_end().split("\n\n") {
        let (text, meant) = snippet.rsplit_once("\n=> ").unwrap();
        let server = one(text);
        let title = server.title.clone().unwrap_or_default();
        let mut said = [vec![title], line(&server)].concat().join(" | ");
        for (index, (_, name, is_secret)) in blanks(&server).into_iter().enumerate() {
            let before = if index == 0 { " ? " } else { " " };
            let mark = if is_secret { "!" } else { "" };
            said += &format!("{before}{name}{mark}");
        }
        assert_eq!(said, meant, "{text}");
    }
}

#[test]
fn only_what_is_lost_is_named() {
    for (text, notes) in [
        (
            "[mcp_servers.a]\ncommand = \"a\"\nstartup_timeout_sec = 20\nstartup_timeout_ms = 5\nenabled = true",
            &["Not taken over: startup_timeout_ms"][..],
        ),
        (
            "[mcp_servers.a]\nurl = \"https://a.example/mcp\"\nbearer_token_env_var = \"A\"",
            &[],
        ),
        (
            r#"{"a": {"url": "https://a.example/mcp", "oauth": {"clientId": "x"}, "timeout": 5, "disabled": false}}"#,
            &["Not taken over: oauth"],
        ),
        (
            r#"{"servers": {"a": {"command": "a", "envFile": "${workspaceFolder}/.env"}}}"#,
            &[
                "The variables in ${workspaceFolder}/.env weren't read: enter those it needs as variables of the connector",
            ],
        ),
        (
            "gemini mcp add --timeout 5000 a https://a.example/mcp",
            &["Not taken over: --timeout"],
        ),
        (
            "env -u TOKEN a b",
            &["`env -u TOKEN` was left out: few of your variables are passed on"],
        ),
        (
            "npx mcp-remote https://a.example/mcp --host 127.0.0.1",
            &[
                "mcp-remote was left out: Patchbay connects to the address itself",
                "Not taken over: --host",
            ],
        ),
    ] {
        assert_eq!(one(text).notes, notes, "{text}");
    }
}
