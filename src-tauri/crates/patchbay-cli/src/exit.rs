//! Exit codes.
//!
//! Source: the product's design, "Command line".

use patchbay_model::Code;

const FAILURE: u8 = 1;
pub(crate) const USAGE: u8 = 2;
const SIGN_IN: u8 = 3;
const DENIED: u8 = 4;
const TOOL: u8 = 5;
const NOT_FOUND: u8 = 6;
const NETWORK: u8 = 7;

/// Maps a failure to its exit code.
pub(crate) fn code_of(code: Code) -> u8 {
    match code {
        Code::UsageInvalid | Code::Ambiguous | Code::ConfirmationNeeded | Code::ToolArguments => {
            USAGE
        }
        Code::AuthNeeded
        | Code::AuthRefused
        | Code::AuthExpired
        | Code::AuthTimedOut
        | Code::AuthIssuerChanged
        | Code::PlatformSignedOut
        | Code::TimedOut => SIGN_IN,
        Code::AuthDenied | Code::AuthForbidden | Code::VaultDenied => DENIED,
        Code::ToolFailed | Code::McpServerError | Code::McpFeatureOff => TOOL,
        Code::NotFound | Code::ToolNotFound => NOT_FOUND,
        Code::NetworkUnreachable
        | Code::NetworkDns
        | Code::NetworkTls
        | Code::NetworkRedirect
        | Code::NetworkTooLarge
        | Code::NetworkPlainHttp => NETWORK,
        _ => FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_exit_code() {
        let all: Vec<_> = Code::ALL
            .iter()
            .map(|code| format!("{} {code}", code_of(*code)))
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }
}
