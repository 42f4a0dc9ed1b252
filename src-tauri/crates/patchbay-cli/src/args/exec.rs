//! `patchbay exec …`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ExecArgs {
    /// Connector or credential whose variables are passed (wallet:NAME for a credential)
    #[arg(
        value_name = "CONNECTOR|CREDENTIAL",
        required_unless_present = "variables"
    )]
    pub(crate) subject: Option<String>,
    /// Set a variable to a secret; repeatable
    #[arg(
        long = "env",
        value_name = "NAME[=SOURCE]",
        long_help = "Set a variable to a secret; repeatable. SOURCE: the secret of the credential (default), wallet:NAME, \
                     env://NAME, cmd://… or op://…"
    )]
    pub(crate) variables: Vec<String>,
    /// Program and its arguments, after --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<std::ffi::OsString>,
}
