use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use patchbay_model::{Code, Explain as _};
use serde_json::{Value, json};

use super::*;
use crate::secret_detection::{is_secret_name, is_secret_value};

mod snippets;

const URL: &str = "https://mcp.linear.app/mcp";

fn servers(text: &str) -> Vec<PastedServer> {
    let found = read(text, Some("/home/ada"));
    found
        .unwrap_or_else(|why| panic!("{text}: {why:?}"))
        .servers
}

pub(super) fn one(text: &str) -> PastedServer {
    let mut servers = servers(text);
    assert_eq!(servers.len(), 1, "{text}");
    servers.remove(0)
}

fn refused(text: &str) -> PasteError {
    read(text, Some("/home/ada")).unwrap_err()
}

/// Returns an address with its headers, or the words of a command after its variables; `!` marks secrets.
fn line(server: &PastedServer) -> Vec<String> {
    let pair = |it: &PastedValue| {
        let mark = if it.is_secret { "!" } else { "" };
        format!("{}{mark}={}", it.name, it.value)
    };
    match &server.place {
        PastedPlace::Address { url, headers } => {
            let headers = headers.iter().map(pair);
            iter::once(url.clone()).chain(headers).collect()
        }
        PastedPlace::Program {
            program,
            arguments,
            variables,
            ..
        } => {
            let words = iter::once(program).chain(arguments).cloned();
            variables.iter().map(pair).chain(words).collect()
        }
    }
}

fn blanks(server: &PastedServer) -> Vec<(&str, &str, bool)> {
    let blanks = server.blanks.iter();
    blanks
        .map(|blank| (blank.text.as_str(), blank.name.as_str(), blank.is_secret))
        .collect()
}

#[test]
fn a_list_of_addresses_may_have_comments() {
    let text = "# of the team\nhttps://a.example/mcp\n\n# another\nhttps://b.example/mcp";
    let servers = read(text, None).unwrap().servers;
    let addresses = servers.iter().map(|server| match &server.place {
        PastedPlace::Address { url, .. } => url.as_str(),
        PastedPlace::Program { program, .. } => program.as_str(),
    });
    assert_eq!(
        addresses.collect::<Vec<_>>(),
        ["https://a.example/mcp", "https://b.example/mcp"]
    );
    assert!(matches!(read("# nothing", None), Err(PasteError::Nothing)));
}

#[test]
fn addresses_stay_unchanged() {
    for text in [
        URL,
        "mcp.linear.app/mcp",
        "localhost:8931/mcp",
        "javascript:alert(1)",
        "nas/mcp",
    ] {
        assert_eq!(line(&one(&format!("  {text}\n"))), [text]);
    }
    assert_eq!(line(&one(&format!("`{URL}`"))), [URL]);
    assert_eq!(servers(&format!("{URL}\n\nhttps://b.example/mcp")).len(), 2);
}

