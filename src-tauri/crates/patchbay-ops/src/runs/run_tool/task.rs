//! The server-side task of a run: saved before it is awaited, so that another process can resume the run.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use patchbay_model::{ServerTask, ToolRun};
use patchbay_platforms::mcp::TaskKeeper;

use crate::context::Context;

pub(super) struct RunTask {
    cx: Context,
    run: Mutex<Arc<ToolRun>>,
}

impl RunTask {
    pub(super) fn new(cx: &Context, run: &Arc<ToolRun>) -> Arc<Self> {
        Arc::new(Self {
            cx: cx.clone(),
            run: Mutex::new(Arc::clone(run)),
        })
    }

    /// Whether this process is ending while the server works on; then the run has not ended.
    pub(super) fn is_detached(&self) -> bool {
        self.cx.shutdown().is_cancelled() && self.run.lock().task.is_some()
    }
}

#[async_trait]
impl TaskKeeper for RunTask {
    async fn keep(&self, task: ServerTask) {
        let run = {
            let mut run = self.run.lock();
            Arc::make_mut(&mut run).task = Some(task);
            Arc::clone(&run)
        };
        if let Err(error) = self.cx.store().open_run(&run).await {
            // The call is in progress; await it as one that cannot be resumed.
            tracing::warn!(%error, run = %run.summary.id, "the task of a run could not be noted");
            Arc::make_mut(&mut self.run.lock()).task = None;
        }
    }

    fn is_resumable(&self) -> bool {
        self.is_detached()
    }
}
