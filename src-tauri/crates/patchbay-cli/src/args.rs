//! The grammar of the command line: noun, then verb.
//!
//! Doc comments of arguments are their help texts.
//!
//! Source: the product's design, "Command line".

mod account;
mod authentication;
mod catalogue;
mod choice;
mod connector;
mod credential;
mod deviation;
mod exec;
mod platform;
mod run;
mod session;
mod tool;
mod vault;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use patchbay_model::SecretReference;

pub(crate) use account::{
    AccountAddArgs, AccountNewSecretArgs, AccountSecretArgs, AccountVerb, ApiArgs,
};
pub(crate) use authentication::{AuthenticationArgs, ConnectArgs, Method};
pub(crate) use catalogue::{CatalogueVerb, SourceArgs};
pub(crate) use connector::{
    AddArgs, ConnectorVerb, EditArgs, EditProgramArgs, ListArgs, PastedArgs, ProgramArgs,
};
pub(crate) use credential::{
    AddArgs as AddCredentialArgs, CredentialVerb, Kind, ProgramsVerb, ReplaceArgs, RotateArgs,
    SecretArgs,
};
pub(crate) use deviation::deviation_name;
pub(crate) use exec::ExecArgs;
pub(crate) use platform::{ChangeArgs, CopyArgs, CreateArgs, PlacedArgs, ProviderArgs, TargetArgs};
pub(crate) use run::{
    Limit, RunCompareArgs, RunEditArgs, RunExportArgs, RunFilterArgs, RunListArgs, RunVerb,
};
pub(crate) use session::SessionVerb;
pub(crate) use tool::{RunArgs, ToolVerb};
pub(crate) use vault::VaultVerb;

const AFTER_HELP: &str = "\
Examples:
  patchbay connector add https://mcp.example.com/mcp --connect
  patchbay connector add files -- npx -y @modelcontextprotocol/server-filesystem ~/Documents
  patchbay tool list
  patchbay tool run files list_directory path=/tmp
  patchbay run show latest

Exit codes:
  0  success
  1  error
  2  usage error or missing confirmation
  3  sign-in needed or timed out
  4  denied
  5  tool error
  6  not found
  7  network error
  130  interrupted (128 and the number of the signal)

CONNECTOR: a short name, ACCOUNT/NAME or id.
Secrets: read from stdin (-), a reference (env://, cmd://, op://) or the wallet
  (wallet:NAME); never passed as arguments. What is piped or typed is the secret
  itself, whatever it looks like.
Programs: the program of a cmd:// or op:// reference runs only after you allowed
  it with exactly these arguments: when asked, or with --allow-program in
  scripts. --yes doesn't allow it. The same holds for connectors that are local
  programs: `connector add NAME --allow -- PROGRAM` allows one in scripts.
Environment:
  PATCHBAY_HOME        folder for all data
  PATCHBAY_PASSPHRASE  reference to the vault passphrase; its program is allowed
  PATCHBAY_OWN_SESSION same as --own-session, if set
  PATCHBAY_LOG         log level, such as debug";

/// Manage your connectors and run their tools.
#[derive(Debug, Parser)]
#[command(name = "patchbay", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct CliArgs {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Allow the program of this secret reference to run, such as 'cmd://pass show mcp'
    #[arg(
        long = "allow-program",
        global = true,
        value_name = "REFERENCE",
        value_parser = SecretReference::parse,
        help_heading = "Global options"
    )]
    pub(crate) allowed_programs: Vec<SecretReference>,
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

/// What every command understands.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Settings {
    /// Output JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Answer yes to all prompts, except for programs not yet allowed
    #[arg(long, short = 'y', global = true)]
    pub(crate) yes: bool,
    /// Disable prompts
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Show results and errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Give this command sessions of its own, and end them with it
    #[arg(
        long,
        global = true,
        env = "PATCHBAY_OWN_SESSION",
        value_parser = clap::builder::FalseyValueParser::new(),
        hide_env = true
    )]
    pub(crate) own_session: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Manage platform accounts
    #[command(subcommand, alias = "accounts")]
    Account(AccountVerb),
    /// Manage connectors
    #[command(subcommand, alias = "connectors")]
    Connector(ConnectorVerb),
    /// Find tools and run them
    #[command(subcommand, alias = "tools")]
    Tool(ToolVerb),
    /// Show, repeat and compare runs
    #[command(subcommand, alias = "runs")]
    Run(RunVerb),
    /// Manage what servers remember between commands
    #[command(subcommand, alias = "sessions")]
    Session(SessionVerb),
    /// Manage credentials
    #[command(subcommand, alias = "credentials")]
    Credential(CredentialVerb),
    /// Browse connectors you can add
    #[command(subcommand, alias = "catalogue")]
    Catalog(CatalogueVerb),
    /// Manage the vault
    #[command(subcommand)]
    Vault(VaultVerb),
    /// List what needs attention
    Status {
        /// Show it again whenever it changes
        #[arg(long)]
        watch: bool,
    },
    /// Diagnose problems
    Doctor {
        /// Check only this connector
        connector: Option<String>,
        /// Print a report to share, without secrets, your name and your home folder
        #[arg(long)]
        report: bool,
    },
    /// Run a program with saved secrets in its environment
    Exec(ExecArgs),
    /// Call a platform's API
    Api(Box<ApiArgs>),
    /// Write the manual pages
    Man {
        /// Folder to write them to, such as ~/.local/share/man/man1
        folder: PathBuf,
    },
    /// Generate a shell completion script
    Completions {
        /// Shell to generate for
        shell: Shell,
    },
}

