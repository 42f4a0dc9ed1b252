//! What a platform is able to do, a trait for each ability. Ask for it; what is `None` is not offered.

/// What a platform offers of the abilities that have a trait: each of them is implemented by itself.
macro_rules! offers {
    ($($ability:ident: $capability:ident),* $(,)?) => {
        $(fn $ability(&self) -> Option<&dyn $crate::$capability> {
            Some(self)
        })*
    };
}
pub(crate) use offers;

mod creation;
mod credentials;
mod details;
mod settings;
mod single;

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{CallOptions, check_address};
use patchbay_model::{
    AuthenticationMethod, Content, FilledPrompt, Form, Json, Level, Prompt, RemoteId, Resource,
    SentRequest, Status, Timestamp, Tool, Visibility,
};
use serde_json::{Map, Value};
use url::Url;

use crate::mcp::CallOutcome;
use crate::{Error, Result};

pub use creation::{Creation, ProviderOAuth};
pub use credentials::{CredentialToSave, Credentials};
pub use details::Details;
pub use settings::Settings;
pub(crate) use single::{SingleCredential, SingleOutcome, SingleTool};

/// A connector as its platform has it, in our words.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteConnector {
    /// The platform's own id.
    pub remote_id: RemoteId,
    /// Name as the platform has it.
    pub name: String,
    /// Name for people; `None` where the platform has none.
    pub title: Option<String>,
    /// What it is for, cleaned.
    pub description: Option<String>,
    /// What it connects to, in the platform's words and cleaned, where that is no address.
    pub connector_type: Option<String>,
    /// Where its icon lies, a URL that was not looked at.
    pub icon: Option<String>,
    /// Absolute URL of the service, where the platform tells.
    pub endpoint: Option<String>,
    /// Who can use it.
    pub visibility: Visibility,
    /// How it is, by the contract's state mapping.
    pub status: Status,
    /// The platform's own word for it.
    pub word: Option<String>,
    /// Why, in a few plain words without a full stop.
    pub reason: Option<String>,
    /// When the platform itself last tried it, where it tells.
    pub checked_at: Option<Timestamp>,
    /// How one can sign in, as far as the platform tells without being asked for it.
    pub methods: Vec<AuthenticationMethod>,
    /// Name of the credential it acts with.
    pub credential: Option<String>,
    /// Level of that credential.
    pub level: Option<Level>,
    /// When that credential lapses.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// The platform's own JSON, without secrets.
    pub native: Json,
}

impl RemoteConnector {
    /// One of which nothing but its id is known; `native` is the platform's own JSON, without secrets.
    pub(crate) fn new(remote_id: RemoteId, native: Json) -> Self {
        Self {
            name: remote_id.to_string(),
            remote_id,
            title: None,
            description: None,
            connector_type: None,
            icon: None,
            endpoint: None,
            visibility: Visibility::Private,
            status: Status::Unknown,
            word: None,
            reason: None,
            checked_at: None,
            methods: Vec::new(),
            credential: None,
            level: None,
            expires_at: None,
            created_at: None,
            updated_at: None,
            native,
        }
    }
}

/// Its connectors can be listed, looked at and deleted.
#[async_trait]
pub trait Connectors: Send + Sync {
    /// All of them, over all pages.
    ///
    /// # Errors
    /// Those of the contract's list operation.
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>>;

    /// One of them.
    ///
    /// # Errors
    /// [`Error::NotFound`], and those of the contract's get operation.
    async fn find_connector(&self, id: &RemoteId, options: &CallOptions)
    -> Result<RemoteConnector>;

    /// Deletes one, and waits where that is a job.
    ///
    /// # Errors
    /// [`Error::NotFound`], and those of the contract's delete operation.
    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()>;
}

/// A tool to be run.
pub struct ToolRequest<'a> {
    /// The connector that has it.
    pub connector: &'a RemoteId,
    /// Its name on the wire.
    pub tool: &'a str,
    /// What it is given.
    pub arguments: Map<String, Value>,
}

impl<'a> ToolRequest<'a> {
    /// One of that connector's tools.
    pub fn new(connector: &'a RemoteId, tool: &'a str, arguments: Map<String, Value>) -> Self {
        Self {
            connector,
            tool,
            arguments,
        }
    }
}

/// Its connectors have tools that can be run.
#[async_trait]
pub trait Tools: Send + Sync {
    /// The tools of one connector.
    ///
    /// # Errors
    /// Those of the contract's operation.
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>>;

