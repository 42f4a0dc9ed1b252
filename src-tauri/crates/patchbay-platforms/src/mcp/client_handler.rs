//! The client side of a session: what Patchbay declares, and its answers to requests of the server.

use std::collections::BTreeMap;
use std::sync::Arc;

use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ConstString as _, CreateMessageRequestMethod, CustomRequest,
    CustomResult, ElicitRequestParams, ElicitResult, ElicitationCapability,
    ElicitationCreateRequestMethod, ErrorCode, ErrorData, FormElicitationCapability,
    Implementation, ListRootsRequestMethod, ProgressNotificationParam, ProtocolVersion,
    ResourceUpdatedNotificationParam, RootsCapabilities, SamplingCapability, TASKS_EXTENSION_ID,
    UrlElicitationCapability,
};
use rmcp::service::{NotificationContext, RequestContext, RoleClient};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::question_router::{QuestionKind, QuestionRouter, RegisteredCall};
use super::{ClientFeatures, McpLimits};
use crate::Error;

/// How many notices of progress wait for a slow reader; older ones are skipped.
const PROGRESS_BACKLOG: usize = 32;

/// How many updated resources wait for a slow reader; with more it reads anew.
const UPDATES_BACKLOG: usize = 64;

/// If a person can be asked, declares elicitation, and sampling where it is turned on; also the roots that were chosen
/// for the server. Any other request but `ping` is answered as an unknown method.
#[derive(Clone)]
pub(super) struct McpClientHandler {
    progress: broadcast::Sender<ProgressNotificationParam>,
    /// What the handshake names; `None` for what rmcp does.
    version: Option<ProtocolVersion>,
    question_router: Arc<QuestionRouter>,
    /// The folders that were chosen, as they are told; `None` with none.
    roots: Option<Arc<Value>>,
    /// Marked when the list of tools changed.
    tools: watch::Sender<()>,
    /// Marked when what the server offers beside tools changed.
    offer: watch::Sender<()>,
    /// URIs of resources that the server says were updated.
    resource_updates: broadcast::Sender<Arc<str>>,
}

impl McpClientHandler {
    pub(super) fn new(client_features: &ClientFeatures, limits: &McpLimits) -> Self {
        Self {
            progress: broadcast::channel(PROGRESS_BACKLOG).0,
            version: None,
            question_router: Arc::new(QuestionRouter::new(client_features, limits.answer)),
            roots: client_features.roots_result().map(Arc::new),
            tools: watch::Sender::new(()),
            offer: watch::Sender::new(()),
            resource_updates: broadcast::channel(UPDATES_BACKLOG).0,
        }
    }

    /// One whose handshake names that version.
    pub(super) fn with_version(self, version: ProtocolVersion) -> Self {
        Self {
            version: Some(version),
            ..self
        }
    }

    /// Where questions of the server arrive.
    pub(super) fn question_router(&self) -> &QuestionRouter {
        &self.question_router
    }

