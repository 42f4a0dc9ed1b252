//! Paging through the results of a tool.

use patchbay_model::{Json, RunId};
use serde_json::Value;

use crate::backend::for_connector;
use crate::context::Context;
use crate::error::Error;
use crate::runs::find_run;
use crate::runs::replay::contains_redacted;

/// Returns the arguments for the page after that of a run; `None` at the end, for tools without pages, and when an
/// argument was not saved. Sends nothing.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn next_page(cx: &Context, run: &RunId) -> Result<Option<Json>, Error> {
    let run = find_run(cx, run).await?;
    let is_whole = run.summary.capture.is_full() && !contains_redacted(&run.arguments);
    let structured = run.result.and_then(|result| result.structured);
    let (Some(Json(result)), Json(Value::Object(arguments))) = (structured, run.arguments) else {
        return Ok(None);
    };
    let connector = cx.store().find_connector(&run.summary.connector).await?;
    let Some(connector) = connector.filter(|_| is_whole) else {
        return Ok(None);
    };
    let backend = for_connector(cx, &connector);
    let next = backend.next_page(&arguments, &result).await?;
    Ok(next.map(|arguments| Json(Value::Object(arguments))))
}
