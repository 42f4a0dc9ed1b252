//! What can keep a verb from being done.

use patchbay_model::{Code, Explain, FieldProblem, Problem, Program, SecretReference, WalletKind};

/// A situation that someone acts on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system names no home folder.
    #[error("no home folder found")]
    NoHome,
    /// A file or folder of Patchbay cannot be used.
    #[error("couldn't use {path}")]
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
    #[error("{kind} {name} not found")]
    NotFound {
        /// Kind of thing, such as `connector`.
        kind: &'static str,
        /// Name or id that was given.
        name: String,
    },
    /// The account cannot call an operation of that name.
    #[error("operation {name} not found on {account}")]
    OperationNotFound {
        /// Name that was given.
        name: String,
        /// Label of the account.
        account: String,
        /// Title of the setting of the account on which it depends what there is.
        setting: Option<&'static str>,
    },
    /// A name stands for several.
    #[error("{count} connectors are named {name}")]
    Ambiguous {
        /// Name that was given.
        name: String,
        /// How many have it.
        count: usize,
    },
    /// There may be no way back, and nobody confirmed it.
    #[error("{what} needs confirmation")]
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
    #[error("you'll enter every saved credential again")]
    VaultBeginsAnew,
    /// The arguments do not fit the tool's schema.
    #[error("check the arguments of {tool}")]
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
    #[error("some fields need attention")]
    Fields {
        /// What is wrong with which field.
        fields: Vec<FieldProblem>,
    },
    /// What is to be changed was changed elsewhere since it was read.
    #[error("{title} was changed somewhere else")]
    ChangedElsewhere {
        /// Title of the connector.
        title: String,
    },
    /// The tool answered that it failed; the run holds its words.
    #[error("{tool} returned an error")]
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
    /// Its platform says that it does not work.
    #[error("{connector} isn't working")]
    FailingAtPlatform {
        /// Title of the connector.
        connector: String,
        /// The platform's words, cleaned.
        reason: Option<String>,
    },
    /// The sign-in lapsed and was not renewed.
    #[error("sign-in of {connector} expired")]
    SignInLapsed {
        /// Title of the connector.
        connector: String,
        /// The provider's own words.
        detail: Option<String>,
    },
    /// A server that lets nobody in without a token, and offers no sign-in by which to get one.
    #[error("{connector} needs a token")]
    TokenNeeded {
        /// Title of the connector.
        connector: String,
        /// What the server said.
        #[source]
        source: Box<patchbay_platforms::Error>,
    },
    /// What was entered to sign in with is not accepted.
    #[error("{by} rejected {what}")]
    KeyRefused {
        /// The platform, or the title of the connector.
        by: String,
        /// Such as `this key`.
        what: &'static str,
        /// Names of the fields that it was entered into.
        fields: Vec<String>,
        /// What the other side said.
        #[source]
        source: Box<patchbay_platforms::Error>,
    },
    /// The platform does not take the key of an account.
    #[error("{account} is signed out: its key was rejected")]
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
    #[error("this sign-in has ended")]
    AuthorizationOver,
    /// The consent was not given in time.
    #[error("sign-in timed out")]
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
    /// Whoever asks for the consent says that it was refused or came to nothing.
    #[error("{by} ended the sign-in: {reason}")]
    ConsentEnded {
        /// Label of the account, or the provider's host.
        by: String,
        /// In the platform's words, cleaned.
        reason: String,
        /// Whether somebody refused, and not the sign-in failed.
        is_refusal: bool,
    },
    /// No browser could be started.
    #[error("couldn't open a browser")]
    Browser(#[source] std::io::Error),
    /// A reference stands for nothing.
    #[error("couldn't read {reference}: {why}")]
    Reference {
        /// The reference; it is no secret.
        reference: String,
        /// Why not.
        why: String,
    },
    /// A reference names a program that nobody allowed to be started.
    #[error("Patchbay isn't allowed to run {} for a secret", program.file)]
    ProgramNotAllowed {
        reference: SecretReference,
        /// What would have been started.
        program: Program,
    },
    /// Nobody allowed the program of a connector to be started.
    #[error("Patchbay isn't allowed to run {} for {connector}", program.file)]
    ServerNotAllowed {
        /// Title of the connector.
        connector: String,
        /// What would have been started.
        program: Program,
    },
    /// The program of a connector is not there.
    #[error("the program {program} wasn't found: {why}")]
    ProgramMissing {
        /// What the connector calls it.
        program: String,
        /// Where was looked.
        why: String,
    },
    /// The program of a connector ended again and again, or before it could be used, and waits for a person.
    #[error("{connector} stopped: {why}")]
    ServerStopped {
        /// Title of the connector.
        connector: String,
        /// How it ended the last time.
        why: String,
        /// The last lines that it wrote.
        said: Option<String>,
    },
    /// The program of a connector ended instead of speaking, and its Node.js is older than servers are made for.
    #[error("{what}. It was run by Node.js {version}, {file}")]
    OldNode {
        /// That it ended, and how.
        what: String,
        /// Which Node.js ran it.
        version: String,
        /// Where that is.
        file: String,
        /// The folder of another one.
        other: Option<String>,
        /// The last lines that the program wrote.
        said: String,
    },
    /// The caller stopped it.
    #[error("cancelled")]
    Cancelled,
    /// It took longer than it was given.
    #[error("no response in {seconds} s")]
    TimedOut {
        /// What it was given, in seconds.
        seconds: u64,
    },
    /// The server of a connector took longer than it is given.
    #[error("{}", limit.words(connector, *seconds))]
    TooSlow {
        /// Title of the connector.
        connector: String,
        limit: TimeLimit,
        /// What it is given, in seconds.
        seconds: u64,
    },
    /// The vault does not have what a wallet entry stands for: it was begun anew, or put back from an
    /// older copy.
    #[error("{name} is missing from the vault")]
    SecretLost {
        /// Name of the entry.
        name: String,
        /// What it was made of.
        kind: WalletKind,
    },
    /// From the database.
    #[error(transparent)]
    Store(#[from] patchbay_store::Error),
    #[error(transparent)]
    Vault(#[from] patchbay_vault::Error),
    /// From signing in.
    #[error(transparent)]
    OAuth(#[from] patchbay_oauth::Error),
    /// From a platform or an MCP server.
    #[error(transparent)]
    Platform(#[from] patchbay_platforms::Error),
}

impl Error {
    /// What was given cannot be understood.
    pub(crate) fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            what: what.into(),
            hint: hint.into(),
        }
    }
}

/// A time limit of a connector, which a person can raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeLimit {
    /// For connecting.
    Connect,
    /// For each silence in a run.
    Run,
    /// For each silence in one run, given with it.
    Call,
}

impl TimeLimit {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Connect, Self::Run, Self::Call];

    fn words(self, connector: &str, seconds: u64) -> String {
        match self {
            Self::Connect => format!("{connector} didn't connect within its limit of {seconds} s"),
            Self::Run => format!("{connector} didn't respond within its limit of {seconds} s"),
            Self::Call => {
                format!("{connector} didn't respond within the run's limit of {seconds} s")
            }
        }
    }

    /// Where it is raised.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Connect => "Raise the time limit to connect in the connector's settings.",
            Self::Run => "Raise the time limit of a run in the connector's settings.",
            Self::Call => "Raise the time limit and run it again.",
        }
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::NoHome | Self::File { .. } => Code::FileFailed,
            Self::Usage { .. } | Self::Fields { .. } | Self::AddressSecret { .. } => {
                Code::UsageInvalid
            }
            Self::NotFound { .. } | Self::OperationNotFound { .. } => Code::NotFound,
            Self::Ambiguous { .. } => Code::Ambiguous,
            Self::ConfirmationNeeded { .. } | Self::InUse { .. } | Self::VaultBeginsAnew => {
                Code::ConfirmationNeeded
            }
            Self::Arguments { .. } => Code::ToolArguments,
            Self::ToolFailed { .. } => Code::ToolFailed,
            Self::SignInNeeded { .. } | Self::TokenNeeded { .. } | Self::SecretLost { .. } => {
                Code::AuthNeeded
            }
            Self::FailingAtPlatform { .. } => Code::PlatformFailed,
            Self::SignInLapsed { .. } => Code::AuthExpired,
            Self::KeyRefused { .. } => Code::AuthRefused,
            Self::SignedOut { .. } | Self::SignedOutHere { .. } => Code::PlatformSignedOut,
            Self::SwitchedOff { .. } | Self::AuthorizationOver | Self::ChangedElsewhere { .. } => {
                Code::Conflict
            }
            Self::ConsentTimedOut => Code::AuthTimedOut,
            Self::IssuerChanged { .. } => Code::AuthIssuerChanged,
            Self::Callback(error) => error.code(),
            Self::ConsentEnded {
                is_refusal: true, ..
            } => Code::AuthDenied,
            Self::ConsentEnded { .. } => Code::AuthExchange,
            Self::Browser(_) => Code::Internal,
            Self::Reference { .. } => Code::VaultReference,
            Self::ProgramNotAllowed { .. } => Code::ReferenceNotAllowed,
            Self::ServerNotAllowed { .. } => Code::ProgramNotAllowed,
            Self::ProgramMissing { .. } => Code::ProgramNotFound,
            Self::ServerStopped { .. } | Self::OldNode { .. } => Code::ProgramEnded,
            Self::Cancelled => Code::Cancelled,
            Self::TimedOut { .. } | Self::TooSlow { .. } => Code::TimedOut,
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::OAuth(error) => error.code(),
            Self::Platform(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::SignedOut { account, .. } => {
                return Some(format!("Enter a new key for {account}."));
            }
            Self::SignedOutHere { account } => {
                return Some(format!("Enter a key for {account}."));
            }
            Self::NoHome => "Set PATCHBAY_HOME to a folder you own.",
            Self::File { .. } => "Check that it exists and you can write to it.",
            Self::Usage { hint, .. } => hint,
            Self::NotFound { kind, .. } => return not_found_hint(kind).map(str::to_owned),
            Self::OperationNotFound {
                account,
                setting: Some(setting),
                ..
            } => {
                return Some(format!(
                    "Check the name, or choose another {setting} in the settings of {account}."
                ));
            }
            Self::OperationNotFound { setting: None, .. } => "Check the name.",
            Self::SecretLost {
                kind: WalletKind::Oauth,
                ..
            } => "Sign in again.",
            Self::SecretLost { .. } => "Enter it again.",
            Self::Ambiguous { .. } => "Use ACCOUNT/NAME or the id.",
            Self::ConfirmationNeeded { .. } => "Confirm to continue.",
            Self::InUse { .. } => "They stop working. Confirm to continue.",
            Self::VaultBeginsAnew => "Confirm to reset the vault.",
            Self::AddressSecret { .. } => "Remove them and sign in with a token or header instead.",
            Self::ChangedElsewhere { .. } => "Reload it and make your change again.",
            Self::SignInNeeded { .. } => "Sign in.",
            Self::FailingAtPlatform { .. } => "Fix it where the service is set up.",
            Self::TokenNeeded { .. } => "Enter it in the connector's settings.",
            Self::SignInLapsed { .. } => "Sign in again.",
            Self::KeyRefused { .. } => "Check it and try again.",
            Self::AuthorizationOver => "Start again.",
            Self::Callback(error) => return error.hint(),
            Self::SwitchedOff {
                account: Some(account),
                ..
            } => return Some(format!("Turn it on at {account}.")),
            Self::SwitchedOff { account: None, .. } => "Turn it on.",
            Self::ConsentEnded {
                is_refusal: true, ..
            } => "Try again and allow access.",
            Self::ConsentEnded { .. } => {
                "Try again. If it goes on, the server rejects the sign-in."
            }
            Self::ConsentTimedOut => {
                "Try again. If the provider showed an error, its page says why."
            }
            Self::IssuerChanged { current, .. } => {
                return Some(format!(
                    "Contact the server's operator. Sign in at {current} only if that is the right place."
                ));
            }
            Self::Browser(_) => "Copy the link and open it yourself.",
            Self::Reference { .. } => "Set it, or save the credential in the wallet.",
            Self::ProgramNotAllowed { .. } => "Allow the program if you trust it.",
            Self::ServerNotAllowed { .. } => {
                "Check the connector, and allow the program if you trust it."
            }
            Self::ProgramMissing { program, .. } => {
                return Some(crate::install_hint::what_to_install(program));
            }
            Self::ServerStopped { .. } => "Check the connector to start it again.",
            Self::OldNode { other: None, .. } => "Install a newer Node.js.",
            Self::OldNode {
                other: Some(folder),
                ..
            } => {
                return Some(format!(
                    "Add the variable PATH={folder} to the connector, or install a newer Node.js."
                ));
            }
            Self::TimedOut { .. } => "Try again.",
            Self::TooSlow { limit, .. } => limit.hint(),
            Self::Arguments { .. }
            | Self::Fields { .. }
            | Self::ToolFailed { .. }
            | Self::Cancelled => return None,
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
                    message: "remove the user name and password".to_owned(),
                }],
                hint: self.hint(),
                ..Problem::new(self.code(), self.to_string())
            },
            Self::Callback(error) => error.problem(),
            Self::KeyRefused { fields, source, .. } => Problem {
                code: own.code,
                message: own.message,
                hint: own.hint,
                fields: fields.iter().map(|field| refused_field(field)).collect(),
                ..source.problem()
            },
            Self::SignedOut { source, .. } | Self::TokenNeeded { source, .. } => Problem {
                code: own.code,
                message: own.message,
                hint: own.hint,
                ..source.problem()
            },
            Self::FailingAtPlatform { reason, .. } => Problem {
                detail: reason.clone(),
                ..own
            },
            Self::SignInLapsed { detail, .. } => Problem {
                detail: detail.clone(),
                ..own
            },
            Self::ProgramNotAllowed { reference, .. } => Problem {
                detail: Some(reference.to_string()),
                ..own
            },
            Self::ServerStopped { said, .. } => Problem {
                detail: said.clone(),
                ..own
            },
            Self::OldNode { said, .. } => Problem {
                detail: Some(said.clone()).filter(|said| !said.is_empty()),
                ..own
            },
            Self::File { source, .. } | Self::Browser(source) => Problem {
                detail: Some(source.to_string()),
                ..own
            },
            Self::TimedOut { .. } | Self::TooSlow { .. } | Self::ConsentTimedOut => Problem {
                retryable: true,
                ..own
            },
            _ => own,
        }
    }
}

fn refused_field(name: &str) -> FieldProblem {
    FieldProblem {
        path: format!("/{name}"),
        message: "not accepted".to_owned(),
    }
}

/// Where to see what there is of that kind.
fn not_found_hint(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "connector" => "Check the name.",
        "credential" => "Check the name.",
        "connector or credential" => "Check the name.",
        "run" => "It may have been deleted.",
        "active run" => "It may have finished already.",
        "tool" => "Refresh the tools: it may have been renamed or removed.",
        "account" => "Check the name.",
        "sign-in" => "Sign in again.",
        "allowed program" => "Check the id.",
        _ => return None,
    })
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.problem()
    }
}
