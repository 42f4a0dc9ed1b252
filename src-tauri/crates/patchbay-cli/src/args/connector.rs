//! `patchbay connector …`.

use clap::{Args, Subcommand, ValueEnum};

use super::{AuthenticationArgs, ChangeArgs, CopyArgs, CreateArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorVerb {
    /// Add an MCP server by its address; prints the connector's name
    Add(Box<AddArgs>),
    /// List what can be created on an account
    Definitions {
        /// Label or id of the account
        account: String,
    },
    /// Create one on a hosted platform; prints its name
    Create(Box<CreateArgs>),
    /// Create the same on another account, from what is known of it
    Copy(Box<CopyArgs>),
    /// List where else the same service is set up, and how it differs there
    Copies {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// List all connectors
    #[command(visible_alias = "ls")]
    List {
        /// Ask the hosted platforms; each account's connectors are printed as they arrive
        #[arg(long)]
        refresh: bool,
    },
    /// Show all that is known of one
    Show {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// Sign in, in the browser, and load its tools
    Connect {
        /// Id, ACCOUNT/NAME or name
        connector: String,
        /// On a hosted platform, what is chosen before: choice=value for text, choice:=json for anything else
        #[arg(value_name = "CHOICE")]
        choices: Vec<String>,
        /// Show what can be chosen, and do nothing
        #[arg(long)]
        describe: bool,
        #[command(flatten)]
        how: ConnectArgs,
    },
    /// Give up the sign-in, at the provider too where it can be
    Disconnect {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// Take one out of the list; it can be restored for ten minutes. One of a hosted platform is deleted there
    #[command(visible_alias = "rm")]
    Remove {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// Put back one that was just removed
    Restore {
        /// Its id
        id: String,
    },
    /// Change what is given and leave the rest
    Edit(Box<EditArgs>),
    /// List what only its platform can do with it, and what that tells of it
    Actions {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// Have its platform do one of these; asks first when it changes something
    Action {
        /// Id, ACCOUNT/NAME or name
        connector: String,
        /// Name of the action
        action: String,
        /// key=value for text, key:=json for anything else, - for a JSON object on standard input
        #[arg(value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// List what it lets one read
    Resources {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// Read one of its resources; text is printed as text, anything else as its bytes
    Read {
        /// Id, ACCOUNT/NAME or name
        connector: String,
        /// URI of the resource
        uri: String,
    },
    /// List the messages that it has prepared
    Prompts {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
    /// Have one of its prompts filled in
    Prompt {
        /// Id, ACCOUNT/NAME or name
        connector: String,
        /// Name of the prompt
        prompt: String,
        /// key=value, or - for a JSON object on standard input
        #[arg(value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Show whether the app checks connectors by itself now and then, or switch that
    Background {
        /// Whether it is to
        #[arg(value_enum)]
        switch: Option<Switch>,
    },
    /// Look at one step by step: name, connection, TLS, discovery, sign-in, negotiation, tools
    Check {
        /// Id, ACCOUNT/NAME or name
        connector: String,
    },
}

/// On or off, as one types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// It is to
    On,
    /// It is not to
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Absolute URL of the MCP server
    pub(crate) url: String,
    /// Short name, unique [default: made of the title]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Name for people [default: made of the address]
    #[arg(long)]
    pub(crate) title: Option<String>,
    #[command(flatten)]
    pub(crate) authentication: AuthenticationArgs,
    /// Let its credentials go over plain http: anyone on the way can read and use them
    #[arg(long)]
    pub(crate) allow_plain_http: bool,
    /// Connect it at once
    #[arg(long)]
    pub(crate) connect: bool,
    #[command(flatten)]
    pub(crate) how: ConnectArgs,
}

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConnectArgs {
    /// How long the sign-in may take, in seconds [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) timeout: Option<u32>,
    /// Print the link and open no browser
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Sign in at this host although it was another one before
    #[arg(long, value_name = "HOST")]
    pub(crate) accept_issuer: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// Id, ACCOUNT/NAME or name
    pub(crate) connector: String,
    /// Another short name, unique
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Another name for people
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Another address; one on another host drops the sign-in
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Its tags, parted by commas, in place of those it has
    #[arg(long, value_delimiter = ',')]
    pub(crate) tags: Option<Vec<String>>,
    /// Keep it at the top, or not
    #[arg(long, value_name = "YES")]
    pub(crate) favourite: Option<bool>,
    /// Switch it on
    #[arg(long, conflicts_with = "disable")]
    pub(crate) enable: bool,
    /// Switch it off
    #[arg(long)]
    pub(crate) disable: bool,
    /// Let its credentials go over plain http, where anyone on the way can read and use them, or not
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) allow_plain_http: Option<bool>,
    #[command(flatten)]
    pub(crate) authentication: AuthenticationArgs,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}
