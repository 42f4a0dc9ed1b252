//! Tools that take their time.

use std::sync::Arc;
use std::time::Duration;

use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{ProgressNotificationParam, RequestMetaObject};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, schemars, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Tools;
use crate::shared::{Shared, lock};

/// What `count` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct Count {
    /// How far to count
    #[serde(default = "default_steps")]
    #[schemars(range(min = 1, max = 1000), default = "default_steps")]
    steps: u32,
    /// The pause before each step, in milliseconds
    #[serde(default = "default_pause")]
    #[schemars(range(min = 0, max = 60_000), default = "default_pause")]
    delay_ms: u32,
}

fn default_steps() -> u32 {
    5
}

fn default_pause() -> u32 {
    400
}

/// What `wait` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct Wait {
    /// How long to wait, in seconds
    #[serde(default = "default_seconds")]
    #[schemars(range(min = 0, max = 3600), default = "default_seconds")]
    seconds: u32,
}

fn default_seconds() -> u32 {
    30
}

#[tool_router(router = time_tools, vis = "pub(crate)")]
impl Tools {
    #[tool(
        title = "Count slowly",
        description = "Counts up and reports progress at every step.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    async fn count(
        &self,
        Parameters(Count { steps, delay_ms }): Parameters<Count>,
        context: RequestContext<RoleServer>,
    ) -> Result<String, ErrorData> {
        let steps = steps.clamp(1, 1000);
        for step in 1..=steps {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(u64::from(delay_ms))) => {}
                () = context.ct.cancelled() => return Err(stopped()),
                () = self.shared.stopping.cancelled() => return Err(stopped()),
            }
            report(&context.meta, &context, step, steps).await;
        }
        Ok(format!("Counted to {steps}."))
    }

    #[tool(
        title = "Wait",
        description = "Does nothing for a while. Cancel it to see that the server stops too.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    async fn wait(
        &self,
        Parameters(Wait { seconds }): Parameters<Wait>,
        context: RequestContext<RoleServer>,
    ) -> Result<String, ErrorData> {
        let mut waiting = Waiting::begin(Arc::clone(&self.shared));
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(u64::from(seconds))) => {
                waiting.over = true;
                Ok(format!("Waited {seconds} s."))
            }
            () = context.ct.cancelled() => Err(stopped()),
            () = self.shared.stopping.cancelled() => Err(stopped()),
        }
    }
}

fn stopped() -> ErrorData {
    ErrorData::internal_error("the call was cancelled", None)
}

/// Sends progress to a client that asked for it; one that went away is noticed by its cancellation.
async fn report(
    meta: &RequestMetaObject,
    context: &RequestContext<RoleServer>,
    step: u32,
    steps: u32,
) {
    let Some(token) = meta.get_progress_token() else {
        return;
    };
    let progress = ProgressNotificationParam::new(token, f64::from(step))
        .with_total(f64::from(steps))
        .with_message(format!("Step {step} of {steps}"));
    if let Err(error) = context.peer.notify_progress(progress).await {
        tracing::debug!(%error, "progress was not taken");
    }
}

/// One running `wait`. Dropped before its time it counts as cancelled: by a message, or because the
/// connection of a client without sessions was closed.
struct Waiting {
    shared: Arc<Shared>,
    over: bool,
}

impl Waiting {
    fn begin(shared: Arc<Shared>) -> Self {
        lock(&shared.waits).begun += 1;
        shared.log.notify();
        Self {
            shared,
            over: false,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.over {
            lock(&self.shared.waits).cancelled += 1;
            self.shared.log.notify();
        }
    }
}
