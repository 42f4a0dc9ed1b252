//! Hints that name a command, where the window has a button.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use patchbay_model::{
    Authentication, Code, Connector, ConnectorId, OauthDeviation, Problem, WalletEntry, WalletKind,
};
use patchbay_ops::{
    BUNDLE_HINT, BlockingState, CERTIFICATE_NEEDED_HINT, CHECK_APP_HINT, ClientFeature, Fix,
    LACKS_SETTING_HINT, MAX_WAIT, NO_ACCESS_HINT, NO_FOLDER_HINT, NO_KEYCHAIN_HINT, NO_SECRET_HINT,
    NextAction, OTHER_CLIENT_HINT, OTHER_SIGN_IN_HINT, TimeLimit, UNSAFE_HINT, UNTRUSTED_HINT,
    USE_TOKEN_HINT, abilities, deviation_hint, fix, reauth_action, time_limit,
};

use crate::args::deviation_name;
use crate::output::text;

/// The titles of connectors, and the names that commands were given for them. Static, because hints are made of a
/// connector or its title alone.
static GIVEN_NAMES: Mutex<BTreeMap<ConnectorId, (String, String)>> = Mutex::new(BTreeMap::new());

/// Names the connector in hints as the command was given it. Accounts may have connectors of one short name, but what was
/// given means this one alone.
pub(crate) fn name_as_given(connector: &Connector, given: &str) {
    let mut names = GIVEN_NAMES.lock();
    let given = (connector.title.clone(), given.to_owned());
    names.insert(connector.id.clone(), given);
}

/// What names a connector in a command, quoted for a shell.
pub(crate) fn quoted_name(connector: &Connector) -> String {
    let names = GIVEN_NAMES.lock();
    let given = names.get(&connector.id).map(|(_, name)| name);
    text::quote(given.unwrap_or(&connector.name))
}

/// The command about a tool, whose name may look like an option.
pub(crate) fn tool_command(verb: &str, connector: &Connector, tool: &str) -> String {
    let dashes = if tool.starts_with('-') { "-- " } else { "" };
    let (connector, tool) = (quoted_name(connector), text::quote(tool));
    format!("tool {verb} {dashes}{connector} {tool}")
}

/// What names the connector with that title in a command. The title may be the short name of another connector, so the
/// one that the command was given goes first.
pub(crate) fn quoted_title(title: &str) -> String {
    let names = GIVEN_NAMES.lock();
    let mut given = names.values().filter(|(known, _)| known == title);
    match (given.next(), given.next()) {
        (Some((_, name)), None) => text::quote(name),
        _ => text::quote(title),
    }
}

/// The hint with the command that helps with a connector's problem; `None` if its own hint is fine.
pub(crate) fn command_hint(problem: &Problem, connector: &Connector) -> Option<String> {
    fix_hint(problem, connector).or_else(|| check_hint(problem, connector))
}

