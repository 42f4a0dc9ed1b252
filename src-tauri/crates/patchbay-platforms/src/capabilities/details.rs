//! Facts and controls that only one platform has.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{PlatformDetails, RemoteId};

use crate::Result;

#[async_trait]
pub trait Details: Send + Sync {
    /// Facts and controls of a connector in its current state.
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails>;
}
