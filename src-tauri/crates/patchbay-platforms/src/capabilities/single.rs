//! Simpler traits for platforms whose connectors have exactly one credential or tool, with adapters to [`Credentials`]
//! and [`Tools`].

use std::time::Instant;

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{
    Content, CredentialLevel, Form, Json, Level, PlatformCredential, RemoteId, SentRequest, Tool,
    ToolEffect, ToolResult, clean_text,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{CredentialToSave, Credentials, ToolRequest, Tools};
use crate::mcp::CallOutcome;
use crate::operations::{arguments, parameters};
use crate::{Error, Result};

/// Each connector has one unnamed credential.
#[async_trait]
pub(crate) trait SingleCredential: Send + Sync {
    const LEVEL: Level;
    /// What the credential is for, in one or two sentences.
    const HELP: &'static str;
    const CAN_DELETE: bool = false;
    /// Values of the form.
    type Values: DeserializeOwned + Send;

    async fn accepts_credential(&self, _id: &RemoteId, _options: &CallOptions) -> Result<bool> {
        Ok(true)
    }

    async fn credential(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Option<PlatformCredential>>;

    async fn form(&self, id: &RemoteId, options: &CallOptions) -> Result<Form>;

    async fn save(&self, id: &RemoteId, values: Self::Values, options: &CallOptions) -> Result<()>;

    async fn delete(&self, _id: &RemoteId, _options: &CallOptions) -> Result<()> {
        Err(Error::NotSupported("deleting a credential".to_owned()))
    }
}

#[async_trait]
impl<P: SingleCredential> Credentials for P {
    async fn credential_levels(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<Vec<CredentialLevel>> {
        let level = CredentialLevel {
            level: P::LEVEL,
            help: P::HELP.to_owned(),
            is_named: false,
            has_default: false,
            can_delete: P::CAN_DELETE,
            is_listed: true,
        };
        let is_accepted = self.accepts_credential(id, options).await?;
        Ok(is_accepted.then_some(level).into_iter().collect())
    }

    async fn list_credentials(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Vec<PlatformCredential>> {
        check_level::<P>(level)?;
        Ok(self.credential(id, options).await?.into_iter().collect())
    }

    async fn credential_form(
        &self,
        id: &RemoteId,
        level: Level,
        options: &CallOptions,
    ) -> Result<Form> {
        check_level::<P>(level)?;
        self.form(id, options).await
    }

    async fn save_credential(
        &self,
        id: &RemoteId,
        credential: CredentialToSave,
        options: &CallOptions,
    ) -> Result<()> {
        check_level::<P>(credential.level)?;
        if !credential.name.is_empty() || credential.is_default.is_some() {
            return Err(Error::Usage(
                "this connector has a single credential (no name, no default)".to_owned(),
            ));
        }
        let values = arguments(credential.values.into())?;
        self.save(id, values, options).await
    }

    async fn delete_credential(
        &self,
        id: &RemoteId,
        level: Level,
        name: &str,
        options: &CallOptions,
    ) -> Result<()> {
        check_level::<P>(level)?;
        if !name.is_empty() {
            return Err(Error::NoneFound("credential".to_owned()));
        }
        self.delete(id, options).await
    }
}

fn check_level<P: SingleCredential>(level: Level) -> Result<()> {
    if level == P::LEVEL {
        return Ok(());
    }
    Err(Error::NotSupported("a credential at this level".to_owned()))
}

/// Every connector has the same read-only tool.
#[async_trait]
pub(crate) trait SingleTool: Send + Sync {
    type Arguments: DeserializeOwned + JsonSchema + Send;
    /// Name on the wire.
    const NAME: &'static str;
    const TITLE: &'static str;
    /// One sentence without a full stop.
    const DESCRIPTION: &'static str;

    /// Fails if the connector is known to be gone.
    async fn check_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()>;

    async fn call(
        &self,
        id: &RemoteId,
        arguments: Self::Arguments,
        options: &CallOptions,
    ) -> Result<SingleOutcome>;

    async fn plan(
        &self,
        id: &RemoteId,
        arguments: Self::Arguments,
        options: &CallOptions,
    ) -> Result<SentRequest>;
}

pub(crate) struct SingleOutcome {
    pub(crate) answer: Value,
    /// Whether `answer` becomes the structured result; otherwise only `words` are returned.
    pub(crate) is_structured: bool,
    /// The result as text.
    pub(crate) words: String,
    /// Whether the tool reports a failure.
    pub(crate) is_error: bool,
    pub(crate) status: u16,
    pub(crate) bytes: u64,
}

#[async_trait]
impl<P: SingleTool> Tools for P {
    async fn list_tools(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Tool>> {
        self.check_connector(id, options).await?;
        Ok(vec![Tool {
            name: P::NAME.to_owned(),
            title: Some(P::TITLE.to_owned()),
            description: Some(P::DESCRIPTION.to_owned()),
            input_schema: Json(parameters::<P::Arguments>().to_value()),
            effect: ToolEffect::Read,
            idempotent: true,
            open_world: true,
            ..Tool::default()
        }])
    }

    async fn call_tool(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<CallOutcome> {
        let given = arguments_of::<P>(request.tool, request.arguments)?;
        let began = Instant::now();
        let outcome = self.call(request.connector, given, options).await?;
        Ok(CallOutcome {
            result: ToolResult {
                content: vec![Content::text(outcome.words)],
                structured: outcome.is_structured.then_some(Json(outcome.answer)),
                is_error: outcome.is_error,
            },
            status: Some(outcome.status),
            wait: began.elapsed(),
            bytes: outcome.bytes,
        })
    }

    async fn plan_call(
        &self,
        request: ToolRequest<'_>,
        options: &CallOptions,
    ) -> Result<SentRequest> {
        let given = arguments_of::<P>(request.tool, request.arguments)?;
        self.plan(request.connector, given, options).await
    }
}

fn arguments_of<P: SingleTool>(tool: &str, given: Map<String, Value>) -> Result<P::Arguments> {
    if tool == P::NAME {
        return arguments(given.into());
    }
    let name = clean_text(tool, 200);
    Err(Error::ToolNotFound { name })
}
