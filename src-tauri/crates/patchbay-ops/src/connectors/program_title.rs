//! The title of a local server, derived from its command.

use patchbay_model::{capitalize, clean_text};

use crate::processes::containers;

/// Options of package runners whose value is the next word.
pub(super) const NODE_OPTIONS: &[&str] = &[
    "-p",
    "--package",
    "-c",
    "--call",
    "-w",
    "--workspace",
    "-C",
    "--dir",
    "--cwd",
    "--prefix",
    "--registry",
    "-r",
    "--require",
    "--import",
    "--loader",
    "--env-file",
];
pub(super) const PYTHON_OPTIONS: &[&str] = &[
    "-p",
    "--python",
    "-w",
    "--with",
    "--with-editable",
    "--with-requirements",
    "--from",
    "--spec",
    "--index",
    "--default-index",
    "-i",
    "--index-url",
    "--extra-index-url",
    "--pip-args",
    "--directory",
    "--project",
    "--env-file",
    "--extra",
    "--group",
    "-W",
    "-X",
];
const DENO_OPTIONS: &[&str] = &["-c", "--config", "--import-map", "--env-file"];
const DOTNET_OPTIONS: &[&str] = &["--version", "--source", "--add-source", "--configfile"];
const WSL_OPTIONS: &[&str] = &["-d", "--distribution", "-u", "--user", "--cd"];

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

/// Returns the name of a program, in lowercase and without the extension of one that can be run.
pub(super) fn runner_of(program: &str) -> String {
    let name = file_name(program).to_ascii_lowercase();
    let stem = [".exe", ".cmd", ".bat"]
        .iter()
        .find_map(|extension| name.strip_suffix(extension));
    stem.map(str::to_owned).unwrap_or(name)
}

/// Returns what a runner runs; `None` for other programs.
fn subject<'a>(program: &'a str, arguments: &'a [String]) -> Option<&'a str> {
    let runner = runner_of(program);
    let runner = runner.as_str();
    match runner {
        "npx" | "bunx" | "pnpx" => node_package(arguments),
        "npm" | "pnpm" | "yarn" | "bun" => match operand(arguments, NODE_OPTIONS)? {
            ("exec" | "x" | "dlx", rest) => node_package(rest),
            ("run", rest) if runner == "bun" => Some(operand(rest, NODE_OPTIONS)?.0),
            (script, _) if runner == "bun" => Some(script),
            _ => None,
        },
        "node" | "tsx" | "ts-node" | "ruby" | "php" | "jbang" => {
            Some(operand(arguments, NODE_OPTIONS)?.0)
        }
        "uvx" => python_package(arguments),
        "uv" | "pipx" | "poetry" => match operand(arguments, PYTHON_OPTIONS)? {
            ("tool", rest) => python_package(operand(rest, PYTHON_OPTIONS)?.1),
            ("run", rest) if runner == "pipx" => python_package(rest),
            ("run", rest) => {
                let (target, rest) = operand(rest, PYTHON_OPTIONS)?;
                let target = match (target, operand(rest, &[])) {
                    // Of the Python SDK.
                    ("mcp", Some(("run", rest))) => operand(rest, &[])?.0,
                    _ if python_of(target) => python_target(rest)?,
                    _ => target,
                };
                let folder = value_of(arguments, &["--directory", "--project"]);
                specific([Some(target), folder])
            }
            _ => None,
        },
        _ if python_of(runner) => python_target(arguments),
        "deno" => match operand(arguments, DENO_OPTIONS)? {
            ("run" | "x" | "serve", rest) => Some(operand(rest, DENO_OPTIONS)?.0),
            _ => None,
        },
        "dnx" => Some(operand(arguments, DOTNET_OPTIONS)?.0),
        "dotnet" => match operand(arguments, DOTNET_OPTIONS)? {
            ("run", rest) => value_of(rest, &["--project", "-p"]),
            ("tool", rest) => {
                let (_, rest) = operand(rest, DOTNET_OPTIONS)?;
                Some(operand(rest, DOTNET_OPTIONS)?.0)
            }
            (assembly, _) => Some(assembly),
        },
        "go" => match operand(arguments, &[])? {
            ("run", rest) => Some(operand(rest, &[])?.0),
            _ => None,
        },
        "java" => value_of(arguments, &["-jar"]),
        "wsl" => command(operand(arguments, WSL_OPTIONS)?),
        "mise" | "fnm" | "asdf" | "volta" => {
            let (_, rest) = operand(arguments, &[])?;
            let rest = match rest.iter().position(|word| word == "--") {
                Some(at) => &rest[at + 1..],
                None => rest,
            };
            command(operand(rest, &[])?)
        }
        _ => {
            let options = containers::run_options(program, arguments)?;
            arguments.get(options.end).map(String::as_str)
        }
    }
}

/// Returns what a command runs, or its program.
fn command<'a>((program, arguments): (&'a str, &'a [String])) -> Option<&'a str> {
    Some(subject(program, arguments).unwrap_or(program))
}

fn node_package(words: &[String]) -> Option<&str> {
    let named = operand(words, NODE_OPTIONS).map(|(name, _)| name);
    specific([named, value_of(words, &["--package", "-p"])])
}

fn python_package(words: &[String]) -> Option<&str> {
    let named = operand(words, PYTHON_OPTIONS).map(|(name, _)| name);
    specific([named, value_of(words, &["--from", "--spec"])])
}

fn python_of(program: &str) -> bool {
    let version = program.strip_prefix("python");
    program == "py" || version.is_some_and(|it| it.chars().all(|c| "0123456789.".contains(c)))
}

/// Returns the module or script that Python runs.
fn python_target(words: &[String]) -> Option<&str> {
    match value_of(words, &["-m"]) {
        Some(module) => Some(module),
        None => operand(words, PYTHON_OPTIONS).map(|(script, _)| script),
    }
}

/// Returns the first word that is neither an option nor the value of one of `valued`, and the words after it.
pub(super) fn operand<'a>(words: &'a [String], valued: &[&str]) -> Option<(&'a str, &'a [String])> {
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            return Some((word, rest.as_slice()));
        }
        if valued.contains(&word.as_str()) {
            rest.next();
        }
    }
    None
}

/// Returns the value of the first of these options.
pub(super) fn value_of<'a>(words: &'a [String], names: &[&str]) -> Option<&'a str> {
    values_of(words, names).first().copied()
}

/// Returns the values of these options.
pub(super) fn values_of<'a>(words: &'a [String], names: &[&str]) -> Vec<&'a str> {
    let mut rest = words.iter();
    let mut values = Vec::new();
    while let Some(word) = rest.next() {
        if names.contains(&word.as_str()) {
            values.extend(rest.next().map(String::as_str));
        } else if let Some((name, value)) = word.split_once('=')
            && names.contains(&name)
        {
            values.push(value);
        }
    }
    values
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

/// Returns the last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
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
