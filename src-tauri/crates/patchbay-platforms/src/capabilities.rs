//! Abilities of platforms, a trait each. A [`Platform`](crate::Platform) returns `None` for what it does not offer.

/// Declares the abilities that a platform implements itself.
macro_rules! offers {
    ($($ability:ident: $capability:ident),* $(,)?) => {
        $(fn $ability(&self) -> Option<&dyn $crate::$capability> {
            Some(self)
        })*
    };
}
pub(crate) use offers;

/// Declares the abilities that a platform may offer; it has none of them by default.
macro_rules! may_offer {
    ($($ability:ident: $capability:ident),* $(,)?) => {
        $(fn $ability(&self) -> Option<&dyn $crate::$capability> {
            None
        })*
    };
}
pub(crate) use may_offer;

mod creation;
mod credentials;
mod single;

use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::text::clean_lines;
use patchbay_http::{CallOptions, check_address};
use patchbay_model::{
    AuthenticationMethod, ConnectorSettings, Content, FilledPrompt, Form, Json, Level,
    PlatformDetails, Prompt, RemoteId, Resource, SentRequest, Status, Timestamp, Tool, Visibility,
};
use serde_json::{Map, Value};
use url::Url;

use crate::mcp::CallOutcome;
use crate::{Error, Result};

pub use creation::{Creation, ProviderOAuth};
pub use credentials::{CredentialToSave, Credentials};
pub(crate) use single::{SingleCredential, SingleOutcome, SingleTool};

/// A platform's connector, mapped to our model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoteConnector {
    pub remote_id: RemoteId,
    pub name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    /// Kind of service in the platform's words, cleaned, if it has no address.
    pub connector_type: Option<String>,
    /// Unchecked URL of its icon.
    pub icon: Option<String>,
    /// Absolute URL of the service.
    pub endpoint: Option<String>,
    pub visibility: Visibility,
    /// By the contract's state mapping.
    pub status: Status,
    /// The platform's own word for the status.
    pub word: Option<String>,
    /// Why it has this status, in a few words without a full stop.
    pub reason: Option<String>,
    /// When the platform itself last tested it.
    pub checked_at: Option<Timestamp>,
    /// Ways to sign in, if listed without an extra request.
    pub methods: Vec<AuthenticationMethod>,
    /// Name of the credential in use.
    pub credential: Option<String>,
    /// Level of the credential in use.
    pub level: Option<Level>,
    pub expires_at: Option<Timestamp>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    /// The platform's own JSON, without secrets.
    pub native: Json,
}

impl RemoteConnector {
    /// A connector of which only the id is known; `native` must not contain secrets.
    pub(crate) fn new(remote_id: RemoteId, native: Json) -> Self {
        Self {
            name: remote_id.to_string(),
            remote_id,
            native,
            ..Self::default()
        }
    }
}

/// Cleans a connector's description, line by line; `None` if nothing is left.
pub(crate) fn clean_description(words: &str) -> Option<String> {
    const LIMIT: usize = 2000;
    Some(clean_lines(words, LIMIT)).filter(|words| !words.is_empty())
}

#[async_trait]
pub trait Connectors: Send + Sync {
    /// All connectors, over all pages.
    async fn list_connectors(&self, options: &CallOptions) -> Result<Vec<RemoteConnector>>;

    async fn find_connector(&self, id: &RemoteId, options: &CallOptions)
    -> Result<RemoteConnector>;

    /// Like [`Self::find_connector`], without a test of the connector by its platform.
    async fn read_connector(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<RemoteConnector> {
        self.find_connector(id, options).await
    }

    /// Deletes a connector, and waits for the platform to finish.
    async fn delete_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()>;

    /// The first part of [`Self::delete_connector`], after which the platform deletes it.
    async fn start_deletion(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        self.delete_connector(id, options).await
    }

    /// The other part of [`Self::delete_connector`]: waits for the platform to finish.
    async fn finish_deletion(&self, _id: &RemoteId, _options: &CallOptions) -> Result<()> {
        Ok(())
    }
}

pub struct ToolRequest<'a> {
    pub connector: &'a RemoteId,
    pub tool: &'a str,
    pub arguments: Map<String, Value>,
}

impl<'a> ToolRequest<'a> {
    pub fn new(connector: &'a RemoteId, tool: &'a str, arguments: Map<String, Value>) -> Self {
        Self {
            connector,
            tool,
            arguments,
        }
    }
}

#[async_trait]
pub trait Tools: Send + Sync {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>>;

