//! The page after the one that a run brought.

use patchbay_model::{Json, RunId};
use serde_json::Value;

use crate::backend::for_connector;
use crate::context::Context;
use crate::error::Error;
use crate::runs::find_run;
use crate::runs::replay::contains_redacted;

/// The arguments with which the tool of a run gives its next page; `None` at the end, where there are no
/// pages, and where an argument is not kept. Nothing is sent.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Vault`], [`Error::Reference`], [`Error::Store`].
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
