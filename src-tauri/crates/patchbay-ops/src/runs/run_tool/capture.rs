//! What is saved of a run, by the capture level of its connector.

use std::sync::Arc;

use patchbay_model::{
    CaptureLevel, Content, Exchange, Json, Problem, RunQuestion, SentRequest, ToolResult, ToolRun,
    map_leaves,
};
use serde_json::{Map, Value, json};
use url::Url;

use super::finish::arguments_line;
use crate::redact::REDACTED;

pub(super) fn filter_arguments(arguments: Value, level: CaptureLevel) -> Value {
    match level {
        CaptureLevel::Full => arguments,
        CaptureLevel::Redacted => without_values(arguments),
        CaptureLevel::Metadata => Value::Object(Map::new()),
    }
}

pub(super) fn filter_run(run: &Arc<ToolRun>) -> Arc<ToolRun> {
    let level = run.summary.capture;
    if level.is_full() {
        return Arc::clone(run);
    }
    Arc::new(filter_to(run, level))
}

/// What is saved of a run at a level below full.
pub(in crate::runs) fn filter_to(run: &ToolRun, level: CaptureLevel) -> ToolRun {
    let shows = level == CaptureLevel::Redacted;
    let arguments = filter_arguments(run.arguments.0.clone(), level);
    let mut summary = run.summary.clone();
    summary.capture = level;
    summary.arguments_line = arguments_line(&arguments);
    summary.problem = summary.problem.as_ref().map(filter_problem);
    ToolRun {
        summary,
        arguments: Json(arguments),
        result: run.result.as_ref().filter(|_| shows).map(filter_result),
        exchange: run.exchange.as_ref().filter(|_| shows).map(filter_exchange),
        timings: run.timings,
        replay_of: run.replay_of.clone(),
        credential: run.credential.clone(),
        questions: if shows {
            run.questions.iter().map(filter_question).collect()
        } else {
            Vec::new()
        },
        task: run.task.clone(),
        as_task: run.as_task,
    }
}

/// Redacts all values and keeps the keys.
fn without_values(value: Value) -> Value {
    map_leaves(value, &|leaf| match leaf {
        Value::Null => Value::Null,
        _ => REDACTED.into(),
    })
}

fn filter_result(result: &ToolResult) -> ToolResult {
    let structured = result.structured.as_ref();
    ToolResult {
        content: result.content.iter().map(filter_content).collect(),
        structured: structured.map(|json| Json(without_values(json.0.clone()))),
        is_error: result.is_error,
    }
}

/// Binary content becomes [`Content::Other`], since an image without bytes cannot be shown.
fn filter_content(content: &Content) -> Content {
    let kind = match content {
        Content::Text { .. } => {
            return Content::text(REDACTED);
        }
        Content::Image { .. } => "image",
        Content::Audio { .. } => "audio",
        Content::ResourceLink { .. } => "resource_link",
        Content::Resource { .. } => "resource",
        Content::Other { .. } => "other",
    };
    Content::Other {
        value: Json(json!({ "kind": kind, "content": REDACTED })),
    }
}

/// Keeps the origin of the URL only: path and query may contain arguments.
fn filter_exchange(exchange: &Exchange) -> Exchange {
    let origin = |url: &String| {
        let url = Url::parse(url).ok()?;
        Some(url.origin().ascii_serialization())
    };
    let mut response = exchange.response.clone();
    if let Some(response) = &mut response {
        response.headers = without_header_values(&response.headers);
        response.body = None;
    }
    Exchange {
        request: SentRequest {
            method: exchange.request.method.clone(),
            url: exchange.request.url.as_ref().and_then(origin),
            headers: without_header_values(&exchange.request.headers),
            body: None,
        },
        response,
    }
}

fn without_header_values(headers: &[(String, String)]) -> Vec<(String, String)> {
    let headers = headers.iter();
    headers
        .map(|(name, _)| (name.clone(), REDACTED.to_owned()))
        .collect()
}

fn filter_question(question: &RunQuestion) -> RunQuestion {
    RunQuestion {
        message: REDACTED.to_owned(),
        reply: question.reply,
    }
}

/// Drops the texts, which may repeat what was sent.
fn filter_problem(problem: &Problem) -> Problem {
    Problem {
        status: problem.status,
        retryable: problem.retryable,
        ..Problem::new(problem.code, "details aren't kept for this connector")
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, ReceivedResponse, Reply, RunState};

    use super::*;
    use crate::testing::finished_run;

    /// A run that holds the word `harbour` wherever a value can stand.
    fn whole(capture: CaptureLevel) -> Arc<ToolRun> {
        let mut run = finished_run();
        run.summary.capture = capture;
        run.summary.state = RunState::Failed;
        run.summary.problem = Some(Problem {
            detail: Some("no harbour".to_owned()),
            request: Some("GET /harbour".to_owned()),
            status: Some(404),
            ..Problem::new(Code::McpServerError, "harbour is unknown")
        });
        run.arguments = Json(json!({ "place": { "name": "harbour", "at": [1, null] } }));
        run.summary.arguments_line = arguments_line(&run.arguments.0);
        run.result = Some(ToolResult {
            content: vec![
                Content::text("the harbour"),
                Content::Image {
                    data: "harbour".to_owned(),
                    mime_type: "image/png".to_owned(),
                    annotations: None,
                },
            ],
            structured: Some(Json(json!({ "found": "harbour" }))),
            is_error: true,
        });
        let headers = vec![("x-place".to_owned(), "harbour".to_owned())];
        run.exchange = Some(Exchange {
            request: SentRequest {
                method: Some("POST".to_owned()),
                url: Some("https://a.example/harbour?q=harbour".to_owned()),
                headers: headers.clone(),
                body: Some("harbour".to_owned()),
            },
            response: Some(ReceivedResponse {
                status: Some(200),
                headers,
                body: Some("harbour".to_owned()),
                took_ms: 3,
            }),
        });
        run.questions = vec![RunQuestion {
            message: "Which harbour?".to_owned(),
            reply: Reply::Answered,
        }];
        Arc::new(run)
    }

    #[test]
    fn below_full_no_value_is_saved() {
        for level in [CaptureLevel::Redacted, CaptureLevel::Metadata] {
            let kept = filter_run(&whole(level));
            let written = serde_json::to_string(&kept).unwrap();
            assert!(!written.contains("harbour"), "{level:?}: {written}");
            let problem = kept.summary.problem.as_ref().unwrap();
            assert_eq!(
                (problem.code, problem.status),
                (Code::McpServerError, Some(404))
            );
        }
        let full = whole(CaptureLevel::Full);
        assert_eq!(filter_run(&full), full);
    }

    #[test]
    fn redacted_runs_keep_their_structure_and_metadata_alone_does_not() {
        let kept = filter_run(&whole(CaptureLevel::Redacted));
        assert_eq!(
            kept.arguments.0,
            json!({ "place": { "name": "<redacted>", "at": ["<redacted>", null] } })
        );
        let exchange = kept.exchange.as_ref().unwrap();
        assert_eq!(exchange.request.url.as_deref(), Some("https://a.example"));
        assert_eq!(exchange.response.as_ref().unwrap().status, Some(200));
        assert_eq!(kept.result.as_ref().unwrap().content.len(), 2);
        assert_eq!(kept.questions[0].reply, Reply::Answered);

        let kept = filter_run(&whole(CaptureLevel::Metadata));
        assert_eq!(kept.arguments.0, json!({}));
        assert_eq!(kept.summary.arguments_line, None);
        assert!(kept.result.is_none() && kept.exchange.is_none() && kept.questions.is_empty());
        assert!(kept.timings.is_some());
    }
}
