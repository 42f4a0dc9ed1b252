//! The one tool of every connector: the test, a light read at its provider.
//!
//! Source: 10ex contract, section 3, `test`.

use async_trait::async_trait;
use patchbay_http::{CallOptions, PlannedRequest};
use patchbay_model::RemoteId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Tenex, one};
use crate::Result;
use crate::capabilities::{SingleOutcome, SingleTool};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[async_trait]
impl SingleTool for Tenex {
    type Arguments = Nothing;
    const NAME: &'static str = "test";
    const TITLE: &'static str = "Test read";
    const DESCRIPTION: &'static str = "Makes a light read at the provider of the connector";

    async fn check_connector(&self, id: &RemoteId, options: &CallOptions) -> Result<()> {
        match self.offers("get") {
            true => self.client.get(&one(id), options).await.map(drop),
            false => Ok(()),
        }
    }

    async fn call(
        &self,
        id: &RemoteId,
        _: Nothing,
        options: &CallOptions,
    ) -> Result<SingleOutcome> {
        let (tested, answer) = self.test(&one(id), options).await?;
        let verdict = if tested.is_ok {
            "ok"
        } else {
            "the test failed"
        };
        Ok(SingleOutcome {
            // It has neither body nor arguments.
            request: json!({}),
            words: tested.message().unwrap_or(verdict).to_owned(),
            is_error: !tested.is_ok,
            answer: tested.into_json(),
            status: answer.status,
            bytes: answer.body.len() as u64,
        })
    }

    async fn plan(
        &self,
        id: &RemoteId,
        _: Nothing,
        options: &CallOptions,
    ) -> Result<PlannedRequest> {
        self.client.plan_test(&one(id), options)
    }
}
