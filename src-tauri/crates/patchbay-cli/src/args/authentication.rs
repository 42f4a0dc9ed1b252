//! How a connector is to sign in.

use clap::{Args, ValueEnum};

/// Options of `connector add` and `connector edit`.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Sign-in")]
pub(crate) struct AuthenticationArgs {
    /// How it signs in [default: found out from the server and the options below]
    #[arg(long, value_enum)]
    pub(crate) auth: Option<Method>,
    /// Where the token comes from: - for standard input, a reference such as env://NAME, or
    /// wallet:NAME
    #[arg(long, value_name = "SOURCE", conflicts_with = "headers")]
    pub(crate) token_from: Option<String>,
    /// A header with a secret value, read from standard input, a line for each; or NAME=REFERENCE,
    /// resolved now; or wallet:NAME for saved headers
    #[arg(long = "header", value_name = "NAME")]
    pub(crate) headers: Vec<String>,
    /// The id of an OAuth app of your own, or wallet:NAME for a saved one
    #[arg(long, value_name = "ID", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) client_id: Option<String>,
    /// Where its secret comes from: - for standard input, or a reference
    #[arg(long, value_name = "SOURCE", requires = "client_id")]
    pub(crate) client_secret_from: Option<String>,
    /// Port on which the browser comes back, where the provider wants one fixed
    #[arg(long, value_name = "PORT", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) callback_port: Option<u16>,
    /// Host on which the browser comes back: 127.0.0.1 or localhost
    #[arg(long, value_name = "HOST", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) callback_host: Option<String>,
    /// How the browser comes back
    #[arg(long, value_enum, conflicts_with_all = ["token_from", "headers"])]
    pub(crate) redirect: Option<RedirectArg>,
    /// A scope to ask for, in place of those that the server names
    #[arg(long = "scope", value_name = "SCOPE", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) scopes: Vec<String>,
}

/// A way to sign in, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// Find out
    Auto,
    /// Not at all
    None,
    /// By consent in the browser
    Oauth,
    /// With a token
    Bearer,
    /// With headers
    Headers,
}

/// How the browser comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedirectArg {
    /// To a port of this computer
    Loopback,
    /// By a patchbay:// link, which only the app receives
    DeepLink,
}

impl From<RedirectArg> for patchbay_model::Redirect {
    fn from(redirect: RedirectArg) -> Self {
        match redirect {
            RedirectArg::Loopback => Self::Loopback,
            RedirectArg::DeepLink => Self::DeepLink,
        }
    }
}
