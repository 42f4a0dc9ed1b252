//! Answers questions of servers at the terminal, field by field.

mod field;

use std::collections::HashSet;

use patchbay_model::{
    Explain as _, Json, Question, QuestionAnswer, QuestionForm, QuestionId, SamplingRequest,
    SamplingRole, Timestamp,
};
use patchbay_ops::{
    AskedDuring, Context, Error, Event, OpenQuestion, answer_question, list_questions,
    open_question_page,
};
use serde_json::{Map, Value};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use self::field::Field;
use crate::cli::Cli;
use crate::input::run_on_thread;
use crate::output::{content, text, words};
use crate::prompt;
use crate::stderr::Stderr;

/// Answers questions until it is dropped.
pub(crate) struct QuestionResponder {
    _task: JoinSet<()>,
}

impl QuestionResponder {
    /// Starts answering, if the user can be prompted.
    pub(crate) fn start(cli: &Cli) -> Self {
        let mut task = JoinSet::new();
        if cli.is_interactive() {
            task.spawn(answer_all(cli.cx.clone(), cli.stderr.clone(), cli.now()));
        }
        Self { _task: task }
    }
}

impl Drop for QuestionResponder {
    /// The run may end while a secret is being typed.
    fn drop(&mut self) {
        prompt::show_input();
    }
}

async fn answer_all(cx: Context, stderr: Stderr, now: Timestamp) {
    let mut events = cx.events();
    let mut seen: HashSet<QuestionId> = HashSet::new();
    let mut unread = None;
    loop {
        for open in list_questions(&cx) {
            if seen.insert(open.id.clone()) {
                if let Some(line) = unread.take() {
                    skip_line(&stderr, line).await;
                }
                unread = answer(&cx, &stderr, &open, now).await;
            }
        }
        match events.recv().await {
            Err(RecvError::Closed) => return,
            // Any event may mean a new question.
            Ok(_) | Err(RecvError::Lagged(_)) => {}
        }
    }
}

/// A line of input that is read but no longer needed: the next prompt would not get it.
type UnreadLine = oneshot::Receiver<()>;

async fn skip_line(stderr: &Stderr, mut line: UnreadLine) {
    let _quiet = stderr.pause();
    if line.try_recv().is_err() {
        prompt::say("Press Enter for the next question.");
        drop(line.await);
    }
}

/// Asks the user, and answers the question. Returns a line that the user did not have to enter.
async fn answer(
    cx: &Context,
    stderr: &Stderr,
    open: &OpenQuestion,
    now: Timestamp,
) -> Option<UnreadLine> {
    let _quiet = stderr.pause();
    let answer = ask_on_terminal(open, now).await;
    if matches!(answer, QuestionAnswer::Accept { .. })
        && let Question::Page { awaits_done, .. } = open.question
    {
        open_page(cx, stderr, open).await;
        if awaits_done {
            let mut events = cx.events();
            let mut line =
                run_on_thread(|| drop(Terminal.line("Press Enter when you're done there: ")));
            tokio::select! {
                _ = &mut line => {}
                () = wait_until_closed(cx, &mut events, &open.id) => {
                    prompt::say("");
                    stderr.say("The server no longer waits for that.");
                    return Some(line);
                }
            }
        }
    }
    match answer_question(cx, &open.id, answer) {
        Ok(()) => {}
        Err(Error::NotFound { .. }) => stderr.say("The server no longer waits for the answer."),
        Err(error) => {
            stderr.say(&error.to_string());
            // Each value is valid by itself; a form that is invalid as a whole cannot be corrected here.
            drop(answer_question(cx, &open.id, QuestionAnswer::Cancel));
        }
    }
    None
}

/// Waits until a question is no longer open: the server knows that the user is done on its page, or the run has ended.
async fn wait_until_closed(cx: &Context, events: &mut Receiver<Event>, id: &QuestionId) {
    while list_questions(cx).iter().any(|open| open.id == *id) {
        if matches!(events.recv().await, Err(RecvError::Closed)) {
            std::future::pending::<()>().await;
        }
    }
}

