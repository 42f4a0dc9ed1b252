//! The only tool of each connector: a test search.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{RemoteId, SentRequest};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::capabilities::{SingleOutcome, SingleTool};
use crate::cohere::operations::test_search::prompt;
use crate::cohere::operations::{ServiceAuth, TestSearch};
use crate::cohere::platform::Cohere;
use crate::{Operation, Result};

/// The arguments of the tool.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// What to search for.
    query: String,
    /// Token for the search service, if it needs one. Cohere doesn't return the stored one.
    service_auth: Option<ServiceAuth>,
}

impl Search {
    fn of(self, id: &RemoteId) -> TestSearch {
        TestSearch {
            id: id.clone(),
            query: self.query,
            service_auth: self.service_auth,
        }
    }
}

#[async_trait]
impl SingleTool for Cohere {
    type Arguments = Search;
    const NAME: &'static str = "search";
    const TITLE: &'static str = "Test search";
    const DESCRIPTION: &'static str =
        "Sends a test search and shows what a chat's model would get of the answer";

    async fn check_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        self.find(id, options).await.map(drop)
    }

    async fn call(
        &self,
        id: &RemoteId,
        search: Search,
        options: &CallOptions,
    ) -> Result<SingleOutcome> {
        let search = search.of(id);
        let (found, excludes) = search.search(&self.client, options).await?;
        Ok(SingleOutcome {
            words: prompt(&found.value.results, &excludes),
            is_structured: false,
            answer: found.json,
            is_error: false,
            status: found.status,
            bytes: found.bytes,
        })
    }

    async fn plan(
        &self,
        id: &RemoteId,
        search: Search,
        options: &CallOptions,
    ) -> Result<SentRequest> {
        search.of(id).plan(&self.client, options).await
    }
}
