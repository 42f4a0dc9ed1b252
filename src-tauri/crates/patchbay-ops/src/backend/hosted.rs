//! Connectors of hosted platforms.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use patchbay_http::{CallOptions, Reach};
use patchbay_model::{
    Code, Connector, Content, Explain as _, FilledPrompt, Form, Prompt, Resource, Secret, Tool,
    ToolEffect,
};
use patchbay_oauth::CallbackParams;
use patchbay_platforms::mcp::{McpLimits, ToolCall};
use patchbay_platforms::{Prompts, Resources, ToolRequest, Tools, hosted};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Backend, CompletedCall, PlannedCall, RevokeOutcome};
use crate::accounts::platform::finish_call;
use crate::accounts::remote_call::{HostedConnector, resync_if_missing};
use crate::accounts::secrets::secrets_of as secrets_of_account;
use crate::accounts::{find_account, reach_of};
use crate::authorizations;
use crate::backend::listed_tools::ListedTools;
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::{Error, TimeLimit};
use crate::redact::KnownSecrets;
use crate::redact::exchange::redact_request;
use crate::stored_connectors::status::Change;
use crate::stored_connectors::time_limits::name_limit;

/// Time limit for refreshing a connector after a failed sign-in.
const STATUS_TIMEOUT: Duration = Duration::from_secs(5);

/// A connector of a hosted platform.
pub(super) struct Hosted<'a> {
    pub(super) cx: &'a Context,
    pub(super) connector: &'a Connector,
}

impl Hosted<'_> {
    async fn reach(&self) -> Result<HostedConnector<'_>, Error> {
        HostedConnector::new(self.cx, self.connector.clone()).await
    }
}

