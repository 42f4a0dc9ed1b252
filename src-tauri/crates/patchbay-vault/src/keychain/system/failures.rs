//! Classification of keychain errors of macOS and Windows, in a separate file so that every system can test it.

use crate::keychain::KeychainError;

/// Classifies a status of Keychain Services. Source: Apple, `SecBase.h`, result codes.
#[cfg(any(test, target_os = "macos"))]
pub(super) fn of_status(status: Option<i32>, words: String) -> KeychainError {
    match status {
        // errSecInteractionNotAllowed, errSecInteractionRequired
        Some(-25308 | -25315) => KeychainError::Locked,
        // errSecAuthFailed, errSecUserCanceled, errSecReadOnly, errSecInvalidOwnerEdit, write permission
        Some(-25293 | -128 | -25292 | -25244 | -61) => KeychainError::Denied(words),
        // errSecNotAvailable, errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
        Some(-25291 | -25294 | -25295 | -25307) => KeychainError::Absent(words),
        _ => KeychainError::Failed(words),
    }
}

/// Classifies an error of the Credential Manager's store by its message, since its type is private. The message
/// contains `ERROR_NO_SUCH_LOGON_SESSION` (a session without credentials, such as a network logon) or the number of
/// another code; 5 is `ERROR_ACCESS_DENIED`.
#[cfg(any(test, target_os = "windows"))]
pub(super) fn of_words(words: String) -> KeychainError {
    if words.ends_with("ERROR_NO_SUCH_LOGON_SESSION") {
        KeychainError::Absent(words)
    } else if words.ends_with("error code 5") {
        KeychainError::Denied(words)
    } else {
        KeychainError::Failed(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_denied_and_absent_keychains_of_macos_are_distinguished() {
        let of = |status| of_status(Some(status), "words".to_owned());
        assert_eq!(of(-25308), KeychainError::Locked);
        assert_eq!(of(-128), KeychainError::Denied("words".to_owned()));
        assert_eq!(of(-25307), KeychainError::Absent("words".to_owned()));
        assert_eq!(of(-50), KeychainError::Failed("words".to_owned()));
        let unknown = of_status(None, "words".to_owned());
        assert_eq!(unknown, KeychainError::Failed("words".to_owned()));
    }

    #[test]
    fn a_windows_session_without_credentials_has_no_keychain() {
        let of = |words: &str| of_words(words.to_owned());
        let absent = "Windows ERROR_NO_SUCH_LOGON_SESSION";
        assert_eq!(of(absent), KeychainError::Absent(absent.to_owned()));
        let denied = "Windows error code 5";
        assert_eq!(of(denied), KeychainError::Denied(denied.to_owned()));
        let other = "Windows error code 55";
        assert_eq!(of(other), KeychainError::Failed(other.to_owned()));
    }
}
