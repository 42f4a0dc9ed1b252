//! What a server offers beside tools.

use patchbay_model::{Content, FilledPrompt, Prompt, Resource, clean_text};
use rmcp::model::{
    ClientRequest, GetPromptRequest, GetPromptRequestParams, ListPromptsRequest,
    ListResourceTemplatesRequest, ListResourcesRequest, PaginatedRequestParams,
    ReadResourceRequest, ReadResourceRequestParams,
};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::McpSession;
use super::lists::Listing;
use super::pending::Patience;
use crate::Error;
use crate::mcp::resources;

impl McpSession {
    /// Every resource of the server; none where it has no such thing. One that is malformed is left out.
    ///
    /// # Errors
    /// As [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `resources/list`.
    pub async fn list_resources(&self, cancel: &CancellationToken) -> Result<Vec<Resource>, Error> {
        let request = |params| {
            ListResourcesRequest {
                params,
                ..Default::default()
            }
            .into()
        };
        self.list("resources", request, resources::resources, cancel)
            .await
    }

    /// Every template of the server by which resources are made; none where it has no such thing. One that is
    /// malformed is left out.
    ///
    /// # Errors
    /// As [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `resources/templates/list`.
    pub async fn list_resource_templates(
        &self,
        cancel: &CancellationToken,
    ) -> Result<Vec<Resource>, Error> {
        let request = |params| {
            ListResourceTemplatesRequest {
                params,
                ..Default::default()
            }
            .into()
        };
        self.list("resourceTemplates", request, resources::templates, cancel)
            .await
    }

    /// Reads a resource: its parts, each with its own URI.
    ///
    /// # Errors
    /// [`Error::ServerError`] when there is none; [`Error::InputRequired`]; those of every request, as in
    /// [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `resources/read`.
    pub async fn read_resource(
        &self,
        uri: &str,
        cancel: &CancellationToken,
    ) -> Result<Vec<Content>, Error> {
        let params = ReadResourceRequestParams::new(uri);
        let result = self
            .result_of(ReadResourceRequest::new(params).into(), cancel)
            .await?;
        Ok(resources::contents(&result))
    }

    /// Every prompt of the server; none where it has no such thing. One that is malformed is left out.
    ///
    /// # Errors
    /// As [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `prompts/list`.
    pub async fn list_prompts(&self, cancel: &CancellationToken) -> Result<Vec<Prompt>, Error> {
        let request = |params| {
            ListPromptsRequest {
                params,
                ..Default::default()
            }
            .into()
        };
        self.list("prompts", request, resources::prompts, cancel)
            .await
    }

    /// Has the server fill a prompt in.
    ///
    /// # Errors
    /// As [`McpSession::read_resource`].
    ///
    /// Source: MCP 2026-07-28, `prompts/get`.
    pub async fn fill_prompt(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        cancel: &CancellationToken,
    ) -> Result<FilledPrompt, Error> {
        let mut params = GetPromptRequestParams::new(name);
        if !arguments.is_empty() {
            params = params.with_arguments(arguments);
        }
        let result = self
            .result_of(GetPromptRequest::new(params).into(), cancel)
            .await?;
        Ok(resources::parse_prompt(&result))
    }

    /// Everything on a list that the server need not have.
    async fn list<T: Send>(
        &self,
        member: &'static str,
        request: fn(Option<PaginatedRequestParams>) -> ClientRequest,
        parse: fn(&Value) -> Vec<T>,
        cancel: &CancellationToken,
    ) -> Result<Vec<T>, Error> {
        let list = Listing {
            member,
            is_offered: false,
            request,
        };
        let mut found = Vec::new();
        let reading = self.pages(&list, cancel, |page| found.extend(parse(&page)));
        self.within(reading).await?;
        Ok(found)
    }

    async fn result_of(
        &self,
        request: ClientRequest,
        cancel: &CancellationToken,
    ) -> Result<Value, Error> {
        let patience = Patience::usual(&self.0.limits);
        let mut facts = self.request(request, patience, &|_| {}, cancel).await?;
        let result = facts.answer["result"].take();
        match result["resultType"].as_str() {
            None | Some("complete") => Ok(result),
            Some("input_required") => Err(Error::InputRequired),
            Some(other) => Err(Error::Protocol(format!(
                "unexpected result type {}",
                clean_text(other, 50)
            ))),
        }
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let limit = self.0.limits.total;
        tokio::time::timeout(limit, work)
            .await
            .unwrap_or(Err(Error::TimedOut { after: limit }))
    }
}
