//! `patchbay connector …`.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand};
use patchbay_model::{CaptureLevel, LogLevel, OauthDeviation, Platform, ProxyChoice};

use super::authentication::{AuthenticationArgs, ConnectArgs};
use super::choice::{on_or_off, one_of, whole_number};
use super::deviation::parse_deviation;
use super::platform::{ChangeArgs, CopyArgs, CreateArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorVerb {
    /// Add an MCP server, by its address or as a local program
    Add(Box<AddArgs>),
    /// List connector types of an account
    Types {
        /// Account (name or id)
        account: String,
    },
    /// Create a connector on a platform
    Create(Box<CreateArgs>),
    /// Copy a connector to another account
    Copy(Box<CopyArgs>),
    /// List copies on other accounts
    Copies {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// List connectors
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show a connector
    Show {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// Sign in and load tools
    Connect {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
        /// Sign-in option, as KEY=TEXT or KEY:=JSON
        #[arg(value_name = "CHOICE")]
        choices: Vec<String>,
        /// List sign-in options
        #[arg(long)]
        describe: bool,
        #[command(flatten)]
        how: ConnectArgs,
    },
    /// Sign out and revoke access where possible
    Disconnect {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// Remove a connector (hosted: delete it there)
    #[command(visible_alias = "rm", alias = "delete")]
    Remove {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// Restore a removed connector (within 10 minutes)
    Restore {
        /// Connector id
        id: String,
    },
    /// Edit a connector
    Edit(Box<EditArgs>),
    /// List platform actions and facts
    Actions {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// Run a platform action
    Action {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
        /// Action name
        action: String,
        /// KEY=TEXT, KEY:=JSON, or - to read a JSON object from stdin
        #[arg(value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// List resources
    Resources {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// Read a resource
    Resource {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
        /// Resource URI, or a template of it
        uri: String,
        /// Value of a template, as KEY=TEXT, or - to read a JSON object from stdin
        #[arg(value_name = "ARGUMENT")]
        arguments: Vec<String>,
        /// Show it again whenever it changes
        #[arg(long)]
        watch: bool,
    },
    /// List prompts
    Prompts {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
    /// Get a prompt
    Prompt {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
        /// Prompt name
        prompt: String,
        /// KEY=TEXT, or - to read a JSON object from stdin
        #[arg(value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Show what a server wrote to its log
    Log {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
        /// Maximum number of lines
        #[arg(
            long,
            default_value_t = 50,
            value_parser = whole_number(0..=u32::MAX).map(|lines| lines as usize)
        )]
        lines: usize,
        /// Lowest level of messages to show
        #[arg(long, value_parser = levels())]
        level: Option<LogLevel>,
    },
    /// Show or set background checks
    AutoCheck {
        /// on or off
        #[arg(value_parser = on_or_off())]
        switch: Option<bool>,
    },
    /// Show a certificate that isn't trusted, or trust it
    Trust {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
        /// Trust the certificate with this SHA-256 fingerprint
        #[arg(
            long,
            value_name = "SHA256",
            long_help = "Trust the certificate with this SHA-256 fingerprint, for this connector, its host and its port \
                         alone. Compare it with the one its operator has first"
        )]
        fingerprint: Option<String>,
    },
    /// Check a connector step by step
    Check {
        /// Connector (name, ACCOUNT/NAME or id)
        connector: String,
    },
}

fn levels() -> impl TypedValueParser<Value = LogLevel> {
    let words = PossibleValuesParser::new(LogLevel::ALL.map(LogLevel::as_str));
    words.try_map(|word| LogLevel::from_word(&word).ok_or("unknown level"))
}

fn capture() -> impl TypedValueParser<Value = CaptureLevel> {
    one_of([
        (
            "metadata",
            "Tool, time, status and duration",
            CaptureLevel::Metadata,
        ),
        (
            "redacted",
            "Field names and kinds of content too",
            CaptureLevel::Redacted,
        ),
        ("full", "Everything but secrets", CaptureLevel::Full),
    ])
}

/// Which connectors are listed; those that fit all that is given.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Refresh from platforms
    #[arg(long)]
    pub(crate) refresh: bool,
    /// Show them again whenever they change
    #[arg(long, conflicts_with = "refresh")]
    pub(crate) watch: bool,
    /// Only on this platform
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(Platform::ALL.map(Platform::as_str)),
        ignore_case = true
    )]
    pub(crate) platform: Option<String>,
    /// Only of this account (name or id)
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Only with this status
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) connector_type: Option<String>,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("local").args(["command", "from", "from_app", "bundle"]))]
#[command(group = ArgGroup::new("several").args(["from", "from_app"]))]
#[command(group = ArgGroup::new("filled_in").args(["from", "from_app", "bundle"]))]
pub(crate) struct AddArgs {
    /// Server URL; for a local program its short name [default: from the command]
    #[arg(value_name = "URL|NAME", required_unless_present_any = ["filled_in", "command"])]
    pub(crate) address: Option<String>,
    /// Command of a local program, word by word after --
    #[arg(last = true, value_name = "PROGRAM")]
    pub(crate) command: Vec<String>,
    /// Short name [default: from name]
    #[arg(long, conflicts_with = "command")]
    pub(crate) name: Option<String>,
    /// Name [default: from server]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Connect right away
    #[arg(long)]
    pub(crate) connect: bool,
    /// Show what would be added, change nothing
    #[arg(long, conflicts_with = "connect")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) how: ConnectArgs,
    #[command(flatten)]
    pub(crate) authentication: AuthenticationArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    /// Allow plain http, where others can read the credentials
    #[arg(long)]
    pub(crate) allow_plain_http: bool,
    /// Trust another certificate authority; repeatable
    #[arg(
        long = "root-certificate",
        value_name = "FILE",
        conflicts_with = "local",
        long_help = "Trust another certificate authority besides those of the system, for this connector only; \
                     repeatable. FILE holds its certificate as PEM"
    )]
    pub(crate) authorities: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) program: ProgramArgs,
    #[command(flatten)]
    pub(crate) pasted: PastedArgs,
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
}

