//! What can be done with connectors and credentials of hosted platforms.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use patchbay_model::{Level, Redirect};

use super::authentication::{ConnectArgs, redirect};

/// Values of a form that a platform makes.
#[derive(Debug, Default, Args)]
pub(crate) struct FormArgs {
    /// Secret field, as FIELD=SOURCE (field: name or JSON pointer; source: -, env://NAME, cmd://…,
    /// op://… or wallet:NAME)
    #[arg(long = "secret", value_name = "FIELD=SOURCE")]
    pub(crate) secrets: Vec<String>,
    /// Show the fields
    #[arg(long)]
    pub(crate) describe: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Account (name or id)
    pub(crate) account: String,
    /// Connector type (see `patchbay connector types`) [default: the only one]
    pub(crate) definition: Option<String>,
    /// Field value, as KEY=TEXT or KEY:=JSON; a key such as /auth/kind is a JSON pointer
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Connect right away
    #[arg(long)]
    pub(crate) connect: bool,
    #[command(flatten)]
    pub(crate) how: ConnectArgs,
    #[command(flatten)]
    pub(crate) provider: ProviderArgs,
}

/// Signing in to the provider with an OAuth app of one's own, where the platform wants its tokens.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Provider sign-in")]
pub(crate) struct ProviderArgs {
    /// Sign in with this OAuth app and fill in the token
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Read the client secret from: - (stdin), env://NAME, cmd://…, op://… or wallet:NAME
    #[arg(long, value_name = "SOURCE", requires = "client_id")]
    pub(crate) client_secret_from: Option<String>,
    /// Authorization URL [default: set by the type]
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) authorize_url: Option<String>,
    /// Token URL [default: set by the type]
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) token_url: Option<String>,
    /// Redirect method (register it with the provider)
    #[arg(long, value_parser = redirect(), requires = "client_id")]
    pub(crate) redirect: Option<Redirect>,
    /// Scope to request
    #[arg(long = "scope", value_name = "SCOPE", requires = "client_id")]
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// Connector (name, ACCOUNT/NAME or id)
    pub(crate) connector: String,
    /// Target account (name or id)
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) to: String,
    /// Field value, as KEY=TEXT or KEY:=JSON; overrides the copied one
    #[arg(value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Connect right away
    #[arg(long)]
    pub(crate) connect: bool,
    #[command(flatten)]
    pub(crate) how: ConnectArgs,
}

/// Changes of what a hosted platform keeps of a connector.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Hosted connectors")]
pub(crate) struct ChangeArgs {
    /// Setting of a hosted connector, as KEY=TEXT or KEY:=JSON; KEY:=null clears it
    #[arg(value_name = "VALUE", help_heading = None::<&str>)]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Show changes without saving
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Overwrite changes made elsewhere
    #[arg(long)]
    pub(crate) overwrite: bool,
}

impl ChangeArgs {
    pub(crate) fn is_given(&self) -> bool {
        let form = &self.form;
        !self.values.is_empty() || !form.secrets.is_empty() || form.describe || self.dry_run
    }
}

/// Whose credential of a connector is meant.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Platform credentials")]
pub(crate) struct TargetArgs {
    /// Hosted connector whose credentials are meant (name, ACCOUNT/NAME or id)
    #[arg(long, value_name = "CONNECTOR")]
    pub(crate) connector: Option<String>,
    /// Level [default: the only one]
    #[arg(long, value_parser = level(), requires = "connector")]
    pub(crate) level: Option<Level>,
}

/// Values of a credential that a hosted platform keeps.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Platform credentials")]
pub(crate) struct PlacedArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Field value, as KEY=TEXT or KEY:=JSON
    #[arg(long = "set", value_name = "VALUE", requires = "connector")]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Make it the default
    #[arg(long, requires = "connector")]
    pub(crate) default: bool,
}

fn level() -> impl TypedValueParser<Value = Level> {
    // The JSON of all commands calls the first one `user`.
    let words = [
        PossibleValue::new("personal").alias("user"),
        PossibleValue::new("workspace"),
        PossibleValue::new("organization"),
    ];
    PossibleValuesParser::new(words).map(|word| match word.as_str() {
        "workspace" => Level::Workspace,
        "organization" => Level::Organization,
        _ => Level::User,
    })
}
