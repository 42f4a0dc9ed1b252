use std::collections::VecDeque;

use patchbay_model::{ConnectorId, Content, Form, IdentityLine, Platform, RunId, SamplingMessage};
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
    let open = open(question);
    let mut prompter = Script {
        typed: typed.iter().copied().collect(),
        ..Script::default()
    };
    let answer = ask(&mut prompter, &open, now());
    assert!(prompter.typed.is_empty(), "left: {:?}", prompter.typed);
    (answer, prompter.shown)
}

fn open(question: Question) -> OpenQuestion {
    OpenQuestion {
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
        may_decline_all: false,
    }
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
fn a_default_that_the_server_itself_does_not_allow_is_asked_for_again() {
    let number = json!({ "type": "integer", "maximum": 5, "default": 9 });
    let (answer, _) = asked(form(json!({ "n": number }), json!([])), &["", "4", "yes"]);
    assert_eq!(
        answer,
        QuestionAnswer::Accept {
            values: Json(json!({ "n": 4 }))
        }
    );
}

#[test]
fn a_whole_number_that_would_be_rounded_is_asked_for_again() {
    let fields = json!({ "n": { "type": "integer" }, "x": {} });
    let typed = [
        "18446744073709551616",
        "7",
        "[18446744073709551616]",
        "8",
        "yes",
    ];
    let (answer, _) = asked(form(fields, json!([])), &typed);
    assert_eq!(
        answer,
        QuestionAnswer::Accept {
            values: Json(json!({ "n": 7, "x": 8 }))
        }
    );
}

#[test]
fn all_further_questions_are_declined_only_where_that_is_offered() {
    let decide = |may_decline_all, typed: &[&'static str]| {
        let open = OpenQuestion {
            may_decline_all,
            ..open(form(json!({}), json!([])))
        };
        let mut prompter = Script {
            typed: typed.iter().copied().collect(),
            ..Script::default()
        };
        (ask(&mut prompter, &open, now()), prompter.shown)
    };
    let (answer, shown) = decide(true, &["a"]);
    assert_eq!(answer, QuestionAnswer::DeclineAll);
    assert!(
        shown
            .last()
            .unwrap()
            .ends_with("[d]ecline, decline [a]ll, [c]ancel: ")
    );
    assert_eq!(decide(false, &["a", "d"]).0, QuestionAnswer::Decline);
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
        let image = Content::Image {
            data: "A".repeat(4000),
            mime_type: "image/\u{202e}png".to_owned(),
            annotations: None,
        };
        let say = |role, text: &str| SamplingMessage {
            role,
            content: vec![Content::text(text), image.clone()],
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
        "User:\n  Hi\n  there\n  [image, image/<U+202E>png, 3.0 kB]\nAssistant:\n  Yes?\n  [image",
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
        awaits_done: false,
    };
    let (answer, shown) = asked(page, &["", "y"]);
    assert!(matches!(answer, QuestionAnswer::Accept { .. }));
    assert!(shown.contains(&"  Page: https://pay.example/a?b=c".to_owned()));
    assert!(shown.contains(&"  Host: pay.example".to_owned()));
}
