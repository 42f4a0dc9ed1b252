//! What only one platform has.

use async_trait::async_trait;
use patchbay_http::CallOptions;
use patchbay_model::{PlatformDetails, RemoteId};

use crate::Result;

/// Its connectors have facts and switches of their own, over operations of its table.
#[async_trait]
pub trait Details: Send + Sync {
    /// Those of one connector, as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`], and those of the contract's read operations.
    async fn platform_details(
        &self,
        id: &RemoteId,
        options: &CallOptions,
    ) -> Result<PlatformDetails>;
}
