//! Errors of the verbs.

use patchbay_model::{
    Code, Explain, FieldProblem, Origin, Problem, Program, SecretReference, WalletKind,
};

/// Hint for a working folder that cannot be used.
pub const NO_FOLDER_HINT: &str =
    "Create the folder, or choose another one in the connector's settings.";

/// A situation that someone acts on. Fields called `connector` and `account` hold the title and the label that people
/// see; reasons from a platform or provider are cleaned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("no home folder found")]
    NoHome,
    /// A file or folder cannot be used.
    #[error("couldn't use {path}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    /// The input is invalid.
    #[error("{what}")]
    Usage { what: String, hint: String },
    /// A variable of a template has no value.
    #[error("enter a value for {name}")]
    MissingValue { name: String },
    /// Nothing has that name or id.
    #[error("{kind} {name} not found")]
    NotFound {
        /// Kind of thing, such as `connector`.
        kind: &'static str,
        name: String,
    },
    #[error("operation {name} not found on {account}")]
    OperationNotFound {
        name: String,
        account: String,
        /// Title of the account setting that decides which operations exist.
        setting: Option<&'static str>,
    },
    /// Several connectors or accounts have the name.
    #[error("{} {things} are named {name}", references.len())]
    Ambiguous {
        /// In the plural.
        things: &'static str,
        name: String,
        /// What names each of them alone.
        references: Vec<String>,
    },
    /// Something that may be irreversible was not confirmed.
    #[error("{what} needs confirmation")]
    ConfirmationNeeded {
        /// Name of the tool or operation, or a phrase such as "Deleting Wiki".
        what: String,
    },
    /// The removal of a wallet entry in use was not confirmed.
    #[error("credential {name} is used by {users}")]
    InUse {
        name: String,
        /// Titles of the connectors that use it, separated by commas.
        users: String,
    },
    /// Resetting the vault, which loses all secrets, was not confirmed.
    #[error("you'll enter every saved credential again")]
    VaultBeginsAnew,
    /// The connector offers no tool of that name.
    #[error("tool {name} not found")]
    ToolNotFound {
        name: String,
        /// Names of its tools that are similar, the most similar first.
        similar: Vec<String>,
    },
    /// A run can't be repeated, because its arguments were not saved with it.
    #[error("{}", match is_secret {
        true => "secret arguments aren't kept with runs",
        false => "the arguments of this run weren't kept",
    })]
    ArgumentsNotKept { tool: String, is_secret: bool },
    /// Another process holds the run, and only that one can cancel it.
    #[error("tool {tool} runs in another Patchbay process")]
    RunsElsewhere { tool: String, origin: Origin },
    /// The run goes on and would store itself again at its end.
    #[error("this run is still running")]
    StillRunning { origin: Origin },
    /// The arguments do not match the tool's schema.
    #[error("check the arguments of {tool}")]
    Arguments {
        tool: String,
        fields: Vec<FieldProblem>,
    },
    #[error("the address carries a user name or password")]
    AddressSecret {
        /// JSON pointer to the field with the address; empty when only an address was given.
        path: String,
    },
    /// The values of a form do not match its schema.
    #[error("some fields need attention")]
    Fields { fields: Vec<FieldProblem> },
    /// A connector, account or credential was changed elsewhere since it was read.
    #[error("changes to {title} were made somewhere else")]
    ChangedElsewhere { title: String },
    /// Another process changed the address of a connector during its sign-in.
    #[error("the address of {connector} changed during the sign-in")]
    AddressChanged { connector: String },
    /// The tool reported an error; the run holds its text.
    #[error("{tool} returned an error")]
    ToolFailed { tool: String },
    #[error("connector {connector} needs sign-in")]
    SignInNeeded { connector: String },
    /// Its platform reports that it does not work.
    #[error("connector {connector} isn't working")]
    FailingAtPlatform {
        connector: String,
        reason: Option<String>,
    },
    /// The sign-in expired and could not be renewed.
    #[error("sign-in of {connector} expired")]
    SignInLapsed {
        connector: String,
        detail: Option<String>,
    },
    /// The provider rejected the user's own OAuth app when the sign-in was to be renewed.
    #[error("OAuth app of {connector} was rejected")]
    AppRefused {
        connector: String,
        detail: Option<String>,
    },
    /// The sign-in could not be renewed for now; it may be later.
    #[error("couldn't renew the sign-in of {connector}: {source}")]
    RenewalFailed {
        connector: String,
        source: patchbay_oauth::Error,
    },
    /// The server requires a token and offers no sign-in to get one.
    #[error("connector {connector} needs a token")]
    TokenNeeded {
        connector: String,
        #[source]
        source: Box<patchbay_platforms::Error>,
    },
    /// The entered credential was rejected.
    #[error("{by} rejected {what}")]
    KeyRefused {
        /// The platform, or the title of the connector.
        by: String,
        /// Such as `this key`.
        what: &'static str,
        /// Names of the form fields with the credential.
        fields: Vec<String>,
        #[source]
        source: Box<patchbay_platforms::Error>,
    },
    /// The settings of an account lead to another origin, and its saved secrets are for the former one.
    #[error("account {account} needs its key again: the saved one is only for the former address")]
    KeyForNewAddress {
        account: String,
        /// Names of the form fields with the secrets.
        fields: Vec<String>,
    },
    /// The platform rejected the key of an account.
    #[error("account {account} is signed out: its key was rejected")]
    SignedOut {
        account: String,
        #[source]
        source: Box<patchbay_platforms::Error>,
    },
    /// The user signed the account out.
    #[error("account {account} is signed out")]
    SignedOutHere { account: String },
    /// The connector is turned off, here or by its platform.
    #[error("connector {connector} is off")]
    SwitchedOff {
        connector: String,
        /// The account at which it can be turned on; `None` for a local connector.
        account: Option<String>,
    },
    #[error("this sign-in has ended")]
    AuthorizationOver,
    #[error("sign-in timed out")]
    ConsentTimedOut,
    /// The server names another authorization server than before, the first for the user's own app whose host no page
    /// shows, or one with the sign-in page of another, which nobody accepted.
    #[error("connector {connector} {}", issuer_words(former.as_deref(), page.as_deref(), current))]
    IssuerChanged {
        connector: String,
        former: Option<String>,
        page: Option<String>,
        current: String,
    },
    /// The user or the provider refused, or the callback is invalid.
    #[error(transparent)]
    Callback(#[from] patchbay_oauth::CallbackError),
    /// The platform or provider reports that the sign-in was refused or failed.
    #[error("{by} ended the sign-in: {reason}")]
    ConsentEnded {
        /// Label of the account or host of the provider.
        by: String,
        reason: String,
        /// Whether somebody refused, as opposed to a failure.
        is_refusal: bool,
    },
    #[error("couldn't open a browser")]
    Browser(#[source] std::io::Error),
    /// A secret reference cannot be resolved.
    #[error("couldn't read {reference}: {why}")]
    Reference {
        reference: String,
        why: String,
        /// Whether a program would print the secret.
        is_program: bool,
    },
    /// Nobody allowed the program that a reference names.
    #[error("Patchbay isn't allowed to run {} for a secret", program.file)]
    ProgramNotAllowed {
        reference: SecretReference,
        program: Program,
    },
    /// Nobody allowed the program of a connector.
    #[error("Patchbay isn't allowed to run {} for {connector}", program.file)]
    ServerNotAllowed { connector: String, program: Program },
    #[error("the program {program} wasn't found")]
    ProgramMissing { program: String, why: String },
    /// The working folder that was chosen for the program of a connector cannot be used.
    #[error("couldn't start {program} in {folder}: {why}")]
    WorkingFolder {
        program: String,
        folder: String,
        why: String,
    },
    /// The program of a connector ended repeatedly or before it could be used, and is not restarted automatically.
    #[error("connector {connector} stopped: {why}")]
    ServerStopped {
        connector: String,
        why: String,
        said: Option<String>,
    },
    /// The program of a connector ended at once, run by a Node.js that is too old for most servers.
    #[error("{what}. It was run by Node.js {version}, {file}")]
    OldNode {
        /// How it ended.
        what: String,
        version: String,
        /// Where that is.
        file: String,
        /// Folder of another Node.js.
        other: Option<String>,
        said: String,
    },
    #[error("cancelled")]
    Cancelled,
    /// Another process holds a lock for longer than any work under it takes.
    #[error("another Patchbay process doesn't finish what it's doing")]
    Busy,
    #[error("no response in {seconds} s")]
    TimedOut { seconds: u64 },
    /// The server of a connector exceeded a time limit.
    #[error("{}", limit.words(connector, *seconds))]
    TooSlow {
        connector: String,
        limit: TimeLimit,
        seconds: u64,
    },
    /// A change that may have been made, as its answer was lost or says neither.
    #[error("{source}")]
    Uncertain {
        source: Box<patchbay_platforms::Error>,
        is_creation: bool,
    },
    /// A connector was created on its platform, and not everything about it could be saved here.
    #[error("{connector} was created, but couldn't be saved here completely: {source}")]
    CreatedUnsaved {
        connector: String,
        source: Box<Self>,
    },
    /// The platform deletes a connector, and was not waited for until the end.
    #[error("{account} accepted the deletion of {connector} and is still at work")]
    DeletionUnderWay {
        connector: String,
        account: String,
        is_cancelled: bool,
    },
    /// The vault lacks the secret of a wallet entry: it was reset or restored from an older copy.
    #[error("credential {name} is missing from the vault")]
    SecretLost { name: String, kind: WalletKind },
    #[error(transparent)]
    Store(#[from] patchbay_store::Error),
    #[error(transparent)]
    Vault(#[from] patchbay_vault::Error),
    #[error(transparent)]
    OAuth(#[from] patchbay_oauth::Error),
    #[error(transparent)]
    Platform(#[from] patchbay_platforms::Error),
}

impl Error {
    pub(crate) fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            what: what.into(),
            hint: hint.into(),
        }
    }

    pub(crate) fn not_supported(what: impl Into<String>) -> Self {
        patchbay_platforms::Error::NotSupported(what.into()).into()
    }

    pub(crate) fn not_found(kind: &'static str, name: impl ToString) -> Self {
        Self::NotFound {
            kind,
            name: name.to_string(),
        }
    }

    /// Tells the failure of a change that may have been made nevertheless, which would be made twice if it was repeated.
    pub(crate) fn of_change(self, is_creation: bool) -> Self {
        match self {
            Self::Platform(source) if source.may_have_taken_effect() => Self::Uncertain {
                source: Box::new(source),
                is_creation,
            },
            error => error,
        }
    }

    /// Technical detail beside the message, for errors of this crate.
    fn detail(&self) -> Option<String> {
        match self {
            Self::FailingAtPlatform { reason: detail, .. }
            | Self::SignInLapsed { detail, .. }
            | Self::AppRefused { detail, .. }
            | Self::ServerStopped { said: detail, .. } => detail.clone(),
            Self::ProgramNotAllowed { reference, .. } => Some(reference.to_string()),
            // The message names it.
            Self::ProgramMissing { program, why } => match why.strip_prefix(program.as_str()) {
                Some(rest) => Some(format!("it{rest}")),
                None => Some(why.clone()),
            },
            Self::OldNode { said, .. } => Some(said.clone()).filter(|said| !said.is_empty()),
            Self::File { source, .. } | Self::Browser(source) => Some(source.to_string()),
            _ => None,
        }
    }
}

/// A time limit of a connector, which a person can raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeLimit {
    Connect,
    /// For each silence in a run.
    Run,
    /// As [`TimeLimit::Run`], but given with one run.
    Call,
}

impl TimeLimit {
    pub const ALL: [Self; 3] = [Self::Connect, Self::Run, Self::Call];

    fn words(self, connector: &str, seconds: u64) -> String {
        match self {
            Self::Connect => {
                format!("connector {connector} didn't connect within its limit of {seconds} s")
            }
            Self::Run => {
                format!("connector {connector} didn't respond within its limit of {seconds} s")
            }
            Self::Call => {
                format!(
                    "connector {connector} didn't respond within the run's limit of {seconds} s"
                )
            }
        }
    }

    /// Says where the limit can be raised.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Connect => "Raise the time limit to connect in the connector's settings.",
            Self::Run => "Raise the time limit of a run in the connector's settings.",
            Self::Call => "Set a longer timeout and run it again.",
        }
    }
}