    /// Answers the input requests of a result, so that the tool can go on.
    ///
    /// # Errors
    /// [`Error::InputRequired`] if nobody can give the input; [`Error::NotAnswered`] if the person did not, and the
    /// protocol has no other word for that.
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
            let response = match request["method"].as_str().unwrap_or_default() {
                ListRootsRequestMethod::VALUE => self.roots.as_deref().cloned(),
                method => match (self.question_router.may_ask(method), registered_call) {
                    (Some(kind), Some(registered_call)) => {
                        let answer = registered_call.answer(kind, &request["params"]).await;
                        Some(answer.map_err(|_| Error::NotAnswered)?)
                    }
                    _ => None,
                },
            };
            let response = response.ok_or(Error::InputRequired)?;
            responses.insert(key.clone(), response);
        }
        Ok(responses)
    }

    async fn answer(
        &self,
        method: &str,
        params: &Value,
        withdrawn: &CancellationToken,
    ) -> Result<Value, ErrorData> {
        match self.question_router.may_ask(method) {
            Some(kind) => self.question_router.answer(kind, params, withdrawn).await,
            None => {
                let code = ErrorCode::METHOD_NOT_FOUND;
                Err(ErrorData::new(code, method.to_owned(), None))
            }
        }
    }

    /// As [`McpClientHandler::answer`], for what rmcp has types for.
    async fn answer_typed<T: DeserializeOwned>(
        &self,
        method: &str,
        params: impl Serialize,
        withdrawn: &CancellationToken,
    ) -> Result<T, ErrorData> {
        let params = serde_json::to_value(params).unwrap_or_default();
        let answer = self.answer(method, &params, withdrawn).await?;
        serde_json::from_value(answer)
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))
    }

    /// Marked from now on when the server says that its tools changed.
    pub(super) fn subscribe_tool_changes(&self) -> watch::Receiver<()> {
        self.tools.subscribe()
    }

    /// Marked from now on when the server says that its resources or prompts changed.
    pub(super) fn subscribe_offer_changes(&self) -> watch::Receiver<()> {
        self.offer.subscribe()
    }

    /// The URI of every resource that is updated from now on.
    pub(super) fn resource_updates(&self) -> broadcast::Receiver<Arc<str>> {
        self.resource_updates.subscribe()
    }

    /// Notes that the server says that its tools changed.
    pub(super) fn note_tool_change(&self) {
        self.tools.send_replace(());
    }

    /// Notes that the server says that its resources or prompts changed.
    pub(super) fn note_offer_change(&self) {
        self.offer.send_replace(());
    }

    /// All progress from now on, of every call.
    pub(super) fn progress(&self) -> broadcast::Receiver<ProgressNotificationParam> {
        self.progress.subscribe()
    }
}

impl ClientHandler for McpClientHandler {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        // A server of the newer era may make a task of any call; in the older one whoever calls says so.
        let tasks = (TASKS_EXTENSION_ID.to_owned(), Map::new());
        capabilities.extensions = Some(BTreeMap::from([tasks]));
        if self
            .question_router
            .may_ask(QuestionKind::Elicitation.method())
            .is_some()
        {
            let elicitation = ElicitationCapability::new()
                .with_form(FormElicitationCapability::default())
                .with_url(UrlElicitationCapability::default());
            capabilities.elicitation = Some(elicitation);
        }
        if self
            .question_router
            .may_ask(QuestionKind::Sampling.method())
            .is_some()
        {
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
        // Fails when no call is under way: progress that came too late is dropped.
        let _ = self.progress.send(progress);
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.note_tool_change();
    }

    async fn on_resource_updated(
        &self,
        updated: ResourceUpdatedNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        // Fails when nobody watches one any more.
        let _ = self.resource_updates.send(updated.uri.into());
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.note_offer_change();
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.note_offer_change();
    }

    #[expect(
        deprecated,
        reason = "older servers ask for roots, and rmcp would answer where none were chosen"
    )]
    async fn list_roots(
        &self,
        _: RequestContext<RoleClient>,
    ) -> Result<rmcp::model::ListRootsResult, ErrorData> {
        let roots = self.roots.as_deref().cloned();
        let roots = roots.ok_or_else(ErrorData::method_not_found::<ListRootsRequestMethod>)?;
        serde_json::from_value(roots)
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))
    }

    async fn create_elicitation(
        &self,
        params: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let method = ElicitationCreateRequestMethod::VALUE;
        self.answer_typed(method, params, &context.ct).await
    }

    #[expect(deprecated, reason = "servers of the older era ask for it so")]
    async fn create_message(
        &self,
        params: rmcp::model::CreateMessageRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<rmcp::model::CreateMessageResult, ErrorData> {
        let method = CreateMessageRequestMethod::VALUE;
        self.answer_typed(method, params, &context.ct).await
    }

    /// Questions that rmcp's types have no room for come here.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleClient>,
    ) -> Result<CustomResult, ErrorData> {
        let params = request.params.unwrap_or_default();
        let answer = self.answer(&request.method, &params, &context.ct).await?;
        Ok(CustomResult::new(answer))
    }
}