impl CliArgs {
    /// Whether the command allows the local program of its connector.
    pub(crate) fn allows_server(&self) -> bool {
        match &self.noun {
            Noun::Connector(ConnectorVerb::Add(add)) => add.program.is_allowed,
            Noun::Connector(ConnectorVerb::Edit(edit)) => edit.program.is_allowed,
            _ => false,
        }
    }

    /// Whether the command may open pages in a browser.
    pub(crate) fn opens_browser(&self) -> bool {
        match &self.noun {
            Noun::Connector(ConnectorVerb::Connect { how, .. }) => !how.no_browser,
            Noun::Connector(ConnectorVerb::Add(add)) => !add.how.no_browser,
            Noun::Connector(ConnectorVerb::Create(create)) => !create.how.no_browser,
            Noun::Connector(ConnectorVerb::Copy(copy)) => !copy.how.no_browser,
            // A server may ask to open a page, which the user confirms.
            Noun::Tool(ToolVerb::Run(_))
            | Noun::Run(RunVerb::Again { .. } | RunVerb::Follow { .. } | RunVerb::Next { .. }) => {
                true
            }
            _ => false,
        }
    }
}

impl Noun {
    /// Whether the answer is repeated whenever it changes, with `--watch`.
    pub(crate) fn watches(&self) -> bool {
        match self {
            Self::Status { watch } => *watch,
            Self::Connector(ConnectorVerb::List(list)) => list.watch,
            Self::Connector(ConnectorVerb::Resource { watch, .. }) => *watch,
            Self::Run(RunVerb::List(list)) => list.watch,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::command_hint::tests::named_commands::assert_runnable;

    #[test]
    fn the_grammar_holds_together() {
        CliArgs::command().debug_assert();
    }

    #[test]
    fn the_examples_are_taken() {
        let examples = AFTER_HELP.split("\n\n").next().unwrap();
        for line in examples.lines().skip(1) {
            assert_runnable(&format!("`{}`", line.trim()));
        }
    }

    #[test]
    fn an_option_stands_under_the_heading_of_its_subject() {
        let command = CliArgs::command();
        let connector = command.find_subcommand("connector").unwrap();
        let heading = |verb: &str, id: &str| {
            let verb = connector.find_subcommand(verb).unwrap();
            let found = verb.get_arguments().find(|arg| arg.get_id() == id);
            found
                .unwrap()
                .get_help_heading()
                .unwrap_or_default()
                .to_owned()
        };
        for (verb, id, expected) in [
            ("add", "title", ""),
            ("add", "connect", ""),
            ("add", "no_browser", "Connecting"),
            ("add", "authorities", "Network"),
            ("add", "token_from", "Sign-in"),
            ("add", "variables", "Local programs"),
            ("create", "connect", ""),
            ("create", "timeout", "Connecting"),
            ("create", "authorize_url", "Provider sign-in"),
            ("edit", "capture", ""),
            ("edit", "distrusted", "Network"),
            ("edit", "deviations", "Sign-in"),
            ("edit", "overwrite", "Hosted connectors"),
            ("edit", "removed_variables", "Local programs"),
        ] {
            assert_eq!(heading(verb, id), expected, "{verb} {id}");
        }
        for verb in connector.get_subcommands() {
            for positional in verb.get_positionals() {
                let heading = positional.get_help_heading();
                assert_eq!(heading, None, "{} {positional}", verb.get_name());
            }
        }
    }

    #[test]
    fn settings_may_stand_anywhere() {
        let before = CliArgs::try_parse_from(["patchbay", "--json", "connector", "list"]).unwrap();
        let after = CliArgs::try_parse_from(["patchbay", "connector", "list", "--json"]).unwrap();
        assert!(before.settings.json && after.settings.json);
    }
}
