//! `patchbay credential …`.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialVerb {
    /// Save a credential in the wallet
    Add {
        /// What to call it, unique
        name: String,
        /// What it is made of
        #[arg(long, value_enum)]
        kind: Kind,
        #[command(flatten)]
        secret: SecretArgs,
    },
    /// List the wallet, without secrets
    #[command(visible_alias = "ls")]
    List,
    /// Put another secret in the place of the saved one
    Replace {
        /// Its name or id
        credential: String,
        #[command(flatten)]
        secret: SecretArgs,
    },
    /// Call it something else
    Rename {
        /// Its name or id
        credential: String,
        /// The new name
        name: String,
    },
    /// Delete it; connectors that use it need a sign-in then
    #[command(visible_alias = "rm")]
    Remove {
        /// Its name or id
        credential: String,
    },
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
