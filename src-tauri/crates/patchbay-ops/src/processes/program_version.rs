//! Whether the command of a local server fixes the version of what it downloads.

use patchbay_model::Program;

use super::launched::{
    Launched, file_name, launched, node_packages, nuget_package, python_packages,
};
use crate::secrets::programs::{ProgramRequest, Purpose};

/// Whether the program is a server that its publisher can replace by a newer version at any start.
pub fn has_open_version(request: &ProgramRequest) -> bool {
    let Program {
        name, arguments, ..
    } = &request.program;
    matches!(request.purpose, Purpose::Server(_)) && is_open(name, arguments)
}

/// Whether the program is a server that a shell starts as a text among the arguments says.
pub fn runs_in_shell(request: &ProgramRequest) -> bool {
    let Program {
        name, arguments, ..
    } = &request.program;
    matches!(request.purpose, Purpose::Server(_))
        && matches!(launched(name, arguments), Some(Launched::Shell))
}

/// Whether a command downloads a package or an image in a version that its publisher can replace by another one.
pub(crate) fn is_open(program: &str, arguments: &[String]) -> bool {
    match launched(program, arguments) {
        Some(Launched::Node(words)) => match node_packages(words) {
            (named, packages) if packages.is_empty() => named.is_some_and(is_open_node),
            (_, packages) => packages.into_iter().any(is_open_node),
        },
        Some(Launched::Python(words)) => {
            let (named, source) = python_packages(words);
            source.or(named).is_some_and(is_open_python)
        }
        Some(Launched::Nuget(words)) => nuget_package(words).is_some_and(|(package, version)| {
            !is_exact(version.unwrap_or_else(|| version_of(package)))
        }),
        Some(Launched::Module(module)) => is_open_module(module),
        Some(Launched::Image(image)) => is_open_image(image),
        Some(Launched::Project(_, _, packages)) => packages.into_iter().any(is_open_python),
        Some(Launched::Shell | Launched::File(_)) | None => false,
    }
}

fn is_open_node(package: &str) -> bool {
    !is_local(package) && !is_full(version_of(package))
}

fn is_open_python(package: &str) -> bool {
    let pinned = package.split_once("==").map(|(_, version)| version);
    let version = pinned.unwrap_or_else(|| version_of(package));
    // Of a repository, only a commit stays what it is.
    let is_fixed = match package.contains("://") {
        true => is_commit(version),
        false => is_exact(version),
    };
    !is_local(package) && !is_fixed
}

/// Modules of Deno are versioned as packages are; those of Go begin with a letter.
fn is_open_module(module: &str) -> bool {
    let version = version_of(module);
    !is_local(module) && !is_full(version.strip_prefix('v').unwrap_or(version))
}

fn version_of(package: &str) -> &str {
    package.rsplit_once('@').map_or("", |(_, version)| version)
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

/// Whether a version is no range: a shorter one is, as a tag is.
fn is_full(version: &str) -> bool {
    is_exact(version) && version.matches('.').count() >= 2
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
    fn a_shell_is_told_from_a_script() {
        let runs_in_shell = |command: &str| {
            let mut words = command.split(' ').map(str::to_owned);
            let program = words.next().unwrap();
            let arguments: Vec<_> = words.collect();
            matches!(launched(&program, &arguments), Some(Launched::Shell))
        };
        for command in [
            "bash -c x",
            "/bin/sh -c x",
            "zsh -lc x",
            "bash --norc -l -c x",
            "bash -euo pipefail -ce x",
            "env A=b bash -c x",
            "cmd /C x",
            "powershell.exe -NoProfile -Command x",
        ] {
            assert!(runs_in_shell(command), "{command}");
        }
        for command in [
            "bash x.sh -c",
            "bash -e x.sh -config a",
            "bash --norc",
            "npx -c x",
            "env A=c",
            "pwsh x.ps1",
        ] {
            assert!(!runs_in_shell(command), "{command}");
        }
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
            "wsl -d Ubuntu npx -y server",
            "mise exec node@22 -- npx -y server",
            "dnx Example.Weather --yes",
            "deno run -A npm:server",
            "deno run jsr:@scope/server@1",
            "go run a.example/server@latest",
            "env -u A MODE=fast npx -y server",
            "/usr/bin/env uvx server",
            "uv run --with fastmcp fastmcp run x.py",
            "uv run --with a==1.0,b python x.py",
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
            "uv run --with fastmcp==2.1 --with a==1.0,b==2.0 fastmcp run x.py",
            "uv run x.py --with fastmcp",
            "env MODE=fast npx -y server@1.2.3",
            "dnx --yes Example.Weather@1.0",
            "dnx Example.Weather --version 1.0.0",
            "deno run -A server.ts",
            "deno run npm:server@1.2.3",
            "go run ./cmd/server",
            "go run a.example/server@v1.2.3",
            "wsl npx -y server@1.2.3",
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