/// How a server is reached, where that is not as for all others.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct NetworkArgs {
    /// Proxy of its own: system, none or an address
    #[arg(
        long,
        value_name = "PROXY",
        value_parser = proxy,
        long_help = "Proxy of its own: system (default), none, or an address like http://proxy.example:3128"
    )]
    pub(crate) proxy: Option<ProxyChoice>,
    /// Use a client certificate
    #[arg(
        long,
        value_name = "FILE",
        long_help = "Use a client certificate. FILE holds it and its unencrypted private key as PEM; both are kept in the \
                     vault"
    )]
    pub(crate) client_certificate: Option<PathBuf>,
}

impl NetworkArgs {
    pub(crate) fn is_given(&self) -> bool {
        self.proxy.is_some() || self.client_certificate.is_some()
    }
}

fn proxy(text: &str) -> Result<ProxyChoice, Infallible> {
    Ok(match text {
        "system" => ProxyChoice::System,
        "none" => ProxyChoice::Direct,
        address => ProxyChoice::Url(address.to_owned()),
    })
}

/// A text that names servers.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Anything pasted")]
pub(crate) struct PastedArgs {
    /// Add every server that FILE names (- for stdin)
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["address", "token_from", "headers", "auth", "client_id"],
        long_help = "Add every server that FILE names (- for stdin): addresses, a command, settings of another app, or an \
                     install link"
    )]
    pub(crate) from: Option<PathBuf>,
    /// Add every server in the settings of another app
    #[arg(
        long,
        value_name = "APP",
        conflicts_with_all = ["address", "token_from", "headers", "auth", "client_id"],
        long_help = "Add every server in the settings of another app, such as cursor, vs-code or claude-desktop. \
                     A name that isn't known lists the apps that have some"
    )]
    pub(crate) from_app: Option<String>,
    /// Add only the server of this name
    #[arg(long, value_name = "NAME", requires = "several")]
    pub(crate) only: Vec<String>,
    /// Fill in a placeholder such as ${input:NAME}
    #[arg(
        long = "fill",
        value_name = "NAME=TEXT",
        requires = "filled_in",
        long_help = "Fill in a placeholder such as ${input:NAME}, or a setting of a bundle (repeatable for one that \
                     takes several values)"
    )]
    pub(crate) filled: Vec<String>,
    /// Fill in a secret placeholder
    #[arg(
        long = "fill-secret",
        value_name = "NAME[=SOURCE]",
        requires = "filled_in",
        long_help = "Fill in a secret placeholder, or a secret setting of a bundle. SOURCE: - (stdin, default), env://NAME, cmd://… or op://…"
    )]
    pub(crate) filled_secrets: Vec<String>,
}

