//! Running tools, and the history of it.

use patchbay_model::{
    Origin, Problem, QuestionAnswer, QuestionId, RunId, RunLabel, RunPage, RunQuery, ToolRun,
    ToolRunSummary,
};
use patchbay_ops::{
    Context, DryRun, OpenQuestion, ReplayTarget, RunComparison, RunProgress, RunTool,
};
use tauri::State;
use tauri::ipc::Channel;

/// Runs a tool; steps go to the window that asked, the finished run is the answer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_tool(
    cx: State<'_, Context>,
    request: RunTool,
    progress: Channel<RunProgress>,
) -> Result<ToolRun, Problem> {
    // A closed window must not end the run: history still wants the result.
    let on_progress = move |step| drop(progress.send(step));
    Ok(patchbay_ops::run_tool(&cx, request, on_progress).await?)
}

/// Shows exactly what a run would send, as whom.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dry_run(cx: State<'_, Context>, request: RunTool) -> Result<DryRun, Problem> {
    Ok(patchbay_ops::dry_run(&cx, request).await?)
}

/// Runs the same again: as it was run, or on another connector that offers the tool, or with another credential.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replay_run(
    cx: State<'_, Context>,
    run: RunId,
    elsewhere: Option<ReplayTarget>,
    confirmed: bool,
    progress: Channel<RunProgress>,
) -> Result<ToolRun, Problem> {
    let on_progress = move |step| drop(progress.send(step));
    let origin = Origin::Window;
    let run =
        patchbay_ops::replay_run(&cx, &run, elsewhere, origin, confirmed, on_progress).await?;
    Ok(run)
}

/// Stops a run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_run(cx: State<'_, Context>, run: RunId) -> Result<(), Problem> {
    Ok(patchbay_ops::cancel_run(&cx, &run).await?)
}

/// What servers ask right now, the oldest first.
#[tauri::command]
#[specta::specta]
pub(crate) fn list_questions(cx: State<'_, Context>) -> Vec<OpenQuestion> {
    patchbay_ops::list_questions(&cx)
}

/// Answers what a server asks while a tool runs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_question(
    cx: State<'_, Context>,
    question: QuestionId,
    answer: QuestionAnswer,
) -> Result<(), Problem> {
    Ok(patchbay_ops::answer_question(&cx, &question, answer)?)
}

/// Opens the page that a server asks for, in the browser.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_question_page(
    cx: State<'_, Context>,
    question: QuestionId,
) -> Result<(), Problem> {
    Ok(patchbay_ops::open_question_page(&cx, &question).await?)
}

/// A page of the history, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_runs(cx: State<'_, Context>, query: RunQuery) -> Result<RunPage, Problem> {
    Ok(patchbay_ops::list_runs(&cx, &query).await?)
}

/// One run with its arguments and its answer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_run(cx: State<'_, Context>, run: RunId) -> Result<ToolRun, Problem> {
    Ok(patchbay_ops::find_run(&cx, &run).await?)
}

/// Notes what its owner says of a run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn label_run(
    cx: State<'_, Context>,
    run: RunId,
    label: RunLabel,
) -> Result<ToolRunSummary, Problem> {
    Ok(patchbay_ops::label_run(&cx, &run, label).await?)
}

/// Takes one run out of the history.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_run(cx: State<'_, Context>, run: RunId) -> Result<(), Problem> {
    Ok(patchbay_ops::remove_run(&cx, &run).await?)
}

/// What differs between two runs; ignores what is saved for the tool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_runs(
    cx: State<'_, Context>,
    before: RunId,
    after: RunId,
) -> Result<RunComparison, Problem> {
    Ok(patchbay_ops::compare_runs(&cx, &before, &after, None).await?)
}

/// Remembers what is ignored when runs of these tools are compared.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ignore_paths(
    cx: State<'_, Context>,
    before: RunId,
    after: RunId,
    paths: Vec<String>,
) -> Result<(), Problem> {
    Ok(patchbay_ops::ignore_paths(&cx, &before, &after, paths).await?)
}

/// The run to compare with unless another is chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn previous_run(
    cx: State<'_, Context>,
    run: RunId,
) -> Result<Option<ToolRunSummary>, Problem> {
    Ok(patchbay_ops::previous_run(&cx, &run).await?)
}
