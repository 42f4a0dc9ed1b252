//! The title of a local server, derived from its command.

use patchbay_model::{capitalize, clean_text};

use crate::processes::launched::{
    Launched, file_name, launched, node_packages, nuget_package, python_packages,
};

/// Names that say nothing about a server; the scope or folder before them does.
const GENERIC: &[&str] = &[
    "",
    "mcp",
    "server",
    "mcp-server",
    "mcp_server",
    "server-mcp",
    "cli",
    "main",
    "__main__",
    "mod",
    "index",
    "app",
    "start",
    "run",
    "stdio",
    "dist",
    "build",
    "src",
    "bin",
    "lib",
    "out",
    "target",
    "debug",
    "release",
    "tmp",
    "temp",
    "home",
    "usr",
    "opt",
    "srv",
    "var",
];

const EXTENSIONS: &[&str] = &[
    "js", "mjs", "cjs", "ts", "mts", "py", "pyz", "rb", "php", "sh", "jar", "dll", "csproj", "exe",
    "cmd", "bat", "git",
];

/// Derives a title from the package, image, module or script that a command runs, or else from its program.
pub(super) fn title_of(program: &str, arguments: &[String]) -> String {
    let name = name_of(subject(program, arguments).unwrap_or(program));
    clean_text(&capitalize(&name), 100)
}

/// Returns what a command launches.
fn subject<'a>(program: &str, arguments: &'a [String]) -> Option<&'a str> {
    match launched(program, arguments)? {
        Launched::Node(words) => {
            let (named, packages) = node_packages(words);
            specific([named, packages.first().copied()])
        }
        Launched::Python(words) => specific(python_packages(words).into()),
        Launched::Nuget(words) => nuget_package(words).map(|(package, _)| package),
        Launched::Project(target, folder, _) => specific([Some(target), folder]),
        Launched::Shell => None,
        Launched::Module(name) | Launched::Image(name) | Launched::File(name) => Some(name),
    }
}

/// Returns the first text that names a server, or else the first.
fn specific(texts: [Option<&str>; 2]) -> Option<&str> {
    let mut given = texts.into_iter().flatten();
    let named = given.clone().find(|text| specific_part(text).is_some());
    named.or_else(|| given.next())
}

/// Shortens the name of a package, image, module or file.
fn name_of(text: &str) -> String {
    let name = specific_part(text).unwrap_or_else(|| without_version(file_name(text)));
    let mut short = name;
    for prefix in ["mcp-server-", "mcp_server_", "server-", "mcp-", "mcp_"] {
        short = short.strip_prefix(prefix).unwrap_or(short);
    }
    for suffix in ["-mcp-server", "_mcp_server", "-mcp", "_mcp"] {
        short = short.strip_suffix(suffix).unwrap_or(short);
    }
    match short {
        "" => name.to_owned(),
        short => short.to_owned(),
    }
}

/// Returns the last part of a name or path that isn't generic.
fn specific_part(text: &str) -> Option<&str> {
    let parts = text.rsplit(['/', '\\']).map(without_version);
    let parts = parts.filter(|part| !part.starts_with('.'));
    let mut names = parts.flat_map(|part| {
        let is_word =
            |name: &&str| name.len() > 2 && name.starts_with(|c: char| c.is_ascii_alphabetic());
        // Of a module, or of a package with a namespace.
        part.rsplit('.').filter(is_word).chain([part])
    });
    names.find(|name| !is_generic(name))
}

fn is_generic(name: &str) -> bool {
    let is_version = name
        .strip_prefix('v')
        .is_some_and(|it| !it.is_empty() && it.chars().all(|c| c.is_ascii_digit()));
    is_version || GENERIC.contains(&name.to_ascii_lowercase().as_str())
}

/// Removes the version, tag or extension of the last part of a name, and the `@` of a scope.
fn without_version(part: &str) -> &str {
    let part = part
        .split_once(':')
        .map_or(part, |(kind, rest)| match kind {
            "npm" | "jsr" => rest,
            _ => kind,
        });
    let part = part.strip_prefix('@').unwrap_or(part);
    let part = part.split(['@', '=', '[', '<', '>', '~', '!', '#']).next();
    let part = part.unwrap_or_default();
    match part.rsplit_once('.') {
        Some((name, extension)) if EXTENSIONS.contains(&extension) => name,
        _ => part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_derive_from_what_is_run() {
        for (command, title) in [
            (
                "npx -y @modelcontextprotocol/server-everything@2026.1.1",
                "Everything",
            ),
            ("npx -y @playwright/mcp@latest --headless", "Playwright"),
            ("npx -y -p @sentry/mcp-server@1 mcp-server", "Sentry"),
            ("npx.cmd chrome-devtools-mcp@latest", "Chrome-devtools"),
            ("npx -y", "Npx"),
            ("npm exec --yes -- @upstash/context7-mcp", "Context7"),
            ("npm start", "Npm"),
            ("pnpm --dir /a dlx @stripe/mcp", "Stripe"),
            ("yarn dlx mcp-obsidian", "Obsidian"),
            ("bunx figma-developer-mcp --stdio", "Figma-developer"),
            ("bun x notes", "Notes"),
            ("bun run /home/ada/notes/index.ts", "Notes"),
            ("uvx mcp-server-git --repository /a", "Git"),
            (
                "uvx awslabs.aws-documentation-mcp-server@latest",
                "Aws-documentation",
            ),
            (
                "uvx --from git+https://github.com/oraios/serena serena start-mcp-server",
                "Serena",
            ),
            ("uvx --with x --from mcp-weather==1.0 mcp", "Weather"),
            ("uv tool run mcp-atlassian", "Atlassian"),
            ("uv --directory /srv/weather run server.py", "Weather"),
            ("uv run --directory=/srv/weather python -m main", "Weather"),
            ("uv run --with mcp[cli] notes.py", "Notes"),
            ("uv run --with mcp mcp run notes.py", "Notes"),
            ("pipx run --spec mcp-notes==2 mcp-notes", "Notes"),
            ("python -m mcp_server_fetch", "Fetch"),
            ("python3.12 -m notes.server", "Notes"),
            ("py notes.py", "Notes"),
            (
                "deno run -A --config deno.json jsr:@scope/weather@1",
                "Weather",
            ),
            ("deno run --allow-net npm:mcp-weather", "Weather"),
            (
                "docker run -i --rm -e TOKEN ghcr.io/github/github-mcp-server:latest stdio",
                "Github",
            ),
            ("podman container run -i mcp/postgres", "Postgres"),
            ("docker compose run x", "Docker"),
            ("dnx Example.Weather@1.0 --yes", "Weather"),
            ("dotnet run --project /a/Weather.csproj", "Weather"),
            ("go run github.com/a/weather/v2@latest", "Weather"),
            ("java -jar /a/weather.jar", "Weather"),
            ("mise exec node@22 -- npx -y notes", "Notes"),
            ("wsl -d Ubuntu npx -y notes", "Notes"),
            ("env -u A MODE=fast npx -y notes", "Notes"),
            ("bash -c notes", "Bash"),
            ("/opt/bin/github-mcp-server stdio", "Github"),
            ("node /home/ada/notes.js", "Notes"),
            (r"node C:\notes\dist\index.js", "Notes"),
            ("/srv/mcp", "Mcp"),
            ("python3 /tmp/.tmpAbC/server.py", "Server"),
            ("mcp", "Mcp"),
        ] {
            let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
            assert_eq!(title_of(&words[0], &words[1..]), title, "{command}");
        }
    }
}
