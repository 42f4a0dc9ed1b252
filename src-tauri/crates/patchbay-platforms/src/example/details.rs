//! Details of the platform's connectors: their state.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{PlatformDetails, RemoteId};

use super::platform::Example;
use crate::{Details, Result, actions};

#[async_trait]
impl Details for Example {
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails> {
        let state = self.find(id, options).await?.0.state;
        let state = actions::fact("State", state.as_deref().map(actions::humanize).as_deref());
        Ok(PlatformDetails {
            facts: state.into_iter().collect(),
            groups: Vec::new(),
        })
    }
}
