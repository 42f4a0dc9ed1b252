//! What can keep a verb from being done.

use patchbay_model::{Code, Explain, FieldProblem, Problem, Program, SecretReference, WalletKind};

/// A situation that someone acts on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system names no home folder.
    #[error("the system names no home folder")]
    NoHome,
    /// A file or folder of Patchbay cannot be used.
    #[error("could not use {path}")]
    File {
        /// The file or folder.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What was given cannot be understood.
    #[error("{what}")]
    Usage {
        /// What is wrong with it.
        what: String,
        /// What to do instead.
        hint: String,
    },
    /// There is none of that name or id.
    #[error("there is no {kind} {name}")]
    NotFound {
        /// Kind of thing, such as `connector`.
        kind: &'static str,
        /// Name or id that was given.
        name: String,
    },
    /// A name stands for several.
    #[error("{name} is the name of {count} connectors")]
    Ambiguous {
        /// Name that was given.
        name: String,
        /// How many have it.
        count: usize,
    },
    /// There may be no way back, and nobody confirmed it.
    #[error("{what} may be impossible to undo")]
    ConfirmationNeeded {
        /// Name of the tool or operation, or what is done in words such as "deleting Wiki".
        what: String,
    },
    /// A wallet entry is in use, and nobody confirmed its removal.
    #[error("{name} is used by {users}")]
    InUse {
        /// Name of the entry.
        name: String,
        /// Titles of the connectors that use it, parted by commas.
        users: String,
    },
    /// The saved secrets are about to be given up, and nobody confirmed it.
    #[error("every saved secret has to be entered again")]
    VaultBeginsAnew,
    /// The arguments do not fit the tool's schema.
    #[error("the arguments do not fit {tool}")]
    Arguments {
        /// Name of the tool.
        tool: String,
        /// What is wrong with which argument.
        fields: Vec<FieldProblem>,
    },
    /// An address carries a user name or a password.
    #[error("the address carries a user name or password")]
    AddressSecret {
        /// JSON pointer to the field that holds it, empty for an address alone.
        path: String,
    },
    /// What a form holds does not fit it.
    #[error("some of the fields are not right")]
    Fields {
        /// What is wrong with which field.
        fields: Vec<FieldProblem>,
    },
    /// What is to be changed was changed elsewhere since it was read.
    #[error("{title} was changed elsewhere meanwhile")]
    ChangedElsewhere {
        /// Title of the connector.
        title: String,
    },
    /// The tool answered that it failed; the run holds its words.
    #[error("{tool} answered that it failed")]
    ToolFailed {
        /// Name of the tool.
        tool: String,
    },
    /// A person has to sign in.
    #[error("{connector} needs sign-in")]
    SignInNeeded {
        /// Title of the connector.
        connector: String,
    },
    /// The sign-in lapsed and was not renewed.
    #[error("the sign-in of {connector} lapsed")]
    SignInLapsed {
        /// Title of the connector.
        connector: String,
        /// The provider's own words.
        detail: Option<String>,
    },
    /// The platform does not take the key of an account.
    #[error("{account} is signed out: its key is not accepted")]
    SignedOut {
        /// Label of the account.
        account: String,
        /// What the platform said.
        #[source]
        source: Box<patchbay_platforms::Error>,
    },
    /// The user signed the account out.
    #[error("{account} is signed out")]
    SignedOutHere {
        /// Label of the account.
        account: String,
    },
    /// The connector is turned off, here or by its platform.
    #[error("{connector} is off")]
    SwitchedOff {
        /// Title of the connector.
        connector: String,
        /// The account at which it is turned on again; `None` for a connector of this computer.
        account: Option<String>,
    },
    /// A consent is not under way any more.
    #[error("this sign-in is over")]
    AuthorizationOver,
    /// The consent was not given in time.
    #[error("no consent came in time")]
    ConsentTimedOut,
    /// The server sends whoever signs in to another place than before, and nobody agreed to it.
    #[error("{connector} wants you to sign in at {current} now, not at {former} as before")]
    IssuerChanged {
        /// Title of the connector.
        connector: String,
        /// Where it was before.
        former: String,
        /// Where it would be now.
        current: String,
    },
    /// The user or the provider refused, or what the browser brought is not to be believed.
    #[error(transparent)]
    Callback(#[from] patchbay_oauth::CallbackError),
    /// The platform says that the consent was refused or came to nothing.
    #[error("the platform ended the sign-in: {reason}")]
    ConsentEnded {
        /// In the platform's words, cleaned.
        reason: String,
    },
    /// No browser could be started.
    #[error("could not open a browser")]
    Browser(#[source] std::io::Error),
    /// A reference stands for nothing.
    #[error("could not resolve {reference}: {why}")]
    Reference {
        /// The reference; it is no secret.
        reference: String,
        /// Why not.
        why: String,
    },
    /// A reference names a program that nobody allowed to be started.
    #[error("Patchbay isn't allowed to run {} for a secret", program.file)]
    ProgramNotAllowed {
        /// The reference.
        reference: SecretReference,
        /// What would have been started.
        program: Program,
    },
    /// The caller stopped it.
    #[error("cancelled")]
    Cancelled,
    /// It took longer than it was given.
    #[error("no answer in {seconds} s")]
    TimedOut {
        /// What it was given, in seconds.
        seconds: u64,
    },
    /// HTTP cannot be used at all.
    #[error("could not set up HTTP")]
    Http(#[source] reqwest::Error),
    /// The vault does not have what a wallet entry stands for: it was begun anew, or put back from an
    /// older copy.
    #[error("the secret of {name} is not in the vault any more")]
    SecretLost {
        /// Name of the entry.
        name: String,
        /// What it was made of.
        kind: WalletKind,
    },
    /// From the database.
    #[error(transparent)]
    Store(#[from] patchbay_store::Error),
    /// From the vault.
    #[error(transparent)]
    Vault(#[from] patchbay_vault::Error),
    /// From signing in.
    #[error(transparent)]
    OAuth(#[from] patchbay_oauth::Error),
    /// From a platform or an MCP server.
    #[error(transparent)]
    Platform(#[from] patchbay_platforms::Error),
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::NoHome | Self::File { .. } => Code::FileFailed,
            Self::Usage { .. } | Self::Fields { .. } | Self::AddressSecret { .. } => {
                Code::UsageInvalid
            }
            Self::NotFound { .. } => Code::NotFound,
            Self::Ambiguous { .. } => Code::Ambiguous,
            Self::ConfirmationNeeded { .. } | Self::InUse { .. } | Self::VaultBeginsAnew => {
                Code::ConfirmationNeeded
            }
            Self::Arguments { .. } => Code::ToolArguments,
            Self::ToolFailed { .. } => Code::ToolFailed,
            Self::SignInNeeded { .. } | Self::SecretLost { .. } => Code::AuthNeeded,
            Self::SignInLapsed { .. } => Code::AuthExpired,
            Self::SignedOut { .. } | Self::SignedOutHere { .. } => Code::PlatformSignedOut,
            Self::SwitchedOff { .. } | Self::AuthorizationOver | Self::ChangedElsewhere { .. } => {
                Code::Conflict
            }
            Self::ConsentTimedOut => Code::AuthTimedOut,
            Self::IssuerChanged { .. } => Code::AuthIssuerChanged,
            Self::Callback(error) => error.code(),
            Self::ConsentEnded { .. } => Code::AuthDenied,
            Self::Browser(_) | Self::Http(_) => Code::Internal,
            Self::Reference { .. } => Code::VaultReference,
            Self::ProgramNotAllowed { .. } => Code::ReferenceNotAllowed,
            Self::Cancelled => Code::Cancelled,
            Self::TimedOut { .. } => Code::TimedOut,
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::OAuth(error) => error.code(),
            Self::Platform(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::SignedOut { account, .. } => {
                return Some(format!("Replace the key of the account {account}."));
            }
            Self::SignedOutHere { account } => {
                return Some(format!("Enter a key for the account {account} again."));
            }
            Self::NoHome => "Set PATCHBAY_HOME to a folder that you own.",
            Self::File { .. } => "Check that the folder exists and that you may write to it.",
            Self::Usage { hint, .. } => hint,
            Self::NotFound { kind, .. } => return not_found_hint(kind).map(str::to_owned),
            Self::SecretLost {
                kind: WalletKind::Oauth,
                ..
            } => "Sign in again.",
            Self::SecretLost { .. } => {
                "Replace the credential with the secret that the provider gave."
            }
            Self::Ambiguous { .. } => "Use the id, or ACCOUNT/NAME.",
            Self::ConfirmationNeeded { .. } => "Confirm that it is meant.",
            Self::InUse { .. } => "Confirm that they may lose it.",
            Self::VaultBeginsAnew => "Confirm that the old ones are put aside.",
            Self::Arguments { .. } => "Correct the arguments that are named.",
            Self::Fields { .. } => "Correct the fields that are named.",
            Self::AddressSecret { .. } => {
                "Take them out of the address: give a token or a header as the sign-in, where the wallet keeps it."
            }
            Self::ChangedElsewhere { .. } => "Look at what changed, then send your change again.",
            Self::SignInNeeded { .. } | Self::SignInLapsed { .. } | Self::AuthorizationOver => {
                "Sign in again."
            }
            Self::Callback(error) => return error.hint(),
            Self::SwitchedOff {
                account: Some(account),
                ..
            } => return Some(format!("Turn it on at {account}.")),
            Self::SwitchedOff { account: None, .. } => "Turn it on.",
            Self::ConsentEnded { .. } => "Sign in again and allow it.",
            Self::ConsentTimedOut => "Sign in again; the page waits for you in the browser.",
            Self::IssuerChanged { current, .. } => {
                return Some(format!(
                    "Ask the server's operator; sign in at {current} only if it is the right place."
                ));
            }
            Self::Browser(_) => "Copy the link and open it in a browser yourself.",
            Self::Reference { .. } => "Set what it points to, or save the secret in the wallet.",
            Self::ProgramNotAllowed { .. } => "Allow the program if you trust it.",
            Self::TimedOut { .. } => "Give it more time, or check the connector.",
            Self::ToolFailed { .. } | Self::Cancelled | Self::Http(_) => return None,
            Self::Store(error) => return error.hint(),
            Self::Vault(error) => return error.hint(),
            Self::OAuth(error) => return error.hint(),
            Self::Platform(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn problem(&self) -> Problem {
        let own = Problem {
            hint: self.hint(),
            ..Problem::new(self.code(), self.to_string())
        };
        match self {
            Self::Store(error) => error.problem(),
            Self::Vault(error) => error.problem(),
            Self::OAuth(error) => error.problem(),
            Self::Platform(error) => error.problem(),
            Self::Arguments { fields, .. } | Self::Fields { fields } => Problem {
                fields: fields.clone(),
                ..own
            },
            Self::AddressSecret { path } if !path.is_empty() => Problem {
                fields: vec![FieldProblem {
                    path: path.clone(),
                    message: "take the user name and password out".to_owned(),
                }],
                hint: self.hint(),
                ..Problem::new(self.code(), self.to_string())
            },
            Self::Callback(error) => error.problem(),
            Self::SignedOut { source, .. } => Problem {
                code: own.code,
                message: own.message,
                hint: own.hint,
                ..source.problem()
            },
            Self::SignInLapsed { detail, .. } => Problem {
                detail: detail.clone(),
                ..own
            },
            Self::ProgramNotAllowed { reference, .. } => Problem {
                detail: Some(reference.to_string()),
                ..own
            },
            Self::File { source, .. } | Self::Browser(source) => Problem {
                detail: Some(source.to_string()),
                ..own
            },
            Self::TimedOut { .. } | Self::ConsentTimedOut => Problem {
                retryable: true,
                ..own
            },
            _ => own,
        }
    }
}

/// Where to see what there is of that kind.
fn not_found_hint(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "connector" => "List the connectors to see their names and ids.",
        "wallet entry" => "List the credentials to see their names and ids.",
        "run" => "List the runs to see their ids; old ones may have been deleted.",
        "run under way" => "List the runs to see how it ended; it may run in another window.",
        "tool" => "List the connector's tools anew: it may have been renamed or taken away.",
        "account" => "List the accounts to see their names.",
        "operation" => "List the operations of the account to see their names.",
        "sign-in" => "Start another sign-in.",
        "allowed program" => "List the allowed programs to see their ids.",
        _ => return None,
    })
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.problem()
    }
}
