//! Calls per second, one after the other and 32 at once, beside bare reqwest with serde, or rmcp where MCP
//! is spoken.
//!
//! Both sides take turns, so that a busy machine slows both.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::cases::{self, Asked, Case};
use crate::server::Server;
use crate::side::Side;
use crate::{median, tell};

/// Turns that count.
const ROUNDS: usize = 31;

/// Turns before, in which connections are made and caches filled.
const WARM_UP: usize = 3;

/// Calls of one side in a turn.
const CALLS: usize = 192;

/// How many of them are under way at the same time.
const AT_ONCE: [usize; 2] = [1, 32];

/// Measures every case; `words`, the name of a platform or a call, choose among them.
///
/// # Errors
/// When a call fails.
#[tokio::main]
pub(crate) async fn measure(words: &[String]) -> Result<()> {
    let server = Server::start()?;
    let is_chosen = |case: &Case| {
        let has = |word: &String| [case.platform, case.what].contains(&word.as_str());
        words.iter().all(has)
    };
    let cases = cases::all()?.into_iter().filter(is_chosen);
    for case in cases.map(Arc::new) {
        let base = format!("{}/{}", server.base, case.platform);
        let ours = Arc::new(Side::ours(&case, &base)?);
        let bare = Arc::new(Side::bare(&case, &base).await?);
        for at_once in AT_ONCE {
            let rounds = rounds(&ours, &bare, at_once).await?;
            report(&case, at_once, &rounds);
        }
    }
    Ok(())
}

/// The time of each side in each turn: ours first.
async fn rounds(
    ours: &Arc<Side>,
    bare: &Arc<Side>,
    at_once: usize,
) -> Result<Vec<(Duration, Duration)>> {
    let mut rounds = Vec::new();
    for round in 0..WARM_UP + ROUNDS {
        // Whoever comes second may find warmer caches.
        let times = if round % 2 == 0 {
            let ours = turn(ours, at_once).await?;
            (ours, turn(bare, at_once).await?)
        } else {
            let bare = turn(bare, at_once).await?;
            (turn(ours, at_once).await?, bare)
        };
        if round >= WARM_UP {
            rounds.push(times);
        }
    }
    Ok(rounds)
}

async fn turn(side: &Arc<Side>, at_once: usize) -> Result<Duration> {
    // What a caller asks with is made before; for the other side it lies ready too.
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

/// The ratio is above 1 where Patchbay is faster.
fn report(case: &Case, at_once: usize, rounds: &[(Duration, Duration)]) {
    let bare = match case.asked {
        Asked::Operation(..) => "reqwest with serde",
        Asked::Tool(..) => "rmcp with the same reqwest",
    };
    let of = |number: &dyn Fn(f64, f64) -> f64| {
        let each = rounds.iter();
        median(each.map(|(ours, bare)| number(ours.as_secs_f64(), bare.as_secs_f64())))
    };
    let calls = CALLS as f64;
    tell(json!({
        "ratio": of(&|ours, bare| bare / ours),
        "platform": case.platform,
        "call": case.what,
        "atOnce": at_once,
        "callsPerSecond": of(&|ours, _| calls / ours).round(),
        "bareCallsPerSecond": of(&|_, bare| calls / bare).round(),
        "bareIs": bare,
        "answerBytes": case.answer.to_string().len(),
        "rounds": rounds.len(),
    }));
}