/// Opens the page of a question; without a browser, waits until the user has opened it.
async fn open_page(cx: &Context, stderr: &Stderr, open: &OpenQuestion) {
    let Err(error) = open_question_page(cx, &open.id).await else {
        return;
    };
    let hint = error.hint().unwrap_or_default();
    stderr.say(format!("{error}. {hint}").trim());
    drop(run_on_thread(|| drop(Terminal.line("Press Enter when you have opened it: "))).await);
}

/// Prompts on a thread of its own, because reading a line cannot be cancelled.
async fn ask_on_terminal(open: &OpenQuestion, now: Timestamp) -> QuestionAnswer {
    let open = open.clone();
    let answer = run_on_thread(move || ask(&mut Terminal, &open, now)).await;
    answer.unwrap_or(QuestionAnswer::Cancel)
}

/// Maximum rows of a text that belongs to a question, so that it doesn't scroll the question out of sight.
const MAX_ROWS: usize = 40;

/// The terminal, or the script of a test.
trait Prompter {
    fn columns(&self) -> usize;
    fn say(&mut self, line: &str);
    /// Reads a line; `None` at the end of input.
    fn line(&mut self, question: &str) -> Option<String>;
    /// As [`Prompter::line`], without echo.
    fn read_hidden(&mut self, question: &str) -> Option<String>;
}

struct Terminal;

impl Prompter for Terminal {
    fn columns(&self) -> usize {
        prompt::columns()
    }

    fn say(&mut self, line: &str) {
        prompt::say(line);
    }

    fn line(&mut self, question: &str) -> Option<String> {
        prompt::line(question).ok().flatten()
    }

    fn read_hidden(&mut self, question: &str) -> Option<String> {
        let secret = prompt::secret(question.trim_end_matches([':', ' '])).ok()?;
        Some(secret.expose().to_owned())
    }
}

fn ask(prompter: &mut impl Prompter, open: &OpenQuestion, now: Timestamp) -> QuestionAnswer {
    let server = server_of(open);
    let action = match &open.during {
        AskedDuring::Run { .. } => "runs",
        AskedDuring::Prompt { .. } => "is filled in",
        AskedDuring::Resource { .. } => "is read",
    };
    let name = text::line(open.during.name());
    let identity = text::line(&words::identity(&open.identity, now));
    prompter.say(&format!(
        "{server} asks, while {name} {action} as {identity}:"
    ));
    // For sampling, all messages are shown below.
    if !matches!(open.question, Question::Sampling(_)) {
        say_lines(prompter, &open.question.message(), MAX_ROWS);
    }
    match &open.question {
        Question::Form(form) => prompt_form(prompter, open, form),
        Question::Sampling(request) => prompt_sampling(prompter, open, request),
        Question::Page { url, host, .. } => {
            prompter.say(&format!("  Page: {}", text::lines(url)));
            prompter.say(&format!("  Host: {}", text::line(host)));
            prompt_decision(
                prompter,
                open,
                "Open it in the browser?",
                Json(Value::Object(Map::new())),
            )
        }
    }
}

/// Names the server that asks, so that its title isn't taken for Patchbay's own words.
fn server_of(open: &OpenQuestion) -> String {
    format!("The server \"{}\"", text::line(&open.connector_title))
}

/// Shows a text of a server, indented, so that no row looks like one of Patchbay's own. Of more than `max_rows` rows
/// it shows how many are left out.
fn say_lines(prompter: &mut impl Prompter, words: &str, max_rows: usize) {
    let columns = prompter.columns() - 2;
    let lines: Vec<_> = words.lines().map(text::line).collect();
    let rows = lines.iter().flat_map(|line| text::wrap(line, columns));
    let rows: Vec<_> = rows.collect();
    for row in rows.iter().take(max_rows) {
        prompter.say(&format!("  {row}"));
    }
    if let Some(more @ 1..) = rows.len().checked_sub(max_rows) {
        prompter.say(&format!("  … ({more} more lines)"));
    }
}

