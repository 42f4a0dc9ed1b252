//! Answers that are broken, too long, too slow, or from elsewhere.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures::{StreamExt as _, stream};
use patchbay_playground::{Pace, Reply};

use super::Exchange;
use super::app::try_answer;
use crate::payload;
use crate::sample::some_of;
use crate::traps::Traps;

/// Number of concurrent sessions.
const CONCURRENCY: usize = 4;

type Change = Box<dyn Fn(&mut Reply) + Send + Sync>;

async fn try_all(cases: Vec<(String, Exchange, Change)>) {
    let traps = Arc::new(Traps::set().await);
    stream::iter(some_of(cases))
        .map(|(case, exchange, change)| {
            tokio::spawn(try_answer(case, exchange, Arc::clone(&traps), change))
        })
        .buffer_unordered(CONCURRENCY)
        .for_each(|tried| async { tried.unwrap() })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_document_is_an_error_and_no_more() {
    let mut cases: Vec<(String, Exchange, Change)> = Vec::new();
    for exchange in Exchange::ALL {
        for number in 0..payload::bodies(b"{}").len() {
            let name = payload::bodies(b"{}")[number].name;
            let change = move |reply: &mut Reply| {
                let good = reply.json().map(|json| json.to_string());
                let bodies = payload::bodies(good.unwrap_or_default().as_bytes());
                reply.set_text(&bodies[number].bytes);
            };
            cases.push((
                format!("{exchange:?} is {name}"),
                exchange,
                Box::new(change),
            ));
        }
    }
    try_all(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_swells_when_it_is_unpacked_is_given_up() {
    // A hundred megabytes of spaces in a hundred kilobytes.
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..1600 {
        packed.write_all(&[b' '; 64 * 1024]).unwrap();
    }
    let packed = packed.finish().unwrap();
    let cases = Exchange::ALL.into_iter().map(|exchange| {
        let packed = packed.clone();
        let change = move |reply: &mut Reply| {
            reply.set_header("content-encoding", "gzip");
            reply.body.clone_from(&packed);
        };
        (
            format!("{exchange:?} swells"),
            exchange,
            Box::new(change) as Change,
        )
    });
    try_all(cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_an_end_is_given_up() {
    let cases = Exchange::ALL.into_iter().map(|exchange| {
        let change = |reply: &mut Reply| {
            reply.body = vec![b' '; 64 * 1024];
            reply.pace = Pace::Endless;
        };
        (
            format!("{exchange:?} has no end"),
            exchange,
            Box::new(change) as Change,
        )
    });
    try_all(cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_is_an_error_and_no_more() {
    let cases = Exchange::ALL.into_iter().flat_map(|exchange| {
        let half = |reply: &mut Reply| {
            reply.body.truncate(reply.body.len() / 2);
            reply.pace = Pace::Cut;
        };
        let drip = |reply: &mut Reply| {
            // A timer ticks a thousand times a second: more than this would take longer than a test may.
            if reply.body.len() < 3000 {
                reply.pace = Pace::Drip(Duration::from_millis(1));
            }
        };
        [
            (
                format!("{exchange:?} is cut"),
                exchange,
                Box::new(half) as Change,
            ),
            (
                format!("{exchange:?} drips"),
                exchange,
                Box::new(drip) as Change,
            ),
        ]
    });
    try_all(cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_takes_nothing_along() {
    let traps = Arc::new(Traps::set().await);
    let port = traps.elsewhere().port().unwrap();
    let targets = [
        traps.elsewhere().to_string(),
        format!("http://user:pw@127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/x"),
        format!("http:\\\\127.0.0.1:{port}\\"),
        "file:///etc/passwd".to_owned(),
        "javascript:alert(1)".to_owned(),
        "/\u{1b}[2J".to_owned(),
        String::new(),
    ];
    let mut cases = Vec::new();
    for exchange in Exchange::ALL {
        for (number, target) in targets.iter().enumerate() {
            let status = [301, 302, 303, 307, 308][number % 5];
            cases.push((exchange, status, target.clone()));
        }
    }
    stream::iter(some_of(cases))
        .map(|(exchange, status, target)| {
            let case = format!("{exchange:?} is {status} to {target:?}");
            let change = move |reply: &mut Reply| {
                reply.status = status;
                reply.set_header("location", target.clone());
            };
            tokio::spawn(try_answer(case, exchange, Arc::clone(&traps), change))
        })
        .buffer_unordered(CONCURRENCY)
        .for_each(|tried| async { tried.unwrap() })
        .await;
}
