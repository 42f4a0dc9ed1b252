//! What the code of a failure says beyond its words. The window gets these rules as they are.

use std::collections::BTreeMap;

use patchbay_model::Code;
use serde::Serialize;

/// What helps with a failure that a connector met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Let the connector in again, by its [`reauth_action`](crate::reauth_action).
    Reauth,
    /// The same, asking for more than before.
    MoreAccess,
    /// Enter another key of its account.
    ReplaceKey,
    /// Unlock, repair or give up the vault.
    OpenVault,
    /// Change how its program is started, where it is one.
    EditCommand,
    /// Read what its program wrote, where it is one.
    ShowLog,
}

/// What helps with a failure of that code; `None` where only its words do.
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
        Code::ProgramNotFound | Code::ProgramNotStarted | Code::FileFailed => Fix::EditCommand,
        Code::ProgramEnded | Code::McpProtocol | Code::McpServerError | Code::TimedOut => {
            Fix::ShowLog
        }
        _ => return None,
    })
}

/// How an account is that could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It has no key, or its key is not taken any more.
    SignedOut,
    /// It does not answer in time.
    Slow,
    /// It cannot be read.
    Failing,
}

/// How an account is by the code of what kept it from being asked.
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

/// A rule for every code, by its name.
pub fn by_code<T>(rule: impl Fn(Code) -> T) -> BTreeMap<&'static str, T> {
    let codes = Code::ALL.iter();
    codes.map(|code| (code.as_str(), rule(*code))).collect()
}
