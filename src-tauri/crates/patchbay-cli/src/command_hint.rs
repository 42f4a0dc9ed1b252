//! Hints that name a command, where the window has a button.

use patchbay_model::{Code, Connector, OauthDeviation, Problem};
use patchbay_ops::{
    Fix, MAX_WAIT, NO_SECRET_HINT, NextAction, OTHER_CLIENT_HINT, TimeLimit, UNSAFE_HINT,
    UNTRUSTED_HINT, abilities, deviation_hint, fix, reauth_action,
};

use crate::args::deviation_name;
use crate::output::text;

/// The hint with the command that helps with a connector's problem; `None` if its own hint is fine.
pub(crate) fn command_hint(problem: &Problem, connector: &Connector) -> Option<String> {
    let hint = problem.hint.as_deref().unwrap_or_default();
    // A warning is not replaced by a way around it.
    if hint.contains("`patchbay ") || hint == UNSAFE_HINT {
        return None;
    }
    if let Some(limit) = TimeLimit::ALL.into_iter().find(|one| one.hint() == hint) {
        let limits = connector.time_limits;
        let seconds = match limit {
            TimeLimit::Connect => limits.connect_seconds,
            TimeLimit::Run | TimeLimit::Call => limits.run_seconds,
        };
        let default = if connector.command.is_some() { 600 } else { 60 };
        let seconds = seconds.unwrap_or(default);
        return Some(raise_limit_hint(limit, &connector.title, seconds.into()));
    }
    let name = text::quote(&connector.name);
    let is_edited_here = abilities(connector).configured_here;
    let mut deviations = OauthDeviation::ALL.into_iter();
    if let Some(deviation) = deviations.find(|one| deviation_hint(*one) == hint) {
        let deviation = deviation_name(deviation);
        return Some(format!(
            "Contact the server's operator. If you trust the provider, run `patchbay connector edit {name} --oauth-deviation {deviation}=on`."
        ));
    }
    Some(match problem.code {
        code if fix(code) == Some(Fix::Reauth) => {
            format!("Run `patchbay {}`.", reauth_command(connector))
        }
        Code::AuthIssuerChanged => format!(
            "Contact the server's operator. If that is the right place, run `patchbay connector connect {name} --accept-issuer HOST`."
        ),
        code if fix(code) == Some(Fix::MoreAccess) => {
            let command = reauth_command(connector);
            format!("To sign in with more access, run `patchbay {command}`.")
        }
        code if fix(code) == Some(Fix::ReplaceKey) => {
            replace_key_command(&connector.identity.account)
        }
        Code::ToolNotFound => format!("Run `patchbay tool list {name} --refresh`."),
        Code::NotFound | Code::Conflict => {
            "Run `patchbay connector list --refresh` and try again.".to_owned()
        }
        Code::NetworkTls if is_edited_here && hint == UNTRUSTED_HINT => {
            format!("To see it and trust it, run `patchbay connector trust {name}`.")
        }
        Code::NetworkPlainHttp if is_edited_here => format!(
            "Use an https address, or if you trust the network, run `patchbay connector edit {name} --allow-plain-http`."
        ),
        Code::NetworkRedirect if is_edited_here => {
            format!("If you trust it, run `patchbay connector edit {name} --url URL`.")
        }
        Code::McpNotAServer if is_edited_here => {
            format!("Try a path such as /mcp: run `patchbay connector edit {name} --url URL`.")
        }
        Code::AuthClientNeeded if is_edited_here && hint == NO_SECRET_HINT => {
            format!("Run `patchbay connector edit {name} --client-id ID --client-secret-from -`.")
        }
        Code::AuthClientNeeded if is_edited_here && hint == OTHER_CLIENT_HINT => format!(
            "Run `patchbay connector connect {name}`, or `patchbay connector edit {name} --client-id ID` first."
        ),
        Code::AuthClientNeeded if is_edited_here => format!(
            "Register an OAuth app with the provider, then run `patchbay connector edit {name} --client-id ID`."
        ),
        Code::AuthPortBusy if is_edited_here => {
            format!("Close that app, or run `patchbay connector edit {name} --callback-port PORT`.")
        }
        Code::ProgramNotFound => {
            let install = hint.trim_end_matches(", or enter its full path.");
            format!("{install}, or run `patchbay connector edit {name} -- FULL_PATH ARGUMENTS`.")
        }
        Code::ProgramNotAllowed => {
            format!("If you trust it, run `patchbay connector edit {name} --allow`.")
        }
        Code::FileFailed if connector.command.is_some() => {
            format!("If its folder is gone, run `patchbay connector edit {name} --cwd FOLDER`.")
        }
        code if connector.command.is_some()
            && (code == Code::ProgramNotStarted || fix(code) == Some(Fix::ShowLog)) =>
        {
            let log = format!("run `patchbay connector log {name}`.");
            match hint.strip_suffix('.') {
                None => format!("To see what it wrote, {log}"),
                Some(words) => format!("{words}, or {log}"),
            }
        }
        Code::TimedOut
        | Code::NetworkUnreachable
        | Code::NetworkDns
        | Code::NetworkTls
        | Code::NetworkPlainHttp
        | Code::NetworkRedirect
        | Code::McpNotAServer
        | Code::McpProtocol
        | Code::PlatformFailed
        | Code::PlatformAnswer => {
            let check = format!("run `patchbay connector check {name}`.");
            match hint.strip_suffix('.') {
                None => format!("To see why, {check}"),
                Some(words) if hint.starts_with("Try again") => {
                    format!("{words}. If that doesn't help, {check}")
                }
                Some(words) => format!("{words}, then {check}"),
            }
        }
        _ => return None,
    })
}

