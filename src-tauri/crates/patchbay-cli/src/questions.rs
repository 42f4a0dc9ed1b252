//! Answers questions of servers at the terminal, field by field.

use std::collections::HashSet;

use patchbay_model::{
    Explain as _, Json, Question, QuestionAnswer, QuestionForm, QuestionId, SamplingRequest,
    SamplingRole, Timestamp,
};
use patchbay_ops::{
    AskedDuring, Context, Error, OpenQuestion, answer_question, list_questions, open_question_page,
    question_problems,
};
use serde_json::{Map, Value};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::cli::Cli;
use crate::output::{text, words};
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

async fn answer_all(cx: Context, stderr: Stderr, now: Timestamp) {
    let mut events = cx.events();
    let mut seen: HashSet<QuestionId> = HashSet::new();
    loop {
        for open in list_questions(&cx) {
            if seen.insert(open.id.clone()) {
                answer(&cx, &stderr, &open, now).await;
            }
        }
        match events.recv().await {
            Err(RecvError::Closed) => return,
            // Any event may mean a new question.
            Ok(_) | Err(RecvError::Lagged(_)) => {}
        }
    }
}

async fn answer(cx: &Context, stderr: &Stderr, open: &OpenQuestion, now: Timestamp) {
    let _quiet = stderr.pause();
    let answer = ask_on_terminal(open, now).await;
    if matches!(answer, QuestionAnswer::Accept { .. })
        && matches!(open.question, Question::Page { .. })
    {
        open_page(cx, stderr, open).await;
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
}

/// Opens the page of a question; without a browser, waits until the user has opened it.
async fn open_page(cx: &Context, stderr: &Stderr, open: &OpenQuestion) {
    let Err(error) = open_question_page(cx, &open.id).await else {
        return;
    };
    let hint = error.hint().unwrap_or_default();
    stderr.say(format!("{error}. {hint}").trim());
    run_on_thread(|| drop(Terminal.line("Press Enter when you have opened it: "))).await;
}

/// Prompts on a thread of its own, because reading a line cannot be cancelled.
async fn ask_on_terminal(open: &OpenQuestion, now: Timestamp) -> QuestionAnswer {
    let open = open.clone();
    let answer = run_on_thread(move || ask(&mut Terminal, &open, now)).await;
    answer.unwrap_or(QuestionAnswer::Cancel)
}

async fn run_on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.await.ok()
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
        say_lines(prompter, open.question.message(), MAX_ROWS);
    }
    match &open.question {
        Question::Form(form) => prompt_form(prompter, open, form),
        Question::Sampling(request) => prompt_sampling(prompter, open, request),
        Question::Page { url, host, .. } => {
            prompter.say(&format!("  Page: {}", text::lines(url)));
            prompter.say(&format!("  Host: {}", text::line(host)));
            prompt_decision(
                prompter,
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
        say_lines(prompter, &message.text, usize::MAX);
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
    prompt_decision(prompter, &send_to(open), Json(Value::Object(values)))
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
    prompt_decision(prompter, &send_to(open), Json(Value::Object(values)))
}

/// Asks whether to send the answer. The end of input cancels.
fn prompt_decision(prompter: &mut impl Prompter, question: &str, values: Json) -> QuestionAnswer {
    loop {
        let Some(word) = prompter.line(&format!("{question} [y]es, [d]ecline, [c]ancel: ")) else {
            return QuestionAnswer::Cancel;
        };
        match word.trim().to_lowercase().as_str() {
            "y" | "yes" => return QuestionAnswer::Accept { values },
            "d" | "decline" | "n" | "no" => return QuestionAnswer::Decline,
            "c" | "cancel" => return QuestionAnswer::Cancel,
            _ => {}
        }
    }
}

struct Field<'a> {
    question: &'a Question,
    name: &'a str,
    schema: &'a Value,
    is_required: bool,
}

impl Field<'_> {
    /// Reads the value, which may be left out; `None` at the end of input.
    fn ask(&self, prompter: &mut impl Prompter) -> Option<Option<Value>> {
        let schema = self.schema;
        if let Some(description) = schema["description"].as_str() {
            say_lines(prompter, description, MAX_ROWS);
        }
        let choices = self.choices();
        for (number, choice) in choices.iter().enumerate() {
            let title = choice["title"].as_str().unwrap_or_default();
            prompter.say(&format!("  {:>3}  {}", number + 1, text::line(title)));
        }
        let prompt = self.prompt();
        loop {
            let typed = match schema["format"] == "password" {
                true => prompter.read_hidden(&prompt)?,
                false => prompter.line(&prompt)?,
            };
            if typed.trim().is_empty() {
                match schema.get("default") {
                    Some(default) => return Some(Some(default.clone())),
                    None if !self.is_required => return Some(None),
                    None => {
                        prompter.say("  Required. Ctrl-D cancels.");
                        continue;
                    }
                }
            }
            match self.read(&typed) {
                Ok(value) => return Some(Some(value)),
                Err(problem) => prompter.say(&format!("  {}", text::line(&problem))),
            }
        }
    }

    fn prompt(&self) -> String {
        let schema = self.schema;
        let title = schema["title"].as_str().unwrap_or(self.name);
        let kind = match (schema["type"].as_str(), self.choices().is_empty()) {
            (Some("array"), _) => ", numbers with commas between",
            (_, false) => ", number",
            (Some("boolean"), _) => ", y/n",
            (Some("string"), _) => "",
            (Some("integer"), _) => ", whole number",
            (Some("number"), _) => ", number",
            _ => ", JSON",
        };
        let default = match schema.get("default") {
            Some(_) if schema["format"] == "password" => " [filled in]".to_owned(),
            Some(default) => format!(" [{}]", text::line(&self.format_default(default))),
            None if self.is_required => String::new(),
            None => " (optional)".to_owned(),
        };
        format!("{}{kind}{default}: ", text::line(title))
    }

    /// Renders a default as the user would type it.
    fn format_default(&self, value: &Value) -> String {
        let number = |value: &Value| {
            let mut choices = self.choices().iter();
            let index = choices.position(|choice| choice["const"] == *value)?;
            Some((index + 1).to_string())
        };
        match value {
            Value::Array(values) => {
                let numbers: Vec<_> = values.iter().filter_map(number).collect();
                numbers.join(", ")
            }
            value => match (number(value), value) {
                (Some(number), _) => number,
                (None, Value::Bool(is_so)) => if *is_so { "y" } else { "n" }.to_owned(),
                (None, Value::String(words)) => words.clone(),
                (None, other) => other.to_string(),
            },
        }
    }

    fn choices(&self) -> &[Value] {
        let own = self.schema["oneOf"].as_array();
        let listed = own.or(self.schema["items"]["oneOf"].as_array());
        listed.map_or(&[], Vec::as_slice)
    }

    /// Parses and validates a typed value.
    ///
    /// # Errors
    /// A message for the user.
    fn read(&self, typed: &str) -> Result<Value, String> {
        let trimmed = typed.trim();
        let kind = self.schema["type"].as_str();
        let value = if kind == Some("array") {
            let words = trimmed.split(',').map(str::trim);
            let words = words.filter(|word| !word.is_empty());
            words
                .map(|word| self.choice(word))
                .collect::<Result<_, _>>()?
        } else if !self.choices().is_empty() {
            self.choice(trimmed)?
        } else {
            match kind {
                Some("string") => Value::from(typed),
                Some("boolean") => match trimmed.to_lowercase().as_str() {
                    "y" | "yes" | "true" => true.into(),
                    "n" | "no" | "false" => false.into(),
                    _ => return Err("Enter y or n.".to_owned()),
                },
                Some(_) => serde_json::from_str::<serde_json::Number>(trimmed)
                    .map(Value::Number)
                    .map_err(|_| "Enter a number.".to_owned())?,
                None => serde_json::from_str(trimmed)
                    .map_err(|_| "Enter JSON; text goes in double quotes.".to_owned())?,
            }
        };
        let values = Value::Object(Map::from_iter([(self.name.to_owned(), value.clone())]));
        let pointer = patchbay_model::pointer::member("", self.name);
        let problems = question_problems(self.question, &values);
        let own = problems.into_iter().find(|problem| {
            let below = problem.path.strip_prefix(&pointer);
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        });
        own.map_or(Ok(value), |problem| Err(problem.message))
    }

    /// Finds a choice by number or name.
    fn choice(&self, word: &str) -> Result<Value, String> {
        let choices = self.choices();
        let number = word.parse::<usize>().ok();
        let by_number = number.and_then(|number| choices.get(number.checked_sub(1)?));
        let by_name = || {
            let mut all = choices.iter();
            all.find(|choice| choice["title"] == word || choice["const"] == word)
        };
        let found = by_number.or_else(by_name);
        let found = found.ok_or_else(|| format!("Enter a number from 1 to {}.", choices.len()))?;
        Ok(found["const"].clone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use patchbay_model::{ConnectorId, Form, IdentityLine, Platform, RunId, SamplingMessage};
    use serde_json::json;

    use super::*;

    /// Types what was written down before, and keeps what was shown.
    #[derive(Default)]
    struct Script {
        typed: VecDeque<&'static str>,
        shown: Vec<String>,
    }

    impl Prompter for Script {
        fn columns(&self) -> usize {
            80
        }

        fn say(&mut self, line: &str) {
            self.shown.push(line.to_owned());
        }

        fn line(&mut self, question: &str) -> Option<String> {
            self.say(question);
            self.typed.pop_front().map(str::to_owned)
        }

        fn read_hidden(&mut self, question: &str) -> Option<String> {
            self.line(&format!("hidden {question}"))
        }
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-20T09:41:00Z").unwrap()
    }

    fn asked(question: Question, typed: &[&'static str]) -> (QuestionAnswer, Vec<String>) {
        let open = OpenQuestion {
            id: QuestionId::new("ask_1"),
            connector: ConnectorId::new("con_1"),
            connector_title: "Fi\u{202e}les".to_owned(),
            during: AskedDuring::Run {
                run: RunId::new("run_1"),
                tool: "ec\u{1b}ho".to_owned(),
            },
            identity: IdentityLine {
                platform: Platform::Local,
                account: "This computer".to_owned(),
                credential: None,
                user: None,
                level: None,
                expires_at: None,
            },
            asked_at: now(),
            question,
        };
        let mut prompter = Script {
            typed: typed.iter().copied().collect(),
            ..Script::default()
        };
        let answer = ask(&mut prompter, &open, now());
        assert!(prompter.typed.is_empty(), "left: {:?}", prompter.typed);
        (answer, prompter.shown)
    }

    fn form(properties: Value, required: Value) -> Question {
        Question::Form(QuestionForm {
            message: "Who are\nyou?".to_owned(),
            form: Form {
                schema: Json(
                    json!({ "type": "object", "properties": properties, "required": required }),
                ),
                ..Form::default()
            },
            secrets: Vec::new(),
        })
    }

    fn fields() -> Question {
        let colours = json!([{ "const": "r", "title": "Red" }, { "const": "g", "title": "Green" }]);
        let fields = json!({
            "name": { "type": "string", "title": "Name", "default": "Ada", "maxLength": 5 },
            "age": { "type": "integer", "title": "Age", "minimum": 0 },
            "sure": { "type": "boolean", "title": "Sure" },
            "one": { "oneOf": colours, "title": "Color", "default": "g" },
            "some": { "type": "array", "uniqueItems": true, "items": { "oneOf": colours }, "title": "Colors" },
            "raw": { "title": "Raw" },
        });
        form(fields, json!(["age"]))
    }

    #[test]
    fn fields_are_asked_for_one_by_one_and_checked() {
        let typed = [
            "Ada Lovelace",
            "",
            "",
            "old",
            "-1",
            "36",
            "maybe",
            "y",
            "3",
            "Red",
            "2, 1",
            "{",
            "[1]",
            "later",
            "y",
        ];
        let (answer, shown) = asked(fields(), &typed);
        let values = json!({ "name": "Ada", "age": 36, "sure": true, "one": "r", "some": ["g", "r"], "raw": [1] });
        assert_eq!(
            answer,
            QuestionAnswer::Accept {
                values: Json(values)
            }
        );
        let shown = shown.join("\n");
        for line in [
            "The server \"Fi<U+202E>les\" asks, while",
            "  Who are\n  you?",
            "Name [Ada]: ",
            "Age, whole number: ",
            "Sure, y/n (optional): ",
            "    1  Red",
            "Color, number [2]: ",
            "Colors, numbers with commas between (optional): ",
            "  Required.",
            "Raw, JSON (optional): ",
            "Send this to the server \"Fi<U+202E>les\"? [y]es, [d]ecline, [c]ancel: ",
        ] {
            assert!(shown.contains(line), "{line:?} in {shown}");
        }
        assert!(!shown.contains(['\u{202e}', '\u{1b}']), "{shown}");
    }

    #[test]
    fn a_long_text_neither_hides_the_question_nor_looks_like_one_of_ours() {
        let Question::Form(mut form) = form(json!({ "a": { "type": "string" } }), json!([])) else {
            panic!("a form");
        };
        form.message = format!("{}Send this?\n{}", "x".repeat(78), "down\n".repeat(500));
        let (_, shown) = asked(Question::Form(form), &["", "n"]);
        assert_eq!(shown[2], "  Send this?");
        assert!(
            shown.iter().all(|line| text::width(line) <= 80),
            "{shown:?}"
        );
        assert!(
            shown.contains(&"  … (462 more lines)".to_owned()),
            "{shown:?}"
        );
        assert!(shown.len() < 50, "{}", shown.len());
    }

    #[test]
    fn what_is_left_empty_is_not_sent_and_no_is_another_word_than_nothing() {
        let only = || form(json!({ "a": { "type": "string" } }), json!([]));
        let (answer, _) = asked(only(), &["", "yes"]);
        assert_eq!(
            answer,
            QuestionAnswer::Accept {
                values: Json(json!({}))
            }
        );
        assert_eq!(asked(only(), &["x", "d"]).0, QuestionAnswer::Decline);
        assert_eq!(asked(only(), &["x", "c"]).0, QuestionAnswer::Cancel);
        assert_eq!(asked(only(), &["x"]).0, QuestionAnswer::Cancel);
        assert_eq!(asked(only(), &[]).0, QuestionAnswer::Cancel);
    }

    #[test]
    fn what_looks_like_a_secret_is_said_to_and_not_shown() {
        let Question::Form(mut form) = form(
            json!({ "p": { "type": "string", "format": "password", "title": "Password" } }),
            json!(["p"]),
        ) else {
            panic!("a form");
        };
        form.secrets = vec!["Password".to_owned()];
        let (answer, shown) = asked(Question::Form(form), &["hunter2", "n"]);
        assert_eq!(answer, QuestionAnswer::Decline);
        assert!(
            shown
                .iter()
                .any(|line| line.contains("must not ask for secrets"))
        );
        assert!(shown.contains(&"hidden Password: ".to_owned()), "{shown:?}");
    }

    #[test]
    fn a_text_is_written_line_by_line_after_all_was_shown() {
        let sampling = || {
            let say = |role, text: &str| SamplingMessage {
                role,
                text: text.to_owned(),
            };
            Question::Sampling(SamplingRequest {
                system_prompt: Some("Be\u{1b} kind".to_owned()),
                messages: vec![
                    say(SamplingRole::User, "Hi\nthere"),
                    say(SamplingRole::Assistant, "Yes?"),
                ],
                max_tokens: Some(300),
                models: vec!["son\u{202e}net".to_owned()],
            })
        };
        let (answer, shown) = asked(sampling(), &["Dear", "", "Ada", ".", "y"]);
        let values = Json(json!({ "text": "Dear\n\nAda" }));
        assert_eq!(answer, QuestionAnswer::Accept { values });
        let shown = shown.join("\n");
        for words in [
            "System prompt:\n  Be",
            "User:\n  Hi\n  there\nAssistant:\n  Yes?",
            "Preferred models: ",
            "Longest text: 300 tokens",
        ] {
            assert!(shown.contains(words), "{words:?} in {shown}");
        }
        assert!(!shown.contains(['\u{202e}', '\u{1b}']), "{shown}");
        assert_eq!(asked(sampling(), &["."]).0, QuestionAnswer::Decline);
        assert_eq!(
            asked(sampling(), &["x", ".", "d"]).0,
            QuestionAnswer::Decline
        );
        assert_eq!(asked(sampling(), &["x"]).0, QuestionAnswer::Cancel);
    }

    #[test]
    fn a_page_is_shown_whole_and_asked_about() {
        let page = Question::Page {
            message: "Pay".to_owned(),
            url: "https://pay.example/a?b=c".to_owned(),
            host: "pay.example".to_owned(),
        };
        let (answer, shown) = asked(page, &["", "y"]);
        assert!(matches!(answer, QuestionAnswer::Accept { .. }));
        assert!(shown.contains(&"  Page: https://pay.example/a?b=c".to_owned()));
        assert!(shown.contains(&"  Host: pay.example".to_owned()));
    }
}
