//! What the command of a local server launches: runners of packages and of scripts, and containers.

use crate::processes::containers;

/// What a command launches.
pub(crate) enum Launched<'a> {
    /// Options and packages of a runner for npm packages.
    Node(&'a [String]),
    /// Options and a package of a runner for Python packages.
    Python(&'a [String]),
    /// Options and a package of a runner for NuGet packages.
    Nuget(&'a [String]),
    /// A package or module that the runtime downloads.
    Module(&'a str),
    /// A container image.
    Image(&'a str),
    /// What `uv run` and the like run of a project, the folder of that, and the packages that they add.
    Project(&'a str, Option<&'a str>, Vec<&'a str>),
    /// What a text among the arguments says, which a shell runs.
    Shell,
    /// A script, module or program of this computer.
    File(&'a str),
}

/// Options of package runners whose value is the next word.
const NODE_OPTIONS: &[&str] = &[
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
const PYTHON_OPTIONS: &[&str] = &[
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
const ENV_OPTIONS: &[&str] = &["-u", "--unset", "-C", "--chdir", "-S", "--split-string"];
const WSL_OPTIONS: &[&str] = &["-d", "--distribution", "-u", "--user", "--cd"];

/// Returns what a runner launches; `None` for other programs.
pub(crate) fn launched<'a>(program: &str, arguments: &'a [String]) -> Option<Launched<'a>> {
    let runner = runner_of(program);
    let runner = runner.as_str();
    match runner {
        "npx" | "bunx" | "pnpx" => Some(Launched::Node(arguments)),
        "npm" | "pnpm" | "yarn" | "bun" => match operand(arguments, NODE_OPTIONS)? {
            ("exec" | "x" | "dlx", rest) => Some(Launched::Node(rest)),
            ("run", rest) if runner == "bun" => file(operand(rest, NODE_OPTIONS)),
            (script, _) if runner == "bun" => Some(Launched::File(script)),
            _ => None,
        },
        "node" | "tsx" | "ts-node" | "ruby" | "php" | "jbang" => {
            file(operand(arguments, NODE_OPTIONS))
        }
        "uvx" => Some(Launched::Python(arguments)),
        "uv" | "pipx" | "poetry" => match operand(arguments, PYTHON_OPTIONS)? {
            ("tool", rest) => Some(Launched::Python(operand(rest, PYTHON_OPTIONS)?.1)),
            ("run", rest) if runner == "pipx" => Some(Launched::Python(rest)),
            ("run", rest) => project(arguments, rest),
            _ => None,
        },
        _ if is_python(runner) => python_target(arguments).map(Launched::File),
        "deno" => match operand(arguments, DENO_OPTIONS)? {
            ("run" | "x" | "serve", rest) => {
                let (target, _) = operand(rest, DENO_OPTIONS)?;
                let kinds = ["npm:", "jsr:", "https:", "http:"];
                let is_module = kinds.iter().any(|kind| target.starts_with(kind));
                Some(module_or_file(target, is_module))
            }
            _ => None,
        },
        "dnx" => Some(Launched::Nuget(arguments)),
        "dotnet" => match operand(arguments, DOTNET_OPTIONS)? {
            ("run", rest) => value_of(rest, &["--project", "-p"]).map(Launched::File),
            ("tool", rest) => match operand(rest, DOTNET_OPTIONS)? {
                ("exec", rest) => Some(Launched::Nuget(rest)),
                (_, rest) => file(operand(rest, DOTNET_OPTIONS)),
            },
            (assembly, _) => Some(Launched::File(assembly)),
        },
        "go" => match operand(arguments, &[])? {
            ("run", rest) => {
                let (target, _) = operand(rest, &[])?;
                Some(module_or_file(target, target.contains('@')))
            }
            _ => None,
        },
        "java" => value_of(arguments, &["-jar"]).map(Launched::File),
        "env" => {
            let mut found = operand(arguments, ENV_OPTIONS)?;
            while found.0.contains('=') {
                found = operand(found.1, ENV_OPTIONS)?;
            }
            Some(command(found))
        }
        "sh" | "bash" | "dash" | "zsh" => {
            let mut words = arguments.iter();
            // A script follows the options, whose letters are combined in any order.
            while let Some(word) = words.next().filter(|word| word.starts_with(['-', '+'])) {
                let is_long = word.starts_with("--");
                if word.starts_with('-') && !is_long && word.contains('c') {
                    return Some(Launched::Shell);
                }
                if !is_long && word.ends_with(['o', 'O']) {
                    words.next();
                }
            }
            None
        }
        "cmd" | "powershell" | "pwsh" => {
            let takes_text = |word: &String| {
                let options = ["/c", "/k", "-c", "-command", "/command"];
                options
                    .iter()
                    .any(|option| word.eq_ignore_ascii_case(option))
            };
            arguments.iter().any(takes_text).then_some(Launched::Shell)
        }
        "wsl" => Some(command(operand(arguments, WSL_OPTIONS)?)),
        "mise" | "fnm" | "asdf" | "volta" => {
            let (_, rest) = operand(arguments, &[])?;
            let rest = match rest.iter().position(|word| word == "--") {
                Some(at) => &rest[at + 1..],
                None => rest,
            };
            Some(command(operand(rest, &[])?))
        }
        _ => {
            let options = containers::run_options(program, arguments)?;
            arguments
                .get(options.end)
                .map(|image| Launched::Image(image))
        }
    }
}

/// Returns what a command launches, or its program.
fn command<'a>((program, arguments): (&'a str, &'a [String])) -> Launched<'a> {
    launched(program, arguments).unwrap_or(Launched::File(program))
}

fn module_or_file(target: &str, is_module: bool) -> Launched<'_> {
    match is_module {
        true => Launched::Module(target),
        false => Launched::File(target),
    }
}

fn file<'a>(operand: Option<(&'a str, &'a [String])>) -> Option<Launched<'a>> {
    operand.map(|(file, _)| Launched::File(file))
}

fn project<'a>(arguments: &'a [String], rest: &'a [String]) -> Option<Launched<'a>> {
    let (target, after) = operand(rest, PYTHON_OPTIONS)?;
    let options = &rest[..rest.len() - after.len() - 1];
    let target = match (target, operand(after, &[])) {
        // Of the Python SDK.
        ("mcp", Some(("run", rest))) => operand(rest, &[])?.0,
        _ if is_python(target) => python_target(after)?,
        _ => target,
    };
    let folder = value_of(arguments, &["--directory", "--project"]);
    let packages = values_of(options, &["--with", "-w"]).into_iter();
    let packages = packages.flat_map(|list| list.split(',')).collect();
    Some(Launched::Project(target, folder, packages))
}

/// Returns the package or command that a runner for npm packages runs, and the packages that it is told to install.
pub(crate) fn node_packages(words: &[String]) -> (Option<&str>, Vec<&str>) {
    let named = operand(words, NODE_OPTIONS).map(|(name, _)| name);
    (named, values_of(words, &["--package", "-p"]))
}

/// Returns the package or command that a runner for Python packages runs, and the package that it is told to install.
pub(crate) fn python_packages(words: &[String]) -> (Option<&str>, Option<&str>) {
    let named = operand(words, PYTHON_OPTIONS).map(|(name, _)| name);
    (named, value_of(words, &["--from", "--spec"]))
}

/// Returns the package that a runner for NuGet packages runs, and its version if that is given apart.
pub(crate) fn nuget_package(words: &[String]) -> Option<(&str, Option<&str>)> {
    let (package, _) = operand(words, DOTNET_OPTIONS)?;
    Some((package, value_of(words, &["--version"])))
}

/// Returns the name of a program, in lowercase and without the extension of one that can be run.
fn runner_of(program: &str) -> String {
    let name = file_name(program).to_ascii_lowercase();
    let stem = [".exe", ".cmd", ".bat"]
        .iter()
        .find_map(|extension| name.strip_suffix(extension));
    stem.map(str::to_owned).unwrap_or(name)
}

fn is_python(program: &str) -> bool {
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
fn operand<'a>(words: &'a [String], valued: &[&str]) -> Option<(&'a str, &'a [String])> {
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
fn value_of<'a>(words: &'a [String], names: &[&str]) -> Option<&'a str> {
    values_of(words, names).first().copied()
}

/// Returns the values of these options.
fn values_of<'a>(words: &'a [String], names: &[&str]) -> Vec<&'a str> {
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

/// Returns the last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