#[test]
fn a_bundle_is_neither_an_address_nor_a_command() {
    for text in [
        "https://github.com/a/b/releases/download/v1/w.mcpb",
        "https://a.example/w.DXT?raw=true",
        "file:///tmp/w.mcpb",
        "w.mcpb",
        "/tmp/w.mcpb",
        "'/tmp/my w.mcpb'",
        r"C:\Users\ada\w.mcpb",
        r#""C:\Users\ada\w.mcpb""#,
        "patchbay://install?url=https%3A%2F%2Fa.example%2Fw.mcpb",
        "https://a.example/mcp\nhttps://a.example/w.mcpb",
    ] {
        let error = refused(text);
        assert_eq!(error, PasteError::Bundle { name: None }, "{text}");
    }
    let hint = Error::from(refused("/tmp/w.mcpb")).hint();
    assert_eq!(hint.as_deref(), Some(BUNDLE_HINT));
    let entry = refused(r#"{"mcpServers": {"w": {"command": "/tmp/w.mcpb"}}}"#);
    assert_eq!(entry.to_string(), "can't add w: it's an MCP bundle");
    for inside in ["npx run-bundle ./w.mcpb", "https://a.example/w.mcpb/mcp"] {
        one(inside);
    }
}

#[test]
fn packages_that_are_not_started_are_named_where_there_is_nothing_else() {
    let only = |kind: &str| {
        let identifier = "https://a.example/download";
        let package = json!({"registryType": kind, "identifier": identifier});
        let file = json!({"name": "com.example/weather", "packages": [package]});
        refused(&file.to_string())
    };
    let name = Some("weather".to_owned());
    assert_eq!(only("mcpb"), PasteError::Bundle { name });
    assert_eq!(
        only("cargo").to_string(),
        "can't add weather: Patchbay doesn't know how to start it"
    );
}

#[test]
fn command_lines_are_split_like_in_a_shell() {
    for (text, words) in [
        (
            "npx -y server-files /tmp",
            &["npx", "-y", "server-files", "/tmp"][..],
        ),
        (
            "$ npx -y 'my files' \"a b\" it\\'s ''",
            &["npx", "-y", "my files", "a b", "it's", ""],
        ),
        (
            "npx \\\n  -y \\\n  server-files",
            &["npx", "-y", "server-files"],
        ),
        ("uvx \"a\\\"b\\n\" c\\ d", &["uvx", "a\"b\\n", "c d"]),
        (
            "npx server-files ~/notes ~",
            &["npx", "server-files", "/home/ada/notes", "/home/ada"],
        ),
        (
            "npx server $HOME/a ${HOME}/b --dir=$HOME/c -v $HOME:/d $HOME $HOMES",
            &[
                "npx",
                "server",
                "/home/ada/a",
                "/home/ada/b",
                "--dir=/home/ada/c",
                "-v",
                "/home/ada:/d",
                "/home/ada",
                "$HOMES",
            ],
        ),
        ("/opt/bin/server", &["/opt/bin/server"]),
        (
            r"C:\tools\server.exe C:\Users\ada 'x'",
            &[r"C:\tools\server.exe", r"C:\Users\ada", "x"],
        ),
        (
            r"npx -y files --root='C:\My files' 'D:\My notes'",
            &["npx", "-y", "files", r"--root=C:\My files", r"D:\My notes"],
        ),
        (
            r#"& "C:\Program Files\nodejs\npx.cmd" -y files"#,
            &[r"C:\Program Files\nodejs\npx.cmd", "-y", "files"],
        ),
        (
            r#"PS C:\> & "C:\Program Files\nodejs\npx.cmd" -y files"#,
            &[r"C:\Program Files\nodejs\npx.cmd", "-y", "files"],
        ),
        (
            r#"PS C:\> npx -y files "D:\My notes\""#,
            &["npx", "-y", "files", r"D:\My notes\"],
        ),
        (
            r#"npx -y files "D:\My notes\\" "\\nas\a" "a\"b\\\"c""#,
            &[
                "npx",
                "-y",
                "files",
                r"D:\My notes\",
                r"\\nas\a",
                r#"a"b\"c"#,
            ],
        ),
        (
            "\"C:\\Program Files\\s.exe\" --a ^\n b",
            &[r"C:\Program Files\s.exe", "--a", "b"],
        ),
        (
            r"node %APPDATA%\npm\index.js ~\Documents",
            &["node", r"%APPDATA%\npm\index.js", r"/home/ada\Documents"],
        ),
        (r".\server.exe --stdio", &[r".\server.exe", "--stdio"]),
        (r"run --root=\\nas\share", &["run", r"--root=\\nas\share"]),
        (r"PS C:\Users\ada> npx -y server", &["npx", "-y", "server"]),
        ("cmd /c npx -y server", &["npx", "-y", "server"]),
        ("cmd /c \"npx -y server\"", &["npx", "-y", "server"]),
        (
            r"cmd /c 'npx -y server data\notes'",
            &["npx", "-y", "server", r"data\notes"],
        ),
        (
            r#"cmd.exe /C "C:\Program Files\server.exe""#,
            &[r"C:\Program Files\server.exe"],
        ),
        ("```bash\n$ npx -y server\n```", &["npx", "-y", "server"]),
        (
            "# installs nothing\nnpx -y server # starts it",
            &["npx", "-y", "server"],
        ),
        (
            "npx –y server —root “a b”\u{a0}c",
            &["npx", "-y", "server", "--root", "a b", "c"],
        ),
        (
            "docker run -i --rm -e MODE=a mcp/files",
            &["docker", "run", "-i", "--rm", "-e", "MODE=a", "mcp/files"],
        ),
        (
            "npx server 'a|b;c' \"d & e\" 'f`$(g)'",
            &["npx", "server", "a|b;c", "d & e", "f`$(g)"],
        ),
    ] {
        assert_eq!(line(&one(text)), words, "{text}");
    }
}

#[test]
fn leading_assignments_become_variables() {
    for text in [
        "MODE=fast API_KEY='a b' npx server",
        "env MODE=fast API_KEY='a b' npx server",
        "export MODE=fast\nexport API_KEY='a b'\nnpx server",
        "$ cross-env MODE=fast API_KEY='a b' npx server",
        "claude mcp add files -- env MODE=fast API_KEY='a b' npx server",
        "cmd /c cross-env MODE=fast \"API_KEY=a b\" npx server",
        r#"{"command": "/usr/bin/env", "args": ["MODE=fast", "API_KEY=a b", "npx", "server"]}"#,
    ] {
        assert_eq!(
            line(&one(text)),
            ["MODE=fast", "API_KEY!=a b", "npx", "server"],
            "{text}"
        );
    }
    let passed = one("docker run -i -e GITHUB_TOKEN -e MODE --env LANG=en ghcr.io/github/server");
    assert_eq!(line(&passed)[..2], ["GITHUB_TOKEN!=", "MODE="]);
    assert_eq!(line(&passed)[2..6], ["docker", "run", "-i", "-e"]);
}

#[test]
fn secret_values_of_docker_variables_become_variables_of_the_program() {
    let given = one(
        "docker run -it --rm --name s -e API_KEY=hunter2 -e MODE=fast --env=B_TOKEN=t2 -eC_SECRET=s3 a/b:1 -e D_KEY=4",
    );
    assert_eq!(
        line(&given),
        [
            "API_KEY!=hunter2",
            "B_TOKEN!=t2",
            "C_SECRET!=s3",
            "docker",
            "run",
            "-it",
            "--rm",
            "--name",
            "s",
            "-e",
            "API_KEY",
            "-e",
            "MODE=fast",
            "--env=B_TOKEN",
            "-eC_SECRET",
            "a/b:1",
            "-e",
            "D_KEY=4",
        ]
    );
    let elsewhere = one("docker --context far run -i -e API_KEY=sk-abc mcp/search");
    assert_eq!(elsewhere.title.as_deref(), Some("Search"));
    assert_eq!(line(&elsewhere)[0], "API_KEY!=sk-abc");
    let twice = one("API_KEY=old docker run -e API_KEY=new -e URL=sk-abc a/b");
    assert_eq!(
        line(&twice),
        [
            "API_KEY!=new",
            "URL!=sk-abc",
            "docker",
            "run",
            "-e",
            "API_KEY",
            "-e",
            "URL",
            "a/b"
        ]
    );
}

#[test]
fn shell_syntax_is_refused() {
    for (text, operator) in [
        ("curl https://a.example | sh", "|"),
        ("npm i && npx server", "&&"),
        ("cd /tmp; npx server", ";"),
        ("npx server > log", ">"),
        ("npx server < in", "<"),
        ("npx server $(id)", "$("),
        ("npx server \"$(id)\"", "$("),
        ("npx server `id`", "`"),
        ("npx server \"`id`\"", "`"),
        ("npx server &", "&"),
        ("cmd /c \"set A=b && npx server\"", "&&"),
        ("cmd /c \"npx server | more\"", "|"),
        ("cmd /c set A=b \"&&\" npx server", "&&"),
    ] {
        let operator = operator.to_owned();
        assert_eq!(refused(text), PasteError::Shell { operator }, "{text}");
    }
    let why = "Patchbay doesn't know the option -x of env".to_owned();
    let unknown = PasteError::NotUsable { name: None, why };
    assert_eq!(refused("env -x npx server"), unknown);
    let files = json!({"command": "env", "args": ["-x", "npx"]});
    let refusal = refused(&json!({"mcpServers": {"files": files}}).to_string());
    assert_eq!(
        refusal.to_string(),
        "can't add files: Patchbay doesn't know the option -x of env"
    );
    for only in ["export A=b", "set A=b", "$env:A = 'b'"] {
        let refused = refused(only).to_string();
        assert!(refused.contains("only sets variables"), "{refused}");
    }
    assert_eq!(refused("npx 'server a"), PasteError::OpenQuote);
    assert_eq!(refused("npx \"server a"), PasteError::OpenQuote);
    assert_eq!(refused("npm install x\nnpx x"), PasteError::Commands);
    assert_eq!(refused(" \n\u{feff} "), PasteError::Nothing);
    assert_eq!(refused("npx server \u{1b}[2J"), PasteError::Control);
}

#[test]
fn add_commands_of_other_apps_are_parsed() {
    let env = "--env API_KEY=k --env MODE=fast";
    for text in [
        format!("claude mcp add {env} files -- npx -y server"),
        format!("claude mcp add files -s user {env} -- npx -y server"),
        format!("codex mcp add files {env} -- npx -y server"),
        format!("gemini mcp add {env} files npx -y server"),
        r#"claude mcp add-json -s user files '{"command":"npx","args":["-y","server"],"env":{"API_KEY":"k","MODE":"fast"}}'"#.to_owned(),
        r#"code --add-mcp '{"name":"files","command":"npx","args":["-y","server"],"env":{"API_KEY":"k","MODE":"fast"}}'"#.to_owned(),
    ] {
        let server = one(&text);
        assert_eq!(server.title.as_deref(), Some("files"), "{text}");
        assert_eq!(line(&server), ["API_KEY!=k", "MODE=fast", "npx", "-y", "server"], "{text}");
    }
    let remote = one(&format!(
        "claude mcp add -t http linear {URL} -H 'X-Key: k' --verbose"
    ));
    assert_eq!(line(&remote), [URL, "X-Key!=k"]);
    assert_eq!(remote.notes, ["Not taken over: --verbose"]);
    let codex = one(&format!(
        "codex mcp add linear --url {URL} --bearer-token-env-var LINEAR"
    ));
    assert_eq!(line(&codex), [URL, "Authorization!=Bearer ${LINEAR}"]);
    assert_eq!(refused("claude mcp add files"), PasteError::NoServer);
}

#[test]
fn mcp_remote_is_replaced_by_its_address() {
    for text in [
        format!("npx -y mcp-remote {URL} --header 'Authorization: Bearer k'"),
        json!({"mcpServers": {"linear": {
            "command": "npx",
            "args": ["-y", "mcp-remote@latest", URL, "--header", "Authorization:${AUTH}"],
            "env": {"AUTH": "Bearer k"},
        }}})
        .to_string(),
    ] {
        let server = one(&text);
        assert_eq!(line(&server), [URL, "Authorization!=Bearer k"], "{text}");
        assert!(server.notes[0].contains("mcp-remote"));
    }
}

#[test]
fn servers_are_found_in_every_known_container() {
    let files =
        json!({"command": "npx", "args": ["-y", "server"], "env": {"MODE": "fast", "N": 3}});
    for text in [
        json!({"mcpServers": {"files": files}}),
        json!({"servers": {"files": files}, "inputs": []}),
        json!({"mcp": {"servers": {"files": files}}}),
        json!({"context_servers": {"files": files}}),
        json!({"files": files}),
        json!({"mcp": {"files": {"type": "local", "command": ["npx", "-y", "server"], "environment": {"MODE": "fast", "N": "3"}}}}),
        json!({"extensions": {"files": {"type": "stdio", "cmd": "npx", "args": ["-y", "server"], "envs": {"MODE": "fast", "N": "3"}}}}),
        json!({"mcpServers": [{"name": "files", "command": "npx -y server", "env": ["MODE=fast", "N=3"]}]}),
        json!([{"name": "files", "command": "npx", "args": ["-y", "server"], "env": {"MODE": "fast", "N": 3}}]),
    ] {
        let server = one(&text.to_string());
        assert_eq!(server.title.as_deref(), Some("files"), "{text}");
        assert_eq!(
            line(&server),
            ["MODE=fast", "N=3", "npx", "-y", "server"],
            "{text}"
        );
    }
    assert_eq!(one(&files.to_string()).title.as_deref(), Some("Server"));
    assert_eq!(one(&json!({"url": URL}).to_string()).title, None);
    for (key, more) in [
        ("url", json!({"type": "http"})),
        ("serverUrl", json!({})),
        ("httpUrl", json!({})),
    ] {
        let mut entry = more;
        entry[key] = URL.into();
        entry["headers"] = json!({"Authorization": "Bearer k", "X-Team": "blue"});
        let server = one(&json!({"mcpServers": {"Linear": entry}}).to_string());
        assert_eq!(
            line(&server),
            [URL, "Authorization!=Bearer k", "X-Team=blue"],
            "{key}"
        );
    }
}

#[test]
fn a_server_may_be_named_like_a_container() {
    let entry = json!({"url": URL});
    for name in ["mcp", "servers", "extensions"] {
        for text in [
            json!({"mcpServers": {name: entry, "zz": entry}}),
            json!({name: entry, "zz": entry}),
        ] {
            let found = servers(&text.to_string());
            let titles = found.iter().map(|server| server.title.as_deref());
            assert_eq!(
                titles.collect::<Vec<_>>(),
                [Some(name), Some("zz")],
                "{text}"
            );
        }
    }
    let alone = json!({"mcp": entry, "theme": "dark"}).to_string();
    assert_eq!(line(&one(&alone)), [URL]);
}

#[test]
fn a_whole_command_in_one_text_is_split() {
    let words = |command: &str, more: Value| {
        let mut entry = more;
        entry["command"] = command.into();
        line(&one(&json!({"mcpServers": {"x": entry}}).to_string()))
    };
    for more in [json!({}), json!({"args": []})] {
        assert_eq!(words("uvx server --all", more), ["uvx", "server", "--all"]);
    }
    let program = "C:/Program Files/s.exe";
    assert_eq!(words(program, json!({})), [program]);
    let script = words(r"node C:\s\x.js", json!({}));
    assert_eq!(script, ["node", r"C:\s\x.js"]);
    assert_eq!(line(&one("C:/tools/server.exe")), ["C:/tools/server.exe"]);
    assert!(matches!(
        one("C:/tools/server.exe").place,
        PastedPlace::Program { .. }
    ));
}

#[test]
fn a_placeholder_is_secret_wherever_it_is_used() {
    let text = json!({"mcpServers": {"x": {
        "command": "x", "env": {"A_LOG": "${WHO}:${AT}", "B_MODE": "${AT}", "Z_TOKEN": "${WHO}"},
    }}});
    let server = one(&text.to_string());
    assert_eq!(
        line(&server),
        [
            "A_LOG!=${WHO}:${AT}",
            "B_MODE!=${AT}",
            "Z_TOKEN!=${WHO}",
            "x"
        ]
    );
    assert!(server.blanks.iter().all(|blank| blank.is_secret));
}

#[test]
fn letters_of_an_address_are_not_placeholders() {
    let address = "https://h.example/%E4%BD%A0/%BCber%20/mcp";
    let server = one(&format!("npx mcp-remote {address}"));
    assert_eq!(line(&server), [address]);
    assert!(server.blanks.is_empty(), "{:?}", server.blanks);
    assert_eq!(
        blanks(&one("npx server %TEAM%")),
        [("%TEAM%", "TEAM", false)]
    );
}

#[test]
fn an_input_may_have_any_id() {
    let text = json!({
        "inputs": [{"id": "api key (prod)", "type": "promptString", "password": true}],
        "servers": {"x": {"command": "x", "env": {
            "A": "${input:api key (prod)}", "B": "${input:other (x)}",
        }}},
    });
    let expected = [("${input:api key (prod)}", "api key (prod)", true)];
    assert_eq!(blanks(&one(&text.to_string())), expected);
}

#[test]
fn a_value_with_a_secret_of_the_registry_in_it_is_secret() {
    let file = json!({"name": "com.example/w", "packages": [{
        "registryType": "npm", "identifier": "w",
        "environmentVariables": [
            {"name": "EXTRA", "value": "k={pin}", "variables": {"pin": {"isSecret": true}}},
            {"name": "MODE", "value": "{mode}", "variables": {"mode": {}}},
        ],
    }]});
    let server = one(&file.to_string());
    assert_eq!(
        line(&server),
        ["EXTRA!=k={pin}", "MODE={mode}", "npx", "-y", "w"]
    );
}

#[test]
fn files_of_the_registry_are_parsed() {
    let file = json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": "com.example/weather",
        "repository": {"url": "https://github.com/example/weather", "source": "github"},
        "remotes": [{
            "type": "streamable-http", "url": "https://{region}.example.com/mcp",
            "variables": {"region": {"description": "Where you live", "choices": ["eu", "us"], "default": "eu"}},
            "headers": [
                {"name": "Authorization", "value": "Bearer {pin}", "variables": {"pin": {"isRequired": true}}},
                {"name": "X-Mode", "isRequired": true},
                {"name": "X-Team"},
            ],
        }],
        "packages": [
            {
                "registryType": "npm", "identifier": "weather-mcp", "version": "1.0.0",
                "packageArguments": [{"type": "positional", "valueHint": "folder", "description": "For maps"}],
                "environmentVariables": [{"name": "CODE", "isSecret": true}, {"name": "LANG"}],
            },
            {"registryType": "mcpb", "identifier": "https://example.com/weather.mcpb", "packageArguments": [{"type": "positional", "value": "a"}]},
        ],
    });
    for text in [
        file.to_string(),
        json!([file]).to_string(),
        json!({"servers": [{"server": file}]}).to_string(),
    ] {
        let found = read(&text, None).unwrap();
        let [remote, package] = &found.servers[..] else {
            panic!("{found:?}");
        };
        assert_eq!(
            found.notes,
            ["An MCP bundle of weather was left out: download it and add its file"]
        );
        assert_eq!(remote.title.as_deref(), Some("weather"));
        assert_eq!(
            line(remote),
            [
                "https://{region}.example.com/mcp",
                "Authorization!=Bearer {pin}",
                "X-Mode={X-Mode}"
            ]
        );
        assert_eq!(
            blanks(remote),
            [
                ("{pin}", "pin", true),
                ("{X-Mode}", "X-Mode", false),
                ("{region}", "region", false),
            ]
        );
        assert_eq!(remote.blanks[2].options, ["eu", "us"]);
        assert_eq!(remote.notes, ["Optional, and not taken over: X-Team"]);
        assert_eq!(
            line(package),
            ["CODE!={CODE}", "npx", "-y", "weather-mcp@1.0.0", "<folder>"]
        );
        assert_eq!(package.blanks[0].description.as_deref(), Some("For maps"));
        assert_eq!(package.blanks[1].text, "{CODE}");
    }
}