    async fn call_tool(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<CallOutcome>;

    /// Arguments for the next page, from those sent and the structured result; `None` at the end, and for tools without
    /// pages.
    fn next_page(
        &self,
        arguments: &Map<String, Value>,
        result: &Value,
    ) -> Option<Map<String, Value>> {
        let _ = (arguments, result);
        None
    }

    /// Whether [`CallOptions::credential`] may name one of the connector's credentials.
    fn takes_credential(&self) -> bool {
        false
    }

    /// What [`Tools::call_tool`] would send. The call itself is not sent, but what it depends on, such as the connector's
    /// own URL, may be requested.
    async fn plan_call(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<SentRequest>;
}

pub struct ConsentRequest<'a> {
    pub connector: &'a RemoteId,
    /// Where the browser should return, if the platform supports it.
    pub redirect: Option<&'a Url>,
    /// Values of [`Consents::consent_form`], all optional.
    pub choices: Map<String, Value>,
    /// Whether to replace an earlier consent.
    pub is_renewal: bool,
}

impl<'a> ConsentRequest<'a> {
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

    /// Rejects choices on a platform that has none.
    pub(crate) fn check_no_choices(&self) -> Result<()> {
        match self.choices.keys().next() {
            None => Ok(()),
            Some(name) => Err(Error::Usage(format!("unknown sign-in option {name}"))),
        }
    }
}

/// Connectors are authorized by consent on a page of the platform.
#[async_trait]
pub trait Consents: Send + Sync {
    /// Choices to make before the page is requested, if any.
    async fn consent_form(&self, id: &RemoteId, options: &CallOptions) -> Result<Option<Form>> {
        let _ = (id, options);
        Ok(None)
    }

    /// Requests the consent page.
    async fn start_consent(
        &self,
        request: ConsentRequest<'_>,
        options: &CallOptions,
    ) -> Result<StartedConsent>;

    /// Notes that nobody waits for the consent any more, be it given or not.
    fn abandon_consent(&self, _id: &RemoteId) {}

    async fn consent_state(&self, id: &RemoteId, options: &CallOptions) -> Result<ConsentState>;
}

/// Parses the consent page named in an answer with that status.
///
/// # Errors
/// [`Error::UnsafeUrl`] when it is no web address, or one with a name or a password in it.
pub(crate) fn web_page(page: &str, status: u16) -> Result<Url> {
    let page = Url::parse(page).ok();
    let page = page.filter(|page| check_address(page).is_ok());
    page.ok_or(Error::UnsafeUrl { status })
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedConsent {
    /// The page to open; `None` when no consent is needed.
    pub page: Option<Url>,
    /// How long the platform waits for the user, if known.
    pub valid_for: Option<Duration>,
    /// Whether the same consent was given before, so that [`Consents::consent_state`] does not tell when it is given again.
    pub was_given: bool,
    /// Interval at which to poll [`Consents::consent_state`].
    pub poll_every: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentState {
    Waiting,
    Given,
    /// Refused, expired or failed; the reason is in the platform's words, cleaned.
    Ended {
        reason: String,
        /// Whether somebody refused, if known.
        is_refusal: bool,
    },
}

/// Connectors can be disconnected from their service and stay on the platform.
#[async_trait]
pub trait Disconnects: Send + Sync {
    /// Revokes the sign-in of a connector, at the service too if the platform can.
    async fn disconnect(&self, id: &RemoteId, options: &CallOptions) -> Result<()>;
}

/// Connectors can be changed.
#[async_trait]
pub trait Settings: Send + Sync {
    /// The form for changing a connector, with its current values.
    async fn settings(&self, id: &RemoteId, options: &CallOptions) -> Result<ConnectorSettings>;

    /// Changes a connector. `changes` contains the changed top-level members of the form's values, secrets included; null
    /// clears a member.
    ///
    /// # Errors
    /// [`Error::Invalid`] names fields as JSON pointers into the form's values where possible.
    async fn change_settings(
        &self,
        id: &RemoteId,
        changes: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<()>;
}

/// Connectors have facts and controls that no other platform has.
#[async_trait]
pub trait Details: Send + Sync {
    /// Facts and controls of a connector in its current state.
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails>;
}

#[async_trait]
pub trait Resources: Send + Sync {
    async fn list_resources(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Resource>>;

    /// Reads the parts of a resource, each with its own URI.
    async fn read_resource(
        &self,
        id: &RemoteId,
        uri: &str,
        options: &CallOptions,
    ) -> Result<Vec<Content>>;
}

#[async_trait]
pub trait Prompts: Send + Sync {
    async fn list_prompts(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Prompt>>;

    async fn fill_prompt(
        &self,
        id: &RemoteId,
        name: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<FilledPrompt>;
}
