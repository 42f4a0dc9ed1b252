//! The failure of a command.

use std::io::Write as _;
use std::process::ExitCode;

use patchbay_model::{Code, Connector, Explain as _, FieldProblem, Problem, inert_json};

use crate::command_hint::{self, with_command_hint};
use crate::output::text;
use crate::{exit, interrupt};

/// Number of output lines shown of a program that ended; its log has more.
const LAST_LINES: usize = 5;

/// A problem to be reported on standard error.
#[derive(Debug)]
pub(crate) struct Failure(Box<Problem>);

impl Failure {
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Problem::new(Code::UsageInvalid, message)
            .with_hint(hint)
            .into()
    }

    pub(crate) fn cancelled() -> Self {
        Problem::new(Code::Cancelled, "cancelled").into()
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Problem::new(Code::Internal, message).into()
    }

    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// The failure of a verb about this connector, with a hint that names the command that helps.
    pub(crate) fn about(error: patchbay_ops::Error, connector: &Connector) -> Self {
        let failure = Self::from(error.problem());
        match hint_of(&error, Some(connector)) {
            Some(hint) => failure.with_hint(hint),
            None => failure.of(connector),
        }
    }

    /// Adds a hint that names the command that helps with this connector.
    #[must_use]
    pub(crate) fn of(self, connector: &Connector) -> Self {
        match command_hint::command_hint(&self.0, connector) {
            Some(hint) => self.with_hint(hint),
            None => self,
        }
    }

    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Names the server that can't be added.
    #[must_use]
    pub(crate) fn of_server(mut self, title: &str) -> Self {
        self.0.message = format!("can't add {title}: {}", self.0.message);
        self
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    pub(crate) fn into_problem(self) -> Problem {
        *self.0
    }

    /// Prints the problem to standard error, as one line of JSON or as text, and returns the exit code.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        let problem = with_command_hint(*self.0);
        let text = if json {
            inert_json(&problem) + "\n"
        } else {
            render_problem(&problem)
        };
        // There is nowhere to report that standard error is closed.
        drop(std::io::stderr().lock().write_all(text.as_bytes()));
        let interrupted = interrupt::exit_code().filter(|_| problem.code == Code::Cancelled);
        ExitCode::from(interrupted.unwrap_or_else(|| exit::code_of(problem.code)))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<patchbay_ops::Error> for Failure {
    fn from(error: patchbay_ops::Error) -> Self {
        let failure = Self::from(error.problem());
        match hint_of(&error, None) {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

/// The hint that names a command, instead of that of the error.
fn hint_of(error: &patchbay_ops::Error, known: Option<&Connector>) -> Option<String> {
    use patchbay_ops::Error;
    let name_of = |title: &str| match known {
        Some(connector) => command_hint::quoted_name(connector),
        None => command_hint::quoted_title(title),
    };
    Some(match error {
        Error::SignedOut { account, .. } | Error::SignedOutHere { account } => {
            command_hint::replace_key_command(account)
        }
        Error::KeyForNewAddress { .. } => {
            "Add `--from -` to enter the key for the new address.".to_owned()
        }
        Error::SwitchedOff { connector, account } => {
            let name = name_of(connector);
            match account {
                Some(_) => {
                    format!("Run `patchbay connector actions {name}` to see how to turn it on.")
                }
                None => format!("Run `patchbay connector edit {name} --on`."),
            }
        }
        Error::ProgramNotAllowed { reference, .. } => {
            let reference = text::quote(reference.as_str());
            format!(
                "If you trust it, run `patchbay credential programs allow {reference}` in a terminal, or add `--allow-program {reference}`."
            )
        }
        Error::ServerNotAllowed { connector, .. } => {
            let name = name_of(connector);
            format!(
                "If you trust it, run `patchbay connector check {name}` in a terminal, or allow it with `patchbay connector edit {name} --allow`."
            )
        }
        Error::ServerStopped { connector, .. } => {
            let name = name_of(connector);
            format!("Run `patchbay connector check {name}`.")
        }
        Error::TooSlow {
            connector,
            limit,
            seconds,
        } => command_hint::raise_limit_hint(*limit, &name_of(connector), *seconds),
        Error::Uncertain {
            is_creation: true, ..
        } => "It may have been created. Run `patchbay connector list` before creating it again."
            .to_owned(),
        Error::DeletionUnderWay { .. } => {
            "Run `patchbay connector list --refresh` later to see whether it is done.".to_owned()
        }
        Error::Ambiguous { references, .. } => {
            let quoted: Vec<_> = references.iter().map(|it| text::quote(it)).collect();
            format!("Use {}.", quoted.join(" or "))
        }
        Error::MissingValue { name } => {
            let value = text::quote(&format!("{name}=TEXT"));
            format!("Add {value}.")
        }
        Error::NotFound {
            kind: "connector or credential",
            ..
        } => "Run `patchbay connector list` or `patchbay credential list`.".to_owned(),
        Error::NotFound { kind, .. } => format!("Run `patchbay {}`.", list_command(kind)?),
        _ => return None,
    })
}

/// The command that lists items of that kind.
fn list_command(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "account" => "account list",
        "connector" => "connector list",
        "run" => "run list",
        "credential" => "credential list",
        "allowed program" => "credential programs list",
        "catalog entry" => "catalog list",
        _ => return None,
    })
}

fn render_problem(problem: &Problem) -> String {
    let mut text = format!("error: {}\n", sentence(problem));
    for field in &problem.fields {
        text.push_str(&format!("  {}\n", text::line(&render_field(field))));
    }
    for line in detail_lines(problem) {
        text.push_str(&format!("  {line}\n"));
    }
    if let Some(request) = &problem.request {
        text.push_str(&format!("  request: {}\n", text::line(request)));
    }
    if let Some(id) = &problem.request_id {
        text.push_str(&format!("  request id: {}\n", text::line(id)));
    }
    if let Some(hint) = &problem.hint {
        text.push_str(&format!("hint: {}\n", text::line(hint)));
    }
    text
}

/// The detail in one line; of the output of a program the last lines, which usually say why it ended.
pub(crate) fn detail_lines(problem: &Problem) -> Vec<String> {
    let Some(detail) = problem.detail.as_ref().filter(|_| !repeats_fields(problem)) else {
        return Vec::new();
    };
    if problem.code != Code::ProgramEnded {
        return vec![text::line(detail)];
    }
    let lines: Vec<_> = detail.lines().collect();
    let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
    last.iter()
        .map(|line| format!("| {}", text::line(line)))
        .collect()
}

/// Whether the detail only repeats the problems of the fields.
fn repeats_fields(problem: &Problem) -> bool {
    let repeats = |line: &str, field: &FieldProblem| {
        let path = line.strip_suffix(field.message.as_str());
        path.is_some_and(|path| path.is_empty() || path.trim_end_matches(": ") == field.path)
    };
    let mut lines = problem.detail.iter().flat_map(|detail| detail.lines());
    !problem.fields.is_empty()
        && lines.all(|line| problem.fields.iter().any(|field| repeats(line, field)))
}

/// Renders `message: is required`, with the field as a dotted path instead of a JSON pointer.
fn render_field(field: &FieldProblem) -> String {
    match field.path.trim_start_matches('/').replace('/', ".") {
        path if path.is_empty() => field.message.clone(),
        path => format!("{path}: {}", field.message),
    }
}

fn sentence(problem: &Problem) -> String {
    patchbay_model::sentence(&text::line(&problem.message), problem.code)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::command_hint::tests::wiki;

    #[test]
    fn the_last_lines_of_a_program_are_shown_below_each_other() {
        let mut problem = Problem::new(Code::ProgramEnded, "the program npx ended");
        problem.detail = Some("1\n2\n3\n4\n5\n\u{1b}[2Jno key".into());
        assert_eq!(
            render_problem(&problem),
            "error: The program npx ended.\n  | 2\n  | 3\n  | 4\n  | 5\n  | �[2Jno key\n"
        );
    }

    #[test]
    fn words_come_as_sentence_details_and_hint() {
        let mut problem = Problem::new(Code::ToolArguments, "check the arguments of echo")
            .with_hint("Correct them.");
        problem.fields.push(FieldProblem {
            path: "/text".into(),
            message: "is required".into(),
        });
        problem.detail = Some("bad\u{1b}[31m\nwords\u{200b}".into());
        assert_eq!(
            render_problem(&problem),
            "error: Check the arguments of echo.\n  text: is required\n  bad�[31m words<U+200B>\nhint: Correct them.\n"
        );
    }

    #[test]
    fn what_is_wrong_with_a_field_is_said_once() {
        let mut problem = Problem::new(Code::PlatformInvalid, "the request was rejected");
        problem.fields.push(FieldProblem {
            path: "/url".into(),
            message: "not a URL".into(),
        });
        problem.detail = Some("/url: not a URL".into());
        let expected = "error: The request was rejected.\n  url: not a URL\n";
        assert_eq!(render_problem(&problem), expected);
        problem.detail = Some("/url: not a URL\nand more".into());
        assert!(render_problem(&problem).contains("and more"));
    }

    #[test]
    fn a_name_keeps_its_small_letter() {
        let failed = Problem::new(Code::ToolFailed, "echo returned an error");
        assert_eq!(sentence(&failed), "echo returned an error.");
        let other = Problem::new(Code::NotFound, "there is no run x");
        assert_eq!(sentence(&other), "There is no run x.");
        let host = Problem::new(Code::AuthExchange, "mistral.ai rejected the request");
        assert_eq!(sentence(&host), "mistral.ai rejected the request.");
        let word = Problem::new(Code::Conflict, "stopped: try again");
        assert_eq!(sentence(&word), "Stopped: try again.");
    }

    #[test]
    fn a_name_that_the_user_gave_keeps_its_small_letter() {
        use patchbay_ops::{Error, TimeLimit};
        let connector = || "files".to_owned();
        for error in [
            Error::SwitchedOff {
                connector: connector(),
                account: None,
            },
            Error::SignInNeeded {
                connector: connector(),
            },
            Error::FailingAtPlatform {
                connector: connector(),
                reason: None,
            },
            Error::SignedOutHere {
                account: connector(),
            },
            Error::ChangedElsewhere { title: connector() },
            Error::InUse {
                name: connector(),
                users: "Wiki".to_owned(),
            },
            Error::ToolFailed { tool: connector() },
            Error::ConfirmationNeeded { what: connector() },
            Error::TooSlow {
                connector: connector(),
                limit: TimeLimit::Run,
                seconds: 1,
            },
        ] {
            let shown = sentence(&Failure::from(error).into_problem());
            assert!(shown.contains("files"), "{shown}");
        }
    }

    #[test]
    fn a_hint_names_the_command_that_helps() {
        let hint = |error: patchbay_ops::Error| Failure::from(error).into_problem().hint.unwrap();
        let off = |account| patchbay_ops::Error::SwitchedOff {
            connector: "My wiki".to_owned(),
            account,
        };
        assert_eq!(
            hint(off(None)),
            "Run `patchbay connector edit \"My wiki\" --on`."
        );
        let known = Failure::about(off(None), &wiki()).into_problem();
        let expected = "Run `patchbay connector edit wiki --on`.";
        assert_eq!(known.hint.as_deref(), Some(expected));
        assert_eq!(
            hint(off(Some("Acme".to_owned()))),
            "Run `patchbay connector actions \"My wiki\"` to see how to turn it on."
        );
        let slow = patchbay_ops::Error::TooSlow {
            connector: "My wiki".to_owned(),
            limit: patchbay_ops::TimeLimit::Connect,
            seconds: 30,
        };
        assert_eq!(
            hint(slow),
            "To give it more time, run `patchbay connector edit \"My wiki\" --connect-timeout 120`."
        );
        let account = || "acc".to_owned();
        let out = patchbay_ops::Error::SignedOutHere { account: account() };
        assert_eq!(
            hint(out),
            "Run `patchbay account replace-key acc --from -`."
        );
        for (kind, expected) in [
            ("credential", "Run `patchbay credential list`."),
            (
                "connector or credential",
                "Run `patchbay connector list` or `patchbay credential list`.",
            ),
        ] {
            let name = account();
            let gone = patchbay_ops::Error::NotFound { kind, name };
            assert_eq!(hint(gone), expected);
        }
    }

    #[test]
    fn the_json_line_is_the_whole_problem() {
        let problem = Problem {
            detail: Some("name is taken".to_owned()),
            status: Some(422),
            request: Some("POST /v1/wikis".to_owned()),
            platform_code: Some("taken".to_owned()),
            request_id: Some("req-1".to_owned()),
            fields: vec![FieldProblem {
                path: "/name".to_owned(),
                message: "is taken".to_owned(),
            }],
            retryable: true,
            ..Problem::new(Code::PlatformInvalid, "wrong").with_hint("Correct it.")
        };
        assert_eq!(
            serde_json::from_str::<Value>(&inert_json(&problem)).unwrap(),
            json!({
                "code": "platform.invalid", "message": "wrong", "hint": "Correct it.",
                "detail": "name is taken", "status": 422, "request": "POST /v1/wikis", "platformCode": "taken",
                "requestId": "req-1", "fields": [{ "path": "/name", "message": "is taken" }],
                "retryable": true,
            })
        );
    }
}