#[test]
fn arguments_of_the_registry_are_asked_for_or_left_out() {
    let file = json!({"name": "com.example/w", "packages": [{
        "registryType": "npm", "identifier": "w",
        "packageArguments": [
            {"type": "named", "name": "--api-key", "description": "Of your account", "isRequired": true},
            {"type": "named", "name": "--readOnly", "format": "boolean"},
            {"type": "named", "name": "--clientSecret", "isRequired": false, "isSecret": true},
            {"type": "named", "name": "--port", "description": "Where it listens"},
            {"type": "named", "name": "--host", "default": "localhost", "isRequired": false},
            {"type": "named", "name": "--verbose"},
            {"type": "named", "name": "--stdio", "format": "boolean", "isRequired": true},
            {"type": "positional", "valueHint": "mode", "choices": ["fast", "slow"], "isRequired": true},
            {"type": "positional", "valueHint": "pin", "isSecret": true},
            {"type": "positional", "valueHint": "more", "isRequired": false},
        ],
    }]});
    let server = one(&file.to_string());
    assert_eq!(
        line(&server),
        [
            "npx",
            "-y",
            "w",
            "--api-key",
            "<api-key>",
            "--host",
            "localhost",
            "--verbose",
            "--stdio",
            "<mode>",
            "<pin>",
        ]
    );
    assert_eq!(
        blanks(&server),
        [
            ("<api-key>", "api-key", true),
            ("<mode>", "mode", false),
            ("<pin>", "pin", true),
        ]
    );
    let [key, mode, _] = &server.blanks[..] else {
        panic!("{server:?}");
    };
    assert_eq!(key.description.as_deref(), Some("Of your account"));
    assert_eq!(mode.options, ["fast", "slow"]);
    assert_eq!(
        server.notes,
        [
            "Optional, and not taken over: --readOnly, --clientSecret, --port, more",
            SECRET_ARGUMENT_NOTE,
        ]
    );
}

