//! Variables that decide which code a program runs, and whom it trusts.
//!
//! With one of them, whoever wrote the settings of a server runs code of their own on this computer. So their values are
//! never secret: they are shown before a server is added and in the question whether it may run.

use crate::error::Error;

/// Names of such variables, in upper case. A paragraph each: of systems and shells; of certificates; of Node.js and its
/// package managers; of other languages; of Git; of clouds, whose configuration may name a program that gives
/// credentials; of containers.
const NAMES: &str = "
    PATH PATHEXT COMSPEC SHELL HOME USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES
    SYSTEMROOT WINDIR PSMODULEPATH XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_HOME XDG_DATA_DIRS ENV BASH_ENV
    BASHOPTS SHELLOPTS ZDOTDIR PS4 IFS EDITOR VISUAL PAGER MANPAGER VIMINIT EXINIT BROWSER LESSOPEN LESSCLOSE
    GCONV_PATH GLIBC_TUNABLES GTK_MODULES GIO_EXTRA_MODULES QT_PLUGIN_PATH HOSTALIASES RSYNC_RSH

    OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE
    AWS_CA_BUNDLE

    NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_REPL_EXTERNAL_MODULE
    NPM_EXECPATH NPM_NODE_EXECPATH ELECTRON_RUN_AS_NODE

    VIRTUAL_ENV RUBYOPT RUBYLIB BUNDLE_GEMFILE BUNDLE_PATH PHPRC PHP_INI_SCAN_DIR CLASSPATH JAVA_HOME JAVA_OPTS
    MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS MAKEFLAGS MAKEFILES GNUMAKEFLAGS COR_ENABLE_PROFILING GOENV GOFLAGS GOPATH
    GOPROXY GOSUMDB GOTOOLCHAIN RUSTC RUSTFLAGS

    GIT_ALLOW_PROTOCOL GIT_COMMON_DIR GIT_DIR GIT_EDITOR GIT_EXEC_PATH GIT_EXTERNAL_DIFF GIT_PAGER
    GIT_SEQUENCE_EDITOR GIT_SSH GIT_SSL_CAINFO GIT_SSL_NO_VERIFY GIT_TEMPLATE_DIR GIT_WORK_TREE

    AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE KUBECONFIG

    DOCKER_CERT_PATH DOCKER_CONFIG DOCKER_CONTEXT DOCKER_HOST CONTAINER_HOST CONTAINERS_CONF
    CONTAINERS_REGISTRIES_CONF
";

/// How families of such variables begin, in upper case.
const PREFIXES: &str = "
    LD_ DYLD_ BASH_FUNC_ GIT_CONFIG NPM_CONFIG_ PNPM_ YARN_ COREPACK_ BUN_ DENO_ TS_NODE_ VOLTA_ FNM_ NVM_ ASDF_
    MISE_ PYTHON PYENV_ CONDA_ UV_ PIP_ PIPX_ POETRY_ PERL GEM_ BUNDLE_MIRROR_ COMPOSER_ CARGO_ RUSTUP_ RUSTC_
    LUA_ ERL_ ELIXIR_ JRUBY_ JULIA_ R_PROFILE R_ENVIRON R_LIBS COR_PROFILER CORECLR_ DOTNET_
";

/// Last words of the names of variables that hold a command, such as `RESTIC_PASSWORD_COMMAND`.
const COMMAND_WORDS: &str = "COMMAND CMD HELPER PROGRAM ASKPASS PASSCOMMAND";

/// Words that make a name of a family one of a credential wherever they are in it, such as `UV_PUBLISH_TOKEN`.
const CREDENTIAL_WORDS: &str =
    "TOKEN TOKENS AUTHTOKEN PASSWORD PASSWD PASSPHRASE SECRET AUTH COOKIE";

/// Words that do so at its end only: `GIT_CONFIG_KEY_0` is none of a credential.
const LAST_CREDENTIAL_WORDS: &[&str] = &["KEY", "PAT", "USERNAME"];

/// Refuses secret variables that decide which code runs, since the user could not see what they allow.
pub(crate) fn check_secret_variables(names: &[&str]) -> Result<(), Error> {
    match names.iter().find(|name| steers_programs(name)) {
        Some(name) => Err(Error::usage(
            format!("variable {name} can't be secret, because it decides which code runs"),
            "Give it as a plain value, and any password in it in another way.",
        )),
        None => Ok(()),
    }
}

/// Whether a variable may decide which code a program runs. Case does not matter: npm reads `npm_config_*` in any, and
/// Windows every variable.
pub(crate) fn steers_programs(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let last = name.split('_').next_back().unwrap_or_default();
    if has_word(NAMES, &name) || has_word(COMMAND_WORDS, last) || is_java_options(&name) {
        return true;
    }
    PREFIXES
        .split_whitespace()
        .any(|prefix| name.starts_with(prefix))
        && !names_credential(&name)
}

fn has_word(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}

/// `JAVA_TOOL_OPTIONS`, `_JAVA_OPTIONS`, `JDK_JAVA_OPTIONS` and the like.
fn is_java_options(name: &str) -> bool {
    name.contains("JAVA") && name.ends_with("_OPTIONS")
}

fn names_credential(name: &str) -> bool {
    let mut words = name.split('_');
    let last = words.clone().next_back().unwrap_or_default();
    LAST_CREDENTIAL_WORDS.contains(&last) || words.any(|word| has_word(CREDENTIAL_WORDS, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_loaders_and_package_managers_steer_programs_in_any_case() {
        let names = "
            PATH Path NODE_OPTIONS node_options LD_PRELOAD DYLD_INSERT_LIBRARIES PYTHONSTARTUP PYTHONPATH
            PERL5OPT RUBYOPT _JAVA_OPTIONS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS BASH_ENV ENV GIT_SSH_COMMAND
            RESTIC_PASSWORD_COMMAND SOPS_AGE_KEY_CMD SSH_ASKPASS GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
            npm_config_registry NPM_CONFIG_REGISTRY UV_DEFAULT_INDEX UV_INDEX PIP_INDEX_URL DOCKER_HOST MISE_ENV
            BUN_CONFIG_REGISTRY DOTNET_STARTUP_HOOKS LUA_INIT_5_4 ERL_AFLAGS R_LIBS_USER RUSTC_WORKSPACE_WRAPPER
        ";
        for name in names.split_whitespace() {
            assert!(steers_programs(name), "{name}");
        }
    }

    #[test]
    fn names_of_credentials_do_not() {
        let names = "
            API_KEY GIT_TOKEN GIT_REPOSITORY_URL GITHUB_PERSONAL_ACCESS_TOKEN GITLAB_URL PYPI_TOKEN
            UV_PUBLISH_TOKEN UV_INDEX_OURS_USERNAME UV_INDEX_OURS_PASSWORD POETRY_PYPI_TOKEN_OURS NPM_TOKEN
            NODE_AUTH_TOKEN NODE_RPC_URL npm_config__authToken YARN_NPM_AUTH_TOKEN CARGO_REGISTRY_TOKEN
            DENO_AUTH_TOKENS GEM_HOST_API_KEY DOCKER_PASSWORD DOCKER_AUTH_CONFIG LD_SDK_KEY ERL_COOKIE
            PIPEDRIVE_API_TOKEN PASSWORD DATABASE_URL ENVIRONMENT HTTPS_PROXY
        ";
        for name in names.split_whitespace() {
            assert!(!steers_programs(name), "{name}");
        }
    }
}