impl Explain for Error {
    fn code(&self) -> Code {
        match self {
            Self::NoHome | Self::File { .. } => Code::FileFailed,
            Self::Usage { .. }
            | Self::MissingValue { .. }
            | Self::ArgumentsNotKept { .. }
            | Self::Fields { .. }
            | Self::AddressSecret { .. }
            | Self::KeyForNewAddress { .. } => Code::UsageInvalid,
            Self::NotFound { .. } | Self::OperationNotFound { .. } | Self::ToolNotFound { .. } => {
                Code::NotFound
            }
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
            Self::AppRefused { .. } => Code::AuthExchange,
            Self::KeyRefused { .. } => Code::AuthRefused,
            Self::SignedOut { .. } | Self::SignedOutHere { .. } => Code::PlatformSignedOut,
            Self::SwitchedOff { .. }
            | Self::AuthorizationOver
            | Self::ChangedElsewhere { .. }
            | Self::RunsElsewhere { .. }
            | Self::StillRunning { .. } => Code::Conflict,
            Self::ConsentTimedOut => Code::AuthTimedOut,
            Self::IssuerChanged { .. } => Code::AuthIssuerChanged,
            Self::Callback(error) => error.code(),
            Self::ConsentEnded {
                is_refusal: true, ..
            } => Code::AuthDenied,
            Self::ConsentEnded { .. } | Self::AddressChanged { .. } => Code::AuthExchange,
            Self::Browser(_) => Code::Internal,
            Self::Reference { .. } => Code::VaultReference,
            Self::ProgramNotAllowed { .. } => Code::ReferenceNotAllowed,
            Self::ServerNotAllowed { .. } => Code::ProgramNotAllowed,
            Self::ProgramMissing { .. } => Code::ProgramNotFound,
            Self::WorkingFolder { .. } => Code::ProgramNotStarted,
            Self::ServerStopped { .. } | Self::OldNode { .. } => Code::ProgramEnded,
            Self::Uncertain { source, .. } => source.code(),
            Self::CreatedUnsaved { source, .. } => source.code(),
            Self::Cancelled
            | Self::DeletionUnderWay {
                is_cancelled: true, ..
            } => Code::Cancelled,
            Self::DeletionUnderWay { .. } => Code::TimedOut,
            Self::TimedOut { .. } | Self::TooSlow { .. } | Self::Busy => Code::TimedOut,
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::OAuth(error) | Self::RenewalFailed { source: error, .. } => error.code(),
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
            Self::Busy => "End the other process, and try again.",
            Self::File { .. } => "Check the path and permissions.",
            Self::Usage { hint, .. } => hint,
            Self::MissingValue { .. } => "Enter it as text.",
            Self::ArgumentsNotKept { .. } => "Edit and run to enter them again.",
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
            Self::ToolNotFound { similar, .. } if similar.is_empty() => {
                "Refresh the tools: it may have been renamed or removed."
            }
            Self::ToolNotFound { similar, .. } => {
                return Some(format!("Check the name. Similar: {}.", similar.join(", ")));
            }
            Self::RunsElsewhere { origin, .. } | Self::StillRunning { origin } => match origin {
                Origin::Window => "Cancel it in the window that started it.",
                Origin::CommandLine => "Press Ctrl-C in the terminal that started it.",
                Origin::Client { name } => return Some(format!("Cancel it in {name}.")),
            },
            Self::SecretLost {
                kind: WalletKind::Oauth,
                ..
            } => "Sign in again.",
            Self::SecretLost { .. } => "Enter it again.",
            Self::Ambiguous { references, .. } => {
                return Some(format!("Use {}.", references.join(" or ")));
            }
            Self::ConfirmationNeeded { .. } => "Confirm to continue.",
            Self::InUse { .. } => "They stop working. Confirm to continue.",
            Self::VaultBeginsAnew => "Confirm to reset the vault.",
            Self::AddressSecret { .. } => "Remove them and sign in with a token or header instead.",
            Self::ChangedElsewhere { .. } => "Reload it and make your change again.",
            Self::SignInNeeded { .. } => "Sign in.",
            Self::FailingAtPlatform { .. } => "Fix it where the service is set up.",
            Self::TokenNeeded { .. } => "Enter it in the connector's settings.",
            Self::SignInLapsed { .. } | Self::AddressChanged { .. } => "Sign in again.",
            Self::AppRefused { .. } => patchbay_oauth::CHECK_APP_HINT,
            Self::KeyForNewAddress { .. } => "Enter the key together with the new address.",
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
            Self::IssuerChanged {
                page: Some(page),
                current,
                ..
            } => {
                return Some(format!(
                    "Sign in at {current} only if it belongs to {page}."
                ));
            }
            Self::IssuerChanged {
                former: None,
                current,
                ..
            } => {
                return Some(format!(
                    "Sign in at {current} only if your OAuth app belongs there."
                ));
            }
            Self::IssuerChanged { current, .. } => {
                return Some(format!(
                    "Contact the server's operator. Sign in at {current} only if that is the right place."
                ));
            }
            Self::Browser(_) => "Copy the link and open it yourself.",
            Self::Reference {
                is_program: true, ..
            } => "Run its command in a terminal, or save the credential in the wallet.",
            Self::Reference { .. } => "Set it, or save the credential in the wallet.",
            Self::ProgramNotAllowed { .. } => "Allow the program if you trust it.",
            Self::ServerNotAllowed { .. } => {
                "Check the connector, and allow the program if you trust it."
            }
            Self::ProgramMissing { program, .. } => {
                return Some(crate::install_hint::what_to_install(program));
            }
            Self::WorkingFolder { .. } => NO_FOLDER_HINT,
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
            Self::Uncertain {
                is_creation: true, ..
            } => "It may have been created. Check the list before creating it again.",
            Self::Uncertain { .. } => "It may have taken effect. Check before you do it again.",
            Self::CreatedUnsaved { .. } => {
                "Don't create it again. Refresh the account's connectors, and save its credential yourself."
            }
            Self::DeletionUnderWay { .. } => "Refresh the list later to see whether it is done.",
            Self::TooSlow { limit, .. } => limit.hint(),
            Self::Arguments { .. }
            | Self::Fields { .. }
            | Self::ToolFailed { .. }
            | Self::Cancelled => return None,
            Self::Store(error) => return error.hint(),
            Self::Vault(error) => return error.hint(),
            Self::OAuth(error) | Self::RenewalFailed { source: error, .. } => return error.hint(),
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
            Self::RenewalFailed { source, .. } => Problem {
                message: own.message,
                retryable: true,
                ..source.problem()
            },
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
                ..own
            },
            Self::Callback(error) => error.problem(),
            Self::Uncertain { source, .. } => Problem {
                hint: own.hint,
                retryable: false,
                may_be_done: true,
                ..source.problem()
            },
            Self::CreatedUnsaved { .. } => Problem {
                may_be_done: true,
                ..own
            },
            Self::KeyRefused { fields, source, .. } => Problem {
                code: own.code,
                message: own.message,
                hint: own.hint,
                fields: field_problems(fields, "not accepted"),
                ..source.problem()
            },
            Self::KeyForNewAddress { fields, .. } => Problem {
                fields: field_problems(fields, "enter it for the new address"),
                ..own
            },
            Self::SignedOut { source, .. } | Self::TokenNeeded { source, .. } => Problem {
                code: own.code,
                message: own.message,
                hint: own.hint,
                ..source.problem()
            },
            Self::TimedOut { .. } | Self::TooSlow { .. } | Self::ConsentTimedOut => Problem {
                retryable: true,
                ..own
            },
            _ => Problem {
                detail: self.detail(),
                ..own
            },
        }
    }
}

/// What a server wants of a sign-in, by the members of an [`IssuerChange`](patchbay_model::IssuerChange).
pub fn issuer_words(former: Option<&str>, page: Option<&str>, current: &str) -> String {
    match (former, page) {
        (Some(former), _) => {
            format!("wants you to sign in at {current} now, not at {former} as before")
        }
        (None, Some(page)) => {
            format!("opens the sign-in page of {page}, but {current} gets the result")
        }
        (None, None) => format!("wants the secret of your OAuth app at {current}"),
    }
}

fn field_problems(names: &[String], message: &str) -> Vec<FieldProblem> {
    let problem = |name: &String| FieldProblem {
        path: format!("/{name}"),
        message: message.to_owned(),
    };
    names.iter().map(problem).collect()
}

fn not_found_hint(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "connector" | "credential" | "connector or credential" | "account" => "Check the name.",
        "run" => "It may have been deleted.",
        "active run" => "It may have finished already.",
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
