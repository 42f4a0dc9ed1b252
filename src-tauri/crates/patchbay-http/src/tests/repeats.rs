//! Which requests are retried, and after how long.

use axum::http::header::RETRY_AFTER;
use serde_json::json as value;

use super::*;
use crate::{Backoff, Jitter, Retries, RetryClass, RetryPolicy};

/// The policy of the Cohere contract, section 6.
fn two_retries() -> RetryPolicy {
    RetryPolicy {
        max_retries: 2,
        statuses: vec![408..=408, 429..=429, 500..=599],
        honor_ratelimit_reset: true,
        on_connect: true,
        ..RetryPolicy::NEVER
    }
}

struct Outcome {
    result: Result<u16, Error>,
    requests: usize,
    waits: Vec<f64>,
}

async fn call(answers: Vec<Response>, request: Request, policy: RetryPolicy) -> Outcome {
    call_with(answers, request, policy, &CallOptions::default()).await
}

async fn call_with(
    answers: Vec<Response>,
    request: Request,
    policy: RetryPolicy,
    options: &CallOptions,
) -> Outcome {
    let server = Server::start(answers).await;
    let clock = JumpingClock::new();
    let mut api = api_with(&server.base, clock.clone(), Arc::new(NoToken));
    api.retries = policy;
    let result = api.send(request, options).await.map(|answer| answer.status);
    Outcome {
        result,
        requests: server.seen().len(),
        waits: clock.waits(),
    }
}

fn statuses(statuses: &[u16]) -> Vec<Response> {
    statuses
        .iter()
        .map(|status| json(*status, value!({})))
        .collect()
}

#[tokio::test]
async fn a_read_is_repeated_until_it_succeeds() {
    let outcome = call(statuses(&[503, 500, 200]), get(), two_retries()).await;
    assert_eq!(outcome.result.unwrap(), 200);
    assert_eq!((outcome.requests, outcome.waits), (3, vec![1.0, 2.0]));
}

#[tokio::test]
async fn the_last_failure_is_reported() {
    let outcome = call(statuses(&[503, 500, 429]), get(), two_retries()).await;
    assert_eq!(outcome.result.unwrap_err().kind(), "rate_limited");
    assert_eq!(outcome.requests, 3);
}

#[tokio::test]
async fn what_could_double_is_not_repeated() {
    for (request, status, requests) in [
        (post(), 503, 1),
        (post(), 429, 1),
        (post().repeat(RetryClass::WhenRateLimited), 503, 1),
        (post().repeat(RetryClass::WhenRateLimited), 429, 2),
        (post().repeat(RetryClass::Freely), 503, 2),
        (get(), 409, 1),
        (get(), 404, 1),
    ] {
        let answers = statuses(&[status, 200]);
        let outcome = call(answers, request.clone(), two_retries()).await;
        assert_eq!(outcome.requests, requests, "{request:?} {status}");
    }
}

#[tokio::test]
async fn what_a_repeated_deletion_does_not_find_is_deleted() {
    let delete = || Request::delete(Path::new("/items/1")).repeat(RetryClass::Freely);
    for (answers, request, expected) in [
        (&[503, 404][..], delete(), Ok(204)),
        (&[503, 429, 404], delete(), Ok(204)),
        // Nothing was done before.
        (&[404], delete(), Err(404)),
        (&[429, 404], delete(), Err(404)),
        (&[503, 404], get(), Err(404)),
    ] {
        let outcome = call(statuses(answers), request, two_retries()).await;
        let status = outcome.result.map_err(|error| error.status().unwrap());
        assert_eq!(status, expected, "{answers:?}");
    }
}

#[tokio::test]
async fn a_wait_that_every_response_asks_for_counts_only_when_busy() {
    let policy = || RetryPolicy {
        max_retries: 1,
        ..RetryPolicy::on_request()
    };
    for (status, waits) in [(429, 30.0), (503, 30.0), (500, 1.0)] {
        let mut answers = statuses(&[status, 200]);
        let headers = answers[0].headers_mut();
        headers.insert(RETRY_AFTER, "30".parse().unwrap());
        let outcome = call(answers, get(), policy()).await;
        assert_eq!(outcome.waits, [waits], "{status}");
    }
}

#[tokio::test]
async fn who_cannot_wait_as_long_as_the_answer_asks_hears_of_it_at_once() {
    let short_wait = CallOptions {
        max_retry_wait: Some(Duration::from_secs(10)),
        ..CallOptions::default()
    };
    for (asked, waits) in [("11", vec![]), ("9", vec![9.0])] {
        let mut answers = statuses(&[429, 200]);
        answers[0]
            .headers_mut()
            .insert(RETRY_AFTER, asked.parse().unwrap());
        let outcome = call_with(answers, get(), two_retries(), &short_wait).await;
        assert_eq!(outcome.result.is_ok(), !waits.is_empty(), "{asked}");
        assert_eq!(outcome.waits, waits);
    }
}

