//! Whether the command of a local server fixes the version of what it downloads.

use patchbay_model::Program;

use super::program_title::{
    NODE_OPTIONS, PYTHON_OPTIONS, file_name, operand, runner_of, value_of, values_of,
};
use crate::processes::containers;
use crate::secrets::programs::{ProgramRequest, Purpose};

/// Whether the program is a server that its publisher can replace by a newer version at any start.
pub fn has_open_version(request: &ProgramRequest) -> bool {
    let Program {
        name, arguments, ..
    } = &request.program;
    matches!(request.purpose, Purpose::Server(_)) && is_open(name, arguments)
}

/// Whether a command downloads a package or an image in a version that its publisher can replace by another one.
fn is_open(program: &str, arguments: &[String]) -> bool {
    let runner = runner_of(program);
    match runner.as_str() {
        "npx" | "bunx" | "pnpx" => is_open_node(arguments),
        "npm" | "pnpm" | "yarn" | "bun" => match operand(arguments, NODE_OPTIONS) {
            Some(("exec" | "x" | "dlx", rest)) => is_open_node(rest),
            _ => false,
        },
        "uvx" => is_open_python(arguments),
        "uv" | "pipx" => match operand(arguments, PYTHON_OPTIONS) {
            Some(("tool", rest)) => match operand(rest, PYTHON_OPTIONS) {
                Some(("run", rest)) => is_open_python(rest),
                _ => false,
            },
            Some(("run", rest)) if runner == "pipx" => is_open_python(rest),
            _ => false,
        },
        _ => {
            let options = containers::run_options(program, arguments);
            let image = options.and_then(|options| arguments.get(options.end));
            image.is_some_and(|image| is_open_image(image))
        }
    }
}

fn is_open_node(words: &[String]) -> bool {
    let named = || operand(words, NODE_OPTIONS).map(|(name, _)| name);
    let mut packages = values_of(words, &["--package", "-p"]);
    if packages.is_empty() {
        packages.extend(named());
    }
    packages.into_iter().any(|package| {
        // A shorter version is a range, as a tag is.
        let version = package.rsplit_once('@').map_or("", |(_, version)| version);
        let is_fixed = is_exact(version) && version.matches('.').count() >= 2;
        !is_local(package) && !is_fixed
    })
}

fn is_open_python(words: &[String]) -> bool {
    let named = || operand(words, PYTHON_OPTIONS).map(|(name, _)| name);
    let package = value_of(words, &["--from", "--spec"]).or_else(named);
    package.is_some_and(|package| {
        let version = package
            .split_once("==")
            .or_else(|| package.rsplit_once('@'))
            .map_or("", |(_, version)| version);
        // Of a repository, only a commit stays what it is.
        let is_fixed = match package.contains("://") {
            true => is_commit(version),
            false => is_exact(version),
        };
        !is_local(package) && !is_fixed
    })
}

/// Whether an image has neither a digest nor a tag that is a version.
fn is_open_image(image: &str) -> bool {
    let tag = file_name(image).split_once(':').map_or("", |(_, tag)| tag);
    let version = tag.strip_prefix('v').unwrap_or(tag);
    // A shorter one moves on with the versions that follow.
    let is_version =
        version.starts_with(|sign: char| sign.is_ascii_digit()) && version.contains('.');
    !is_version && !image.contains("@sha256:")
}

fn is_exact(version: &str) -> bool {
    let version = version.trim_start_matches('=');
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '+');
    version.starts_with(|sign: char| sign.is_ascii_digit())
        && version.chars().all(is_part)
        && !version.ends_with(".x")
}

fn is_commit(version: &str) -> bool {
    version.len() >= 7 && version.chars().all(|sign| sign.is_ascii_hexdigit())
}

/// Whether a package is a folder or file of this computer.
fn is_local(package: &str) -> bool {
    package.starts_with(['.', '/', '~']) || package.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_open_command(command: &str) -> bool {
        let mut words = command.split(' ').map(str::to_owned);
        let program = words.next().unwrap();
        is_open(&program, &words.collect::<Vec<_>>())
    }

    #[test]
    fn a_version_is_open_unless_the_command_fixes_it() {
        for command in [
            "npx -y @scope/server",
            "npx.cmd server@latest --port 1",
            "npx -y @scope/server@1.2",
            "npx server@^1.2.3",
            "npx -p @scope/server@next run",
            "pnpm dlx server",
            "npm exec --yes server",
            "uvx mcp-server-time",
            "uvx --from git+https://a.example/b.git@main b",
            "uvx --from b>=1 b",
            "uv tool run b",
            "pipx run b",
            "docker run -i --rm -e TOKEN ghcr.io/a/b",
            "docker run --rm a.example:5000/b:latest",
            "docker run --rm b:v1",
            "docker run --rm b:node20",
            "npx -p server@1.2.3 -p other run",
        ] {
            assert!(is_open_command(command), "{command}");
        }
        for command in [
            "npx -y @scope/server@1.2.3",
            "npx -y server@1.2.3-beta.1",
            "npx -p server@1.2.3 run",
            "npx ./server",
            "npm run start",
            "uvx mcp-server-time==1.2",
            "uvx mcp-server-time@1.2",
            "uvx --from git+https://a.example/b.git@0123abc b",
            "uvx --from b==1.0 b",
            "uvx --from . b",
            "uv run server.py",
            "docker run --rm a.example:5000/b:1.2",
            "docker run --rm b@sha256:0123",
            "docker ps",
            "python3 server.py",
            "/opt/server",
        ] {
            assert!(!is_open_command(command), "{command}");
        }
    }
}