/// As [`command_hint`], for a problem that a check of the connector found.
pub(crate) fn fix_hint(problem: &Problem, connector: &Connector) -> Option<String> {
    let hint = problem.hint.as_deref().unwrap_or_default();
    if is_final(hint) {
        return None;
    }
    if let Some(limit) = TimeLimit::ALL.into_iter().find(|one| one.hint() == hint) {
        let seconds = time_limit(connector, limit).as_secs();
        return Some(raise_limit_hint(limit, &quoted_name(connector), seconds));
    }
    let name = quoted_name(connector);
    let is_edited_here = abilities(connector).configured_here;
    let mut deviations = OauthDeviation::ALL.into_iter();
    if let Some(deviation) = deviations.find(|one| deviation_hint(*one) == hint) {
        let deviation = deviation_name(deviation);
        return Some(format!(
            "Contact the server's operator. If you trust the provider, run `patchbay connector edit {name} --oauth-deviation {deviation}=on`."
        ));
    }
    // What helps against a Node.js that is too old.
    let other_node = hint.strip_prefix("Add the variable ");
    if let Some((variable, rest)) = other_node.and_then(|it| it.split_once(" to the connector")) {
        let variable = text::quote(variable);
        return Some(format!(
            "Run `patchbay connector edit {name} --env {variable}`{rest}"
        ));
    }
    Some(match problem.code {
        Code::AuthExchange if is_edited_here && hint == CHECK_APP_HINT => format!(
            "If you use your own OAuth app, run `patchbay connector edit {name} --client-id ID --client-secret-from -`. Then run `patchbay connector connect {name}`."
        ),
        Code::AuthDiscovery if is_edited_here && hint == USE_TOKEN_HINT => {
            format!("Use a token instead: run `patchbay connector edit {name} --token-from -`.")
        }
        code if fix(code) == Some(Fix::Reauth) => {
            let command = reauth_command(connector)?;
            format!("Run `patchbay {command}`.{}", list_fields(&command))
        }
        Code::AuthIssuerChanged => format!(
            "Contact the server's operator. If that is the right place, run `patchbay connector connect {name} --accept-issuer HOST`."
        ),
        // A sign-in is only guessed: the server asked for none.
        code if fix(code) == Some(Fix::MoreAccess)
            && is_edited_here
            && hint == NO_ACCESS_HINT
            && connector.command.is_none()
            && connector.authentication == Authentication::None =>
        {
            format!(
                "Ask the server's operator what it takes. If that is a key, run `patchbay connector edit {name} --token-from -`; if a sign-in, run `patchbay connector connect {name} --again`."
            )
        }
        // Its account lacks access, which another sign-in of the connector doesn't change.
        code if fix(code) == Some(Fix::MoreAccess) && !abilities(connector).signs_in_here => {
            return None;
        }
        code if fix(code) == Some(Fix::MoreAccess) => {
            let command = reauth_command(connector)?;
            let fields = list_fields(&command);
            format!("To sign in with more access, run `patchbay {command}`.{fields}")
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
        Code::NetworkTls if is_edited_here && hint == CERTIFICATE_NEEDED_HINT => {
            format!("Run `patchbay connector edit {name} --client-certificate FILE`.")
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
        Code::McpFeatureOff if is_edited_here && hint == ClientFeature::Sampling.hint() => format!(
            "To turn it on, run `patchbay connector edit {name} --sampling on`, then run it again."
        ),
        Code::McpFeatureOff if is_edited_here => format!(
            "To choose some, run `patchbay connector edit {name} --root FOLDER`, then run it again."
        ),
        Code::AuthClientNeeded if is_edited_here && hint == NO_SECRET_HINT => {
            format!("Run `patchbay connector edit {name} --client-id ID --client-secret-from -`.")
        }
        Code::AuthClientNeeded if is_edited_here && hint == OTHER_CLIENT_HINT => format!(
            "Run `patchbay connector connect {name}`, or `patchbay connector edit {name} --client-id ID` first."
        ),
        Code::AuthClientNeeded if is_edited_here => format!(
            "Register an OAuth app with the provider, then run `patchbay connector edit {name} --client-id ID`."
        ),
        Code::AuthPortBusy if is_edited_here && hint != OTHER_SIGN_IN_HINT => {
            format!("Close that app, or run `patchbay connector edit {name} --callback-port PORT`.")
        }
        Code::ProgramNotFound => {
            let hint = hint.trim_end_matches('.');
            let (first, other) = hint.split_once(", or enter ").unwrap_or((hint, ""));
            let program = other.split_once(" alone");
            let program = program.map_or("FULL_PATH", |(program, _)| program);
            format!("{first}, or run `patchbay connector edit {name} -- {program} ARGUMENTS`.")
        }
        Code::ProgramNotAllowed => {
            format!("If you trust it, run `patchbay connector edit {name} --allow`.")
        }
        Code::ProgramNotStarted if hint == NO_FOLDER_HINT => {
            format!("Create the folder, or run `patchbay connector edit {name} --cwd FOLDER`.")
        }
        Code::ProgramEnded if is_edited_here && hint == LACKS_SETTING_HINT => format!(
            "Run `patchbay connector edit {name} --env-secret NAME` for the key that it asks for, or `patchbay connector edit {name} --env NAME=VALUE` for a setting."
        ),
        code if connector.command.is_some()
            && (code == Code::ProgramNotStarted || fix(code) == Some(Fix::ShowLog)) =>
        {
            let log = format!("run `patchbay connector log {name}`.");
            match hint.strip_suffix('.') {
                None => format!("To see what it wrote, {log}"),
                // It says what to do about what the server said.
                Some(_) if code == Code::McpServerError => return None,
                Some(words) => format!("{words}, or {log}"),
            }
        }
        _ => return None,
    })
}

/// Whether a hint stays as it is: it names a command, says what to do first, or is a warning, which is not replaced by a
/// way around it.
fn is_final(hint: &str) -> bool {
    let is_state = BlockingState::ALL.iter().any(|state| state.hint() == hint);
    hint.contains("`patchbay ") || hint == UNSAFE_HINT || is_state
}

/// Offers a check where the hint does not say what to do.
fn check_hint(problem: &Problem, connector: &Connector) -> Option<String> {
    let is_connection = matches!(
        problem.code,
        Code::TimedOut
            | Code::NetworkUnreachable
            | Code::NetworkDns
            | Code::NetworkTls
            | Code::NetworkPlainHttp
            | Code::NetworkRedirect
            | Code::McpNotAServer
            | Code::McpProtocol
            | Code::PlatformFailed
            | Code::PlatformAnswer
    );
    let is_sign_in = matches!(fix(problem.code), Some(Fix::Reauth | Fix::MoreAccess));
    if !is_connection && !is_sign_in {
        return None;
    }
    let name = quoted_name(connector);
    let check = format!("run `patchbay connector check {name}`.");
    match problem.hint.as_deref().unwrap_or_default() {
        "" => Some(format!("To see why, {check}")),
        hint if hint.starts_with("Try again") => {
            let hint = hint.trim_end_matches('.');
            Some(format!("{hint}. If that doesn't help, {check}"))
        }
        _ => None,
    }
}

/// Says where the fields of a command are listed that takes one of a platform's form.
fn list_fields(command: &str) -> String {
    let form = command.strip_suffix(FORM_SECRET);
    form.map(|form| format!(" For its fields, run `patchbay {form} --describe`."))
        .unwrap_or_default()
}

/// The option for a secret of a platform's form.
const FORM_SECRET: &str = " --secret FIELD=-";

pub(crate) fn connect_command(connector: &Connector) -> String {
    format!("connector connect {}", quoted_name(connector))
}

/// The command that connects a connector of a platform: with its key, where it takes no other sign-in.
pub(crate) fn first_connect_command(connector: &Connector) -> String {
    let key = (reauth_action(connector) == NextAction::EnterKey)
        .then(|| reauth_command(connector))
        .flatten();
    key.unwrap_or_else(|| connect_command(connector))
}

/// The command that signs a connector in again; `None` where only its platform can.
pub(crate) fn reauth_command(connector: &Connector) -> Option<String> {
    let name = quoted_name(connector);
    Some(match reauth_action(connector) {
        // It may work without a sign-in, only not for what was wanted.
        NextAction::SignIn if connector.authentication == Authentication::None => {
            format!("{} --again", connect_command(connector))
        }
        NextAction::SignIn => connect_command(connector),
        NextAction::EnterKey => format!("credential add --connector {name}{FORM_SECRET}"),
        NextAction::Doctor => return None,
        // The key is one of the platform's settings.
        _ if !abilities(connector).signs_in_here => format!("connector edit {name}{FORM_SECRET}"),
        _ => secret_command(connector),
    })
}

/// The command that enters the secret of a local connector.
fn secret_command(connector: &Connector) -> String {
    let name = quoted_name(connector);
    let credential = connector.identity.credential.as_deref().map(text::quote);
    match (&connector.authentication, credential) {
        _ if connector.command.is_some() => format!("connector edit {name} --env-secret NAME"),
        (Authentication::Headers { .. }, Some(credential)) => {
            format!("credential replace {credential} --header NAME")
        }
        (_, Some(credential)) => format!("credential replace {credential}"),
        (Authentication::Headers { .. }, None) => format!("connector edit {name} --header NAME"),
        (_, None) => format!("connector edit {name} --token-from -"),
    }
}

/// The command that replaces the secret of a saved credential, with the options that take it.
pub(crate) fn replace_command(entry: &WalletEntry) -> String {
    let name = text::quote(&entry.name);
    let option = match entry.kind {
        WalletKind::Headers => "--header",
        WalletKind::Variables => "--env-secret",
        WalletKind::OauthClient => {
            return format!("credential replace {name} --client-id ID --client-secret-from -");
        }
        WalletKind::Bearer | WalletKind::Oauth => return format!("credential replace {name}"),
    };
    let values = entry.header_names.iter();
    let options = values.map(|value| format!(" {option} {}", text::quote(value)));
    format!("credential replace {name}{}", options.collect::<String>())
}

/// The hint for signing an account in again.
pub(crate) fn replace_key_command(account: &str) -> String {
    let label = text::quote(account);
    format!("Run `patchbay account replace-key {label} --from -`.")
}

/// The hint for raising a time limit of `seconds`; `connector` is quoted.
pub(crate) fn raise_limit_hint(limit: TimeLimit, connector: &str, seconds: u64) -> String {
    let flag = match limit {
        TimeLimit::Connect => "--connect-timeout",
        TimeLimit::Run => "--run-timeout",
        TimeLimit::Call => return "Run it again with a longer --timeout.".to_owned(),
    };
    let longer = seconds.saturating_mul(4).clamp(1, MAX_WAIT.into());
    format!("To give it more time, run `patchbay connector edit {connector} {flag} {longer}`.")
}

/// Replaces hints that name a button of the window, for problems that are not about one connector.
pub(crate) fn with_command_hint(problem: Problem) -> Problem {
    let hint = match problem.code {
        Code::ConfirmationNeeded => "Add --yes to confirm.",
        Code::UsageInvalid if problem.hint.as_deref() == Some(BUNDLE_HINT) => {
            "Download it if it's on the web, then run `patchbay connector add --bundle FILE`."
        }
        Code::VaultNoKeychain if problem.hint.as_deref() == Some(NO_KEYCHAIN_HINT) => {
            match cfg!(any(windows, target_os = "macos")) {
                true => "Run `patchbay vault passphrase`.",
                false => {
                    "Start a keychain such as GNOME Keyring or KWallet, or run `patchbay vault passphrase`."
                }
            }
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
pub(crate) mod tests;
