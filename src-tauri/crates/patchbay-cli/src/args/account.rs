//! `patchbay account …` and `patchbay api …`.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use patchbay_model::{AccountColour, Platform};

/// The hosted platforms, as one types them.
fn platforms() -> PossibleValuesParser {
    let hosted = Platform::ALL
        .into_iter()
        .filter(|platform| *platform != Platform::Local);
    PossibleValuesParser::new(hosted.map(Platform::as_str))
}

/// The colours, and none of them.
fn colours() -> PossibleValuesParser {
    let colours = AccountColour::ALL.map(AccountColour::as_str);
    PossibleValuesParser::new(colours.into_iter().chain(["none"]))
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// Sign in to a hosted platform; kept only when a light read shows that it works
    Add(AccountAddArgs),
    /// List all accounts
    #[command(visible_alias = "ls")]
    List,
    /// List the hosted platforms and what each needs to sign in
    Platforms,
    /// Try whether the sign-in works
    Test {
        /// Label or id
        account: String,
    },
    /// Call it something else
    Rename {
        /// Label or id
        account: String,
        /// The new label
        label: String,
    },
    /// Change what is no secret of it, after a light read has shown that it works
    Set {
        /// Label or id
        account: String,
        /// NAME=TEXT, or NAME:=JSON, and NAME:=null for the platform's own; see `patchbay account platforms`
        #[arg(value_name = "SETTING", required = true)]
        settings: Vec<String>,
        /// Try whether it would work, and keep nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Give it a colour to know it by
    #[command(visible_alias = "color")]
    Colour {
        /// Label or id
        account: String,
        /// The colour, or none for the platform's own look
        #[arg(value_parser = colours())]
        colour: String,
    },
    /// Forget its key; it stays in the lists, and another key signs it in again
    SignOut {
        /// Label or id
        account: String,
    },
    /// Put another key in the place of the saved one
    Replace {
        /// Label or id
        account: String,
        #[command(flatten)]
        secrets: AccountSecretArgs,
    },
    /// Remove it from Patchbay; at the platform everything stays
    #[command(visible_alias = "rm")]
    Remove {
        /// Label or id
        account: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AccountAddArgs {
    /// Which platform
    #[arg(value_parser = platforms())]
    pub(crate) platform: String,
    /// What to call it, unique [default: the platform's name]
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Absolute URL in place of the platform's own
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Let its key go over plain http to that URL: anyone on the way can read and use it
    #[arg(long, requires = "base_url")]
    pub(crate) allow_plain_http: bool,
    /// Another setting: NAME=TEXT, or NAME:=JSON; see `patchbay account platforms`
    #[arg(long = "set", value_name = "SETTING")]
    pub(crate) settings: Vec<String>,
    #[command(flatten)]
    pub(crate) secrets: AccountSecretArgs,
}

/// Where the secrets of an account come from.
#[derive(Debug, Args)]
pub(crate) struct AccountSecretArgs {
    /// Where the key comes from: - for standard input (the key, or a JSON object of several fields by
    /// their names), a reference such as env://NAME, or wallet:NAME [default: the variable of the platform's
    /// own client when it is set and you agree, else standard input]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,
    /// Where one of several secrets comes from: NAME=SOURCE
    #[arg(long = "secret", value_name = "NAME=SOURCE", conflicts_with = "from")]
    pub(crate) secrets: Vec<String>,
}

#[derive(Args)]
pub(crate) struct ApiArgs {
    /// Label or id of the account
    #[arg(required_unless_present = "platform", conflicts_with = "platform")]
    pub(crate) account: Option<String>,
    /// Name of the operation in the platform's contract
    pub(crate) operation: Option<String>,
    /// key=value for text, key:=json for anything else, - for a JSON object on standard input
    #[arg(value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<String>,
    /// All arguments as a JSON object, or - for standard input; each ARGUMENT is laid over it
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) args: Option<String>,
    /// List the operations in place of calling one
    #[arg(long, conflicts_with_all = ["operation", "describe"])]
    pub(crate) list: bool,
    /// The platform whose operations are listed or described, without an account
    #[arg(long, value_parser = platforms())]
    pub(crate) platform: Option<String>,
    /// Show what an operation does and which arguments it takes
    #[arg(long, value_name = "OPERATION", num_args = 0..=1, default_missing_value = "")]
    pub(crate) describe: Option<String>,
    /// Show status and headers of the answer beside its data
    #[arg(long, short)]
    pub(crate) include: bool,
    /// The file for an answer that comes as a stream of bytes, such as a download, or - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<String>,
    /// Longest time of one attempt, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) timeout: Option<u32>,
    /// How often a failure is repeated [default: what the platform's contract says]
    #[arg(long, value_name = "TIMES")]
    pub(crate) retries: Option<u32>,
    /// A header whose value is read from standard input, a line for each; or NAME=REFERENCE
    #[arg(long = "header", value_name = "NAME")]
    pub(crate) headers: Vec<String>,
    /// A query parameter beside the operation's own: NAME=TEXT, or NAME:=JSON
    #[arg(long = "query", value_name = "PARAMETER")]
    pub(crate) query: Vec<String>,
    /// A member of the body that overrides the operation's own: NAME=TEXT, or NAME:=JSON
    #[arg(long = "body", value_name = "MEMBER")]
    pub(crate) body: Vec<String>,
}

impl std::fmt::Debug for ApiArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A secret may be among the arguments.
        f.debug_struct("ApiArgs").finish_non_exhaustive()
    }
}
