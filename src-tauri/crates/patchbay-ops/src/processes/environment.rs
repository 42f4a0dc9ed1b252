//! The environment of a server: an allowlist of our variables, plus its own.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use patchbay_model::Secret;
use percent_encoding::percent_decode_str;
use url::Url;

use super::quiet_command::Variable;
use crate::variable_names::{is_passed_on, is_same_variable};

/// Builds the environment of a server; `shell` has the variables of the user's shell, for those that we lack.
///
/// # Errors
/// The name of a variable whose value cannot be passed to a program.
pub(crate) fn build(
    path: &[PathBuf],
    shell: Vec<Variable>,
    file: &str,
    variables: &BTreeMap<String, String>,
    secrets: &[(String, Secret)],
) -> Result<Vec<Variable>, String> {
    let inherited = |(name, value): &Variable| is_passed_on(name) && !is_function(value);
    let mut all: Vec<Variable> = env::vars_os().filter(inherited).collect();
    for (name, value) in shell.into_iter().filter(inherited) {
        // That of a shell without a terminal is none.
        if name != "TERM" && !all.iter().any(|(known, _)| *known == name) {
            all.push((name, value));
        }
    }
    let path = env::join_paths(path).map_err(|_| "PATH".to_owned())?;
    set(&mut all, "PATH", path);
    if cfg!(target_os = "macos") && !all.iter().any(|(name, _)| name == "LANG") {
        // Ruby and older Python versions default to ASCII without it.
        set(&mut all, "LANG", "en_US.UTF-8".into());
    }
    if cfg!(windows) {
        // Python would use the code page of the console.
        set(&mut all, "PYTHONUTF8", "1".into());
        set(&mut all, "PYTHONIOENCODING", "utf-8".into());
    }
    let starter = Path::new(file).file_stem().and_then(OsStr::to_str);
    if starter.is_some_and(|name| matches!(name, "npx" | "npm" | "npx-cli")) {
        // Its prompt would block the standard streams of the server.
        set(&mut all, "npm_config_yes", "true".into());
    }
    let plain = variables.iter().map(|(name, value)| (name, value.as_str()));
    let secret = secrets.iter().map(|(name, value)| (name, value.expose()));
    for (name, value) in plain.chain(secret).filter(|(name, _)| !is_path(name)) {
        if value.contains('\0') {
            return Err(name.clone());
        }
        set(&mut all, name, value.into());
    }
    if cfg!(windows) {
        // Batch files, such as `npx.cmd`, would run a `node.exe` of the working folder. No connector may change this.
        set(&mut all, "NoDefaultCurrentDirectoryInExePath", "1".into());
    }
    Ok(all)
}

/// The passwords in inherited addresses of proxies, as they are there and as they are sent.
pub(crate) fn proxy_passwords(environment: &[Variable]) -> Vec<Secret> {
    let is_proxy = |name: &OsStr| {
        let name = name.to_string_lossy().to_ascii_uppercase();
        name.ends_with("_PROXY")
    };
    let values = environment.iter().filter(|(name, _)| is_proxy(name));
    let urls = values.filter_map(|(_, value)| Url::parse(value.to_str()?).ok());
    let forms = urls.flat_map(|url| {
        let password = url.password().unwrap_or_default();
        let decoded = percent_decode_str(password).decode_utf8_lossy();
        [password.to_owned(), decoded.into_owned()]
    });
    forms
        .filter(|form| !form.is_empty())
        .map(Secret::new)
        .collect()
}

fn set(all: &mut Vec<Variable>, name: &str, value: OsString) {
    all.retain(|(known, _)| !is_same_variable(known, name));
    all.push((name.into(), value));
}

/// Returns the `PATH` among the variables of a connector.
pub fn path_variable(variables: &BTreeMap<String, String>) -> Option<&String> {
    let path = variables.iter().find(|(name, _)| is_path(name));
    path.map(|(_, value)| value)
}

pub(crate) fn is_path(name: &str) -> bool {
    is_same_variable(name, "PATH")
}

/// Whether a variable holds a function exported by a shell, which is code.
fn is_function(value: &OsStr) -> bool {
    value.as_encoded_bytes().starts_with(b"()")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_a_shell_are_told_apart() {
        assert!(is_function(OsStr::new("() { :; }")));
    }

    #[test]
    fn passwords_of_proxies_are_known() {
        let variable = |name: &str, value: &str| (name.into(), value.into());
        let environment = [
            variable("https_proxy", "http://ada:p%40ss-word@proxy.example:3128"),
            variable("NO_PROXY", "localhost"),
            variable("HTTP_PROXY", "http://proxy.example"),
            variable("PLACE", "http://ada:other@x.example"),
        ];
        let passwords = proxy_passwords(&environment);
        let passwords: Vec<_> = passwords.iter().map(Secret::expose).collect();
        assert_eq!(passwords, ["p%40ss-word", "p@ss-word"]);
    }

    #[test]
    fn path_has_any_case_on_windows() {
        let given = BTreeMap::from([("Path".to_owned(), "given".to_owned())]);
        let is_read = path_variable(&given).is_some();
        assert_eq!(is_read, cfg!(windows));
        let all = build(&["computed".into()], Vec::new(), "x", &given, &[]).unwrap();
        let is_given = |(_, value): &Variable| value == "given";
        assert_ne!(all.iter().any(is_given), is_read, "it is not passed twice");
        let is_computed = |(name, value): &Variable| name == "PATH" && value == "computed";
        assert!(all.iter().any(is_computed));
    }

    #[test]
    fn variables_of_the_connector_take_precedence() {
        let variables = BTreeMap::from([("LC_ALL".to_owned(), "C".to_owned())]);
        let folders = ["a", "b"].map(|name| env::temp_dir().join(name));
        let secret = [("API_KEY".to_owned(), Secret::new("hunter2"))];
        let of_shell = |name: &str, value: &str| (name.into(), value.into());
        let shell = vec![
            of_shell("LC_ALL", "fr"),
            of_shell("LC_PAPER", "de"),
            of_shell("MISE_PATCHBAY_VERSION", "3"),
            of_shell("AWS_SECRET_ACCESS_KEY", "none of its business"),
        ];
        let all = build(&folders, shell, "/usr/bin/npx", &variables, &secret).unwrap();
        let value = |name: &str| {
            let mut of_name = all.iter().filter(|(known, _)| known == name);
            let value = of_name.next().map(|(_, value)| value.clone());
            assert!(of_name.next().is_none(), "{name} is there once");
            value
        };
        assert_eq!(value("LC_ALL"), Some("C".into()));
        assert_eq!(value("API_KEY"), Some("hunter2".into()));
        assert_eq!(value("npm_config_yes"), Some("true".into()));
        assert_eq!(value("MISE_PATCHBAY_VERSION"), Some("3".into()));
        let paper = env::var_os("LC_PAPER").unwrap_or_else(|| "de".into());
        assert_eq!(value("LC_PAPER"), Some(paper));
        assert_eq!(value("AWS_SECRET_ACCESS_KEY"), None);
        for name in [
            "PYTHONUTF8",
            "PYTHONIOENCODING",
            "NoDefaultCurrentDirectoryInExePath",
        ] {
            assert_eq!(value(name).is_some(), cfg!(windows), "{name}");
        }
        assert_eq!(value("PATH"), Some(env::join_paths(&folders).unwrap()));
        let broken = [("API_KEY".to_owned(), Secret::new("a\0b"))];
        assert_eq!(
            build(&folders, Vec::new(), "x", &variables, &broken),
            Err("API_KEY".to_owned())
        );
    }
}