#[async_trait]
impl Backend for Hosted<'_> {
    async fn list_tools(
        &self,
        anew: bool,
        cancel: &CancellationToken,
    ) -> Result<Option<ListedTools>, Error> {
        let hosted = self.reach().await?;
        let Some(tools) = hosted.platform.tools() else {
            hosted.refresh_status().await?;
            return Ok(None);
        };
        let options = CallOptions {
            cancel: Some(cancel.child_token()),
            anew,
            ..hosted.options.clone()
        };
        let listed = tools.list_tools(&hosted.remote, &options).await;
        let is_forbidden = matches!(listed, Err(patchbay_platforms::Error::Forbidden { .. }));
        let listed = hosted.finish(listed).await;
        if is_forbidden && let Err(error) = hosted.refresh_status().await {
            tracing::debug!(%error, "nor does the platform tell the status");
        }
        let tools = listed?;
        Ok(Some(ListedTools {
            tools,
            server: None,
        }))
    }

    /// A platform may list tools that do not work, so the status is fetched. Without an answer it does not change.
    async fn status_after_listing(&self, tested: bool) -> Result<Option<Change>, Error> {
        let fetched = async { self.reach().await?.fetch_snapshot(tested).await };
        let fresh = fetched.await.inspect_err(|error: &Error| {
            tracing::warn!(connector = %self.connector.id, %error, "its platform could not be asked");
        })?;
        Ok(fresh.map(|fresh| -> Change { Box::new(move |connector| fresh.apply_to(connector)) }))
    }

    fn effect_of(&self, tool: &Tool, arguments: &Map<String, Value>) -> ToolEffect {
        match hosted(self.connector.identity.platform) {
            Some(hosted) => (hosted.rules.effect_of)(tool, arguments),
            None => tool.effect,
        }
    }

    fn unlisted_tool(&self, name: &str) -> Option<Tool> {
        let hosted = hosted(self.connector.identity.platform)?;
        (hosted.rules.unlisted_tool)(name)
    }

    async fn call_tool(
        &self,
        call: ToolCall,
        credential: Option<String>,
        cancel: &CancellationToken,
    ) -> Result<CompletedCall, Error> {
        let hosted = self.reach().await?;
        let tools = tools(&hosted)?;
        let options = CallOptions {
            timeout: Some(call.timeout),
            cancel: Some(cancel.clone()),
            credential,
            progress: Some(call.progress),
            capture: call.capture,
            sent: call.sent,
            ..CallOptions::default()
        };
        let total = McpLimits::DEFAULT.total.max(call.timeout);
        let ready_at = Instant::now();
        let request = ToolRequest::new(&hosted.remote, &call.name, call.arguments);
        let outcome = tokio::time::timeout(total, tools.call_tool(request, &options)).await;
        let outcome = outcome.unwrap_or(Err(patchbay_platforms::Error::TimedOut { after: total }));
        let outcome = hosted.finish(outcome).await;
        Ok(CompletedCall {
            outcome: outcome.map_err(|error| name_limit(error, self.connector, TimeLimit::Call))?,
            ready_at,
            answered_at: Instant::now(),
            connection_reused: None,
        })
    }

    async fn plan_call(
        &self,
        tool: &Tool,
        arguments: Map<String, Value>,
        _as_task: bool,
        credential: Option<String>,
    ) -> Result<PlannedCall, Error> {
        let hosted = self.reach().await?;
        let tools = tools(&hosted)?;
        let options = CallOptions {
            credential,
            ..hosted.options.clone()
        };
        let request = ToolRequest::new(&hosted.remote, &tool.name, arguments);
        let planned = tools.plan_call(request, &options).await;
        let planned = hosted.finish(planned).await?;
        let secrets = KnownSecrets::new(self.secrets().await);
        Ok(PlannedCall {
            request: redact_request(planned, &secrets),
            is_exact: true,
        })
    }

    /// A failed tool says nothing about the connector.
    async fn status_after_call(&self, is_error: bool) -> Option<Change> {
        match is_error {
            true => None,
            false => self.status_after_listing(true).await.ok().flatten(),
        }
    }

    async fn next_page(
        &self,
        arguments: &Map<String, Value>,
        result: &Value,
    ) -> Result<Option<Map<String, Value>>, Error> {
        Ok(tools(&self.reach().await?)?.next_page(arguments, result))
    }

    async fn takes_credential(&self) -> Result<bool, Error> {
        let platform = self.reach().await?.platform;
        Ok(platform.tools().is_some_and(Tools::takes_credential))
    }

    /// A platform may name icons at any address.
    async fn icon_reach(&self, _icon: &Url) -> Result<Option<Reach>, Error> {
        let account = find_account(self.cx, &self.connector.account).await?;
        Ok(Some(reach_of(&account)))
    }

    /// Returns those that the account is signed in with, else those that it would sign in with.
    async fn secrets(&self) -> Vec<Secret> {
        if let Some(used) = self.cx.sign_ins().secrets(&self.connector.account) {
            return used;
        }
        let secrets = async {
            let account = find_account(self.cx, &self.connector.account).await?;
            secrets_of_account(self.cx, &account).await
        };
        let secrets = secrets.await.unwrap_or_default();
        secrets.into_values().collect()
    }

    async fn list_resources(&self) -> Result<Vec<Resource>, Error> {
        let hosted = self.reach().await?;
        let listed = resources(&hosted)?
            .list_resources(&hosted.remote, &hosted.options)
            .await;
        hosted.finish(listed).await
    }

    async fn read_resource(&self, uri: &str) -> Result<Vec<Content>, Error> {
        let hosted = self.reach().await?;
        let read = resources(&hosted)?
            .read_resource(&hosted.remote, uri, &hosted.options)
            .await;
        hosted.finish(read).await
    }

    async fn list_prompts(&self) -> Result<Vec<Prompt>, Error> {
        let hosted = self.reach().await?;
        let listed = prompts(&hosted)?
            .list_prompts(&hosted.remote, &hosted.options)
            .await;
        hosted.finish(listed).await
    }

    async fn fill_prompt(
        &self,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<FilledPrompt, Error> {
        let hosted = self.reach().await?;
        let filled = prompts(&hosted)?
            .fill_prompt(&hosted.remote, name, arguments, &hosted.options)
            .await;
        hosted.finish(filled).await
    }

    async fn has_consent(&self) -> Result<bool, Error> {
        Ok(self.reach().await?.platform.consents().is_some())
    }

    async fn consent_form(&self) -> Result<Option<Form>, Error> {
        let hosted = self.reach().await?;
        let (remote, options) = (&hosted.remote, &hosted.options);
        match hosted.platform.consents() {
            Some(consents) => {
                hosted
                    .finish(consents.consent_form(remote, options).await)
                    .await
            }
            None => Ok(None),
        }
    }

    async fn authorize(
        &self,
        running: &Arc<RunningAuthorization>,
        choices: &Map<String, Value>,
        callbacks: mpsc::Receiver<CallbackParams>,
    ) -> Result<(), Error> {
        authorizations::authorize_at_platform(self.cx, running, self.connector, choices, callbacks)
            .await
    }

    async fn give_up_authorization(&self) {
        let refreshed = async {
            let hosted = self.reach().await?;
            if let Some(consents) = hosted.platform.consents() {
                consents.abandon_consent(&hosted.remote);
            }
            let left = hosted.refresh_after_failure().await;
            resync_if_missing(self.cx, self.connector, left).await
        };
        let refreshed = tokio::time::timeout(STATUS_TIMEOUT, refreshed);
        if let Ok(Err(error)) = refreshed.await {
            tracing::debug!(%error, "a sign-in failed, and its platform is silent");
        }
    }

    async fn disconnect(&self) -> Result<RevokeOutcome, Error> {
        let hosted = self.reach().await?;
        let disconnects = hosted.platform.disconnects().ok_or_else(|| {
            let account = &self.connector.identity.account;
            Error::not_supported(format!("disconnecting connectors on {account}"))
        })?;
        let disconnected = disconnects.disconnect(&hosted.remote, &hosted.options);
        hosted.finish(disconnected.await).await?;
        hosted.refresh_after_change().await?;
        // No platform tells whether the provider revoked tokens.
        Ok(RevokeOutcome {
            revoked: false,
            note: None,
        })
    }

    async fn refresh(&self) -> Result<(), Error> {
        let refreshed = self.reach().await?.refresh_status().await;
        resync_if_missing(self.cx, self.connector, refreshed).await
    }

    async fn delete(&self) -> Result<(), Error> {
        let hosted = self.reach().await?;
        let connectors = hosted.platform.connectors().ok_or_else(|| {
            Error::usage(
                format!(
                    "{} can't delete connectors",
                    self.connector.identity.account
                ),
                "Delete it in the platform's console.",
            )
        })?;
        let (remote, options) = (&hosted.remote, &hosted.options);
        let (cx, account) = (self.cx, &self.connector.account);
        let started = connectors.start_deletion(remote, options).await;
        // Also saves that the platform accepted it, before a wait that may be cut off.
        finish_call(cx, account, &*hosted.platform, started).await?;
        let finished = connectors.finish_deletion(remote, options).await;
        let finished = finish_call(cx, account, &*hosted.platform, finished).await;
        finished.map_err(|error| match error.code() {
            code @ (Code::Cancelled | Code::TimedOut) => Error::DeletionUnderWay {
                connector: self.connector.title.clone(),
                account: self.connector.identity.account.clone(),
                is_cancelled: code == Code::Cancelled,
            },
            _ => error,
        })
    }
}

