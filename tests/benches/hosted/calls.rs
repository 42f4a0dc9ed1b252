//! Calls per second, one after the other and 32 at once, beside bare reqwest with serde, or rmcp where MCP
//! is spoken.
//!
//! Both sides take turns, so that a busy machine slows both, and each turn is compared with the one beside it. All of
//! a side runs on one thread: where tasks wake one another on different cores a turn takes up to twice as long, and
//! the same client beside itself came out at 1.4; on one it comes out at 0.98 to 0.99.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::cases::{self, CallSpec, Case};
use crate::print_line;
use crate::server::Server;
use crate::side::Contender;

/// Turns of each side.
const ROUNDS: usize = 181;

/// Calls of one side in a turn, after as many in which connections are made and caches filled.
const CALLS: usize = 192;

/// How many of them are under way at the same time.
const CONCURRENCY: [usize; 2] = [1, 32];

/// Measures every case; `words`, the name of a platform or a call, choose among them.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn measure(words: &[String]) -> Result<()> {
    let server = Server::start()?;
    let is_chosen = |case: &Case| {
        let has = |word: &String| [case.platform, case.what].contains(&word.as_str());
        words.iter().all(has)
    };
    let cases = cases::all()?.into_iter().filter(is_chosen);
    for case in cases.map(Arc::new) {
        let base = format!("{}/{}", server.base, case.platform);
        for at_once in CONCURRENCY {
            let rounds = rounds(&case, &base, at_once).await?;
            report(&case, at_once, &rounds);
        }
    }
    Ok(())
}

/// The time of each side in each turn: ours first.
async fn rounds(case: &Arc<Case>, base: &str, at_once: usize) -> Result<Vec<(Duration, Duration)>> {
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let ours = Arc::new(Contender::ours(case, base)?);
        let bare = Arc::new(Contender::bare(case, base).await?);
        calls(&ours, at_once).await?;
        calls(&bare, at_once).await?;
        // Whoever comes second may find warmer caches.
        rounds.push(if round % 2 == 0 {
            let ours = calls(&ours, at_once).await?;
            (ours, calls(&bare, at_once).await?)
        } else {
            let bare = calls(&bare, at_once).await?;
            (calls(&ours, at_once).await?, bare)
        });
    }
    Ok(rounds)
}

async fn calls(side: &Arc<Contender>, at_once: usize) -> Result<Duration> {
    // What a caller asks with is made before, for either side.
    let all: Vec<Vec<Value>> = std::iter::repeat_with(|| side.arguments(CALLS / at_once))
        .take(at_once)
        .collect();
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for arguments in all {
        let side = Arc::clone(side);
        callers.spawn(async move {
            for arguments in arguments {
                side.call(arguments).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(started.elapsed())
}

/// The one in the middle.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// The ratio is above 1 where Patchbay is faster.
fn report(case: &Case, at_once: usize, rounds: &[(Duration, Duration)]) {
    let bare_is = match case.asked {
        CallSpec::Operation(..) => "reqwest with serde",
        CallSpec::Tool(..) => "rmcp with the same reqwest",
    };
    let of = |each: fn(&(Duration, Duration)) -> f64| median(rounds.iter().map(each).collect());
    print_line(json!({
        "ratio": of(|(ours, bare)| bare.as_secs_f64() / ours.as_secs_f64()),
        "platform": case.platform,
        "call": case.what,
        "atOnce": at_once,
        "callsPerSecond": (CALLS as f64 / of(|(ours, _)| ours.as_secs_f64())).round(),
        "bareCallsPerSecond": (CALLS as f64 / of(|(_, bare)| bare.as_secs_f64())).round(),
        "bareIs": bare_is,
        "answerBytes": case.answer.to_string().len(),
        "rounds": rounds.len(),
    }));
}
