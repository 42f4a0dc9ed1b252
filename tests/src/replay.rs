//! Replays the lines of a file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use patchbay_http::{AddressPolicy, Clients};
use patchbay_platforms::Error;
use serde_json::{Map, Value};
use tokio::net::TcpListener;

use crate::server::{Arrival, Server};
use crate::{Adapter, Line, ReplayClock, Stage, outcome, request};

/// Longest time for one line, in real time: recorded delays are short.
const LIMIT: Duration = Duration::from_secs(30);

/// So many lines at once; each has its own server and clock.
const CONCURRENCY: usize = 8;

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The line, as `platform/id`.
    pub name: String,
    /// What differs from the record; empty when nothing does.
    pub differences: Vec<String>,
    /// Whether the line is background and was not replayed.
    pub is_skipped: bool,
}

/// Replays every line of `file` whose name contains one of `filters`, or every line without them.
pub async fn replay(
    file: &Path,
    filters: &[String],
    adapters: &[&dyn Adapter],
) -> Result<Vec<Verdict>, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let platform = name.split('.').next().unwrap_or_default();
    let adapter = adapters
        .iter()
        .find(|adapter| adapter.platform() == platform);
    let adapter = *adapter.ok_or_else(|| format!("{shown}: nobody replays {platform:?}"))?;
    let clients = Clients::build(AddressPolicy::default()).map_err(|error| error.to_string())?;
    let mut ids = BTreeSet::new();
    let mut lines = Vec::new();
    for (n, text) in text
        .lines()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty())
    {
        let id = serde_json::from_str::<Value>(text).unwrap_or_default()["id"].clone();
        let id = id
            .as_str()
            .map_or_else(|| format!("line {}", n + 1), str::to_owned);
        let is_repeated = !ids.insert(id.clone());
        let name = format!("{platform}/{id}");
        if filters.is_empty() || filters.iter().any(|filter| name.contains(filter)) {
            lines.push((name, text, is_repeated));
        }
    }
    let verdicts = stream::iter(lines).map(|(name, text, is_repeated)| {
        let clients = clients.clone();
        async move {
            let run = tokio::time::timeout(LIMIT, one(text, adapter, clients)).await;
            let (mut differences, is_skipped) = match run {
                Ok(Ok(verdict)) => verdict,
                Ok(Err(fault)) => (vec![fault], false),
                Err(_) => (vec![format!("not over after {} s", LIMIT.as_secs())], false),
            };
            if is_repeated {
                differences.push("its id stands in the file twice".to_owned());
            }
            Verdict {
                name,
                differences,
                is_skipped,
            }
        }
    });
    Ok(verdicts.buffered(CONCURRENCY).collect().await)
}

/// What differs, and whether the line is skipped.
async fn one(
    text: &str,
    adapter: &dyn Adapter,
    clients: Clients,
) -> Result<(Vec<String>, bool), String> {
    let Some(played) = play(text, adapter, clients.clone(), 0.5).await? else {
        return Ok((Vec::new(), true));
    };
    let line = &played.line;
    let mut differences = request::differences(line, &played.arrivals);
    let waits = request::waits(&played.arrivals);
    if !request::gaps(&line.gaps, &waits, &waits).is_empty() {
        // Where chance has a part in a wait, any that it allows is as good.
        let mut bounds = Vec::new();
        for chance in [0.0, 1.0] {
            let played = play(text, adapter, clients.clone(), chance).await?;
            bounds.push(played.map_or_else(Vec::new, |played| request::waits(&played.arrivals)));
        }
        differences.extend(request::gaps(&line.gaps, &bounds[0], &bounds[1]));
    }
    differences.extend(outcome::differences(
        adapter.platform(),
        line,
        &played.token,
        &played.ours,
    ));
    Ok((differences, false))
}

struct ReplayedLine {
    line: Line,
    token: String,
    arrivals: Vec<Arrival>,
    ours: Result<Value, Error>,
}

/// Plays a line once, with a clock that always draws this chance; `None` for one that is skipped.
async fn play(
    text: &str,
    adapter: &dyn Adapter,
    clients: Clients,
    chance: f64,
) -> Result<Option<ReplayedLine>, String> {
    let raw: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("no JSON object: {error}"))?;
    let config = raw.get("config").and_then(Value::as_object);
    let config = config.cloned().unwrap_or_default();
    let token = adapter.token(&config);
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.map_err(|error| format!("no port: {error}"))?;
    let host = listener
        .local_addr()
        .map_err(|error| format!("no port: {error}"))?
        .to_string();
    let line = Line::read(&fill_placeholders(text, &host, &token))?;
    if line.is_skipped {
        return Ok(None);
    }
    let clock = Arc::new(ReplayClock::with_chance(chance));
    let replies = line
        .exchanges
        .iter()
        .map(|(_, reply)| reply.clone())
        .collect();
    let nobody_listens = config.get("unreachable") == Some(&Value::Bool(true));
    let server = if nobody_listens {
        drop(listener);
        None
    } else {
        Some(Server::start(listener, replies, Arc::clone(&clock)))
    };
    let stage = Stage {
        base_url: format!("http://{host}"),
        clock,
        clients,
    };
    let ours = adapter.run(&line, &stage).await;
    let arrivals = server.map(|server| server.arrivals()).unwrap_or_default();
    Ok(Some(ReplayedLine {
        line,
        token,
        arrivals,
        ours,
    }))
}

fn fill_placeholders(text: &str, host: &str, token: &str) -> String {
    let quoted = Value::from(token).to_string();
    text.replace("{base_url}", &format!("http://{host}"))
        .replace("{host}", host)
        .replace("<token>", &quoted[1..quoted.len() - 1])
}

#[cfg(test)]
mod tests;
