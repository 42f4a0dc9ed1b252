//! What follows from the code of a problem. The window gets these rules as data.

use std::collections::BTreeMap;

use patchbay_model::Code;
use serde::Serialize;

/// What fixes a problem of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Its [`reauth_action`](crate::reauth_action).
    Reauth,
    /// The same, with more scopes.
    MoreAccess,
    /// Enter another key for its account.
    ReplaceKey,
    /// Unlock, repair or reset the vault.
    OpenVault,
    /// Change the command of its program.
    EditCommand,
    /// Read the log of its program.
    ShowLog,
    /// Turn on the feature in its settings.
    OpenSettings,
    /// Decide whether its program may run.
    AllowProgram,
}

/// Returns the fix for a code; `None` when only the message helps.
pub fn fix(code: Code) -> Option<Fix> {
    Some(match code {
        Code::AuthNeeded
        | Code::AuthRefused
        | Code::AuthExpired
        | Code::AuthTimedOut
        | Code::AuthDenied
        | Code::AuthCallback
        | Code::AuthExchange => Fix::Reauth,
        Code::AuthForbidden => Fix::MoreAccess,
        Code::PlatformSignedOut => Fix::ReplaceKey,
        Code::VaultLocked
        | Code::VaultNoKeychain
        | Code::VaultDenied
        | Code::VaultKeyLost
        | Code::VaultDamaged
        | Code::VaultRolledBack => Fix::OpenVault,
        Code::ProgramNotFound | Code::ProgramNotStarted => Fix::EditCommand,
        Code::ProgramEnded | Code::McpProtocol | Code::McpServerError | Code::TimedOut => {
            Fix::ShowLog
        }
        Code::McpFeatureOff => Fix::OpenSettings,
        Code::ProgramNotAllowed => Fix::AllowProgram,
        _ => return None,
    })
}

/// State of an account whose request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It has no key, or its key was rejected.
    SignedOut,
    Slow,
    Failing,
}

/// Returns the state of an account by the code of its failure.
pub fn account_state(code: Code) -> AccountState {
    match code {
        Code::PlatformSignedOut
        | Code::AuthNeeded
        | Code::AuthExpired
        | Code::AuthDenied
        | Code::VaultReference
        | Code::ReferenceNotAllowed => AccountState::SignedOut,
        Code::TimedOut | Code::PlatformRateLimited => AccountState::Slow,
        _ => AccountState::Failing,
    }
}

/// Applies a rule to every code and returns the results by name.
pub fn by_code<T>(rule: impl Fn(Code) -> T) -> BTreeMap<&'static str, T> {
    let codes = Code::ALL.iter();
    codes.map(|code| (code.as_str(), rule(*code))).collect()
}
