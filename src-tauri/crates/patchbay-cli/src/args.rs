//! The grammar of the command line: noun, then verb.
//!
//! Source: the product's design, "Command line".

mod account;
mod authentication;
mod catalogue;
mod connector;
mod credential;
mod platform;
mod run;
mod tool;
mod vault;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use patchbay_model::SecretReference;

pub(crate) use account::{AccountAddArgs, AccountSecretArgs, AccountVerb, ApiArgs};
pub(crate) use authentication::{AuthenticationArgs, Method};
pub(crate) use catalogue::{CatalogueVerb, SourceArgs};
pub(crate) use connector::{AddArgs, ConnectArgs, ConnectorVerb, EditArgs, Switch};
pub(crate) use credential::{
    AddArgs as AddCredentialArgs, CredentialVerb, Kind, ProgramsVerb, ReplaceArgs, RotateArgs,
    SecretArgs,
};
pub(crate) use platform::{
    ChangeArgs, CopyArgs, CreateArgs, FormArgs, PlacedArgs, ProviderArgs, TargetArgs,
};
pub(crate) use run::{Limit, RunCompareArgs, RunExportArgs, RunFilterArgs, RunListArgs, RunVerb};
pub(crate) use tool::{RunArgs, ToolVerb};
pub(crate) use vault::VaultVerb;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failure
  2  usage, or a confirmation is missing
  3  sign-in needed, or timed out
  4  denied
  5  the tool returned an error
  6  not found
  7  network

CONNECTOR is an id, ACCOUNT/NAME, or a name that only one connector has.
Secrets come from standard input (-), a reference (env://, cmd://, op://) or the wallet, never from
the command line itself. What is piped or typed is the secret itself, whatever it looks like. The
program of a cmd:// or op:// reference runs only after you allowed exactly that program with its
arguments: at the terminal, or with --allow-program in scripts; --yes does not allow it.
PATCHBAY_PASSPHRASE holds the reference that unlocks a passphrase vault; naming a program there
allows it. PATCHBAY_HOME puts everything under one folder; PATCHBAY_LOG=debug shows
what happens.";

/// Every connector you use, in one place.
#[derive(Debug, Parser)]
#[command(name = "patchbay", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct CliArgs {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Allow the program that this secret reference names to be run, for example 'cmd://pass show mcp'
    #[arg(
        long = "allow-program",
        global = true,
        value_name = "REFERENCE",
        value_parser = SecretReference::parse,
        help_heading = "Everywhere"
    )]
    pub(crate) allowed_programs: Vec<SecretReference>,
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

/// What every command understands.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Settings {
    /// Write one JSON document to standard output and nothing else
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Answer every question with yes, but for programs that nobody allowed
    #[arg(long, short = 'y', global = true)]
    pub(crate) yes: bool,
    /// Never ask anything
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Write nothing to standard error but errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Sign in to hosted platforms
    #[command(subcommand)]
    Account(AccountVerb),
    /// Add, connect and look after connectors
    #[command(subcommand)]
    Connector(ConnectorVerb),
    /// Find tools and run them
    #[command(subcommand)]
    Tool(ToolVerb),
    /// Look at earlier runs, repeat and compare them
    #[command(subcommand)]
    Run(RunVerb),
    /// Keep personal credentials
    #[command(subcommand)]
    Credential(CredentialVerb),
    /// Find what can be set up: what your accounts can create, and MCP servers to add
    #[command(subcommand)]
    Catalogue(CatalogueVerb),
    /// Choose where the key of the secrets lies, or begin anew when it is lost
    #[command(subcommand)]
    Vault(VaultVerb),
    /// List what waits for you, each with the command that helps
    Needs,
    /// Look for what is wrong: folders, vault, and each connector step by step
    Doctor {
        /// This connector only
        connector: Option<String>,
    },
    /// Call any documented operation of a hosted platform by its name
    Api(Box<ApiArgs>),
    /// Print a script that completes commands in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl CliArgs {
    /// Whether pages may be opened in a browser.
    pub(crate) fn opens_browser(&self) -> bool {
        match &self.noun {
            Noun::Connector(ConnectorVerb::Connect { how, .. }) => !how.no_browser,
            Noun::Connector(ConnectorVerb::Add(add)) => !add.how.no_browser,
            Noun::Connector(ConnectorVerb::Create(create)) => !create.how.no_browser,
            Noun::Connector(ConnectorVerb::Copy(copy)) => !copy.how.no_browser,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_grammar_holds_together() {
        CliArgs::command().debug_assert();
    }

    #[test]
    fn settings_may_stand_anywhere() {
        let before = CliArgs::try_parse_from(["patchbay", "--json", "connector", "list"]).unwrap();
        let after = CliArgs::try_parse_from(["patchbay", "connector", "list", "--json"]).unwrap();
        assert!(before.settings.json && after.settings.json);
    }
}
