//! The detection of secrets by name and shape, in texts whose author did not mark them.

/// Whether something with this name is probably a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    const PARTS: [&str; 9] = [
        "token",
        "secret",
        "password",
        "passwd",
        "passphrase",
        "credential",
        "apikey",
        "bearer",
        "cookie",
    ];
    const WORDS: [&str; 9] = [
        "key",
        "keys",
        "pass",
        "pwd",
        "pat",
        "auth",
        "authorization",
        "dsn",
        "signature",
    ];
    let name = name.to_ascii_lowercase();
    // The shell's working folder, not a password.
    if name == "pwd" || name == "oldpwd" {
        return false;
    }
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    PARTS.iter().any(|part| name.contains(part)) || words.any(|word| WORDS.contains(&word))
}

/// Whether a value looks like a secret, whatever its name.
pub(crate) fn is_secret_value(value: &str) -> bool {
    const BEGINS: [&str; 22] = [
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_",
        "glpat-",
        "sk-",
        "sk_",
        "xoxb-",
        "xoxp-",
        "xapp-",
        "AKIA",
        "AIza",
        "eyJhbGci",
        "ntn_",
        "secret_",
        "lin_api_",
        "figd_",
        "hf_",
        "npm_",
        "rk_live_",
        "pat-",
        "Basic ",
    ];
    // Within a value, as headers can be given as JSON.
    BEGINS.iter().any(|begin| value.starts_with(begin))
        || value.contains("Bearer ")
        || has_password(value)
}

/// What the user should know of a command with such an argument.
pub const SECRET_ARGUMENT_NOTE: &str = "A secret seems to be a part of the command. It is saved and shown with it, and other \
                                        programs of this computer can read it";

/// Whether a command line argument is probably a secret, contains one, or is an option that takes one.
pub fn is_secret_argument(word: &str) -> bool {
    let (option, value) = word.split_once('=').unwrap_or((word, ""));
    let is_long_option = option.starts_with('-') && option.len() > 2;
    let may_name_secret = is_long_option || !value.is_empty();
    (may_name_secret && is_secret_name(option)) || is_secret_value(word) || is_secret_value(value)
}

/// Whether a value is a URL with a password.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user_info = authority.rsplit_once('@').map(|(user_info, _)| user_info);
    user_info.is_some_and(|user_info| user_info.contains(':'))
}
