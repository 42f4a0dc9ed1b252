//! What somebody pasted to add: commands, links, settings of other programs.

use patchbay_ops::{fill_in, read_pasted};

use super::{Taker, texts};

pub(super) fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "https://mcp.example.com/mcp\nmcp.example.org/sse",
        "npx -y @scope/server@1.2.3 --flag \"two words\" 'a b' $HOME/x ~/y ${API_KEY}",
        "API_KEY=abc TOKEN='x y' uvx --from git+https://a.example/b server && echo no > file | cat",
        "claude mcp add --transport http --header \"Authorization: Bearer abc\" wiki https://a.example/mcp",
        "docker run -i --rm -e API_KEY -v /a:/b:ro ghcr.io/a/b:1",
        "cmd /c npx -y \"C:\\Program Files\\a b\\c.cmd\" ^\r\n  --more %TOKEN%",
        "PS C:\\Users\\a> env A=b cross-env C='d e' cmd /c npx -y x",
        "export A=b\n❯ npx -y ‘x y’ — %TOKEN% # end",
        "claude mcp add-json -s user a '{\"command\":\"npx\",\"args\":[\"b\"]}'",
        "code --add-mcp '{\"name\":\"a\",\"command\":\"npx\"}'",
        "codex mcp add a --url https://a.example/mcp --bearer-token-env-var T",
        "```json\n{\"mcpServers\":{\"files\":{\"command\":\"npx\",\"args\":[\"-y\",\"a\"],\"env\":{\"KEY\":\"sk-123\"},\"cwd\":\"~/x\",\"disabled\":true,}}} // end\n```",
        r#"{"inputs":[{"type":"promptString","id":"k","description":"Key","password":true},{"type":"pickString","id":"r","options":["a","b"],"default":"a"}],"servers":{"x":{"type":"http","url":"https://a.example/${input:r}/mcp","headers":{"X-Key":"${input:k}"}}}}"#,
        r#""files": { "command": ["npx", "a"], "environment": {"A": "{env:B}"}, "type": "local" }"#,
        r#"[{"name":"a","transport":"sse","url":"https://a.example/sse"},{"context_servers":{"b":{"source":"custom","command":{"path":"c","args":[],"env":null}}}}]"#,
        "[mcp_servers.x]\ncommand = \"npx\"\nargs = [\"-y\", 'b']\n[mcp_servers.x.env]\nK = \"v\"",
        "extensions:\n  a:\n    type: stdio\n    cmd: npx\n    args: [-y, b]\n    envs: {K: v}",
        "patchbay://install?name=a&url=https%3A%2F%2Fa.example%2Fmcp",
        "cursor://anysphere.cursor-deeplink/mcp/install?name=a&config=eyJjb21tYW5kIjoibnB4IiwiYXJncyI6WyItYSJdfQ==",
        "vscode:mcp/install?%7B%22name%22%3A%22a%22%2C%22command%22%3A%22npx%22%2C%22args%22%3A%5B%22b%22%5D%7D",
        "goose://extension?cmd=npx&arg=-y&arg=b&timeout=300&id=a&name=A&env=K%3Dv",
        "https://insiders.vscode.dev/redirect/mcp/install?name=a&config=%7B%22type%22%3A%22http%22%2C%22url%22%3A%22https%3A%2F%2Fa.example%2Fmcp%22%7D&quality=insiders",
    ])
}

/// Reads the input, and fills in what is open in it.
pub(super) fn pasted() -> Taker {
    Box::new(|input| {
        let Ok(found) = read_pasted(&String::from_utf8_lossy(input)) else {
            return;
        };
        assert!(
            (1..=50).contains(&found.servers.len()),
            "as many as are looked through"
        );
        let notes = found.servers.iter().flat_map(|server| &server.notes);
        for note in notes.chain(&found.notes) {
            assert!(!note.contains(char::is_control), "{note:?}");
        }
        for server in &found.servers {
            for text in server.place.texts() {
                let filled = fill_in(text, &server.blanks, |_| Some(String::new())).unwrap();
                assert!(filled.len() <= text.len(), "nothing but blanks is replaced");
            }
        }
    })
}