#[test]
fn an_address_in_another_file_is_no_server() {
    for text in [
        json!({"name": "a", "repository": {"url": "https://github.com/a/a"}, "remotes": []}),
        json!({"name": "a", "bugs": {"url": "https://github.com/a/a"}, "scripts": {"start": "a"}, "bin": {}}),
        json!({"manifest_version": "0.3", "author": {"name": "a", "url": "https://a.example"}, "server": {"type": "node"}}),
    ] {
        assert_eq!(refused(&text.to_string()), PasteError::NoServer, "{text}");
    }
}

#[test]
fn json_may_have_comments_commas_and_lack_its_braces() {
    for text in [
        "// Zed\n{\n  \"context_servers\": { /* one */ \"files\": { \"command\": \"npx\", \"args\": [\"a\",], }, },\n},\n",
        "\"files\": {\"command\": \"npx\", \"args\": [\"a\"]},",
        "{“files”: {“command”: “npx”, “args”: [“a”]}}",
        "```json\n{\"mcpServers\": {\"files\": {\"command\": \"npx\", \"args\": [\"a\"]}}}\n```",
    ] {
        let server = one(text);
        assert_eq!(server.title.as_deref(), Some("files"), "{text}");
        assert_eq!(line(&server), ["npx", "a"], "{text}");
    }
    assert_eq!(
        refused("{\n\"mcpServers\": ?}"),
        PasteError::Json { line: 2 }
    );
    assert_eq!(
        refused("[mcp_servers.a]\ncommand ="),
        PasteError::Toml { line: 2 }
    );
    assert_eq!(refused("[a]\nb = 1"), PasteError::NoServer);
    assert_eq!(
        refused("mcpServers:\n  a: *b"),
        PasteError::Yaml { line: 2 }
    );
    assert_eq!(refused("{\"mcpServers\": {}}"), PasteError::NoServer);
    assert_eq!(refused("{\"a\": [1, {\"b\": null}]}"), PasteError::NoServer);
}