fn tools<'a>(hosted: &'a HostedConnector<'_>) -> Result<&'a dyn Tools, Error> {
    hosted.platform.tools().ok_or_else(|| {
        Error::usage(
            format!("account {} has no tools", hosted.connector.identity.account),
            "Choose a connector that has tools.",
        )
    })
}

fn resources<'a>(hosted: &'a HostedConnector<'_>) -> Result<&'a dyn Resources, Error> {
    let resources = hosted.platform.resources();
    resources.ok_or_else(|| Error::not_supported("reading resources of this connector"))
}

fn prompts<'a>(hosted: &'a HostedConnector<'_>) -> Result<&'a dyn Prompts, Error> {
    let prompts = hosted.platform.prompts();
    prompts.ok_or_else(|| Error::not_supported("using prompts of this connector"))
}

#[cfg(all(test, unix))]
mod tests {
    use patchbay_model::RemoteId;
    use serde_json::json;

    use super::*;
    use crate::testing::{UNREACHABLE_URL, account, add, open_temporary};

    #[tokio::test]
    async fn what_an_account_signed_in_with_stays_known_when_its_reference_leads_nowhere() {
        let (home, cx) = open_temporary().await;
        let file = home.path().join("key");
        std::fs::write(&file, "acc-key-123456").unwrap();
        let reference = format!("cmd://cat {}", file.display());
        let secrets = json!({ "api_key": { "kind": "reference", "reference": reference } });
        let account = account(&cx, patchbay_model::Platform::Mistral, &secrets).await;
        let connector = &Connector {
            account: account.id,
            remote_id: Some(RemoteId::new("r1")),
            ..add(&cx, UNREACHABLE_URL).await
        };
        let cx = &cx;

        let hosted = Hosted { cx, connector };
        hosted.reach().await.unwrap();
        std::fs::remove_file(&file).unwrap();
        let known = hosted.secrets().await;
        let known: Vec<&str> = known.iter().map(Secret::expose).collect();
        assert_eq!(known, ["acc-key-123456"]);
    }
}
