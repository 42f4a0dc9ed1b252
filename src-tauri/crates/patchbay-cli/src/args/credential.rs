//! `patchbay credential …`.

use clap::{Args, Subcommand, ValueEnum};

use super::{PlacedArgs, TargetArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialVerb {
    /// Save a credential in the wallet, or on a hosted platform
    Add(Box<AddArgs>),
    /// List the wallet, or what a hosted platform keeps, without secrets
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Show one of the wallet: how old it is, and everything that uses it
    Show {
        /// Its name or id
        credential: String,
    },
    /// Put another secret in the place of the saved one
    Replace(Box<ReplaceArgs>),
    /// Put another secret in the wallet and send it to every platform that was given the old one
    Rotate(Box<RotateArgs>),
    /// Choose the one that a hosted platform uses when none is named
    Default {
        /// Its name there
        credential: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Call it something else
    Rename {
        /// Its name or id
        credential: String,
        /// The new name
        name: String,
    },
    /// Programs that may be run to read a secret from them
    #[command(subcommand)]
    Programs(ProgramsVerb),
    /// Delete it; what uses it needs a sign-in then
    #[command(visible_alias = "rm")]
    Remove {
        /// Its name or id; left out where the platform has one without a name
        #[arg(required_unless_present = "connector")]
        credential: Option<String>,
        #[command(flatten)]
        target: TargetArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProgramsVerb {
    /// List the programs that you allowed
    #[command(visible_alias = "ls")]
    List,
    /// Allow the program of a secret reference, without running it
    Allow {
        /// Secret reference, for example 'cmd://pass show mcp'
        reference: String,
    },
    /// Forget that you allowed a program; it is asked for again
    Forget {
        /// Its id
        program: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// What to call it, unique; left out where the platform has one without a name
    #[arg(required_unless_present = "connector")]
    pub(crate) name: Option<String>,
    /// What it is made of
    #[arg(long, value_enum, required_unless_present = "connector")]
    pub(crate) kind: Option<Kind>,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) placed: PlacedArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReplaceArgs {
    /// Its name or id; left out where the platform has one without a name
    #[arg(required_unless_present = "connector")]
    pub(crate) credential: Option<String>,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) placed: PlacedArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Its name or id
    pub(crate) credential: String,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    /// Show where the new secret would go, and do nothing
    #[arg(long, group = "instead")]
    pub(crate) dry_run: bool,
    /// Send the new secret once more to the places that it did not reach
    #[arg(long, group = "instead")]
    pub(crate) retry: bool,
    /// Put the old secret back everywhere
    #[arg(long, group = "instead")]
    pub(crate) take_back: bool,
    /// Forget the old secret: there is no way back then
    #[arg(long, group = "instead")]
    pub(crate) finish: bool,
}

/// Where the secret comes from.
#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    /// Where the token comes from: - for standard input, or a reference such as env://NAME
    #[arg(long, value_name = "SOURCE", default_value = "-")]
    pub(crate) from: String,
    /// A header whose value is read from standard input, a line for each; or NAME=REFERENCE,
    /// resolved now
    #[arg(long = "header", value_name = "NAME")]
    pub(crate) headers: Vec<String>,
    /// The id of the OAuth app
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Where the secret of the OAuth app comes from: - for standard input, or a reference
    #[arg(long, value_name = "SOURCE", requires = "client_id")]
    pub(crate) client_secret_from: Option<String>,
}

/// What a credential is made of, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A token
    Bearer,
    /// Headers with secret values
    Headers,
    /// An OAuth app of your own
    OauthClient,
}
