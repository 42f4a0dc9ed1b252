//! What Patchbay is to a server: its name, and its answers to what servers ask.

use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
    ElicitationCreateRequestMethod, ErrorData, Implementation, ListRootsRequestMethod,
    ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::{NotificationContext, RequestContext, RoleClient};
use tokio::sync::broadcast;

/// How many notices of progress wait for a slow reader; older ones are skipped.
const PROGRESS_BACKLOG: usize = 256;

/// Declares no capability, so a server may ask for nothing but a sign of life; what it asks
/// nevertheless is answered as an unknown method.
#[derive(Clone)]
pub(super) struct OwnSide {
    progress: broadcast::Sender<ProgressNotificationParam>,
    /// What the handshake names; `None` for what rmcp does.
    version: Option<ProtocolVersion>,
}

impl OwnSide {
    pub(super) fn new() -> Self {
        Self {
            progress: broadcast::channel(PROGRESS_BACKLOG).0,
            version: None,
        }
    }

    /// One whose handshake names that version.
    pub(super) fn speaking(version: ProtocolVersion) -> Self {
        Self {
            version: Some(version),
            ..Self::new()
        }
    }

    /// All progress from now on, of every call.
    pub(super) fn progress(&self) -> broadcast::Receiver<ProgressNotificationParam> {
        self.progress.subscribe()
    }
}

impl ClientHandler for OwnSide {
    fn get_info(&self) -> ClientConfig {
        let mut config = ClientConfig::new(
            ClientCapabilities::default(),
            Implementation::new("patchbay", env!("CARGO_PKG_VERSION")),
        );
        if let Some(version) = &self.version {
            config.protocol_version = version.clone();
        }
        config
    }

    async fn on_progress(
        &self,
        progress: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        // Fails when no call is under way: progress that came too late is dropped.
        let _ = self.progress.send(progress);
    }

    #[expect(
        deprecated,
        reason = "older servers ask for roots, and rmcp would answer them"
    )]
    async fn list_roots(
        &self,
        _: RequestContext<RoleClient>,
    ) -> Result<rmcp::model::ListRootsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListRootsRequestMethod>())
    }

    async fn create_elicitation(
        &self,
        _: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Err(ErrorData::method_not_found::<ElicitationCreateRequestMethod>())
    }
}
