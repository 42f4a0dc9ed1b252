//! Running tools, and the history of runs.

use patchbay_model::{
    Origin, QuestionAnswer, QuestionId, RunId, RunLabel, RunPage, RunQuery, ToolRun, ToolRunSummary,
};
use patchbay_ops::{
    self as ops, Context, DryRun, OpenQuestion, ReplayTarget, RunComparison, RunProgress, RunTool,
};
use tauri::State;
use tauri::ipc::Channel;

commands! { cx =>
    /// Runs a tool and returns the finished run; progress is sent to the page that called. The run goes on when that
    /// page is gone: the history still needs its result.
    fn run_tool(request: RunTool, progress: Channel<RunProgress>) -> ToolRun =
        ops::run_tool(&cx, request, progress_sender(progress)).await?;

    /// Returns the exact request that a run would send, and the identity.
    fn dry_run(request: RunTool) -> DryRun = ops::dry_run(&cx, request).await?;

    /// Repeats a run, optionally on another connector that offers the tool or with another credential.
    fn replay_run(
        run: RunId,
        elsewhere: Option<ReplayTarget>,
        confirmed: bool,
        progress: Channel<RunProgress>,
    ) -> ToolRun = {
        let on_progress = progress_sender(progress);
        ops::replay_run(&cx, &run, elsewhere, Origin::Window, confirmed, None, on_progress).await?
    };

    /// Cancels a run.
    fn cancel_run(run: RunId) -> () = ops::cancel_run(&cx, &run).await?;

    /// Answers a question of a server.
    fn answer_question(question: QuestionId, answer: QuestionAnswer) -> () =
        ops::answer_question(&cx, &question, answer)?;

    /// Opens the page of a server's question in the browser.
    fn open_question_page(question: QuestionId) -> () =
        ops::open_question_page(&cx, &question).await?;

    /// Lists runs, newest first.
    fn list_runs(query: RunQuery) -> RunPage = ops::list_runs(&cx, &query).await?;

    /// Returns a run with its arguments and its result.
    fn find_run(run: RunId) -> ToolRun = ops::find_run(&cx, &run).await?;

    /// Sets the name, note and pin of a run.
    fn label_run(run: RunId, label: RunLabel) -> ToolRunSummary =
        ops::label_run(&cx, &run, label).await?;

    /// Deletes a run from the history.
    fn remove_run(run: RunId) -> () = ops::remove_run(&cx, &run).await?;

    /// Compares two runs, except for the paths that are ignored for their tool.
    fn compare_runs(before: RunId, after: RunId) -> RunComparison =
        ops::compare_runs(&cx, &before, &after, None).await?;

    /// Saves the paths to ignore when runs of these tools are compared.
    fn ignore_paths(before: RunId, after: RunId, paths: Vec<String>) -> () =
        ops::ignore_paths(&cx, &before, &after, paths).await?;

    /// Returns the previous run of the same tool, the default to compare with.
    fn previous_run(run: RunId) -> Option<ToolRunSummary> = ops::previous_run(&cx, &run).await?;
}

/// Lists the open questions of servers, oldest first.
#[tauri::command]
#[specta::specta]
pub(crate) fn list_questions(cx: State<'_, Context>) -> Vec<OpenQuestion> {
    ops::list_questions(&cx)
}

fn progress_sender(progress: Channel<RunProgress>) -> impl Fn(RunProgress) {
    move |step| drop(progress.send(step))
}