/// The command that signs a connector in again.
pub(crate) fn reauth_command(connector: &Connector) -> String {
    let name = text::quote(&connector.name);
    match (reauth_action(connector), &connector.identity.credential) {
        (NextAction::SignIn, _) => format!("connector connect {name}"),
        (NextAction::EnterKey, _) => format!("credential add --connector {name}"),
        (NextAction::Doctor, _) => format!("connector check {name}"),
        _ if !abilities(connector).signs_in_here => format!("connector edit {name}"),
        (_, Some(credential)) => format!("credential replace {}", text::quote(credential)),
        (_, None) => format!("connector edit {name} --token-from -"),
    }
}

/// The hint for signing an account in again.
pub(crate) fn replace_key_command(account: &str) -> String {
    let label = text::quote(account);
    format!("Run `patchbay account replace-key {label} --from -`.")
}

/// The hint for raising a time limit of `seconds`.
pub(crate) fn raise_limit_hint(limit: TimeLimit, connector: &str, seconds: u64) -> String {
    let flag = match limit {
        TimeLimit::Connect => "--connect-timeout",
        TimeLimit::Run => "--run-timeout",
        TimeLimit::Call => return "Run it again with a longer --timeout.".to_owned(),
    };
    let title = text::quote(connector);
    let longer = seconds.saturating_mul(4).clamp(1, MAX_WAIT.into());
    format!("To give it more time, run `patchbay connector edit {title} {flag} {longer}`.")
}

/// Replaces hints that name a button of the window, for problems that are not about one connector.
pub(crate) fn with_command_hint(problem: Problem) -> Problem {
    let hint = match problem.code {
        Code::ConfirmationNeeded => "Add --yes to confirm.",
        Code::VaultNoKeychain => {
            "Start a keychain such as GNOME Keyring or KWallet, or run `patchbay vault passphrase`."
        }
        Code::VaultKeyLost => "Restore the keychain from a backup, or run `patchbay vault reset`.",
        Code::VaultDamaged => "Restore it from a backup, or run `patchbay vault reset`.",
        Code::VaultRolledBack => {
            "If you restored it from a backup, run `patchbay vault accept`. Otherwise, find out who changed it."
        }
        Code::Internal | Code::StoreFailed | Code::FileFailed if problem.hint.is_none() => {
            "Run `patchbay doctor`."
        }
        _ => return problem,
    };
    problem.with_hint(hint)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wiki() -> Connector {
        let at = "2026-11-27T12:00:00Z";
        let connector = json!({
            "id": "con_1", "account": "local", "remoteId": null, "name": "wiki", "title": "Wiki",
            "description": null, "icon": null, "endpoint": "https://wiki.example/mcp",
            "visibility": "private",
            "status": {
                "status": "unknown", "word": null, "reason": null, "code": null, "checkedAt": null,
                "lastOkAt": null,
            },
            "identity": {
                "platform": "local", "account": "This computer", "credential": null, "level": null,
                "expiresAt": null,
            },
            "authentication": {
                "kind": "oauth", "client": null, "entry": null, "callbackPort": null,
                "callbackHost": null, "redirect": "loopback", "scopes": [],
            },
            "authenticationMethods": ["oauth"], "server": null, "toolCount": null, "createdAt": at,
            "updatedAt": at, "tags": [], "favourite": false, "draft": true, "native": {},
        });
        serde_json::from_value(connector).unwrap()
    }

    fn hint(code: Code, hint: &str) -> Option<String> {
        let problem = Problem::new(code, "it failed").with_hint(hint);
        command_hint(&problem, &wiki())
    }

    #[test]
    fn a_warning_stays_as_it_is() {
        for code in [
            Code::NetworkRedirect,
            Code::AuthUnsafeUrl,
            Code::AuthDiscovery,
        ] {
            assert_eq!(hint(code, UNSAFE_HINT), None);
        }
        let other = hint(
            Code::NetworkRedirect,
            "If you trust it, use that address instead.",
        );
        assert_eq!(
            other.unwrap(),
            "If you trust it, run `patchbay connector edit wiki --url URL`."
        );
    }

    #[test]
    fn the_command_for_an_oauth_app_gives_what_it_lacks() {
        let hint = |words| hint(Code::AuthClientNeeded, words).unwrap();
        assert_eq!(
            hint(NO_SECRET_HINT),
            "Run `patchbay connector edit wiki --client-id ID --client-secret-from -`."
        );
        assert_eq!(
            hint(OTHER_CLIENT_HINT),
            "Run `patchbay connector connect wiki`, or `patchbay connector edit wiki --client-id ID` first."
        );
    }
}
