//! What can be done with connectors and credentials of hosted platforms.

use clap::{Args, ValueEnum};
use patchbay_model::Level;

use super::ConnectArgs;
use super::authentication::RedirectArg;

/// Values of a form that a platform makes.
#[derive(Debug, Default, Args)]
pub(crate) struct FormArgs {
    /// Where a secret comes from: POINTER=SOURCE, the JSON pointer of its place (or just its name), and -
    /// for standard input, a reference such as env://NAME, or wallet:NAME
    #[arg(long = "secret", value_name = "POINTER=SOURCE")]
    pub(crate) secrets: Vec<String>,
    /// Show which values it takes, and do nothing
    #[arg(long)]
    pub(crate) describe: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Label or id of the account
    pub(crate) account: String,
    /// Id or title of one of its definitions; see `patchbay connector definitions` [default: the only one]
    pub(crate) definition: Option<String>,
    /// key=value for text, key:=json for anything else; a key such as /auth/kind is a JSON pointer
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    #[command(flatten)]
    pub(crate) provider: ProviderArgs,
    /// Connect it at once
    #[arg(long)]
    pub(crate) connect: bool,
    #[command(flatten)]
    pub(crate) how: ConnectArgs,
}

impl CreateArgs {
    /// Whether a person has to sign in somewhere meanwhile.
    pub(crate) fn signs_in(&self) -> bool {
        self.connect || self.provider.client_id.is_some()
    }
}

/// Signing in to the provider with an OAuth app of one's own, where the platform wants its tokens.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Sign-in at the provider")]
pub(crate) struct ProviderArgs {
    /// Sign in at the provider with the OAuth app of this id, and fill the form with what it grants
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Where the app's secret comes from: - for standard input, a reference, or wallet:NAME
    #[arg(long, value_name = "SOURCE", requires = "client_id")]
    pub(crate) client_secret_from: Option<String>,
    /// Where one consents [default: what the definition says]
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) authorize_url: Option<String>,
    /// Where the code is exchanged [default: what the definition says]
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) token_url: Option<String>,
    /// How the browser comes back; the app at the provider has to know that address
    #[arg(long, value_enum, requires = "client_id")]
    pub(crate) redirect: Option<RedirectArg>,
    /// A scope to ask for, in place of those of the definition
    #[arg(long = "scope", value_name = "SCOPE", requires = "client_id")]
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// Id, ACCOUNT/NAME or name
    pub(crate) connector: String,
    /// Label or id of the account on which it is to be created too
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) to: String,
    /// key=value for text, key:=json for anything else, laid over what is known of the connector
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Connect it at once
    #[arg(long)]
    pub(crate) connect: bool,
    #[command(flatten)]
    pub(crate) how: ConnectArgs,
}

/// Changes of what a hosted platform keeps of a connector.
#[derive(Debug, Default, Args)]
pub(crate) struct ChangeArgs {
    /// On a hosted platform: key=value for text, key:=json for anything else; a key such as /auth/kind is a
    /// JSON pointer. The difference is shown before it is sent
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Show the difference, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go over what was changed elsewhere meanwhile
    #[arg(long)]
    pub(crate) overwrite: bool,
}

impl ChangeArgs {
    /// Whether any of it was given.
    pub(crate) fn is_given(&self) -> bool {
        let form = &self.form;
        !self.values.is_empty() || !form.secrets.is_empty() || form.describe || self.dry_run
    }
}

/// Whose credential of a connector is meant.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Credentials that a hosted platform keeps")]
pub(crate) struct TargetArgs {
    /// Those of this hosted connector, in place of the wallet: id, ACCOUNT/NAME or name
    #[arg(long, value_name = "CONNECTOR")]
    pub(crate) connector: Option<String>,
    /// Whose it is [default: the only level that the connector has]
    #[arg(long, value_enum, requires = "connector")]
    pub(crate) level: Option<LevelWord>,
}

/// Values of a credential that a hosted platform keeps.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Credentials that a hosted platform keeps")]
pub(crate) struct PlacedArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// A value of its form: KEY=TEXT, or KEY:=JSON; a key such as /auth/kind is a JSON pointer
    #[arg(long = "set", value_name = "VALUE", requires = "connector")]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Make it the one that is used when none is named
    #[arg(long, requires = "connector")]
    pub(crate) default: bool,
}

/// Whose a credential is, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelWord {
    /// One person's
    User,
    /// The workspace's
    Workspace,
    /// The organization's
    Organization,
}

impl From<LevelWord> for Level {
    fn from(word: LevelWord) -> Self {
        match word {
            LevelWord::User => Self::User,
            LevelWord::Workspace => Self::Workspace,
            LevelWord::Organization => Self::Organization,
        }
    }
}