    /// Runs a tool.
    ///
    /// # Errors
    /// [`Error::ToolNotFound`], and those of the contract's operation.
    async fn call_tool(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<CallOutcome>;

    /// The arguments with which the next page is asked for, by those that were sent and the structured
    /// result; `None` at the end, and where a tool has no pages.
    fn next_page(
        &self,
        arguments: &Map<String, Value>,
        result: &Value,
    ) -> Option<Map<String, Value>> {
        let _ = (arguments, result);
        None
    }

    /// Whether a call may name one of the connector's credentials, in [`CallOptions::credential`].
    fn takes_credential(&self) -> bool {
        false
    }

    /// What [`Tools::call_tool`] would send, made by the same code. The call itself is not sent; what has
    /// to be known for it, such as a connector's own URL, may be asked for.
    ///
    /// # Errors
    /// As [`Tools::call_tool`], as far as nothing is sent.
    async fn plan_call(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<SentRequest>;
}

/// A consent to be asked for.
pub struct ConsentRequest<'a> {
    /// The connector it is for.
    pub connector: &'a RemoteId,
    /// Where the browser should end, where the wire has a place for it.
    pub redirect: Option<&'a Url>,
    /// Values of [`Consents::consent_form`], none of which has to be there.
    pub choices: Map<String, Value>,
    /// Whether an earlier consent is to be given anew.
    pub is_renewal: bool,
}

impl<'a> ConsentRequest<'a> {
    /// One for that connector.
    pub fn new(
        connector: &'a RemoteId,
        redirect: Option<&'a Url>,
        choices: Map<String, Value>,
    ) -> Self {
        Self {
            connector,
            redirect,
            choices,
            is_renewal: false,
        }
    }

    /// Refuses choices where a platform has none.
    pub(crate) fn check_no_choices(&self) -> Result<()> {
        match self.choices.keys().next() {
            None => Ok(()),
            Some(name) => Err(Error::Usage(format!("unknown sign-in option {name}"))),
        }
    }
}

/// A person connects its connectors by consenting on a page that the platform names.
#[async_trait]
pub trait Consents: Send + Sync {
    /// What a person may choose before the page is asked for; `None` where there is nothing to choose.
    ///
    /// # Errors
    /// [`Error::NotFound`], and those of the contract's operation, where the platform has to be asked.
    async fn consent_form(&self, id: &RemoteId, options: &CallOptions) -> Result<Option<Form>> {
        let _ = (id, options);
        Ok(None)
    }

    /// Asks for the page.
    ///
    /// # Errors
    /// [`Error::Usage`] when the choices do not fit the form; those of the contract's operation.
    async fn start_consent(
        &self,
        request: ConsentRequest<'_>,
        options: &CallOptions,
    ) -> Result<StartedConsent>;

    /// Takes note that nobody waits for the consent any more.
    fn abandon_consent(&self, _id: &RemoteId) {}

    /// How far the consent is.
    ///
    /// # Errors
    /// Those of the contract's operation.
    async fn consent_state(&self, id: &RemoteId, options: &CallOptions) -> Result<ConsentState>;
}

/// The page that a platform names for a consent, in an answer of that status.
///
/// # Errors
/// [`Error::UnsafeUrl`] when it is no web address, or one with a name or a password in it.
pub(crate) fn web_page(page: &str, status: u16) -> Result<Url> {
    let page = Url::parse(page).ok();
    let page = page.filter(|page| check_address(page).is_ok());
    page.ok_or(Error::UnsafeUrl { status })
}

/// A consent that was started at a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedConsent {
    /// The page to be opened; `None` when no consent is needed.
    pub page: Option<Url>,
    /// How long the platform waits for the user, where it tells.
    pub valid_for: Option<Duration>,
    /// How often to ask [`Consents::consent_state`].
    pub poll_every: Duration,
}

/// How far a consent is at its platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentState {
    /// Not given yet.
    Waiting,
    /// Given.
    Given,
    /// Refused, expired or failed, in the platform's words, cleaned.
    Ended {
        /// Why.
        reason: String,
        /// Whether somebody refused, as far as the platform tells.
        is_refusal: bool,
    },
}

/// Its connectors can be disconnected from their service, and stay on the platform.
#[async_trait]
pub trait Disconnects: Send + Sync {
    /// Gives up the sign-in of one connector, at the service too where the platform can.
    ///
    /// # Errors
    /// Those of the contract's operation.
    async fn disconnect(&self, id: &RemoteId, options: &CallOptions) -> Result<()>;
}

/// Its connectors let one read what they hold.
#[async_trait]
pub trait Resources: Send + Sync {
    /// The resources of one connector.
    ///
    /// # Errors
    /// Those of the contract's operation.
    async fn list_resources(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Resource>>;

    /// Reads a resource: its parts, each with its own URI.
    ///
    /// # Errors
    /// Those of the contract's operation.
    async fn read_resource(
        &self,
        id: &RemoteId,
        uri: &str,
        options: &CallOptions,
    ) -> Result<Vec<Content>>;
}

/// Its connectors have messages prepared.
#[async_trait]
pub trait Prompts: Send + Sync {
    /// The prompts of one connector.
    ///
    /// # Errors
    /// Those of the contract's operation.
    async fn list_prompts(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Prompt>>;

    /// Has a prompt filled in.
    ///
    /// # Errors
    /// Those of the contract's operation.
    async fn fill_prompt(
        &self,
        id: &RemoteId,
        name: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<FilledPrompt>;
}
