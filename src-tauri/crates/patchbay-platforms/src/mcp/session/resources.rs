//! Resources and prompts.

use std::sync::Arc;

use patchbay_model::{Content, FilledPrompt, Prompt, Resource};
use rmcp::model::{
    ClientRequest, GetPromptRequest, GetPromptRequestParams, ListPromptsRequest,
    ListResourceTemplatesRequest, ListResourcesRequest, PaginatedRequestParams,
    ReadResourceRequest, ReadResourceRequestParams,
};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::McpSession;
use super::lists::Listing;
use super::rounds::Round;
use crate::Error;
use crate::mcp::{Asker, resources};

impl McpSession {
    /// Lists the resources of the server, without malformed ones; empty if it does not support resources.
    ///
    /// # Errors
    /// As [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `resources/list`.
    pub async fn list_resources(&self, cancel: &CancellationToken) -> Result<Vec<Resource>, Error> {
        let request = |params| ListResourcesRequest::with_param(params).into();
        self.list("resources", request, resources::resource, cancel)
            .await
    }

    /// Lists the resource templates of the server, without malformed ones; empty if it does not support resources.
    ///
    /// # Errors
    /// As [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `resources/templates/list`.
    pub async fn list_resource_templates(
        &self,
        cancel: &CancellationToken,
    ) -> Result<Vec<Resource>, Error> {
        let request = |params| ListResourceTemplatesRequest::with_param(params).into();
        self.list("resourceTemplates", request, resources::template, cancel)
            .await
    }

    /// Reads the parts of a resource, each with its own URI. The server's questions go to `asker`.
    ///
    /// # Errors
    /// [`Error::ServerError`] if there is none; [`Error::InputRequired`] if the server asks and nobody can answer;
    /// [`Error::NotAnswered`]; [`Error::PageFirst`]; [`Error::AsksOverHandshake`]; [`Error::CannotAsk`]; those of every
    /// request, as in [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `resources/read`, "Multi Round-Trip Requests".
    pub async fn read_resource(
        &self,
        uri: &str,
        asker: Option<&Arc<dyn Asker>>,
        cancel: &CancellationToken,
    ) -> Result<Vec<Content>, Error> {
        let request = |round: Round| -> ClientRequest {
            let mut params = ReadResourceRequestParams::new(uri);
            (params.request_state, params.input_responses) = (round.state, round.responses);
            ReadResourceRequest::new(params).into()
        };
        let result = self.request_until_answered(request, asker, cancel).await?;
        Ok(resources::contents(&result))
    }

    /// Lists the prompts of the server, without malformed ones; empty if it does not support prompts.
    ///
    /// # Errors
    /// As [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `prompts/list`.
    pub async fn list_prompts(&self, cancel: &CancellationToken) -> Result<Vec<Prompt>, Error> {
        let request = |params| ListPromptsRequest::with_param(params).into();
        self.list("prompts", request, resources::prompt, cancel)
            .await
    }

    /// Fills in a prompt. The server's questions go to `asker`.
    ///
    /// # Errors
    /// As [`McpSession::read_resource`].
    ///
    /// Source: MCP 2026-07-28, `prompts/get`, "Multi Round-Trip Requests".
    pub async fn fill_prompt(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        asker: Option<&Arc<dyn Asker>>,
        cancel: &CancellationToken,
    ) -> Result<FilledPrompt, Error> {
        let arguments = (!arguments.is_empty()).then_some(arguments);
        let request = |round: Round| -> ClientRequest {
            let mut params = GetPromptRequestParams::new(name);
            params.arguments.clone_from(&arguments);
            (params.request_state, params.input_responses) = (round.state, round.responses);
            GetPromptRequest::new(params).into()
        };
        let result = self.request_until_answered(request, asker, cancel).await?;
        Ok(resources::parse_prompt(&result))
    }

    /// Reads an optional list.
    async fn list<T: Send>(
        &self,
        member: &'static str,
        request: fn(PaginatedRequestParams) -> ClientRequest,
        parse: fn(&Value) -> Option<T>,
        cancel: &CancellationToken,
    ) -> Result<Vec<T>, Error> {
        let list = Listing {
            member,
            is_offered: false,
            request,
        };
        let mut found = Vec::new();
        self.pages(&list, cancel, |page| {
            found.extend(resources::items(&page, member).filter_map(parse));
        })
        .await?;
        Ok(found)
    }
}