/// Shows what a language model would be asked, and reads the answer from the user.
fn prompt_sampling(
    prompter: &mut impl Prompter,
    open: &OpenQuestion,
    request: &SamplingRequest,
) -> QuestionAnswer {
    let SamplingRequest {
        system_prompt,
        messages,
        max_tokens,
        models,
    } = request;
    prompter
        .say("It wants a text that a language model would write. Write it yourself, or decline.");
    if let Some(words) = system_prompt {
        prompter.say("System prompt:");
        say_lines(prompter, words, usize::MAX);
    }
    for message in messages {
        prompter.say(match message.role {
            SamplingRole::User => "User:",
            SamplingRole::Assistant => "Assistant:",
        });
        for part in &message.content {
            say_lines(prompter, &content::as_text(part, None), usize::MAX);
        }
    }
    if !models.is_empty() {
        let names: Vec<_> = models.iter().map(|name| text::line(name)).collect();
        prompter.say(&format!("Preferred models: {}", names.join(", ")));
    }
    if let Some(max_tokens) = max_tokens {
        prompter.say(&format!("Longest text: {max_tokens} tokens"));
    }
    prompter
        .say("Your text; end it with a line that has only a dot, or start with one to decline:");
    let mut lines: Vec<String> = Vec::new();
    loop {
        match prompter.line("> ") {
            None => return QuestionAnswer::Cancel,
            Some(line) if line == "." => break,
            Some(line) => lines.push(line),
        }
    }
    let text = lines.join("\n");
    if text.trim().is_empty() {
        return QuestionAnswer::Decline;
    }
    let values = Map::from_iter([("text".to_owned(), text.into())]);
    prompt_decision(prompter, open, &send_to(open), Json(Value::Object(values)))
}

fn send_to(open: &OpenQuestion) -> String {
    let title = text::line(&open.connector_title);
    format!("Send this to the server \"{title}\"?")
}

fn prompt_form(
    prompter: &mut impl Prompter,
    open: &OpenQuestion,
    form: &QuestionForm,
) -> QuestionAnswer {
    if !form.secrets.is_empty() {
        let names: Vec<_> = form.secrets.iter().map(|name| text::line(name)).collect();
        let names = names.join(", ");
        prompter.say(&format!(
            "  Careful: servers must not ask for secrets this way ({names})."
        ));
    }
    let schema = &form.form.schema;
    let mut values = Map::new();
    let fields = schema["properties"].as_object();
    for (name, field) in fields.into_iter().flatten() {
        let required = schema["required"].as_array();
        let field = Field {
            question: &open.question,
            name,
            schema: field,
            is_required: required.is_some_and(|all| all.iter().any(|one| one == name)),
        };
        match field.ask(prompter) {
            Some(Some(value)) => drop(values.insert(name.clone(), value)),
            Some(None) => {}
            None => return QuestionAnswer::Cancel,
        }
    }
    prompt_decision(prompter, open, &send_to(open), Json(Value::Object(values)))
}

/// Asks whether to send the answer. The end of input cancels.
fn prompt_decision(
    prompter: &mut impl Prompter,
    open: &OpenQuestion,
    question: &str,
    values: Json,
) -> QuestionAnswer {
    let all = match open.may_decline_all {
        true => "decline [a]ll, ",
        false => "",
    };
    loop {
        let choices = format!("{question} [y]es, [d]ecline, {all}[c]ancel: ");
        let Some(word) = prompter.line(&choices) else {
            return QuestionAnswer::Cancel;
        };
        match word.trim().to_lowercase().as_str() {
            "y" | "yes" => return QuestionAnswer::Accept { values },
            "d" | "decline" | "n" | "no" => return QuestionAnswer::Decline,
            "a" | "all" if open.may_decline_all => return QuestionAnswer::DeclineAll,
            "c" | "cancel" => return QuestionAnswer::Cancel,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
