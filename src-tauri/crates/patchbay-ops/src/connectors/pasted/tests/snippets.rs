//! What the documentation of well-known servers tells people to copy.

use super::{blanks, line, one};

/// A text, the title and words (or address and headers) that it becomes, and the names of what is left to fill in; `!`
/// marks secrets.
type Snippet = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const SNIPPETS: &[Snippet] = &[
    (
        r#"{"mcp": {"inputs": [{"type": "promptString", "id": "github_token", "description": "GitHub token", "password": true}],
            "servers": {"github": {"command": "docker", "args": ["run", "-i", "--rm", "-e", "GITHUB_PERSONAL_ACCESS_TOKEN",
            "ghcr.io/github/github-mcp-server"], "env": {"GITHUB_PERSONAL_ACCESS_TOKEN": "${input:github_token}"}}}}}"#,
        "github",
        &[
            "GITHUB_PERSONAL_ACCESS_TOKEN!=${input:github_token}",
            "docker",
            "run",
            "-i",
            "--rm",
            "-e",
            "GITHUB_PERSONAL_ACCESS_TOKEN",
            "ghcr.io/github/github-mcp-server",
        ],
        &["github_token!"],
    ),
    (
        r#"{"servers": {"github": {"type": "http", "url": "https://api.githubcopilot.com/mcp/", "headers":
            {"Authorization": "Bearer ${input:github_mcp_pat}"}}}, "inputs": [{"type": "promptString",
            "id": "github_mcp_pat", "description": "GitHub token", "password": true}]}"#,
        "github",
        &[
            "https://api.githubcopilot.com/mcp/",
            "Authorization!=Bearer ${input:github_mcp_pat}",
        ],
        &["github_mcp_pat!"],
    ),
    (
        r#"claude mcp add-json github '{"type":"http","url":"https://api.githubcopilot.com/mcp","headers":{"Authorization":"Bearer YOUR_GITHUB_PAT"}}' --scope user"#,
        "github",
        &[
            "https://api.githubcopilot.com/mcp",
            "Authorization!=Bearer YOUR_GITHUB_PAT",
        ],
        &["YOUR_GITHUB_PAT!"],
    ),
    (
        "claude mcp add github -e GITHUB_PERSONAL_ACCESS_TOKEN=YOUR_GITHUB_PAT -- docker run -i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN ghcr.io/github/github-mcp-server",
        "github",
        &[
            "GITHUB_PERSONAL_ACCESS_TOKEN!=YOUR_GITHUB_PAT",
            "docker",
            "run",
            "-i",
            "--rm",
            "-e",
            "GITHUB_PERSONAL_ACCESS_TOKEN",
            "ghcr.io/github/github-mcp-server",
        ],
        &["YOUR_GITHUB_PAT!"],
    ),
    (
        "claude mcp add --transport http sentry https://mcp.sentry.dev/mcp",
        "sentry",
        &["https://mcp.sentry.dev/mcp"],
        &[],
    ),
    (
        "claude mcp add --transport sse asana https://mcp.asana.com/sse",
        "asana",
        &["https://mcp.asana.com/sse"],
        &[],
    ),
    (
        r#"claude mcp add --scope user --header "CONTEXT7_API_KEY: YOUR_API_KEY" --transport http context7 https://mcp.context7.com/mcp"#,
        "context7",
        &[
            "https://mcp.context7.com/mcp",
            "CONTEXT7_API_KEY!=YOUR_API_KEY",
        ],
        &["YOUR_API_KEY!"],
    ),
    (
        r#"claude mcp add --transport http private https://api.example.com/mcp --header "Authorization: Bearer $TOKEN""#,
        "private",
        &[
            "https://api.example.com/mcp",
            "Authorization!=Bearer $TOKEN",
        ],
        &["TOKEN!"],
    ),
    (
        "claude mcp add playwright npx @playwright/mcp@latest",
        "playwright",
        &["npx", "@playwright/mcp@latest"],
        &[],
    ),
    (
        "claude mcp add --transport stdio --env AIRTABLE_API_KEY=YOUR_KEY MODE=fast airtable -- npx -y airtable-mcp-server",
        "airtable",
        &[
            "AIRTABLE_API_KEY!=YOUR_KEY",
            "MODE=fast",
            "npx",
            "-y",
            "airtable-mcp-server",
        ],
        &["YOUR_KEY!"],
    ),
    (
        "codex mcp add context7 -- npx -y @upstash/context7-mcp --api-key YOUR_API_KEY",
        "context7",
        &[
            "npx",
            "-y",
            "@upstash/context7-mcp",
            "--api-key",
            "YOUR_API_KEY",
        ],
        &["YOUR_API_KEY!"],
    ),
    (
        "codex mcp add figma --url https://mcp.figma.com/mcp --bearer-token-env-var FIGMA_OAUTH_TOKEN",
        "figma",
        &[
            "https://mcp.figma.com/mcp",
            "Authorization!=Bearer ${FIGMA_OAUTH_TOKEN}",
        ],
        &["FIGMA_OAUTH_TOKEN!"],
    ),
    (
        "gemini mcp add --transport http --timeout 5000 linear https://mcp.linear.app/mcp",
        "linear",
        &["https://mcp.linear.app/mcp"],
        &[],
    ),
    (
        "amp mcp add context7 --header \"CONTEXT7_API_KEY=YOUR_API_KEY\" https://mcp.context7.com/mcp",
        "context7",
        &[
            "https://mcp.context7.com/mcp",
            "CONTEXT7_API_KEY!=YOUR_API_KEY",
        ],
        &["YOUR_API_KEY!"],
    ),
    (
        "droid mcp add linear https://mcp.linear.app/mcp --type http",
        "linear",
        &["https://mcp.linear.app/mcp"],
        &[],
    ),
    (
        "droid mcp add airtable \"npx -y airtable-mcp-server\" --env AIRTABLE_API_KEY=your_key",
        "airtable",
        &[
            "AIRTABLE_API_KEY!=your_key",
            "npx",
            "-y",
            "airtable-mcp-server",
        ],
        &["your_key!"],
    ),
    (
        "auggie mcp add context7 --command npx --args \"-y @upstash/context7-mcp\"",
        "context7",
        &["npx", "-y", "@upstash/context7-mcp"],
        &[],
    ),
    (
        r#"code --add-mcp '{"name":"playwright","command":"npx","args":["@playwright/mcp@latest"]}'"#,
        "playwright",
        &["npx", "@playwright/mcp@latest"],
        &[],
    ),
    (
        r#"code --add-mcp '{\"name\":\"playwright\",\"command\":\"npx\",\"args\":[\"@playwright/mcp@latest\"]}'"#,
        "playwright",
        &["npx", "@playwright/mcp@latest"],
        &[],
    ),
    (
        r#"{"mcpServers": {"notionApi": {"command": "npx", "args": ["-y", "@notionhq/notion-mcp-server"],
            "env": {"NOTION_TOKEN": "ntn_****"}}}}"#,
        "notionApi",
        &[
            "NOTION_TOKEN!=ntn_****",
            "npx",
            "-y",
            "@notionhq/notion-mcp-server",
        ],
        &["ntn_****!"],
    ),
    (
        "npx -y @stripe/mcp --tools=all --api-key=YOUR_STRIPE_SECRET_KEY",
        "Stripe",
        &[
            "npx",
            "-y",
            "@stripe/mcp",
            "--tools=all",
            "--api-key=YOUR_STRIPE_SECRET_KEY",
        ],
        &["YOUR_STRIPE_SECRET_KEY!"],
    ),
    (
        r#"{"mcpServers": {"linear": {"command": "wsl", "args": ["npx", "-y", "mcp-remote", "https://mcp.linear.app/mcp"]}}}"#,
        "linear",
        &["https://mcp.linear.app/mcp"],
        &[],
    ),
    (
        "npx -y mcp-remote https://mcp.linear.app/sse 3334 --allow-http --transport sse-only --header Authorization:${AUTH}",
        "",
        &["https://mcp.linear.app/sse", "Authorization!=${AUTH}"],
        &["AUTH!"],
    ),
    (
        "npx -y figma-developer-mcp --figma-api-key=YOUR-KEY --stdio",
        "Figma-developer",
        &[
            "npx",
            "-y",
            "figma-developer-mcp",
            "--figma-api-key=YOUR-KEY",
            "--stdio",
        ],
        &["YOUR-KEY!"],
    ),
    (
        r#"{"mcpServers": {"awslabs.aws-documentation-mcp-server": {"command": "uvx",
            "args": ["awslabs.aws-documentation-mcp-server@latest"], "env": {"FASTMCP_LOG_LEVEL": "ERROR",
            "AWS_DOCUMENTATION_PARTITION": "aws"}, "disabled": false, "autoApprove": []}}}"#,
        "awslabs.aws-documentation-mcp-server",
        &[
            "FASTMCP_LOG_LEVEL=ERROR",
            "AWS_DOCUMENTATION_PARTITION=aws",
            "uvx",
            "awslabs.aws-documentation-mcp-server@latest",
        ],
        &[],
    ),
    (
        "docker run -i --rm mcp/postgres postgresql://host.docker.internal:5432/mydb",
        "Postgres",
        &[
            "docker",
            "run",
            "-i",
            "--rm",
            "mcp/postgres",
            "postgresql://host.docker.internal:5432/mydb",
        ],
        &[],
    ),
    (
        "docker container run -i --rm -e API_KEY=sk-1 mcp/search",
        "Search",
        &[
            "API_KEY!=sk-1",
            "docker",
            "container",
            "run",
            "-i",
            "--rm",
            "-e",
            "API_KEY",
            "mcp/search",
        ],
        &[],
    ),
    (
        r#"{"mcpServers": {"memory": {"command": "cmd", "args": ["/c", "npx", "-y", "@modelcontextprotocol/server-memory"]}}}"#,
        "memory",
        &["npx", "-y", "@modelcontextprotocol/server-memory"],
        &[],
    ),
    (
        r#"{"mcpServers": {"files": {"command": "cmd", "args": ["/c", "npx -y server-files --root C:\\data"]}}}"#,
        "files",
        &["npx", "-y", "server-files", "--root", r"C:\data"],
        &[],
    ),
    (
        r#"claude mcp add-json files '{"command":"npx","args":["-y","server-files","C:\\Users\\ada"]}'"#,
        "files",
        &["npx", "-y", "server-files", r"C:\Users\ada"],
        &[],
    ),
    (
        r#"claude mcp add files -- cmd /c "npx -y server-files""#,
        "files",
        &["npx", "-y", "server-files"],
        &[],
    ),
    (
        r#"{"mcpServers": {"filesystem": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem",
            "/path/to/other/allowed/dir"]}}}"#,
        "filesystem",
        &[
            "npx",
            "-y",
            "@modelcontextprotocol/server-filesystem",
            "/path/to/other/allowed/dir",
        ],
        &["/path/to/other/allowed/dir"],
    ),
    (
        r#"{"mcpServers": {"supabase": {"type": "http",
            "url": "https://mcp.supabase.com/mcp?project_ref=${SUPABASE_PROJECT_REF}",
            "headers": {"Authorization": "Bearer ${SUPABASE_ACCESS_TOKEN}"}}}}"#,
        "supabase",
        &[
            "https://mcp.supabase.com/mcp?project_ref=${SUPABASE_PROJECT_REF}",
            "Authorization!=Bearer ${SUPABASE_ACCESS_TOKEN}",
        ],
        &["SUPABASE_PROJECT_REF", "SUPABASE_ACCESS_TOKEN!"],
    ),
    (
        r#"{"mcpServers": {"brave-search": {"command": "npx", "args": ["-y", "@brave/brave-search-mcp-server"],
            "env": {"BRAVE_API_KEY": "PUT_KEY_HERE"}}}}"#,
        "brave-search",
        &[
            "BRAVE_API_KEY!=PUT_KEY_HERE",
            "npx",
            "-y",
            "@brave/brave-search-mcp-server",
        ],
        &["PUT_KEY_HERE!"],
    ),
    (
        "https://mcp.exa.ai/mcp?exaApiKey=YOUR_EXA_API_KEY",
        "",
        &["https://mcp.exa.ai/mcp?exaApiKey=YOUR_EXA_API_KEY"],
        &["YOUR_EXA_API_KEY!"],
    ),
    (
        r#"{"context_servers": {"old": {"source": "custom", "command": {"path": "npx", "args": ["-y", "notes"],
            "env": {"MODE": "fast"}}}}}"#,
        "old",
        &["MODE=fast", "npx", "-y", "notes"],
        &[],
    ),
    (
        r#"{"$schema": "https://opencode.ai/config.json", "mcp": {"context7": {"type": "remote",
            "url": "https://mcp.context7.com/mcp", "enabled": true, "headers": {"CONTEXT7_API_KEY": "{env:MY_API_KEY}"}}}}"#,
        "context7",
        &[
            "https://mcp.context7.com/mcp",
            "CONTEXT7_API_KEY!={env:MY_API_KEY}",
        ],
        &["MY_API_KEY!"],
    ),
    (
        "[mcp_servers.chrome-devtools]\ncommand = \"npx\"\nargs = [\"-y\", \"chrome-devtools-mcp@latest\"]\nenabled = true\n\
         [mcp_servers.chrome-devtools.env]\nMODE = \"fast\"",
        "chrome-devtools",
        &["MODE=fast", "npx", "-y", "chrome-devtools-mcp@latest"],
        &[],
    ),
    (
        "# ~/.codex/config.toml\n[mcp_servers.figma]\nurl = \"https://mcp.figma.com/mcp\"\n\
         bearer_token_env_var = \"FIGMA_TOKEN\"\nhttp_headers = { \"X-Region\" = \"us\" }\n\
         env_http_headers = { \"X-Api-Key\" = \"FIGMA_KEY\" }",
        "figma",
        &[
            "https://mcp.figma.com/mcp",
            "X-Region=us",
            "Authorization!=Bearer ${FIGMA_TOKEN}",
            "X-Api-Key!=${FIGMA_KEY}",
        ],
        &["FIGMA_TOKEN!", "FIGMA_KEY!"],
    ),
    (
        "[[mcp_servers]]\nname = \"fetch\"\ntransport = \"stdio\"\ncommand = \"uvx\"\nargs = [\"mcp-server-fetch\"]",
        "fetch",
        &["uvx", "mcp-server-fetch"],
        &[],
    ),
    (
        "extensions:\n  developer:\n    type: builtin\n    enabled: true\n  fetch:\n    name: Fetch\n    type: stdio\n    \
         cmd: uvx\n    args: [mcp-server-fetch]\n    envs: {MODE: fast}\n    env_keys:\n    - API_KEY\n    timeout: 300",
        "Fetch",
        &["MODE=fast", "API_KEY!=", "uvx", "mcp-server-fetch"],
        &[],
    ),
    (
        "name: My assistant\nmcpServers:\n  - name: Wiki\n    type: streamable-http\n    url: https://a.example/mcp\n    \
         requestOptions:\n      headers:\n        Authorization: Bearer ${{ secrets.WIKI_TOKEN }}",
        "Wiki",
        &[
            "https://a.example/mcp",
            "Authorization!=Bearer ${{ secrets.WIKI_TOKEN }}",
        ],
        &["secrets.WIKI_TOKEN!"],
    ),
    (
        "$env:NOTES_MODE = \"fast mode\"; $env:NOTES_TOKEN='it''s'\nnpx -y `\n  notes --folder \"C:\\My notes\"",
        "Notes",
        &[
            "NOTES_MODE=fast mode",
            "NOTES_TOKEN!=it's",
            "npx",
            "-y",
            "notes",
            "--folder",
            r"C:\My notes",
        ],
        &[],
    ),
    (
        "$env:A = 'b'; & \"C:\\Program Files\\notes.exe\" \"say `\"hi`\"\" $env:USERPROFILE\\notes $env:API_KEY",
        "Notes",
        &[
            "A=b",
            r"C:\Program Files\notes.exe",
            "say \"hi\"",
            r"/home/ada\notes",
            "$env:API_KEY",
        ],
        &["API_KEY!"],
    ),
    (
        "claude mcp add android --transport stdio -e EMAIL=your_email@example.com -- node /absolute/path/to/build/index.js",
        "android",
        &[
            "EMAIL=your_email@example.com",
            "node",
            "/absolute/path/to/build/index.js",
        ],
        &["/absolute/path/to/build/index.js", "your_email@example.com"],
    ),
    (
        r#"{"mcpServers": {"anytype": {"command": "npx", "args": ["-y", "@anyproto/anytype-mcp"],
            "env": {"OPENAPI_MCP_HEADERS": "{\"Authorization\":\"Bearer <YOUR_API_KEY>\"}"}}}}"#,
        "anytype",
        &[
            "OPENAPI_MCP_HEADERS!={\"Authorization\":\"Bearer <YOUR_API_KEY>\"}",
            "npx",
            "-y",
            "@anyproto/anytype-mcp",
        ],
        &["YOUR_API_KEY!"],
    ),
    (
        "set API_KEY=abc && set MODE=fast&& npx -y notes",
        "Notes",
        &["API_KEY!=abc", "MODE=fast", "npx", "-y", "notes"],
        &[],
    ),
    (
        "export MODE=fast; env -u HTTP_PROXY -i A=b npx -y notes",
        "Notes",
        &["MODE=fast", "A=b", "npx", "-y", "notes"],
        &[],
    ),
    (
        "env -S \"A=b npx -y\" notes",
        "Notes",
        &["A=b", "npx", "-y", "notes"],
        &[],
    ),
    (
        "npx -y notes postgresql://<user>:<password>@db.example/notes",
        "Notes",
        &[
            "npx",
            "-y",
            "notes",
            "postgresql://<user>:<password>@db.example/notes",
        ],
        &["user", "password!"],
    ),
];

#[test]
fn snippets_of_documentation_become_what_they_mean() {
    for (text, title, words, open) in SNIPPETS {
        let server = one(text);
        assert_eq!(
            server.title.as_deref().unwrap_or_default(),
            *title,
            "{text}"
        );
        assert_eq!(line(&server), *words, "{text}");
        let blanks = blanks(&server).into_iter().map(|(_, name, is_secret)| {
            let mark = if is_secret { "!" } else { "" };
            format!("{name}{mark}")
        });
        assert_eq!(blanks.collect::<Vec<_>>(), *open, "{text}");
    }
}

#[test]
fn only_what_is_lost_is_named() {
    for (text, notes) in [
        (
            "[mcp_servers.a]\ncommand = \"a\"\nstartup_timeout_sec = 20\nenabled = true",
            &["Not taken over: startup_timeout_sec"][..],
        ),
        (
            "[mcp_servers.a]\nurl = \"https://a.example/mcp\"\nbearer_token_env_var = \"A\"",
            &[],
        ),
        (
            r#"{"a": {"url": "https://a.example/mcp", "oauth": {"clientId": "x"}, "timeout": 5, "disabled": false}}"#,
            &["Not taken over: oauth, timeout"],
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