#[tokio::test]
async fn the_call_may_ask_for_other_numbers_but_not_for_doubles() {
    let none = CallOptions {
        retries: Some(Retries::Times(0)),
        ..CallOptions::default()
    };
    assert_eq!(
        call_with(statuses(&[503, 200]), get(), two_retries(), &none)
            .await
            .requests,
        1
    );
    let policy = RetryPolicy {
        statuses: vec![404..=404],
        ..two_retries()
    };
    let own = CallOptions {
        retries: Some(Retries::Policy(policy)),
        ..CallOptions::default()
    };
    assert_eq!(
        call_with(statuses(&[404, 200]), get(), RetryPolicy::NEVER, &own)
            .await
            .requests,
        2
    );
    assert_eq!(
        call_with(statuses(&[404, 200]), post(), RetryPolicy::NEVER, &own)
            .await
            .requests,
        1
    );
}

async fn first_wait(name: &'static str, text: &'static str) -> f64 {
    let refusal = (StatusCode::TOO_MANY_REQUESTS, [(name, text)]).into_response();
    let answers = vec![refusal, json(200, value!({}))];
    let outcome = call(answers, get(), two_retries()).await;
    outcome.waits[0]
}

#[tokio::test]
async fn the_answer_says_how_long_to_wait() {
    assert_eq!(first_wait("retry-after", "7").await, 7.0);
    assert_eq!(first_wait("retry-after-ms", "250").await, 0.25);
    assert_eq!(
        first_wait("retry-after", "Wed, 21 Oct 2026 07:27:50 GMT").await,
        20.0
    );
    // Limited by the policy.
    assert_eq!(first_wait("retry-after", "4000").await, 60.0);
    // Without a header: the policy's own wait.
    for useless in ["0", "-1", "soon", "Wed, 21 Oct 2026 07:00:00 GMT"] {
        assert_eq!(first_wait("retry-after", useless).await, 1.0, "{useless}");
    }
    // Ten seconds ahead, plus ten percent of jitter.
    assert_eq!(first_wait("x-ratelimit-reset", "1792567660").await, 11.0);
}

#[tokio::test]
async fn enough_time_passed_ends_the_repeats() {
    let policy = RetryPolicy {
        max_retries: 100,
        max_elapsed: Some(Duration::from_secs(5)),
        backoff: Backoff {
            jitter: Jitter::Above(0.0),
            ..RetryPolicy::NEVER.backoff
        },
        ..two_retries()
    };
    let outcome = call(statuses(&[503; 20]), get(), policy).await;
    assert_eq!(outcome.waits, [1.0, 2.0, 4.0]);
}

#[tokio::test]
async fn a_rate_limit_tells_its_pause_to_the_caller() {
    let refusal = (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1.5")]).into_response();
    let outcome = call(vec![refusal], get(), RetryPolicy::NEVER).await;
    let Err(Error::RateLimited { retry_after, .. }) = outcome.result else {
        panic!("not rate limited")
    };
    assert_eq!(retry_after, Some(Duration::from_millis(1500)));
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_repeated_when_wanted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for (on_connect, waits) in [(true, vec![1.0, 2.0]), (false, vec![])] {
        let clock = JumpingClock::new();
        let mut api = api_with(&base, clock.clone(), Arc::new(NoToken));
        api.retries = RetryPolicy {
            on_connect,
            ..two_retries()
        };
        let error = api.send(get(), &CallOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), "transport");
        assert_eq!(clock.waits(), waits);
    }
}

/// A clock whose waits never end.
struct Stuck;

#[async_trait]
impl Clock for Stuck {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-10-21T07:27:30Z").unwrap()
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }

    fn chance(&self) -> f64 {
        0.0
    }
}

#[tokio::test]
async fn a_call_can_be_stopped_while_it_waits_for_the_next_attempt() {
    let server = Server::start(statuses(&[503])).await;
    let mut api = api_with(&server.base, Arc::new(Stuck), Arc::new(NoToken));
    api.retries = two_retries();
    let (options, stop) = cancellable_options();
    let stopped = async {
        while server.seen.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let (result, ()) = tokio::join!(api.send(get(), &options), stopped);
    assert_eq!(result.unwrap_err().kind(), "cancelled");
}