#[test]
fn servers_keep_their_order_and_unusable_ones_are_named() {
    let text = json!({
        "theme": "dark",
        "mcpServers": {
            "z": {"command": "npx", "args": ["z"], "timeout": 60, "alwaysAllow": ["a"]},
            "pipe": {"url": "unix:///tmp/x.sock"},
            "off": {"disabled": true},
            "odd": {"command": ""},
            "a": {"url": URL},
        },
    });
    let found = read(&text.to_string(), None).unwrap();
    let titles: Vec<_> = found
        .servers
        .iter()
        .filter_map(|it| it.title.as_deref())
        .collect();
    assert_eq!(titles, ["z", "a"]);
    assert_eq!(found.servers[0].notes, ["Not taken over: alwaysAllow"]);
    assert_eq!(
        found.notes,
        [
            "Not read: theme",
            "pipe was left out: its address isn't http or https",
            "off was left out: it has neither an address nor a command",
            "odd was left out: it has no command",
        ]
    );
    let alone = refused(&json!({"mcpServers": {"pipe": {"url": "unix:///x"}}}).to_string());
    let problem = Error::from(alone);
    assert_eq!(problem.code(), Code::UsageInvalid);
    assert_eq!(
        problem.to_string(),
        "can't add pipe: its address isn't http or https"
    );
}

