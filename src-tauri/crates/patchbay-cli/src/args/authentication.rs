//! How a connector is to sign in.

use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};
use patchbay_model::Redirect;

use super::choice::{one_of, whole_number};

/// Options of `connector add` and `connector edit`.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Sign-in")]
pub(crate) struct AuthenticationArgs {
    /// Sign-in method [default: auto]
    #[arg(
        long,
        value_enum,
        long_help = "Sign-in method [default: auto]. With it, `connector edit` resets the options below that are left out"
    )]
    pub(crate) auth: Option<Method>,
    /// Read the token from: - (stdin), env://NAME, cmd://…, op://… or wallet:NAME
    #[arg(long, value_name = "SOURCE", conflicts_with = "headers")]
    pub(crate) token_from: Option<String>,
    /// Header; value from stdin (one line each), NAME=REFERENCE, or wallet:NAME
    #[arg(long = "header", value_name = "NAME")]
    pub(crate) headers: Vec<String>,
    /// Client ID of your OAuth app, or wallet:NAME
    #[arg(long, value_name = "ID", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) client_id: Option<String>,
    /// Read the client secret from: - (stdin), env://NAME, cmd://… or op://…
    #[arg(long, value_name = "SOURCE", requires = "client_id")]
    pub(crate) client_secret_from: Option<String>,
    /// Sign in as the OAuth app itself, without a browser
    #[arg(long, requires = "client_id", conflicts_with_all = ["callback_port", "callback_host", "redirect"])]
    pub(crate) client_credentials: bool,
    /// Redirect port, if the provider needs a fixed one
    #[arg(long, value_name = "PORT", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) callback_port: Option<u16>,
    /// Redirect host: 127.0.0.1 or localhost
    #[arg(long, value_name = "HOST", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) callback_host: Option<String>,
    /// Redirect method
    #[arg(long, value_parser = redirect(), conflicts_with_all = ["token_from", "headers"])]
    pub(crate) redirect: Option<Redirect>,
    /// Scope to request instead of the server's
    #[arg(long = "scope", value_name = "SCOPE", conflicts_with_all = ["token_from", "headers"])]
    pub(crate) scopes: Vec<String>,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connecting")]
pub(crate) struct ConnectArgs {
    /// Sign-in timeout in seconds [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(1..=86_400))]
    pub(crate) timeout: Option<u32>,
    /// Time to connect to the server in seconds, saved [default: 30; local program: 60, or 600 if it may download]
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(1..=86_400))]
    pub(crate) connect_timeout: Option<u32>,
    /// Print the sign-in link instead of opening a browser
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Sign in again even if it is connected
    #[arg(long)]
    pub(crate) again: bool,
    /// Accept a new sign-in host
    #[arg(long, value_name = "HOST")]
    pub(crate) accept_issuer: Option<String>,
}

/// A way to sign in, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// Detect
    Auto,
    /// None
    None,
    /// Browser
    Oauth,
    /// Token
    Bearer,
    /// Headers
    Headers,
}

pub(super) fn redirect() -> impl TypedValueParser<Value = Redirect> {
    one_of([
        ("loopback", "Local port", Redirect::Loopback),
        (
            "deep-link",
            "patchbay:// link (app only)",
            Redirect::DeepLink,
        ),
    ])
}