/// A local server in one file.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Bundles")]
pub(crate) struct BundleArgs {
    /// Add the server in an MCP bundle (.mcpb, .dxt)
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "address", "token_from", "headers", "auth", "client_id", "variables", "secrets", "folder",
        ]
    )]
    pub(crate) bundle: Option<PathBuf>,
    /// Show what a bundle says of itself, and add nothing
    #[arg(long, requires = "bundle", conflicts_with = "connect")]
    pub(crate) describe: bool,
}

/// What a local program is started with.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Local programs")]
pub(crate) struct ProgramArgs {
    /// Set an environment variable
    #[arg(long = "env", value_name = "NAME=VALUE", requires = "local")]
    pub(crate) variables: Vec<String>,
    /// Set a secret environment variable
    #[arg(
        long = "env-secret",
        value_name = "NAME[=SOURCE]",
        requires = "local",
        long_help = "Set a secret environment variable. SOURCE: - (stdin, default), env://NAME, cmd://… or op://…"
    )]
    pub(crate) secrets: Vec<String>,
    /// Working folder [default: one of its own]
    #[arg(long = "cwd", value_name = "FOLDER", requires = "local")]
    pub(crate) folder: Option<PathBuf>,
    /// Allow the program to run without asking
    #[arg(long = "allow", requires = "local")]
    pub(crate) is_allowed: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// Connector (name, ACCOUNT/NAME or id)
    pub(crate) connector: String,
    /// Short name
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Name
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Address; a new host removes the sign-in
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Tags, comma-separated (replaces all)
    #[arg(long, value_delimiter = ',')]
    pub(crate) tags: Option<Vec<String>>,
    /// Add to favorites
    #[arg(long, conflicts_with = "no_favorite")]
    pub(crate) favorite: bool,
    /// Remove from favorites
    #[arg(long)]
    pub(crate) no_favorite: bool,
    /// Turn on
    #[arg(long, conflicts_with = "off")]
    pub(crate) on: bool,
    /// Turn off
    #[arg(long)]
    pub(crate) off: bool,
    /// Time to connect to the server in seconds (0: default)
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(0..=86_400))]
    pub(crate) connect_timeout: Option<u32>,
    /// Silence allowed in a run in seconds (0: default)
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(0..=86_400))]
    pub(crate) run_timeout: Option<u32>,
    /// Tell the server about a folder; repeatable (replaces all)
    #[arg(
        long = "root",
        value_name = "FOLDER",
        conflicts_with = "no_roots",
        long_help = "Tell the server about a folder; repeatable (replaces all). It limits nothing: a local program can \
                     open any file you can"
    )]
    pub(crate) roots: Vec<PathBuf>,
    /// Tell the server about no folders
    #[arg(long)]
    pub(crate) no_roots: bool,
    /// Let the server ask for text of a language model
    #[arg(
        long,
        value_name = "on|off",
        value_parser = on_or_off(),
        hide_possible_values = true,
        long_help = "Let the server ask for text of a language model. You write it yourself, or decline: Patchbay has no \
                     model"
    )]
    pub(crate) sampling: Option<bool>,
    /// Least severe messages to ask its log for (default: info)
    #[arg(long, value_name = "LEVEL", value_parser = levels())]
    pub(crate) log_level: Option<LogLevel>,
    /// Show notifications about this connector
    #[arg(long, value_name = "on|off", value_parser = on_or_off(), hide_possible_values = true)]
    pub(crate) notifications: Option<bool>,
    /// What to keep of runs: metadata, redacted or full
    #[arg(
        long,
        value_name = "LEVEL",
        value_parser = capture(),
        hide_possible_values = true,
        long_help = "What to keep of runs from now on. Secrets are never kept.\n\nmetadata: tool, time, status and duration\n\
                     redacted: field names and kinds of content too, without values\n\
                     full: arguments, result and what was sent too"
    )]
    pub(crate) capture: Option<CaptureLevel>,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    /// Allow plain http, where others can read the credentials (true or false)
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) allow_plain_http: Option<bool>,
    /// Trust another certificate authority; repeatable (replaces all)
    #[arg(
        long = "root-certificate",
        value_name = "FILE",
        conflicts_with = "no_authorities",
        long_help = "Trust another certificate authority besides those of the system, for this connector only; \
                     repeatable (replaces all). FILE holds its certificate as PEM"
    )]
    pub(crate) authorities: Vec<PathBuf>,
    /// Trust only the certificate authorities of the system
    #[arg(long = "no-root-certificates")]
    pub(crate) no_authorities: bool,
    /// Use no client certificate
    #[arg(long, conflicts_with = "client_certificate")]
    pub(crate) no_client_certificate: bool,
    /// Stop trusting the certificate of HOST:PORT; repeatable
    #[arg(long = "distrust", value_name = "HOST:PORT")]
    pub(crate) distrusted: Vec<String>,
    #[command(flatten)]
    pub(crate) authentication: AuthenticationArgs,
    /// Sign in differently, as a provider needs it; repeatable
    #[arg(
        long = "oauth-deviation",
        value_name = "NAME=on|off|auto",
        value_parser = parse_deviation,
        long_help = "Sign in differently than the standards say, as a provider needs it; repeatable. auto (the default) \
                     does what is known of the provider, as far as it weakens nothing.\n\n\
                     offline-access: ask for offline access by a parameter\n\
                     secret-in-body: send the client secret in the request body\n\
                     comma-scopes: read scopes separated by commas\n\
                     no-resource: don't name the server the token is for (weakens a check)\n\
                     unpublished-pkce: use PKCE though the provider doesn't announce it (weakens a check)\n\
                     issuer-slash: ignore a slash at the end of the provider's address (weakens a check)"
    )]
    pub(crate) deviations: Vec<(OauthDeviation, Option<bool>)>,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    // Last, because the command consumes all remaining arguments.
    #[command(flatten)]
    pub(crate) program: EditProgramArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Local programs")]
pub(crate) struct EditProgramArgs {
    /// Set an environment variable
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<String>,
    /// Set a secret environment variable
    #[arg(
        long = "env-secret",
        value_name = "NAME[=SOURCE]",
        long_help = "Set a secret environment variable; others stay. SOURCE: - (stdin, default), \
                     env://NAME, cmd://… or op://…"
    )]
    pub(crate) secret_variables: Vec<String>,
    /// Remove an environment variable, plain or secret
    #[arg(long = "remove-env", value_name = "NAME")]
    pub(crate) removed_variables: Vec<String>,
    /// Working folder
    #[arg(long = "cwd", value_name = "FOLDER", conflicts_with = "own_folder")]
    pub(crate) folder: Option<PathBuf>,
    /// Work in a folder of its own
    #[arg(long = "own-cwd")]
    pub(crate) own_folder: bool,
    /// Allow the program to run without asking
    #[arg(long = "allow")]
    pub(crate) is_allowed: bool,
    /// New command of a local program
    #[arg(last = true, value_name = "COMMAND", help_heading = None::<&str>)]
    pub(crate) command: Vec<String>,
}
