//! Names of environment variables: whether two are the same, and an allowlist of those that servers inherit, for files,
//! language and network.
//!
//! Tokens in our environment, SSH and other key agents, and variables set by the packaging of this app are left out.

use std::ffi::OsStr;

/// Variables inherited on every system.
const PASSED_ON: &str = "
    HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE
    VOLTA_HOME PNPM_HOME JAVA_HOME DOTNET_ROOT DOCKER_HOST DOCKER_CONTEXT MISE_DATA_DIR MISE_CONFIG_DIR
    MISE_CACHE_DIR MISE_STATE_DIR LC_ALL LC_ADDRESS LC_COLLATE LC_CTYPE LC_IDENTIFICATION LC_MEASUREMENT
    LC_MESSAGES LC_MONETARY LC_NAME LC_NUMERIC LC_PAPER LC_TELEPHONE LC_TIME
";

/// Variables inherited on this system. The last ones are needed by podman and by servers that open a browser or a sign-in
/// window.
#[cfg(not(windows))]
const SYSTEM: &str = "
    HOME USER LOGNAME SHELL LANG TZ TERM TMPDIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
    http_proxy https_proxy all_proxy no_proxy NVM_DIR ASDF_DATA_DIR PYENV_ROOT

    DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS XDG_SESSION_TYPE
    XDG_CURRENT_DESKTOP
";

/// Variables inherited on this system; their names are compared case-insensitively.
#[cfg(windows)]
const SYSTEM: &str = "
    SystemRoot windir SystemDrive ComSpec PATHEXT TEMP TMP USERPROFILE USERNAME HOMEDRIVE HOMEPATH APPDATA
    LOCALAPPDATA ProgramData ProgramFiles ProgramFiles(x86) ProgramW6432 CommonProgramFiles
    CommonProgramFiles(x86) CommonProgramW6432 PROCESSOR_ARCHITECTURE PROCESSOR_IDENTIFIER NUMBER_OF_PROCESSORS
    OS PSModulePath
";

/// Prefix of the variables that choose the version of a tool for mise, such as `MISE_NODE_VERSION`.
const MISE_PREFIX: &str = "MISE_";

/// Whether servers inherit a variable.
pub(crate) fn is_passed_on(name: &OsStr) -> bool {
    let chooses_version = name
        .to_str()
        .is_some_and(|name| name.starts_with(MISE_PREFIX) && name.ends_with("_VERSION"));
    let lists = [PASSED_ON, SYSTEM].into_iter();
    let mut listed = lists.flat_map(str::split_whitespace);
    chooses_version || listed.any(|known| is_same_variable(name, known))
}

/// Whether two names are those of one variable on this system.
pub(crate) fn is_same_variable(one: impl AsRef<OsStr>, other: &str) -> bool {
    is_same_on(cfg!(windows), one.as_ref(), other)
}

fn is_same_on(windows: bool, name: &OsStr, known: &str) -> bool {
    match windows {
        true => name.eq_ignore_ascii_case(known),
        false => name == known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_variables_are_inherited() {
        for name in [
            "HTTP_PROXY",
            "DOTNET_ROOT",
            "LC_ALL",
            "MISE_DATA_DIR",
            "MISE_NODE_VERSION",
        ] {
            assert!(is_passed_on(OsStr::new(name)), "{name}");
        }
        for name in [
            "SSH_AUTH_SOCK",
            "GITHUB_TOKEN",
            "PATCHBAY_PASSPHRASE",
            "LD_PRELOAD",
            "__CFBundleIdentifier",
            "LC_TOKEN",
            "MISE_SOPS_AGE_KEY",
            "MISE_GITHUB_TOKEN",
        ] {
            assert!(!is_passed_on(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn names_have_any_case_on_windows() {
        for name in ["Path", "path"] {
            assert!(is_same_on(true, OsStr::new(name), "PATH"), "{name}");
            assert!(!is_same_on(false, OsStr::new(name), "PATH"), "{name}");
        }
    }
}
