//! The client side of a session: what Patchbay declares, and its answers to requests of the server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use patchbay_model::LogLevel;
use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ConstString as _, CreateMessageRequestMethod,
    CustomNotification, CustomRequest, CustomResult, ElicitRequestParams, ElicitResult,
    ElicitationCapability, ElicitationCreateRequestMethod, ErrorCode, ErrorData,
    FormElicitationCapability, Implementation, ListRootsRequestMethod, ProgressNotificationParam,
    ProtocolVersion, ResourceUpdatedNotificationParam, RootsCapabilities, SamplingCapability,
    TASKS_EXTENSION_ID, UrlElicitationCapability,
};
use rmcp::service::{InboundStreamOrigin, NotificationContext, RequestContext, RoleClient};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::{Notify, broadcast, watch};

use super::features_off::FeaturesOff;
use super::question_router::{QuestionKind, QuestionRouter, RELATED_TASK, RegisteredCall};
use super::server_log::ServerLog;
use super::{ClientFeatures, McpLimits};
use crate::Error;

/// Capacity of the queue of progress notifications; older ones are dropped.
const PROGRESS_BACKLOG: usize = 32;

/// Capacity of the queue of updated resources; if it overflows, a watch reports a change.
const UPDATES_BACKLOG: usize = 64;

/// How long a new program may take to request its roots; many never do.
const ROOTS_REQUEST_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a program may take to apply its roots; nothing tells when it has.
const ROOTS_GRACE: Duration = Duration::from_millis(100);

/// The person is done on a page.
const PAGE_DONE: &str = "notifications/elicitation/complete";

/// Declares elicitation if a person can be asked, sampling if it is turned on too, and roots if any were chosen for the
/// server. Any other request except `ping` is answered as an unknown method.
#[derive(Clone)]
pub(super) struct McpClientHandler {
    /// Redacts what the server is sent in secret.
    pub(super) log: Arc<ServerLog>,
    /// The progress of all calls.
    pub(super) progress: broadcast::Sender<ProgressNotificationParam>,
    version: Option<ProtocolVersion>,
    pub(super) question_router: Arc<QuestionRouter>,
    pub(super) features_off: Arc<FeaturesOff>,
    pub(super) log_level: LogLevel,
    /// The response to `roots/list`; `None` without roots.
    roots: Option<Arc<Value>>,
    roots_requested: Arc<Notify>,
    /// Marked as changed with the list of tools.
    pub(super) tool_changes: watch::Sender<()>,
    /// Marked as changed with the lists of resources or prompts.
    pub(super) offer_changes: watch::Sender<()>,
    /// URIs of updated resources.
    pub(super) resource_updates: broadcast::Sender<Arc<str>>,
}

impl McpClientHandler {
    /// `version` is that of the handshake; `None` for rmcp's default.
    pub(super) fn new(
        client_features: &ClientFeatures,
        limits: &McpLimits,
        version: Option<ProtocolVersion>,
        log: &Arc<ServerLog>,
    ) -> Self {
        let router = QuestionRouter::new(client_features, limits.answer, Arc::clone(log));
        Self {
            log: Arc::clone(log),
            progress: broadcast::channel(PROGRESS_BACKLOG).0,
            version,
            question_router: Arc::new(router),
            features_off: Arc::new(FeaturesOff::new(client_features)),
            log_level: client_features.log_level,
            roots: client_features.roots_result().map(Arc::new),
            roots_requested: Arc::default(),
            tool_changes: watch::Sender::default(),
            offer_changes: watch::Sender::default(),
            resource_updates: broadcast::channel(UPDATES_BACKLOG).0,
        }
    }

    /// Waits until the server has requested and applied its roots, if there are any and it requests them without a call.
    pub(super) async fn wait_for_roots(&self) {
        if self.roots.is_none() {
            return;
        }
        let requested = self.roots_requested.notified();
        if tokio::time::timeout(ROOTS_REQUEST_TIMEOUT, requested)
            .await
            .is_ok()
        {
            tokio::time::sleep(ROOTS_GRACE).await;
        }
    }

    /// Answers the input requests of a result, so that the tool can continue.
    ///
    /// # Errors
    /// [`Error::InputRequired`] if nobody can give the input; [`Error::FeatureOff`]; [`Error::NotAnswered`] if the
    /// person gave none, and the protocol has no answer for that.
    ///
    /// Source: MCP 2026-07-28, "Multi Round-Trip Requests".
    pub(super) async fn answer_all(
        &self,
        registered_call: Option<&RegisteredCall<'_>>,
        requests: &Map<String, Value>,
    ) -> Result<BTreeMap<String, Value>, Error> {
        let mut responses = BTreeMap::new();
        // One after the other: a person reads one question at a time.
        for (key, request) in requests {
            let method = request["method"].as_str().unwrap_or_default();
            let response = match method {
                ListRootsRequestMethod::VALUE => self.roots.as_deref().cloned(),
                _ => match (self.question_router.may_ask(method), registered_call) {
                    (Some(kind), Some(registered_call)) if registered_call.can_ask() => {
                        let answer = registered_call.answer(kind, &request["params"]).await;
                        Some(answer.map_err(|_| Error::NotAnswered)?)
                    }
                    _ => None,
                },
            };
            let response = response.ok_or_else(|| self.features_off.error_for(method))?;
            responses.insert(key.clone(), response);
        }
        Ok(responses)
    }

