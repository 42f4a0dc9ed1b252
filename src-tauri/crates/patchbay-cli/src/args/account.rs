//! `patchbay account …` and `patchbay api …`.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use patchbay_model::{AccountColour, Platform, debug_fields};
use patchbay_ops::platform_abilities;

use super::choice::whole_number;

fn platforms() -> PossibleValuesParser {
    let hosted = Platform::ALL
        .into_iter()
        .filter(|platform| platform_abilities(*platform).has_accounts);
    PossibleValuesParser::new(hosted.map(Platform::as_str))
}

fn colours() -> PossibleValuesParser {
    let colours = AccountColour::ALL.map(AccountColour::as_str);
    PossibleValuesParser::new(colours.into_iter().chain(["none"]))
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// Add an account (tested before saving)
    Add(AccountAddArgs),
    /// List accounts
    #[command(visible_alias = "ls")]
    List,
    /// List platforms and their sign-in fields
    Platforms,
    /// Test the sign-in
    Test {
        /// Account (name or id)
        account: String,
    },
    /// Rename an account
    Rename {
        /// Account (name or id)
        account: String,
        /// New name
        #[arg(value_name = "NAME")]
        label: String,
    },
    /// Change settings (tested before saving)
    Edit {
        /// Account (name or id)
        account: String,
        /// NAME=TEXT or NAME:=JSON; NAME:=null restores the default
        #[arg(value_name = "SETTING", required = true)]
        settings: Vec<String>,
        #[command(flatten)]
        secrets: AccountNewSecretArgs,
        /// Test without saving
        #[arg(long)]
        dry_run: bool,
    },
    /// Set the color of an account
    Color {
        /// Account (name or id)
        account: String,
        /// Color, or none
        #[arg(value_name = "COLOR", value_parser = colours())]
        colour: String,
    },
    /// Sign out (keeps the account)
    SignOut {
        /// Account (name or id)
        account: String,
    },
    /// Replace the key (tested before saving)
    ReplaceKey {
        /// Account (name or id)
        account: String,
        #[command(flatten)]
        secrets: AccountSecretArgs,
    },
    /// Remove an account from Patchbay
    #[command(visible_alias = "rm", alias = "delete")]
    Remove {
        /// Account (name or id)
        account: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AccountAddArgs {
    /// Platform
    #[arg(value_parser = platforms())]
    pub(crate) platform: String,
    /// Account name [default: platform name]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Base URL for a custom address
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Allow plain http for that URL, where others can read the key
    #[arg(long, requires = "base_url")]
    pub(crate) allow_plain_http: bool,
    /// Setting as NAME=TEXT or NAME:=JSON
    #[arg(long = "set", value_name = "SETTING")]
    pub(crate) settings: Vec<String>,
    #[command(flatten)]
    pub(crate) secrets: AccountSecretArgs,
}

/// Where the secrets of an account come from.
#[derive(Debug, Args)]
pub(crate) struct AccountSecretArgs {
    /// Read the key from: - (stdin: key or JSON object), env://NAME, cmd://…, op://… or wallet:NAME
    /// [default: platform's environment variable, if you agree or with --yes, else stdin]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,
    /// Source of one secret field, as NAME=SOURCE
    #[arg(long = "secret", value_name = "NAME=SOURCE", conflicts_with = "from")]
    pub(crate) secrets: Vec<String>,
}

/// New secrets of an account, if its settings lead to another address.
#[derive(Debug, Args)]
pub(crate) struct AccountNewSecretArgs {
    /// Replace the key, as needed for another base URL; read it from: - (stdin: key or JSON object), env://NAME,
    /// cmd://…, op://… or wallet:NAME
    #[arg(long, value_name = "SOURCE")]
    from: Option<String>,
    /// Source of one secret field, as NAME=SOURCE
    #[arg(long = "secret", value_name = "NAME=SOURCE", conflicts_with = "from")]
    secrets: Vec<String>,
}

impl From<AccountNewSecretArgs> for AccountSecretArgs {
    fn from(AccountNewSecretArgs { from, secrets }: AccountNewSecretArgs) -> Self {
        Self { from, secrets }
    }
}

#[derive(Args)]
pub(crate) struct ApiArgs {
    /// Account (name or id)
    #[arg(required_unless_present = "platform", conflicts_with = "platform")]
    pub(crate) account: Option<String>,
    /// Operation name
    pub(crate) operation: Option<String>,
    /// KEY=TEXT, KEY:=JSON, or - to read a JSON object from stdin
    #[arg(
        value_name = "ARGUMENT",
        long_help = super::tool::ARGUMENTS_HELP
    )]
    pub(crate) arguments: Vec<String>,
    /// Arguments as a JSON object, or - for stdin; KEY=TEXT and KEY:=JSON override it
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) args: Option<String>,
    /// List operations
    #[arg(long, conflicts_with_all = ["operation", "describe"])]
    pub(crate) list: bool,
    /// Platform to list or describe, without an account
    #[arg(long, value_parser = platforms())]
    pub(crate) platform: Option<String>,
    /// Describe an operation
    #[arg(long, value_name = "OPERATION", num_args = 0..=1, default_missing_value = "")]
    pub(crate) describe: Option<String>,
    /// Include response status and headers
    #[arg(long, short)]
    pub(crate) include: bool,
    /// Write a binary response to FILE, or - for stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<String>,
    /// Timeout per attempt in seconds
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(1..=86_400))]
    pub(crate) timeout: Option<u32>,
    /// Maximum retries [default: set by the operation]
    #[arg(long, value_name = "TIMES", value_parser = whole_number(0..=u32::MAX))]
    pub(crate) retries: Option<u32>,
    /// Extra header; value from stdin, or NAME=REFERENCE
    #[arg(long = "header", value_name = "NAME")]
    pub(crate) headers: Vec<String>,
    /// Extra query parameter, as NAME=TEXT or NAME:=JSON
    #[arg(long = "query", value_name = "PARAMETER")]
    pub(crate) query: Vec<String>,
    /// Extra body property, as NAME=TEXT or NAME:=JSON
    #[arg(long = "body", value_name = "PROPERTY")]
    pub(crate) body: Vec<String>,
}

// The arguments may contain secrets.
debug_fields! { ApiArgs: }
