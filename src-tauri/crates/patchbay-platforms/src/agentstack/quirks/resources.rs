//! Resources and prompts of a connector, over MCP through the relay.
//!
//! Source: Agent Stack contract, section 3, `mcp`, and section 9.

use async_trait::async_trait;
use futures::FutureExt;
use patchbay_http::CallOptions;
use patchbay_model::{Content, FilledPrompt, Prompt, RemoteId, Resource};
use serde_json::{Map, Value};

use crate::agentstack::client::AgentStack;
use crate::{Prompts, Resources, Result};

#[async_trait]
impl Resources for AgentStack {
    async fn list_resources(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Resource>> {
        let cancel = &options.stop();
        self.in_session(id, options, move |session| {
            async move { session.list_resources(cancel).await }.boxed()
        })
        .await
    }

    async fn read_resource(
        &self,
        id: &RemoteId,
        uri: &str,
        options: &CallOptions,
    ) -> Result<Vec<Content>> {
        let cancel = &options.stop();
        self.in_session(id, options, move |session| {
            async move { session.read_resource(uri, None, cancel).await }.boxed()
        })
        .await
    }
}

#[async_trait]
impl Prompts for AgentStack {
    async fn list_prompts(&self, id: &RemoteId, options: &CallOptions) -> Result<Vec<Prompt>> {
        let cancel = &options.stop();
        self.in_session(id, options, move |session| {
            async move { session.list_prompts(cancel).await }.boxed()
        })
        .await
    }

    async fn fill_prompt(
        &self,
        id: &RemoteId,
        name: &str,
        arguments: Map<String, Value>,
        options: &CallOptions,
    ) -> Result<FilledPrompt> {
        let (arguments, cancel) = (&arguments, &options.stop());
        self.in_session(id, options, move |session| {
            let arguments = arguments.clone();
            async move { session.fill_prompt(name, arguments, None, cancel).await }.boxed()
        })
        .await
    }
}