    async fn answer(
        &self,
        method: &str,
        params: &Value,
        context: &RequestContext<RoleClient>,
    ) -> Result<Value, ErrorData> {
        let origin = match context.extensions.get::<InboundStreamOrigin>() {
            Some(InboundStreamOrigin::OutboundRequest(id)) => Some(id),
            _ => None,
        };
        let task = context.meta.get(RELATED_TASK);
        let task = task.and_then(|task| task["taskId"].as_str());
        let router = &self.question_router;
        match router.may_ask(method) {
            Some(kind) => {
                let about = (origin, task);
                router.answer(kind, params, about, &context.ct).await
            }
            None => {
                self.features_off.note_request(method);
                let code = ErrorCode::METHOD_NOT_FOUND;
                Err(ErrorData::new(code, method.to_owned(), None))
            }
        }
    }

    /// As [`McpClientHandler::answer`], for requests with types in rmcp.
    async fn answer_typed<T: DeserializeOwned>(
        &self,
        method: &str,
        params: impl Serialize,
        context: &RequestContext<RoleClient>,
    ) -> Result<T, ErrorData> {
        let params = serde_json::to_value(params).unwrap_or_default();
        let answer = self.answer(method, &params, context).await?;
        serde_json::from_value(answer)
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))
    }
}

impl ClientHandler for McpClientHandler {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        // In the newer era the server decides which calls become tasks; in the older one the caller does.
        let tasks = (TASKS_EXTENSION_ID.to_owned(), Map::new());
        capabilities.extensions = Some(BTreeMap::from([tasks]));
        let may_ask = |kind: QuestionKind| self.question_router.may_ask(kind.method()).is_some();
        if may_ask(QuestionKind::Elicitation) {
            let elicitation = ElicitationCapability::new()
                .with_form(FormElicitationCapability::default())
                .with_url(UrlElicitationCapability::default());
            capabilities.elicitation = Some(elicitation);
        }
        if may_ask(QuestionKind::Sampling) {
            capabilities.sampling = Some(SamplingCapability::default());
        }
        if self.roots.is_some() {
            capabilities.roots = Some(RootsCapabilities::default());
        }
        let mut config = ClientConfig::new(
            capabilities,
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
        // Fails if no call is in flight: late progress is dropped.
        let _ = self.progress.send(progress);
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.tool_changes.send_replace(());
    }

    async fn on_resource_updated(
        &self,
        updated: ResourceUpdatedNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        // Fails if no resource is watched.
        let _ = self.resource_updates.send(updated.uri.into());
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.offer_changes.send_replace(());
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.offer_changes.send_replace(());
    }

    #[expect(
        deprecated,
        reason = "older servers ask for roots, and rmcp would answer where none were chosen"
    )]
    async fn list_roots(
        &self,
        _: RequestContext<RoleClient>,
    ) -> Result<rmcp::model::ListRootsResult, ErrorData> {
        self.roots_requested.notify_one();
        let roots = self.roots.as_deref().cloned();
        let roots = roots.ok_or_else(|| {
            self.features_off
                .note_request(ListRootsRequestMethod::VALUE);
            ErrorData::method_not_found::<ListRootsRequestMethod>()
        })?;
        serde_json::from_value(roots)
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))
    }

    async fn create_elicitation(
        &self,
        params: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let method = ElicitationCreateRequestMethod::VALUE;
        self.answer_typed(method, params, &context).await
    }

    #[expect(deprecated, reason = "servers of the older era ask for it so")]
    async fn create_message(
        &self,
        params: rmcp::model::CreateMessageRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<rmcp::model::CreateMessageResult, ErrorData> {
        let method = CreateMessageRequestMethod::VALUE;
        self.answer_typed(method, params, &context).await
    }

    /// Called for notifications without a type in rmcp.
    async fn on_custom_notification(
        &self,
        notification: CustomNotification,
        _: NotificationContext<RoleClient>,
    ) {
        if notification.method == PAGE_DONE
            && let Some(params) = &notification.params
            && let Some(id) = params["elicitationId"].as_str()
        {
            self.question_router.note_page_done(id);
        }
    }

    /// Called for questions that don't fit rmcp's types.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleClient>,
    ) -> Result<CustomResult, ErrorData> {
        let params = request.params.unwrap_or_default();
        let answer = self.answer(&request.method, &params, &context).await?;
        Ok(CustomResult::new(answer))
    }
}