#[test]
fn time_limits_and_what_is_turned_off_are_taken_over() {
    // OpenCode's is for listing tools.
    let server =
        one(r#"{"mcp": {"x": {"type": "local", "command": ["npx", "x"], "timeout": 5000}}}"#);
    let limits = server.time_limits;
    assert_eq!(
        (limits.connect_seconds, limits.run_seconds),
        (Some(5), None)
    );
    for (members, limits, is_off) in [
        (
            json!({"timeout": 60, "disabled": true}),
            (None, Some(60)),
            true,
        ),
        (json!({"timeout": 3600}), (None, Some(3600)), false),
        (json!({"timeout": 30_500}), (None, Some(31)), false),
        (
            json!({"startup_timeout_sec": 20, "tool_timeout_sec": 90.5, "enabled": true}),
            (Some(20), Some(91)),
            false,
        ),
        (json!({"enabled": false}), (None, None), true),
        (json!({"isActive": false}), (None, None), true),
    ] {
        let of_command = json!({"command": "a"});
        for mut entry in [of_command, json!({"url": URL})] {
            let all = members.as_object().unwrap().clone();
            entry.as_object_mut().unwrap().extend(all);
            let server = one(&json!({"mcpServers": {"a": entry}}).to_string());
            let TimeLimits {
                connect_seconds,
                run_seconds,
            } = server.time_limits;
            assert_eq!((connect_seconds, run_seconds), limits, "{entry}");
            assert_eq!(server.is_off, is_off, "{entry}");
            assert!(server.notes.is_empty(), "{:?}", server.notes);
        }
    }
    let entry = json!({"command": "a", "timeout": -1, "tool_timeout_sec": "5", "disabled": "yes"});
    let server = one(&json!({"mcpServers": {"a": entry}}).to_string());
    assert_eq!(server.time_limits, TimeLimits::default());
    assert_eq!(
        server.notes,
        ["Not taken over: timeout, tool_timeout_sec, disabled"]
    );
}

#[test]
fn placeholders_become_blanks_and_are_never_resolved() {
    let text = json!({
        "inputs": [
            {"type": "promptString", "id": "key", "description": "API key", "password": true},
            {"type": "pickString", "id": "mode", "options": ["fast", {"label": "Slow", "value": "slow"}], "default": "fast"},
        ],
        "servers": {"files": {
            "command": "npx",
            "args": ["--mode=${input:mode}", "${workspaceFolder}/a", "${HOME}/b", "${X:-y}", "$plain", "${"],
            "env": {"KEY_OF_IT": "${input:key}", "PATH_OF_IT": "${env:PATH}", "T": "<your token>", "U": "YOUR_TEAM", "V": "$TEAM"},
        }},
    });
    let server = one(&text.to_string());
    assert_eq!(
        blanks(&server),
        [
            ("${input:mode}", "mode", false),
            ("${workspaceFolder}", "workspaceFolder", false),
            ("${X:-y}", "X", false),
            ("${input:key}", "key", true),
            ("${env:PATH}", "PATH", false),
            ("<your token>", "your token", true),
            ("YOUR_TEAM", "YOUR_TEAM", false),
            ("$TEAM", "TEAM", false),
        ]
    );
    assert_eq!(server.blanks[0].options, ["fast", "slow"]);
    assert_eq!(server.blanks[0].default.as_deref(), Some("fast"));
    assert_eq!(server.blanks[2].default.as_deref(), Some("y"));
    assert_eq!(server.blanks[3].description.as_deref(), Some("API key"));
    assert!(line(&server).contains(&"/home/ada/b".to_owned()));
    let in_words = one("API=$KEY npx server %APPDATA% $DIR/a --key <api-key>");
    let names: Vec<_> = blanks(&in_words).iter().map(|blank| blank.1).collect();
    assert_eq!(names, ["APPDATA", "DIR", "api-key", "KEY"]);
    assert!(in_words.blanks[3].is_secret);
    let header = one(&json!({"url": URL, "headers": {"X": "Bearer ${input:pin}"}}).to_string());
    assert_eq!(blanks(&header), [("${input:pin}", "pin", true)]);
}

#[test]
fn the_path_of_the_user_is_no_blank_in_another() {
    for (given, kept) in [
        ("/opt/x:${PATH}", "/opt/x"),
        ("${env:PATH}:/opt/x:$PATH:/opt/y", "/opt/x:/opt/y"),
        (r"C:\x;%Path%;D:\y", r"C:\x;D:\y"),
        (r"C:\x;$env:Path", r"C:\x"),
        (r"C:\x", r"C:\x"),
        ("/opt/x:${MORE}", "/opt/x:${MORE}"),
    ] {
        let entry = json!({"command": "npx", "env": {"PATH": given}});
        let server = one(&json!({"mcpServers": {"x": entry}}).to_string());
        let variable = format!("PATH={kept}");
        assert_eq!(line(&server), [variable.as_str(), "npx"], "{given}");
        assert_eq!(server.blanks.len(), kept.matches('$').count(), "{given}");
    }
    assert_eq!(line(&one("PATH=$PATH npx")), ["npx"]);
}

#[test]
fn a_file_that_another_app_reads_is_a_blank() {
    let headers = json!({"Authorization": "Bearer {file:~/.keys/wiki.txt}", "X": "{file: }"});
    let server = one(&json!({"mcp": {"wiki": {"url": URL, "headers": headers}}}).to_string());
    assert_eq!(
        blanks(&server),
        [("{file:~/.keys/wiki.txt}", "~/.keys/wiki.txt", true)]
    );
}

#[test]
fn blanks_are_filled_in_once() {
    let server = one("npx $A $AB ${A}");
    let filled = |blank: &PastedBlank| Some(format!("[{}$AB]", blank.name));
    assert_eq!(
        fill_in("x$AB$A${A}$", &server.blanks, filled).unwrap(),
        "x[AB$AB][A$AB][A$AB]$"
    );
    assert_eq!(fill_in("$A", &server.blanks, |_| None), None);
    assert_eq!(fill_in("plain", &server.blanks, |_| None).unwrap(), "plain");
}

#[test]
fn a_link_is_told_from_other_texts() {
    let is_link = |text: &str| read(text, None).unwrap().is_link;
    let config = BASE64_STANDARD.encode(json!({"url": URL}).to_string());
    for link in [
        format!("cursor://anysphere.cursor-deeplink/mcp/install?config={config}"),
        format!("`https://cursor.com/en/install-mcp?config={config}`"),
        format!("patchbay://install?url={URL}"),
    ] {
        assert!(is_link(&link), "{link}");
    }
    let settings = json!({"mcpServers": {"linear": {"url": URL}}}).to_string();
    for text in [URL, &settings, "npx -y server"] {
        assert!(!is_link(text), "{text}");
    }
}

#[test]
fn install_links_are_parsed() {
    let entry = json!({"command": "npx", "args": ["-y", "server"], "env": {"MODE": "ä?>"}});
    let wrapped = json!({"files": entry});
    let encoded = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let named = {
        let mut named = entry.clone();
        named["name"] = "files".into();
        named.to_string()
    };
    for text in [
        format!(
            "cursor://anysphere.cursor-deeplink/mcp/install?name=files&config={}",
            BASE64_STANDARD.encode(entry.to_string())
        ),
        format!(
            "cursor://anysphere.cursor-deeplink/mcp/install?name=x&config={}",
            encoded(&BASE64_STANDARD.encode(wrapped.to_string()))
        ),
        format!(
            "patchbay://install?name=files&config={}",
            BASE64_URL_SAFE_NO_PAD.encode(entry.to_string())
        ),
        format!(
            "https://cursor.com/en/install-mcp?name=files&config={}",
            BASE64_URL_SAFE_NO_PAD.encode(entry.to_string())
        ),
        format!(
            "https://cursor.com/link/mcp/install?name=files&config={}",
            BASE64_URL_SAFE_NO_PAD.encode(entry.to_string())
        ),
        format!(
            "https://www.cursor.com/en/link/mcp%2Finstall?name=files&config={}",
            encoded(&BASE64_STANDARD.encode(entry.to_string()))
        ),
        format!(
            "https://lmstudio.ai/install-mcp?name=files&config={}",
            encoded(&BASE64_STANDARD.encode(entry.to_string()))
        ),
        format!(
            "lmstudio://add_mcp?name=files&config={}",
            encoded(&BASE64_STANDARD.encode(entry.to_string()))
        ),
        format!("vscode:mcp/install?{}", encoded(&named)),
        format!("vscode-insiders:mcp/install?{named}"),
        format!("raycast://mcp/install?{}", encoded(&named)),
        format!(
            "https://kiro.dev/launch/mcp/add?name=files&config={}",
            encoded(&entry.to_string())
        ),
        format!(
            "https://insiders.vscode.dev/redirect/mcp/install?name=files&config={}",
            encoded(&entry.to_string())
        ),
        format!(
            "https://insiders.vscode.dev/redirect?url={}",
            encoded(&format!("vscode-insiders:mcp/install?{}", encoded(&named)))
        ),
        format!(
            "https://vscode.dev/redirect?url={}",
            encoded(&format!("vscode:mcp/install?{}", encoded(&named)))
        ),
    ] {
        let server = one(&text);
        assert_eq!(server.title.as_deref(), Some("files"), "{text}");
        assert_eq!(line(&server), ["MODE=ä?>", "npx", "-y", "server"], "{text}");
    }
    let goose = one(
        "goose://extension?cmd=npx&arg=-y&arg=server&id=files&name=My%20files&timeout=300&env=API_KEY%3DKey%20of%20it",
    );
    assert_eq!(goose.title.as_deref(), Some("My files"));
    assert_eq!(line(&goose), ["API_KEY!=", "npx", "-y", "server"]);
    assert_eq!(goose.notes, ["API_KEY: Key of it"]);
    let remote = one(
        "goose://extension?name=a&type=streamable_http&url=https%3A%2F%2Fa.example%2Fmcp&header=X-Key%3Dk",
    );
    assert_eq!(line(&remote), ["https://a.example/mcp", "X-Key!=k"]);
    let ours = one("patchbay://install?url=https%3A%2F%2Fa.example%2Fmcp&name=A");
    assert_eq!(ours.title.as_deref(), Some("A"));
    assert_eq!(line(&ours), ["https://a.example/mcp"]);
    for text in [
        "patchbay://install",
        "patchbay://install?url=file%3A%2F%2F%2Fetc",
        "patchbay://install.evil/?url=https%3A%2F%2Fa.example",
        "patchbay://oauth/callback?code=x&state=y",
        "cursor://anysphere.cursor-deeplink/mcp/install?name=files",
        "cursor://anysphere.cursor-deeplink/mcp/install?config=!!!",
        "https://cursor.com/link/mcp%2Finstall?name=files",
        "lmstudio://add_mcp?name=files",
        "vscode:extension/x",
        "raycast://extensions/x",
        "https://kiro.dev/launch/mcp/add?name=files",
        "goose://recipe?cmd=npx",
        "goose://extension?name=a",
        "goose://extension?url=file%3A%2F%2F%2Fetc",
    ] {
        assert!(matches!(refused(text), PasteError::Link { .. }), "{text}");
    }
}

#[test]
fn secrets_are_detected_by_name_and_shape() {
    for name in [
        "API_KEY",
        "GITHUB_TOKEN",
        "apiKey",
        "DB_PASSWORD",
        "X-Api-Key",
        "Authorization",
        "GH_PAT",
        "CLIENT_SECRET",
        "PGPASSWORD",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in [
        "MODE", "KEYBOARD", "PATH", "PWD", "MONKEY", "AUTHOR", "PATTERN", "URL",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
    for value in ["ghp_abc", "sk-abc", "postgres://ada:pw@db/x", "Bearer x"] {
        assert!(is_secret_value(value), "{value}");
    }
    assert!(!is_secret_value("https://a.example/b@c:d"));
    for (text, warns) in [
        ("npx server --api-key abc", true),
        ("npx server --token=abc", true),
        ("npx server postgres://ada:pw@db", true),
        ("docker run -e API_KEY=abc x", false),
        ("docker run -e API_KEY x", false),
        ("npx server --mode=fast", false),
        ("npx server <api-key>", true),
        ("npx server $TOKEN/a", true),
        ("npx server $HERE", false),
    ] {
        assert_eq!(!one(text).notes.is_empty(), warns, "{text}");
    }
    let debug = format!("{:?}", one("API_KEY=hunter2 npx server"));
    assert!(!debug.contains("hunter2"), "{debug}");
}

#[test]
fn hostile_text_is_refused_or_stays_text() {
    let long = "x".repeat(MAX_WORD_BYTES + 1);
    let huge = "x".repeat(1 << 20);
    let too_much = |text: &str| matches!(refused(text), PasteError::TooMuch { .. });
    assert!(too_much(
        &json!({"mcpServers": {"a": {"command": huge}}}).to_string()
    ));
    assert!(too_much(&format!("npx {long}")));
    assert!(too_much(&format!("npx {}", "a ".repeat(MAX_WORDS))));
    assert!(too_much(&format!("{}npx a", "A=b ".repeat(MAX_VALUES + 1))));
    assert!(too_much(&"https://a.example\n".repeat(MAX_SERVERS + 1)));
    let many: Map<String, Value> = (0..10_000)
        .map(|number| (number.to_string(), json!({"url": "https://a"})))
        .collect();
    assert!(too_much(&Value::Object(many).to_string()));
    for deep in ["[", "{\"a\":", "{\"mcpServers\":"] {
        assert!(
            matches!(refused(&deep.repeat(15_000)), PasteError::Json { .. }),
            "{deep}"
        );
        let closed = format!(
            "{}1{}",
            deep.repeat(400),
            if deep == "[" { "]" } else { "}" }.repeat(400)
        );
        assert_eq!(refused(&closed), PasteError::NoServer, "{deep}");
    }
    for sign in ["\u{1b}]0;x\u{7}", "a\u{0}b", "a\rb"] {
        let text = json!({"command": "npx", "args": [sign]}).to_string();
        assert!(
            matches!(refused(&text), PasteError::NotUsable { .. }),
            "{text}"
        );
    }
    let bidirectional =
        one(&json!({"a\u{202e}b\u{1b}": {"command": "npx", "args": ["a\u{202e}b"]}}).to_string());
    assert_eq!(bidirectional.title.as_deref(), Some("ab"));
    assert!(bidirectional.notes[0].contains("hidden characters"));
    let lines = json!({"command": "sh", "args": ["-c", "true # a\nb"]}).to_string();
    assert_eq!(
        one(&lines).notes,
        ["A word of its command contains a line break"]
    );
    // Secret references and variables of our environment are plain text.
    let reference = one("API_KEY=cmd://touch/x npx env://HOME op://a/b/c");
    assert_eq!(
        line(&reference),
        ["API_KEY!=cmd://touch/x", "npx", "env://HOME", "op://a/b/c"]
    );
}

#[test]
fn variables_that_decide_which_code_runs_are_never_hidden() {
    let text = json!({
        "servers": {"git": {"command": "uvx", "args": ["mcp-server-git"], "env": {
            "API_TOKEN": "sk-1",
            "NODE_OPTIONS": "${input:options}",
            "UV_DEFAULT_INDEX": "https://a:b@evil.example/simple",
            "npm_config_registry": "https://a:b@evil.example",
        }, "env_keys": ["LD_PRELOAD"]}},
        "inputs": [{"id": "options", "type": "promptString", "password": true, "default": "--import=data:,x"}],
    });
    let server = one(&text.to_string());
    let PastedPlace::Program { variables, .. } = &server.place else {
        panic!("a program");
    };
    let hidden: Vec<_> = variables.iter().filter(|it| it.is_secret).collect();
    assert_eq!(variables.len(), 5);
    assert_eq!(hidden.len(), 1, "{hidden:?}");
    assert_eq!(hidden[0].name, "API_TOKEN");
}

#[test]
fn a_header_in_a_list_ends_its_name_at_the_first_sign() {
    for header in [
        "Authorization: Bearer dGVzdC10b2tlbg==",
        "Authorization=Bearer dGVzdC10b2tlbg==",
    ] {
        let entry = json!({"url": URL, "headers": [header]});
        let server = one(&json!({"mcpServers": {"x": entry}}).to_string());
        let expected = [URL, "Authorization!=Bearer dGVzdC10b2tlbg=="];
        assert_eq!(line(&server), expected, "{header}");
    }
    let entry = json!({"command": "npx", "env": ["A=b:c", "B: d"]});
    let server = one(&json!({"mcpServers": {"x": entry}}).to_string());
    assert_eq!(line(&server), ["A=b:c", "B=d", "npx"]);
}

#[test]
fn servers_of_several_containers_are_joined() {
    let entry = |word: &str| json!({"command": "npx", "args": [word, "${input:place}"]});
    let text = json!({
        "mcpServers": {"a": entry("a"), "b": entry("b")},
        "servers": {"b": entry("b"), "c": entry("c")},
        "extensions": {"theme": {"name": "dark"}},
        "mcp": {
            "servers": {"d": entry("d")},
            "inputs": [{"id": "place", "password": true}],
        },
    });
    let found = servers(&text.to_string());
    let titles: Vec<_> = found.iter().filter_map(|it| it.title.as_deref()).collect();
    assert_eq!(titles, ["a", "b", "c", "d"]);
    assert!(found.iter().all(|server| server.blanks[0].is_secret));
}

#[test]
fn an_empty_command_beside_an_address_says_nothing() {
    for command in [json!(""), json!(" "), json!(null), json!([])] {
        let entry = json!({"command": command, "args": [], "url": URL});
        let server = one(&json!({"mcpServers": {"x": entry}}).to_string());
        assert_eq!(line(&server), [URL], "{command}");
        assert_eq!(server.notes, [""; 0], "{command}");
    }
    let entry = json!({"command": "npx", "args": ["x"], "url": URL});
    let server = one(&json!({"mcpServers": {"x": entry}}).to_string());
    assert_eq!(line(&server), ["npx", "x"]);
    assert_eq!(
        server.notes,
        ["Its address was left out, because it has a command too"]
    );
}

#[test]
fn inputs_of_a_single_entry_are_used_without_a_note() {
    let entry = json!({
        "name": "x",
        "url": URL,
        "headers": {"X-Team": "${input:team}"},
        "inputs": [{"id": "team", "password": true}],
    });
    let server = one(&format!("vscode:mcp/install?{entry}"));
    assert!(server.blanks[0].is_secret);
    assert_eq!(server.notes, [""; 0]);
}
