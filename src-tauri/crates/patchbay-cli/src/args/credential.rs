//! `patchbay credential …`.

use clap::{Args, Subcommand, ValueEnum};
use patchbay_model::SecretReference;

use super::{PlacedArgs, TargetArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialVerb {
    /// Add a credential
    Add(Box<AddArgs>),
    /// List credentials
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Show a saved credential and its uses
    Show {
        /// Credential (name or id)
        credential: String,
    },
    /// Replace a credential
    Replace(Box<ReplaceArgs>),
    /// Replace a credential everywhere it's used
    Rotate(Box<RotateArgs>),
    /// Set the default credential on a platform
    SetDefault {
        /// Credential name
        credential: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Rename a credential
    Rename {
        /// Credential (name or id)
        credential: String,
        /// New name
        name: String,
    },
    /// Manage programs that may be run to read secrets
    #[command(subcommand)]
    Programs(ProgramsVerb),
    /// Delete a credential
    #[command(visible_alias = "rm", alias = "delete")]
    Remove {
        /// Credential (name or id; optional if the platform has only one)
        #[arg(required_unless_present = "connector")]
        credential: Option<String>,
        #[command(flatten)]
        target: TargetArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProgramsVerb {
    /// List allowed programs
    #[command(visible_alias = "ls")]
    List,
    /// Allow the program of a secret reference, without running it
    Allow {
        /// Secret reference, such as 'cmd://pass show mcp'
        #[arg(value_parser = SecretReference::parse)]
        reference: SecretReference,
    },
    /// Stop allowing a program
    Forget {
        /// Program id
        program: String,
    },
}

#[derive(Debug, Args)]
// Secret variables come with the program that they are for.
#[command(mut_arg("variables", |option| option.hide(true)))]
pub(crate) struct AddArgs {
    /// Name (optional if the platform has only one)
    #[arg(required_unless_present = "connector")]
    pub(crate) name: Option<String>,
    /// Credential type
    #[arg(long, value_enum, required_unless_present = "connector")]
    pub(crate) kind: Option<Kind>,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) placed: PlacedArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReplaceArgs {
    /// Credential (name or id; optional if the platform has only one)
    #[arg(required_unless_present = "connector")]
    pub(crate) credential: Option<String>,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) placed: PlacedArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Credential (name or id)
    pub(crate) credential: String,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    /// Show where it would be updated
    #[arg(long, group = "instead")]
    pub(crate) dry_run: bool,
    /// Retry failed updates
    #[arg(long, group = "instead")]
    pub(crate) retry: bool,
    /// Roll back to the old credential
    #[arg(long, group = "instead")]
    pub(crate) roll_back: bool,
    /// Delete the old credential
    #[arg(long, group = "instead")]
    pub(crate) finish: bool,
}

/// Where the secret comes from.
#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    /// Read the token from: - (stdin), env://NAME, cmd://… or op://… [default: -]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,
    /// Header; value from stdin (one line each), or NAME=REFERENCE
    #[arg(long = "header", value_name = "NAME")]
    pub(crate) headers: Vec<String>,
    /// Secret environment variable; value from stdin (one line each), or NAME=REFERENCE
    #[arg(long = "env-secret", value_name = "NAME")]
    pub(crate) variables: Vec<String>,
    /// Client ID
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Read the client secret from: - (stdin), env://NAME, cmd://… or op://…
    #[arg(long, value_name = "SOURCE", requires = "client_id")]
    pub(crate) client_secret_from: Option<String>,
}

impl SecretArgs {
    /// The first option that is given, but isn't for a credential of that kind; `None` stands for one that a platform
    /// keeps.
    pub(crate) fn misplaced(&self, kind: Option<Kind>) -> Option<&'static str> {
        [
            ("--from", Kind::Bearer, self.from.is_some()),
            ("--header", Kind::Headers, !self.headers.is_empty()),
            ("--env-secret", Kind::Variables, !self.variables.is_empty()),
            ("--client-id", Kind::OauthClient, self.client_id.is_some()),
        ]
        .into_iter()
        .find_map(|(option, of, is_given)| (is_given && kind != Some(of)).then_some(option))
    }
}

/// What a credential is made of, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Token
    Bearer,
    /// Secret headers
    Headers,
    /// Secret environment variables, which come with the program that they are for
    #[value(skip)]
    Variables,
    /// Your OAuth app
    OauthClient,
}
