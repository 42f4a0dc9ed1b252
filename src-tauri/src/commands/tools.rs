//! Tools and what they return.

use patchbay_model::{ConnectorId, Content, Json, Problem, RunId, Tool, ToolSummary};
use patchbay_ops::{self as ops, Attachment, SavedAttachment};
use tauri::AppHandle;

use crate::window::{SaveDialog, choose_file};

commands! { cx =>
    /// Lists the tools of one connector, or of all, from the cache.
    fn list_tools(connector: Option<ConnectorId>) -> Vec<ToolSummary> =
        ops::list_tool_summaries(&cx, connector.as_ref()).await?;

    /// Returns a tool with its schemas from the cache.
    fn find_tool(connector: ConnectorId, tool: String) -> Tool =
        ops::find_tool(&cx, &connector, &tool).await?;

    /// Lists the tools of a connector again from its server.
    fn refresh_tools(connector: ConnectorId) -> () =
        drop(ops::refresh_tools(&cx, &connector).await?);

    /// Returns whether a run on this connector may name one of its platform's credentials.
    fn names_credentials(connector: ConnectorId) -> bool =
        ops::names_credentials(&cx, &connector).await?;

    /// Returns the arguments for the next page of a run's result, if there is one.
    fn next_page(run: RunId) -> Option<Json> = ops::next_page(&cx, &run).await?;

    /// Lets the user choose a file and saves a part of a run's result to it; `None` if the dialog was cancelled. The
    /// server's name for it is only the suggested file name.
    fn save_attachment(app: AppHandle, run: RunId, part: u32) -> Option<SavedAttachment> =
        save(&app, &Attachment::of_run(&cx, &run, part).await?).await?;
}

commands! {
    /// As [`save_attachment`], for a part of a resource or a prompt.
    fn save_content(app: AppHandle, content: Content) -> Option<SavedAttachment> =
        save(&app, &Attachment::of(&content)?).await?;
}

async fn save(
    app: &AppHandle,
    attachment: &Attachment,
) -> Result<Option<SavedAttachment>, Problem> {
    let dialog_options = SaveDialog {
        title: "Save file",
        name: attachment.name.as_str(),
        kind: None,
    };
    match choose_file(app, dialog_options).await? {
        Some(path) => Ok(Some(attachment.save_as(&path).await?)),
        None => Ok(None),
    }
}
